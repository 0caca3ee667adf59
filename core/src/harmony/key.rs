//! Chroma and chords → keys over time.

use crate::matrix::Matrix;
use crate::sequence::{arg_max, posteriors, viterbi};
use crate::units::{Key, Mode};

use super::chord::{Quality, Third};
use super::chords::log_in_key;
use super::grid::{Unit, Weight};
use super::numbers::Numbers;
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

/// Names of the signs in [`tonality_of`].
pub(super) const TONALITY: [&str; N_TONALITY] = ["constant", "in-key", "contrast"];
/// Number of signs in [`tonality_of`].
pub(super) const N_TONALITY: usize = 3;

/// What speaks for there being a key at all: 1; the mean log-probability of the chords in the keys of
/// their runs; how unevenly the pitch classes are used in a run (deviation over mean).
pub(super) fn tonality_of(evidence: &KeyEvidence<'_>, runs: &[KeyRun]) -> [f32; N_TONALITY] {
    let (mut in_key, mut contrast, mut total, mut in_chords) = (0.0, 0.0, 0.0, 0.0);
    for (run, key) in runs.iter().filter_map(|run| Some((run, Key::all().nth(run.key)?))) {
        for unit in run.from..run.to {
            let Some(Some((quality, root))) = evidence.chords.get(unit).copied() else { continue };
            let step = (root + 12 - key.tonic.semitones()) % 12;
            in_key += evidence.weights[unit] * log_in_key(key.mode, step, quality.third());
            in_chords += evidence.weights[unit];
        }
        let chroma = weighted_mean(evidence.chroma, evidence.weights, run.from..run.to);
        let mean = chroma.iter().sum::<f32>() / 12.0;
        let variance = chroma.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 12.0;
        let seconds: f32 = evidence.weights[run.from..run.to].iter().sum();
        contrast += seconds * variance.sqrt() / mean.max(1e-9);
        total += seconds;
    }
    [1.0, in_key / in_chords.max(1e-6), contrast / total.max(1e-6)]
}

/// Seconds to each side of a bar that its profile match hears.
const CONTEXT: f64 = 4.0;
/// Nats a second that a correlation difference of 1 is worth.
const PROFILE_RATE: f32 = 2.0;
/// Nats a second of log-probability of a chord in the key.
const CHORD_RATE: f32 = 1.0;

/// How reluctantly keys change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reluctance {
    /// Nats against any change.
    change: f32,
    /// Further nats against one between relative or parallel keys, which share too much to be told
    /// apart in a few bars.
    related: f32,
}

/// For keys that chords are to be heard in.
pub(super) const STEADY: Reluctance = Reluctance { change: 23.0, related: 13.0 };
/// For keys whose changes are judged one by one afterwards, related keys or not (modulation.rs).
pub(super) const EAGER: Reluctance = Reluctance { change: 8.0, related: 0.0 };

/// What speaks for each key in each bar.
#[derive(Debug, Clone)]
pub(super) struct KeyTrack {
    /// First units of bars, and the end.
    pub(super) bars: Vec<usize>,
    /// Log-likelihood of each key, up to a constant, `[n_bars × 24]`.
    pub(super) observation: Matrix,
}

impl KeyTrack {
    /// Listens to each bar and its surroundings.
    pub(super) fn of(evidence: &KeyEvidence<'_>) -> Self {
        let bars = bars_of(evidence.units);
        let mut observation = Matrix::with_cols(24);
        for bar in bars.windows(2) {
            observation.push_row(&bar_evidence(evidence, bar[0], bar[1]));
        }
        Self { bars, observation }
    }

    /// Finds the runs of keys by Viterbi over bars.
    pub(super) fn runs(&self, reluctance: Reluctance) -> Vec<KeyRun> {
        let path = viterbi(&self.observation, &transitions(reluctance), &[-(24.0f32.ln()); 24]);
        let mut runs: Vec<KeyRun> = Vec::new();
        for (bar, &key) in self.bars.windows(2).zip(&path) {
            match runs.last_mut() {
                Some(run) if run.key == key => run.to = bar[1],
                _ => runs.push(KeyRun { from: bar[0], to: bar[1], key }),
            }
        }
        runs
    }
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

fn transitions(reluctance: Reluctance) -> Matrix {
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
                (_, true) => -(reluctance.change + reluctance.related),
                _ => -reluctance.change,
            };
        }
    }
    matrix
}

