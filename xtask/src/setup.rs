//! What the builds need and may be missing: wasm targets.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Target of the Spin component.
pub(crate) const SERVICE_TARGET: &str = "wasm32-wasip2";
/// Target of the browser module.
pub(crate) const BROWSER_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that `target` can be built for, with rustup's help where its standard library is missing.
pub(crate) fn wasm_target(target: &str) -> Result<()> {
    if has_std(target)? {
        return Ok(());
    }
    println!("  the standard library for {target} is missing; adding it with rustup");
    let added =
        process::run(Command::new("rustup").args(["target", "add", target]).current_dir(crate::tree::root()));
    if added.is_ok() && has_std(target)? {
        return Ok(());
    }
    bail!(
        "Rust cannot build for {target} here, and `rustup target add {target}` did not help.\n\
         - With rustup (https://rustup.rs) and a connection, run that command in this folder and read what it says.\n\
         - Without rustup's servers, Debian packages do: see docs/OFFLINE-TARGETS.md."
    )
}

fn has_std(target: &str) -> Result<bool> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", target]).current_dir(crate::tree::root());
    let folder = process::output(&mut rustc)?;
    Ok(std::fs::read_dir(Path::new(folder.trim())).is_ok_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    }))
}
