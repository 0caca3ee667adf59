//! The chords that can be named, and how well each explains what sounds.

use crate::matrix::Matrix;
use crate::params::ChordVocabulary;

use super::chord::{Quality, Third};
use super::chroma::Chromagram;

/// Qualities of a vocabulary; a chord's state is `quality index · 12 + root`, the last is no chord.
///
/// A chord is scored by a linear model over the square roots of the three registers' chroma, turned
/// to its root: each pitch class has one weight if it belongs to the chord and another if it does
/// not, learned apart for chords with a major, a minor and no third. So the model knows chords that
/// it has hardly met by their notes. The scores are log-probabilities up to a constant of each unit.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) qualities: Vec<Quality>,
    models: Vec<Model>,
    no_chord: [f32; N_REGISTERS + 1],
}

/// Bass, middle and high.
const N_REGISTERS: usize = 3;
/// Inputs of the model.
const N_INPUTS: usize = 12 * N_REGISTERS;

/// What is expected of one quality, relative to the root.
#[derive(Debug, Clone)]
struct Model {
    /// Weights of the registers' chroma, `[N_INPUTS]` from the root.
    weights: [f32; N_INPUTS],
    /// Logarithm of how common the quality is, up to a constant.
    prior: f32,
    /// Logarithm of how often each interval above the root is in the bass.
    bass: [f32; 12],
}

/// Nats that the whole bass chroma of a unit on one note is worth when the bass is named.
const BASS_SCALE: f32 = 4.0;

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
        let learned = Learned::parse(MODEL);
        let models = qualities.iter().map(|&quality| Model::of(quality, &learned)).collect();
        Self { qualities, models, no_chord: learned.no_chord }
    }

    /// States: twelve a quality, and no chord.
    pub(super) fn n_states(&self) -> usize {
        12 * self.qualities.len() + 1
    }

    /// Quality and root (semitones from C) of a state; `None` for no chord.
    pub(super) fn chord_of(&self, state: usize) -> Option<(Quality, usize)> {
        self.qualities.get(state / 12).map(|&quality| (quality, state % 12))
    }

    /// Log-probability of each state in `unit`, up to a constant, into `scores`, `[n_states]`.
    pub(super) fn score(&self, chroma: &Chromagram, unit: usize, scores: &mut [f32]) {
        // Twice in a row, so that any root's twelve are a slice.
        let mut inputs = [[0.0f32; 24]; N_REGISTERS];
        let mut no_chord = self.no_chord[N_REGISTERS];
        let registers = [&chroma.bass, &chroma.middle, &chroma.high];
        for ((input, register), weight) in inputs.iter_mut().zip(registers).zip(self.no_chord) {
            let row = register.row(unit);
            for (x, c) in input.iter_mut().zip(row.iter().chain(row)) {
                *x = c.sqrt();
            }
            no_chord += weight * input[..12].iter().sum::<f32>() / 12.0;
        }
        for (quality, model) in self.models.iter().enumerate() {
            for root in 0..12 {
                let mut score = model.prior;
                for (input, weights) in inputs.iter().zip(model.weights.chunks_exact(12)) {
                    score += input[root..root + 12].iter().zip(weights).map(|(x, w)| x * w).sum::<f32>();
                }
                scores[quality * 12 + root] = score;
            }
        }
        scores[12 * self.models.len()] = no_chord;
    }

    /// The bass, an interval above the root among the chord's tones, that explains the bass chroma
    /// of a run of units best; `bass` is the sum of their rows, each scaled to sum 1.
    pub(super) fn bass_of(&self, quality: Quality, root: usize, bass: &[f32; 12]) -> u8 {
        let Some(idx) = self.qualities.iter().position(|&q| q == quality) else { return 0 };
        let score = |&interval: &u8| {
            let step = usize::from(interval);
            self.models[idx].bass[step] + BASS_SCALE * bass[(root + step) % 12]
        };
        let scores: Vec<f32> = quality.intervals().iter().map(score).collect();
        quality.intervals()[crate::sequence::arg_max(&scores)]
    }
}

impl Model {
    fn of(quality: Quality, learned: &Learned) -> Self {
        let mut weights = [0.0; N_INPUTS];
        let family = family_of(quality.third());
        for (input, weight) in weights.iter_mut().enumerate() {
            let is_present = quality.intervals().contains(&((input % 12) as u8));
            let table = if is_present { &learned.present } else { &learned.absent };
            *weight = table.row(family)[input];
        }
        let mut bass = [0.0f32; 12];
        for &interval in quality.intervals() {
            let share: f32 = match quality.degree_of(interval).0 {
                1 => 0.80,
                3 => 0.07,
                5 => 0.07,
                _ => 0.03,
            };
            bass[usize::from(interval)] = share.ln();
        }
        Self { weights, prior: learned.prior_of(quality), bass }
    }
}

const fn family_of(third: Third) -> usize {
    match third {
        Third::Major => 0,
        Third::Minor => 1,
        Third::None => 2,
    }
}

/// Weights learned from annotated songs; see the head of the file.
const MODEL: &str = include_str!("chord_model.txt");

/// The contents of the model's file.
#[derive(Debug, Clone)]
struct Learned {
    /// Weights of pitch classes that belong to the chord, `[3 × N_INPUTS]`, a row a family.
    present: Matrix,
    /// Weights of those that do not.
    absent: Matrix,
    /// Weights of the registers' means and a constant, for no chord.
    no_chord: [f32; N_REGISTERS + 1],
    /// Harte shorthand and log prior.
    priors: Vec<(&'static str, f32)>,
}

impl Learned {
    fn parse(text: &'static str) -> Self {
        let mut learned = Self {
            present: Matrix::zeros(3, N_INPUTS),
            absent: Matrix::zeros(3, N_INPUTS),
            no_chord: [0.0; N_REGISTERS + 1],
            priors: Vec::new(),
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let numbers = |from: usize| words[from..].iter().filter_map(|word| word.parse::<f32>().ok());
            match words[..] {
                [kind @ ("present" | "absent"), family, register, ..] => {
                    let table = if kind == "present" { &mut learned.present } else { &mut learned.absent };
                    let row = table.row_mut(match family {
                        "major" => 0,
                        "minor" => 1,
                        _ => 2,
                    });
                    let register = match register {
                        "bass" => 0,
                        "middle" => 1,
                        _ => 2,
                    };
                    row[12 * register..12 * (register + 1)]
                        .iter_mut()
                        .zip(numbers(3))
                        .for_each(|(w, x)| *w = x);
                }
                ["no-chord", ..] => learned.no_chord.iter_mut().zip(numbers(1)).for_each(|(w, x)| *w = x),
                ["prior", quality, ..] => learned.priors.extend(numbers(2).map(|x| (quality, x))),
                _ => {}
            }
        }
        learned
    }

    fn prior_of(&self, quality: Quality) -> f32 {
        self.priors.iter().find(|(name, _)| *name == quality.harte()).map_or(0.0, |&(_, prior)| prior)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_complete() {
        let learned = Learned::parse(MODEL);
        for table in [&learned.present, &learned.absent] {
            assert!(table.rows().all(|row| row.iter().all(|w| w.is_finite())));
            assert!(table.rows().all(|row| row.iter().filter(|&&w| w != 0.0).count() > 20));
        }
        let vocabulary = Vocabulary::new(ChordVocabulary::Extended);
        for &quality in &vocabulary.qualities {
            assert!(learned.prior_of(quality) != 0.0, "{quality:?} has no prior");
        }
    }
}
