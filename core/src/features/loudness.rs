//! Loudness after EBU R 128.

use serde::Serialize;

use crate::decode::PcmBlock;
use crate::units::round;

/// Loudness of a whole song; `null` where it is silent or too short to tell.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Loudness {
    /// Integrated loudness in LUFS.
    #[serde(serialize_with = "round::centi_opt")]
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU.
    #[serde(serialize_with = "round::centi_opt")]
    pub range_lu: Option<f64>,
    /// True peak in dBTP.
    #[serde(serialize_with = "round::centi_opt")]
    pub true_peak_dbtp: Option<f64>,
}

/// Momentary loudness (400 ms windows) every 100 ms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoudnessCurve {
    /// LUFS; value `i` is of the 400 ms that end at `(i + 1) · 0.1 s`; floor −70.
    pub momentary_lufs: Vec<f32>,
}

impl LoudnessCurve {
    /// Mean loudness (of energies) from `start` to `end` seconds in LUFS; `None` below −70 LUFS.
    #[must_use]
    pub fn mean_between(&self, start: f64, end: f64) -> Option<f64> {
        let at = |time: f64| ((time * 10.0).round().max(0.0) as usize).min(self.momentary_lufs.len());
        let span = &self.momentary_lufs[at(start)..at(end).max(at(start))];
        if span.is_empty() {
            return None;
        }
        let mean =
            span.iter().map(|&lufs| 10f64.powf(f64::from(lufs) / 10.0)).sum::<f64>() / span.len() as f64;
        let lufs = 10.0 * mean.log10();
        (lufs > -69.9).then_some(lufs)
    }
}

/// Measures loudness of a stream of planar PCM at its own rate, all channels.
pub struct LoudnessMeter {}

impl LoudnessMeter {
    /// Plans the meter.
    #[must_use]
    pub fn new(_channels: usize, _sample_rate: u32) -> Self {
        Self {}
    }

    /// Takes the next samples.
    pub fn push(&mut self, _block: &PcmBlock) {}

    /// The measures of all samples taken.
    #[must_use]
    pub fn finish(self) -> (Loudness, LoudnessCurve) {
        Default::default()
    }
}
