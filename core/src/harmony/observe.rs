//! What chords are recognised from, laid open for training and study.

use crate::features::Features;
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::rhythm::Rhythm;

use super::grid::units_of;
use super::transcription::transcribe;
use super::tuning::estimate_tuning;

/// Note saliences over units of time.
#[derive(Debug, Clone)]
pub struct NoteObservations {
    /// Edges of the units in seconds, `[n_units + 1]`.
    pub edges: Vec<f64>,
    /// `[n_units × 72]` from C1, non-negative.
    pub salience: Matrix,
    /// Mean fourth root of the units' magnitudes, `[n_units]`.
    pub level: Vec<f32>,
    /// Share of the whitened spectrum explained by notes, `[n_units]`.
    pub explained: Vec<f32>,
}

/// Transcribes a song as [`estimate_harmony`](super::estimate_harmony) does.
pub async fn observe_notes(features: &Features, rhythm: &Rhythm, pace: &Pace) -> NoteObservations {
    let cents = estimate_tuning(&features.spectrum.pitch_deviation).map_or(0.0, |tuning| tuning.cents);
    let units = units_of(rhythm, features.duration);
    let transcription = transcribe(&features.spectrum, &units, cents, pace).await;
    let mut edges: Vec<f64> = units.iter().map(|unit| unit.start).collect();
    edges.extend(units.last().map(|unit| unit.end));
    NoteObservations {
        edges,
        salience: transcription.salience,
        level: transcription.level,
        explained: transcription.explained,
    }
}
