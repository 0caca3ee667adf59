//! Mel spectrum and descriptors of timbre, after librosa's definitions.

use crate::matrix::Matrix;
use crate::params::AnalysisParams;
use crate::signal::{ANALYSIS_RATE, Stft, StftParams, sum_of_squares};
use crate::units::FrameGrid;

use super::mel::{Dct, MelFilterbank};
use super::moments::Moments;

/// Bands of the mel spectrum that is kept.
pub const N_MELS: usize = 64;
/// Mel-frequency cepstral coefficients.
pub const N_MFCC: usize = 20;
/// Bands of the spectral contrast: below 200 Hz, then octaves.
pub const N_CONTRAST: usize = 7;

/// Mel bands that the cepstral coefficients are made of (librosa's default).
const N_MFCC_MELS: usize = 2 * N_MELS;
/// 93 ms frames, half overlapping: blocks of `HOP_LENGTH` samples make up whole frames.
const STFT: StftParams = StftParams { n_fft: 2 * HOP_LENGTH, hop_length: HOP_LENGTH };
const HOP_LENGTH: usize = 1024;
/// Smallest power told apart (librosa's `amin`).
const MIN_POWER: f32 = 1e-10;
/// Smallest magnitude told apart in centroid, rolloff and contrast: white noise of some −110 dBFS. What
/// is below is rounding of the transforms, which differs between machines.
const MIN_MAGNITUDE: f32 = 1e-4;
/// Share of the magnitude below the rolloff.
const ROLLOFF: f32 = 0.85;
/// Upper edge of the lowest contrast band in Hz.
const CONTRAST_FMIN: f32 = 200.0;
/// Share of a contrast band's bins that are its peak, and its valley.
const CONTRAST_QUANTILE: f32 = 0.02;

/// Framewise descriptors of timbre. As librosa computes them at 22 050 Hz with `n_fft=2048`,
/// `hop_length=1024`, except that decibels are floored at −100 instead of 80 below the song's maximum.
#[derive(Debug, Clone)]
pub struct TimbreFrames {
    /// Where the frames lie.
    pub grid: FrameGrid,
    /// Mel power in dB (reference 1, floor −100), `[n_frames × N_MELS]`.
    pub mel_db: Matrix,
    /// Mel-frequency cepstral coefficients, over all frames.
    pub mfcc: Moments<N_MFCC>,
    /// Spectral centroid in Hz, `[n_frames]`.
    pub centroid_hz: Vec<f32>,
    /// Frequency below which 85 % of the magnitude lies, in Hz, `[n_frames]`.
    pub rolloff_hz: Vec<f32>,
    /// Peak-to-valley difference per band in dB, over all frames (Jiang et al. 2002).
    pub contrast_db: Moments<N_CONTRAST>,
    /// Geometric over arithmetic mean of the power spectrum, in [0, 1], `[n_frames]`.
    pub flatness: Vec<f32>,
    /// Share of neighbouring samples that differ in sign, in [0, 1], `[n_frames]`.
    pub zero_crossing_rate: Vec<f32>,
    /// Root mean square of the samples, `[n_frames]`.
    pub rms: Vec<f32>,
}

/// Computes [`TimbreFrames`] from a stream of mono samples at [`ANALYSIS_RATE`].
pub struct TimbreExtractor {
    stft: Stft,
    spectral: SpectralFrames,
    blocks: SampleBlocks,
}

impl TimbreExtractor {
    /// Plans the extractor. Timbre has one quality.
    #[must_use]
    pub fn new(_params: &AnalysisParams) -> Self {
        Self { stft: Stft::new(STFT), spectral: SpectralFrames::new(), blocks: SampleBlocks::default() }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.blocks.push(samples);
        self.stft.push(samples, |magnitudes| self.spectral.push(magnitudes));
    }

    /// The descriptors of all samples taken.
    #[must_use]
    pub fn finish(mut self) -> TimbreFrames {
        self.stft.finish(|magnitudes| self.spectral.push(magnitudes));
        let mut frames = self.spectral.frames;
        let (rms, zero_crossing_rate) = self.blocks.finish(frames.centroid_hz.len());
        frames.rms = rms;
        frames.zero_crossing_rate = zero_crossing_rate;
        frames
    }
}

