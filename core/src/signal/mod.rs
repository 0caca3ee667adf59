//! PCM → mono at the analysis rate → spectra of windowed frames.

mod mix;
mod resample;
mod stft;

pub(crate) use mix::sum_of_squares;
pub use resample::MonoResampler;
pub use stft::{Stft, StftParams, hann};

/// Sample rate of everything that is analysed, in Hz.
pub const ANALYSIS_RATE: u32 = 22_050;
