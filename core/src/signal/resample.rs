//! Planar PCM at any rate → mono at the analysis rate.

use sectionist_fft::{RealFft, Split};

use super::ANALYSIS_RATE;
use super::mix::Mixer;
use crate::decode::PcmBlock;

/// Input samples that the resampler takes at once, at least.
const MIN_CHUNK: usize = 1024;

/// Mixes a stream to mono and resamples it to [`ANALYSIS_RATE`], without delay: sample `i` of the
/// output is at `i / ANALYSIS_RATE` seconds of the input.
pub struct MonoResampler {
    /// `None` when the rates are equal.
    converter: Option<Converter>,
    ratio: f64,
    mixer: Mixer,
    pending: Vec<f32>,
    /// Output samples still to be dropped: the filter's delay.
    delay: usize,
    n_in: usize,
    n_out: usize,
}

impl MonoResampler {
    /// Plans the conversion from `sample_rate` Hz (above 0).
    #[must_use]
    pub fn new(sample_rate: u32) -> Self {
        let converter = (sample_rate != ANALYSIS_RATE).then(|| {
            // The transform takes whole periods of the ratio; four times as many make its delay, half an output
            // block, a whole number of samples, and its size divisible by eight.
            let divisor = gcd(sample_rate, ANALYSIS_RATE);
            let (period_in, period_out) =
                ((sample_rate / divisor) as usize, (ANALYSIS_RATE / divisor) as usize);
            let n_periods = 4 * MIN_CHUNK.div_ceil(4 * period_in);
            Converter::new(n_periods * period_in, n_periods * period_out)
        });
        Self {
            ratio: f64::from(ANALYSIS_RATE) / f64::from(sample_rate),
            mixer: Mixer::new(sample_rate),
            pending: Vec::new(),
            delay: converter.as_ref().map_or(0, |converter| converter.delay),
            converter,
            n_in: 0,
            n_out: 0,
        }
    }

    /// Takes the next samples and hands over the mono samples that they complete.
    pub fn push(&mut self, block: &PcmBlock, mut on_samples: impl FnMut(&[f32])) {
        let before = self.pending.len();
        self.mixer.mix(block, &mut self.pending);
        self.n_in += self.pending.len() - before;
        self.drain(&mut on_samples);
    }

    /// Hands over the rest: in all, as many samples as the input lasts.
    pub fn finish(&mut self, mut on_samples: impl FnMut(&[f32])) {
        let n_total = (self.n_in as f64 * self.ratio).round() as usize;
        while let Some(n_chunk) = self.converter.as_ref().map(|converter| converter.n_in)
            && self.n_out < n_total
        {
            self.pending.resize(self.pending.len().max(n_chunk), 0.0);
            let left = n_total - self.n_out;
            let mut handed = 0;
            self.drain(&mut |mono: &[f32]| {
                let take = mono.len().min(left - handed);
                handed += take;
                on_samples(&mono[..take]);
            });
        }
    }

    fn drain(&mut self, on_samples: &mut impl FnMut(&[f32])) {
        let Some(converter) = &mut self.converter else {
            on_samples(&self.pending);
            self.n_out += self.pending.len();
            self.pending.clear();
            return;
        };
        let mut n_taken = 0;
        for chunk in self.pending.chunks_exact(converter.n_in) {
            let output = converter.convert(chunk);
            n_taken += chunk.len();
            let dropped = self.delay.min(output.len());
            self.delay -= dropped;
            self.n_out += output.len() - dropped;
            on_samples(&output[dropped..]);
        }
        self.pending.drain(..n_taken);
    }
}

/// Converts chunks of samples from one rate to another: their spectra, filtered and cut or widened.
///
/// Chunks are followed by as many zeros as the filter is long, so that what it makes of one reaches into the next only.
struct Converter {
    /// Samples of a chunk, and of what becomes of it.
    n_in: usize,
    n_out: usize,
    /// Samples by which the output is late: half the filter's length.
    delay: usize,
    forward: RealFft,
    inverse: RealFft,
    /// The low-pass's transform, in the scale of the inverse.
    filter: Split,
    padded: Vec<f32>,
    spectrum: Split,
    filtered: Split,
    /// The output, and what reaches into the next chunk's.
    output: Vec<f32>,
    overlap: Vec<f32>,
}

/// Bins at the lower of both Nyquist frequencies that the filter's slope takes: half the main lobe of its window.
const SLOPE: f64 = 13.68;

/// Most samples of a transform: longer ones lose less to the zeros, but answer later and leave the caches.
const MAX_TRANSFORM: usize = 8192;