/// What is read off the magnitude spectrum.
struct SpectralFrames {
    frames: TimbreFrames,
    mel: MelFilterbank,
    dct: Dct,
    contrast_bands: Vec<ContrastBand>,
    power: Vec<f32>,
    mel_power: Vec<f32>,
    mel_db: Vec<f32>,
    scratch: Vec<f32>,
}

impl SpectralFrames {
    fn new() -> Self {
        let n_bins = STFT.n_fft / 2 + 1;
        Self {
            frames: TimbreFrames {
                grid: FrameGrid { sample_rate: ANALYSIS_RATE, hop_length: HOP_LENGTH },
                mel_db: Matrix::with_cols(N_MELS),
                mfcc: Moments::default(),
                centroid_hz: Vec::new(),
                rolloff_hz: Vec::new(),
                contrast_db: Moments::default(),
                flatness: Vec::new(),
                zero_crossing_rate: Vec::new(),
                rms: Vec::new(),
            },
            mel: MelFilterbank::new(ANALYSIS_RATE, STFT.n_fft, N_MFCC_MELS),
            dct: Dct::new(N_MFCC_MELS, N_MFCC),
            contrast_bands: contrast_bands(n_bins),
            power: vec![0.0; n_bins],
            mel_power: vec![0.0; N_MFCC_MELS],
            mel_db: vec![0.0; N_MFCC_MELS],
            scratch: Vec::with_capacity(n_bins),
        }
    }

    /// O(n_fft) a frame.
    fn push(&mut self, magnitudes: &[f32]) {
        for (p, m) in self.power.iter_mut().zip(magnitudes) {
            *p = m * m;
        }
        self.mel.apply(&self.power, &mut self.mel_power);
        for (db, &power) in self.mel_db.iter_mut().zip(&self.mel_power) {
            *db = decibels(power);
        }
        let mut mfcc = [0.0; N_MFCC];
        self.dct.apply(&self.mel_db, &mut mfcc);
        self.frames.mfcc.push(&mfcc);
        let mut mel_db = [0.0; N_MELS];
        for (db, pair) in mel_db.iter_mut().zip(self.mel_power.chunks_exact(2)) {
            *db = decibels(0.5 * (pair[0] + pair[1]));
        }
        self.frames.mel_db.push_row(&mel_db);

        let (centroid, rolloff) = centroid_and_rolloff(magnitudes);
        self.frames.centroid_hz.push(centroid);
        self.frames.rolloff_hz.push(rolloff);
        self.frames.flatness.push(flatness(&self.power));
        let mut contrast = [0.0; N_CONTRAST];
        for (db, band) in contrast.iter_mut().zip(&self.contrast_bands) {
            *db = band.contrast_db(magnitudes, &mut self.scratch);
        }
        self.frames.contrast_db.push(&contrast);
    }
}

fn decibels(power: f32) -> f32 {
    10.0 * power.max(MIN_POWER).log10()
}

const fn bin_hz() -> f32 {
    ANALYSIS_RATE as f32 / STFT.n_fft as f32
}

/// Both in Hz; 0 for silence.
fn centroid_and_rolloff(magnitudes: &[f32]) -> (f32, f32) {
    let total: f32 = magnitudes.iter().sum();
    if total <= MIN_MAGNITUDE * magnitudes.len() as f32 {
        return (0.0, 0.0);
    }
    let weighted: f32 = magnitudes.iter().enumerate().map(|(bin, m)| bin as f32 * m).sum();
    let mut below = 0.0;
    let rolloff = magnitudes.iter().position(|m| {
        below += m;
        below >= ROLLOFF * total
    });
    (weighted / total * bin_hz(), rolloff.unwrap_or(0) as f32 * bin_hz())
}

