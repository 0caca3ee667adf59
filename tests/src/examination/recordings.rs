//! Recordings whose beats people charted: what is known of each differs from song to song.

use serde_json::Value;

use super::{Marks, yes};
use crate::fixtures::{Answers, Span};
use crate::metrics;

/// Words in a charter's name of a part, in the order in which they are looked for, and the function that they mean.
const FUNCTIONS: [(&[&str], &str); 10] = [
    (&["prechorus", "pre-chorus", "pre chorus"], "pre-chorus"),
    (&["postchorus", "post-chorus", "post chorus"], "post-chorus"),
    (&["chorus", "refrain", "hook"], "chorus"),
    (&["verse"], "verse"),
    (&["intro"], "intro"),
    (&["outro", "ending"], "outro"),
    (&["bridge"], "bridge"),
    (&["solo"], "solo"),
    (&["break", "build"], "breakdown"),
    (&["riff", "instrumental", "interlude", "lead"], "instrumental"),
];
/// Fewer parts whose names say a function are no truth about functions.
const MIN_NAMED: usize = 4;

/// Scores a report in every respect of which the truth says something. What is not answered is wrong, but
/// for sections: answers about rhythm alone have none, and are not asked for them.
#[must_use]
pub fn examine_recording(truth: &Value, report: &Value) -> Marks {
    let (expected, given) = (Answers::from_json(truth), Answers::from_json(report));
    let mut marks = Marks::new();
    if truth["kind"] == "nonmusic" {
        marks.push(("tempo_null", yes(given.tempo.is_none())));
        marks.push(("key_null", yes(given.key.is_none())));
        return marks;
    }
    if let Some(tempo) = expected.tempo {
        let told = given.tempo.unwrap_or(0.0);
        marks.push(("tempo_acc1", yes(metrics::tempo(tempo, told, &[1.0]))));
        marks.push(("tempo_alt", yes(metrics::tempo(tempo, told, &[1.0, 0.5, 2.0]))));
    }
    if !expected.beats.is_empty() {
        marks.push(("beat_F", metrics::events(&expected.beats, &given.beats, 0.07).f));
        marks.push(("beat_AMLt", metrics::continuity(&expected.beats, &given.beats).amlt));
    }
    if !expected.downbeats.is_empty() {
        marks.push(("downbeat_F", metrics::events(&expected.downbeats, &given.downbeats, 0.07).f));
    }
    if let Some(meter) = &expected.time_signature {
        let others = truth["time_signature_alt"].as_array().map(Vec::as_slice).unwrap_or_default();
        let told = given.time_signature.as_deref();
        marks.push((
            "meter",
            yes(told == Some(meter) || others.iter().any(|other| other.as_str() == told && told.is_some())),
        ));
    }
    if let Some(key) = &expected.key {
        marks.push(("key_exact", yes(given.key.as_ref().is_some_and(|told| metrics::same_key(key, told)))));
    }
    let named = named_sections(truth);
    if !named.is_empty() && !report["sections"].is_null() {
        mark_sections(truth, &named, &given.sections, &mut marks);
    }
    marks
}

/// The parts that charters named, each by the function that its name says, or by nothing; empty where hardly
/// any name says one.
#[must_use]
pub fn named_sections(truth: &Value) -> Vec<Span> {
    let parts = truth["sections_named"].as_array().map(Vec::as_slice).unwrap_or_default();
    let spans: Vec<Span> = parts
        .iter()
        .filter_map(|part| {
            let label = function(part["label"].as_str()?).unwrap_or_default().to_owned();
            Some(Span { start: part["start"].as_f64()?, end: part["end"].as_f64()?, label })
        })
        .collect();
    let n_named = spans.iter().filter(|span| !span.label.is_empty()).count();
    if n_named < MIN_NAMED { Vec::new() } else { spans }
}

/// The function that a charter's name of a part says.
fn function(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    FUNCTIONS.iter().find(|(words, _)| words.iter().any(|word| name.contains(word))).map(|(_, label)| *label)
}

