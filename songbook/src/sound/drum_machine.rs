//! A drum machine: sweeps, noise and metal, set anew for each song, so that drums do not all come from
//! one soundfont.

use std::f64::consts::TAU;

use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;

/// The settings of a drum machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct DrumMachine {
    /// Bass drum: final and first frequency in Hz, seconds to fall to a third.
    kick: [f64; 3],
    /// Snare: frequency in Hz, share of noise, seconds.
    snare: [f64; 3],
    /// Hats: seconds closed and open, share of metal in the noise.
    hat: [f64; 3],
    /// Lowest frequency of cymbals in Hz.
    edge: f64,
    /// Seed of the noise.
    seed: u64,
}

/// What makes a stroke.
struct Recipe {
    /// Frequency in Hz at first and at last, level.
    body: [f64; 3],
    /// Seconds to fall to 37 %.
    body_decay: f64,
    /// Level and seconds of the noise, lowest frequency in Hz.
    noise: [f64; 3],
    /// Share of inharmonic partials in the noise.
    metal: f64,
    /// Seconds between repeated bursts, as of clapping hands; 0 for one.
    bursts: f64,
}

impl DrumMachine {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        Self {
            kick: [chance.range(42.0, 62.0), chance.range(110.0, 320.0), chance.range(0.08, 0.3)],
            snare: [chance.range(150.0, 260.0), chance.range(0.4, 1.0), chance.range(0.06, 0.18)],
            hat: [chance.range(0.012, 0.045), chance.range(0.12, 0.35), chance.range(0.0, 0.8)],
            edge: chance.range(3500.0, 7000.0),
            seed: chance.fork().below(1 << 30) as u64,
        }
    }

    /// Plays strokes into `n` samples.
    pub(crate) fn play(&self, notes: &[Sounding], n: usize) -> Vec<f32> {
        let mut samples = vec![0.0f32; n];
        let mut strokes: Vec<(u8, Vec<f32>)> = Vec::new();
        for note in notes {
            let idx = match strokes.iter().position(|(pitch, _)| *pitch == note.pitch) {
                Some(idx) => idx,
                None => {
                    strokes.push((note.pitch, self.stroke(note.pitch)));
                    strokes.len() - 1
                }
            };
            let gain = (f32::from(note.velocity) / 127.0).powi(2);
            let start = (note.start * RATE) as usize;
            for (x, y) in samples.iter_mut().skip(start).zip(&strokes[idx].1) {
                *x += gain * y;
            }
        }
        samples
    }

    fn recipe(&self, pitch: u8) -> Recipe {
        let plain = |body: [f64; 3], body_decay: f64, noise: [f64; 3]| Recipe {
            body,
            body_decay,
            noise,
            metal: 0.0,
            bursts: 0.0,
        };
        let cymbal = |level: f64, seconds: f64| Recipe {
            metal: self.hat[2],
            ..plain([0.0, 0.0, 0.0], 0.01, [level, seconds, self.edge])
        };
        match pitch {
            35 | 36 => plain([self.kick[1], self.kick[0], 1.0], self.kick[2], [0.1, 0.004, 1000.0]),
            37 | 75 => plain([1700.0, 1600.0, 0.5], 0.012, [0.3, 0.008, 1500.0]),
            38 | 40 => plain(
                [self.snare[0] * 1.3, self.snare[0], 0.5],
                0.06,
                [0.6 * self.snare[1], self.snare[2], 1200.0],
            ),
            39 => Recipe { bursts: 0.011, ..plain([0.0, 0.0, 0.0], 0.01, [0.7, 0.09, 900.0]) },
            42 | 44 => cymbal(0.35, self.hat[0]),
            46 => cymbal(0.35, self.hat[1]),
            49 => cymbal(0.55, 0.7),
            51 => cymbal(0.25, 0.3),
            54 | 70 | 82 => plain([0.0, 0.0, 0.0], 0.01, [0.3, 0.035, 5000.0]),
            56 => Recipe { metal: 1.0, ..plain([800.0, 800.0, 0.3], 0.08, [0.1, 0.06, 500.0]) },
            // Toms and hand drums, by their pitch.
            other => {
                let hz = 70.0 * 2f64.powf((f64::from(other) - 41.0) / 14.0);
                plain([hz * 1.5, hz, 0.7], 0.12, [0.08, 0.02, 800.0])
            }
        }
    }

    fn stroke(&self, pitch: u8) -> Vec<f32> {
        let recipe = self.recipe(pitch);
        let mut chance = Chance::new(self.seed + u64::from(pitch));
        let seconds = (6.0 * recipe.body_decay).max(6.0 * recipe.noise[1]).clamp(0.05, 2.5);
        let partials: Vec<f64> = (0..6).map(|_| chance.range(self.edge, 10_000.0)).collect();
        let (mut phase, mut low) = (0.0f64, 0.0f64);
        let cut = 1.0 - (-TAU * recipe.noise[2] / RATE).exp();
        (0..(seconds * RATE) as usize)
            .map(|i| {
                let t = i as f64 / RATE;
                let [first, last, level] = recipe.body;
                phase += (last + (first - last) * (-t / 0.03).exp()) / RATE;
                let body = level * (-t / recipe.body_decay).exp() * (TAU * phase).sin();
                let white = chance.range(-1.0, 1.0);
                low += cut * (white - low);
                let metal: f64 = partials.iter().map(|hz| (TAU * hz * t).sin().signum()).sum::<f64>() / 3.0;
                let hiss = (1.0 - recipe.metal) * (white - low) + recipe.metal * metal;
                let since =
                    if recipe.bursts > 0.0 && t < 3.0 * recipe.bursts { t % recipe.bursts } else { t };
                let noise = recipe.noise[0] * hiss * (-since / recipe.noise[1]).exp();
                (body + noise) as f32
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Part;

    #[test]
    fn every_drum_sounds_when_struck() {
        let machine = DrumMachine::new(&mut Chance::new(9));
        for pitch in 35..83 {
            let note = Sounding { part: Part::Drums, start: 0.1, end: 0.2, pitch, velocity: 100 };
            let samples = machine.play(&[note], RATE as usize);
            let level = |from: f64, to: f64| -> f32 {
                samples[(from * RATE) as usize..(to * RATE) as usize].iter().map(|x| x * x).sum()
            };
            assert_eq!(level(0.0, 0.099), 0.0);
            assert!(level(0.1, 0.15) > 0.01, "{pitch}");
            assert!(samples.iter().all(|x| x.is_finite() && x.abs() < 3.0));
        }
    }
}
