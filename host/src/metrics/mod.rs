//! What the host counts, and how Prometheus reads it at `/metrics`.
//!
//! Requests are counted where they are answered; analyses by the lines that the component logs, which
//! say format, outcome and the time of each stage, for streams of events and clients that left too.

mod process;
mod series;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde_json::Value;

use series::{Counter, Histogram, Text};

/// The type of [`Metrics::render`].
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds of durations in seconds.
const SECONDS: &[f64] = &[0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// Counts of one server.
pub(crate) struct Metrics {
    started: Instant,
    requests: Counter<2>,
    request_seconds: Histogram<1>,
    analyses: Counter<2>,
    stage_seconds: Histogram<1>,
    analysis_seconds: Histogram<0>,
    audio_seconds: Counter<0>,
    upload_bytes: Counter<0>,
    cache: Counter<1>,
    /// Uploads that found no place to wait, or waited too long.
    pub(crate) refused: Counter<0>,
    /// Instances that trapped.
    pub(crate) instance_failures: Counter<0>,
    /// Operations of the key-value store by kind and how they ended.
    pub(crate) store_operations: Counter<2>,
    instances: Mutex<Vec<Weak<AtomicUsize>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            requests: Counter::default(),
            request_seconds: Histogram::new(SECONDS),
            analyses: Counter::default(),
            stage_seconds: Histogram::new(SECONDS),
            analysis_seconds: Histogram::new(SECONDS),
            audio_seconds: Counter::default(),
            upload_bytes: Counter::default(),
            cache: Counter::default(),
            refused: Counter::default(),
            instance_failures: Counter::default(),
            store_operations: Counter::default(),
            instances: Mutex::default(),
        }
    }
}

/// What [`Metrics::render`] cannot know itself.
pub(crate) struct Queue {
    pub(crate) running: usize,
    pub(crate) max_running: usize,
    pub(crate) waiting: usize,
    pub(crate) max_waiting: usize,
}

impl Metrics {
    /// Counts a request that was answered, and how long that took to its last byte.
    pub(crate) fn answered(&self, route: &'static str, status: u16, time: Duration) {
        self.requests.add([route, &status.to_string()], 1);
        self.request_seconds.observe([route], time.as_secs_f64());
    }

    /// Counts what the header `x-cache` says.
    pub(crate) fn cached(&self, result: &str) {
        if let Some(known) = ["hit", "miss"].into_iter().find(|known| *known == result) {
            self.cache.add([known], 1);
        }
    }

    /// Reads a line of the component's log.
    pub(crate) fn logged(&self, line: &Value) {
        if line["route"] != "/analyze" || line["method"] != "POST" {
            return;
        }
        let outcome = line["outcome"].as_str().unwrap_or("unknown");
        self.analyses.add([line["format"].as_str().unwrap_or("unknown"), outcome], 1);
        self.upload_bytes.add([], line["bytes"].as_u64().unwrap_or(0));
        let Some(stages) = line["stages_ms"].as_object() else { return };
        let mut whole = 0.0;
        for (stage, time) in stages {
            let seconds = time.as_f64().unwrap_or(0.0) / 1e3;
            self.stage_seconds.observe([stage], seconds);
            whole += seconds;
        }
        if !stages.is_empty() {
            self.analysis_seconds.observe([], whole);
            self.audio_seconds.add([], line["duration"].as_f64().map_or(0, |seconds| seconds.round() as u64));
        }
    }

    /// Knows an instance by the bytes of its memory, until it is dropped.
    pub(crate) fn instance(&self, memory: Weak<AtomicUsize>) {
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.retain(|memory| memory.strong_count() > 0);
        instances.push(memory);
    }

