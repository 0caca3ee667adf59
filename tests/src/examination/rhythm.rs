//! Tempo, beats, bars, meter, groove.

use serde_json::Value;

use super::{Marks, Paper, yes};
use crate::fixtures::Span;
use crate::metrics;

/// Seconds within which a change of tempo is found.
const TEMPO_WINDOW: f64 = 2.0;
/// Bars within which a change of meter is found.
const METER_WINDOW: f64 = 2.0;
/// How far a swing ratio may be off, as a share of it.
const SWING_TOLERANCE: f64 = 0.15;

pub(super) fn mark(paper: &Paper<'_>, marks: &mut Marks) {
    let Paper { truth, report, expected, given } = paper;
    if truth.get("tempo").is_none() {
        return;
    }
    let Some(tempo) = expected.tempo else {
        marks.push(("tempo_null", yes(given.tempo.is_none())));
        return;
    };
    // Of a song at several tempi one number may tell any that it keeps, or passes.
    let mut tempi = vec![tempo];
    match truth["kind"].as_str() {
        Some("jump") => tempi.extend(expected.tempo_curve.iter().filter_map(|s| s.label.parse::<f64>().ok())),
        Some("ramp") => {
            let ends = [0, 1].map(|end| truth["tempo_range"][end].as_f64().unwrap_or(tempo));
            tempi.extend((0..=8).map(|k| ends[0] * (ends[1] / ends[0]).powf(f64::from(k) / 8.0)));
        }
        _ => {}
    }
    let near = |factors: &[f64]| {
        yes(given.tempo.is_some_and(|given| tempi.iter().any(|&t| metrics::tempo(t, given, factors))))
    };
    marks.push(("tempo_acc1", near(&[1.0])));
    marks.push(("tempo_acc2", near(&metrics::OCTAVES)));
    let continuity = metrics::continuity(&expected.beats, &given.beats);
    marks.push(("beat_F", metrics::beats(&expected.beats, &given.beats).f));
    marks.push(("beat_CMLt", continuity.cmlt));
    marks.push(("beat_AMLt", continuity.amlt));
    marks.push(("downbeat_F", metrics::beats(&expected.downbeats, &given.downbeats).f));
    marks.push(("meter", yes(expected.time_signature == given.time_signature)));
    let alike = |signature: &Option<String>| match signature.as_deref() {
        Some("2/4") => Some("4/4".to_owned()),
        Some("6/8") => Some("12/8".to_owned()),
        _ => signature.clone(),
    };
    marks.push(("meter_alike", yes(alike(&expected.time_signature) == alike(&given.time_signature))));
    mark_tempo_changes(paper, marks);
    mark_meter_changes(paper, marks);
    if let Some(ratio) = truth["swing_ratio"].as_f64() {
        let heard = report["rhythm"]["swing_ratio"].as_f64();
        // Without off-beats nothing swings: for straight music that is an answer, of a report with a pulse.
        let is_right = heard.map_or(ratio == 1.0 && given.tempo.is_some(), |heard| {
            (heard / ratio).ln().abs() <= SWING_TOLERANCE
        });
        marks.push(("swing", yes(is_right)));
    }
}

/// Changes found, in songs that have them, and changes told of, in songs that keep their tempo.
fn mark_tempo_changes(paper: &Paper<'_>, marks: &mut Marks) {
    let told = super::changes(&paper.given.tempo_curve);
    let list = paper.truth["tempo_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let real: Vec<f64> = list.iter().filter_map(Value::as_f64).collect();
    if !real.is_empty() {
        let found = real.iter().filter(|time| metrics::near(&told, **time, TEMPO_WINDOW)).count();
        marks.push(("tempo_change_found", found as f64 / real.len() as f64));
    } else if matches!(
        paper.truth["kind"].as_str(),
        Some("steady" | "drift" | "meter change" | "feel change")
    ) {
        marks.push(("tempo_change_false", told.len() as f64));
    }
}

/// The same of the meter.
fn mark_meter_changes(paper: &Paper<'_>, marks: &mut Marks) {
    let spans = |list: &Value| -> Vec<Span> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let of = |item: &Value| Span {
            start: item["start"].as_f64().unwrap_or(0.0),
            end: item["end"].as_f64().unwrap_or(0.0),
            label: item["value"].as_str().unwrap_or_default().to_owned(),
        };
        list.iter().map(of).collect()
    };
    let (real, told) = (spans(&paper.truth["time_signatures"]), spans(&paper.report["time_signatures"]));
    let bar = match paper.expected.downbeats.as_slice() {
        [first, .., last] => (last - first) / (paper.expected.downbeats.len() - 1) as f64,
        _ => 2.0,
    };
    let real_changes = &real[1.min(real.len())..];
    if real_changes.is_empty() {
        marks.push(("meter_change_false", super::changes(&told).len() as f64));
        return;
    }
    let found = real_changes.iter().filter(|change| {
        told.iter()
            .skip(1)
            .any(|t| t.label == change.label && (t.start - change.start).abs() <= METER_WINDOW * bar)
    });
    marks.push(("meter_change_found", found.count() as f64 / real_changes.len() as f64));
}
