//! Chroma → the sequence of chords.

use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::sequence::arg_max;
use crate::units::{Key, Mode};

use super::chord::{Quality, Third};
use super::chroma::Chromagram;
use super::grid::{Unit, Weight};
use super::profiles::mode_index;
use super::vocabulary::Vocabulary;

/// What was decoded: a chord a unit.
#[derive(Debug, Clone)]
pub(super) struct ChordSequence {
    /// State of the vocabulary, `[n_units]`.
    pub(super) states: Vec<usize>,
    /// Probability of each state, `[n_units × n_states]`.
    pub(super) posterior: Matrix,
}

/// Log-likelihood of each state in each unit, `[n_units × n_states]`.
pub(super) async fn score_chords(
    vocabulary: &Vocabulary,
    chroma: &Chromagram,
    audible: &[bool],
    pace: &Pace,
) -> Matrix {
    let n_states = vocabulary.n_states();
    let mut scores = Matrix::zeros(audible.len(), n_states);
    for (unit, &is_audible) in audible.iter().enumerate() {
        let row = scores.row_mut(unit);
        if is_audible {
            vocabulary.score(chroma, unit, row);
            row.iter_mut().for_each(|score| *score *= INDEPENDENCE);
        } else {
            row.fill(SILENCE_PENALTY);
            row[n_states - 1] = 0.0;
        }
        pace.spend(n_states * 40).await;
    }
    scores
}

/// Exponent of a unit's likelihood: what neighbouring units hear is partly the same.
const INDEPENDENCE: f32 = 0.7;
/// Exponent of a key's prior of chords: a key is a tendency.
const KEY_INFLUENCE: f32 = 0.7;
/// Nats against a chord in a silent unit.
const SILENCE_PENALTY: f32 = -30.0;

/// Probability that the chord changes at the start of a unit, by its weight in the bar.
pub(super) fn change_probability(unit: &Unit) -> f32 {
    match unit.weight {
        Weight::Bar => 0.65,
        Weight::Half => 0.45,
        Weight::Beat => 0.2,
        Weight::Off => 0.06,
        // Per half second, a chord of some two seconds.
        Weight::Free => 1.0 - 0.75f32.powf((unit.length() / 0.5) as f32),
    }
}

/// Most likely sequence and posteriors under a hidden Markov model in which a chord either stays or
/// gives way to another, drawn from `prior` (log probabilities, `[n_units × n_states]`).
///
/// Because the new chord depends on the old one only in being drawn anew, a step costs
/// O(n_states), not its square.
pub(super) async fn decode_chords(
    scores: &Matrix,
    prior: &Matrix,
    units: &[Unit],
    pace: &Pace,
) -> ChordSequence {
    let (n_units, n_states) = (scores.n_rows(), scores.n_cols());
    let mut posterior = Matrix::zeros(n_units, n_states);
    if n_units == 0 || n_states == 0 {
        return ChordSequence { states: Vec::new(), posterior };
    }
    // Viterbi.
    let mut best: Vec<f32> = (0..n_states).map(|s| scores.row(0)[s] + prior.row(0)[s]).collect();
    let mut came_from = vec![0u32; n_units * n_states];
    for unit in 1..n_units {
        let change = change_probability(&units[unit]);
        let (log_change, log_stay) = (change.ln(), (1.0 - change).ln());
        let origin = arg_max(&best);
        let fresh = best[origin] + log_change;
        for (state, value) in best.iter_mut().enumerate() {
            let stay = *value + log_stay;
            let anew = fresh + prior.row(unit)[state];
            let from = if anew > stay { origin } else { state };
            came_from[unit * n_states + state] = from as u32;
            *value = stay.max(anew) + scores.row(unit)[state];
        }
        pace.spend(4 * n_states).await;
    }
    let mut states = vec![0; n_units];
    let mut state = arg_max(&best);
    for unit in (0..n_units).rev() {
        states[unit] = state;
        state = came_from[unit * n_states + state] as usize;
    }
    forward_backward(scores, prior, units, &mut posterior, pace).await;
    ChordSequence { states, posterior }
}

