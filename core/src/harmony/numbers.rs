//! The stage's learned numbers.

use super::chroma::{N_NOVELTY, NOVELTY};
use super::grid::Weight;
use super::key::{FEATURES, N_FEATURES, N_TONALITY, TONALITY};
use super::modulation::{N_SIGNS, SIGNS};
use super::network::Network;
use super::presence::{EVIDENCE, N_EVIDENCE};

/// What `cargo xtask learn harmony` wrote; see the head of the file.
const LEARNED: &str = include_str!("harmony.weights");

/// The fitted numbers of a [`calibrated`] probability.
const CERTAINTY: [&str; 2] = ["slope", "constant"];

/// The tables of weights in the file, with the names of what they weigh.
pub(super) const TABLES: [(&str, &[&str]); 8] = [
    ("presence", &EVIDENCE),
    ("change", &Weight::NAMES),
    ("novelty", &NOVELTY),
    ("tonality", &TONALITY),
    ("modulation", &SIGNS),
    ("key", &FEATURES),
    ("key-certainty", &CERTAINTY),
    ("chord-certainty", &CERTAINTY),
];

/// Everything in the stage that was fitted to annotated songs.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    /// What sounds → how likely each chord is.
    pub(super) network: Network,
    /// Weights of what speaks for harmony, [`evidence_of`](super::presence::evidence_of).
    pub(super) presence: [f32; N_EVIDENCE],
    /// Log-odds that the chord changes at the start of a unit, by [`Weight`]; of half a second where
    /// no beats are known.
    change: [f32; Weight::NAMES.len()],
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

    /// Reads lines `TABLE:FEATURE number`, and those of the network; `#` starts a comment. What is missing is 0.
    pub(super) fn parse(text: &str) -> Self {
        let mut numbers = Self {
            network: Network::default(),
            presence: [0.0; N_EVIDENCE],
            change: [0.0; Weight::NAMES.len()],
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
            match (name.split_once(':'), values.first()) {
                (None, _) => numbers.network.take(name, &values),
                (Some((table, feature)), Some(&value)) => {
                    if let Some(number) = numbers.number(table, feature) {
                        *number = value;
                    }
                }
                (Some(_), None) => {}
            }
        }
        numbers
    }

    /// The number of a feature in one of the [`TABLES`]; `None` if there is no such feature.
    fn number(&mut self, table: &str, feature: &str) -> Option<&mut f32> {
        let names = TABLES.iter().find(|(name, _)| *name == table)?.1;
        let numbers = match table {
            "presence" => &mut self.presence[..],
            "change" => &mut self.change,
            "novelty" => &mut self.novelty,
            "tonality" => &mut self.tonality,
            "modulation" => &mut self.modulation,
            "key" => &mut self.key,
            "key-certainty" => &mut self.key_certainty,
            "chord-certainty" => &mut self.chord_certainty,
            _ => return None,
        };
        numbers.get_mut(names.iter().position(|name| *name == feature)?)
    }

    /// Log-odds that the chord changes at the start of a unit that heavy.
    pub(super) const fn change_at(&self, weight: Weight) -> f32 {
        self.change[weight as usize]
    }
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
    fn every_feature_has_its_weight_and_no_other_has() {
        let names =
            LEARNED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next());
        let mut learned: Vec<String> = names.filter(|name| name.contains(':')).map(str::to_owned).collect();
        let mut seen: Vec<String> = TABLES
            .iter()
            .flat_map(|(table, features)| features.iter().map(move |feature| format!("{table}:{feature}")))
            .collect();
        let mut numbers = Numbers::learned();
        for (table, features) in TABLES {
            assert!(features.iter().all(|feature| numbers.number(table, feature).is_some()), "{table}");
        }
        learned.sort_unstable();
        seen.sort_unstable();
        assert_eq!(learned, seen, "learn them anew");
    }

    #[test]
    fn chords_change_more_readily_where_the_bar_is_heavier() {
        let numbers = Numbers::learned();
        let heavier = [Weight::Off, Weight::Beat, Weight::Half, Weight::Bar].map(|w| numbers.change_at(w));
        assert!(heavier.windows(2).all(|w| w[0] < w[1]), "{heavier:?}");
    }

    #[test]
    fn nonsense_is_skipped() {
        let numbers = Numbers::parse(
            "# change:off 5\nchange:free x 2\nchange:off 1 3\nchange:x 2\nx:off 3\n\nhidden\nquality\nkey:minor\nkey-certainty:slope 2",
        );
        assert_eq!((numbers.change[0], numbers.change[1], numbers.key[10]), (1.0, 2.0, 0.0));
        assert_eq!(numbers.key_certainty, [2.0, 0.0]);
        assert!(!numbers.network.is_complete());
    }
}
