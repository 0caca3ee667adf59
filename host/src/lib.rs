//! Runs the Sectionist component on an embedded wasmtime and serves the demo beside it.
//!
//! It is a small Spin: the same `sectionist_service.wasm` that `spin up` serves answers here under
//! [`ROUTES`], with Spin's variables and key-value store, bounded in memory, time and number of
//! instances. `/metrics` tells Prometheus what happens. Everything else is a file of the demo.
//!
//! ```no_run
//! # async fn example() -> Result<(), sectionist_host::HostError> {
//! use sectionist_host::{HostConfig, serve};
//!
//! let config = HostConfig { web_root: Some("web-demo".into()), ..HostConfig::default() };
//! serve(config, async { /* until this future ends */ }).await
//! # }
//! ```

mod bindings;
mod component;
mod config;
mod connection;
mod error;
mod failure;
mod files;
mod guest;
mod interfaces;
mod key_value;
mod log;
mod metrics;
mod queue;
mod server;
mod site;
mod upload;
mod worker;

pub use config::{HostConfig, default_cache_dir, variables_from_env};
pub use error::HostError;
pub use key_value::KeyValuePlace;
pub use server::{Server, serve};

/// The paths that the component answers; all others are files.
pub const ROUTES: &[&str] = sectionist_api::routes::PATHS;
