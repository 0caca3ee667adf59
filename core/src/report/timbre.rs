//! Means and deviations of the framewise timbre.

use serde::Serialize;

use crate::features::TimbreFrames;
use crate::features::moments::Moments;
use crate::units::round;

/// Timbre of a whole song, after librosa's definitions at 22 050 Hz (`n_fft=2048`, `hop_length=1024`): means and deviations over frames.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timbre {
    /// Mel-frequency cepstral coefficients 0–19: the shape of the spectrum. 0 is its level, 1 how much low bands outweigh high ones,
    /// higher ones are finer. Of 128 mel bands in dB, floored at −100; 0 lies in some [−1200, 200], the others within ±250.
    pub mfcc: SpreadList,
    /// Spectral centroid in Hz: the mean frequency, weighted by magnitude; how bright it sounds. In [0, 11 025].
    pub spectral_centroid_hz: Spread,
    /// 85 % rolloff in Hz: below it lie 85 % of the magnitude. In [0, 11 025].
    pub spectral_rolloff_hz: Spread,
    /// Spectral contrast in dB of seven bands, low to high (up to 200 Hz, then octaves): peaks over valleys. High where tones stand
    /// out, low in noise; in some [0, 60].
    pub spectral_contrast_db: SpreadList,
    /// Spectral flatness, in [0, 1]: 0 for pure tones, 1 for white noise.
    pub spectral_flatness: Spread,
    /// Zero-crossing rate, in [0, 1]: the share of samples whose sign is not that of the one before; high in noise and sibilants.
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
