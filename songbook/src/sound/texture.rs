//! Sound without notes: noise, wind, speech.

use std::f64::consts::TAU;

use crate::chance::Chance;

use super::RATE;

/// A kind of texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texture {
    /// White noise.
    Hiss,
    /// Noise through a resonance that wanders, like wind or surf.
    Wind,
    /// Syllables without words: a voice's buzz and hiss through the mouth's resonances.
    Babble,
    /// Knocks at random times.
    Rattle,
}

impl Texture {
    /// As truth files say it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hiss => "hiss",
            Self::Wind => "wind",
            Self::Babble => "babble",
            Self::Rattle => "rattle",
        }
    }

    /// So many seconds of it, with a peak around 1.
    pub(crate) fn render(self, seconds: f64, chance: &mut Chance) -> Vec<f32> {
        let n = (seconds * RATE) as usize;
        match self {
            Self::Hiss => (0..n).map(|_| 0.25 * chance.normal() as f32).collect(),
            Self::Wind => wind(n, chance),
            Self::Babble => babble(n, chance),
            Self::Rattle => rattle(n, chance),
        }
    }
}

/// A two-pole resonator.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Resonator {
    y: [f64; 2],
}

impl Resonator {
    pub(crate) fn next(&mut self, x: f64, hz: f64, width: f64) -> f64 {
        let r = (-std::f64::consts::PI * width / RATE).exp();
        let y = (1.0 - r) * x + 2.0 * r * (TAU * hz / RATE).cos() * self.y[0] - r * r * self.y[1];
        self.y = [y, self.y[0]];
        y
    }
}

fn wind(n: usize, chance: &mut Chance) -> Vec<f32> {
    let mut resonator = Resonator::default();
    let (mut hz, mut level) = (600.0f64, 0.5f64);
    let (mut hz_to, mut level_to) = (hz, level);
    (0..n)
        .map(|i| {
            if i % 8000 == 0 {
                hz_to = chance.range(250.0, 1500.0);
                level_to = chance.range(0.1, 1.0);
            }
            hz += (hz_to - hz) * 1e-4;
            level += (level_to - level) * 1e-4;
            (4.0 * level * resonator.next(chance.normal(), hz, 200.0)) as f32
        })
        .collect()
}

fn rattle(n: usize, chance: &mut Chance) -> Vec<f32> {
    let mut samples = vec![0.0f32; n];
    let mut at = 0.0;
    let rate = chance.range(1.5, 6.0);
    loop {
        // A Poisson process: no pulse at any rate.
        at -= (1.0 - chance.unit()).ln() / rate;
        let start = (at * RATE) as usize;
        if start >= n {
            return samples;
        }
        let (hz, decay, size) =
            (chance.range(150.0, 3000.0), chance.range(0.01, 0.08), chance.range(0.2, 1.0));
        for (k, x) in samples.iter_mut().skip(start).take((6.0 * decay * RATE) as usize).enumerate() {
            let t = k as f64 / RATE;
            let body = (TAU * hz * t).sin() + 0.5 * chance.range(-1.0, 1.0);
            *x += (size * (-t / decay).exp() * body) as f32;
        }
    }
}

/// Vowels by their first three resonances in Hz.
pub(crate) const VOWELS: [[f64; 3]; 6] = [
    [730.0, 1090.0, 2440.0],
    [530.0, 1840.0, 2480.0],
    [270.0, 2290.0, 3010.0],
    [570.0, 840.0, 2410.0],
    [300.0, 870.0, 2240.0],
    [490.0, 1350.0, 1690.0],
];

fn babble(n: usize, chance: &mut Chance) -> Vec<f32> {
    let mut samples = vec![0.0f32; n];
    let base = chance.range(85.0, 230.0);
    let size = if base > 150.0 { 1.15 } else { 1.0 };
    let mut mouth = [Resonator::default(); 3];
    let (mut i, mut phase) = (0usize, 0.0f64);
    let mut left_in_breath = 0usize;
    let mut vowel = VOWELS[0];
    while i < n {
        if left_in_breath == 0 {
            i += (chance.range(0.25, 1.1) * RATE) as usize;
            left_in_breath = 4 + chance.below(12);
        }
        left_in_breath -= 1;
        // A consonant, then a vowel; lengths vary widely, as in speech.
        let hiss = if chance.often(0.6) { chance.range(0.02, 0.12) } else { 0.0 };
        let hiss_hz = chance.range(1800.0, 6500.0);
        let mut teeth = Resonator::default();
        for _ in 0..(hiss * RATE) as usize {
            if i < n {
                samples[i] += (0.6 * teeth.next(chance.normal(), hiss_hz, 900.0)) as f32;
            }
            i += 1;
        }
        let length = ((chance.normal() * 0.45 - 1.9).exp()).clamp(0.05, 0.4);
        let target = chance.pick(&VOWELS);
        let pitch = base * (1.0 + 0.02 * left_in_breath as f64) * (0.12 * chance.normal()).exp();
        let stress = chance.range(0.5, 1.0);
        let m = (length * RATE) as usize;
        for k in 0..m {
            let x = k as f64 / m as f64;
            phase += pitch * (1.0 + 0.08 * (x - 0.5)) / RATE;
            let buzz = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= phase.floor();
            for (v, to) in vowel.iter_mut().zip(target) {
                *v += (to - *v) * 0.002;
            }
            let envelope = (x / 0.15).min((1.0 - x) / 0.3).clamp(0.0, 1.0) * stress;
            let voiced: f64 = mouth
                .iter_mut()
                .zip(vowel)
                .zip([1.0, 0.6, 0.3])
                .map(|((r, hz), gain)| gain * r.next(20.0 * buzz, hz * size, 90.0))
                .sum();
            if i < n {
                samples[i] += (envelope * voiced) as f32;
            }
            i += 1;
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textures_sound_from_end_to_end() {
        for texture in [Texture::Hiss, Texture::Wind, Texture::Babble, Texture::Rattle] {
            let samples = texture.render(8.0, &mut Chance::new(3));
            assert_eq!(samples.len(), (8.0 * RATE) as usize);
            assert!(samples.iter().all(|x| x.is_finite() && x.abs() < 30.0));
            for half in samples.chunks(samples.len() / 2) {
                let energy: f32 = half.iter().map(|x| x * x).sum();
                assert!(energy > 1.0, "{texture:?} {energy}");
            }
        }
    }
}
