//! The flags of `sectionist serve` and `sectionist health`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::units::{parse_seconds, parse_size};

/// Asks a server whether it is healthy, as the health check of a container does.
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Its address.
    #[arg(value_name = "ADDR", default_value = "127.0.0.1:3000")]
    pub(crate) address: std::net::SocketAddr,
}

/// Serves the page and the API on this machine: the same component that Spin serves, on an embedded
/// wasmtime. Variables of the component are taken from the environment (SPIN_VARIABLE_NAME) and from
/// `--variable`.

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:3000].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<std::net::SocketAddr>,

    /// The component [default: beside the program, else where cargo builds it].
    #[arg(long, value_name = "PATH")]
    pub(crate) component: Option<PathBuf>,

    /// Folder of the page's files [default: web-demo, where there is one, else the one that was installed].
    #[arg(long, value_name = "DIR")]
    pub(crate) web_root: Option<PathBuf>,

    /// Serve no page.
    #[arg(long, conflicts_with = "web_root")]
    pub(crate) api_only: bool,

    /// Refuse larger uploads: bytes, or with a unit like 500MB [default: 100MiB].
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_file_size: Option<u64>,

    /// Refuse longer audio, in seconds [default: 7200].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) max_duration: Option<f64>,

    /// Cut analyses after this many seconds [default: 300].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) analysis_timeout: Option<f64>,

    /// Uploads to analyse at the same time [default: two per processor].
    #[arg(long, value_name = "N")]
    pub(crate) max_instances: Option<NonZeroUsize>,

    /// Most memory of an analysis, like 512MiB [default: 1GiB].
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_memory: Option<u64>,

    /// Key-value store for cached reports and rate limits: a file, or a Redis or Valkey that several hosts share,
    /// as redis://:PASSWORD@HOST:6379 [default: in memory].
    #[arg(long, value_name = "FILE|URL", env = "SECTIONIST_KEY_VALUE", hide_env_values = true)]
    pub(crate) key_value: Option<sectionist_host::KeyValuePlace>,

    /// Folder for compiled components [default: the user's cache folder].
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,

    /// Compile the component at every start.
    #[arg(long, conflicts_with = "cache_dir")]
    pub(crate) no_cache: bool,

    /// A variable of the component; may be given several times.
    #[arg(long = "variable", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,
}
