//! Mel spectrum and librosa's descriptors of timbre.

use crate::matrix::Matrix;
use crate::params::AnalysisParams;
use crate::signal::ANALYSIS_RATE;
use crate::units::FrameGrid;

/// Bands of the mel spectrum.
pub const N_MELS: usize = 64;
/// Mel-frequency cepstral coefficients.
pub const N_MFCC: usize = 20;
/// Bands of the spectral contrast.
pub const N_CONTRAST: usize = 7;

/// Framewise descriptors of timbre; librosa's definitions with `n_fft` 2048.
#[derive(Debug, Clone)]
pub struct TimbreFrames {
    /// Where the frames lie.
    pub grid: FrameGrid,
    /// Log mel power in dB (reference 1, floor −80 dB), `[n_frames × N_MELS]`.
    pub mel_db: Matrix,
    /// `[n_frames × N_MFCC]`.
    pub mfcc: Matrix,
    /// Spectral centroid in Hz, `[n_frames]`.
    pub centroid_hz: Vec<f32>,
    /// Frequency below which 85 % of the magnitude lies, in Hz, `[n_frames]`.
    pub rolloff_hz: Vec<f32>,
    /// Peak-to-valley difference per octave band in dB, `[n_frames × N_CONTRAST]`.
    pub contrast_db: Matrix,
    /// Geometric over arithmetic mean of the power spectrum, in [0, 1], `[n_frames]`.
    pub flatness: Vec<f32>,
    /// Share of neighbouring samples that differ in sign, in [0, 1], `[n_frames]`.
    pub zero_crossing_rate: Vec<f32>,
    /// Root mean square of the samples, `[n_frames]`.
    pub rms: Vec<f32>,
}

/// Computes [`TimbreFrames`] from a stream of mono samples at [`ANALYSIS_RATE`].
pub struct TimbreExtractor {
    frames: TimbreFrames,
}

impl TimbreExtractor {
    /// Plans the extractor.
    #[must_use]
    pub fn new(_params: &AnalysisParams) -> Self {
        Self {
            frames: TimbreFrames {
                grid: FrameGrid { sample_rate: ANALYSIS_RATE, hop_length: 512 },
                mel_db: Matrix::with_cols(N_MELS),
                mfcc: Matrix::with_cols(N_MFCC),
                centroid_hz: Vec::new(),
                rolloff_hz: Vec::new(),
                contrast_db: Matrix::with_cols(N_CONTRAST),
                flatness: Vec::new(),
                zero_crossing_rate: Vec::new(),
                rms: Vec::new(),
            },
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, _samples: &[f32]) {}

    /// The descriptors of all samples taken.
    #[must_use]
    pub fn finish(self) -> TimbreFrames {
        self.frames
    }
}
