//! Sections: where they begin, which are alike, what they are.

use super::{Marks, Paper, yes};
use crate::fixtures::Span;
use crate::metrics;

pub(super) fn mark(paper: &Paper<'_>, marks: &mut Marks) {
    let Paper { expected, given, .. } = paper;
    if expected.sections.is_empty() {
        return;
    }
    let (real, told) = (&expected.sections, &given.sections);
    marks.push(("sections_HR05F", metrics::boundaries(real, told, 0.5).f));
    marks.push(("sections_HR3F", metrics::boundaries(real, told, 3.0).f));
    // Nothing told is not one group of everything.
    let alike = if told.is_empty() {
        0.0
    } else {
        metrics::pairwise(&expected.groups, &given.groups, expected.duration).f
    };
    marks.push(("sections_PFC", alike));
    let heard = told.iter().filter(|span| span.label != "silence").count();
    marks.push(("sections_number", yes(heard.abs_diff(real.len()) <= 2)));
    for (label, metric) in [("intro", "intro"), ("outro", "outro")] {
        marks.push((metric, yes(!told.is_empty() && has_end(real, label) == has_end(told, label))));
    }
    marks.push(("labels_time", metrics::agreement(real, told)));
    match frame_f(real, told, "chorus") {
        Some(f) => marks.push(("chorus_F", f)),
        None => {
            let called: f64 =
                told.iter().filter(|span| span.label == "chorus").map(|span| span.end - span.start).sum();
            marks.push(("chorus_false", called / expected.duration.max(1e-9)));
        }
    }
    if let Some(f) = frame_f(real, told, "verse") {
        marks.push(("verse_F", f));
    }
}

/// Whether the first (for an intro) or the last section that is not silent has this label.
fn has_end(spans: &[Span], label: &str) -> bool {
    let mut heard = spans.iter().filter(|span| span.label != "silence");
    let end = if label == "intro" { heard.next() } else { heard.next_back() };
    end.is_some_and(|span| span.label == label)
}

/// F-measure of the time with this label; `None` if it never has it.
fn frame_f(real: &[Span], told: &[Span], label: &str) -> Option<f64> {
    let length = |spans: &[Span]| -> f64 {
        spans.iter().filter(|span| span.label == label).map(|span| span.end - span.start).sum()
    };
    let mut both = 0.0;
    for a in real.iter().filter(|span| span.label == label) {
        for b in told.iter().filter(|span| span.label == label) {
            both += (a.end.min(b.end) - a.start.max(b.start)).max(0.0);
        }
    }
    let all = length(real);
    (all > 0.0).then(|| 2.0 * both / (all + length(told)))
}
