//! What is asked of an analysis, and how its answer is dressed.

use sectionist_api::cache::Fingerprint;
use sectionist_core::decode::check_hint;
use sectionist_core::report::Corrections;
use sectionist_core::{AnalysisParams, FileHint, Report};

use crate::cache;
use crate::context::Context;

/// A question whose upload has arrived.
pub(crate) struct Question {
    pub(crate) context: Context,
    pub(crate) params: AnalysisParams,
    pub(crate) hint: FileHint,
    pub(crate) corrections: Option<Corrections>,
    pub(crate) fingerprint: Fingerprint,
}

impl Question {
    /// Keeps the report that was made, and dresses it.
    pub(crate) async fn settle(&self, report: Report) -> Report {
        let report = cache::keep(&self.context, &self.fingerprint, report, self.params.format).await;
        self.dress(report)
    }

    /// Puts into a report what depends on this request only: corrections, the parts asked for, the file's name,
    /// and whether name and type fit.
    pub(crate) fn dress(&self, mut report: Report) -> Report {
        if let Some(corrections) = &self.corrections {
            report = corrections.apply(&report);
        }
        report.include = self.params.include;
        report.source.name.clone_from(&self.hint.name);
        report.warnings.splice(0..0, check_hint(&self.hint, &report.source.container));
        report
    }
}
