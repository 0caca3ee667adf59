//! What records do to a mix: unsteady speed, limiting, lossy coding.

use std::f64::consts::{PI, TAU};

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::RATE;

/// Reads the samples at a speed that sways by `depth` of itself, `rate` times a second.
pub(super) fn wow(samples: &mut [f32], depth: f64, rate: f64) {
    let dry = samples.to_vec();
    // The integral of a speed of 1 + depth · cos(2π · rate · t), in samples.
    let reach = depth * RATE / (TAU * rate);
    for (i, x) in samples.iter_mut().enumerate() {
        let at = (i as f64 + reach * (TAU * rate * i as f64 / RATE).sin()).max(0.0);
        let (whole, part) = (at as usize, at.fract() as f32);
        let sample = |k: usize| dry.get(k).copied().unwrap_or(0.0);
        *x = (1.0 - part) * sample(whole) + part * sample(whole + 1);
    }
}

/// Louder by `gain_db`, with peaks turned down ahead of time so that none is over 1; back within `release` seconds.
pub(super) fn limit(samples: &mut [f32], gain_db: f64, release: f64) {
    const AHEAD: usize = 64;
    let gain = 10f64.powf(gain_db / 20.0) as f32;
    samples.iter_mut().for_each(|x| *x *= gain);
    let back = (-1.0 / (release * RATE)).exp() as f32;
    // The least gain that any of the next samples needs, then risen again slowly, then smoothed over what is ahead.
    let need: Vec<f32> = samples.iter().map(|x| 1.0 / x.abs().max(1.0)).collect();
    let mut held: Vec<f32> = Vec::with_capacity(need.len());
    let mut deque: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    let mut next = 0;
    let mut now = 1.0f32;
    for i in 0..need.len() {
        while next < need.len().min(i + AHEAD) {
            while deque.back().is_some_and(|&last| need[last] >= need[next]) {
                deque.pop_back();
            }
            deque.push_back(next);
            next += 1;
        }
        while deque.front().is_some_and(|&first| first < i) {
            deque.pop_front();
        }
        let least = deque.front().map_or(1.0, |&first| need[first]);
        now = least.min(1.0 - back * (1.0 - now));
        held.push(now);
    }
    let mut sum = AHEAD as f32;
    for (i, x) in samples.iter_mut().enumerate() {
        sum += held[i] - if i >= AHEAD { held[i - AHEAD] } else { 1.0 };
        *x = (*x * sum / AHEAD as f32).clamp(-1.0, 1.0);
    }
}

/// Coefficients of a frame.
const N: usize = 512;

/// Codes as lossy coders do: a lapped transform (Princen & Bradley 1986) whose bands are rounded to `snr_db` below
/// their level, and dropped above `cut` Hz or where `floor_db` below the frame's loudest.
pub(super) fn code(samples: &mut [f32], snr_db: f64, cut: f64, floor_db: f64) {
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(4 * N), planner.plan_fft_inverse(4 * N));
    let window: Vec<f32> =
        (0..2 * N).map(|n| (PI * (n as f64 + 0.5) / (2 * N) as f64).sin() as f32).collect();
    let twist: Vec<Complex<f32>> = (0..N)
        .map(|k| {
            let angle = -PI / N as f64 * (k as f64 + 0.5) * (N as f64 + 1.0) / 2.0;
            Complex::new(angle.cos() as f32, angle.sin() as f32)
        })
        .collect();
    let last = (cut / (RATE / 2.0) * N as f64) as usize;
    let mut out = vec![0.0f32; samples.len() + 3 * N];
    let (mut time, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    for frame in 0..samples.len().div_ceil(N) + 1 {
        time.fill(0.0);
        for (n, x) in time.iter_mut().take(2 * N).enumerate() {
            let sample = (frame * N + n).checked_sub(N).and_then(|at| samples.get(at));
            *x = window[n] * sample.copied().unwrap_or(0.0);
        }
        // Lengths are the plan's own, so neither transform can fail.
        let _ = forward.process(&mut time, &mut spectrum);
        let mut coefficients: Vec<f32> = (0..N).map(|k| (spectrum[2 * k + 1] * twist[k]).re).collect();
        quantise(&mut coefficients, snr_db, last, floor_db);
        spectrum.fill(Complex::new(0.0, 0.0));
        for (k, x) in coefficients.iter().enumerate() {
            spectrum[2 * k + 1] = twist[k].conj() * *x;
        }
        let _ = inverse.process(&mut spectrum, &mut time);
        // The sum is twice the real part of that over half the bins; the transform's own scale is 2 / N.
        for (n, y) in time.iter().take(2 * N).enumerate() {
            out[frame * N + n] += window[n] * y / N as f32;
        }
    }
    samples.iter_mut().zip(&out[N..]).for_each(|(x, y)| *x = *y);
}

