//! Bars on the beats found: whether a bar of four is two of two, and how sure the meter is.

use super::activation::BeatActivations;
use super::bar_pointer::{BarParams, METERS};
use super::beats::PlacedBeat;
use super::meter::Division;
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

/// How much stronger the evidence of the first beat of a bar of four dotted beats must be than of the
/// third, as a log likelihood ratio, for the bar to be one of 12/8 and not two of 6/8.
const WHOLE_BAR: f32 = 1.5;
/// Fewest bars to compare.
const MIN_BARS: usize = 6;

/// Turns bars of four dotted beats whose halves are alike into bars of two: 6/8 is far commoner than
/// 12/8, as 4/4 is than 2/4, for which the bars stay as they were decoded. O(n_beats).
pub(super) fn halve_bars(
    activations: &BeatActivations,
    grid: FrameGrid,
    beats: &mut [PlacedBeat],
    division: Division,
) {
    let of_four = || beats.iter().filter(|beat| beat.meter == 4);
    let mean_at = |position: usize| {
        let seen: Vec<f32> = of_four()
            .filter(|beat| beat.position == position)
            .filter_map(|beat| activations.downbeat.get(grid.frame_at(beat.time)).copied())
            .collect();
        seen.iter().sum::<f32>() / seen.len().max(1) as f32
    };
    let strong = mean_at(0).min(mean_at(2)) - mean_at(1).max(mean_at(3));
    let halves_alike = mean_at(0) - mean_at(2) < WHOLE_BAR;
    if division == Division::Triple && of_four().count() >= 4 * MIN_BARS && strong > 0.0 && halves_alike {
        for beat in beats.iter_mut().filter(|beat| beat.meter == 4) {
            beat.position %= 2;
            beat.meter = 2;
        }
    }
}
