//! From decoded frames to beats: exact times, where the music starts and ends, confidence.

use super::Beat;
use super::bar_pointer::DecodedBeat;
use super::evidence::Evidence;

/// A beat with its bar: what is known before confidences are given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlacedBeat {
    /// Seconds from the first sample.
    pub(super) time: f64,
    /// Position in the bar from 0.
    pub(super) position: usize,
    /// Beats in the bar.
    pub(super) meter: usize,
}

/// Beats on either side that a beat's time is smoothed over.
const SMOOTHING_REACH: usize = 2;
/// Seconds that an onset's peak may lie from the decoded frame to correct it.
const PEAK_REACH: f64 = 0.03;

/// Places decoded beats in time: at the onset's interpolated peak, then smoothed by a line through the
/// neighbouring beats, weighted by the strength of their onsets.
///
/// Returns times strictly increasing. O(n_beats).
pub(super) fn place_beats(evidence: &Evidence, decoded: &[DecodedBeat]) -> Vec<PlacedBeat> {
    let grid = evidence.grid;
    let reach = (PEAK_REACH * grid.frame_rate()).round() as usize;
    let heard: Vec<(f64, f64)> = decoded
        .iter()
        .map(|beat| {
            let xs = &evidence.novelty;
            let span = beat.frame.saturating_sub(reach)..(beat.frame + reach + 1).min(xs.len());
            let peak = span.max_by(|&a, &b| xs[a].total_cmp(&xs[b])).unwrap_or(beat.frame);
            (
                grid.time_of(beat.frame) + (peak_position(xs, peak) - beat.frame as f64) / grid.frame_rate(),
                f64::from(xs[peak]),
            )
        })
        .collect();
    let mut placed: Vec<PlacedBeat> = Vec::with_capacity(decoded.len());
    for (idx, beat) in decoded.iter().enumerate() {
        let start = idx.saturating_sub(SMOOTHING_REACH);
        let near = &heard[start..(idx + SMOOTHING_REACH + 1).min(heard.len())];
        let own = grid.time_of(beat.frame);
        let time = line_at(near, (idx - start) as f64).unwrap_or(own);
        // A line through beats of a sudden change would stray.
        let time = if (time - own).abs() < 2.0 * PEAK_REACH { time } else { own };
        let time = time.max(0.0);
        if placed.last().is_none_or(|last| time > last.time) {
            placed.push(PlacedBeat { time, position: beat.position, meter: beat.meter });
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
pub(super) fn fit_to_music(beats: &mut Vec<PlacedBeat>, music: (f64, f64), sounding: impl Fn(f64) -> bool) {
    let n = beats.len();
    if n < 2 {
        return;
    }
    let reach = n.min(9) - 1;
    let head = (beats[reach].time - beats[0].time) / reach as f64;
    let tail = (beats[n - 1].time - beats[n - 1 - reach].time) / reach as f64;
    let mut early = Vec::new();
    let mut next = beats[0];
    while next.time - head > music.0 - 0.05 && next.time - head >= 0.0 && early.len() < MAX_EXTENSION {
        let position = if next.position == 0 { next.meter - 1 } else { next.position - 1 };
        next = PlacedBeat { time: next.time - head, position, meter: next.meter };
        early.push(next);
    }
    early.reverse();
    early.append(beats);
    *beats = early;
    let mut last = beats[beats.len() - 1];
    let mut n_added = 0;
    while last.time + tail < music.1 && n_added < MAX_EXTENSION {
        last = PlacedBeat {
            time: last.time + tail,
            position: (last.position + 1) % last.meter,
            meter: last.meter,
        };
        beats.push(last);
        n_added += 1;
    }
    beats.retain(|beat| beat.time > music.0 - 0.1 && beat.time < music.1 + 0.05 && sounding(beat.time));
}

/// Beats added at most on either side.
const MAX_EXTENSION: usize = 4096;

/// Gives the beats their confidence: how well the onsets around bear them out, times `level`, the
/// share of beats that the metrical level gets right.
pub(super) fn rate_beats(evidence: &Evidence, beats: &[PlacedBeat], level: f32) -> Vec<Beat> {
    let grid = evidence.grid;
    let n = evidence.n_frames();
    let strength_at = |time: f64| {
        let frame = grid.frame_at(time).min(n.saturating_sub(1));
        let span = frame.saturating_sub(3)..(frame + 4).min(n);
        evidence.novelty[span].iter().copied().fold(0.0f32, f32::max)
    };
    let strengths: Vec<f32> = beats.iter().map(|beat| strength_at(beat.time)).collect();
    beats
        .iter()
        .enumerate()
        .map(|(idx, beat)| {
            let near = &strengths[idx.saturating_sub(4)..(idx + 5).min(strengths.len())];
            let around = near.iter().map(|s| s.min(2.0)).sum::<f32>() / near.len() as f32;
            let local = 1.0 / (1.0 + (-(2.0 * around + 0.5 * strengths[idx].min(2.0))).exp());
            Beat {
                time: beat.time,
                position: beat.position as u32 + 1,
                confidence: (local * level).clamp(0.0, 1.0),
            }
        })
        .collect()
}
