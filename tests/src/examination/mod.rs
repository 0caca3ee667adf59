//! How songs are scored: composed ones (`songbook/`), of which more can be asked than corpora tell, and recordings.

mod forms;
mod harmony;
mod recordings;
mod rhythm;

pub use recordings::{examine_recording, named_sections};
use serde_json::Value;

use crate::fixtures::{Answers, Span};

/// A song with its truth and the report on it.
struct Paper<'a> {
    truth: &'a Value,
    report: &'a Value,
    expected: Answers,
    given: Answers,
}

/// Scores by metric. Most are in [0, 1], 1 being best; those named `…_error` and `…_false` are best at 0.
pub type Marks = Vec<(&'static str, f64)>;

/// Scores a report (schema version 1) against the truth of a song, in every respect of which the truth says
/// something. What is not answered is wrong.
#[must_use]
pub fn examine(truth: &Value, report: &Value) -> Marks {
    // Only recordings have a source.
    if truth["source"].is_string() {
        return examine_recording(truth, report);
    }
    let paper =
        Paper { truth, report, expected: Answers::from_json(truth), given: Answers::from_json(report) };
    let mut marks = Marks::new();
    // Drills in harmony are no test of rhythm, nor the other way round; whole songs are of all.
    let set = truth["set"].as_str().unwrap_or_default();
    if set != "harmony" {
        rhythm::mark(&paper, &mut marks);
    }
    if set != "rhythm" {
        harmony::mark(&paper, &mut marks);
    }
    forms::mark(&paper, &mut marks);
    marks
}

/// What songs are grouped by, and the group of this one.
#[must_use]
pub fn categories(truth: &Value) -> Vec<(&'static str, String)> {
    let mut groups = Vec::new();
    if let Some(source) = truth["source"].as_str() {
        let named = truth["repository"].as_str();
        let repository = named.or_else(|| source.rsplit_once(':').map(|(repository, _)| repository));
        groups.push(("repository", repository.unwrap_or(source).to_owned()));
        groups.push(("genre", truth["genre"].as_str().unwrap_or("unknown").to_owned()));
        return groups;
    }
    for name in ["kind", "ensemble", "style"] {
        if let Some(text) = truth[name].as_str() {
            groups.push((name, text.to_owned()));
        }
    }
    if let Some(text) = truth["time_signature"].as_str() {
        groups.push(("meter", text.to_owned()));
    }
    if let Some(tempo) = truth["tempo"].as_f64().filter(|_| truth["set"] == "rhythm") {
        let low = (tempo / 30.0).floor() as i32 * 30;
        groups.push(("tempo", format!("{low:03}–{:03}", low + 30)));
    }
    groups
}

fn yes(right: bool) -> f64 {
    f64::from(u8::from(right))
}

/// Times at which one span gives way to another.
fn changes(spans: &[Span]) -> Vec<f64> {
    spans.windows(2).filter(|pair| pair[0].label != pair[1].label).map(|pair| pair[1].start).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn truth() -> Value {
        let beats: Vec<f64> = (0..60).map(|k| f64::from(k) * 0.5).collect();
        json!({
            "set": "all", "kind": "jump", "tempo": 120.0, "beats": beats, "duration": 30.0,
            "downbeats": beats.iter().step_by(4).collect::<Vec<_>>(), "tempo_changes": [16.0],
            "tempo_curve": [
                { "start": 0.0, "end": 16.0, "bpm": 120.0 }, { "start": 16.0, "end": 30.0, "bpm": 120.0 },
            ],
            "time_signature": "4/4", "swing_ratio": 1.0, "key": "C major",
            "time_signatures": [{ "start": 0.0, "end": 30.0, "value": "4/4" }],
            "keys": [
                { "start": 0.0, "end": 16.0, "key": "C major" }, { "start": 16.0, "end": 30.0, "key": "D major" },
            ],
            "chords": [{ "start": 0.0, "end": 30.0, "label": "C:maj/3" }], "tuning_cents": 12.0,
            "sections": [
                { "start": 0.0, "end": 8.0, "label": "intro", "group": "I" },
                { "start": 8.0, "end": 16.0, "label": "verse", "group": "A" },
                { "start": 16.0, "end": 30.0, "label": "chorus", "group": "B" },
            ],
        })
    }

    fn mark(marks: &Marks, name: &str) -> Option<f64> {
        marks.iter().find(|(metric, _)| *metric == name).map(|(_, value)| *value)
    }

    #[test]
    fn the_truth_scores_best() {
        let (truth, mut report) = (truth(), truth());
        report["rhythm"] = json!({ "swing_ratio": 1.0 });
        report["tuning"] = json!({ "cents": 12.0 });
        report["tempo_curve"][1]["bpm"] = json!(140.0);
        let marks = examine(&truth, &report);
        for (metric, value) in &marks {
            let best = if metric.ends_with("_error") || metric.ends_with("_false") { 0.0 } else { 1.0 };
            assert_eq!(*value, best, "{metric}");
        }
        for metric in
            ["tempo_acc1", "beat_AMLt", "tempo_change_found", "mod_found", "chord_inversions", "chorus_F"]
        {
            assert!(mark(&marks, metric).is_some(), "{metric} is missing");
        }
    }

    #[test]
    fn no_answer_scores_worst() {
        let marks = examine(&truth(), &json!({ "duration": 30.0 }));
        for (metric, value) in &marks {
            let is_best_at_0 = metric.ends_with("_error") || metric.ends_with("_false");
            // One blank is neither cut in pieces nor, beside a single chord, merged.
            let is_blank = metric.ends_with("seg");
            assert!(*value == 0.0 || is_best_at_0 || is_blank, "{metric} {value}");
        }
    }

    #[test]
    fn what_is_null_must_not_be_found() {
        let truth = json!({ "tempo": null, "key": null, "beats": [], "duration": 9.0 });
        let marks = examine(&truth, &json!({ "tempo": null, "key": null, "duration": 9.0 }));
        assert_eq!((mark(&marks, "tempo_null"), mark(&marks, "key_null")), (Some(1.0), Some(1.0)));
        let marks = examine(&truth, &json!({ "tempo": 100.0, "key": "C major", "duration": 9.0 }));
        assert_eq!((mark(&marks, "tempo_null"), mark(&marks, "key_null")), (Some(0.0), Some(0.0)));
        assert_eq!(mark(&marks, "tempo_acc1"), None);
    }
}
