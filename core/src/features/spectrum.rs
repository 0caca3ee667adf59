//! Log-frequency spectrum for everything tonal.

use crate::matrix::Matrix;
use crate::params::{AnalysisParams, Quality};
use crate::signal::{ANALYSIS_RATE, Stft, StftParams};
use crate::units::FrameGrid;

/// Bins a semitone.
pub const BINS_PER_SEMITONE: usize = 3;
/// MIDI pitch of the lowest semitone (A0); its centre bin is the second.
pub const LOWEST_PITCH: usize = 21;
/// Semitones covered.
pub const N_SEMITONES: usize = 84;
/// Bins of a frame.
pub const N_LOG_BINS: usize = N_SEMITONES * BINS_PER_SEMITONE;
/// Bins of the histogram of pitch deviations, one a cent.
pub const N_DEVIATION_BINS: usize = 100;

/// Samples a frame: 372 ms, so that neighbouring semitones part from about A2 on.
const N_FFT: usize = 8192;

/// Magnitudes at three bins a semitone, at A4 = 440 Hz: not yet warped to the song's tuning.
#[derive(Debug, Clone)]
pub struct LogFrequencySpectrum {
    /// Where the frames lie.
    pub grid: FrameGrid,
    /// `[n_frames × N_LOG_BINS]`, non-negative.
    pub magnitudes: Matrix,
    /// How far spectral peaks lie from the nearest semitone at A4 = 440 Hz, `[N_DEVIATION_BINS]`:
    /// bin `i` holds the peaks from `i − 50` to `i − 49` cents, each weighted by the root of its
    /// magnitude. All zero without peaks.
    pub pitch_deviation: Vec<f32>,
}

/// Computes a [`LogFrequencySpectrum`] from a stream of mono samples at [`ANALYSIS_RATE`].
pub struct SpectrumExtractor {
    stft: Stft,
    kernels: LogKernels,
    frame: Vec<f32>,
    magnitudes: Matrix,
    pitch_deviation: Vec<f64>,
}

impl SpectrumExtractor {
    /// Plans the extractor. Frames are 93 ms apart, 46 ms when `quality` is thorough, 186 ms when it is fast.
    #[must_use]
    pub fn new(params: &AnalysisParams) -> Self {
        let hop_length = match params.quality {
            Quality::Fast => 4096,
            Quality::Balanced => 2048,
            Quality::Thorough => 1024,
        };
        Self {
            stft: Stft::new(StftParams { n_fft: N_FFT, hop_length }),
            kernels: LogKernels::new(),
            frame: vec![0.0; N_LOG_BINS],
            magnitudes: Matrix::with_cols(N_LOG_BINS),
            pitch_deviation: vec![0.0; N_DEVIATION_BINS],
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { stft, kernels, frame, magnitudes, pitch_deviation } = self;
        stft.push(samples, |spectrum| {
            kernels.apply(spectrum, frame);
            magnitudes.push_row(frame);
            collect_deviations(spectrum, pitch_deviation);
        });
    }

    /// The spectrum of all samples taken.
    #[must_use]
    pub fn finish(mut self) -> LogFrequencySpectrum {
        let Self { stft, kernels, frame, magnitudes, pitch_deviation } = &mut self;
        stft.finish(|spectrum| {
            kernels.apply(spectrum, frame);
            magnitudes.push_row(frame);
            collect_deviations(spectrum, pitch_deviation);
        });
        LogFrequencySpectrum {
            grid: self.stft.grid(ANALYSIS_RATE),
            magnitudes: self.magnitudes,
            pitch_deviation: self.pitch_deviation.iter().map(|&w| w as f32).collect(),
        }
    }
}

/// Hz from one bin of the transform to the next.
const BIN_HZ: f64 = ANALYSIS_RATE as f64 / N_FFT as f64;

/// Frequency of MIDI pitch `pitch` (fractions are cents) at A4 = 440 Hz.
pub(crate) fn pitch_hz(pitch: f64) -> f64 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

/// Maps linear magnitudes to log-frequency bins by overlapping triangles over frequency.
///
/// Where the transform is finer than a third of a semitone a triangle reaches from one
/// neighbouring bin's centre to the other's and gathers energy; where it is coarser, the triangle
/// is as wide as a transform bin on each side, which interpolates. A bin's value is
/// `sqrt(Σ w · |X|²)`: a sine has much the same response everywhere, noise grows only with the root
/// of the bandwidth.
pub(crate) struct LogKernels {
    /// For each log bin, the first transform bin and where its weights start in `weights`.
    starts: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

impl LogKernels {
    /// Plans the kernels. O(`N_FFT`).
    pub(crate) fn new() -> Self {
        let mut starts = Vec::with_capacity(N_LOG_BINS + 1);
        let mut weights = Vec::new();
        let third_of_semitone = (1.0 / (12.0 * BINS_PER_SEMITONE as f64)).exp2() - 1.0;
        for bin in 0..N_LOG_BINS {
            let pitch = LOWEST_PITCH as f64 + (bin as f64 - 1.0) / BINS_PER_SEMITONE as f64;
            // Hz ÷ (Hz/bin) = bins
            let centre = pitch_hz(pitch) / BIN_HZ;
            let half_width = (centre * third_of_semitone).max(1.0);
            let first = (centre - half_width).ceil().max(0.0) as usize;
            let last = ((centre + half_width).floor() as usize).min(N_FFT / 2);
            starts.push((first, weights.len()));
            weights.extend(
                (first..=last).map(|i| (1.0 - (i as f64 - centre).abs() / half_width).max(0.0) as f32),
            );
        }
        starts.push((0, weights.len()));
        Self { starts, weights }
    }

