//! The pulse of one tempo hypothesis: beats alone, with the tempo free to move.

use super::tempogram::Tempogram;
use crate::pace::Pace;
use crate::units::FrameGrid;

/// Parameters of [`track_pulse`].
#[derive(Debug, Clone, Copy)]
pub(super) struct PulseParams {
    /// Cost of a change of the period by a factor e from one beat to the next.
    pub(super) tempo_change: f32,
    /// Largest cost of a change: a jump.
    pub(super) tempo_jump: f32,
    /// Weight of the tempogram around a beat.
    pub(super) tempogram: f32,
    /// Distance in octaves from the hypothesis that costs ½ a beat.
    pub(super) octaves: f32,
    /// Largest ratio to the hypothesis.
    pub(super) reach: f64,
    /// Ratio between neighbouring periods, where whole frames allow.
    pub(super) step: f64,
}

impl PulseParams {
    /// For music that keeps time.
    pub(super) const fn firm() -> Self {
        Self { tempo_change: 60.0, tempo_jump: 12.0, tempogram: 0.5, octaves: 0.4, reach: 1.5, step: 1.018 }
    }

    /// For music that takes its time.
    pub(super) const fn loose() -> Self {
        Self { tempo_change: 18.0, tempo_jump: 20.0, tempogram: 0.2, octaves: 0.6, reach: 1.6, step: 1.03 }
    }
}

/// A beat of the pulse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PulseBeat {
    /// Frame of the onset grid.
    pub(super) frame: usize,
    /// Frames to the beat before.
    pub(super) period: usize,
}

/// Frames between two commitments of the path, and how far behind the present it is committed: by
/// then the paths have merged.
const TRACE_FRAMES: usize = 4096;
/// A path starts here.
const START: u8 = u8::MAX;

/// Tracks the beats of a tempo near `bpm`.
///
/// Dynamic programming over beats (Ellis 2007) with a state for each period: the score of a beat at frame t is that of its
/// predecessor one period before, less the cost of the change of period, plus the evidence for a beat
/// at t and for its period in the tempogram. O(n_frames · n_periods); memory for a minute of back-pointers.
pub(super) async fn track_pulse(
    beat: &[f32],
    tempogram: &Tempogram,
    grid: FrameGrid,
    bpm: f64,
    params: &PulseParams,
    pace: &Pace,
) -> Vec<PulseBeat> {
    let n_frames = beat.len();
    let rate = grid.frame_rate();
    let periods = periods_around(rate * 60.0 / bpm, params.reach, params.step);
    let n = periods.len();
    let (Some(&longest), true) = (periods.last(), n_frames > 0) else { return Vec::new() };
    let centre = (rate * 60.0 / bpm) as f32;
    let away: Vec<f32> = periods
        .iter()
        .map(|&p| {
            let o = (p as f32 / centre).log2() / params.octaves;
            0.5 * o * o
        })
        .collect();
    let step_costs: Vec<f32> =
        periods.windows(2).map(|p| params.tempo_change * (p[1] as f32 / p[0] as f32).ln()).collect();
    let seen: Vec<Vec<f32>> = (0..tempogram.times.len())
        .map(|window| {
            let row: Vec<f32> =
                periods.iter().map(|&p| tempogram.salience(window, rate * 60.0 / p as f64)).collect();
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter().zip(&away).map(|(s, a)| params.tempogram * (s - top) - a).collect()
        })
        .collect();
    if seen.is_empty() {
        return Vec::new();
    }
    let mut ring = vec![f32::NEG_INFINITY; (longest + 1) * n];
    // `[frame][period]`: index of the period before the change at this beat.
    let mut left: Vec<u8> = Vec::new();
    let mut started: Vec<u8> = Vec::new();
    let mut base = 0;
    let mut committed: Vec<PulseBeat> = Vec::new();
    let mut scores = vec![0.0f32; n];
    let mut best_end = (f32::NEG_INFINITY, 0, 0);
    for frame in 0..n_frames {
        let row = &seen[tempogram.window_at(grid.time_of(frame)).min(seen.len() - 1)];
        let at = started.len();
        started.resize(at + n, 0);
        let now = frame % (longest + 1);
        let states = scores.iter_mut().zip(&mut started[at..]).zip(row.iter().zip(&periods));
        for (idx, ((score, started), (seen, &period))) in states.enumerate() {
            // The ring reaches back as far as the longest period.
            let before = if period <= now { now - period } else { now + longest + 1 - period };
            let before = if period <= frame { ring[before * n + idx] } else { f32::NEG_INFINITY };
            let reached = before + seen;
            if reached < 0.0 {
                *started = START;
            }
            *score = reached.max(0.0) + beat[frame];
        }
        let top = crate::sequence::arg_max(&scores);
        if scores[top] > best_end.0 {
            best_end = (scores[top], frame, top);
        }
        let out = &mut ring[now * n..][..n];
        out.copy_from_slice(&scores);
        left.extend((0..n).map(|idx| idx as u8));
        let from = &mut left[at..];
        change_period(out, from, &step_costs);
        let jump = scores[top] - params.tempo_jump;
        for (score, from) in out.iter_mut().zip(from) {
            if jump > *score {
                *score = jump;
                *from = top as u8;
            }
        }
        if frame % 256 == 0 {
            pace.spend(256 * n * 8).await;
        }
        if frame + 1 - base >= 2 * TRACE_FRAMES {
            let beats = trace(&left, &started, base, &periods, (frame, top));
            committed.retain(|beat| beat.frame < base);
            append(&mut committed, beats.into_iter().filter(|beat| beat.frame < base + TRACE_FRAMES));
            let keep_from = TRACE_FRAMES - longest.min(TRACE_FRAMES);
            left.drain(..keep_from * n);
            started.drain(..keep_from * n);
            base += keep_from;
        }
    }
    if best_end.1 >= base {
        let beats = trace(&left, &started, base, &periods, (best_end.1, best_end.2));
        append(&mut committed, beats.into_iter());
    }
    committed
}

