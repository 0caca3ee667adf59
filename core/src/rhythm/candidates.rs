//! Rival readings of a song's pulse, and what tells the right one.

use super::evidence::Evidence;
use super::judge::Judge;
use super::model::{Model, softmax};
use super::patterns::BeatPatterns;
use super::pulse::{PulseParams, track_pulse};
use super::tempo::{Hypothesis, SIGNALS, metrical_features, metrical_names};
use super::tempogram::{N_SIGNALS, Tempogram};
use crate::features::onset::N_ONSET_BANDS;
use crate::pace::Pace;

/// One reading: beats of some tempo and phase.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Median tempo of the beats in BPM.
    pub(super) bpm: f64,
    /// Frames of the beats, rising.
    pub(super) beats: Vec<usize>,
    /// What is known of it: of its tempo, then of its beats.
    pub(super) features: Vec<f64>,
    /// Probability among the candidates.
    pub(super) probability: f64,
}

/// Fewest beats that make a candidate.
const MIN_BEATS: usize = 4;

/// Phases of a beat at which onsets are looked for.
pub(super) const PHASES: [f64; 6] = [0.0, 0.25, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.75];
/// Beats after which a pattern may repeat.
const LAGS: [usize; 5] = [1, 2, 3, 4, 6];
/// Beats after which what fills bars may return.
const BAR_LAGS: [usize; 6] = [1, 2, 3, 4, 6, 8];
/// Beats after which downbeats may come again.
const COMBS: [usize; 4] = [2, 3, 4, 6];
/// Names of the last features of a candidate, which tell how steady it is.
pub(super) const STEADINESS: [&str; 10] = [
    "contrast",
    "least-contrast",
    "weaker-stretches",
    "least-on",
    "tempo-moves",
    "largest-move",
    "mean-on",
    "weak-beats",
    "irregular",
    "on-per-second",
];

/// Names of the features of a candidate.
pub(super) fn reading_names() -> Vec<String> {
    let mut names = metrical_names();
    names.extend(["between", "loose"].map(str::to_owned));
    for lag in BAR_LAGS {
        names.extend(["rhythm", "harmony", "downbeats"].map(|what| format!("{what}-return-{lag}")));
    }
    names.extend(["downbeats-on", "downbeats-between"].map(str::to_owned));
    names.extend(COMBS.map(|n_beats| format!("downbeats-comb-{n_beats}")));
    names.extend(["octaves-cubed", "fast", "slow"].map(str::to_owned));
    names.extend(phase_names());
    for signal in SIGNALS {
        names.extend(LAGS.map(|lag| format!("{signal}-repeats-{lag}")));
    }
    names.extend(["bar", "six"].map(str::to_owned));
    names.extend(STEADINESS.map(str::to_owned));
    names
}

/// Names of the strengths at the [`PHASES`].
pub(super) fn phase_names() -> impl Iterator<Item = String> {
    SIGNALS.into_iter().flat_map(|signal| PHASES.map(|phase| format!("{signal}-at-{phase:.2}")))
}

/// Follows the best hypotheses through the song, on the beat and between the beats, and weighs them.
///
/// Returns candidates, most likely first. O(n_hypotheses · n_frames).
pub(super) async fn gather_candidates(
    evidence: &Evidence,
    profiles: &Profiles,
    tempogram: &Tempogram,
    hypotheses: &[Hypothesis],
    n_tempi: usize,
    model: &Model,
    pace: &Pace,
) -> Vec<Candidate> {
    let rate = evidence.grid.frame_rate();
    let mut found: Vec<Candidate> = Vec::new();
    for hypothesis in hypotheses.iter().take(n_tempi) {
        for (looseness, params) in [PulseParams::firm(), PulseParams::loose()].iter().enumerate() {
            let pulse =
                track_pulse(&profiles.beat, tempogram, evidence.grid, hypothesis.bpm, params, pace).await;
            let on: Vec<usize> = pulse.iter().map(|beat| beat.frame).collect();
            if on.len() < MIN_BEATS {
                continue;
            }
            let between: Vec<usize> = on.windows(2).map(|pair| usize::midpoint(pair[0], pair[1])).collect();
            for (shift, beats) in [on, between].into_iter().enumerate() {
                if beats.len() < MIN_BEATS {
                    continue;
                }
                let bpm = rate * 60.0 / median_gap(&beats);
                let mut features = metrical_features(tempogram, bpm);
                features.extend([shift as f64, looseness as f64]);
                profiles.describe_bars(evidence, &beats, &mut features);
                profiles.describe(&beats, bpm, &mut features);
                pace.spend(100_000 + 1_000 * beats.len()).await;
                found.push(Candidate { bpm, beats, features, probability: 0.0 });
            }
        }
    }
    weigh(&mut found, model);
    found
}

/// Gives the candidates their probabilities and puts the most likely first.
pub(super) fn weigh(candidates: &mut [Candidate], model: &Model) {
    let judge = Judge::new(model, "reading", &reading_names());
    let scores: Vec<f64> = candidates.iter().map(|c| judge.score(&c.features)).collect();
    for (candidate, p) in candidates.iter_mut().zip(softmax(&scores)) {
        candidate.probability = p;
    }
    candidates.sort_by(|a, b| b.probability.total_cmp(&a.probability));
}

