//! One model of tempo, bar position and meter, decoded for beats and downbeats together.

use super::activation::BeatActivations;
use crate::pace::Pace;

/// Numbers of beats that a bar may have.
pub(super) const METERS: [usize; 5] = [2, 3, 4, 5, 7];
/// Bar positions of all meters together: the states of a beat, meter after meter.
const N_STATES: usize = 21;

/// First state of each meter.
const FIRST: [usize; 5] = [0, 2, 5, 9, 14];

/// Parameters of [`track_bars`].
#[derive(Debug, Clone, Copy)]
pub(super) struct BarParams {
    /// Cost of a change of the period by a factor e (λ of Krebs, Böck & Widmer 2015, eq. 6).
    pub(super) tempo_change: f32,
    /// Cost of any change of tempo at a beat, an upper bound on the former.
    pub(super) tempo_jump: f32,
    /// Cost of a change of meter at a bar line.
    pub(super) meter_change: f32,
    /// Log probability of each of [`METERS`], charged once a bar.
    pub(super) meter_bias: [f32; 5],
}

impl Default for BarParams {
    fn default() -> Self {
        Self {
            tempo_change: std::env::var("B_TC").ok().and_then(|s| s.parse().ok()).unwrap_or(60.0),
            tempo_jump: std::env::var("B_TJ").ok().and_then(|s| s.parse().ok()).unwrap_or(12.0),
            meter_change: 10.0,
            meter_bias: [-1.0, -0.6, 0.0, -0.7, -1.0],
        }
    }
}

/// A decoded beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DecodedBeat {
    /// Frame of the onset grid.
    pub(super) frame: usize,
    /// Position in the bar from 0.
    pub(super) position: usize,
    /// Beats in the bar.
    pub(super) meter: usize,
}

/// The beat periods that may be used around a frame: a range of indices into the periods.
pub(super) type PeriodRange = std::ops::Range<usize>;

/// Scores of the frames that a beat can reach back to.
struct Ring {
    scores: Vec<f32>,
    stride: usize,
    length: usize,
}

impl Ring {
    fn new(length: usize, stride: usize) -> Self {
        Self { scores: vec![f32::NEG_INFINITY; length * stride], stride, length }
    }

    fn row(&self, frame: usize) -> &[f32] {
        &self.scores[frame % self.length * self.stride..][..self.stride]
    }

    fn row_mut(&mut self, frame: usize) -> &mut [f32] {
        &mut self.scores[frame % self.length * self.stride..][..self.stride]
    }
}

/// A path starts here.
const START: u8 = u8::MAX;

/// How each state of one frame was reached, for the periods in `range`.
struct Origins {
    range: PeriodRange,
    /// `[range.len() × N_STATES]`: the meter that a downbeat follows, [`START`] where a path starts.
    came: Vec<u8>,
    /// Range of `left`.
    left_range: PeriodRange,
    /// `[left_range.len() × N_STATES]`: index of the period in force before the change at this beat.
    left: Vec<u8>,
}

/// Tracks beats and bars.
///
/// The bar-pointer model of Whiteley et al. (2006) on the state space of Krebs, Böck & Widmer
/// (2015): period and meter change at beats and bar lines only. Between two beats nothing happens,
/// so the pointer is moved by whole beats: the score of a beat at frame t is that of its predecessor
/// one period before, less the costs of changes, plus the evidence for a beat of this position at
/// t. A path may start and end anywhere, the evidence elsewhere being 0.
///
/// `periods` are frames, rising; `active` gives for each frame the range of periods to consider.
/// O(n_frames · n_active periods); memory for a minute of back-pointers.
pub(super) async fn track_bars(
    activations: &BeatActivations,
    periods: &[usize],
    active: impl Fn(usize) -> PeriodRange,
    params: &BarParams,
    pace: &Pace,
) -> Vec<DecodedBeat> {
    let n_frames = activations.beat.len();
    let (Some(&longest), true) = (periods.last(), n_frames > 0) else { return Vec::new() };
    let n_periods = periods.len();
    let stride = n_periods * N_STATES;
    // Scores after the change of period that a beat allows.
    let mut ring = Ring::new(longest + 1, stride);
    let step_costs: Vec<f32> =
        periods.windows(2).map(|p| params.tempo_change * (p[1] as f32 / p[0] as f32).ln()).collect();

    let mut origins: Vec<Origins> = Vec::with_capacity(n_frames.min(2 * TRACE_FRAMES));
    let mut base = 0;
    let mut committed: Vec<DecodedBeat> = Vec::new();
    let mut scores: Vec<f32> = Vec::new();
    let mut best_end: Option<(f32, usize, usize, usize)> = None;
    for frame in 0..n_frames {
        let range = active(frame);
        let mut came = vec![0u8; range.len() * N_STATES];
        scores.clear();
        scores.resize(range.len() * N_STATES, f32::NEG_INFINITY);
        for (slot, period_idx) in range.clone().enumerate() {
            let period = periods[period_idx];
            let out = &mut scores[slot * N_STATES..][..N_STATES];
            let came = &mut came[slot * N_STATES..][..N_STATES];
            let (beat, downbeat) = (activations.beat[frame], activations.downbeat[frame]);
            if let Some(before) = frame.checked_sub(period) {
                let prev = &ring.row(before)[period_idx * N_STATES..][..N_STATES];
                // Most states follow their left neighbour; bar lines are set right below.
                out[1..].copy_from_slice(&prev[..N_STATES - 1]);
                for (to, &first) in FIRST.iter().enumerate() {
                    let mut best = f32::NEG_INFINITY;
                    for (from, &first_from) in FIRST.iter().enumerate() {
                        let last = first_from + METERS[from] - 1;
                        let cost = if from == to { 0.0 } else { params.meter_change };
                        if prev[last] - cost > best {
                            best = prev[last] - cost;
                            came[first] = from as u8;
                        }
                    }
                    out[first] = best;
                }
            }
            for (score, came) in out.iter_mut().zip(came.iter_mut()) {
                if *score < 0.0 {
                    *score = 0.0;
                    *came = START;
                }
                *score += beat;
            }
            for (meter, &first) in FIRST.iter().enumerate() {
                out[first] += downbeat + params.meter_bias[meter];
            }
            let top = crate::sequence::arg_max(out);
            if best_end.is_none_or(|(score, ..)| out[top] > score) {
                best_end = Some((out[top], frame, period_idx, top));
            }
        }

        let left_range = range.start.saturating_sub(REACH)..(range.end + REACH).min(n_periods);
        let mut left = vec![0u8; left_range.len() * N_STATES];
        let row = ring.row_mut(frame);
        row.fill(f32::NEG_INFINITY);
        change_period(row, &mut left, &scores, &range, &left_range, &step_costs, params.tempo_jump);
        pace.spend(left_range.len() * N_STATES * 10).await;
        origins.push(Origins { range, came, left_range, left });

        if origins.len() >= 2 * TRACE_FRAMES {
            let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((idx, _)) = best {
                let range = &origins[frame - base].range;
                let (period_idx, state) = (range.start + idx / N_STATES, idx % N_STATES);
                let cut = base + TRACE_FRAMES;
                let beats = trace(&origins, base, periods, (frame, period_idx, state));
                committed.retain(|beat| beat.frame < base);
                append(&mut committed, beats.into_iter().filter(|beat| beat.frame < cut));
            }
            let keep_from = TRACE_FRAMES - longest.min(TRACE_FRAMES);
            origins.drain(..keep_from);
            base += keep_from;
        }
        if frame % 1024 == 0 {
            pace.progress(0.2 + 0.7 * frame as f32 / n_frames as f32);
        }
    }
    if let Some((_, frame, period_idx, state)) = best_end
        && frame >= base
    {
        let beats = trace(&origins, base, periods, (frame, period_idx, state));
        append(&mut committed, beats.into_iter());
    }
    committed
}

