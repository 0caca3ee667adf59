//! Bars, timbre and harmony → sections with names.
//!
//! ```text
//! grid → bars → similarity → cues (scene) → segmentation → groups → phrases → labels (division) → sections
//! ```

mod bars;
mod boundary;
mod cues;
mod division;
mod grid;
mod groups;
mod labels;
mod model;
mod phrases;
mod scene;
mod sections;
mod segmentation;
mod similarity;
mod snap;
mod song;
mod sound;

#[cfg(test)]
mod forms;
#[cfg(feature = "training")]
pub mod training;

use serde::Serialize;

pub(crate) use self::labels::names;
use self::model::{MODEL, Weights};
use crate::features::Features;
use crate::harmony::Harmony;
use crate::pace::Pace;
use crate::params::{AnalysisParams, choices};
use crate::rhythm::Rhythm;
use crate::units::{Key, round};

choices! {
    /// Function of a section.
    SectionLabel {
        /// Before the first verse or chorus.
        Intro = "intro",
        /// Same music, other words.
        Verse = "verse",
        /// Leads from verse to chorus.
        PreChorus = "pre-chorus",
        /// The returning high point.
        Chorus = "chorus",
        /// Follows the chorus with material of its own.
        PostChorus = "post-chorus",
        /// Contrast, usually once and late.
        Bridge = "bridge",
        /// Without voice.
        Instrumental = "instrumental",
        /// One instrument leads.
        Solo = "solo",
        /// Thinned out.
        Breakdown = "breakdown",
        /// The end.
        Outro = "outro",
        /// Nothing sounds.
        Silence = "silence",
        /// A section whose function cannot be told.
        Section = "section",
    }
}

impl Serialize for SectionLabel {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

choices! {
    /// What speaks for a boundary.
    Evidence {
        /// Instruments and sound change.
        Timbre = "timbre",
        /// Harmony changes.
        Harmony = "harmony",
        /// A repeated passage starts or ends.
        Repetition = "repetition",
        /// Loudness changes.
        Loudness = "loudness",
        /// Silence starts or ends, or the song does.
        Silence = "silence",
    }
}

impl Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Sections of a song in order, partitioning `[0, duration]`; empty without audio.
#[derive(Debug, Clone, Default)]
pub struct Structure {
    /// The sections.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Section {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Most likely function.
    pub label: SectionLabel,
    /// For people: `Verse 1`; unnumbered where the label occurs once.
    pub name: String,
    /// Letter of the repetition group: the same for the same material, from `A` in order of appearance.
    pub group: String,
    /// Probability that the label is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
    /// Other labels, most likely first.
    pub alternatives: Vec<LabelAlternative>,
    /// The boundary at `start`.
    pub boundary: Boundary,
    /// Bars in the section; `None` where there are no bars.
    pub bars: Option<u32>,
    /// Key that fills most of the section.
    pub key: Option<Key>,
    /// Tempo in BPM at its middle.
    #[serde(serialize_with = "round::centi_opt")]
    pub tempo: Option<f64>,
    /// Mean loudness in LUFS.
    #[serde(serialize_with = "round::centi_opt")]
    pub loudness_lufs: Option<f64>,
    /// Other sections with the same material.
    pub repeats: Vec<Repeat>,
    /// The phrases that the section consists of, in order: they partition it; empty where there are no bars.
    pub phrases: Vec<Phrase>,
    /// Mean sound of the section.
    pub timbre: SectionTimbre,
}

/// A label that the section might have instead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelAlternative {
    /// The label.
    pub label: SectionLabel,
    /// Its probability, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// The start of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Boundary {
    /// Probability that people hear a boundary within half a second, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
    /// Earliest plausible time in seconds.
    #[serde(serialize_with = "round::ms")]
    pub earliest: f64,
    /// Latest plausible time in seconds.
    #[serde(serialize_with = "round::ms")]
    pub latest: f64,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
}

/// A section with the same material.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Repeat {
    /// Its index in the list of sections.
    pub section: usize,
    /// How alike they are, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub similarity: f32,
}

/// A phrase: a passage that is heard as one, of four or eight bars as a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Phrase {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Lower-case letter: the same for the same material within the section, from `a` in order of appearance.
    /// Letters start anew in each section.
    pub group: String,
    /// Probability that people hear a phrase start at `start`, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
    /// Bars in the phrase.
    pub bars: u32,
}

/// Mean sound of a section.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SectionTimbre {
    /// Mean spectral centroid in Hz.
    #[serde(serialize_with = "round::centi")]
    pub spectral_centroid_hz: f64,
    /// Mean spectral flatness, in [0, 1].
    #[serde(serialize_with = "round::ratio")]
    pub spectral_flatness: f64,
    /// Onsets per second.
    #[serde(serialize_with = "round::centi")]
    pub onset_rate_hz: f64,
}

/// Divides a song into sections and names them.
///
/// Bars are compared with each other (Foote 2000; Marmoret, Cohen & Bimbot 2023), a semi-Markov
/// conditional random field weighs what it hears at each bar line against the lengths that sections
/// have, sections of the same material are grouped, and a conditional random field over the
/// sections names them. Without bars
/// it works on windows of 2 s.
///
/// The sections partition `[0, duration]`; there is none without audio. Linear in the length of the
/// song past some ten minutes, as bars are compared only with those near them.
pub async fn estimate_structure(
    features: &Features,
    rhythm: &Rhythm,
    harmony: &Harmony,
    params: &AnalysisParams,
    pace: &Pace,
) -> Structure {
    let weights = Weights::parse(MODEL);
    sections::find_sections(features, rhythm, harmony, params, &weights, pace).await
}
