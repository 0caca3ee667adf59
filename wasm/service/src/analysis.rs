//! An analysis in slices, with a deadline.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use sectionist_core::{Analysis, AnalysisParams, FileHint, Progress, Report, Stage, Step};
use serde_json::json;

use crate::error::ApiError;
use crate::log::milliseconds;

/// After this much work the instance sleeps. Health checks and events wait this long at most.
const SLICE: Duration = Duration::from_millis(20);

/// The shortest sleep after which the host has had its turn.
const PAUSE: Duration = Duration::from_millis(1);

/// An analysis under way.
pub(crate) struct Run {
    analysis: Analysis,
    started: Instant,
    timeout: Duration,
    progress: Progress,
    stage_times: Vec<(Stage, Duration)>,
}

impl Run {
    /// Opens the file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn new(
        bytes: Bytes,
        hint: &FileHint,
        params: &AnalysisParams,
        timeout: Duration,
    ) -> Result<Self, ApiError> {
        let started = Instant::now();
        let analysis = Analysis::new(bytes, hint, params)?;
        let progress = Progress { stage: Stage::Features, fraction: 0.0 };
        Ok(Self { analysis, started, timeout, progress, stage_times: Vec::new() })
    }

    /// Works for about 20 ms, then sleeps for a moment. The report, once there is one.
    ///
    /// # Errors
    /// What is wrong with the file; 504 `timeout` when the time limit cuts the analysis.
    pub(crate) async fn advance(&mut self) -> Result<Option<Box<Report>>, ApiError> {
        let slice = Instant::now();
        let mut now = slice;
        while now - slice < SLICE {
            let step = self.analysis.step()?;
            let after = Instant::now();
            self.progress = self.analysis.progress();
            self.account(after - now);
            if let Step::Done(report) = step {
                return Ok(Some(report));
            }
            now = after;
            if now - self.started > self.timeout {
                return Err(self.timed_out());
            }
        }
        spin_sdk::time::sleep(PAUSE).await;
        Ok(None)
    }

    /// How far the analysis is.
    pub(crate) const fn progress(&self) -> Progress {
        self.progress
    }

    /// Milliseconds spent in each stage up to now.
    pub(crate) fn stage_times(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.stage_times.iter().map(|&(stage, time)| (stage.name(), milliseconds(time)))
    }

    /// Counts a step's time for the stage it ended in.
    fn account(&mut self, time: Duration) {
        match self.stage_times.last_mut() {
            Some((stage, total)) if *stage == self.progress.stage => *total += time,
            _ => self.stage_times.push((self.progress.stage, time)),
        }
    }

    fn timed_out(&self) -> ApiError {
        let limit = self.timeout.as_secs_f64();
        ApiError::new(
            StatusCode::GATEWAY_TIMEOUT,
            "timeout",
            format!("the analysis took longer than the {limit} s it may take here"),
        )
        .with(json!({ "limit": "analysis_timeout", "max": limit, "fraction": self.progress.fraction }))
    }
}
