//! `cargo xtask page-bench`: what the page weighs, how soon it answers, how evenly it moves.

use anyhow::{Result, bail};

use crate::service_runs::write_down;
use crate::steps::Steps;
use crate::{process, wasm};

/// Builds the page, measures it in Chromium, and writes the figures down.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.first() {
        bail!("unknown option `{unknown}`; page-bench takes none");
    }
    for (program, how) in
        [("chromium", "apt-get install chromium"), ("chromedriver", "apt-get install chromium-driver")]
    {
        process::require(program, how)?;
    }
    wasm::run(&["--browser".to_owned()], &mut Steps::default())?;
    let figures = process::output(&mut process::cargo(
        "run --quiet --profile harness --package sectionist-tests --no-default-features --bin page-bench",
    ))?;
    print!("{figures}");
    write_down("page-bench", &figures)
}
