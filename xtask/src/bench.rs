//! `cargo xtask bench`: where the time goes.

use std::process::Command;

use anyhow::Result;

use crate::{accuracy, process, tree};

/// Times stage by stage, of the given files or of a fixture.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let measure = accuracy::measuring_program()?;
    let mut command = Command::new(measure);
    command.arg("bench").args(arguments);
    if arguments.is_empty() {
        command.arg(tree::root().join("fixtures/audio/harbour.mp3"));
    }
    process::run(&mut command)
}
