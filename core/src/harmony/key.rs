//! Chroma and chords → keys over time.

use crate::matrix::Matrix;
use crate::sequence::{arg_max, viterbi};
use crate::units::{Key, Mode};

use super::chord::{Quality, Third};
use super::chords::log_in_key;
use super::grid::{Unit, Weight};
use super::profiles::{Profile, correlations, weighted_mean};

/// A stretch of units in one key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KeyRun {
    /// First unit.
    pub(super) from: usize,
    /// One past the last unit.
    pub(super) to: usize,
    /// Index into [`Key::all`].
    pub(super) key: usize,
}

/// What is known about harmony when keys are estimated.
pub(super) struct KeyEvidence<'a> {
    pub(super) units: &'a [Unit],
    /// Chroma of all registers, `[n_units × 12]`.
    pub(super) chroma: &'a Matrix,
    /// Bass chroma, `[n_units × 12]`.
    pub(super) bass: &'a Matrix,
    /// Seconds that each unit counts for: 0 where nothing tonal sounds.
    pub(super) weights: &'a [f32],
    /// Decoded chord of each unit (quality and root), `None` for no chord; empty at first.
    pub(super) chords: &'a [Option<(Quality, usize)>],
    pub(super) profiles: &'a [(Profile, f32)],
}

/// First units of bars, and the end; bars of four units where no beats are known.
pub(super) fn bars_of(units: &[Unit]) -> Vec<usize> {
    let mut edges = vec![0];
    for (idx, unit) in units.iter().enumerate().skip(1) {
        let since = idx - edges.last().copied().unwrap_or(0);
        let starts = unit.weight == Weight::Bar || (since >= 4 && unit.weight == Weight::Free) || since >= 32;
        if starts {
            edges.push(idx);
        }
    }
    if !units.is_empty() {
        edges.push(units.len());
    }
    edges
}

/// Seconds to each side of a bar that its profile match hears.
const CONTEXT: f64 = 4.0;
/// Nats a second that a correlation difference of 1 is worth.
const PROFILE_RATE: f32 = 1.2;
/// Nats a second of log-probability of a chord in the key.
const CHORD_RATE: f32 = 0.25;
/// Nats against any key change, and the further cost of one between relative or parallel keys,
/// which share too much to be told apart in a few bars.
const CHANGE_COST: f32 = 12.0;
const RELATED_COST: f32 = 8.0;

/// Finds the runs of keys by Viterbi over bars.
pub(super) fn track_keys(evidence: &KeyEvidence<'_>) -> Vec<KeyRun> {
    let edges = bars_of(evidence.units);
    let n_bars = edges.len().saturating_sub(1);
    if n_bars == 0 {
        return Vec::new();
    }
    let mut observation = Matrix::with_cols(24);
    for bar in edges.windows(2) {
        observation.push_row(&bar_evidence(evidence, bar[0], bar[1]));
    }
    let path = viterbi(&observation, &transitions(), &[-(24.0f32.ln()); 24]);
    let mut runs: Vec<KeyRun> = Vec::new();
    for (bar, &key) in edges.windows(2).zip(&path) {
        match runs.last_mut() {
            Some(run) if run.key == key => run.to = bar[1],
            _ => runs.push(KeyRun { from: bar[0], to: bar[1], key }),
        }
    }
    runs
}

/// Log-likelihood of each key over the units `from..to`, up to a constant.
fn bar_evidence(evidence: &KeyEvidence<'_>, from: usize, to: usize) -> [f32; 24] {
    let units = evidence.units;
    let (start, end) = (units[from].start - CONTEXT, units[to - 1].end + CONTEXT);
    let first = units[..from].iter().rposition(|u| u.end <= start).map_or(0, |idx| idx + 1);
    let last = to + units[to..].iter().position(|u| u.start >= end).unwrap_or(units.len() - to);
    let chroma = weighted_mean(evidence.chroma, evidence.weights, first..last);
    let seconds: f32 = evidence.weights[from..to].iter().sum();
    let mut scores = correlations(&chroma, evidence.profiles);
    scores.iter_mut().for_each(|s| *s *= PROFILE_RATE * seconds);
    for unit in from..to {
        let Some(Some((quality, root))) = evidence.chords.get(unit).copied() else { continue };
        for (score, key) in scores.iter_mut().zip(Key::all()) {
            let step = (root + 12 - key.tonic.semitones()) % 12;
            *score += CHORD_RATE * evidence.weights[unit] * log_in_key(key.mode, step, quality.third());
        }
    }
    scores
}