impl Converter {
    /// For a filter of `n_taps_in` samples of the input, `n_taps_out` of the output.
    fn new(n_taps_in: usize, n_taps_out: usize) -> Self {
        // As often as the filter is long; once is for the zeros.
        let n_spans = (MAX_TRANSFORM / n_taps_in.max(n_taps_out)).max(2);
        let (size_in, size_out) = (n_spans * n_taps_in, n_spans * n_taps_out);
        let mut forward = RealFft::new(size_in);
        let mut padded = vec![0.0; size_in];
        padded[..n_taps_in].copy_from_slice(&low_pass(n_taps_in, n_taps_in.min(n_taps_out), size_in));
        let mut filter = forward.spectrum();
        forward.forward(&padded, &mut filter);
        padded.fill(0.0);
        Self {
            n_in: size_in - n_taps_in,
            n_out: size_out - n_taps_out,
            delay: n_taps_out / 2,
            spectrum: forward.spectrum(),
            filtered: Split::zeros(size_out / 2 + 1),
            forward,
            inverse: RealFft::new(size_out),
            filter,
            padded,
            output: vec![0.0; size_out],
            overlap: vec![0.0; n_taps_out],
        }
    }

    /// The next `n_out` samples, of the next `n_in`.
    fn convert(&mut self, chunk: &[f32]) -> &[f32] {
        self.padded[..self.n_in].copy_from_slice(chunk);
        self.forward.forward(&self.padded, &mut self.spectrum);
        let n = self.padded.len().min(self.output.len()) / 2;
        let (x, w, y) = (&self.spectrum, &self.filter, &mut self.filtered);
        let (xr, xi, wr, wi) = (&x.re[..n], &x.im[..n], &w.re[..n], &w.im[..n]);
        let (yr, yi) = (&mut y.re[..n], &mut y.im[..n]);
        for k in 0..n {
            yr[k] = xr[k] * wr[k] - xi[k] * wi[k];
            yi[k] = xr[k] * wi[k] + xi[k] * wr[k];
        }
        self.inverse.inverse(&self.filtered, &mut self.output);
        let (now, later) = self.output.split_at_mut(self.n_out);
        now.iter_mut().zip(&self.overlap).for_each(|(x, before)| *x += before);
        // A chunk is at least as long as the filter.
        self.overlap.copy_from_slice(later);
        now
    }
}

/// A low-pass of `n` samples that ends where bins `n_kept` of `n` would: a sinc under the square of a
/// Blackman-Harris window (Harris 1978), which leaves nothing above −180 dB. Its sum is 1 / `scale`.
fn low_pass(n: usize, n_kept: usize, scale: usize) -> Vec<f32> {
    let cutoff = (1.0 - SLOPE / n_kept as f64) * n_kept as f64 / n as f64;
    let taps: Vec<f64> = (0..n)
        .map(|i| {
            let turn = std::f64::consts::TAU * i as f64 / n as f64;
            let window = 0.358_75 - 0.488_29 * turn.cos() + 0.141_28 * (2.0 * turn).cos()
                - 0.011_68 * (3.0 * turn).cos();
            let x = std::f64::consts::PI * cutoff * (i as f64 - (n / 2) as f64);
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            window * window * sinc
        })
        .collect();
    let scale = 1.0 / (scale as f64 * taps.iter().sum::<f64>());
    taps.iter().map(|x| (x * scale) as f32).collect()
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resampled(sample_rate: u32, channels: &[Vec<f32>], block_length: usize) -> Vec<f32> {
        let mut resampler = MonoResampler::new(sample_rate);
        let mut mono = Vec::new();
        let n = channels[0].len();
        for start in (0..n).step_by(block_length) {
            let end = (start + block_length).min(n);
            let block = PcmBlock { channels: channels.iter().map(|c| c[start..end].to_vec()).collect() };
            resampler.push(&block, |x| mono.extend_from_slice(x));
        }
        resampler.finish(|x| mono.extend_from_slice(x));
        mono
    }

    #[test]
    fn a_sine_keeps_its_time_and_level_at_every_rate() {
        for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 44_101] {
            let sine = |i: usize, rate: u32| {
                (std::f64::consts::TAU * 440.0 * i as f64 / f64::from(rate)).sin() as f32
            };
            let input: Vec<f32> = (0..rate as usize).map(|i| sine(i, rate)).collect();
            let mono = resampled(rate, &[input.clone(), input], 1_111);
            assert_eq!(mono.len(), ANALYSIS_RATE as usize, "{rate} Hz");
            for (i, &x) in mono.iter().enumerate().skip(2_000).take(18_000) {
                let expected = sine(i, ANALYSIS_RATE);
                assert!((x - expected).abs() < 2e-3, "{rate} Hz, sample {i}: {x} vs {expected}");
            }
        }
    }

    #[test]
    fn what_the_analysis_rate_cannot_hold_is_filtered_out() {
        let phase = |i: i32| std::f64::consts::TAU * 15_000.0 * f64::from(i) / 44_100.0;
        let tone = (0..44_100).map(|i| phase(i).sin() as f32).collect();
        let mono = resampled(44_100, &[tone], 4_096);
        let peak = mono[2_000..20_000].iter().fold(0.0f32, |m, x| m.max(x.abs()));
        assert!(peak < 1e-3, "aliased at {peak}");
    }

    #[test]
    fn one_sample_and_none_are_answers() {
        assert_eq!(resampled(44_100, &[vec![]], 1).len(), 0);
        assert!(resampled(8_000, &[vec![1.0]], 1).len() <= 3);
    }
}