async fn forward_backward(
    scores: &Matrix,
    prior: &Matrix,
    units: &[Unit],
    posterior: &mut Matrix,
    pace: &Pace,
) {
    let (n_units, n_states) = (scores.n_rows(), scores.n_cols());
    let likelihood = |unit: usize| -> Vec<f32> {
        let row = scores.row(unit);
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter().map(|x| (x - max).exp().max(1e-30)).collect()
    };
    let mut forward: Vec<f32> = prior.row(0).iter().map(|p| p.exp()).collect();
    for unit in 0..n_units {
        if unit > 0 {
            let change = change_probability(&units[unit]);
            for (f, p) in forward.iter_mut().zip(prior.row(unit)) {
                *f = *f * (1.0 - change) + change * p.exp();
            }
        }
        forward.iter_mut().zip(likelihood(unit)).for_each(|(f, l)| *f *= l);
        normalise(&mut forward);
        posterior.row_mut(unit).copy_from_slice(&forward);
        pace.spend(20 * n_states).await;
    }
    let mut backward = vec![1.0f32; n_states];
    for unit in (0..n_units - 1).rev() {
        let change = change_probability(&units[unit + 1]);
        let seen: Vec<f32> = backward.iter().zip(likelihood(unit + 1)).map(|(b, l)| b * l).collect();
        let fresh: f32 = seen.iter().zip(prior.row(unit + 1)).map(|(s, p)| s * p.exp()).sum();
        for (b, s) in backward.iter_mut().zip(&seen) {
            *b = (1.0 - change) * s + change * fresh;
        }
        normalise(&mut backward);
        let row = posterior.row_mut(unit);
        row.iter_mut().zip(&backward).for_each(|(p, b)| *p *= b);
        normalise(row);
        pace.spend(20 * n_states).await;
    }
}

fn normalise(ps: &mut [f32]) {
    let sum: f32 = ps.iter().sum();
    if sum > 0.0 {
        ps.iter_mut().for_each(|p| *p /= sum);
    } else {
        let uniform = 1.0 / ps.len().max(1) as f32;
        ps.fill(uniform);
    }
}

/// Shares of roots above the tonic, in major and minor keys: after de Clercq & Temperley (2011), "A
/// corpus analysis of rock harmony", split by mode and rounded.
const ROOTS: [[f32; 12]; 2] = [
    [0.30, 0.004, 0.09, 0.01, 0.06, 0.20, 0.006, 0.19, 0.012, 0.13, 0.03, 0.008],
    [0.30, 0.01, 0.02, 0.12, 0.005, 0.12, 0.005, 0.13, 0.15, 0.01, 0.15, 0.008],
];
/// Share of major thirds among the chords on each root that have a third.
const MAJOR_SHARE: [[f32; 12]; 2] = [
    [0.97, 0.8, 0.15, 0.9, 0.2, 0.85, 0.3, 0.93, 0.9, 0.1, 0.95, 0.3],
    [0.06, 0.9, 0.2, 0.95, 0.3, 0.2, 0.3, 0.5, 0.95, 0.2, 0.95, 0.4],
];

/// Log probability of a chord with `third` on the degree `step` semitones above the tonic.
pub(super) fn log_in_key(mode: Mode, step: usize, third: Third) -> f32 {
    let mode = mode_index(mode);
    let share = MAJOR_SHARE[mode][step];
    let third = match third {
        Third::Major => share,
        Third::Minor => 1.0 - share,
        Third::None => 0.5,
    };
    (ROOTS[mode][step] * third).ln()
}

/// Probability that no chord sounds.
const NO_CHORD: f32 = 0.01;

/// Log prior of each state, `[n_states]`, in a key known as probabilities over [`Key::all`].
pub(super) fn prior_in_keys(vocabulary: &Vocabulary, keys: &[f32; 24]) -> Vec<f32> {
    let n_states = vocabulary.n_states();
    (0..n_states)
        .map(|state| match vocabulary.chord_of(state) {
            None => NO_CHORD.ln(),
            Some((quality, root)) => {
                let p: f32 = Key::all()
                    .zip(keys)
                    .map(|(key, p)| {
                        let step = (root + 12 - key.tonic.semitones()) % 12;
                        p * log_in_key(key.mode, step, quality.third()).exp()
                    })
                    .sum();
                KEY_INFLUENCE * p.max(1e-6).ln()
            }
        })
        .collect()
}

/// Whether two qualities share their third.
pub(super) fn same_third(a: Quality, b: Quality) -> bool {
    a.third() == b.third()
}