    /// Maps `spectrum`, `[N_FFT / 2 + 1]` magnitudes, to `out`, `[N_LOG_BINS]`. O(`N_FFT`).
    pub(crate) fn apply(&self, spectrum: &[f32], out: &mut [f32]) {
        for (value, pair) in out.iter_mut().zip(self.starts.windows(2)) {
            let weights = &self.weights[pair[0].1..pair[1].1];
            let energy: f32 = weights.iter().zip(&spectrum[pair[0].0..]).map(|(w, x)| w * x * x).sum();
            *value = energy.sqrt();
        }
    }

    /// Adds the response to a steady sine of amplitude 1 (peak magnitude 1) at `hz`, times
    /// `amplitude`, to `out`, `[N_LOG_BINS]`, as energies.
    pub(crate) fn add_sine_energy(&self, hz: f64, amplitude: f64, out: &mut [f64]) {
        let at = hz / BIN_HZ;
        for (value, pair) in out.iter_mut().zip(self.starts.windows(2)) {
            let (first, n) = (pair[0].0, pair[1].1 - pair[0].1);
            if at + 2.0 <= first as f64 || at - 2.0 >= (first + n) as f64 {
                continue;
            }
            for (i, &w) in self.weights[pair[0].1..pair[1].1].iter().enumerate() {
                let response = amplitude * hann_lobe(at - (first + i) as f64);
                *value += f64::from(w) * response * response;
            }
        }
    }
}

/// Main lobe of the Hann window's transform at `x` bins from its centre, 1 at the centre.
fn hann_lobe(x: f64) -> f64 {
    let x = x.abs();
    if x >= 2.0 {
        0.0
    } else if x < 1e-6 {
        1.0
    } else if (x - 1.0).abs() < 1e-6 {
        0.5
    } else {
        let px = std::f64::consts::PI * x;
        px.sin() / (px * (1.0 - x * x))
    }
}

/// Range of the peaks that tell the tuning, in Hz: high enough for the transform to resolve cents,
/// low enough that inharmonicity does not bend partials.
const TUNING_RANGE_HZ: (f64, f64) = (200.0, 2000.0);
/// A peak counts if it is this many times its surroundings' mean.
const PEAK_PROMINENCE: f32 = 3.0;
/// Bins to each side that are a peak's surroundings.
const SURROUNDINGS: usize = 12;

/// Adds the deviations of the peaks of one spectrum to a histogram.
fn collect_deviations(spectrum: &[f32], histogram: &mut [f64]) {
    let first = (TUNING_RANGE_HZ.0 / BIN_HZ) as usize;
    let last = (TUNING_RANGE_HZ.1 / BIN_HZ) as usize;
    let mut sum: f32 = spectrum[first - SURROUNDINGS..first + SURROUNDINGS].iter().sum();
    for i in first..last {
        sum += spectrum[i + SURROUNDINGS] - spectrum[i - SURROUNDINGS];
        let x = spectrum[i];
        let is_peak =
            x > spectrum[i - 1] && x >= spectrum[i + 1] && x > spectrum[i - 2] && x > spectrum[i + 2];
        let mean = sum / (2 * SURROUNDINGS) as f32;
        if !is_peak || x < PEAK_PROMINENCE * mean || x < MIN_PEAK {
            continue;
        }
        // Parabola through the logarithms: exact for a Gaussian lobe, within 0.02 bins for Hann's.
        let [a, b, c] = [spectrum[i - 1], x, spectrum[i + 1]].map(|m| f64::from(m.max(1e-12)).ln());
        let curvature = a - 2.0 * b + c;
        let offset = if curvature < -1e-9 { (0.5 * (a - c) / curvature).clamp(-0.5, 0.5) } else { 0.0 };
        let pitch = 69.0 + 12.0 * ((i as f64 + offset) * BIN_HZ / 440.0).log2();
        let cents = 100.0 * (pitch - pitch.round());
        let bin = ((cents + 50.0) as usize).min(N_DEVIATION_BINS - 1);
        histogram[bin] += f64::from(x).sqrt();
    }
}

/// Quietest peak that counts: −90 dB of a full-scale sine (which peaks at `N_FFT / 4`).
const MIN_PEAK: f32 = N_FFT as f32 / 4.0 * 3e-5;

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, seconds: f64) -> Vec<f32> {
        let n = (seconds * f64::from(ANALYSIS_RATE)) as usize;
        (0..n)
            .map(|i| (std::f64::consts::TAU * hz * i as f64 / f64::from(ANALYSIS_RATE)).sin() as f32)
            .collect()
    }

