//! The chords that can be named.

use crate::params::ChordVocabulary;

use super::chord::Quality;
use super::chroma::Chromagram;
use super::network::{N_REGISTERS, Network};

/// Qualities of a vocabulary; a chord's state is `quality index · 12 + root`, the last is no chord.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) qualities: Vec<Quality>,
}

/// Nats that the whole bass chroma of a unit on one note is worth when the bass is named.
const BASS_SCALE: f32 = 6.0;

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
        Self { qualities }
    }

    /// States: twelve a quality, and no chord.
    pub(super) fn n_states(&self) -> usize {
        12 * self.qualities.len() + 1
    }

    /// Quality and root (semitones from C) of a state; `None` for no chord.
    pub(super) fn chord_of(&self, state: usize) -> Option<(Quality, usize)> {
        self.qualities.get(state / 12).map(|&quality| (quality, state % 12))
    }

    /// The weights in `network` of the vocabulary's qualities.
    pub(super) fn weights<'a>(&self, network: &'a Network) -> Vec<&'a [f32]> {
        self.qualities.iter().map(|quality| network.quality(quality.harte())).collect()
    }

    /// The bass, an interval above the root among the chord's tones, that explains the bass chroma
    /// of a run of units best; `bass` is the sum of their rows, each scaled to sum 1.
    pub(super) fn bass_of(quality: Quality, root: usize, bass: &[f32; 12]) -> u8 {
        let score = |&interval: &u8| {
            let share: f32 = match quality.degree_of(interval).0 {
                1 => 0.85,
                3 | 5 => 0.06,
                _ => 0.03,
            };
            share.ln() + BASS_SCALE * bass[(root + usize::from(interval)) % 12]
        };
        let scores: Vec<f32> = quality.intervals().iter().map(score).collect();
        quality.intervals()[crate::sequence::arg_max(&scores)]
    }
}

/// What the network hears of a unit: the square roots of each register's chroma, from C.
pub(super) fn inputs_of(chroma: &Chromagram, unit: usize) -> [[f32; 12]; N_REGISTERS] {
    let mut inputs = [[0.0; 12]; N_REGISTERS];
    for (input, register) in inputs.iter_mut().zip([&chroma.bass, &chroma.middle, &chroma.high]) {
        for (x, c) in input.iter_mut().zip(register.row(unit)) {
            *x = c.sqrt();
        }
    }
    inputs
}
