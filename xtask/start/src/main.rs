//! Says what `cargo xtask` is about to do, then builds the builder and hands over to it.
//!
//! The builder has dependencies that take most of a minute to compile, and cargo is silent about it where
//! the alias is; this has none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let is_first = !target().join("xtask").join(format!("xtask{}", std::env::consts::EXE_SUFFIX)).is_file();
    if is_first {
        eprintln!("{}", words(arguments.first().and_then(|command| command.to_str())));
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg("run");
    if !is_first {
        cargo.arg("--quiet");
    }
    cargo
        .args(["--profile", "xtask", "--package", "xtask", "--manifest-path"])
        .arg(root().join("Cargo.toml"));
    match cargo.arg("--").args(arguments).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        // The builder has said what is wrong. Codes beyond a byte are those of other systems.
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            eprintln!("error: cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the first run of a command takes.
fn words(command: Option<&str>) -> String {
    let whole = match command {
        Some("serve") => {
            "The first `cargo xtask serve` builds the page, the program and the component: about 12 minutes on \
             two cores and 2 GB in target/. Later ones start in seconds.\n"
        }
        Some("test") => {
            "The first `cargo xtask test` builds everything two to three times over, optimised and for WebAssembly: \
             half an hour on two cores and 10 GB in target/.\n"
        }
        _ => "",
    };
    format!("{whole}First comes the builder itself, which takes about a minute.")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_commands_say_how_long() {
        for command in ["serve", "test"] {
            assert!(words(Some(command)).contains("minutes") || words(Some(command)).contains("hour"));
        }
        assert!(words(None).starts_with("First comes"));
    }
}
