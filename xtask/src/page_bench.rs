//! `cargo xtask page-bench`: what the page weighs, how soon it answers, how evenly it moves.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::steps::Steps;
use crate::{process, tree, wasm};

/// Where the figures go in docs/PERFORMANCE.md.
const MARKS: [&str; 2] = ["<!-- page-bench -->\n", "<!-- /page-bench -->\n"];

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
    let path = tree::root().join("docs/PERFORMANCE.md");
    let text = fs::read_to_string(&path)?;
    let (before, rest) = text.split_once(MARKS[0]).context("docs/PERFORMANCE.md has no place for them")?;
    let (_, after) = rest.split_once(MARKS[1]).context("docs/PERFORMANCE.md has no end of the place")?;
    fs::write(&path, format!("{before}{}\n{}\n{}{after}", MARKS[0], figures.trim_end(), MARKS[1]))?;
    Ok(())
}
