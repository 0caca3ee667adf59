//! True peaks of ITU-R BS.1770, annex 2: what a converter makes of the samples, between them too.

use std::f64::consts::PI;

/// Samples on which a value between two of them depends, at four times the rate; twice as many at two times.
const TAPS: usize = 12;
/// Values that are computed at once.
const LANES: usize = 16;

/// Finds the largest magnitude of several channels, four times oversampled (below 96 kHz) or twice (below 192 kHz).
///
/// Between samples no value exceeds the largest sample around it by more than the filter's gain; where that is
/// below what was found already, nothing is computed.
#[derive(Debug)]
pub(super) struct TruePeak {
    /// For each place between two samples, the weights of the samples from the earliest to the latest.
    phases: Vec<Vec<f32>>,
    /// The most that a place may exceed the largest of its samples.
    gain: f32,
    /// Of each channel, the last samples that later values depend on; then the samples at hand.
    channels: Vec<Vec<f32>>,
    peak: f32,
}

impl TruePeak {
    /// Plans the filters for `channels` channels at `sample_rate` Hz.
    pub(super) fn new(channels: usize, sample_rate: u32) -> Self {
        let factor = match sample_rate {
            ..96_000 => 4,
            96_000..192_000 => 2,
            _ => 1,
        };
        // A sinc under a Hann window over 48 values of the higher rate, parted into its phases.
        let n_taps = 4 * TAPS / factor;
        let length = (n_taps * factor) as f64;
        let weight = |at: f64| {
            let x = PI * (at - 0.5 * length) / factor as f64;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            (sinc * 0.5 * (1.0 - (2.0 * PI * at / length).cos())) as f32
        };
        let phases: Vec<Vec<f32>> = (1..factor)
            .map(|phase| (0..n_taps).rev().map(|tap| weight((tap * factor + phase) as f64)).collect())
            .collect();
        let gain = phases.iter().map(|taps| taps.iter().map(|x| x.abs()).sum()).fold(1.0, f32::max);
        Self { gain, channels: vec![vec![0.0; n_taps - 1]; channels], phases, peak: 0.0 }
    }

    /// Takes the next samples of channel `channel`. O(n).
    pub(super) fn push(&mut self, channel: usize, samples: &[f32]) {
        let Self { phases, gain, channels, peak } = self;
        let Some(held) = channels.get_mut(channel) else { return };
        let n_before = held.len();
        held.extend_from_slice(samples);
        // The largest of the samples that the values at hand reach back to, and of the lanes before those.
        let mut before = magnitude(&held[..n_before]);
        let mut earlier = 0.0;
        for (idx, lanes) in samples.chunks(LANES).enumerate() {
            let now = magnitude(lanes);
            *peak = peak.max(now);
            if *gain * now.max(before).max(earlier) > *peak {
                let seen = &held[idx * LANES..][..n_before + lanes.len()];
                for taps in phases.iter() {
                    *peak = peak.max(between(seen, taps));
                }
            }
            earlier = if n_before > LANES { before } else { 0.0 };
            before = now;
        }
        held.drain(..samples.len());
    }

    /// The largest magnitude of all samples taken, 1 for full scale.
    pub(super) const fn peak(&self) -> f32 {
        self.peak
    }
}

/// The largest magnitude of `samples`.
fn magnitude(samples: &[f32]) -> f32 {
    let (whole, rest) = samples.as_chunks::<LANES>();
    let mut largest = [0.0f32; LANES];
    for lanes in whole {
        for (largest, x) in largest.iter_mut().zip(lanes) {
            *largest = greater(*largest, x.abs());
        }
    }
    largest.iter().chain(rest).fold(0.0, |largest, x| greater(largest, x.abs()))
}

/// The largest magnitude of the sums of `taps` times what is seen, from `seen.len() − taps.len() + 1` places.
fn between(seen: &[f32], taps: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let n = (seen.len() + 1 - taps.len()).min(LANES);
    for (tap, weight) in taps.iter().enumerate() {
        if let Some((lanes, _)) = seen[tap..].split_first_chunk::<LANES>() {
            for (sum, x) in sums.iter_mut().zip(lanes) {
                *sum += weight * x;
            }
        } else {
            for (sum, x) in sums.iter_mut().zip(&seen[tap..][..n]) {
                *sum += weight * x;
            }
        }
    }
    magnitude(&sums[..n])
}

/// As a processor has it in one instruction; samples are finite.
const fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak(samples: &[f32], rate: u32, block: usize) -> f32 {
        let mut meter = TruePeak::new(1, rate);
        samples.chunks(block).for_each(|samples| meter.push(0, samples));
        meter.peak()
    }

    /// EBU Tech 3341, test cases 15 to 18: sines whose peaks lie between the samples, read within +0.2 and −0.4 dB.
    #[test]
    fn finds_peaks_between_samples() {
        for (share, degrees) in [(4.0, 0.0), (4.0, 45.0), (6.0, 60.0), (8.0, 67.5)] {
            for rate in [44_100, 48_000, 96_000] {
                let at = |i: usize| {
                    let (fade, phase) = ((i as f64 / 2_000.0).min(1.0), f64::to_radians(degrees));
                    (0.5 * fade * (2.0 * PI * i as f64 / share + phase).sin()) as f32
                };
                let samples: Vec<f32> = (0..9_999).map(at).collect();
                let db = 20.0 * (peak(&samples, rate, 1_000) / 0.5).log10();
                assert!((-0.4..0.2).contains(&db), "{share} {degrees} {rate}: {db}");
            }
        }
    }

    /// What is left out never matters, however the samples come in.
    #[test]
    fn agrees_with_all_places_computed() {
        let mut state = 1u32;
        let mut noise = |i: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let envelope = 0.2 + ((i as f32) / 900.0).sin().powi(8);
            envelope * ((state >> 8) as f32 / (1u32 << 23) as f32 - 1.0)
        };
        let samples: Vec<f32> = (0..20_000).map(&mut noise).collect();
        for rate in [44_100, 96_000, 192_000] {
            let plan = TruePeak::new(1, rate);
            let n_taps = plan.channels[0].len() + 1;
            let padded: Vec<f32> = vec![0.0; n_taps - 1].into_iter().chain(samples.iter().copied()).collect();
            let all = padded.windows(n_taps).flat_map(|seen| {
                plan.phases.iter().map(|taps| seen.iter().zip(taps).map(|(x, w)| x * w).sum::<f32>().abs())
            });
            let expected = all.fold(magnitude(&samples), f32::max);
            for block in [1, 15, 16, 17, 1_000, 20_000] {
                let found = peak(&samples, rate, block);
                assert!((found - expected).abs() < 1e-5, "{rate} {block}: {found} vs {expected}");
            }
        }
    }
}
