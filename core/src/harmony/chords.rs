//! Chroma → the sequence of chords.

use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::sequence::arg_max;
use crate::units::{Key, Mode};

use super::chord::{Quality, Third};
use super::chroma::{Chromagram, N_NOVELTY};
use super::grid::{Unit, Weight};
use super::network::Network;
use super::numbers::Numbers;
use super::profiles::mode_index;
use super::vocabulary::{Vocabulary, inputs_of};

/// What was decoded: a chord a unit.
#[derive(Debug, Clone)]
pub(super) struct ChordSequence {
    /// State of the vocabulary, `[n_units]`.
    pub(super) states: Vec<usize>,
    /// Probability of each state, `[n_units × n_states]`.
    pub(super) posterior: Matrix,
}

impl ChordSequence {
    /// Takes the probability that there is harmony, `[n_units]`, into the posteriors.
    pub(super) fn doubt(&mut self, harmony: &[f32]) {
        for (unit, &p) in harmony.iter().enumerate() {
            if let Some((none, chords)) = self.posterior.row_mut(unit).split_last_mut() {
                let sum = chords.iter().sum::<f32>().max(1e-30);
                chords.iter_mut().for_each(|chord| *chord *= p / sum);
                *none = 1.0 - p;
            }
        }
    }
}

/// Log-likelihood of each state in each unit, `[n_units × n_states]`. Where there is no harmony, no chord
/// is certain; where there is, some chord is.
pub(super) async fn score_chords(
    vocabulary: &Vocabulary,
    network: &Network,
    chroma: &Chromagram,
    is_harmonic: &[bool],
    pace: &Pace,
) -> Matrix {
    let n_states = vocabulary.n_states();
    let qualities = vocabulary.weights(network);
    let mut scores = Matrix::zeros(is_harmonic.len(), n_states);
    for (unit, &is_harmonic) in is_harmonic.iter().enumerate() {
        let row = scores.row_mut(unit);
        if is_harmonic {
            network.score(&inputs_of(chroma, unit), &qualities, row);
            let best = row[arg_max(&row[..n_states - 1])];
            row[n_states - 1] = best - CERTAIN;
        } else {
            row.fill(-CERTAIN);
            row[n_states - 1] = 0.0;
        }
        pace.spend(network.cost(qualities.len())).await;
    }
    scores
}

/// Exponent of a key's prior of chords: a key is a tendency.
const KEY_INFLUENCE: f32 = 0.7;
/// Nats against a chord where there is no harmony, and against none where there is.
const CERTAIN: f32 = 30.0;

/// Log-odds by which chords may change more or less readily in a song than in most.
const PACES: [f32; 9] = [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0];
/// Standard deviation of these log-odds over songs.
const PACE_SPREAD: f32 = 0.7;

/// Probability that the chord changes at the start of each unit, where `novelty` is heard, in a song in
/// which it changes more readily than in most by `pace` (log-odds).
fn change_probabilities(
    units: &[Unit],
    novelty: &[[f32; N_NOVELTY]],
    numbers: &Numbers,
    pace: f32,
) -> Vec<f32> {
    units
        .iter()
        .zip(novelty)
        .map(|(unit, novelty)| {
            let heard: f32 = novelty.iter().zip(numbers.novelty).map(|(x, w)| x * w).sum();
            let odds = (numbers.change_at(unit.weight) + heard + pace).exp();
            let change = match unit.weight {
                // Learned for half a second.
                Weight::Free => 1.0 - (1.0 + odds).powf(-(unit.length() as f32) / 0.5),
                _ => odds / (1.0 + odds),
            };
            change.clamp(1e-4, 1.0 - 1e-4)
        })
        .collect()
}

/// How readily chords change in this song: the probabilities of change under which what is heard is
/// most likely, songs in general taken into account.
async fn song_changes(
    scores: &Matrix,
    prior: &Matrix,
    units: &[Unit],
    novelty: &[[f32; N_NOVELTY]],
    numbers: &Numbers,
    pace: &Pace,
) -> Vec<f32> {
    let (mut best, mut best_score) = (Vec::new(), f64::NEG_INFINITY);
    for shift in PACES {
        let changes = change_probabilities(units, novelty, numbers, shift);
        let evidence = log_evidence(scores, prior, &changes, pace).await;
        let score = evidence - 0.5 * f64::from(shift / PACE_SPREAD).powi(2);
        if score > best_score || best.is_empty() {
            (best, best_score) = (changes, score);
        }
    }
    best
}

/// Log-likelihood of the scores, summed over all sequences of chords.
async fn log_evidence(scores: &Matrix, prior: &Matrix, changes: &[f32], pace: &Pace) -> f64 {
    let n_states = scores.n_cols();
    let mut evidence = 0.0f64;
    let mut forward = vec![0.0f32; n_states];
    let (mut fresh, mut likelihood) = (Vec::new(), Vec::new());
    for (unit, &change) in changes.iter().enumerate() {
        if unit == 0 || prior.row(unit) != prior.row(unit - 1) {
            fresh = prior.row(unit).iter().map(|p| p.exp()).collect();
        }
        let row = scores.row(unit);
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        likelihood.clear();
        likelihood.extend(row.iter().map(|x| (x - max).exp()));
        let change = if unit == 0 { 1.0 } else { change };
        let mut sum = 0.0f32;
        for ((f, p), l) in forward.iter_mut().zip(&fresh).zip(&likelihood) {
            *f = (*f * (1.0 - change) + change * p) * l;
            sum += *f;
        }
        if !(sum > 0.0 && sum.is_finite()) {
            return f64::NEG_INFINITY;
        }
        forward.iter_mut().for_each(|f| *f /= sum);
        evidence += f64::from(sum).ln() + f64::from(max);
        pace.spend(10 * n_states).await;
    }
    evidence
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
    novelty: &[[f32; N_NOVELTY]],
    numbers: &Numbers,
    pace: &Pace,
) -> ChordSequence {
    let (n_units, n_states) = (scores.n_rows(), scores.n_cols());
    let mut posterior = Matrix::zeros(n_units, n_states);
    if n_units == 0 || n_states == 0 {
        return ChordSequence { states: Vec::new(), posterior };
    }
    let changes = song_changes(scores, prior, units, novelty, numbers, pace).await;
    // Viterbi.
    let mut best: Vec<f32> = (0..n_states).map(|s| scores.row(0)[s] + prior.row(0)[s]).collect();
    let mut came_from = vec![0u32; n_units * n_states];
    for unit in 1..n_units {
        let change = changes[unit];
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
    forward_backward(scores, prior, &changes, &mut posterior, pace).await;
    ChordSequence { states, posterior }
}

async fn forward_backward(
    scores: &Matrix,
    prior: &Matrix,
    changes: &[f32],
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
    for (unit, &change) in changes.iter().enumerate().take(n_units) {
        if unit > 0 {
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
        let change = changes[unit + 1];
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

/// Shares of roots above the tonic, in major and minor keys: set by hand in the spirit of de Clercq &
/// Temperley (2011), "A corpus analysis of rock harmony"; not their figures.
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
