//! The crate as a registry would have it, and its interface beside that of the last release.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use super::tally::Tally;
use crate::{process, tree};

/// Crates that are published.
const PUBLISHED: &[&str] = &["sectionist-fft", "sectionist-core"];

/// Packs the crates and builds them from what was packed; then compares its interface with the last tag's, if there is one.
pub(crate) fn run(tally: &mut Tally) -> Result<()> {
    tally.one(oldest_rust)?;
    tally.one(|| {
        // Together, since one needs the other. What is not committed yet is packed as well, as it is tested.
        let mut publish = process::cargo("publish --dry-run --quiet --allow-dirty");
        PUBLISHED.iter().for_each(|name| {
            publish.args(["--package", name]);
        });
        process::run(&mut publish)
    })?;
    for name in PUBLISHED {
        tally.one(|| contents(name))?;
    }
    match last_tag()? {
        None => println!("  no release is tagged yet: there is no interface to hold this one against"),
        Some(tag) => return semver(tally, &tag),
    }
    Ok(())
}

/// All checks run by the Rust of rust-toolchain.toml: it is the oldest one that manifests promise.
fn oldest_rust() -> Result<()> {
    let value = |file: &str, name: &str| {
        let text = std::fs::read_to_string(tree::root().join(file)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix("= \""));
        line.map(|line| line.trim_end_matches('"').to_owned()).unwrap_or_default()
    };
    let (promised, used) = (value("Cargo.toml", "rust-version"), value("rust-toolchain.toml", "channel"));
    ensure!(
        !promised.is_empty() && (used == promised || used.starts_with(&format!("{promised}."))),
        "manifests promise Rust {promised}, and the checks run with {used}"
    );
    Ok(())
}

/// What is packed is the source and nothing else.
fn contents(name: &str) -> Result<()> {
    let list =
        process::output(&mut process::cargo(&format!("package --list --allow-dirty --package {name}")))?;
    let is_wanted = |file: &&str| {
        file.starts_with("src/")
            || ["Cargo.toml", "Cargo.toml.orig", "Cargo.lock", "README.md", ".cargo_vcs_info.json"]
                .contains(file)
    };
    let others: Vec<&str> = list.lines().filter(|file| !is_wanted(file)).collect();
    ensure!(others.is_empty(), "{name} would be published with {}", others.join(", "));
    ensure!(
        name != "sectionist-core" || list.lines().any(|file| file.ends_with(".weights")),
        "{name} would be published without its learned numbers"
    );
    Ok(())
}

/// The newest tag of a release behind what is checked out.
fn last_tag() -> Result<Option<String>> {
    let mut git = Command::new("git");
    git.args(["tag", "--merged", "HEAD", "--sort=-version:refname", "--list", "v[0-9]*"])
        .current_dir(tree::root());
    Ok(process::output(&mut git)?.lines().next().map(str::to_owned))
}

/// cargo-semver-checks against a tag.
fn semver(tally: &mut Tally, tag: &str) -> Result<()> {
    let tools = tree::target().join("tools");
    let program: PathBuf = tools.join("bin/cargo-semver-checks");
    if !program.exists() {
        process::run(
            process::cargo("install --quiet --locked --version 0.51.0 cargo-semver-checks --root")
                .arg(&tools),
        )?;
    }
    for name in PUBLISHED {
        tally.one(|| {
            let mut check = Command::new(&program);
            check.args(["semver-checks", "--package", name, "--baseline-rev", tag]).current_dir(tree::root());
            process::run(&mut check)
        })?;
    }
    Ok(())
}
