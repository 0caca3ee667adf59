//! What is true of a song, in the schema of reports and of annotated corpora.

use serde_json::{Value, json};

use crate::meter::Bar;
use crate::score::Sheet;
use crate::theory::Key;
use crate::timeline::Timeline;

/// Seconds to a tenth of a millisecond.
pub(crate) fn seconds(time: f64) -> f64 {
    (time * 1e4).round() / 1e4
}

/// Beats and bars: `tempo` (median), `tempo_range` (at first and at last), `tempo_curve`, `tempo_changes`, `time_signature` (of most beats),
/// `time_signatures`, `beats`, `downbeats`. Beats before `first` are not counted: nobody plays them.
pub(crate) fn rhythm(truth: &mut Value, line: &Timeline, bars: &[Bar], changes: &[usize], first: usize) {
    let n = line.beats.len() - 1;
    let beats: Vec<f64> = line.beats[first.min(n)..n].iter().copied().map(seconds).collect();
    let downbeats: Vec<f64> =
        bars.iter().filter(|bar| bar.start >= first).map(|bar| seconds(line.beats[bar.start])).collect();
    truth["beats"] = json!(beats);
    truth["downbeats"] = json!(downbeats);
    truth["tempo"] = json!(seconds(line.median_bpm()));
    let bpm = |pair: &[f64]| 60.0 / (pair[1] - pair[0]).max(1e-9);
    let ends = (line.beats.windows(2).next(), line.beats.windows(2).last());
    if let (Some(first), Some(last)) = ends {
        truth["tempo_range"] = json!([seconds(bpm(first)), seconds(bpm(last))]);
    }
    truth["tempo_changes"] = json!(changes.iter().map(|&beat| seconds(line.beats[beat])).collect::<Vec<_>>());

    let mut edges = vec![0];
    edges.extend(changes);
    edges.push(n);
    let curve: Vec<Value> = edges
        .windows(2)
        .map(|pair| {
            let (start, end) = (line.beats[pair[0]], line.beats[pair[1]]);
            let bpm = 60.0 * (pair[1] - pair[0]) as f64 / (end - start).max(1e-9);
            json!({ "start": seconds(start), "end": seconds(end), "bpm": seconds(bpm) })
        })
        .collect();
    truth["tempo_curve"] = json!(curve);

    let mut spans: Vec<(&'static str, usize, usize)> = Vec::new();
    for bar in bars {
        match spans.last_mut() {
            Some(last) if last.0 == bar.meter.signature => last.2 = bar.end(),
            _ => spans.push((bar.meter.signature, bar.start, bar.end())),
        }
    }
    let held = |signature: &str| -> usize {
        spans.iter().filter(|span| span.0 == signature).map(|span| span.2 - span.1).sum()
    };
    truth["time_signature"] = json!(spans.iter().map(|span| span.0).max_by_key(|name| held(name)));
    let list: Vec<Value> = spans
        .iter()
        .map(|&(value, start, end)| {
            json!({ "start": seconds(line.beats[start]), "end": seconds(line.beats[end]), "value": value })
        })
        .collect();
    truth["time_signatures"] = json!(list);
}

/// Chords with `N` before the first, after the last and in gaps.
pub(crate) fn chords(truth: &mut Value, line: &Timeline, sheet: &Sheet, duration: f64) {
    let mut list: Vec<Value> = Vec::new();
    let mut now = 0.0;
    let mut push = |start: f64, end: f64, label: &str| {
        if seconds(end) > seconds(start) {
            list.push(json!({ "start": seconds(start), "end": seconds(end), "label": label }));
        }
    };
    for span in &sheet.spans {
        let (start, end) = (line.time(span.start), line.time(span.end).min(duration));
        push(now, start, "N");
        push(start, end, &span.chord.label(span.key));
        now = end.max(now);
    }
    push(now, duration, "N");
    truth["chords"] = json!(list);
}

/// `keys` over the whole duration and `key`, the one that holds longest, or null where there is none.
pub(crate) fn keys(truth: &mut Value, line: &Timeline, changes: &[(f64, Key)], duration: f64) {
    let mut spans: Vec<(f64, f64, Key)> = Vec::new();
    for (idx, &(start, key)) in changes.iter().enumerate() {
        let start = if idx == 0 { 0.0 } else { line.time(start) };
        let end = changes.get(idx + 1).map_or(duration, |next| line.time(next.0));
        match spans.last_mut() {
            Some(last) if last.2 == key => last.1 = end,
            _ => spans.push((start, end, key)),
        }
    }
    let held =
        |key: Key| -> f64 { spans.iter().filter(|span| span.2 == key).map(|span| span.1 - span.0).sum() };
    let main = spans.iter().map(|span| span.2).max_by(|&a, &b| held(a).total_cmp(&held(b)));
    truth["key"] = json!(main.map(Key::name));
    let list: Vec<Value> = spans
        .iter()
        .map(|&(start, end, key)| json!({ "start": seconds(start), "end": seconds(end), "key": key.name() }))
        .collect();
    truth["keys"] = json!(list);
}

/// A stretch of a song with a name, in beats.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) start: f64,
    /// Function.
    pub(crate) label: &'static str,
    /// The same letter for the same material.
    pub(crate) group: char,
    pub(crate) bars: usize,
}

/// `sections`, each until the next, the first from 0 (or after a silence of `silence` seconds), the last
/// to the end.
pub(crate) fn sections(
    truth: &mut Value,
    line: &Timeline,
    sections: &[Section],
    silence: f64,
    duration: f64,
) {
    let mut list: Vec<Value> = Vec::new();
    if silence > 0.0 {
        list.push(json!({ "start": 0.0, "end": seconds(silence), "label": "silence", "group": "silence" }));
    }
    for (idx, section) in sections.iter().enumerate() {
        let start = if idx == 0 { silence } else { line.time(section.start) };
        let end = sections.get(idx + 1).map_or(duration, |next| line.time(next.start));
        list.push(json!({
            "start": seconds(start), "end": seconds(end), "label": section.label,
            "group": section.group.to_string(), "bars": section.bars,
        }));
    }
    truth["sections"] = json!(list);
}
