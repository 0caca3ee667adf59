//! The log: one JSON line for what happens, on standard error, the component's lines among them.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use sectionist_api::variables::Level;
use serde_json::{Value, json};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::metrics::Metrics;

/// Longest line that is taken apart; longer ones pass in pieces.
const MAX_LINE: usize = 64 << 10;

fn put(bytes: &[u8]) {
    // Nobody is left to tell that standard error is closed.
    let _ = io::stderr().write_all(bytes);
}

/// The log of host and instances. What instances write to standard error is theirs: its lines are counted,
/// and passed on from `threshold` on; what is no line of a log, such as words of a panic, is passed on as it is.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) threshold: Level,
}

impl Log {
    /// Writes a line of the host's own.
    pub(crate) fn write(&self, level: Level, outcome: &str, message: &str) {
        self.put(level, json!({ "outcome": outcome, "message": message }));
    }

    /// Writes these fields as a line.
    pub(crate) fn put(&self, level: Level, mut fields: Value) {
        if level >= self.threshold {
            fields["level"] = level.name().into();
            put(format!("{fields}\n").as_bytes());
        }
    }

    fn line(&self, line: &[u8]) {
        if let Ok(fields) = serde_json::from_slice::<Value>(line)
            && let Some(level) = fields["level"].as_str()
        {
            self.metrics.logged(&fields);
            let level = match level {
                "debug" => Level::Debug,
                "info" => Level::Info,
                "warn" => Level::Warn,
                _ => Level::Error,
            };
            if level < self.threshold {
                return;
            }
        }
        put(line);
    }
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Lines { log: self.clone(), rest: Vec::new() })
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Lines { log: self.clone(), rest: Vec::new() })
    }
}

/// A stream that is cut into lines.
struct Lines {
    log: Log,
    /// What has no end yet.
    rest: Vec<u8>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.rest.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.rest.len() > MAX_LINE {
                self.log.line(&self.rest);
                self.rest.clear();
            }
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.rest.is_empty() {
            self.log.line(&self.rest);
        }
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_LINE)
    }
}

impl AsyncWrite for Lines {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
