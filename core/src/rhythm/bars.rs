//! How sure the bars are: posteriors of the meter at each beat.

use super::activation::BeatActivations;
use super::bar_pointer::{BarParams, METERS};
use super::beats::PlacedBeat;
use crate::matrix::Matrix;
use crate::sequence::posteriors;
use crate::units::FrameGrid;

/// Posterior probability of each of [`METERS`] at each beat, `[n_beats][n_meters]`: the bar-pointer
/// model once more, on the beats found, by forward–backward. O(n_beats).
pub(super) fn meter_posteriors(
    activations: &BeatActivations,
    grid: FrameGrid,
    beats: &[PlacedBeat],
    params: &BarParams,
) -> Vec<[f32; METERS.len()]> {
    let n_states: usize = METERS.iter().sum();
    let states: Vec<(usize, usize)> =
        METERS.iter().enumerate().flat_map(|(m, &n)| (0..n).map(move |position| (m, position))).collect();
    let mut transition = Matrix::with_cols(n_states);
    for &(from, position) in &states {
        let row: Vec<f32> = states
            .iter()
            .map(|&(to, next)| match (position + 1 == METERS[from], next) {
                (true, 0) if from == to => -0.01,
                (true, 0) => -params.meter_change,
                (false, _) if from == to && next == position + 1 => 0.0,
                _ => f32::NEG_INFINITY,
            })
            .collect();
        transition.push_row(&row);
    }
    let mut observation = Matrix::with_cols(n_states);
    for beat in beats {
        let seen = activations.downbeat.get(grid.frame_at(beat.time)).copied().unwrap_or(0.0);
        let row: Vec<f32> = states
            .iter()
            .map(|&(m, position)| if position == 0 { SOFTENING * (seen + params.meter_bias[m]) } else { 0.0 })
            .collect();
        observation.push_row(&row);
    }
    let initial: Vec<f32> = states.iter().map(|&(m, _)| -(METERS[m] as f32).ln()).collect();
    posteriors(&observation, &transition, &initial)
        .rows()
        .map(|row| {
            let mut sums = [0.0; METERS.len()];
            states.iter().zip(row).for_each(|(&(m, _), p)| sums[m] += p);
            sums
        })
        .collect()
}

/// Weight of the evidence of one beat: neighbouring beats are not independent.
const SOFTENING: f32 = 0.3;
