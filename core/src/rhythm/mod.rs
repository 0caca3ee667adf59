//! Onset activations → tempo, beats, bars, meter, groove.

use serde::Serialize;

use crate::features::Features;
use crate::pace::Pace;
use crate::params::AnalysisParams;
use crate::units::{Bpm, TimeSignature, round};

/// What the rhythm stage found. Everything is empty or `None` where there is no pulse.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    /// Tempo hypotheses, most likely first; the first is the song's tempo. Empty without a pulse.
    pub tempo_candidates: Vec<TempoCandidate>,
    /// Tempo over time, contiguous spans of steady tempo.
    pub tempo_curve: Vec<TempoSpan>,
    /// Beats in order of time.
    pub beats: Vec<Beat>,
    /// Meters over time, contiguous spans.
    pub meters: Vec<MeterSpan>,
    /// Descriptors of rhythm.
    pub groove: Groove,
}

impl Rhythm {
    /// Times of the beats that start a bar, in seconds.
    #[must_use]
    pub fn downbeats(&self) -> Vec<f64> {
        self.beats.iter().filter(|beat| beat.position == 1).map(|beat| beat.time).collect()
    }
}

/// A tempo hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TempoCandidate {
    /// Tempo.
    #[serde(serialize_with = "bpm")]
    pub bpm: Bpm,
    /// Probability that this is the tempo people tap, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span of steady tempo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TempoSpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Tempo.
    #[serde(serialize_with = "bpm")]
    pub bpm: Bpm,
}

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Beat {
    /// Seconds from the first sample.
    #[serde(serialize_with = "round::ms")]
    pub time: f64,
    /// Position in the bar, from 1 (the downbeat).
    pub position: u32,
    /// Probability that a beat is within 70 ms, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span of one meter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeterSpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Time signature.
    pub value: TimeSignature,
    /// Probability that it is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// Descriptors of rhythm; `None` where there is nothing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Groove {
    /// How clearly a pulse is felt, in [0, 1] (Lartillot 2008).
    #[serde(serialize_with = "round::unit_opt")]
    pub pulse_clarity: Option<f32>,
    /// Onsets per second.
    #[serde(serialize_with = "round::centi_opt")]
    pub onset_rate_hz: Option<f64>,
    /// Share of onset weight on weak positions without an onset on the next strong one, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub syncopation: Option<f32>,
    /// Variety of the bar's onset patterns, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub complexity: Option<f32>,
    /// Length of the first eighth over the second: 1 is straight, 2 is triplet swing.
    #[serde(serialize_with = "round::centi_opt")]
    pub swing_ratio: Option<f64>,
    /// Typical deviation of onsets from the grid in milliseconds.
    #[serde(serialize_with = "round::centi_opt")]
    pub microtiming_ms: Option<f64>,
    /// 1 for a metronome; 1 − the coefficient of variation of the beat periods, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub tempo_stability: Option<f32>,
}

fn bpm<S: serde::Serializer>(bpm: &Bpm, serializer: S) -> Result<S::Ok, S::Error> {
    round::centi(&bpm.get(), serializer)
}

/// Finds the pulse of a song and everything counted in it.
pub async fn estimate_rhythm(_features: &Features, _params: &AnalysisParams, _pace: &Pace) -> Rhythm {
    Rhythm::default()
}
