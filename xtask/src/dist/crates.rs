//! The crates that what is given away is made of, as cargo tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, setup, tree};

/// A crate from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) version: String,
    /// SPDX expression.
    pub(super) license: String,
    pub(super) repository: String,
    /// SHA-256 of what the registry gave.
    pub(super) checksum: String,
    /// Where its files are.
    pub(super) folder: PathBuf,
    /// The crates that it uses, as name and version.
    pub(super) uses: Vec<(String, String)>,
}

/// Packages of the workspace that are given away, and what they are built for.
fn roots(target: &str) -> [(&'static str, &str); 4] {
    [
        ("sectionist-cli", target),
        ("sectionist-python", target),
        ("sectionist-service", setup::SERVICE_TARGET),
        ("sectionist-browser", setup::BROWSER_TARGET),
    ]
}

/// Every crate from elsewhere that is compiled into what is given away, in order.
pub(super) fn shipped(target: &str) -> Result<Vec<Crate>> {
    let checksums = checksums()?;
    let mut all = BTreeMap::new();
    for (root, target) in roots(target) {
        let command = format!("metadata --format-version 1 --locked --filter-platform {target}");
        let metadata: Value = serde_json::from_str(&process::output(&mut process::cargo(&command))?)?;
        for one in reached(&metadata, root, &checksums)? {
            all.insert((one.name.clone(), one.version.clone()), one);
        }
    }
    Ok(all.into_values().collect())
}

/// What `root` is made of: its dependencies and theirs, but for those of tests and build scripts.
fn reached(
    metadata: &Value,
    root: &str,
    checksums: &BTreeMap<(String, String), String>,
) -> Result<Vec<Crate>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages: BTreeMap<String, Value> =
        list(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let root = packages.iter().find(|(_, package)| package["name"] == root).map(|(id, _)| id.clone());
    let mut stack = vec![root.context("cargo does not know what is to be given away")?];
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(id) = stack.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        let used: Vec<String> = list(&nodes.get(&id).context("a package without a node")?["deps"])
            .iter()
            .filter(|dep| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()))
            .map(|dep| text(&dep["pkg"]))
            .collect();
        let package = packages.get(&id).context("a node without a package")?;
        let key = |package: &Value| (text(&package["name"]), text(&package["version"]));
        if !package["source"].is_null() {
            let (name, version) = key(package);
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            found.push(Crate {
                checksum: checksums.get(&(name.clone(), version.clone())).cloned().unwrap_or_default(),
                name,
                version,
                // Before SPDX had words for it.
                license: text(&package["license"]).replace('/', " OR "),
                repository: text(&package["repository"]),
                folder: manifest.parent().map(PathBuf::from).unwrap_or_default(),
                uses: used.iter().filter_map(|id| packages.get(id)).map(key).collect(),
            });
        }
        stack.extend(used);
    }
    Ok(found)
}

/// The checksums of the lock file.
fn checksums() -> Result<BTreeMap<(String, String), String>> {
    let lock = fs::read_to_string(tree::root().join("Cargo.lock"))?;
    let value = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let entry =
        |block: &str| Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?));
    Ok(lock.split("[[package]]").filter_map(entry).collect())
}