/// Wiener entropy; 1 for white noise and for silence.
fn flatness(power: &[f32]) -> f32 {
    let floored = power.iter().map(|&p| f64::from(p.max(MIN_POWER)));
    let mean = floored.clone().sum::<f64>() / power.len() as f64;
    // One logarithm for 16 values: their product stays within the range of f64.
    let mut log_sum = 0.0;
    let mut product = 1.0;
    for (i, p) in floored.enumerate() {
        product *= p;
        if i % 16 == 15 {
            log_sum += f64::ln(product);
            product = 1.0;
        }
    }
    log_sum += product.ln();
    ((log_sum / power.len() as f64).exp() / mean) as f32
}

/// Bins of a band of the spectral contrast.
struct ContrastBand {
    bins: std::ops::Range<usize>,
    /// How many of them are its peak, and its valley.
    n_extreme: usize,
}

/// librosa's bands: each also takes the bin below its lower edge, all but the last leave out their highest.
fn contrast_bands(n_bins: usize) -> Vec<ContrastBand> {
    (0..N_CONTRAST)
        .map(|k| {
            let edge = |k: usize| CONTRAST_FMIN * 2f32.powi(k as i32) / bin_hz();
            let first = if k == 0 { 0 } else { (edge(k - 1).ceil() as usize).saturating_sub(1) };
            let is_last = k == N_CONTRAST - 1;
            let end = if is_last { n_bins } else { edge(k).floor() as usize + 1 };
            let n_extreme = (CONTRAST_QUANTILE * (end - first) as f32).round().max(1.0) as usize;
            ContrastBand { bins: first..if is_last { end } else { end - 1 }, n_extreme }
        })
        .collect()
}

impl ContrastBand {
    fn contrast_db(&self, magnitudes: &[f32], scratch: &mut Vec<f32>) -> f32 {
        let (bins, k) = (&magnitudes[self.bins.clone()], self.n_extreme);
        // Spectra fall: from this end and from that few values are met that change the answer.
        let peak = mean_of_largest(bins.iter().copied(), k, scratch);
        let valley = -mean_of_largest(bins.iter().rev().map(|x| -x), k, scratch);
        decibels(peak.max(MIN_MAGNITUDE)) - decibels(valley.max(MIN_MAGNITUDE))
    }
}

/// Mean of the `k` largest values, of at least as many. O(n) as long as few are among the largest when they are met.
fn mean_of_largest(xs: impl Iterator<Item = f32>, k: usize, largest: &mut Vec<f32>) -> f32 {
    // In falling order.
    largest.clear();
    largest.resize(k, f32::NEG_INFINITY);
    let mut least = f32::NEG_INFINITY;
    for x in xs {
        if x > least {
            let at = largest.iter().take_while(|&&other| other >= x).count();
            largest.copy_within(at..k - 1, at + 1);
            largest[at] = x;
            least = largest[k - 1];
        }
    }
    largest.iter().sum::<f32>() / k as f32
}

/// Energy and sign changes of consecutive blocks of [`HOP_LENGTH`] samples; two blocks are a frame.
#[derive(Default)]
struct SampleBlocks {
    energy: Vec<f32>,
    n_crossings: Vec<u32>,
    n_samples: usize,
    last_is_negative: bool,
}

impl SampleBlocks {
    fn push(&mut self, samples: &[f32]) {
        let mut later = samples;
        while let Some(&first) = later.first() {
            let n_open = self.n_samples % HOP_LENGTH;
            if n_open == 0 {
                self.energy.push(0.0);
                self.n_crossings.push(0);
            }
            let (now, rest) = later.split_at(later.len().min(HOP_LENGTH - n_open));
            let changes = now.windows(2).map(|pair| u32::from((pair[0] < 0.0) != (pair[1] < 0.0)));
            let at_start = self.n_samples > 0 && (first < 0.0) != self.last_is_negative;
            if let (Some(energy), Some(n_crossings)) = (self.energy.last_mut(), self.n_crossings.last_mut()) {
                *energy += sum_of_squares(now) as f32;
                *n_crossings += u32::from(at_start) + changes.sum::<u32>();
            }
            self.last_is_negative = now.last().is_some_and(|&x| x < 0.0);
            self.n_samples += now.len();
            later = rest;
        }
    }

