//! Tempogram: which periods the onsets repeat at, window by window and over the whole song.

use sectionist_fft::RealFft;

use super::evidence::Evidence;
use crate::features::onset::N_ONSET_BANDS;
use crate::pace::Pace;
use crate::signal::hann;

/// Frames of a window of the tempogram (10.2 s).
const N_WINDOW: usize = 1024;
/// Frames from one window to the next (2.55 s).
const WINDOW_HOP: usize = 256;
/// Transform length: windows are padded so that the autocorrelation does not wrap.
const N_FFT: usize = 2048;
/// Activation above which more makes no difference, in units of the local RMS.
const ONSET_CAP: f32 = 4.0;
/// Ratio between neighbouring tempi of the tempogram.
const TEMPO_STEP: f64 = 1.015;

/// How well each tempo explains each window of the song: the product of autocorrelation, which also
/// answers at multiples of the period, and Fourier magnitude, which also answers at fractions of it
/// (Grosche & Müller 2011; Peeters 2006).
#[derive(Debug)]
pub(super) struct Tempogram {
    /// Beats per minute of the columns, rising by a constant ratio.
    pub(super) bpm: Vec<f64>,
    /// Seconds at the centre of each window.
    pub(super) times: Vec<f64>,
    /// Normalised autocorrelation at each tempo's period, `[n_windows][n_tempi]`, in [−1, 1].
    pub(super) autocorrelation: Vec<Vec<f32>>,
    /// Fourier magnitude at each tempo, `[n_windows][n_tempi]`, relative to the window's largest.
    pub(super) fourier: Vec<Vec<f32>>,
    /// Frames per second of the onsets.
    frame_rate: f64,
    /// Mean magnitude spectrum of each signal, `[N_SIGNALS][n_bins]`, each window's power summing to
    /// 1 over all signals and bins.
    spectra: [Vec<f32>; N_SIGNALS],
    /// Mean normalised autocorrelation of each signal by lag in frames, `[N_SIGNALS][N_WINDOW]`.
    autocorrelations: [Vec<f32>; N_SIGNALS],
}

/// Weight of each signal's power where tempi are looked for.
const POWER_WEIGHTS: [f32; N_SIGNALS] = [1.0, 1.0, 1.0, 1.0, 0.0, 2.0];

/// Signals whose spectra are told apart: the onset bands, the changes of harmony and the beats heard.
pub(super) const N_SIGNALS: usize = N_ONSET_BANDS + 2;

impl Tempogram {
    /// Computes the tempogram between `slowest` and `fastest` BPM. O(n_frames · log).
    pub(super) async fn compute(evidence: &Evidence, slowest: f64, fastest: f64, pace: &Pace) -> Self {
        let n_tempi = ((fastest / slowest).ln() / TEMPO_STEP.ln()).floor() as usize + 1;
        let bpm: Vec<f64> = (0..n_tempi).map(|idx| slowest * TEMPO_STEP.powi(idx as i32)).collect();
        let rate = evidence.grid.frame_rate();
        let mut fft = RealFft::new(N_FFT);
        let window = hann(N_WINDOW);
        let bias = autocorrelation_of(&window);
        let n_bins = N_FFT / 2 + 1;
        let mut this = Self {
            bpm,
            times: Vec::new(),
            autocorrelation: Vec::new(),
            fourier: Vec::new(),
            frame_rate: rate,
            spectra: std::array::from_fn(|_| vec![0.0; n_bins]),
            autocorrelations: std::array::from_fn(|_| vec![0.0; N_WINDOW]),
        };
        let mut frame = vec![0.0; N_FFT];
        let mut spectrum = fft.spectrum();
        let mut powers: [Vec<f32>; N_SIGNALS] = std::array::from_fn(|_| vec![0.0; n_bins]);
        let mut power = vec![0.0f32; n_bins];

        let n_frames = evidence.n_frames();
        let mut start = -(N_WINDOW as isize) / 2;
        while start + (N_WINDOW as isize) / 2 <= n_frames as isize {
            let signals = evidence.bands.iter().chain([&evidence.harmonic_onsets, &evidence.heard_beats]);
            for (signal, own) in signals.zip(&mut powers) {
                // Frames before the start and after the end of the song stay at the mean.
                let first = usize::try_from(-start).unwrap_or(0);
                let end = N_WINDOW.min(usize::try_from(n_frames as isize - start).unwrap_or(0));
                let at = |idx: usize| signal[(start + idx as isize) as usize].min(ONSET_CAP);
                let mean = (first..end).map(at).sum::<f32>() / (end.max(first + 1) - first) as f32;
                frame.fill(0.0);
                for idx in first..end {
                    frame[idx] = window[idx] * (at(idx) - mean);
                }
                fft.forward(&frame, &mut spectrum);
                let parts = spectrum.re.iter().zip(&spectrum.im);
                own.iter_mut().zip(parts).for_each(|(p, (re, im))| *p = re * re + im * im);
            }
            let total = powers.iter().flatten().sum::<f32>().max(f32::MIN_POSITIVE);
            for (mean, own) in this.spectra.iter_mut().zip(&powers) {
                mean.iter_mut().zip(own).for_each(|(m, p)| *m += (p / total).sqrt());
            }
            for (mean, own) in this.autocorrelations.iter_mut().zip(&powers) {
                spectrum.re.copy_from_slice(own);
                spectrum.im.fill(0.0);
                fft.inverse(&spectrum, &mut frame);
                if frame[0] > f32::MIN_POSITIVE {
                    let energy = frame[0];
                    mean.iter_mut()
                        .zip(frame.iter().zip(&bias))
                        .for_each(|(m, (r, b))| *m += r / energy / b.max(0.05));
                }
            }
            power.fill(0.0);
            for (own, weight) in powers.iter().zip(POWER_WEIGHTS) {
                power.iter_mut().zip(own).for_each(|(sum, p)| *sum += weight * p);
            }
            spectrum.re.copy_from_slice(&power);
            spectrum.im.fill(0.0);
            fft.inverse(&spectrum, &mut frame);
            let energy = frame[0].max(f32::MIN_POSITIVE);
            let loudest = power.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
            this.autocorrelation.push(
                this.bpm
                    .iter()
                    .map(|bpm| {
                        // frames/s · 60 s/min ÷ beats/min = frames/beat
                        let lag = rate * 60.0 / bpm;
                        interpolated(&frame, lag) / energy / interpolated(&bias, lag).max(0.05)
                    })
                    .collect(),
            );
            this.fourier.push(
                this.bpm
                    .iter()
                    .map(|bpm| (interpolated(&power, bpm / 60.0 / rate * N_FFT as f64) / loudest).sqrt())
                    .collect(),
            );
            this.times.push((start + (N_WINDOW / 2) as isize) as f64 / rate);
            start += WINDOW_HOP as isize;
            pace.spend((2 * N_SIGNALS + 1) * 60 * N_FFT).await;
        }
        let n_windows = this.times.len().max(1) as f32;
        let means = this.spectra.iter_mut().chain(&mut this.autocorrelations);
        means.flatten().for_each(|m| *m /= n_windows);
        this
    }

