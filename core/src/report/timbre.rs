//! Means and deviations of the framewise timbre.

use serde::Serialize;

use crate::features::TimbreFrames;
use crate::features::moments::Moments;
use crate::units::round;

/// Timbre of a whole song.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timbre {
    /// Mel-frequency cepstral coefficients.
    pub mfcc: SpreadList,
    /// Spectral centroid in Hz.
    pub spectral_centroid_hz: Spread,
    /// 85 % rolloff in Hz.
    pub spectral_rolloff_hz: Spread,
    /// Spectral contrast per octave band in dB, low to high.
    pub spectral_contrast_db: SpreadList,
    /// Spectral flatness, in [0, 1].
    pub spectral_flatness: Spread,
    /// Zero-crossing rate, in [0, 1].
    pub zero_crossing_rate: Spread,
}

/// Mean and standard deviation over frames.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// Mean.
    #[serde(serialize_with = "round::ratio")]
    pub mean: f64,
    /// Population standard deviation.
    #[serde(serialize_with = "round::ratio")]
    pub std: f64,
}

/// Means and standard deviations over frames of several values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpreadList {
    /// Means.
    pub mean: Vec<f64>,
    /// Population standard deviations.
    pub std: Vec<f64>,
}

impl Timbre {
    /// Summarises frames; `None` when there are none.
    #[must_use]
    pub fn summarise(frames: &TimbreFrames) -> Option<Self> {
        (!frames.centroid_hz.is_empty()).then(|| Self {
            mfcc: SpreadList::of(&frames.mfcc),
            spectral_centroid_hz: Spread::of(&frames.centroid_hz),
            spectral_rolloff_hz: Spread::of(&frames.rolloff_hz),
            spectral_contrast_db: SpreadList::of(&frames.contrast_db),
            spectral_flatness: Spread::of(&frames.flatness),
            zero_crossing_rate: Spread::of(&frames.zero_crossing_rate),
        })
    }
}

impl Spread {
    fn of(xs: &[f32]) -> Self {
        let n = xs.len().max(1) as f64;
        let mean = xs.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let variance = xs.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
        Self { mean, std: variance.sqrt() }
    }
}

impl SpreadList {
    fn of<const N: usize>(moments: &Moments<N>) -> Self {
        let rounded = |values: [f64; N]| values.iter().map(|&x| round::to(x, 1e4)).collect();
        Self { mean: rounded(moments.means()), std: rounded(moments.deviations()) }
    }
}
