//! A Python environment with the scorer's libraries, at the versions that the figures were made with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::{process, tree};

/// The libraries. mir_eval is the reference for every metric.
const REQUIREMENTS: &str = "numpy<2\nscipy\nmido\nsoundfile\nmir_eval==0.8.2\n";

/// Makes the environment unless it is there, and says where its Python is.
pub(crate) fn python() -> Result<PathBuf> {
    let folder = tree::target().join("accuracy/venv");
    let python = folder.join("bin/python");
    let (wanted, installed) = (folder.join("wanted.txt"), folder.join("installed.txt"));
    if fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(python);
    }
    process::require("python3", "apt-get install python3 python3-venv")?;
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    fs::write(&wanted, REQUIREMENTS)?;
    process::run(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted),
    )?;
    fs::write(installed, REQUIREMENTS)?;
    Ok(python)
}