/// Names of the features in [`features_of`].
pub(super) const FEATURES: [&str; N_FEATURES] = [
    "profile",
    "in-key",
    "tonic",
    "tonic-on-bars",
    "tonic-bass",
    "ends",
    "begins",
    "dominant",
    "authentic",
    "plagal",
    "minor",
];
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

/// Probability that a modulation leads to the relative key, to the parallel one, or to another of the
/// other mode; the rest is shared by the keys of the same mode. Set by hand: songs mostly move up or
/// down as they are.
const TO_RELATIVE: f32 = 0.06;
const TO_PARALLEL: f32 = 0.06;
const TO_OTHER_MODE: f32 = 0.03;

/// Log-probability of going from one key to another.
fn modulations() -> Matrix {
    let mut matrix = Matrix::zeros(24, 24);
    let same_mode = (1.0 - TO_RELATIVE - TO_PARALLEL - TO_OTHER_MODE) / 12.0;
    for from in 0..24 {
        for (to, value) in matrix.row_mut(from).iter_mut().enumerate() {
            let probability = if from / 12 == to / 12 {
                same_mode
            } else if to == relative(from) {
                TO_RELATIVE
            } else if to % 12 == from % 12 {
                TO_PARALLEL
            } else {
                TO_OTHER_MODE / 10.0
            };
            *value = probability.ln();
        }
    }
    matrix
}

/// After so many seconds of harmony what speaks for keys counts half: a chord or two are in several keys. Set on 591 clips
/// of 0.7 to 16 s of annotated songs.
const HALF_HEARD: f32 = 4.0;

/// Decides tonics and modes of the runs, and how sure that is.
///
/// Each run is judged by what speaks for its keys, and all together by how songs modulate: a run that
/// could be in either of two relative keys follows its neighbours. What the runs say is partly the same,
/// so the evidence grows with the root of their number. Returns the probability of each key in each run,
/// `[n_runs × 24]`.
pub(super) fn key_probabilities(evidence: &KeyEvidence<'_>, runs: &[KeyRun], numbers: &Numbers) -> Matrix {
    let seconds_of = |run: &KeyRun| evidence.weights[run.from..run.to].iter().sum::<f32>();
    let total = runs.iter().map(seconds_of).sum::<f32>().max(1e-6);
    let heard = total / (total + HALF_HEARD);
    let mut observation = Matrix::with_cols(24);
    for run in runs {
        let share = heard * (seconds_of(run) / total).sqrt();
        let features = features_of(evidence, run);
        let row: Vec<f32> = features
            .iter()
            .map(|features| share * features.iter().zip(numbers.key).map(|(x, w)| x * w).sum::<f32>())
            .collect();
        observation.push_row(&row);
    }
    posteriors(&observation, &modulations(), &[-(24.0f32.ln()); 24])
}

/// The runs in their most likely keys; the key that most of the song is in first among its candidates.
///
/// Returns the runs with their probabilities, neighbours in one key joined, and the song's probability
/// of each key of [`Key::all`]: what the runs in its main key say.
pub(super) fn settle_keys(
    evidence: &KeyEvidence<'_>,
    runs: &[KeyRun],
    numbers: &Numbers,
) -> ([f32; 24], Vec<(KeyRun, f32)>) {
    let probabilities = key_probabilities(evidence, runs, numbers);
    let seconds_of = |run: &KeyRun| evidence.weights[run.from..run.to].iter().sum::<f32>().max(1e-6);
    let mut time_in = [0.0f32; 24];
    for (run, row) in runs.iter().zip(probabilities.rows()) {
        time_in[arg_max(row)] += seconds_of(run);
    }
    let main = arg_max(&time_in);
    let mut song = [0.0f32; 24];
    let mut settled: Vec<(KeyRun, f32)> = Vec::new();
    for (run, row) in runs.iter().zip(probabilities.rows()) {
        let key = arg_max(row);
        let seconds = seconds_of(run);
        if key == main {
            for (p, x) in song.iter_mut().zip(row) {
                *p += x * seconds / time_in[main];
            }
        }
        match settled.last_mut() {
            Some((last, p)) if last.key == key => {
                let before = seconds_of(last);
                *p = (*p * before + row[key] * seconds) / (before + seconds);
                last.to = run.to;
            }
            _ => settled.push((KeyRun { key, ..*run }, row[key])),
        }
    }
    (song, settled)
}

/// The key with the same scale and the other mode (indices into [`Key::all`]).
pub(super) fn relative(key: usize) -> usize {
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
    fn a_modulation_leads_somewhere() {
        for row in modulations().rows() {
            let sum: f32 = row.iter().map(|p| p.exp()).sum();
            assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        }
    }
}
