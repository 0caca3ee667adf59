//! Checks of the page that need no browser: its types and its unit tests.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::tally::Tally;
use crate::{process, tree};

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

    if !process::found("npm") {
        return tally.missing("npm", "apt-get install npm");
    }
    tally.one(|| {
        // Beside the build, so that the page's folder holds nothing but the page.
        let tools = tree::target().join("node-tools");
        fs::create_dir_all(&tools)?;
        let package: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(page.join("package.json"))?)?;
        let version =
            package["devDependencies"]["typescript"].as_str().context("package.json names no typescript")?;
        let compiler = tools.join("node_modules/typescript/bin/tsc");
        let installed =
            fs::read_to_string(tools.join("node_modules/typescript/package.json")).unwrap_or_default();
        if !installed.contains(&format!("\"version\": \"{version}\"")) {
            process::run(
                Command::new("npm")
                    .args(["install", "--no-audit", "--no-fund", "--no-save", "--silent", "--prefix"])
                    .arg(&tools)
                    .arg(format!("typescript@{version}")),
            )?;
        }
        process::run(
            Command::new("node").arg(compiler).args(["--project", "tsconfig.json"]).current_dir(&page),
        )
    })
}
