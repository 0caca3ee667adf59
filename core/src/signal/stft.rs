//! Short-time Fourier transform of a stream.

use sectionist_fft::{RealFft, Split};

use crate::units::FrameGrid;

/// Size and spacing of the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StftParams {
    /// Samples a frame, even.
    pub n_fft: usize,
    /// Samples from one frame to the next, at least 1.
    pub hop_length: usize,
}

/// Hann-windowed magnitude spectra of a stream of samples.
///
/// Frame `t` is centred at sample `t · hop_length`; the signal is taken as zero before its start
/// and after its end (librosa's `center=True`, `pad_mode="constant"`). A signal of `n` samples has
/// `1 + n / hop_length` frames, an empty one none.
pub struct Stft {
    params: StftParams,
    fft: RealFft,
    window: Vec<f32>,
    /// Samples from the start of the next frame on.
    pending: Vec<f32>,
    n_samples: usize,
    n_frames: usize,
    frame: Vec<f32>,
    spectrum: Split,
    magnitudes: Vec<f32>,
}

impl Stft {
    /// Plans the transform.
    #[must_use]
    pub fn new(params: StftParams) -> Self {
        let fft = RealFft::new(params.n_fft);
        Self {
            params,
            window: hann(params.n_fft),
            pending: vec![0.0; params.n_fft / 2],
            n_samples: 0,
            n_frames: 0,
            frame: vec![0.0; params.n_fft],
            spectrum: fft.spectrum(),
            magnitudes: vec![0.0; params.n_fft / 2 + 1],
            fft,
        }
    }

    /// Where the frames of a signal at `sample_rate` Hz lie.
    #[must_use]
    pub const fn grid(&self, sample_rate: u32) -> FrameGrid {
        FrameGrid { sample_rate, hop_length: self.params.hop_length }
    }

    /// Takes the next samples and hands each frame that they complete to `on_frame`, as magnitudes
    /// `[n_fft / 2 + 1]` (unnormalised: a sine of amplitude 1 peaks near `n_fft / 4`).
    ///
    /// O(n_fft · log n_fft) a frame.
    pub fn push(&mut self, samples: &[f32], mut on_frame: impl FnMut(&[f32])) {
        self.n_samples += samples.len();
        self.pending.extend_from_slice(samples);
        self.drain(&mut on_frame);
    }

    /// Hands over the frames that reach past the end of the signal.
    pub fn finish(&mut self, mut on_frame: impl FnMut(&[f32])) {
        if self.n_samples == 0 {
            return;
        }
        let n_total = 1 + self.n_samples / self.params.hop_length;
        while self.n_frames < n_total {
            self.pending.resize(self.pending.len().max(self.params.n_fft), 0.0);
            self.drain(&mut on_frame);
        }
    }

    fn drain(&mut self, on_frame: &mut impl FnMut(&[f32])) {
        let StftParams { n_fft, hop_length } = self.params;
        let mut start = 0;
        while start + n_fft <= self.pending.len() {
            for (x, (s, w)) in self.frame.iter_mut().zip(self.pending[start..].iter().zip(&self.window)) {
                *x = s * w;
            }
            self.fft.forward(&self.frame, &mut self.spectrum);
            let Split { re, im } = &self.spectrum;
            for (m, (re, im)) in self.magnitudes.iter_mut().zip(re.iter().zip(im)) {
                *m = (re * re + im * im).sqrt();
            }
            on_frame(&self.magnitudes);
            self.n_frames += 1;
            start += hop_length;
        }
        let consumed = start.min(self.pending.len());
        self.pending.drain(..consumed);
    }
}

/// The periodic Hann window of `length` samples.
#[must_use]
pub fn hann(length: usize) -> Vec<f32> {
    (0..length)
        .map(|i| (0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / length as f64).cos()) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spectra(params: StftParams, chunks: &[&[f32]]) -> Vec<Vec<f32>> {
        let mut stft = Stft::new(params);
        let mut frames = Vec::new();
        for chunk in chunks {
            stft.push(chunk, |m| frames.push(m.to_vec()));
        }
        stft.finish(|m| frames.push(m.to_vec()));
        frames
    }

    #[test]
    fn matches_a_naive_transform_of_the_padded_signal() {
        let params = StftParams { n_fft: 16, hop_length: 5 };
        let signal: Vec<f32> = (0..37).map(|i| ((i * i) as f32 * 0.7).sin()).collect();
        let frames = spectra(params, &[&signal[..9], &[], &signal[9..]]);
        assert_eq!(frames.len(), 1 + 37 / 5);
        for (t, frame) in frames.iter().enumerate() {
            for (k, &found) in frame.iter().enumerate() {
                let (mut re, mut im) = (0.0f64, 0.0f64);
                for (n, w) in hann(16).iter().enumerate() {
                    let at = (t * 5 + n) as i64 - 8;
                    let x = usize::try_from(at).ok().and_then(|i| signal.get(i)).copied().unwrap_or(0.0);
                    let phase = -std::f64::consts::TAU * (k * n) as f64 / 16.0;
                    re += f64::from(x * w) * phase.cos();
                    im += f64::from(x * w) * phase.sin();
                }
                let expected = re.hypot(im) as f32;
                assert!((found - expected).abs() < 1e-5, "frame {t} bin {k}: {found} vs {expected}");
            }
        }
    }

    #[test]
    fn any_length_has_its_frames() {
        let params = StftParams { n_fft: 8, hop_length: 20 };
        assert_eq!(spectra(params, &[]).len(), 0);
        assert_eq!(spectra(params, &[&[1.0]]).len(), 1);
        assert_eq!(spectra(params, &[&[0.0; 100]]).len(), 6);
    }
}
