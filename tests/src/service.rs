//! The component on the local host, in this process, and uploads for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread::JoinHandle;

use sectionist_host::{HostConfig, Server};
use tokio::sync::oneshot;

pub use crate::client::Answer;
use crate::client::Client;

/// The repository.
///
/// # Panics
/// Never: this crate lies in it.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository")
}

/// The bytes of a file of `fixtures/audio`.
///
/// # Panics
/// If it is missing.
#[must_use]
pub fn fixture(name: &str) -> Vec<u8> {
    let path = repository().join("fixtures/audio").join(name);
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask fixtures` makes it", path.display()))
}

/// A local host that runs until it is dropped.
pub struct Service {
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Starts a host on a free port, with Spin variables and what `change` does to its settings.
    ///
    /// # Panics
    /// If it cannot start, as when the component is not built.
    #[must_use]
    pub fn start(variables: &[(&str, &str)], change: impl FnOnce(&mut HostConfig)) -> Self {
        let mut config = HostConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            component: crate::component(),
            cache_dir: Some(crate::target().join("components")),
            variables: variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            ..HostConfig::default()
        };
        change(&mut config);
        let (started, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("threads for the server");
            runtime.block_on(async {
                let server = match Server::bind(config).await {
                    Ok(server) => server,
                    Err(error) => {
                        let _ = started.send(Err(error.to_string()));
                        return;
                    }
                };
                let _ = started.send(Ok(server.local_addr()));
                let until = async {
                    let _ = stopped.await;
                };
                server.run(until).await;
            });
        });
        let address =
            address.recv().expect("the server thread lives").unwrap_or_else(|error| panic!("{error}"));
        Self { client: Client::new(address), stop: Some(stop), thread: Some(thread) }
    }

    /// Tells the host to stop and waits for it.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::ops::Deref for Service {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A multipart body with boundary `BOUNDARY`: parts of (headers after `form-data; `, content).
#[must_use]
pub fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (disposition, content) in parts {
        body.extend_from_slice(b"--BOUNDARY\r\nContent-Disposition: form-data; ");
        body.extend_from_slice(disposition.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--BOUNDARY--\r\n");
    body
}

/// The content type of [`form`].
pub const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=BOUNDARY");

/// A WAV file of `seconds` of clicks over a sawtooth, 8 kHz, 16 bit, mono: long and quick to make.
#[must_use]
pub fn clicks(seconds: u32) -> Vec<u8> {
    let n_samples = seconds * 8_000;
    let mut wav = Vec::with_capacity(44 + 2 * n_samples as usize);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + 2 * n_samples).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend_from_slice(&8_000u32.to_le_bytes());
    wav.extend_from_slice(&16_000u32.to_le_bytes());
    wav.extend_from_slice(b"\x02\0\x10\0data");
    wav.extend_from_slice(&(2 * n_samples).to_le_bytes());
    for i in 0..n_samples {
        let sample = if i % 4_000 < 40 { 12_000i16 } else { (i % 61) as i16 * 20 };
        wav.extend_from_slice(&sample.to_le_bytes());
    }
    wav
}
