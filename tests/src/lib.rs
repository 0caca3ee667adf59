//! The test harness: accuracy, formats, golden, properties, parity, HTTP, browser.
//!
//! What several of them need: the fixtures and their truth, the metrics, and where things are built.

pub mod calibration;
pub mod chromedriver;
pub mod client;
pub mod examination;
pub mod fixtures;
pub mod marionette;
pub mod page;
pub mod page_server;
pub mod parity;
pub mod ports;
pub mod prometheus;
pub mod readers;
pub mod score;
pub mod server_process;
#[cfg(feature = "host")]
pub mod service;
pub mod spin_manifest;
pub mod timing;
pub mod valkey;

use std::path::{Path, PathBuf};

pub use sectionist_scoring::metrics;

/// The workspace.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The program `sectionist`: `$SECTIONIST_PROGRAM`, or what `cargo xtask test` built.
#[must_use]
pub fn program() -> PathBuf {
    built("SECTIONIST_PROGRAM", "harness/sectionist")
}

/// The Spin component: `$SECTIONIST_COMPONENT`, or what `cargo xtask wasm` built.
#[must_use]
pub fn component() -> PathBuf {
    built("SECTIONIST_COMPONENT", "wasm32-wasip2/component/sectionist_service.wasm")
}

fn built(variable: &str, path: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| target().join(path), PathBuf::from)
}

/// Where cargo builds.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
