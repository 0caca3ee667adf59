//! The chords that can be named, and how well each explains what sounds.

use crate::params::ChordVocabulary;

use super::chord::Quality;

/// Qualities of a vocabulary; a chord's state is `quality index · 12 + root`, the last is no chord.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) qualities: Vec<Quality>,
    models: Vec<Model>,
}

/// What is expected of one quality, relative to the root.
#[derive(Debug, Clone)]
struct Model {
    /// Treble template of unit length.
    treble: [f32; 12],
    /// Prior probability of the bass at each interval above the root.
    bass: [f32; 12],
    /// Logarithm of how common the quality is.
    prior: f32,
}

/// Nats a unit of cosine between chroma and template is worth.
const TREBLE_SCALE: f32 = 14.0;
/// Nats the whole bass chroma on one note is worth.
const BASS_SCALE: f32 = 4.0;
/// Cosine of a unit in which no chord sounds.
const NO_CHORD_COSINE: f32 = 0.62;

impl Vocabulary {
    pub(super) fn new(choice: ChordVocabulary) -> Self {
        use Quality::*;
        let qualities = match choice {
            ChordVocabulary::Triads => vec![Maj, Min],
            ChordVocabulary::Sevenths => vec![Maj, Min, Dim, Aug, Sus2, Sus4, Maj7, Min7, Dom7],
            ChordVocabulary::Extended => vec![
                Maj, Min, Dim, Aug, Sus2, Sus4, Maj7, Min7, Dom7, HalfDim7, Dim7, MinMaj7, Maj6, Min6, Maj9,
                Min9, Dom9, Power,
            ],
        };
        let models = qualities.iter().map(|&quality| Model::of(quality)).collect();
        Self { qualities, models }
    }

    /// States: twelve a quality, and no chord.
    pub(super) fn n_states(&self) -> usize {
        12 * self.qualities.len() + 1
    }

    /// Quality and root (semitones from C) of a state; `None` for no chord.
    pub(super) fn chord_of(&self, state: usize) -> Option<(Quality, usize)> {
        self.qualities.get(state / 12).map(|&quality| (quality, state % 12))
    }

    /// Log-likelihood of each state, up to a constant, given chroma `[12]` with maximum 1 each.
    pub(super) fn score(&self, treble: &[f32], bass: &[f32], scores: &mut [f32]) {
        let length = treble.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        let bass_sum = bass.iter().sum::<f32>().max(1e-6);
        let bass_gain: Vec<f32> = bass.iter().map(|b| (BASS_SCALE * b / bass_sum).exp()).collect();
        for (quality, model) in self.models.iter().enumerate() {
            for root in 0..12 {
                let mut cosine = 0.0;
                let mut bass_likelihood = 0.0;
                for step in 0..12 {
                    let pitch_class = (root + step) % 12;
                    cosine += model.treble[step] * treble[pitch_class];
                    bass_likelihood += model.bass[step] * bass_gain[pitch_class];
                }
                scores[quality * 12 + root] =
                    TREBLE_SCALE * cosine / length + bass_likelihood.ln() + model.prior;
            }
        }
        let flat_bass = bass_gain.iter().sum::<f32>() / 12.0;
        scores[12 * self.models.len()] = TREBLE_SCALE * NO_CHORD_COSINE + flat_bass.ln();
    }

    /// The bass (interval above the root) that explains `bass`, the sum of bass chroma rows each of
    /// sum 1, over `n_units`; with its probability among the quality's chord tones.
    pub(super) fn bass_of(&self, quality: Quality, root: usize, bass: &[f32; 12]) -> (u8, f32) {
        let Some(idx) = self.qualities.iter().position(|&q| q == quality) else { return (0, 1.0) };
        let model = &self.models[idx];
        let log_p = |&interval: &u8| {
            let step = usize::from(interval);
            model.bass[step].ln() + BASS_SCALE * bass[(root + step) % 12]
        };
        let scores: Vec<f32> = quality.intervals().iter().map(log_p).collect();
        let best = crate::sequence::arg_max(&scores);
        let total: f32 = scores.iter().map(|s| (s - scores[best]).exp()).sum();
        (quality.intervals()[best], 1.0 / total)
    }
}

impl Model {
    fn of(quality: Quality) -> Self {
        let mut treble = [0.0f32; 12];
        let mut bass = [0.02f32; 12];
        for &interval in quality.intervals() {
            let step = usize::from(interval);
            let (weight, share) = match quality.degree_of(interval).0 {
                1 => (1.0, 0.70),
                3 => (1.0, 0.06),
                5 => (0.8, 0.06),
                7 | 6 => (0.8, 0.03),
                _ => (0.8, 0.02),
            };
            treble[step] = weight;
            bass[step] = share;
        }
        let length = treble.iter().map(|x| x * x).sum::<f32>().sqrt();
        treble.iter_mut().for_each(|x| *x /= length);
        let sum: f32 = bass.iter().sum();
        bass.iter_mut().for_each(|x| *x /= sum);
        Self { treble, bass, prior: prior_of(quality) }
    }
}

/// Logarithm of how common a quality is, from its share in popular music (Burgoyne, Wild &
/// Fujinaga 2011, the Billboard corpus, rounded).
fn prior_of(quality: Quality) -> f32 {
    let share: f32 = match quality {
        Quality::Maj => 0.50,
        Quality::Min => 0.16,
        Quality::Dom7 => 0.10,
        Quality::Min7 => 0.09,
        Quality::Maj7 => 0.03,
        Quality::Sus4 => 0.02,
        Quality::Power => 0.02,
        Quality::Sus2 | Quality::Maj6 | Quality::Dom9 | Quality::Min9 | Quality::Maj9 => 0.01,
        Quality::Dim | Quality::Aug | Quality::HalfDim7 | Quality::Dim7 => 0.005,
        Quality::Min6 | Quality::MinMaj7 => 0.004,
    };
    share.ln()
}
