//! Independent readers of what the page exports: Python's reference libraries, in `readers/read.py`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::root;

/// The Python that has them: made by `cargo xtask test`, or named by SECTIONIST_READERS.
fn python() -> PathBuf {
    if let Some(named) = env::var_os("SECTIONIST_READERS") {
        return named.into();
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    target.join("readers/venv/bin/python")
}

/// What they read in the files of a folder, by extension.
///
/// # Panics
/// When a file is not what its format asks for, or Python is not there.
#[must_use]
pub fn read(folder: &Path) -> Value {
    let python = python();
    let output =
        Command::new(&python).arg(root().join("tests/readers/read.py")).arg(folder).output().unwrap_or_else(
            |error| panic!("{}: {error}; `cargo xtask test --only browser` makes it", python.display()),
        );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a line of JSON")
}
