//! What happens to a mix: rooms, tape, amplifiers, telephones.

use crate::chance::Chance;

use super::{RATE, record};

/// An effect on the whole mix.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// Schroeder's room: decay to −60 dB in `seconds`, `wet` added to the dry sound.
    Reverb { seconds: f64, wet: f32 },
    /// Louder is turned down: above `threshold_db` of full scale by `ratio`, back within `release` seconds.
    Compress { threshold_db: f64, ratio: f64, release: f64 },
    /// Saturation, 1 (hardly) to 4 (badly).
    Drive(f32),
    /// White noise of this RMS, relative to the peak.
    Noise { level: f32 },
    /// Clicks of a record, so many a second.
    Crackle { rate: f64 },
    /// First-order cuts below and above these frequencies in Hz.
    Band { low: f64, high: f64 },
    /// Brighter by so many dB around 4 kHz against 250 Hz; duller if negative.
    Tilt { db: f64 },
    /// Turned down by `depth` at these times in seconds and back within `seconds`, as sidechains do.
    Duck { times: Vec<f64>, depth: f32, seconds: f64 },
    /// Louder from silence over the first seconds, or softer over the last.
    Fade { seconds_in: f64, seconds_out: f64 },
    /// Speed that sways by `depth` of itself, `rate` times a second, as of tape and of records off their centre.
    Wow { depth: f64, rate: f64 },
    /// Louder by so many dB with peaks held down, as records are; gain comes back within `release` seconds.
    Limit { gain_db: f64, release: f64 },
    /// Lossy coding: bands rounded to so many dB below their level, none above `cut` Hz nor `floor_db` below the loudest.
    Code { snr_db: f64, cut: f64, floor_db: f64 },
}

impl Effect {
    /// Applies it to samples whose peak is 1.
    pub(crate) fn apply(&self, samples: &mut [f32], chance: &mut Chance) {
        match self {
            Self::Reverb { seconds, wet } => reverb(samples, *seconds, *wet),
            Self::Compress { threshold_db, ratio, release } => {
                compress(samples, *threshold_db, *ratio, *release);
            }
            Self::Drive(amount) => samples.iter_mut().for_each(|x| *x = (*x * amount).tanh()),
            Self::Noise { level } => samples.iter_mut().for_each(|x| *x += level * chance.normal() as f32),
            Self::Crackle { rate } => crackle(samples, *rate, chance),
            Self::Band { low, high } => band(samples, *low, *high),
            Self::Tilt { db } => tilt(samples, *db),
            Self::Duck { times, depth, seconds } => duck(samples, times, *depth, *seconds),
            Self::Fade { seconds_in, seconds_out } => fade(samples, *seconds_in, *seconds_out),
            Self::Wow { depth, rate } => record::wow(samples, *depth, *rate),
            Self::Limit { gain_db, release } => {
                normalise(samples, 1.0);
                record::limit(samples, *gain_db, *release);
            }
            Self::Code { snr_db, cut, floor_db } => record::code(samples, *snr_db, *cut, *floor_db),
        }
    }
}

/// Scales to a peak of `peak`; silence stays silence.
pub(crate) fn normalise(samples: &mut [f32], peak: f32) {
    let loudest = samples.iter().fold(0.0f32, |a, x| a.max(x.abs()));
    if loudest > 1e-6 {
        samples.iter_mut().for_each(|x| *x *= peak / loudest);
    }
}

/// Takes away what does not swing: all below 15 Hz.
pub(crate) fn centre(samples: &mut [f32]) {
    let a = (1.0 - (-std::f64::consts::TAU * 15.0 / RATE).exp()) as f32;
    let mut low = 0.0f32;
    for x in samples.iter_mut() {
        low += a * (*x - low);
        *x -= low;
    }
}

/// RMS of what sounds: of samples over a thousandth of the peak.
pub(crate) fn loudness(samples: &[f32]) -> f32 {
    let peak = samples.iter().fold(0.0f32, |a, x| a.max(x.abs()));
    let (sum, n) = samples
        .iter()
        .filter(|x| x.abs() > 1e-3 * peak)
        .fold((0.0f64, 0u32), |(sum, n), x| (sum + f64::from(x * x), n + 1));
    (sum / f64::from(n.max(1))).sqrt() as f32
}

/// Four feedback combs side by side, then two all-passes (Schroeder 1962).
fn reverb(samples: &mut [f32], seconds: f64, wet: f32) {
    const COMBS: [f64; 4] = [0.0297, 0.0371, 0.0411, 0.0437];
    const PASSES: [f64; 2] = [0.005, 0.0017];
    let mut room = vec![0.0f32; samples.len()];
    for delay in COMBS {
        let n = (delay * RATE) as usize;
        let gain = 10f64.powf(-3.0 * delay / seconds) as f32;
        let mut line = vec![0.0f32; n];
        let mut dull = 0.0;
        for (i, (x, y)) in samples.iter().zip(&mut room).enumerate() {
            let out = line[i % n];
            dull = 0.7 * out + 0.3 * dull;
            line[i % n] = x + gain * dull;
            *y += 0.25 * out;
        }
    }
    for delay in PASSES {
        let n = (delay * RATE) as usize;
        let mut line = vec![0.0f32; n];
        for (i, y) in room.iter_mut().enumerate() {
            let late = line[i % n];
            let into = *y + 0.7 * late;
            line[i % n] = into;
            *y = late - 0.7 * into;
        }
    }
    samples.iter_mut().zip(room).for_each(|(x, y)| *x += wet * y);
}

