//! Loudness after EBU R 128.

use serde::Serialize;

use crate::decode::PcmBlock;
use crate::units::round;

use super::k_weighting::KWeighting;
use super::true_peak::TruePeak;

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

/// Below what −70 LUFS stands for, and what integrated loudness and range leave out beside it, in LU.
const GATE_LU: f64 = 10.0;
const RANGE_GATE_LU: f64 = 20.0;
/// Tenths of a second in the windows of momentary and short-term loudness.
const MOMENTARY: usize = 4;
const SHORT_TERM: usize = 30;
/// Tenths of a second from one short-term window to the next.
const SHORT_TERM_HOP: usize = 10;

/// Measures loudness of a stream of planar PCM at its own rate, all channels: EBU R 128, that is ITU-R BS.1770
/// with the gates of EBU Tech 3341 and 3342.
pub struct LoudnessMeter {
    /// For two channels each, the last of an odd number beside itself; none without channels.
    filters: Vec<KWeighting>,
    /// How much each channel counts.
    weights: Vec<f64>,
    peak: TruePeak,
    /// Mean square of each tenth of a second so far that a window still reaches back to, the earliest first.
    tenths: Vec<f64>,
    /// Sum of squares of the tenth that is being filled.
    open: f64,
    curve: LoudnessCurve,
    /// LUFS of three seconds, one a second.
    short_term: Vec<f32>,
    /// Samples a channel in a tenth of a second, and how many of the current tenth are taken.
    n_tenth: usize,
    n_taken: usize,
}

impl LoudnessMeter {
    /// Plans the meter for a `sample_rate` above 4 kHz.
    #[must_use]
    pub fn new(channels: usize, sample_rate: u32) -> Self {
        Self {
            filters: vec![KWeighting::new(sample_rate); channels.div_ceil(2)],
            weights: (0..channels).map(|channel| channel_weight(channel, channels)).collect(),
            peak: TruePeak::new(channels, sample_rate),
            tenths: Vec::new(),
            open: 0.0,
            curve: LoudnessCurve::default(),
            short_term: Vec::new(),
            n_tenth: (sample_rate as usize / 10).max(1),
            n_taken: 0,
        }
    }

    /// Takes the next samples. O(samples · channels).
    pub fn push(&mut self, block: &PcmBlock) {
        let n_samples = block.channels.iter().map(Vec::len).min().unwrap_or(0);
        if block.channels.len() != self.weights.len() || n_samples == 0 {
            return;
        }
        for (channel, samples) in block.channels.iter().enumerate() {
            self.peak.push(channel, &samples[..n_samples]);
        }
        let mut start = 0;
        while start < n_samples {
            let end = n_samples.min(start + self.n_tenth - self.n_taken);
            let pairs = block.channels.chunks(2).zip(self.weights.chunks(2));
            for (filter, (channels, weights)) in self.filters.iter_mut().zip(pairs) {
                let [first, ..] = channels else { continue };
                // A channel without a neighbour is its own; the second sum then has no weight.
                let second = channels.get(1).unwrap_or(first);
                let energy = filter.energy(&first[start..end], &second[start..end]);
                self.open += weights.iter().zip(energy).map(|(weight, energy)| weight * energy).sum::<f64>();
            }
            self.n_taken += end - start;
            start = end;
            if self.n_taken == self.n_tenth {
                self.close_tenth();
            }
        }
    }

    fn close_tenth(&mut self) {
        self.tenths.push(std::mem::take(&mut self.open) / self.n_tenth as f64);
        self.n_taken = 0;
        let lufs_of_last = |n: usize| {
            let tenths = &self.tenths[self.tenths.len().saturating_sub(n)..];
            (lufs(tenths.iter().sum::<f64>() / n as f64) as f32).max(SILENCE_LUFS)
        };
        self.curve.momentary_lufs.push(lufs_of_last(MOMENTARY));
        if self.tenths.len() == SHORT_TERM {
            self.short_term.push(lufs_of_last(SHORT_TERM));
            self.tenths.drain(..SHORT_TERM_HOP);
        }
    }

    /// The measures of all samples taken.
    #[must_use]
    pub fn finish(self) -> (Loudness, LoudnessCurve) {
        // The first whole window ends with the fourth tenth.
        let windows = self.curve.momentary_lufs.get(MOMENTARY - 1..).unwrap_or_default();
        let integrated_lufs = gated(windows, GATE_LU).map(|(_, mean)| mean);
        let true_peak_dbtp = 20.0 * f64::from(self.peak.peak()).log10();
        let loudness = Loudness {
            integrated_lufs,
            range_lu: integrated_lufs.map(|_| range(&self.short_term)),
            true_peak_dbtp: true_peak_dbtp.is_finite().then_some(true_peak_dbtp),
        };
        (loudness, self.curve)
    }
}

/// Channels behind the listener count more, and those of low effects not at all. The order is that of WAVE.
fn channel_weight(channel: usize, n_channels: usize) -> f64 {
    const BEHIND: f64 = 1.41;
    match (n_channels, channel) {
        (4, 2..) | (5, 3..) | (6.., 4 | 5) => BEHIND,
        (6.., 3 | 6..) => 0.0,
        _ => 1.0,
    }
}

fn lufs(energy: f64) -> f64 {
    10.0 * energy.log10() - 0.691
}

fn energy_of(lufs: f32) -> f64 {
    10f64.powf((f64::from(lufs) + 0.691) / 10.0)
}

/// The windows that pass the absolute gate and that of `below` LU under the mean of those, and the mean of energies
/// of both in LUFS; `None` if there are none.
fn gated(windows: &[f32], below: f64) -> Option<(Vec<f32>, f64)> {
    let mean = |windows: &[f32]| {
        lufs(windows.iter().map(|&lufs| energy_of(lufs)).sum::<f64>() / windows.len().max(1) as f64)
    };
    let mut passed: Vec<f32> = windows.iter().copied().filter(|&lufs| lufs > SILENCE_LUFS).collect();
    let gate = mean(&passed) - below;
    passed.retain(|&lufs| f64::from(lufs) >= gate);
    (!passed.is_empty()).then(|| {
        let mean = mean(&passed);
        (passed, mean)
    })
}

/// Loudness range in LU of short-term loudnesses: from the tenth to the 95th percentile; 0 when there are none.
fn range(short_term: &[f32]) -> f64 {
    let Some((mut passed, _)) = gated(short_term, RANGE_GATE_LU) else { return 0.0 };
    passed.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| f64::from(passed[((passed.len() - 1) as f64 * share).round() as usize]);
    at(0.95) - at(0.1)
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