fn transitions() -> Matrix {
    let mut matrix = Matrix::zeros(24, 24);
    for (from, a) in Key::all().enumerate() {
        for (to, b) in Key::all().enumerate() {
            let up = a.tonic.up_to(b.tonic);
            let related = a.mode != b.mode
                && match a.mode {
                    Mode::Major => up == 0 || up == 9,
                    Mode::Minor => up == 0 || up == 3,
                };
            matrix.row_mut(from)[to] = match (from == to, related) {
                (true, _) => 0.0,
                (_, true) => -(CHANGE_COST + RELATED_COST),
                _ => -CHANGE_COST,
            };
        }
    }
    matrix
}

/// Number of features in [`features_of`].
pub(super) const N_FEATURES: usize = 11;

/// What speaks for each of the 24 keys over one run, `[24 × N_FEATURES]`.
///
/// In order: correlation with the profiles; mean log-probability of the chords in the key; share of
/// time on the tonic triad, of bar starts on it, of the bass on the tonic; whether the run ends on
/// it, begins on it; share of time on the major dominant; share of chord changes that are authentic
/// and plagal cadences; 1 for minor.
pub(super) fn features_of(evidence: &KeyEvidence<'_>, run: &KeyRun) -> Vec<[f32; N_FEATURES]> {
    let range = run.from..run.to;
    let chroma = weighted_mean(evidence.chroma, evidence.weights, range.clone());
    let bass = weighted_mean(evidence.bass, evidence.weights, range.clone());
    let bass_sum = bass.iter().sum::<f32>().max(1e-6);
    let correlations = correlations(&chroma, evidence.profiles);
    let chord_at = |unit: usize| evidence.chords.get(unit).copied().flatten();
    let sounding: Vec<usize> =
        range.clone().filter(|&u| evidence.weights[u] > 0.0 && chord_at(u).is_some()).collect();
    let first = sounding.first().and_then(|&u| chord_at(u));
    let last = sounding.last().and_then(|&u| chord_at(u));
    let seconds = sounding.iter().map(|&u| evidence.weights[u]).sum::<f32>().max(1e-6);
    let changes: Vec<[(Quality, usize); 2]> = sounding
        .windows(2)
        .filter_map(|pair| Some([chord_at(pair[0])?, chord_at(pair[1])?]))
        .filter(|[a, b]| a != b)
        .collect();
    let starts: Vec<usize> =
        sounding.iter().copied().filter(|&u| evidence.units[u].weight == Weight::Bar).collect();

    Key::all()
        .enumerate()
        .map(|(idx, key)| {
            let tonic = key.tonic.semitones();
            let own_third = match key.mode {
                Mode::Major => Third::Major,
                Mode::Minor => Third::Minor,
            };
            let is_tonic = |(quality, root): (Quality, usize)| root == tonic && quality.third() == own_third;
            let is_dominant = |(quality, root): (Quality, usize)| {
                root == (tonic + 7) % 12 && quality.third() == Third::Major
            };
            let share = |test: &dyn Fn((Quality, usize)) -> bool| -> f32 {
                sounding
                    .iter()
                    .filter(|&&u| chord_at(u).is_some_and(test))
                    .map(|&u| evidence.weights[u])
                    .sum::<f32>()
                    / seconds
            };
            let in_key = sounding
                .iter()
                .filter_map(|&u| Some((evidence.weights[u], chord_at(u)?)))
                .map(|(w, (quality, root))| {
                    w * log_in_key(key.mode, (root + 12 - tonic) % 12, quality.third())
                })
                .sum::<f32>()
                / seconds;
            let starts_on = starts.iter().filter(|&&u| chord_at(u).is_some_and(is_tonic)).count() as f32
                / starts.len().max(1) as f32;
            let cadences = |up: usize| -> f32 {
                let n = changes
                    .iter()
                    .filter(|[from, to]| from.1 == (tonic + up) % 12 && is_tonic(*to))
                    .filter(|[from, _]| up != 7 || from.0.third() != Third::Minor)
                    .count();
                n as f32 / changes.len().max(8) as f32
            };
            [
                correlations[idx],
                in_key,
                share(&is_tonic),
                starts_on,
                bass[tonic] / bass_sum,
                f32::from(u8::from(last.is_some_and(is_tonic))),
                f32::from(u8::from(first.is_some_and(is_tonic))),
                share(&is_dominant),
                cadences(7),
                cadences(5),
                f32::from(u8::from(key.mode == Mode::Minor)),
            ]
        })
        .collect()
}