    /// All of it in Prometheus' text format.
    pub(crate) fn render(&self, queue: &Queue) -> String {
        let mut text = Text::default();
        text.gauge(
            "sectionist_build_info",
            "The version that runs.",
            "version",
            env!("CARGO_PKG_VERSION"),
            1.0,
        );
        text.counter(
            "sectionist_requests_total",
            "Requests that were answered.",
            ["route", "status"],
            &self.requests,
        );
        text.histogram(
            "sectionist_request_duration_seconds",
            "From a request's head to the last byte of its answer.",
            ["route"],
            &self.request_seconds,
        );
        text.counter(
            "sectionist_analyses_total",
            "Uploads by container and codec, and by how they ended: ok or an error's code.",
            ["format", "outcome"],
            &self.analyses,
        );
        text.histogram(
            "sectionist_analysis_duration_seconds",
            "Processor time of finished analyses, all stages together.",
            [],
            &self.analysis_seconds,
        );
        text.histogram(
            "sectionist_stage_duration_seconds",
            "Processor time of finished analyses in each stage.",
            ["stage"],
            &self.stage_seconds,
        );
        text.counter("sectionist_audio_seconds_total", "Seconds of audio analysed.", [], &self.audio_seconds);
        text.counter("sectionist_upload_bytes_total", "Bytes of uploaded files.", [], &self.upload_bytes);
        text.counter(
            "sectionist_cache_requests_total",
            "Uploads by whether a report was kept.",
            ["result"],
            &self.cache,
        );
        text.counter(
            "sectionist_store_operations_total",
            "Operations of the key-value store.",
            ["operation", "outcome"],
            &self.store_operations,
        );
        text.counter(
            "sectionist_queue_refused_total",
            "Uploads that were told to come later.",
            [],
            &self.refused,
        );
        text.counter(
            "sectionist_instance_failures_total",
            "Instances of the component that trapped.",
            [],
            &self.instance_failures,
        );
        let instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        let memories: Vec<usize> =
            instances.iter().filter_map(Weak::upgrade).map(|memory| memory.load(Ordering::Relaxed)).collect();
        drop(instances);
        for (name, help, value) in [
            ("sectionist_queue_waiting", "Uploads that wait for an instance.", queue.waiting),
            ("sectionist_queue_limit", "Uploads that may wait.", queue.max_waiting),
            ("sectionist_uploads_running", "Uploads that have an instance.", queue.running),
            ("sectionist_uploads_limit", "Uploads that may have one at the same time.", queue.max_running),
            ("sectionist_instances", "Instances of the component.", memories.len()),
            ("sectionist_instance_memory_bytes", "Memory of all instances.", memories.iter().sum()),
            (
                "sectionist_instance_memory_max_bytes",
                "Memory of the largest instance.",
                memories.iter().copied().max().unwrap_or(0),
            ),
        ] {
            text.plain_gauge(name, help, value as f64);
        }
        text.plain_gauge(
            "sectionist_uptime_seconds",
            "Since the server started.",
            self.started.elapsed().as_secs_f64(),
        );
        process::describe(&mut text);
        text.finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_and_answers_are_counted() {
        let metrics = Metrics::default();
        metrics.answered("/analyze", 200, Duration::from_millis(30));
        metrics.answered("/analyze", 200, Duration::from_secs(400));
        metrics.cached("hit");
        metrics.cached("a stranger's word");
        metrics.logged(&json!({
            "route": "/analyze", "method": "POST", "outcome": "ok", "format": "mp3/mp3", "bytes": 1000, "duration": 10.4,
            "stages_ms": { "features": 40.0, "rhythm": 20.0 },
        }));
        metrics.logged(&json!({ "route": "/analyze", "method": "POST", "outcome": "cancelled" }));
        metrics.logged(&json!({ "route": "/health", "method": "GET", "outcome": "ok" }));
        let queue = Queue { running: 1, max_running: 4, waiting: 2, max_waiting: 64 };
        let text = metrics.render(&queue);
        for line in [
            "sectionist_requests_total{route=\"/analyze\",status=\"200\"} 2",
            "sectionist_request_duration_seconds_bucket{route=\"/analyze\",le=\"0.02\"} 0",
            "sectionist_request_duration_seconds_bucket{route=\"/analyze\",le=\"0.05\"} 1",
            "sectionist_request_duration_seconds_bucket{route=\"/analyze\",le=\"+Inf\"} 2",
            "sectionist_request_duration_seconds_count{route=\"/analyze\"} 2",
            "sectionist_analyses_total{format=\"mp3/mp3\",outcome=\"ok\"} 1",
            "sectionist_analyses_total{format=\"unknown\",outcome=\"cancelled\"} 1",
            "sectionist_stage_duration_seconds_sum{stage=\"features\"} 0.04",
            "sectionist_analysis_duration_seconds_count 1",
            "sectionist_audio_seconds_total 10",
            "sectionist_cache_requests_total{result=\"hit\"} 1",
            "sectionist_queue_waiting 2",
            "# TYPE sectionist_queue_refused_total counter",
        ] {
            assert!(text.lines().any(|given| given == line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("stranger") && !text.contains("/health"), "{text}");
    }
}
