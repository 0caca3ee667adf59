//! Whether there is harmony at all: notes sound, or only drums, noise and nothing.
//!
//! Decided before it is asked which chord sounds, so that a chord that is hard to name is still a chord.

use crate::matrix::Matrix;
use crate::sequence::{posteriors, viterbi};

use super::grid::Unit;
use super::transcription::Transcription;

/// Names of what tells of each unit: see [`evidence_of`].
pub(super) const EVIDENCE: [&str; N_EVIDENCE] = ["constant", "explained", "clearest", "on-grid"];
/// How many they are.
pub(super) const N_EVIDENCE: usize = 4;

/// Seconds to each side in which the clearest moments are looked for.
const REACH: f64 = 6.0;
/// Share of the moments that are less clear than the clearest.
const CLEAREST: f64 = 0.8;
/// Probability that notes set in or cease between two units.
const SWITCH: f32 = 0.01;
/// Exponent of a unit's likelihood: the surroundings that tell of it are those of its neighbours too.
const INDEPENDENCE: f32 = 0.2;

/// Where there is harmony.
#[derive(Debug, Clone)]
pub(super) struct Presence {
    /// Whether a chord is to be named, `[n_units]`.
    pub(super) is_harmonic: Vec<bool>,
    /// Probability of harmony, `[n_units]`.
    pub(super) probability: Vec<f32>,
}

/// What speaks for harmony in each unit: 1; the share of the spectrum that notes explain there, and at
/// the clearest moments of the next seconds to either side, in which drums leave room for notes; how well
/// the spectrum of these seconds agrees on a grid of semitones, in tune or not.
///
/// O(n_units · units in reach).
pub(super) fn evidence_of(
    units: &[Unit],
    transcription: &Transcription,
    audible: &[bool],
) -> Vec<[f32; N_EVIDENCE]> {
    let explained = &transcription.explained;
    let (mut from, mut to) = (0, 0);
    let mut around = Vec::new();
    let mut evidence = Vec::with_capacity(units.len());
    for (unit, &here) in units.iter().zip(explained) {
        let middle = 0.5 * (unit.start + unit.end);
        while from < units.len() && units[from].end < middle - REACH {
            from += 1;
        }
        while to < units.len() && units[to].start < middle + REACH {
            to += 1;
        }
        around.clear();
        let near = || (from.min(to)..to).filter(|&other| audible[other]);
        around.extend(near().map(|other| explained[other]));
        around.sort_by(f32::total_cmp);
        let clearest = around.get((around.len() as f64 * CLEAREST) as usize).copied().unwrap_or(0.0);
        let mut sum = [0.0f32; 2];
        for other in near() {
            sum.iter_mut().zip(transcription.on_grid[other]).for_each(|(s, x)| *s += x);
        }
        let agreement = sum[0].hypot(sum[1]) / around.len().max(1) as f32;
        evidence.push([1.0, here, clearest, agreement]);
    }
    evidence
}

/// Log-odds, at least, that notes sound where the spectrum is lines. Set by hand.
const LINES_ODDS: f32 = 5.0;

/// Decides for all units, by `weights` of the evidence (log-odds that notes sound) and by whether the
/// spectrum is lines. Units that are not
/// `audible` have no harmony and tell nothing of the others.
pub(super) fn find_harmony(
    evidence: &[[f32; N_EVIDENCE]],
    audible: &[bool],
    is_lines: &[bool],
    weights: &[f32; N_EVIDENCE],
) -> Presence {
    let mut observation = Matrix::with_cols(2);
    for (unit, (evidence, &is_audible)) in evidence.iter().zip(audible).enumerate() {
        let mut odds: f32 = evidence.iter().zip(weights).map(|(x, w)| x * w).sum();
        if is_lines.get(unit).is_some_and(|&is_lines| is_lines) {
            odds = odds.max(LINES_ODDS);
        }
        observation.push_row(&[0.0, if is_audible { INDEPENDENCE * odds } else { 0.0 }]);
    }
    let mut transitions = Matrix::zeros(2, 2);
    for state in 0..2 {
        transitions.row_mut(state).fill(SWITCH.ln());
        transitions.row_mut(state)[state] = (1.0 - SWITCH).ln();
    }
    let initial = [0.5f32.ln(); 2];
    let path = viterbi(&observation, &transitions, &initial);
    let probabilities = posteriors(&observation, &transitions, &initial);
    Presence {
        is_harmonic: path.iter().zip(audible).map(|(&state, &is_audible)| state == 1 && is_audible).collect(),
        probability: probabilities
            .rows()
            .zip(audible)
            .map(|(row, &is_audible)| if is_audible { row[1] } else { 0.0 })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harmony::grid::Weight;

    fn units(n: usize) -> Vec<Unit> {
        let unit = |i: usize| Unit {
            start: 0.5 * i as f64,
            end: 0.5 * (i + 1) as f64,
            weight: Weight::Free,
            beat: i,
        };
        (0..n).map(unit).collect()
    }

    #[test]
    fn a_blurred_moment_among_clear_ones_is_harmonic() {
        let mut explained = vec![0.85; 100];
        explained[30..33].fill(0.55);
        explained[60..].fill(0.55);
        let transcription = Transcription {
            salience: Matrix::with_cols(1),
            level: Vec::new(),
            explained,
            on_grid: vec![[0.0; 2]; 100],
            is_lines: Vec::new(),
        };
        let mut audible = vec![true; 100];
        audible[10] = false;
        let evidence = evidence_of(&units(100), &transcription, &audible);
        let found = find_harmony(&evidence, &audible, &[false; 100], &[-36.0, 10.0, 45.0, 9.0]);
        assert!((0..50).all(|unit| found.is_harmonic[unit] != (unit == 10)));
        assert!((75..100).all(|unit| !found.is_harmonic[unit] && found.probability[unit] < 0.1));
    }

    #[test]
    fn nothing_has_no_harmony() {
        let found = find_harmony(&[], &[], &[], &[0.0; N_EVIDENCE]);
        assert!(found.is_harmonic.is_empty() && found.probability.is_empty());
    }
}