    /// Index of the window whose centre is nearest to `time`.
    pub(super) fn window_at(&self, time: f64) -> usize {
        let step = WINDOW_HOP as f64 / self.frame_rate;
        ((time / step).round().max(0.0) as usize).min(self.times.len().saturating_sub(1))
    }

    /// How well `bpm` explains a window: logarithm of the product of autocorrelation and Fourier magnitude.
    pub(super) fn salience(&self, window: usize, bpm: f64) -> f32 {
        let at = (bpm / self.bpm[0]).ln() / TEMPO_STEP.ln();
        if at < 0.0 {
            return 0.0;
        }
        let value = |rows: &[Vec<f32>]| interpolated(&rows[window], at).max(0.03);
        (value(&self.autocorrelation) * value(&self.fourier)).ln()
    }

    /// Pulse clarity: the windows' mean of the autocorrelation's greatest value (Lartillot et al. 2008,
    /// "MAX"), in [0, 1].
    pub(super) fn clarity(&self) -> f32 {
        let best = |row: &Vec<f32>| row.iter().copied().fold(0.0f32, f32::max).min(1.0);
        self.autocorrelation.iter().map(best).sum::<f32>() / self.autocorrelation.len().max(1) as f32
    }

    /// Mean magnitude of one signal at `bpm` events a minute; 0 beyond the spectrum.
    pub(super) fn magnitude(&self, signal: usize, bpm: f64) -> f32 {
        // events/min ÷ 60 s/min ÷ frames/s · frames = bins
        largest_near(&self.spectra[signal], bpm / 60.0 / self.frame_rate * N_FFT as f64)
    }

    /// Mean autocorrelation of one signal at the period of `bpm` events a minute; 0 beyond the window.
    pub(super) fn repetition(&self, signal: usize, bpm: f64) -> f32 {
        // frames/s · 60 s/min ÷ events/min = frames/event
        largest_near(&self.autocorrelations[signal], self.frame_rate * 60.0 / bpm)
    }

    /// Mean over all windows of autocorrelation and of Fourier magnitude, `[n_tempi]` each.
    pub(super) fn means(&self) -> (Vec<f32>, Vec<f32>) {
        let mean = |rows: &[Vec<f32>]| {
            let mut sum = vec![0.0f32; self.bpm.len()];
            for row in rows {
                sum.iter_mut().zip(row).for_each(|(s, x)| *s += x);
            }
            sum.iter().map(|s| s / rows.len().max(1) as f32).collect()
        };
        (mean(&self.autocorrelation), mean(&self.fourier))
    }
}

/// Autocorrelation of a window, 1 at lag 0, `[length]`.
fn autocorrelation_of(window: &[f32]) -> Vec<f32> {
    let energy: f32 = window.iter().map(|w| w * w).sum();
    (0..window.len())
        .map(|lag| window.iter().zip(&window[lag..]).map(|(a, b)| a * b).sum::<f32>() / energy)
        .collect()
}

/// `xs` at a fractional index, linearly interpolated; 0 beyond its ends.
fn interpolated(xs: &[f32], at: f64) -> f32 {
    let (idx, part) = (at as usize, at.fract() as f32);
    let value = |idx: usize| xs.get(idx).copied().unwrap_or(0.0);
    value(idx) * (1.0 - part) + value(idx + 1) * part
}

/// The largest of `xs` within 2.5 % of index `at`; 0 if that reaches beyond its end.
fn largest_near(xs: &[f32], at: f64) -> f32 {
    if at * 1.025 >= (xs.len() - 2) as f64 {
        return 0.0;
    }
    (-3..=3)
        .map(|step| interpolated(xs, at * (1.0 + 0.025 / 3.0 * f64::from(step))))
        .fold(f32::NEG_INFINITY, f32::max)
}
