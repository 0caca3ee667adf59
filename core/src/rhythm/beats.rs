//! From decoded frames to beats: exact times, where the music starts and ends, confidence.

use super::evidence::Evidence;
use super::model::{Model, dot, log_odds, sigmoid};

/// Beats on either side that a beat's time is smoothed over.
const SMOOTHING_REACH: usize = 2;
/// Seconds that an onset's peak may lie from the decoded frame to correct it.
const PEAK_REACH: f64 = 0.03;

/// Places decoded beats in time: at the onset's interpolated peak, then smoothed by a line through the
/// neighbouring beats, weighted by the strength of their onsets.
///
/// Returns times strictly increasing. O(n_beats).
pub(super) fn place_beats(evidence: &Evidence, decoded: &[usize]) -> Vec<f64> {
    let grid = evidence.grid;
    let reach = (PEAK_REACH * grid.frame_rate()).round() as usize;
    let heard: Vec<(f64, f64)> = decoded
        .iter()
        .map(|&beat| {
            let xs = &evidence.novelty;
            let span = beat.saturating_sub(reach)..(beat + reach + 1).min(xs.len());
            let peak = span.max_by(|&a, &b| xs[a].total_cmp(&xs[b])).unwrap_or(beat);
            (
                grid.time_of(beat) + (peak_position(xs, peak) - beat as f64) / grid.frame_rate(),
                f64::from(xs[peak]),
            )
        })
        .collect();
    let mut placed: Vec<f64> = Vec::with_capacity(decoded.len());
    for (idx, &beat) in decoded.iter().enumerate() {
        let start = idx.saturating_sub(SMOOTHING_REACH);
        let near = &heard[start..(idx + SMOOTHING_REACH + 1).min(heard.len())];
        let own = grid.time_of(beat);
        let time = line_at(near, (idx - start) as f64).unwrap_or(own);
        // A line through beats of a sudden change would stray.
        let time = if (time - own).abs() < 2.0 * PEAK_REACH { time } else { own };
        let time = time.max(0.0);
        if placed.last().is_none_or(|last| time > *last) {
            placed.push(time);
        }
    }
    placed
}

/// Position of the peak at `idx` between frames, by a parabola through its neighbours.
fn peak_position(xs: &[f32], idx: usize) -> f64 {
    if idx == 0 || idx + 1 >= xs.len() {
        return idx as f64;
    }
    let (a, b, c) = (f64::from(xs[idx - 1]), f64::from(xs[idx]), f64::from(xs[idx + 1]));
    let curve = a - 2.0 * b + c;
    if b < a || b < c || curve >= 0.0 {
        return idx as f64;
    }
    idx as f64 + (0.5 * (a - c) / curve).clamp(-0.5, 0.5)
}

/// Value at `x` of the weighted least-squares line through `(0, y0), (1, y1) …`; the weights are the
/// second members, raised a little so that silent beats count too.
fn line_at(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let (mut w, mut wx, mut wy, mut wxx, mut wxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (idx, &(y, strength)) in points.iter().enumerate() {
        let (at, weight) = (idx as f64 - x, strength + 0.1);
        w += weight;
        wx += weight * at;
        wy += weight * y;
        wxx += weight * at * at;
        wxy += weight * at * y;
    }
    let det = w * wxx - wx * wx;
    (det > 1e-9).then(|| (wxx * wy - wx * wxy) / det)
}

/// Continues the beats at their tempo to the start and the end of the music, and drops those where
/// nothing has sounded for a while.
///
/// `sounding` tells whether there is sound around a time.
pub(super) fn fit_to_music(beats: &mut Vec<f64>, music: (f64, f64), sounding: impl Fn(f64) -> bool) {
    let n = beats.len();
    if n < 2 {
        return;
    }
    let reach = n.min(9) - 1;
    let head = (beats[reach] - beats[0]) / reach as f64;
    let tail = (beats[n - 1] - beats[n - 1 - reach]) / reach as f64;
    let mut early = Vec::new();
    let mut next = beats[0] - head;
    while next > music.0 - 0.05 && next >= 0.0 && early.len() < MAX_EXTENSION {
        early.push(next);
        next -= head;
    }
    early.reverse();
    early.append(beats);
    *beats = early;
    let mut next = beats[beats.len() - 1] + tail;
    let mut n_added = 0;
    while next < music.1 && n_added < MAX_EXTENSION {
        beats.push(next);
        next += tail;
        n_added += 1;
    }
    beats.retain(|&beat| beat > music.0 - 0.1 && beat < music.1 + 0.05 && sounding(beat));
}

/// Beats added at most on either side.
const MAX_EXTENSION: usize = 4096;

/// Names of the [`beat_features`].
pub(super) const BEAT_FEATURES: [&str; 7] =
    ["constant", "reading", "on", "around", "contrast", "uneven", "doubted-reading"];

/// What bears out each beat, `[n_beats][7]`: how likely the whole reading is, how strong
/// the onsets are on it, around it and between, and how even its periods are.
pub(super) fn beat_features(evidence: &Evidence, beats: &[f64], reading: f64) -> Vec<Vec<f64>> {
    let grid = evidence.grid;
    let n = evidence.n_frames();
    let strength_at = |time: f64| {
        let frame = grid.frame_at(time.max(0.0)).min(n.saturating_sub(1));
        let span = frame.saturating_sub(3)..(frame + 4).min(n);
        f64::from(evidence.novelty[span].iter().copied().fold(0.0f32, f32::max).min(2.0))
    };
    let on: Vec<f64> = beats.iter().map(|&beat| strength_at(beat)).collect();
    let between: Vec<f64> = beats.windows(2).map(|b| strength_at(0.5 * (b[0] + b[1]))).collect();
    let uneven: Vec<f64> =
        beats.windows(3).map(|b| ((b[2] - b[1]) / (b[1] - b[0])).ln().abs().min(0.5)).collect();
    let mean = |xs: &[f64], idx: usize, reach: usize| {
        let end = (idx + reach + 1).min(xs.len());
        let near = &xs[idx.saturating_sub(reach).min(end)..end];
        near.iter().sum::<f64>() / near.len().max(1) as f64
    };
    let odds = log_odds(reading);
    (0..beats.len())
        .map(|idx| {
            let around = mean(&on, idx, 4);
            let off = mean(&between, idx, 4);
            let rough = mean(&uneven, idx.saturating_sub(1), 2);
            vec![1.0, odds, on[idx], around, around - off, rough, odds.min(0.0)]
        })
        .collect()
}

/// Probability that each beat is right, `[n_beats]`.
pub(super) fn beat_confidences(evidence: &Evidence, beats: &[f64], reading: f64, model: &Model) -> Vec<f32> {
    let weights = model.weights("beat", &BEAT_FEATURES);
    beat_features(evidence, beats, reading).iter().map(|x| sigmoid(dot(&weights, x)) as f32).collect()
}