/// The best score after a change of period: an L1 distance transform of `scores` over steps that cost `step_costs`.
/// `from` tells the period before the change.
fn change_period(scores: &mut [f32], from: &mut [u8], step_costs: &[f32]) {
    /// Raises a score to what its neighbour leaves after the step between them; what the next one sees of it.
    fn step(neighbour: (f32, u8), ((score, from), cost): ((&mut f32, &mut u8), &f32)) -> (f32, u8) {
        let there = neighbour.0 - cost;
        if there > *score {
            (*score, *from) = (there, neighbour.1);
        }
        (*score, *from)
    }
    let Some(last) = scores.len().checked_sub(1) else { return };
    let start = (scores[0], from[0]);
    scores[1..].iter_mut().zip(&mut from[1..]).zip(step_costs).fold(start, step);
    let end = (scores[last], from[last]);
    scores[..last].iter_mut().zip(&mut from[..last]).zip(step_costs).rev().fold(end, step);
}

fn append(committed: &mut Vec<PulseBeat>, beats: impl Iterator<Item = PulseBeat>) {
    for beat in beats {
        if committed.last().is_none_or(|last| beat.frame > last.frame + 10) {
            committed.push(beat);
        }
    }
}

fn trace(left: &[u8], started: &[u8], base: usize, periods: &[usize], end: (usize, usize)) -> Vec<PulseBeat> {
    let (mut frame, mut idx) = end;
    let n = periods.len();
    let mut beats = Vec::new();
    while frame >= base {
        beats.push(PulseBeat { frame, period: periods[idx] });
        if started[(frame - base) * n + idx] == START {
            break;
        }
        let Some(before) = frame.checked_sub(periods[idx]) else { break };
        if before < base {
            break;
        }
        frame = before;
        idx = left[(frame - base) * n + idx] as usize;
    }
    beats.reverse();
    beats
}

/// Periods in frames within a ratio of `centre`, rising by a ratio where whole frames allow.
fn periods_around(centre: f64, reach: f64, step: f64) -> Vec<usize> {
    let mut periods: Vec<usize> = Vec::new();
    let mut period = centre / reach;
    while period <= centre * reach && periods.len() < 200 {
        let whole = period.round().max(1.0) as usize;
        if periods.last() != Some(&whole) {
            periods.push(whole);
        }
        period *= step;
    }
    periods
}
