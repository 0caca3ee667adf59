//! Tempo over time: spans of steady tempo and the points where it changes.

use super::TempoSpan;
use crate::units::Bpm;

/// Smallest change of tempo worth a new span, as a natural logarithm (4 %).
const SMALLEST_CHANGE: f64 = 0.04;
/// Fewest beats in a span.
const MIN_BEATS: usize = 6;
/// Standard deviation of a steady beat's log period, in units of which a change must stand out.
const JITTER: f64 = 0.02;
/// How far a change must stand out: log likelihood ratio.
const CHANGE_GAIN: f64 = 12.0;

/// Divides the song into spans of steady tempo by binary segmentation of the log beat periods.
///
/// Returns contiguous spans over `[0, duration]`; empty for fewer than two beats. O(n · log n) for
/// usual music.
pub(super) fn divide_by_tempo(times: &[f64], duration: f64) -> Vec<TempoSpan> {
    if times.len() < 2 {
        return Vec::new();
    }
    let periods: Vec<f64> = times.windows(2).map(|t| t[1] - t[0]).collect();
    let logs: Vec<f64> = median_filtered(&periods.iter().map(|p| p.max(1e-3).ln()).collect::<Vec<_>>());
    let mut cuts = vec![0, logs.len()];
    let mut pending = vec![(0, logs.len())];
    while let Some((start, end)) = pending.pop() {
        if let Some(cut) = best_cut(&logs[start..end]) {
            cuts.push(start + cut);
            pending.push((start, start + cut));
            pending.push((start + cut, end));
        }
    }
    cuts.sort_unstable();
    // The tempo of a span: its beats over its time.
    let tempo_of = |start: usize, end: usize| 60.0 * (end - start) as f64 / (times[end] - times[start]);
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for pair in cuts.windows(2) {
        match spans.last_mut() {
            Some(last)
                if (tempo_of(last.0, last.1) / tempo_of(pair[0], pair[1])).ln().abs() < SMALLEST_CHANGE =>
            {
                last.1 = pair[1];
            }
            _ => spans.push((pair[0], pair[1])),
        }
    }
    let n = spans.len();
    spans
        .iter()
        .enumerate()
        .filter_map(|(idx, &(start, end))| {
            Some(TempoSpan {
                start: if idx == 0 { 0.0 } else { times[start] },
                end: if idx + 1 == n { duration } else { times[end] },
                bpm: Bpm::new(tempo_of(start, end))?,
            })
        })
        .collect()
}

/// Each value replaced by the median of five around it: single displaced beats are no change.
fn median_filtered(xs: &[f64]) -> Vec<f64> {
    (0..xs.len())
        .map(|idx| {
            let mut near = xs[idx.saturating_sub(2)..(idx + 3).min(xs.len())].to_vec();
            near.sort_by(f64::total_cmp);
            near[near.len() / 2]
        })
        .collect()
}

/// Where the mean of `xs` changes most, if it does.
fn best_cut(xs: &[f64]) -> Option<usize> {
    let n = xs.len();
    if n < 2 * MIN_BEATS {
        return None;
    }
    let total: f64 = xs.iter().sum();
    let mut left = xs[..MIN_BEATS - 1].iter().sum::<f64>();
    let (mut best, mut at, mut difference) = (0.0, 0, 0.0);
    for cut in MIN_BEATS..=n - MIN_BEATS {
        left += xs[cut - 1];
        let (n_left, n_right) = (cut as f64, (n - cut) as f64);
        let step = left / n_left - (total - left) / n_right;
        let gain = step * step * n_left * n_right / n as f64;
        if gain > best {
            (best, at, difference) = (gain, cut, step.abs());
        }
    }
    (best / (2.0 * JITTER * JITTER) > CHANGE_GAIN && difference > SMALLEST_CHANGE).then_some(at)
}
