//! Checks of the page that need no browser: its types and its unit tests.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::tally::Tally;
use crate::{npm, process, tree};

/// `node --test` over the unit tests, then `tsc` over the JSDoc types.
pub(crate) fn run(tally: &mut Tally) -> Result<()> {
    let page = tree::root().join("web-demo");
    if !process::found("node") {
        return tally.missing("node", "apt-get install nodejs npm");
    }
    let mut tests: Vec<_> = fs::read_dir(page.join("tests"))
        .context("web-demo/tests")?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.js"))
        .collect();
    tests.sort();
    tally
        .tests(Command::new("node").args(["--test", "--test-reporter=tap"]).args(tests).current_dir(&page))?;

    if !npm::found() {
        return tally.missing("npm", npm::ADVICE);
    }
    // The tests in a browser look at the page with it.
    npm::package("axe-core")?;
    tally.one(|| {
        let compiler = npm::package("typescript")?.join("bin/tsc");
        process::run(
            Command::new("node").arg(compiler).args(["--project", "tsconfig.json"]).current_dir(&page),
        )
    })
}
