//! Structured logs: one JSON line a request, on standard error.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::StatusCode;
use sectionist_api::variables::Level;
use sectionist_core::Report;
use serde_json::{Map, Value, json};

/// The line of one request. It is written when the last holder lets go of it: after the response
/// was made, or after its last event was sent.
#[derive(Debug, Clone)]
pub(crate) struct Entry(Arc<Mutex<Line>>);

#[derive(Debug)]
struct Line {
    threshold: Level,
    started: Instant,
    status: StatusCode,
    outcome: &'static str,
    fields: Map<String, Value>,
}

impl Entry {
    /// Starts the line of a request.
    pub(crate) fn new(started: Instant) -> Self {
        Self(Arc::new(Mutex::new(Line {
            threshold: Level::Info,
            started,
            status: StatusCode::OK,
            outcome: "ok",
            fields: Map::new(),
        })))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets from which level on lines are written.
    pub(crate) fn threshold(&self, level: Level) {
        self.line().threshold = level;
    }

    /// Adds a field.
    pub(crate) fn set(&self, name: &str, value: impl Into<Value>) {
        self.line().fields.insert(name.to_owned(), value.into());
    }

    /// Adds a field that only debug lines have.
    pub(crate) fn set_debug(&self, name: &str, value: impl Into<Value>) {
        if self.line().threshold <= Level::Debug {
            self.set(name, value);
        }
    }

    /// Adds what a report is about.
    pub(crate) fn describe(&self, report: &Report) {
        self.set("format", format!("{}/{}", report.source.container, report.source.codec));
        self.set("duration", report.duration);
    }

    /// Adds the milliseconds of stages.
    pub(crate) fn describe_stages(&self, times: impl Iterator<Item = (&'static str, f64)>) {
        self.set(
            "stages_ms",
            Value::Object(times.map(|(stage, time)| (stage.to_owned(), time.into())).collect()),
        );
    }

    /// Tells how the request ended.
    pub(crate) fn outcome(&self, status: StatusCode, outcome: &'static str) {
        let mut line = self.line();
        line.status = status;
        line.outcome = outcome;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let level = match self.status.as_u16() {
            500.. => Level::Error,
            400..500 => Level::Warn,
            _ => Level::Info,
        };
        if level < self.threshold {
            return;
        }
        let mut line = json!({
            "level": level.name(),
            "status": self.status.as_u16(),
            "outcome": self.outcome,
            "total_ms": milliseconds(self.started.elapsed()),
            "peak_memory": peak_memory(),
        });
        if let Some(object) = line.as_object_mut() {
            object.append(&mut self.fields);
        }
        // Nobody is left to tell that standard error is closed.
        let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
    }
}

/// Milliseconds, to a tenth.
pub(crate) fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e4).round() / 10.0
}

/// A short name for a client's address: the same for the same address within this version, so that
/// requests of one client can be told together. It is a pseudonym, not anonymity.
pub(crate) fn pseudonym(address: IpAddr) -> String {
    let mut hasher = DefaultHasher::new();
    ("sectionist client", address).hash(&mut hasher);
    format!("{:08x}", hasher.finish() as u32)
}

/// Bytes of this instance's memory. It never shrinks, so this is its peak.
#[cfg(target_arch = "wasm32")]
fn peak_memory() -> usize {
    const PAGE: usize = 64 << 10;
    core::arch::wasm32::memory_size::<0>() * PAGE
}

#[cfg(not(target_arch = "wasm32"))]
const fn peak_memory() -> usize {
    0
}
