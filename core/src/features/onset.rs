//! Onset activations in several bands.

use crate::matrix::Matrix;
use crate::params::AnalysisParams;
use crate::signal::ANALYSIS_RATE;
use crate::units::FrameGrid;

/// Bands of [`OnsetActivations`].
pub const N_ONSET_BANDS: usize = 4;

/// How strongly something starts at each frame.
#[derive(Debug, Clone)]
pub struct OnsetActivations {
    /// Where the frames lie.
    pub grid: FrameGrid,
    /// `[n_frames × N_ONSET_BANDS]`, low to high, non-negative.
    pub bands: Matrix,
    /// All bands together, `[n_frames]`, non-negative.
    pub combined: Vec<f32>,
}

/// Computes [`OnsetActivations`] from a stream of mono samples at [`ANALYSIS_RATE`].
pub struct OnsetExtractor {
    bands: Matrix,
}

impl OnsetExtractor {
    /// Plans the extractor.
    #[must_use]
    pub fn new(_params: &AnalysisParams) -> Self {
        Self { bands: Matrix::with_cols(N_ONSET_BANDS) }
    }

    /// Takes the next samples.
    pub fn push(&mut self, _samples: &[f32]) {}

    /// The activations of all samples taken.
    #[must_use]
    pub fn finish(self) -> OnsetActivations {
        OnsetActivations {
            grid: FrameGrid { sample_rate: ANALYSIS_RATE, hop_length: 220 },
            bands: self.bands,
            combined: Vec::new(),
        }
    }
}
