//! `cargo xtask serve`: builds everything and serves the page and the API.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::steps::Steps;
use crate::{process, tree, wasm};

/// The release build of the program.
fn program() -> PathBuf {
    tree::target().join("release").join(format!("sectionist{}", std::env::consts::EXE_SUFFIX))
}

/// Builds all, then serves until interrupted. `arguments` go to `sectionist serve`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut steps = Steps::planned(3);
    wasm::run(&["--browser".to_owned()], &mut steps)?;
    steps.run("build the program", || {
        process::run(&mut process::cargo("build --release --package sectionist-cli"))
    })?;
    wasm::run(&["--service".to_owned()], &mut steps)?;
    let mut server = Command::new(program());
    server.arg("serve").arg("--component").arg(wasm::component());
    server.arg("--web-root").arg(tree::root().join("web-demo")).args(arguments);
    hand_over(&mut server)
}

/// Becomes the server, so that signals reach it.
#[cfg(unix)]
fn hand_over(server: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::new(server.exec()).context(format!("`{}` cannot be started", process::shown(server))))
}

#[cfg(not(unix))]
fn hand_over(server: &mut Command) -> Result<()> {
    process::run(server)
}