/// Median distance of beats in frames.
fn median_gap(beats: &[usize]) -> f64 {
    let mut gaps: Vec<usize> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    // A mean of the middle third: frames are coarse.
    let third = gaps.len() / 3;
    let middle = &gaps[third..gaps.len() - third];
    (middle.iter().sum::<usize>() as f64 / middle.len() as f64).max(1.0)
}

/// Frames on either side within which an onset belongs to a moment.
const REACH: usize = 2;
/// Beats of a stretch that is judged by itself.
const STRETCH: usize = 8;
/// Onset strength above which more makes no difference.
const CAP: f32 = 4.0;

/// Signals that beats are compared against.
#[derive(Debug)]
pub(super) struct Profiles {
    /// Evidence for a beat, `[n_frames]`.
    pub(super) beat: Vec<f32>,
    /// Onset bands and changes of harmony, each the largest value within [`REACH`], `[n_frames]`.
    signals: [Vec<f32>; N_SIGNALS],
    /// Downbeats heard, likewise.
    downbeat: Vec<f32>,
}

impl Profiles {
    pub(super) async fn of(evidence: &Evidence, pace: &Pace) -> Self {
        let mut signals: [Vec<f32>; N_SIGNALS] = Default::default();
        let sources = evidence.bands.iter().chain([&evidence.harmonic_onsets, &evidence.heard_beats]);
        for (signal, source) in signals.iter_mut().zip(sources) {
            *signal = widened(source);
            pace.spend(10 * source.len()).await;
        }
        let downbeat = widened(&evidence.heard_downbeats);
        pace.spend(10 * downbeat.len()).await;
        Self { beat: super::activation::beat_evidence(evidence), signals, downbeat }
    }

    /// Strength of each signal at a phase after each beat, `[n_beats − 1]`.
    pub(super) fn at(&self, signal: usize, beats: &[usize], phase: f64) -> Vec<f64> {
        let xs = &self.signals[signal];
        beats
            .windows(2)
            .map(|pair| {
                let frame = pair[0] + ((pair[1] - pair[0]) as f64 * phase).round() as usize;
                xs.get(frame).copied().map_or(0.0, f64::from)
            })
            .collect()
    }

    /// Strengths at the phases of the beats, how they repeat, and the tempo they have.
    pub(super) fn describe(&self, beats: &[usize], bpm: f64, features: &mut Vec<f64>) {
        let octaves = (bpm / 110.0).log2();
        features.extend([
            octaves.powi(3),
            (octaves - 0.6).max(0.0).powi(2),
            (-0.6 - octaves).max(0.0).powi(2),
        ]);
        features.extend(self.phases(beats));
        let mut means = [0.0; LAGS.len()];
        for signal in 0..N_SIGNALS {
            let on = self.at(signal, beats, 0.0);
            let repetitions = LAGS.map(|lag| repetition(&on, lag));
            means.iter_mut().zip(repetitions).for_each(|(m, r)| *m += r / N_SIGNALS as f64);
            features.extend(repetitions);
        }
        // A beat whose bars are not of two, three or four is of another level.
        let bar = means[1].max(means[2]).max(means[3]);
        features.extend([bar, (means[4] - bar).max(0.0)]);
        let n = beats.len() as f64;
        let on = beats.iter().map(|&b| f64::from(self.beat[b.min(self.beat.len() - 1)])).collect::<Vec<_>>();
        let weak = on.iter().filter(|x| **x < 0.0).count() as f64 / n;
        let ratios: Vec<f64> = beats
            .windows(3)
            .map(|b| ((b[2] - b[1]) as f64 / (b[1] - b[0]).max(1) as f64).ln().abs().min(0.5))
            .collect();
        let irregular = ratios.iter().sum::<f64>() / ratios.len().max(1) as f64;
        let span = (beats[beats.len() - 1] - beats[0]).max(1) as f64;
        let per_second = on.iter().sum::<f64>() / span * 100.0;
        let between: Vec<f64> = beats
            .windows(2)
            .map(|b| f64::from(self.beat[usize::midpoint(b[0], b[1]).min(self.beat.len() - 1)]))
            .collect();
        features.extend(Self::steadiness(&on, &between, beats));
        features.extend([on.iter().sum::<f64>() / n, weak, irregular, per_second]);
    }

    /// Downbeats heard at some beats in frames, `[n_beats]`.
    pub(super) fn downbeats(&self, beats: &[usize]) -> Vec<f64> {
        beats.iter().map(|&beat| self.downbeat.get(beat).copied().map_or(0.0, f64::from)).collect()
    }

