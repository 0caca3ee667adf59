//! What fitting the stage's learned numbers needs to see. Under the feature `training` only.

use crate::features::Features;
use crate::matrix::Matrix;
use crate::pace::{Pace, complete};
use crate::params::{AnalysisParams, ChordVocabulary};
use crate::rhythm::Rhythm;

use super::Harmony;
use super::chroma::novelty_of;
use super::key::{features_of, tonality_of};
use super::modulation::signs_of_changes;
use super::numbers::{Numbers, TABLES};
use super::presence::evidence_of;
use super::vocabulary::{Vocabulary, inputs_of};
use super::{Hearing, audible_units, decide, listen};

/// Inputs of the chord network.
pub const N_INPUTS: usize = super::network::N_INPUTS;
/// Registers that the inputs come in, twelve pitch classes each.
pub const N_REGISTERS: usize = super::network::N_REGISTERS;
/// Weights of a unit's start in the meter.
pub const N_WEIGHTS: usize = super::grid::Weight::NAMES.len();
/// Measures of how much changes.
pub const N_NOVELTY: usize = super::chroma::N_NOVELTY;
/// Features that speak for harmony.
pub const N_PRESENCE: usize = super::presence::N_EVIDENCE;
/// Signs that there is a key.
pub const N_TONALITY: usize = super::key::N_TONALITY;
/// Signs of a change of key.
pub const N_SIGNS: usize = super::modulation::N_SIGNS;
/// Features that speak for a key.
pub const N_KEY_FEATURES: usize = super::key::N_FEATURES;

/// Names of the features that a table of the file weighs, in the order that they are found in; none of an unknown one.
#[must_use]
pub fn features_named(table: &str) -> &'static [&'static str] {
    TABLES.iter().find(|(name, _)| *name == table).map_or(&[], |(_, features)| features)
}

/// A song as the stage hears it before it decides.
#[derive(Debug, Clone)]
pub struct Heard {
    hearing: Hearing,
    /// Edges of the units in seconds, `[n_units + 1]`.
    pub edges: Vec<f64>,
    /// Inputs of the network, `[n_units × N_INPUTS]`, from C.
    pub inputs: Matrix,
    /// What speaks for harmony, `[n_units]`.
    pub presence: Vec<[f32; N_PRESENCE]>,
    /// Whether anything sounds, `[n_units]`.
    pub audible: Vec<bool>,
    /// How much changes at each unit's start, `[n_units]`.
    pub novelty: Vec<[f32; N_NOVELTY]>,
    /// How heavy each unit's start is in the meter, below [`N_WEIGHTS`], `[n_units]`.
    pub weights: Vec<usize>,
}

impl Heard {
    /// Listens as far as the stage does before it decides.
    #[must_use]
    pub fn of(features: &Features, rhythm: &Rhythm) -> Self {
        let hearing = complete(listen(features, rhythm, &Pace::default()));
        let Hearing { units, transcription, chroma, .. } = &hearing;
        let mut inputs = Matrix::with_cols(N_INPUTS);
        for unit in 0..units.len() {
            inputs.push_row(inputs_of(chroma, unit).as_flattened());
        }
        let audible = audible_units(transcription);
        let mut edges: Vec<f64> = units.iter().map(|unit| unit.start).collect();
        edges.extend(units.last().map(|unit| unit.end));
        Self {
            edges,
            inputs,
            presence: evidence_of(units, transcription, &audible),
            audible,
            novelty: novelty_of(chroma),
            weights: units.iter().map(|unit| unit.weight as usize).collect(),
            hearing,
        }
    }
}

/// Harte shorthands and intervals above the root of all qualities, in the order of the network.
#[must_use]
pub fn qualities() -> Vec<(&'static str, &'static [u8])> {
    let all = Vocabulary::new(ChordVocabulary::Extended);
    all.qualities.iter().map(|quality| (quality.harte(), quality.intervals())).collect()
}

/// A stretch of a song that seems to be in one key.
#[derive(Debug, Clone)]
pub struct KeyCase {
    /// Start in seconds.
    pub start: f64,
    /// End in seconds.
    pub end: f64,
    /// What speaks for each of the 24 keys, in the order of [`Key::all`](crate::units::Key::all).
    pub features: Vec<[f32; N_KEY_FEATURES]>,
}

/// What is known before it is decided about a song's keys.
#[derive(Debug, Clone, Default)]
pub struct KeyCases {
    /// What speaks for there being a key; all zero where there is no harmony.
    pub tonality: [f32; N_TONALITY],
    /// The stretches.
    pub stretches: Vec<KeyCase>,
    /// What speaks for the changes from each to the next, one fewer.
    pub changes: Vec<[f32; N_SIGNS]>,
}

/// The stretches of a song with what speaks for their keys, by the learned numbers in `weights`; none
/// where there is no harmony.
#[must_use]
pub fn key_cases(weights: &str, heard: &Heard, params: &AnalysisParams) -> KeyCases {
    let numbers = Numbers::parse(weights);
    let mut cases = KeyCases::default();
    complete(decide(&numbers, &heard.hearing, params, &Pace::default(), |evidence, track, runs| {
        cases.tonality = tonality_of(evidence, runs);
        cases.changes = signs_of_changes(evidence, runs, track, &numbers);
        cases.stretches = runs
            .iter()
            .map(|run| KeyCase {
                start: evidence.units[run.from].start,
                end: evidence.units[run.to - 1].end,
                features: features_of(evidence, run),
            })
            .collect();
    }));
    cases
}

/// The whole stage by the learned numbers in `weights` (the text of the file).
#[must_use]
pub fn harmony_by(weights: &str, heard: &Heard, params: &AnalysisParams) -> Harmony {
    complete(decide(&Numbers::parse(weights), &heard.hearing, params, &Pace::default(), |_, _, _| ()))
}
