//! A small HTTP client for servers of this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A client of one server.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    address: SocketAddr,
}

impl Client {
    /// Of the server at `address`.
    #[must_use]
    pub const fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// The address of the server.
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
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Errors
    /// Words, if there is no answer, or no end of it.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, String> {
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
        let request = request.body(body).map_err(|error| error.to_string())?;
        let mut response = agent.run(request).map_err(|error| error.to_string())?;
        let mut content = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut content).map_err(|error| error.to_string())?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Ok(Answer { status: response.status().as_u16(), headers, body: content })
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
        String::from_utf8_lossy(&self.exchange_bytes(request)).into_owned()
    }

    /// The same, and the answer as it came.
    ///
    /// # Panics
    /// If the server cannot be reached.
    #[must_use]
    pub fn exchange_bytes(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time");
        // The server may have answered and stopped reading.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
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
