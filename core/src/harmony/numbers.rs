//! The stage's learned numbers.

use super::chroma::N_NOVELTY;
use super::grid::Weight;
use super::key::{N_FEATURES, N_TONALITY};
use super::modulation::N_SIGNS;
use super::network::Network;
use super::presence::N_EVIDENCE;

/// What `cargo xtask learn harmony` wrote; see the head of the file.
const LEARNED: &str = include_str!("harmony.weights");

/// Everything in the stage that was fitted to annotated songs.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    /// What sounds → how likely each chord is.
    pub(super) network: Network,
    /// Weights of what speaks for harmony, [`evidence_of`](super::presence::evidence_of).
    pub(super) presence: [f32; N_EVIDENCE],
    /// Log-odds that the chord changes at the start of a unit, by [`Weight`]; of half a second where
    /// no beats are known.
    change: [f32; 5],
    /// What the log-odds of a change gain by novelty, [`novelty_of`](super::chroma::novelty_of).
    pub(super) novelty: [f32; N_NOVELTY],
    /// Weights of what speaks for there being a key, [`tonality_of`](super::key::tonality_of).
    pub(super) tonality: [f32; N_TONALITY],
    /// Weights of what speaks for a change of key (modulation.rs).
    pub(super) modulation: [f32; N_SIGNS],
    /// Weights of [`features_of`](super::key::features_of).
    pub(super) key: [f32; N_FEATURES],
    /// Slope and constant of the log-odds that a key is right.
    pub(super) key_certainty: [f32; 2],
    /// Slope and constant of the log-odds that a chord's root and third are right.
    pub(super) chord_certainty: [f32; 2],
}

impl Numbers {
    /// The numbers that the stage goes by.
    pub(super) fn learned() -> Self {
        Self::parse(LEARNED)
    }

    /// Reads `name number…` lines; `#` starts a comment. What is missing is 0.
    pub(super) fn parse(text: &str) -> Self {
        let mut numbers = Self {
            network: Network::default(),
            presence: [0.0; N_EVIDENCE],
            change: [0.0; 5],
            novelty: [0.0; N_NOVELTY],
            tonality: [0.0; N_TONALITY],
            modulation: [0.0; N_SIGNS],
            key: [0.0; N_FEATURES],
            key_certainty: [1.0, 0.0],
            chord_certainty: [1.0, 0.0],
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let Some(name) = words.next() else { continue };
            let values: Vec<f32> = words.filter_map(|word| word.parse().ok()).collect();
            match name {
                "presence" => fill(&mut numbers.presence, &values),
                "change" => fill(&mut numbers.change, &values),
                "novelty" => fill(&mut numbers.novelty, &values),
                "tonality" => fill(&mut numbers.tonality, &values),
                "modulation" => fill(&mut numbers.modulation, &values),
                "key" => fill(&mut numbers.key, &values),
                "key-certainty" => fill(&mut numbers.key_certainty, &values),
                "chord-certainty" => fill(&mut numbers.chord_certainty, &values),
                name => numbers.network.take(name, &values),
            }
        }
        numbers
    }

    /// Log-odds that the chord changes at the start of a unit that heavy.
    pub(super) const fn change_at(&self, weight: Weight) -> f32 {
        self.change[weight as usize]
    }
}

fn fill(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t = *f);
}

/// The same of a key: where the model doubts, no fit makes it doubt more.
pub(super) fn calibrated_key(p: f32, certainty: [f32; 2]) -> f32 {
    calibrated(p, certainty).max(p.min(0.5))
}

/// How likely an answer with probability `p` by the model is right, by a fitted `[slope, constant]`.
pub(super) fn calibrated(p: f32, certainty: [f32; 2]) -> f32 {
    let p = p.clamp(0.001, 0.999);
    1.0 / (1.0 + (-certainty[0] * (p / (1.0 - p)).ln() - certainty[1]).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harmony::vocabulary::Vocabulary;
    use crate::params::ChordVocabulary;

    #[test]
    fn what_was_learned_is_complete() {
        let numbers = Numbers::learned();
        assert!(numbers.network.is_complete());
        assert!(
            numbers
                .change
                .iter()
                .chain(&numbers.novelty)
                .chain(&numbers.key)
                .all(|x| x.is_finite() && *x != 0.0)
        );
        assert!(numbers.key_certainty[0] > 0.0 && numbers.chord_certainty[0] > 0.0);
        for quality in &Vocabulary::new(ChordVocabulary::Extended).qualities {
            assert!(numbers.network.knows(quality.harte()), "{quality:?}");
        }
    }

    #[test]
    fn chords_change_more_readily_where_the_bar_is_heavier() {
        let numbers = Numbers::learned();
        let heavier = [Weight::Off, Weight::Beat, Weight::Half, Weight::Bar].map(|w| numbers.change_at(w));
        assert!(heavier.windows(2).all(|w| w[0] < w[1]), "{heavier:?}");
    }

    #[test]
    fn nonsense_is_skipped() {
        let numbers = Numbers::parse("# change 5\nchange 1 x 2\n\nhidden\nquality\nkey-certainty 2");
        assert_eq!((numbers.change[0], numbers.change[1]), (1.0, 2.0));
        assert_eq!(numbers.key_certainty, [2.0, 0.0]);
        assert!(!numbers.network.is_complete());
    }
}
