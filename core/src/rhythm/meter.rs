//! Meters over time, from the decoded bars and the way that beats are divided.

use super::MeterSpan;
use super::bars::{METERS, Place};
use super::candidates::phase_names;
use super::model::{Model, dot, log_odds, sigmoid};
use super::tempo::{N_OF_TEMPO, metrical_names};
use crate::units::TimeSignature;

/// Into how many equal parts the beats are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Division {
    /// Halves and quarters (straight or swung).
    Duple,
    /// Thirds, all of them played.
    Triple,
}

/// What tells how beats are divided: a constant, the tempo, the onsets at the phases of a beat, and the
/// periods that onsets come at, `metrical` (`tempo.rs`).
///
/// Swing plays the last third only; a compound meter plays both.
pub(super) fn division_features(octaves: f64, phases: &[f64], metrical: &[f64]) -> Vec<f64> {
    let mut features = vec![1.0, octaves, octaves * octaves];
    features.extend(phases);
    features.extend(metrical);
    features
}

/// Names of the [`division_features`].
pub(super) fn division_names() -> Vec<String> {
    let mut names = vec!["constant".to_owned()];
    let mut metrical = metrical_names();
    let of_signals = metrical.split_off(N_OF_TEMPO);
    names.extend(metrical);
    names.extend(phase_names());
    names.extend(of_signals);
    names
}

/// Beat periods in seconds below which a bar of five or of seven counts eighths. A bar of seven
/// quarters is nearly always two of 7/8.
const EIGHTH_PERIODS: [f64; 2] = [0.27, 0.6];

/// Names a meter of `n_beats` beats.
fn time_signature(n_beats: usize, division: Division, period: f64) -> TimeSignature {
    let n = n_beats as u8;
    match (division, n_beats) {
        (Division::Triple, 2..=4) => TimeSignature::new(3 * n, 8),
        (_, 5) if period < EIGHTH_PERIODS[0] => TimeSignature::new(n, 8),
        (_, 7) if period < EIGHTH_PERIODS[1] => TimeSignature::new(n, 8),
        _ => TimeSignature::new(n, 4),
    }
}

/// Spans of one meter, contiguous over `[0, duration]`.
///
/// `triple` is the probability that beats are divided in three.
pub(super) fn divide_by_meter(
    times: &[f64],
    places: &[Place],
    posterior: &[[f32; METERS.len()]],
    triple: f64,
    duration: f64,
    model: &Model,
) -> Vec<MeterSpan> {
    let division = if triple > 0.5 { Division::Triple } else { Division::Duple };
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (idx, place) in places.iter().enumerate() {
        match spans.last_mut() {
            Some(last) if places[last.0].meter == place.meter => last.1 = idx + 1,
            _ => spans.push((idx, idx + 1)),
        }
    }
    let n = spans.len();
    let weights = model.weights("meter_confidence", &METER_CONFIDENCE_FEATURES);
    spans
        .iter()
        .enumerate()
        .map(|(idx, &(start, end))| {
            let meter = places[start].meter;
            let which = METERS.iter().position(|&m| m == meter).unwrap_or(0);
            let sure = posterior[start..end].iter().map(|p| p[which]).sum::<f32>() / (end - start) as f32;
            let last = times.get(end).or(times.last()).copied().unwrap_or(duration);
            let period = (last - times[start]) / (end - start) as f64;
            let features = meter_confidence_features(f64::from(sure), triple, end - start);
            MeterSpan {
                start: if idx == 0 { 0.0 } else { times[start] },
                end: if idx + 1 == n { duration } else { last },
                value: time_signature(meter, division, period),
                confidence: sigmoid(dot(&weights, &features)) as f32,
            }
        })
        .collect()
}

/// Names of the [`meter_confidence_features`].
pub(super) const METER_CONFIDENCE_FEATURES: [&str; 5] =
    ["constant", "posterior", "clear-division", "log-beats", "triple"];

/// What tells whether a meter is right: its posterior, how clear the division is, how long it holds.
pub(super) fn meter_confidence_features(posterior: f64, triple: f64, n_beats: usize) -> Vec<f64> {
    vec![
        1.0,
        log_odds(posterior),
        log_odds(triple).abs(),
        (n_beats as f64).ln(),
        f64::from(u8::from(triple > 0.5)),
    ]
}
