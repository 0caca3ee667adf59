//! Loudness after EBU R 128.

use ebur128::{EbuR128, Mode};
use serde::Serialize;

use crate::decode::PcmBlock;
use crate::units::round;

/// Loudness of a whole song; `null` where it is silent or too short to tell.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Loudness {
    /// Integrated loudness in LUFS, gated (EBU R 128): how loud the whole is. In [−70, some 5]; masters for streaming have about −14.
    #[serde(serialize_with = "round::centi_opt")]
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU (EBU Tech 3342): between soft and loud passages. From 0; pop has some 3 to 10, orchestras 15 and more.
    #[serde(serialize_with = "round::centi_opt")]
    pub range_lu: Option<f64>,
    /// True peak in dBTP: the highest level between samples too (ITU-R BS.1770). Above 0 it may clip when it is played.
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

/// Momentary loudness that stands for silence in a [`LoudnessCurve`]: EBU R 128's absolute gate.
const SILENCE_LUFS: f32 = -70.0;

/// Measures loudness of a stream of planar PCM at its own rate, all channels (EBU R 128 and
/// EBU Tech 3342 by the `ebur128` crate; true peak with its oversampling).
pub struct LoudnessMeter {
    /// `None` for a rate or channel count that the standard's meter does not take.
    meter: Option<EbuR128>,
    channels: usize,
    curve: LoudnessCurve,
    /// Samples a channel in a tenth of a second, and how many of the current tenth are taken.
    n_tenth: usize,
    n_taken: usize,
}

impl LoudnessMeter {
    /// Plans the meter.
    #[must_use]
    pub fn new(channels: usize, sample_rate: u32) -> Self {
        let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::HISTOGRAM;
        Self {
            meter: u32::try_from(channels).ok().and_then(|n| EbuR128::new(n, sample_rate, mode).ok()),
            channels,
            curve: LoudnessCurve::default(),
            n_tenth: (sample_rate as usize / 10).max(1),
            n_taken: 0,
        }
    }

    /// Takes the next samples. O(samples · channels).
    pub fn push(&mut self, block: &PcmBlock) {
        let Some(meter) = &mut self.meter else { return };
        if block.channels.len() != self.channels {
            return;
        }
        let n_samples = block.channels.iter().map(Vec::len).min().unwrap_or(0);
        let mut start = 0;
        while start < n_samples {
            let end = n_samples.min(start + self.n_tenth - self.n_taken);
            let planes: Vec<&[f32]> = block.channels.iter().map(|channel| &channel[start..end]).collect();
            if meter.add_frames_planar_f32(&planes).is_err() {
                return;
            }
            self.n_taken += end - start;
            start = end;
            if self.n_taken == self.n_tenth {
                self.n_taken = 0;
                let lufs = meter.loudness_momentary().map_or(SILENCE_LUFS, |lufs| lufs as f32);
                self.curve.momentary_lufs.push(lufs.max(SILENCE_LUFS));
            }
        }
    }

    /// The measures of all samples taken.
    #[must_use]
    pub fn finish(self) -> (Loudness, LoudnessCurve) {
        let finite = |x: f64| x.is_finite().then_some(x);
        let loudness = self.meter.as_ref().map_or_else(Loudness::default, |meter| {
            let peak = (0..self.channels as u32)
                .filter_map(|channel| meter.true_peak(channel).ok())
                .fold(0.0, f64::max);
            let integrated_lufs = meter.loudness_global().ok().and_then(finite);
            Loudness {
                integrated_lufs,
                range_lu: integrated_lufs.and_then(|_| meter.loudness_range().ok()).and_then(finite),
                true_peak_dbtp: finite(20.0 * peak.log10()),
            }
        });
        (loudness, self.curve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stereo 1 kHz sine at `dbfs`, as EBU Tech 3341 uses them.
    fn sine(dbfs: f64, seconds: usize, sample_rate: u32) -> PcmBlock {
        let amplitude = 10f64.powf(dbfs / 20.0);
        let at = |i: usize| (std::f64::consts::TAU * 1_000.0 * i as f64 / f64::from(sample_rate)).sin();
        let channel: Vec<f32> =
            (0..seconds * sample_rate as usize).map(|i| (amplitude * at(i)) as f32).collect();
        PcmBlock { channels: vec![channel.clone(), channel] }
    }

    fn measure(blocks: &[PcmBlock], sample_rate: u32) -> (Loudness, LoudnessCurve) {
        let mut meter = LoudnessMeter::new(2, sample_rate);
        blocks.iter().for_each(|block| meter.push(block));
        meter.finish()
    }

    /// EBU Tech 3341, test cases 1 and 2: −23 and −33 LUFS, each ± 0.1 LU.
    #[test]
    fn meets_the_first_cases_of_tech_3341() {
        for lufs in [-23.0, -33.0] {
            let (loudness, curve) = measure(&[sine(lufs, 20, 48_000)], 48_000);
            assert!((loudness.integrated_lufs.unwrap() - lufs).abs() < 0.1, "{loudness:?}");
            assert!((loudness.true_peak_dbtp.unwrap() - lufs).abs() < 0.2, "{loudness:?}");
            assert_eq!(curve.momentary_lufs.len(), 200);
            assert!((curve.mean_between(5.0, 15.0).unwrap() - lufs).abs() < 0.1);
        }
    }

    /// EBU Tech 3342, test case 1: 20 s at −20 and 20 s at −30 have a range of 10 ± 1 LU.
    #[test]
    fn meets_the_first_case_of_tech_3342() {
        let (loudness, _) = measure(&[sine(-20.0, 20, 48_000), sine(-30.0, 20, 48_000)], 48_000);
        assert!((loudness.range_lu.unwrap() - 10.0).abs() < 1.0, "{loudness:?}");
    }

    #[test]
    fn silence_has_no_loudness() {
        let silence = PcmBlock { channels: vec![vec![0.0; 44_100]; 2] };
        let (loudness, curve) = measure(&[silence], 44_100);
        assert_eq!(loudness, Loudness::default());
        assert_eq!(curve.mean_between(0.0, 1.0), None);
        assert_eq!(LoudnessMeter::new(0, 44_100).finish().0, Loudness::default());
    }
}