fn mark_sections(truth: &Value, named: &[Span], told: &[Span], marks: &mut Marks) {
    let all: Vec<Span> = truth["sections_named"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| {
            Some(Span { start: part["start"].as_f64()?, end: part["end"].as_f64()?, label: String::new() })
        })
        .collect();
    let near = metrics::boundaries(&all, told, 3.0);
    marks.push(("sections_HR05F", metrics::boundaries(&all, told, 0.5).f));
    marks.push(("sections_HR3F", near.f));
    marks.push(("sections_HR3P", near.precision));
    let known: Vec<Span> = named.iter().filter(|span| !span.label.is_empty()).cloned().collect();
    marks.push(("labels_time", metrics::agreement(&known, told)));
    let seconds = |spans: &[Span], label: &str| -> f64 {
        spans.iter().filter(|span| span.label == label).map(|span| span.end - span.start).sum()
    };
    // What is told where nothing is known is neither right nor wrong.
    let heard: Vec<Span> = known
        .iter()
        .flat_map(|real| {
            told.iter().map(|span| Span {
                start: span.start.max(real.start),
                end: span.end.min(real.end),
                label: if span.label == "chorus" && real.label == "chorus" {
                    "both".to_owned()
                } else {
                    span.label.clone()
                },
            })
        })
        .filter(|span| span.end > span.start)
        .collect();
    let (real, both) = (seconds(&known, "chorus"), seconds(&heard, "both"));
    if real > 0.0 {
        marks.push(("chorus_F", 2.0 * both / (real + both + seconds(&heard, "chorus"))));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mark(marks: &Marks, name: &str) -> Option<f64> {
        marks.iter().find(|(metric, _)| *metric == name).map(|(_, value)| *value)
    }

    #[test]
    fn names_say_functions() {
        let told = ["Pre-Chorus 2", "Chorus 1a", "Guitar Solo 3", "Breakdown", "Main Riff", "Verse", "C"];
        let expected = ["pre-chorus", "chorus", "solo", "breakdown", "instrumental", "verse"].map(Some);
        assert_eq!(told.map(function)[..6], expected);
        assert_eq!(function("C"), None);
    }

    #[test]
    fn only_what_is_known_is_asked() {
        let marks = examine_recording(&json!({ "beats": [1.0, 2.0, 3.0] }), &json!({ "beats": [1.0, 2.0] }));
        assert_eq!(mark(&marks, "beat_F"), Some(0.8));
        assert!(
            ["tempo_acc1", "downbeat_F", "meter", "labels_time"]
                .iter()
                .all(|name| mark(&marks, name).is_none())
        );
        let half = examine_recording(&json!({ "tempo": 120.0 }), &json!({ "tempo": 61.0 }));
        assert_eq!((mark(&half, "tempo_acc1"), mark(&half, "tempo_alt")), (Some(0.0), Some(1.0)));
        let silent =
            examine_recording(&json!({ "kind": "nonmusic" }), &json!({ "tempo": 61.0, "key": null }));
        assert_eq!((mark(&silent, "tempo_null"), mark(&silent, "key_null")), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn functions_count_where_a_name_says_one() {
        let part = |start: f64, end: f64, label: &str| json!({ "start": start, "end": end, "label": label });
        let truth = json!({ "sections_named": [
            part(0.0, 10.0, "Intro"), part(10.0, 30.0, "Verse 1"), part(30.0, 50.0, "Chorus 1"),
            part(50.0, 60.0, "xyz"), part(60.0, 80.0, "Chorus 2"),
        ] });
        let report = json!({ "sections": [
            part(0.0, 10.0, "intro"), part(10.0, 40.0, "verse"), part(40.0, 80.0, "chorus"),
        ] });
        let marks = examine_recording(&truth, &report);
        assert_eq!(mark(&marks, "labels_time"), Some(60.0 / 70.0));
        assert_eq!(mark(&marks, "chorus_F"), Some(2.0 * 30.0 / 70.0));
        assert_eq!(mark(&marks, "sections_HR3P"), Some(0.5));
    }
}
