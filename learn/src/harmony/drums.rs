//! Drums at random, for chords to be heard through and for there to be no chord at all.

use std::f64::consts::TAU;

use super::chance::Chance;

/// A kit, and how it is beaten.
pub(super) struct Kit {
    loudness: f64,
    /// Hz to which the kick falls.
    kick: f64,
    /// Hz of the snare's or tom's skin.
    skin: f64,
    /// Nats a second by which each dies away: kick, skin, snare, hat.
    fading: [f64; 4],
    /// Shares of noise in the snare and in the hat.
    noise: [f64; 2],
    /// Probability of a stroke on each sixteenth of a beat's four: kick, snare, hat.
    pattern: [[f32; 4]; 3],
    /// Part of the hiss that cymbals leave behind.
    wash: f64,
}

impl Kit {
    pub(super) fn random(loudness: f64, chance: &mut Chance) -> Self {
        let is_busy = chance.uniform() < 0.3;
        let mut stroke = |first: f32, other: f32| {
            let others = if is_busy { 0.5 + other } else { other };
            [first, 0.0, others, 0.0].map(|p| if is_busy { p + 0.3 } else { p } * 2.0 * chance.uniform())
        };
        let pattern = [stroke(0.7, 0.2), stroke(0.5, 0.2), stroke(0.7, 0.6)];
        Self {
            loudness,
            kick: chance.between(35.0, 80.0),
            skin: chance.between(90.0, 400.0),
            fading: [
                chance.between(8.0, 30.0),
                chance.between(8.0, 30.0),
                chance.between(8.0, 30.0),
                chance.between(10.0, 80.0),
            ],
            noise: [chance.between(0.2, 1.0), chance.between(0.05, 0.4)],
            pattern,
            wash: if chance.uniform() < 0.4 { chance.between(0.02, 0.2) } else { 0.0 },
        }
    }

    /// Plays over all of `samples`, at `rate` and with `beat` seconds from one beat to the next.
    pub(super) fn play(&self, samples: &mut [f32], rate: f64, beat: f64, chance: &mut Chance) {
        let step = beat / 4.0 * rate;
        let n_steps = (samples.len() as f64 / step) as usize;
        let mut hiss = 0.0;
        for idx in 0..n_steps {
            let strokes = [0, 1, 2].map(|drum| chance.uniform() < self.pattern[drum][idx % 4]);
            let from = (idx as f64 * step) as usize;
            let length = (0.5 * rate) as usize;
            let to = (from + length).min(samples.len());
            let mut before = 0.0;
            for (i, x) in samples[from..to].iter_mut().enumerate() {
                let t = i as f64 / rate;
                let white = f64::from(chance.uniform()) * 2.0 - 1.0;
                let bright = white - before;
                before = white;
                let [kick, skin, snare, hat] = self.fading.map(|fading| (-fading * t).exp());
                let mut y = 0.0;
                if strokes[0] {
                    let swept = self.kick * (t + 0.06 * (1.0 - (-40.0 * t).exp()));
                    y += kick * (TAU * swept).sin();
                }
                if strokes[1] {
                    y += 0.6 * snare * self.noise[0] * white;
                    y += 0.4 * skin * (1.0 - self.noise[0]) * (TAU * self.skin * t).sin();
                }
                if strokes[2] {
                    y += hat * self.noise[1] * bright;
                }
                *x += (self.loudness * y) as f32;
            }
        }
        if self.wash > 0.0 {
            for x in samples {
                let white = f64::from(chance.uniform()) * 2.0 - 1.0;
                hiss += 0.5 * (white - hiss);
                *x += (self.loudness * self.wash * (white - 0.5 * hiss)) as f32;
            }
        }
    }
}
