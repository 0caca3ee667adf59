//! Log-frequency spectrum and beats → tuning, key, chords.

use serde::Serialize;

use crate::features::Features;
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::params::AnalysisParams;
use crate::rhythm::Rhythm;
use crate::units::{Key, round};

/// What the harmony stage found. Everything is empty or `None` where nothing tonal sounds.
#[derive(Debug, Clone, Default)]
pub struct Harmony {
    /// Deviation from A4 = 440 Hz.
    pub tuning: Option<Tuning>,
    /// Keys of the whole song, most likely first; empty for atonal and percussive music.
    pub key_candidates: Vec<KeyCandidate>,
    /// Keys over time, contiguous spans; empty with `key_candidates`.
    pub keys: Vec<KeySpan>,
    /// Chords over time, contiguous, `N` where none sounds.
    pub chords: Vec<ChordSpan>,
    /// Tuned chroma averaged between beats (or fixed windows where there are none), for the structure stage.
    pub beat_chroma: BeatChroma,
}

/// Chroma between consecutive times.
#[derive(Debug, Clone, Default)]
pub struct BeatChroma {
    /// Edges of the intervals in seconds, `[n + 1]`, from 0 to the duration; empty without audio.
    pub edges: Vec<f64>,
    /// `[n × 12]` from C, non-negative, each row with maximum 1 (or all zero).
    pub treble: Matrix,
    /// `[n × 12]` of the bass register.
    pub bass: Matrix,
}

/// Deviation from concert pitch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tuning {
    /// Cents above A4 = 440 Hz, in (−50, 50].
    #[serde(serialize_with = "round::centi")]
    pub cents: f64,
    /// Frequency of A4 in Hz.
    #[serde(serialize_with = "round::centi")]
    pub a4_hz: f64,
}

/// A hypothesis of the song's key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KeyCandidate {
    /// Key.
    pub key: Key,
    /// Probability that it is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span in one key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KeySpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Key.
    pub key: Key,
    /// Probability that it is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span of one chord.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChordSpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Harte syntax: `C:maj7/3`, `N` for no chord.
    pub label: String,
    /// As players write it: `Cmaj7/E`, `N.C.` for no chord.
    pub name: String,
    /// Roman numeral in the local key: `Imaj7`; `None` without a key or chord.
    pub roman: Option<String>,
    /// Probability that root and third are right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// Finds tuning, keys and chords of a song.
pub async fn estimate_harmony(
    _features: &Features,
    _rhythm: &Rhythm,
    _params: &AnalysisParams,
    _pace: &Pace,
) -> Harmony {
    Harmony::default()
}
