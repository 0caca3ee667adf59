//! Peaks for drawing a waveform.

use serde::Serialize;

/// Peaks of equal stretches of the song.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Waveform {
    /// Seconds a stretch.
    pub seconds_per_peak: f64,
    /// Largest absolute sample of each stretch, 0–255 for 0–1.
    pub peaks: Vec<u8>,
    /// Root mean square of each stretch, 0–255 for 0–1.
    pub rms: Vec<u8>,
}

/// Collects a [`Waveform`] from a stream of mono samples at the analysis rate.
#[derive(Default)]
pub struct WaveformExtractor {}

impl WaveformExtractor {
    /// Takes the next samples.
    pub fn push(&mut self, _samples: &[f32]) {}

    /// The peaks of all samples taken.
    #[must_use]
    pub fn finish(self) -> Waveform {
        Waveform::default()
    }
}
