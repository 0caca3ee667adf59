//! Log-frequency spectrum for everything tonal.

use crate::matrix::Matrix;
use crate::params::AnalysisParams;
use crate::signal::ANALYSIS_RATE;
use crate::units::FrameGrid;

/// Bins a semitone.
pub const BINS_PER_SEMITONE: usize = 3;
/// MIDI pitch of the lowest semitone (A0); its centre bin is the second.
pub const LOWEST_PITCH: usize = 21;
/// Semitones covered.
pub const N_SEMITONES: usize = 84;

/// Magnitudes at three bins a semitone, at A4 = 440 Hz: not yet warped to the song's tuning.
#[derive(Debug, Clone)]
pub struct LogFrequencySpectrum {
    /// Where the frames lie.
    pub grid: FrameGrid,
    /// `[n_frames × N_SEMITONES · BINS_PER_SEMITONE]`, non-negative.
    pub magnitudes: Matrix,
}

/// Computes a [`LogFrequencySpectrum`] from a stream of mono samples at [`ANALYSIS_RATE`].
pub struct SpectrumExtractor {
    magnitudes: Matrix,
}

impl SpectrumExtractor {
    /// Plans the extractor.
    #[must_use]
    pub fn new(_params: &AnalysisParams) -> Self {
        Self { magnitudes: Matrix::with_cols(N_SEMITONES * BINS_PER_SEMITONE) }
    }

    /// Takes the next samples.
    pub fn push(&mut self, _samples: &[f32]) {}

    /// The spectrum of all samples taken.
    #[must_use]
    pub fn finish(self) -> LogFrequencySpectrum {
        LogFrequencySpectrum {
            grid: FrameGrid { sample_rate: ANALYSIS_RATE, hop_length: 1024 },
            magnitudes: self.magnitudes,
        }
    }
}
