//! What other languages install: the package of npm, and the wheel for Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, python, tree, wasm};

/// Files of the browser build that the package of npm takes.
const MODULES: [&str; 2] = ["sectionist_browser", "sectionist_desk"];

/// The licences, which stand beside everything that is given away.
pub(crate) const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Version of the workspace.
pub(crate) fn version() -> Result<String> {
    let manifest = fs::read_to_string(tree::root().join("Cargo.toml"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    let version = line.and_then(|line| line.strip_suffix('"'));
    Ok(version.context("Cargo.toml names no version")?.to_owned())
}

/// Puts the package of npm together, of the browser modules that are built, and packs it. Returns the packed file.
pub(crate) fn npm() -> Result<PathBuf> {
    let (source, folder) = (tree::root().join("npm"), tree::target().join("npm"));
    let package = folder.join("package");
    emptied(&package.join("wasm"))?;
    for entry in fs::read_dir(&source)?.flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), package.join(entry.file_name()))?;
    }
    for name in LICENSES {
        fs::copy(tree::root().join(name), package.join(name))?;
    }
    for name in MODULES {
        for file in [format!("{name}.js"), format!("{name}.d.ts"), format!("{name}_bg.wasm")] {
            let built = wasm::package().join(&file);
            let advice =
                || format!("{} is not built; build it with `cargo xtask wasm --browser`", built.display());
            fs::copy(&built, package.join("wasm").join(&file)).with_context(advice)?;
        }
    }
    let manifest = package.join("package.json");
    let mut json: Value = serde_json::from_str(&fs::read_to_string(&manifest)?)?;
    json["version"] = version()?.into();
    fs::write(&manifest, format!("{json:#}\n"))?;
    let packed = process::output(
        Command::new("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(&folder)
            .current_dir(&package),
    )?;
    Ok(folder.join(packed.lines().next_back().context("npm names no file")?.trim()))
}

/// What builds wheels.
const MATURIN: &str = "maturin==1.16.0\n";

/// Builds the wheel for this platform with a profile of cargo. Returns it.
pub(crate) fn wheel(profile: &str) -> Result<PathBuf> {
    let folder = tree::target().join("wheels");
    emptied(&folder)?;
    let python = python::environment("maturin-tools", MATURIN)?;
    process::run(
        Command::new(&python)
            .args(["-m", "maturin", "build", "--quiet", "--profile", profile, "--interpreter"])
            .arg(&python)
            .arg("--out")
            .arg(&folder)
            .current_dir(tree::root().join("python")),
    )?;
    let wheels = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    wheels
        .filter(|path| path.extension().is_some_and(|end| end == "whl"))
        .max()
        .context("maturin left no wheel")
}

/// An empty folder.
pub(crate) fn emptied(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
}