    /// Root mean square and zero-crossing rate of `n_frames` frames: frame `t` is blocks `t − 1` and `t`.
    fn finish(self, n_frames: usize) -> (Vec<f32>, Vec<f32>) {
        let block = |t: usize| {
            let energy = self.energy.get(t).copied().unwrap_or(0.0);
            (energy, self.n_crossings.get(t).copied().unwrap_or(0))
        };
        (0..n_frames)
            .map(|t| {
                let (before, after) = (if t == 0 { (0.0, 0) } else { block(t - 1) }, block(t));
                let n = (2 * HOP_LENGTH) as f32;
                (((before.0 + after.0) / n).sqrt(), (before.1 + after.1) as f32 / n)
            })
            .unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames_of(samples: &[f32]) -> TimbreFrames {
        let mut extractor = TimbreExtractor::new(&AnalysisParams::default());
        samples.chunks(777).for_each(|chunk| extractor.push(chunk));
        extractor.finish()
    }

    fn sine(hz: f64, seconds: f64) -> Vec<f32> {
        let n = (seconds * f64::from(ANALYSIS_RATE)) as usize;
        (0..n)
            .map(|i| (std::f64::consts::TAU * hz * i as f64 / f64::from(ANALYSIS_RATE)).sin() as f32)
            .collect()
    }

    /// White noise of a linear congruential generator, uniform in [−1, 1].
    fn noise(n: usize) -> Vec<f32> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn a_sine_has_its_frequency_as_centroid_and_rolloff() {
        for hz in [220.0, 1_000.0, 5_000.0] {
            let frames = frames_of(&sine(hz, 1.0));
            let mid = frames.centroid_hz.len() / 2;
            assert!((f64::from(frames.centroid_hz[mid]) - hz).abs() < 15.0, "{} Hz", frames.centroid_hz[mid]);
            assert!((f64::from(frames.rolloff_hz[mid]) - hz).abs() < 25.0, "{} Hz", frames.rolloff_hz[mid]);
            assert!((f64::from(frames.zero_crossing_rate[mid]) - 2.0 * hz / 22_050.0).abs() < 2e-3);
            assert!((frames.rms[mid] - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-2);
            assert!(frames.flatness[mid] < 1e-3);
        }
    }

    #[test]
    fn noise_is_flat_and_a_sine_has_contrast() {
        let noise = frames_of(&noise(22_050));
        let mid = noise.flatness.len() / 2;
        // Periodogram bins of white noise are χ² with two degrees of freedom: flatness e^−γ ≈ 0.56.
        assert!((noise.flatness[mid] - 0.56).abs() < 0.08, "{}", noise.flatness[mid]);
        let tone = frames_of(&sine(1_000.0, 1.0));
        assert!(tone.contrast_db.means()[3] > noise.contrast_db.means()[3] + 10.0);
    }

    #[test]
    fn silence_one_sample_and_nothing_are_answers() {
        let silent = frames_of(&vec![0.0; 5_000]);
        assert_eq!(silent.centroid_hz, vec![0.0; 5]);
        assert!(silent.mel_db.as_slice().iter().all(|&db| db == -100.0));
        assert_eq!(silent.zero_crossing_rate, vec![0.0; 5]);
        assert_eq!(frames_of(&[0.5]).rms.len(), 1);
        assert!(frames_of(&[]).centroid_hz.is_empty());
    }

    #[test]
    fn contrast_bands_cover_the_spectrum_in_order() {
        let bands = contrast_bands(1025);
        assert_eq!(bands[0].bins.start, 0);
        assert_eq!(bands[N_CONTRAST - 1].bins.end, 1025);
        assert!(bands.windows(2).all(|pair| pair[1].bins.start <= pair[0].bins.end));
        assert!(bands.iter().all(|band| band.n_extreme >= 1 && band.n_extreme <= band.bins.len()));
    }
}
