//! The component on the local host, in this process, and a small client for it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use sectionist_host::{HostConfig, Server};
use serde_json::Value;
use tokio::sync::oneshot;

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

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository().join("target"), |folder| repository().join(folder))
}

/// A local host that runs until it is dropped.
pub struct Service {
    address: SocketAddr,
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
            component: target().join("wasm32-wasip2/component/sectionist_service.wasm"),
            cache_dir: Some(target().join("components")),
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
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Tells the host to stop and waits for it.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// The address it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Panics
    /// If there is no answer.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(300)))
            .build()
            .into();
        let request = request.body(body).expect("a request");
        let mut response = agent.run(request).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let mut content = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut content).expect("the whole answer");
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Answer { status: response.status().as_u16(), headers, body: content }
    }

    /// GETs `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// POSTs `body` as it is to `path`.
    #[must_use]
    pub fn post(&self, path: &str, body: &[u8]) -> Answer {
        self.send("POST", path, &[], body)
    }

    /// Writes `request` byte by byte as given and reads until the connection closes, for requests
    /// that no client would send.
    ///
    /// # Panics
    /// If the server cannot be reached.
    #[must_use]
    pub fn exchange(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time");
        // The server may have answered and stopped reading.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Vec<u8>,
}

impl Answer {
    /// The header `name`, its values joined by commas; empty if it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(given, _)| given == name);
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The content as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The content as JSON.
    ///
    /// # Panics
    /// If it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The error's code, after a check that the error is complete and the status as expected.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    pub fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        assert!(!self.header("x-request-id").is_empty());
        let error = self.json();
        assert!(error["error"].as_str().is_some_and(|words| words.len() > 5), "{error}");
        assert!(error["details"].is_object(), "{error}");
        error["code"].as_str().unwrap_or_default().to_owned()
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
