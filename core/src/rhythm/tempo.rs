//! Tempogram, ranked tempo hypotheses, and the tempo's path through the song.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex32;

use super::evidence::Evidence;
use crate::pace::Pace;
use crate::params::{AnalysisParams, Style};
use crate::signal::hann;

/// Frames of a window of the tempogram (10.2 s).
const N_WINDOW: usize = 1024;
/// Frames from one window to the next (2.55 s).
const WINDOW_HOP: usize = 256;
/// Transform length: windows are padded so that the autocorrelation does not wrap.
const N_FFT: usize = 2048;
/// Ratio between neighbouring tempi of the tempogram.
const TEMPO_STEP: f64 = 1.015;

/// How well each tempo explains each window of the song: the product of autocorrelation, which also
/// answers at multiples of the period, and Fourier magnitude, which also answers at fractions of it
/// (Grosche & Müller 2011; Peeters 2006).
pub(super) struct Tempogram {
    /// Beats per minute of the columns, rising by a constant ratio.
    pub(super) bpm: Vec<f64>,
    /// Seconds at the centre of each window.
    pub(super) times: Vec<f64>,
    /// Normalised autocorrelation at each tempo's period, `[n_windows][n_tempi]`, in [−1, 1].
    pub(super) autocorrelation: Vec<Vec<f32>>,
    /// Fourier magnitude at each tempo, `[n_windows][n_tempi]`, relative to the window's largest.
    pub(super) fourier: Vec<Vec<f32>>,
}

impl Tempogram {
    /// Computes the tempogram between `slowest` and `fastest` BPM. O(n_frames · log).
    pub(super) async fn compute(evidence: &Evidence, slowest: f64, fastest: f64, pace: &Pace) -> Self {
        let n_tempi = ((fastest / slowest).ln() / TEMPO_STEP.ln()).floor() as usize + 1;
        let bpm: Vec<f64> = (0..n_tempi).map(|idx| slowest * TEMPO_STEP.powi(idx as i32)).collect();
        let rate = evidence.grid.frame_rate();
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(N_FFT), planner.plan_fft_inverse(N_FFT));
        let window = hann(N_WINDOW);
        let bias = autocorrelation_of(&window);
        let mut this = Self { bpm, times: Vec::new(), autocorrelation: Vec::new(), fourier: Vec::new() };
        let mut frame = forward.make_input_vec();
        let mut spectrum = forward.make_output_vec();
        let mut power = vec![0.0f32; N_FFT / 2 + 1];

        let n_frames = evidence.n_frames();
        let mut start = -(N_WINDOW as isize) / 2;
        while start + (N_WINDOW as isize) / 2 <= n_frames as isize {
            power.fill(0.0);
            for band in &evidence.bands {
                let at = |idx: usize| {
                    usize::try_from(start + idx as isize)
                        .ok()
                        .and_then(|t| band.get(t))
                        .copied()
                        .unwrap_or(0.0)
                };
                let mean = (0..N_WINDOW).map(at).sum::<f32>() / N_WINDOW as f32;
                frame.fill(0.0);
                for (idx, (x, w)) in frame.iter_mut().zip(&window).enumerate() {
                    *x = w * (at(idx).min(4.0) - mean);
                }
                if forward.process(&mut frame, &mut spectrum).is_ok() {
                    power.iter_mut().zip(&spectrum).for_each(|(p, c)| *p += c.norm_sqr());
                }
            }
            for (c, &p) in spectrum.iter_mut().zip(&power) {
                *c = Complex32::new(p, 0.0);
            }
            if inverse.process(&mut spectrum, &mut frame).is_err() {
                break;
            }
            let energy = frame[0].max(f32::MIN_POSITIVE);
            let loudest = power.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
            let at_tempo = |xs: &[f32], at: f64| {
                let (idx, part) = (at as usize, at.fract() as f32);
                xs.get(idx).copied().unwrap_or(0.0) * (1.0 - part)
                    + xs.get(idx + 1).copied().unwrap_or(0.0) * part
            };
            this.autocorrelation.push(
                this.bpm
                    .iter()
                    .map(|bpm| {
                        // frames/s · 60 s/min ÷ beats/min = frames/beat
                        let lag = rate * 60.0 / bpm;
                        at_tempo(&frame, lag) / energy / at_tempo(&bias, lag).max(0.05)
                    })
                    .collect(),
            );
            this.fourier.push(
                this.bpm
                    .iter()
                    .map(|bpm| (at_tempo(&power, bpm / 60.0 / rate * N_FFT as f64) / loudest).sqrt())
                    .collect(),
            );
            this.times.push((start + (N_WINDOW / 2) as isize) as f64 / rate);
            start += WINDOW_HOP as isize;
            pace.spend(5 * 60 * N_FFT).await;
        }
        this
    }

    /// Pulse clarity: the windows' mean of the autocorrelation's greatest value (Lartillot et al. 2008,
    /// "MAX"), in [0, 1].
    pub(super) fn clarity(&self) -> f32 {
        let best = |row: &Vec<f32>| row.iter().copied().fold(0.0f32, f32::max).min(1.0);
        self.autocorrelation.iter().map(best).sum::<f32>() / self.autocorrelation.len().max(1) as f32
    }

    /// Mean over all windows of autocorrelation and of Fourier magnitude, `[n_tempi]` each.
    fn means(&self) -> (Vec<f32>, Vec<f32>) {
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

/// A tempo that might be the song's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hypothesis {
    /// Beats per minute.
    pub(super) bpm: f64,
    /// Natural logarithm of its weight.
    pub(super) score: f64,
}