/// Rounds bands, a fifth of their frequency wide.
fn quantise(coefficients: &mut [f32], snr_db: f64, last: usize, floor_db: f64) {
    coefficients.iter_mut().skip(last).for_each(|x| *x = 0.0);
    let rms = |band: &[f32]| (band.iter().map(|x| x * x).sum::<f32>() / band.len() as f32).sqrt();
    let loudest = coefficients.iter().fold(0.0f32, |a, x| a.max(x.abs()));
    let floor = loudest * 10f64.powf(-floor_db / 20.0) as f32;
    let mut from = 0;
    while from < coefficients.len() {
        let to = (from + 4.max(from / 5)).min(coefficients.len());
        let band = &mut coefficients[from..to];
        let level = rms(band);
        // Noise of rounding has an RMS of the step over √12.
        let step = level * 10f64.powf(-snr_db / 20.0) as f32 * 12f32.sqrt();
        if level < floor || step <= 0.0 {
            band.fill(0.0);
        } else {
            band.iter_mut().for_each(|x| *x = (*x / step).round() * step);
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn noise(n: usize) -> Vec<f32> {
        let mut chance = Chance::new(8);
        (0..n).map(|_| chance.range(-0.5, 0.5) as f32).collect()
    }

    fn error_db(clean: &[f32], other: &[f32]) -> f64 {
        let sum = |f: &dyn Fn(usize) -> f32| (0..clean.len()).map(|i| f64::from(f(i).powi(2))).sum::<f64>();
        10.0 * (sum(&|i| clean[i] - other[i]) / sum(&|i| clean[i])).log10()
    }

    #[test]
    fn coding_is_as_good_as_it_is_told() {
        let clean = noise(8000);
        for (snr, low, high) in [(90.0, -200.0, -70.0), (12.0, -14.0, -10.0), (6.0, -8.0, -4.5)] {
            let mut coded = clean.clone();
            code(&mut coded, snr, 12_000.0, 90.0);
            let error = error_db(&clean, &coded);
            assert!((low..high).contains(&error), "{snr}: {error}");
        }
    }

    #[test]
    fn a_limiter_makes_louder_and_never_clips() {
        let mut samples = noise(8000);
        samples[4000] = 1.0;
        let before: f32 = samples.iter().map(|x| x * x).sum();
        limit(&mut samples, 12.0, 0.1);
        let after: f32 = samples.iter().map(|x| x * x).sum();
        assert!(after > 1.5 * before && samples.iter().all(|x| x.abs() <= 1.0), "{before} {after}");
    }

    #[test]
    fn wow_bends_pitch_but_keeps_time() {
        let mut samples: Vec<f32> =
            (0..22_050).map(|i| (TAU * 440.0 * f64::from(i) / RATE).sin() as f32).collect();
        samples[11_025..].fill(0.0);
        let clean = samples.clone();
        wow(&mut samples, 0.003, 0.6);
        assert!(error_db(&clean, &samples) > -20.0);
        // Less than 3 ms.
        assert!(samples[11_100..].iter().all(|x| x.abs() < 1e-3));
    }
}
