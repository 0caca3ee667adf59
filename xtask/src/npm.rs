//! Packages of npm that web-demo/package.json pins, installed beside the build, so that the page's folder
//! holds nothing but the page.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, tree};

/// Whether npm is there, and how to get it if not.
pub(crate) fn found() -> bool {
    process::found("npm")
}

/// What brings npm.
pub(crate) const ADVICE: &str = "apt-get install npm";

/// The folder of a package in its pinned version.
pub(crate) fn package(name: &str) -> Result<PathBuf> {
    let pins: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(tree::root().join("web-demo/package.json"))?)?;
    let version = pins["devDependencies"][name]
        .as_str()
        .with_context(|| format!("web-demo/package.json names no {name}"))?;
    // A folder each: installing one without saving it would remove the others.
    let folder = tree::target().join("node-tools").join(name);
    fs::create_dir_all(&folder)?;
    let package = folder.join("node_modules").join(name);
    let installed = fs::read_to_string(package.join("package.json")).unwrap_or_default();
    if !installed.contains(&format!("\"version\": \"{version}\"")) {
        process::run(
            Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--no-save", "--silent", "--prefix"])
                .arg(&folder)
                .arg(format!("{name}@{version}")),
        )?;
    }
    Ok(package)
}
