//! An analysis in slices, with a deadline.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sectionist_api::answers::share;
use sectionist_api::failure::{Code, Details};
use sectionist_core::{Analysis, AnalysisParams, FileHint, Progress, Report, Stage, Step};

use crate::error::ApiError;
use crate::log::milliseconds;
use crate::rest::Rest;

/// After this much work the instance sleeps. Health checks and events wait this long at most.
const SLICE: Duration = Duration::from_millis(20);

/// An analysis under way.
pub(crate) struct Run {
    analysis: Analysis,
    rest: Rest,
    started: Instant,
    timeout: Duration,
    progress: Progress,
    stage_times: Vec<(Stage, Duration)>,
}

impl Run {
    /// Opens the file. What its name promises is not looked at.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn new(bytes: Bytes, params: &AnalysisParams, timeout: Duration) -> Result<Self, ApiError> {
        let started = Instant::now();
        let analysis = Analysis::new(bytes, &FileHint::default(), params)?;
        let progress = Progress { stage: Stage::Features, fraction: 0.0 };
        Ok(Self { analysis, rest: Rest::default(), started, timeout, progress, stage_times: Vec::new() })
    }

    /// Sleeps for a moment, then works for about 20 ms. The report, once there is one.
    ///
    /// # Errors
    /// What is wrong with the file; 504 `timeout` when the time limit cuts the analysis.
    pub(crate) async fn advance(&mut self) -> Result<Option<Box<Report>>, ApiError> {
        self.rest.take().await;
        let slice = Instant::now();
        let mut now = slice;
        while now - slice < SLICE {
            if now - self.started > self.timeout {
                return Err(self.timed_out());
            }
            let step = self.analysis.step()?;
            let after = Instant::now();
            self.progress = self.analysis.progress();
            self.account(after - now);
            if let Step::Done(report) = step {
                return Ok(Some(report));
            }
            now = after;
        }
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
        let max = self.timeout.as_secs_f64();
        ApiError::new(Code::Timeout, format!("the analysis took longer than the {max} s it may take here"))
            .with(Details::Time {
                limit: "analysis_timeout",
                max,
                fraction: Some(share(self.progress.fraction)),
            })
    }
}
