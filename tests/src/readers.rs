//! Independent readers of what is exported: Python's reference libraries, in `readers/read.py`, and for chord sheets
//! the one of npm, in `readers/read.mjs`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::root;

/// A folder beside the build.
fn built(path: &str) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into).join(path)
}

/// The Python that has them: made by `cargo xtask test`, or named by SECTIONIST_READERS.
fn python() -> PathBuf {
    if let Some(named) = env::var_os("SECTIONIST_READERS") {
        return named.into();
    }
    built("readers/venv/bin/python")
}

/// What they read in the files `song.*` of a folder, by the ends of their names. Archives are unpacked there.
///
/// # Panics
/// When a file is not what its format asks for, or Python is not there.
#[must_use]
pub fn read(folder: &Path) -> Value {
    let python = python();
    let mut command = Command::new(&python);
    answer(command.arg(root().join("tests/readers/read.py")).arg(folder))
}

/// What chordsheetjs reads in a ChordPro file.
///
/// # Panics
/// When it is none, or Node.js or the package is not there.
#[must_use]
pub fn read_chord_sheet(file: &Path) -> Value {
    let mut node = Command::new("node");
    answer(node.arg(root().join("tests/readers/read.mjs")).arg(built("node-tools/chordsheetjs")).arg(file))
}

fn answer(command: &mut Command) -> Value {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; `cargo xtask test --only exports` makes what is missing")
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a line of JSON")
}