    /// How well bars fit the beats: after how many beats rhythm and harmony return, and whether the
    /// downbeats heard fall on the beats and come at regular distances.
    fn describe_bars(&self, evidence: &Evidence, beats: &[usize], features: &mut Vec<f64>) {
        let patterns = BeatPatterns::of(evidence, self, beats);
        let downbeats = self.downbeats(beats);
        for lag in BAR_LAGS {
            features.extend(patterns.repetition(0..beats.len(), lag));
            features.push(repetition(&downbeats, lag));
        }
        let between: Vec<usize> = beats.windows(2).map(|pair| usize::midpoint(pair[0], pair[1])).collect();
        let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len().max(1) as f64;
        features.extend([mean(&downbeats), mean(&self.downbeats(&between))]);
        features.extend(COMBS.map(|n_beats| comb_contrast(&downbeats, n_beats)));
    }

    /// Whether a reading holds throughout: how much stronger beats are than what lies between them, on
    /// the whole and where least so, in how many stretches they are weaker, and how far tempi of
    /// stretches lie from one another.
    fn steadiness(on: &[f64], between: &[f64], beats: &[usize]) -> [f64; 6] {
        let contrast: Vec<f64> = on.iter().zip(between).map(|(a, b)| a - b).collect();
        let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len().max(1) as f64;
        let whole = mean(&contrast);
        let stretches: Vec<f64> = contrast.chunks(STRETCH).map(mean).collect();
        let least = stretches.iter().copied().fold(f64::INFINITY, f64::min);
        let weaker = stretches.iter().filter(|s| **s < 0.0).count() as f64 / stretches.len().max(1) as f64;
        let on_least = on.chunks(STRETCH).map(mean).fold(f64::INFINITY, f64::min);
        let tempi: Vec<f64> = beats
            .windows(STRETCH + 1)
            .step_by(STRETCH)
            .map(|b| ((b[STRETCH] - b[0]).max(1) as f64).ln())
            .collect();
        let moved: Vec<f64> = tempi.windows(2).map(|t| (t[1] - t[0]).abs()).collect();
        let largest = moved.iter().copied().fold(0.0, f64::max);
        [whole, least.clamp(-3.0, 3.0), weaker, on_least.clamp(-3.0, 3.0), mean(&moved), largest.min(1.0)]
    }

    /// Mean strength of each signal at each of [`PHASES`], `[N_SIGNALS · n_phases]`.
    pub(super) fn phases(&self, beats: &[usize]) -> Vec<f64> {
        let mut means = Vec::with_capacity(N_SIGNALS * PHASES.len());
        for signal in 0..N_SIGNALS {
            for phase in PHASES {
                let seen = self.at(signal, beats, phase);
                means.push(seen.iter().sum::<f64>() / seen.len().max(1) as f64);
            }
        }
        means
    }
}

/// Share of what sounds on the last third of the beats that must sound on the first for it to be played.
const PLAYED: f64 = 0.2;

impl Profiles {
    /// Whether the first third of the beats is played, not the last only, as in swing.
    pub(super) fn plays_first_thirds(&self, beats: &[usize]) -> bool {
        let strength = |phase: f64| -> f64 {
            (0..N_ONSET_BANDS).map(|band| self.at(band, beats, phase).iter().sum::<f64>()).sum()
        };
        strength(1.0 / 3.0) > PLAYED * strength(2.0 / 3.0)
    }
}

/// The largest value within [`REACH`] frames, at most [`CAP`].
fn widened(xs: &[f32]) -> Vec<f32> {
    (0..xs.len())
        .map(|idx| {
            let near = &xs[idx.saturating_sub(REACH)..(idx + REACH + 1).min(xs.len())];
            near.iter().copied().fold(0.0, f32::max).min(CAP)
        })
        .collect()
}

/// How far every `step`-th value of a sequence, counted from where that is most, lies above the mean.
pub(super) fn comb_contrast(xs: &[f64], step: usize) -> f64 {
    let mean = |phase: usize, step: usize| {
        let n = xs.len().saturating_sub(phase).div_ceil(step);
        xs.iter().skip(phase).step_by(step).sum::<f64>() / n.max(1) as f64
    };
    (0..step).map(|phase| mean(phase, step)).fold(f64::NEG_INFINITY, f64::max) - mean(0, 1)
}

/// Autocorrelation of a sequence about its mean at `lag`, in [−1, 1]; 0 where there is nothing to compare.
pub(super) fn repetition(xs: &[f64], lag: usize) -> f64 {
    if xs.len() < lag + 2 {
        return 0.0;
    }
    let mean = xs.iter().sum::<f64>() / xs.len() as f64;
    let energy: f64 = xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / xs.len() as f64;
    if energy < 1e-9 {
        return 0.0;
    }
    let product: f64 = xs.iter().zip(&xs[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum();
    (product / (xs.len() - lag) as f64 / energy).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comb_stands_out_at_its_own_step() {
        let xs: Vec<f64> = (0..30).map(|idx| f64::from(u8::from(idx % 3 == 1))).collect();
        assert!((comb_contrast(&xs, 3) - 2.0 / 3.0).abs() < 1e-12);
        assert!(comb_contrast(&xs, 2).abs() < 1e-12 && comb_contrast(&[], 3).abs() < 1e-12);
    }
}
