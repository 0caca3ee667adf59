//! What the operator may set.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::key_value::KeyValuePlace;

/// How to serve. Every field has a default for a developer's machine.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// Address to listen on; port 0 lets the system choose. Default: `127.0.0.1:3000`.
    pub listen: SocketAddr,
    /// The component. Default: where cargo puts it in this workspace, relative to the current folder.
    pub component: PathBuf,
    /// Folder of the demo's files; `None` serves only the API. Default: none.
    pub web_root: Option<PathBuf>,
    /// Most memory of an instance in bytes. Default: 1 GiB.
    pub max_instance_memory: usize,
    /// Longest time from accepting a request to the end of its response, beyond which its instance
    /// is dropped. Default: 360 s, which leaves `analysis_timeout` to the component.
    pub request_time: Duration,
    /// Most uploads analysed at the same time, each in an instance of its own. Default: twice the
    /// processors, at least 4.
    pub max_instances: usize,
    /// Most uploads that wait for an instance; further ones are told at once that the server is
    /// busy. Default: 64.
    pub max_waiting: usize,
    /// Longest wait for an instance. Default: 60 s.
    pub waiting_time: Duration,
    /// Threads that instances run on. Default, `None`: one for each of `max_instances` and two to spare,
    /// so that the system shares the processors and short requests never queue behind long ones.
    pub guest_threads: Option<usize>,
    /// How long an upload may stand still. Default: 30 s.
    pub upload_stall: Duration,
    /// After this time an upload must have come at 4 KiB/s on average. Default: 20 s.
    pub upload_grace: Duration,
    /// How long an idle instance is kept. Default: 1 s.
    pub idle_time: Duration,
    /// How long requests may go on once the server is to stop. Default: 30 s.
    pub shutdown_time: Duration,
    /// Spin variables by lower-case name. Default: those of the environment, see
    /// [`variables_from_env`].
    pub variables: BTreeMap<String, String>,
    /// Where the key-value store is. Default: in memory.
    pub key_value: KeyValuePlace,
    /// Folder for compiled components; `None` compiles at every start. Default:
    /// [`default_cache_dir`].
    pub cache_dir: Option<PathBuf>,
}

impl Default for HostConfig {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            component: "target/wasm32-wasip2/component/sectionist_service.wasm".into(),
            web_root: None,
            max_instance_memory: 1 << 30,
            request_time: Duration::from_secs(360),
            max_instances: (2 * processors).max(4),
            max_waiting: 64,
            waiting_time: Duration::from_secs(60),
            guest_threads: None,
            upload_stall: Duration::from_secs(30),
            upload_grace: Duration::from_secs(20),
            idle_time: Duration::from_secs(1),
            shutdown_time: Duration::from_secs(30),
            variables: variables_from_env(),
            key_value: KeyValuePlace::Memory,
            cache_dir: default_cache_dir(),
        }
    }
}

/// The Spin variables that the environment sets: `SPIN_VARIABLE_MAX_FILE_SIZE` is `max_file_size`.
#[must_use]
pub fn variables_from_env() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.to_str()?.strip_prefix("SPIN_VARIABLE_")?.to_ascii_lowercase();
            Some((name, value.into_string().ok()?))
        })
        .collect()
}

/// The user's cache folder for this program, where there is one.
#[must_use]
pub fn default_cache_dir() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("sectionist"))
}
