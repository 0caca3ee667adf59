//! Why a server cannot start or go on.

use std::net::SocketAddr;
use std::path::PathBuf;

use sectionist_api::variables::VariableError;

/// A failure of [`serve`](crate::serve).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// There is no component.
    #[error("there is no component at `{}`; `cargo xtask wasm` builds it", path.display())]
    MissingComponent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is no folder of demo files.
    #[error("there is no folder `{}` with the demo's files; run from the repository, or name another", path.display())]
    MissingWebRoot {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The component cannot be read, compiled or linked.
    #[error("the component `{}` cannot be used: {message}", path.display())]
    Component {
        /// The component.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// A variable is unknown, or its value cannot be used.
    #[error(transparent)]
    Variable(#[from] VariableError),
    /// The key-value store's address cannot be understood.
    #[error("the key-value store's address cannot be used: {0}")]
    KeyValue(String),
    /// Threads or the wasm engine cannot be set up.
    #[error("cannot start: {0}")]
    Start(String),
}