/// Centre in BPM and width in octaves of the tempi that each style is tapped at.
const fn tempo_prior(style: Style) -> (f64, f64) {
    match style {
        Style::Auto | Style::Pop | Style::Rock => (112.0, 0.75),
        Style::Electronic => (126.0, 0.45),
        Style::HipHop => (92.0, 0.5),
        Style::Jazz => (130.0, 0.9),
        Style::Classical | Style::Folk => (105.0, 0.9),
    }
}

/// Lowest mean autocorrelation at the best period that counts as a pulse.
const PULSE_FLOOR: f32 = 0.12;

/// Ranks the tempi of the whole song, most likely first, at most eight; empty without a pulse.
pub(super) fn rank_tempi(tempogram: &Tempogram, params: &AnalysisParams) -> Vec<Hypothesis> {
    let (autocorrelation, fourier) = tempogram.means();
    let (centre, width) = tempo_prior(params.style);
    let score = |idx: usize| {
        let octaves = (tempogram.bpm[idx] / centre).log2() / width;
        f64::from((autocorrelation[idx].max(1e-3) * fourier[idx].max(1e-3)).ln()) - 0.5 * octaves * octaves
    };
    let allowed = |bpm: f64| bpm >= params.tempo_min.get() && bpm <= params.tempo_max.get();
    let n = tempogram.bpm.len();
    let mut found: Vec<Hypothesis> = (0..n)
        .filter(|&idx| allowed(tempogram.bpm[idx]) && autocorrelation[idx] > PULSE_FLOOR)
        .filter(|&idx| {
            let near = idx.saturating_sub(3)..(idx + 4).min(n);
            near.into_iter().all(|other| score(other) <= score(idx))
        })
        .map(|idx| Hypothesis { bpm: tempogram.bpm[idx], score: score(idx) })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(8);
    found
}

/// The tempo at each window: the Viterbi path through the tempogram, drawn to the song's tempo.
///
/// Returns `[n_windows]` indices into `tempogram.bpm`. O(n_windows · n_tempi).
pub(super) fn trace_tempo(tempogram: &Tempogram, best: f64, params: &PathParams) -> Vec<usize> {
    let n = tempogram.bpm.len();
    let octaves: Vec<f64> = tempogram.bpm.iter().map(|bpm| (bpm / best).log2()).collect();
    let mut score = vec![0.0f64; n];
    let mut origins: Vec<Vec<u16>> = Vec::with_capacity(tempogram.times.len());
    for (autocorrelation, fourier) in tempogram.autocorrelation.iter().zip(&tempogram.fourier) {
        let (moved, origin) = moved(&score, params);
        score = moved;
        for idx in 0..n {
            let seen = f64::from(autocorrelation[idx].max(0.03) * fourier[idx].max(0.03)).ln();
            let away = (octaves[idx].abs() / params.octaves).min(params.away_max);
            score[idx] += params.weight * seen - away * away;
        }
        origins.push(origin);
    }
    let mut idx = (0..n).max_by(|&a, &b| score[a].total_cmp(&score[b])).unwrap_or(0);
    let mut path = vec![0; origins.len()];
    for (step, origin) in origins.iter().enumerate().rev() {
        path[step] = idx;
        idx = origin[idx] as usize;
    }
    path
}

/// Parameters of [`trace_tempo`].
#[derive(Debug, Clone, Copy)]
pub(super) struct PathParams {
    /// Cost of a change by one step of the tempogram's grid.
    pub(super) step_cost: f64,
    /// Largest cost of any change.
    pub(super) jump_cost: f64,
    /// Weight of the tempogram.
    pub(super) weight: f64,
    /// Distance from the song's tempo in octaves that costs 1 a window.
    pub(super) octaves: f64,
    /// Largest distance, in units of `octaves`.
    pub(super) away_max: f64,
}

impl Default for PathParams {
    fn default() -> Self {
        Self { step_cost: 0.6, jump_cost: 6.0, weight: 1.0, octaves: 0.25, away_max: 1.5 }
    }
}

/// Best score after a change of tempo, and where it came from.
fn moved(score: &[f64], params: &PathParams) -> (Vec<f64>, Vec<u16>) {
    let n = score.len();
    let mut best = score.to_vec();
    let mut origin: Vec<u16> = (0..n).map(|idx| idx as u16).collect();
    for idx in 1..n {
        if best[idx - 1] - params.step_cost > best[idx] {
            best[idx] = best[idx - 1] - params.step_cost;
            origin[idx] = origin[idx - 1];
        }
    }
    for idx in (0..n.saturating_sub(1)).rev() {
        if best[idx + 1] - params.step_cost > best[idx] {
            best[idx] = best[idx + 1] - params.step_cost;
            origin[idx] = origin[idx + 1];
        }
    }
    let top = (0..n).max_by(|&a, &b| score[a].total_cmp(&score[b])).unwrap_or(0);
    for idx in 0..n {
        if score[top] - params.jump_cost > best[idx] {
            best[idx] = score[top] - params.jump_cost;
            origin[idx] = top as u16;
        }
    }
    (best, origin)
}
