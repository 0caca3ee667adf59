//! Environments of Python with the libraries that a check needs, each in its own folder beside the build.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::{process, tree};

/// What brings Python.
pub(crate) const ADVICE: &str = "apt-get install python3 python3-venv";

/// Where the Python of an environment is.
pub(crate) fn at(name: &str) -> PathBuf {
    tree::target().join(name).join("venv/bin/python")
}

/// Makes the environment unless it is there with these very libraries, and says where its Python is.
pub(crate) fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = tree::target().join(name).join("venv");
    let python = at(name);
    let (wanted, installed) = (folder.join("wanted.txt"), folder.join("installed.txt"));
    if fs::read_to_string(&installed).is_ok_and(|text| text == requirements) {
        return Ok(python);
    }
    process::require("python3", ADVICE)?;
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    fs::write(&wanted, requirements)?;
    process::run(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted),
    )?;
    fs::write(installed, requirements)?;
    Ok(python)
}