/// Frames between two commitments of the path, and how far behind the present it is committed: by
/// then the paths have merged.
const TRACE_FRAMES: usize = 4096;
/// Periods beyond the active range that a change may lead to.
const REACH: usize = 4;

/// Appends beats that come after those already there.
fn append(committed: &mut Vec<DecodedBeat>, beats: impl Iterator<Item = DecodedBeat>) {
    for beat in beats {
        if committed.last().is_none_or(|last| beat.frame > last.frame + 10) {
            committed.push(beat);
        }
    }
}

/// Best score of each state after a change of period: an L1 distance transform over the periods.
fn change_period(
    row: &mut [f32],
    left: &mut [u8],
    scores: &[f32],
    range: &PeriodRange,
    left_range: &PeriodRange,
    step_costs: &[f32],
    jump_cost: f32,
) {
    row[range.start * N_STATES..range.end * N_STATES].copy_from_slice(scores);
    let mut tops = [(f32::NEG_INFINITY, 0u8); N_STATES];
    for (idx, &score) in scores.iter().enumerate() {
        let (period_idx, state) = (range.start + idx / N_STATES, idx % N_STATES);
        left[(period_idx - left_range.start) * N_STATES + state] = period_idx as u8;
        if score > tops[state].0 {
            tops[state] = (score, period_idx as u8);
        }
    }
    let mut relax = |to: usize, from: usize, cost: f32| {
        for state in 0..N_STATES {
            let there = row[from * N_STATES + state] - cost;
            if there > row[to * N_STATES + state] {
                row[to * N_STATES + state] = there;
                left[(to - left_range.start) * N_STATES + state] =
                    left[(from - left_range.start) * N_STATES + state];
            }
        }
    };
    for idx in left_range.start + 1..left_range.end {
        relax(idx, idx - 1, step_costs[idx - 1]);
    }
    for idx in (left_range.start..left_range.end.saturating_sub(1)).rev() {
        relax(idx, idx + 1, step_costs[idx]);
    }
    for idx in left_range.clone() {
        for (state, &(top, from)) in tops.iter().enumerate() {
            if top - jump_cost > row[idx * N_STATES + state] {
                row[idx * N_STATES + state] = top - jump_cost;
                left[(idx - left_range.start) * N_STATES + state] = from;
            }
        }
    }
}

/// Follows the back-pointers from a beat to the start of its path or of what is kept.
fn trace(
    origins: &[Origins],
    base: usize,
    periods: &[usize],
    end: (usize, usize, usize),
) -> Vec<DecodedBeat> {
    let (mut frame, mut period_idx, mut state) = end;
    let mut beats = Vec::new();
    while let Some(origin) = frame.checked_sub(base).and_then(|at| origins.get(at)) {
        let meter = FIRST.iter().filter(|&&first| first <= state).count() - 1;
        let position = state - FIRST[meter];
        beats.push(DecodedBeat { frame, position, meter: METERS[meter] });
        let Some(slot) = period_idx.checked_sub(origin.range.start) else { break };
        let came = origin.came[slot * N_STATES + state];
        if came == START {
            break;
        }
        if position == 0 {
            state = FIRST[came as usize] + METERS[came as usize] - 1;
        } else {
            state -= 1;
        }
        let Some(before) = frame.checked_sub(periods[period_idx]) else { break };
        frame = before;
        let Some(origin) = frame.checked_sub(base).and_then(|at| origins.get(at)) else { break };
        let Some(slot) = period_idx.checked_sub(origin.left_range.start) else { break };
        period_idx = origin.left[slot * N_STATES + state] as usize;
    }
    beats.reverse();
    beats
}