fn compress(samples: &mut [f32], threshold_db: f64, ratio: f64, release: f64) {
    let attack = (-1.0 / (0.005 * RATE)).exp();
    let release = (-1.0 / (release * RATE)).exp();
    let mut level = 0.0f64;
    for x in samples.iter_mut() {
        let now = f64::from(x.abs());
        let keep = if now > level { attack } else { release };
        level = keep * level + (1.0 - keep) * now;
        let over = 20.0 * level.max(1e-6).log10() - threshold_db;
        if over > 0.0 {
            *x *= 10f64.powf(-over * (1.0 - 1.0 / ratio) / 20.0) as f32;
        }
    }
    normalise(samples, 1.0);
}

fn band(samples: &mut [f32], low: f64, high: f64) {
    let (a, b) = (
        (1.0 - (-std::f64::consts::TAU * low / RATE).exp()) as f32,
        (1.0 - (-std::f64::consts::TAU * high / RATE).exp()) as f32,
    );
    let (mut bass, mut smooth) = (0.0f32, 0.0f32);
    for x in samples.iter_mut() {
        bass += a * (*x - bass);
        smooth += b * (*x - bass - smooth);
        *x = smooth;
    }
}

/// Splits at 1 kHz and weighs the halves.
fn tilt(samples: &mut [f32], db: f64) {
    let a = (1.0 - (-std::f64::consts::TAU * 1000.0 / RATE).exp()) as f32;
    let gain = 10f64.powf(db / 40.0) as f32;
    let mut low = 0.0f32;
    for x in samples.iter_mut() {
        low += a * (*x - low);
        *x = low / gain + (*x - low) * gain;
    }
    normalise(samples, 1.0);
}

fn crackle(samples: &mut [f32], rate: f64, chance: &mut Chance) {
    for i in 0..samples.len() {
        if chance.often(rate / RATE) {
            let (size, n) = (chance.range(0.01, 0.12) as f32, 3 + chance.below(20));
            for x in samples.iter_mut().skip(i).take(n) {
                *x += size * chance.range(-1.0, 1.0) as f32;
            }
        }
    }
}

pub(super) fn duck(samples: &mut [f32], times: &[f64], depth: f32, seconds: f64) {
    for &time in times {
        let start = (time * RATE).max(0.0) as usize;
        let n = (seconds * RATE) as usize;
        for (k, x) in samples.iter_mut().skip(start).take(n).enumerate() {
            let back = k as f32 / n as f32;
            *x *= 1.0 - depth * (1.0 - back);
        }
    }
}

fn fade(samples: &mut [f32], seconds_in: f64, seconds_out: f64) {
    let n = samples.len();
    let (rise, fall) = ((seconds_in * RATE) as usize, (seconds_out * RATE) as usize);
    for (i, x) in samples.iter_mut().enumerate() {
        if i < rise {
            *x *= i as f32 / rise as f32;
        }
        if n - i <= fall {
            *x *= (n - i) as f32 / fall as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, seconds: f64) -> Vec<f32> {
        (0..(seconds * RATE) as usize)
            .map(|i| (std::f64::consts::TAU * hz * i as f64 / RATE).sin() as f32)
            .collect()
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn every_effect_leaves_finite_sound_of_the_same_length() {
        let effects = [
            Effect::Reverb { seconds: 1.0, wet: 0.3 },
            Effect::Compress { threshold_db: -20.0, ratio: 4.0, release: 0.1 },
            Effect::Drive(3.0),
            Effect::Noise { level: 0.01 },
            Effect::Crackle { rate: 10.0 },
            Effect::Band { low: 100.0, high: 4000.0 },
            Effect::Tilt { db: 8.0 },
            Effect::Duck { times: vec![0.0, 0.5], depth: 0.7, seconds: 0.3 },
            Effect::Fade { seconds_in: 0.2, seconds_out: 0.2 },
            Effect::Wow { depth: 0.002, rate: 0.6 },
            Effect::Limit { gain_db: 9.0, release: 0.1 },
            Effect::Code { snr_db: 10.0, cut: 7000.0, floor_db: 60.0 },
        ];
        for effect in effects {
            let clean = tone(440.0, 1.0);
            let mut samples = clean.clone();
            effect.apply(&mut samples, &mut Chance::new(1));
            assert_eq!(samples.len(), clean.len());
            assert!(samples.iter().all(|x| x.is_finite() && x.abs() < 4.0), "{effect:?}");
            assert!(samples != clean, "{effect:?} does nothing");
        }
    }

    #[test]
    fn the_band_lets_the_middle_through() {
        let level = |hz: f64| {
            let mut samples = tone(hz, 0.5);
            band(&mut samples, 200.0, 3000.0);
            rms(&samples[2000..])
        };
        assert!(level(800.0) > 0.6);
        assert!(level(40.0) < 0.2);
        assert!(level(10_000.0) < 0.35);
    }

    #[test]
    fn a_room_rings_on() {
        let mut samples = vec![0.0; 22_050];
        samples[0] = 1.0;
        reverb(&mut samples, 1.0, 0.5);
        let (early, late) = (rms(&samples[1000..4000]), rms(&samples[18_000..]));
        assert!(early > 5.0 * late && late > 0.0, "{early} {late}");
    }
}