/// Weights of [`features_of`]: multinomial logistic regression over the 24 keys of 154 runs of 60 pop
/// songs in two renderings each, 0.95 right on songs left out (six folds).
const WEIGHTS: [f32; N_FEATURES] = [5.0, 1.5, 9.0, 1.0, 2.6, 0.4, 0.9, 13.4, 14.8, 11.1, 1.8];

/// Decides tonics and modes of the runs together, and how sure that is.
///
/// Modulations mostly shift everything, so the runs share their mode and where their tonic lies in
/// the scale: of the 24 ways to move all of them, the one that explains all runs best is taken.
/// Returns the probabilities of the 24 ways (index: as if the longest run's key were that of
/// [`Key::all`]), and the runs moved to the best.
pub(super) fn settle_keys(evidence: &KeyEvidence<'_>, runs: &[KeyRun]) -> ([f32; 24], Vec<KeyRun>) {
    let seconds_of = |run: &KeyRun| evidence.weights[run.from..run.to].iter().sum::<f32>();
    let lengths: Vec<f32> = runs.iter().map(seconds_of).collect();
    let total = lengths.iter().sum::<f32>().max(1e-6);
    let main = arg_max(&lengths);
    let mut scores = [0.0f32; 24];
    let Some(main_key) = runs.get(main).map(|run| run.key) else { return (scores, Vec::new()) };
    for (run, seconds) in runs.iter().zip(&lengths) {
        let features = features_of(evidence, run);
        for (candidate, score) in scores.iter_mut().enumerate() {
            let key = moved(run.key, main_key, candidate);
            let sum: f32 = features[key].iter().zip(WEIGHTS).map(|(x, w)| x * w).sum();
            *score += sum * seconds / total;
        }
    }
    let best = arg_max(&scores);
    let max = scores[best];
    scores.iter_mut().for_each(|s| *s = (*s - max).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|s| *s /= sum);
    let settled = runs.iter().map(|run| KeyRun { key: moved(run.key, main_key, best), ..*run }).collect();
    (scores, settled)
}

/// `key` moved as `from` is moved to become `to` (indices into [`Key::all`]): the tonic by the same
/// interval after both are seen from their diatonic collection, the mode alike.
fn moved(key: usize, from: usize, to: usize) -> usize {
    // A run whose mode differs from the main one's is seen as its relative first.
    let key = if key / 12 == from / 12 { key } else { relative(key) };
    let shift = (to % 12 + 12 - from % 12) % 12;
    (key % 12 + shift) % 12 + 12 * (to / 12)
}

/// The key with the same scale and the other mode.
fn relative(key: usize) -> usize {
    if key < 12 { 12 + (key + 9) % 12 } else { (key - 12 + 3) % 12 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relatives_are_mutual() {
        assert_eq!(relative(0), 21);
        assert!((0..24).all(|key| relative(relative(key)) == key));
    }

    #[test]
    fn moving_keeps_the_distance_between_runs() {
        // C major and D major, were C major A minor, become A minor and B minor.
        assert_eq!(moved(0, 0, 21), 21);
        assert_eq!(moved(2, 0, 21), 23);
        assert_eq!(moved(2, 0, 0), 2);
    }
}
