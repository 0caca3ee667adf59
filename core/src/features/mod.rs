//! Mono samples → framewise features, in one streaming pass.

mod k_weighting;
pub mod loudness;
pub mod mel;
pub mod moments;
pub mod onset;
pub mod spectrum;
pub mod timbre;
mod true_peak;
pub mod waveform;

pub use loudness::{Loudness, LoudnessCurve, LoudnessMeter};
pub use onset::{OnsetActivations, OnsetExtractor};
pub use spectrum::{LogFrequencySpectrum, SpectrumExtractor};
pub use timbre::{TimbreExtractor, TimbreFrames};
pub use waveform::{Waveform, WaveformExtractor};

/// Everything that later stages read: what remains of the audio once it has streamed by.
#[derive(Debug, Clone)]
pub struct Features {
    /// Length of the decoded audio in seconds, rounded up to a millisecond.
    pub duration: f64,
    /// How strongly notes and drums start, per band and frame.
    pub onsets: OnsetActivations,
    /// Magnitudes at three bins a semitone.
    pub spectrum: LogFrequencySpectrum,
    /// Mel spectrum and descriptors of timbre.
    pub timbre: TimbreFrames,
    /// EBU R 128 loudness of the whole.
    pub loudness: Loudness,
    /// Momentary loudness over time.
    pub loudness_curve: LoudnessCurve,
    /// Peaks for drawing.
    pub waveform: Waveform,
}