    fn spectrum_of(samples: &[f32]) -> LogFrequencySpectrum {
        let mut extractor = SpectrumExtractor::new(&AnalysisParams::default());
        samples.chunks(1000).for_each(|chunk| extractor.push(chunk));
        extractor.finish()
    }

    #[test]
    fn every_pitch_peaks_in_its_bin() {
        for pitch in LOWEST_PITCH + 3..LOWEST_PITCH + N_SEMITONES {
            let spectrum = spectrum_of(&sine(pitch_hz(pitch as f64), 1.0));
            let row = spectrum.magnitudes.row(spectrum.magnitudes.n_rows() / 2);
            let peak = crate::sequence::arg_max(row);
            let expected = (pitch - LOWEST_PITCH) * BINS_PER_SEMITONE + 1;
            assert!(
                peak.abs_diff(expected) <= usize::from(pitch < 40),
                "pitch {pitch}: {peak} for {expected}"
            );
        }
    }

    #[test]
    fn a_sine_has_much_the_same_response_at_every_pitch() {
        for pitch in 30..100 {
            let spectrum = spectrum_of(&sine(pitch_hz(pitch as f64), 1.0));
            let row = spectrum.magnitudes.row(spectrum.magnitudes.n_rows() / 2);
            let peak = row.iter().copied().fold(0.0, f32::max) / (N_FFT as f32 / 4.0);
            assert!((0.75..1.45).contains(&peak), "pitch {pitch}: {peak}");
        }
    }

    #[test]
    fn the_model_of_a_sine_matches_its_spectrum() {
        let kernels = LogKernels::new();
        for pitch in [28.3, 45.0, 62.4, 80.0, 101.0] {
            let spectrum = spectrum_of(&sine(pitch_hz(pitch), 1.0));
            let row = spectrum.magnitudes.row(spectrum.magnitudes.n_rows() / 2);
            let mut model = vec![0.0; N_LOG_BINS];
            kernels.add_sine_energy(pitch_hz(pitch), N_FFT as f64 / 4.0, &mut model);
            let peak = row.iter().copied().fold(0.0, f32::max);
            for (bin, (found, energy)) in row.iter().zip(&model).enumerate() {
                let expected = energy.sqrt() as f32;
                assert!((found - expected).abs() < 0.03 * peak, "{pitch} bin {bin}: {found} vs {expected}");
            }
        }
    }

    #[test]
    fn silence_and_one_sample_have_no_peaks() {
        for samples in [vec![], vec![1.0], vec![0.0; 30_000]] {
            let spectrum = spectrum_of(&samples);
            assert!(spectrum.pitch_deviation.iter().all(|&w| w == 0.0));
            assert!(spectrum.magnitudes.as_slice().iter().all(|x| x.is_finite()));
        }
    }
}
