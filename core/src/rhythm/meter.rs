//! Meters over time, from the decoded bars and the way that beats are divided.

use super::MeterSpan;
use super::bar_pointer::METERS;
use super::beats::PlacedBeat;
use super::evidence::Evidence;
use crate::units::TimeSignature;

/// Into how many equal parts the beats are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Division {
    /// Halves and quarters (straight or swung).
    Duple,
    /// Thirds, all of them played.
    Triple,
}

/// Tells how the beats are divided from the onsets between them.
///
/// Swing plays the last third only; a compound meter plays both. O(n_beats).
pub(super) fn estimate_division(evidence: &Evidence, beats: &[PlacedBeat]) -> Division {
    let rate = evidence.grid.frame_rate();
    let at = |time: f64| {
        let frame = (time * rate).round().max(0.0) as usize;
        let span = frame.saturating_sub(2)..(frame + 3).min(evidence.n_frames());
        if span.start >= span.end {
            0.0
        } else {
            evidence.novelty[span].iter().copied().fold(0.0f32, f32::max)
        }
    };
    let (mut thirds, mut halves) = ([0.0f64; 2], [0.0f64; 3]);
    for pair in beats.windows(2) {
        let phase = |p: f64| f64::from(at(pair[0].time + p * (pair[1].time - pair[0].time)).min(2.0));
        thirds[0] += phase(1.0 / 3.0);
        thirds[1] += phase(2.0 / 3.0);
        halves[0] += phase(0.25);
        halves[1] += phase(0.5);
        halves[2] += phase(0.75);
    }
    let first = thirds[0] > 1.25 * halves[0].max(halves[1]);
    let second = thirds[1] > 1.1 * halves[1].max(halves[2]);
    if first && second && thirds[0] > 0.4 * thirds[1] { Division::Triple } else { Division::Duple }
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
pub(super) fn divide_by_meter(
    beats: &[PlacedBeat],
    posterior: &[[f32; METERS.len()]],
    division: Division,
    duration: f64,
) -> Vec<MeterSpan> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (idx, beat) in beats.iter().enumerate() {
        match spans.last_mut() {
            Some(last) if beats[last.0].meter == beat.meter => last.1 = idx + 1,
            _ => spans.push((idx, idx + 1)),
        }
    }
    let n = spans.len();
    spans
        .iter()
        .enumerate()
        .map(|(idx, &(start, end))| {
            let meter = beats[start].meter;
            let which = METERS.iter().position(|&m| m == meter).unwrap_or(0);
            let sure = posterior[start..end].iter().map(|p| p[which]).sum::<f32>() / (end - start) as f32;
            let last = beats.get(end).or(beats.last()).map_or(duration, |b| b.time);
            let period = (last - beats[start].time) / (end - start) as f64;
            MeterSpan {
                start: if idx == 0 { 0.0 } else { beats[start].time },
                end: if idx + 1 == n { duration } else { last },
                value: time_signature(meter, division, period),
                confidence: sure.clamp(0.0, 1.0),
            }
        })
        .collect()
}
