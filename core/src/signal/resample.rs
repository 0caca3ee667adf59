//! Planar PCM at any rate → mono at the analysis rate.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler};

use super::ANALYSIS_RATE;
use super::mix::Mixer;
use crate::decode::PcmBlock;

/// Input samples that the resampler takes at once, at least.
const MIN_CHUNK: usize = 1024;

/// Mixes a stream to mono and resamples it to [`ANALYSIS_RATE`], without delay: sample `i` of the
/// output is at `i / ANALYSIS_RATE` seconds of the input.
pub struct MonoResampler {
    /// `None` when the rates are equal.
    fft: Option<Fft<f32>>,
    ratio: f64,
    mixer: Mixer,
    pending: Vec<f32>,
    output: Vec<f32>,
    /// Output samples still to be dropped: the filter's delay.
    delay: usize,
    n_in: usize,
    n_out: usize,
}

impl MonoResampler {
    /// Plans the conversion from `sample_rate` Hz (above 0).
    #[must_use]
    pub fn new(sample_rate: u32) -> Self {
        let fft = (sample_rate != ANALYSIS_RATE).then(|| {
            // The transform takes whole periods of the ratio; an even number of them makes its delay,
            // half an output block, a whole number of samples.
            let period = (sample_rate / gcd(sample_rate, ANALYSIS_RATE)) as usize;
            let chunk = MIN_CHUNK.next_multiple_of(2 * period);
            Fft::new(sample_rate as usize, ANALYSIS_RATE as usize, chunk, 1, 1, FixedSync::Input)
                .expect("rates and chunk size are above 0")
        });
        Self {
            ratio: f64::from(ANALYSIS_RATE) / f64::from(sample_rate),
            mixer: Mixer::new(sample_rate),
            pending: Vec::new(),
            output: vec![0.0; fft.as_ref().map_or(0, Resampler::output_frames_max)],
            delay: fft.as_ref().map_or(0, Resampler::output_delay),
            fft,
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
        while self.fft.is_some() && self.n_out < n_total {
            let wanted = self.fft.as_ref().map_or(0, Resampler::input_frames_next);
            self.pending.resize(self.pending.len().max(wanted), 0.0);
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
        let Some(fft) = &mut self.fft else {
            on_samples(&self.pending);
            self.n_out += self.pending.len();
            self.pending.clear();
            return;
        };
        let mut start = 0;
        while start + fft.input_frames_next() <= self.pending.len() {
            let n_chunk = fft.input_frames_next();
            let chunk = &self.pending[start..start + n_chunk];
            let input = SequentialSlice::new(chunk, 1, n_chunk).expect("one channel of this length");
            let n_max = self.output.len();
            let mut output =
                SequentialSlice::new_mut(&mut self.output, 1, n_max).expect("one channel of this length");
            let (_, n_out) = fft
                .process_into_buffer(&input, &mut output, None::<&Indexing>)
                .expect("the buffers are as long as the resampler asks");
            start += n_chunk;
            let dropped = self.delay.min(n_out);
            self.delay -= dropped;
            self.n_out += n_out - dropped;
            on_samples(&self.output[dropped..n_out]);
        }
        self.pending.drain(..start);
    }
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
