//! Tuning, keys, chords.

use super::{Marks, Paper, yes};
use crate::metrics;

/// Cents within which a tuning is right.
const TUNING_WINDOW: f64 = 3.0;
/// Bars within which a modulation is found.
const MODULATION_WINDOW: f64 = 4.0;

pub(super) fn mark(paper: &Paper<'_>, marks: &mut Marks) {
    mark_key(paper, marks);
    mark_chords(paper, marks);
    let Paper { expected, given, .. } = paper;
    let is_pitched = expected.key.is_some() || expected.chords.iter().any(|chord| chord.label != "N");
    if let Some(cents) = expected.tuning_cents.filter(|_| is_pitched) {
        let off = given.tuning_cents.map_or(50.0, |given| {
            // Half a semitone up is half a semitone down.
            let off = (given - cents).rem_euclid(100.0);
            off.min(100.0 - off)
        });
        marks.push(("tuning", yes(off <= TUNING_WINDOW)));
        marks.push(("tuning_cents_error", off));
    }
}

fn mark_key(paper: &Paper<'_>, marks: &mut Marks) {
    let Paper { truth, expected, given, .. } = paper;
    if truth.get("key").is_none() {
        return;
    }
    let Some(key) = &expected.key else {
        marks.push(("key_null", yes(given.key.is_none())));
        return;
    };
    let is_exact = given.key.as_ref().is_some_and(|given| metrics::same_key(key, given));
    marks.push(("key_exact", yes(is_exact)));
    marks.push(("keys_time_exact", metrics::keys(&expected.keys, &given.keys)));
    let bar = match expected.downbeats.as_slice() {
        [first, .., last] => (last - first) / (expected.downbeats.len() - 1) as f64,
        _ => 2.0,
    };
    let told = &given.keys[1.min(given.keys.len())..];
    let real = &expected.keys[1.min(expected.keys.len())..];
    if real.is_empty() {
        marks.push(("mod_false", told.len() as f64));
    } else {
        let found = real.iter().filter(|change| {
            told.iter().any(|t| {
                metrics::same_key(&t.label, &change.label)
                    && (t.start - change.start).abs() <= MODULATION_WINDOW * bar
            })
        });
        marks.push(("mod_found", found.count() as f64 / real.len() as f64));
    }
}

fn mark_chords(paper: &Paper<'_>, marks: &mut Marks) {
    let Paper { expected, given, .. } = paper;
    if expected.chords.is_empty() {
        return;
    }
    let (real, told) = (&expected.chords, &given.chords);
    if real.iter().all(|chord| chord.label == "N") {
        marks.extend(metrics::no_chord(real, told).map(|share| ("chord_none", share)));
        return;
    }
    // Before the first chord and after the last, sounds ring on or a melody begins alone.
    let sounding: Vec<_> = real.iter().filter(|chord| chord.label != "N").cloned().collect();
    marks.extend(metrics::root(&sounding, told).map(|share| ("chord_root", share)));
    marks.extend(metrics::majmin(&sounding, told).map(|share| ("chord_majmin", share)));
    marks.extend(metrics::sevenths(&sounding, told).map(|share| ("chord_sevenths", share)));
    marks.extend(metrics::quality(&sounding, told).map(|share| ("chord_type", share)));
    marks.extend(metrics::inversions(&sounding, told).map(|share| ("chord_inversions", share)));
    let (underseg, overseg) = metrics::segmentation(&sounding, told, expected.duration);
    marks.push(("chord_overseg", overseg));
    marks.push(("chord_underseg", underseg));
}
