//! A synthesiser: two oscillators through a filter, set anew for each part of each song.

use std::f64::consts::TAU;

use crate::chance::Chance;
use crate::score::{Part, Sounding};

use super::RATE;

/// Shapes of the oscillators.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wave {
    Saw,
    Square,
    Triangle,
    /// A sine whose phase another sine at this ratio moves.
    Modulated(f64),
}

/// The settings of a synthesiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Patch {
    wave: Wave,
    /// Cents between the oscillators.
    spread: f64,
    /// Seconds to rise, to fall to the held level, to die away.
    attack: f64,
    decay: f64,
    release: f64,
    /// Level that is held, 0–1.
    sustain: f64,
    /// Octaves of the filter above the note, held, and more at the attack.
    open: f64,
    bite: f64,
}

impl Patch {
    /// A patch that suits a part.
    pub(crate) fn new(part: Part, chance: &mut Chance) -> Self {
        let wave = chance.pick(&[
            Wave::Saw,
            Wave::Saw,
            Wave::Square,
            Wave::Triangle,
            Wave::Modulated(1.0),
            Wave::Modulated(2.0),
            Wave::Modulated(14.0),
        ]);
        let (attack, sustain) = match part {
            Part::Pad => (chance.range(0.05, 0.35), chance.range(0.7, 1.0)),
            Part::Lead => (chance.range(0.005, 0.05), chance.range(0.5, 1.0)),
            _ => (chance.range(0.001, 0.008), chance.range(0.0, 0.8)),
        };
        Self {
            wave,
            spread: chance.range(2.0, 14.0),
            attack,
            decay: chance.range(0.1, 0.9),
            release: if part == Part::Pad { chance.range(0.2, 0.7) } else { chance.range(0.03, 0.2) },
            sustain,
            open: chance.range(1.0, 3.5),
            bite: chance.range(0.0, 2.5),
        }
    }

    /// Plays notes into `n` samples; `cents` detunes them.
    pub(crate) fn play(&self, notes: &[Sounding], n: usize, cents: f64) -> Vec<f32> {
        let mut samples = vec![0.0f32; n];
        for note in notes {
            self.note(note, &mut samples, cents);
        }
        samples
    }

    fn note(&self, note: &Sounding, samples: &mut [f32], cents: f64) {
        let hz = 440.0 * 2f64.powf((f64::from(note.pitch) - 69.0 + cents / 100.0) / 12.0);
        let detune = 2f64.powf(self.spread / 2400.0);
        let steps = [hz * detune / RATE, hz / detune / RATE];
        // Apart from the start, so that they do not cancel alike each time.
        let mut phases = [0.13 * f64::from(note.pitch % 7), 0.31 * f64::from(note.pitch % 5)];
        let held = note.end - note.start;
        let start = (note.start * RATE) as usize;
        let length = ((held + 4.0 * self.release) * RATE) as usize;
        let gain = (f64::from(note.velocity) / 127.0).powf(1.5) * 0.25;
        let (mut first, mut second) = (0.0f64, 0.0f64);
        let mut cut = 0.0;
        for (i, sample) in samples.iter_mut().skip(start).take(length).enumerate() {
            let t = i as f64 / RATE;
            let falling = self.sustain + (1.0 - self.sustain) * (-t.min(held) / self.decay).exp();
            let dying = if t > held { (-(t - held) / self.release).exp() } else { 1.0 };
            if i % 16 == 0 {
                let octaves = self.open + self.bite * (-t / self.decay).exp();
                let corner = (hz * 2f64.powf(octaves)).min(0.4 * RATE);
                cut = 1.0 - (-TAU * corner / RATE).exp();
            }
            let mut x = 0.0;
            for (phase, step) in phases.iter_mut().zip(steps) {
                *phase = (*phase + step).fract();
                x += self.wave.at(*phase, step, falling);
            }
            first += cut * (x - first);
            second += cut * (first - second);
            *sample += (gain * (t / self.attack).min(1.0) * falling * dying * second) as f32;
        }
    }
}

impl Wave {
    /// Value at a phase in [0, 1) that moves on by `step` a sample; edges are rounded (PolyBLEP, Välimäki &
    /// Huovilainen 2007), so that high notes do not alias.
    fn at(self, phase: f64, step: f64, brightness: f64) -> f64 {
        let edge = |phase: f64| {
            if phase < step {
                let x = phase / step;
                2.0 * x - x * x - 1.0
            } else if phase > 1.0 - step {
                let x = (phase - 1.0) / step;
                x * x + 2.0 * x + 1.0
            } else {
                0.0
            }
        };
        match self {
            Self::Saw => 2.0 * phase - 1.0 - edge(phase),
            Self::Square => {
                let half = (phase + 0.5).fract();
                (if phase < 0.5 { 1.0 } else { -1.0 }) + edge(phase) - edge(half)
            }
            Self::Triangle => 1.0 - 4.0 * (phase - 0.5).abs(),
            Self::Modulated(ratio) => {
                let depth = if ratio * step > 0.4 { 0.0 } else { 1.6 * brightness };
                (TAU * phase + depth * (TAU * ratio * phase).sin()).sin()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_sound_at_their_pitch_while_they_last() {
        for seed in 0..20 {
            let patch = Patch { sustain: 0.8, spread: 0.0, ..Patch::new(Part::Keys, &mut Chance::new(seed)) };
            let note = Sounding { part: Part::Keys, start: 0.1, end: 1.1, pitch: 57, velocity: 100 };
            let samples = patch.play(&[note], (2.5 * RATE) as usize, 0.0);
            assert!(samples.iter().all(|x| x.is_finite() && x.abs() < 2.0));
            assert!(samples[..2000].iter().all(|x| *x == 0.0));
            let held = &samples[(0.4 * RATE) as usize..(1.0 * RATE) as usize];
            let at = |lag: usize| held.iter().zip(&held[lag..]).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            let best = (60..180).max_by(|&a, &b| at(a).total_cmp(&at(b))).unwrap();
            assert!((99..=101).contains(&best), "{patch:?}: {best}");
            let rest: f32 = samples[(2.2 * RATE) as usize..].iter().map(|x| x.abs()).fold(0.0, f32::max);
            assert!(rest < 0.01, "{rest}");
        }
    }
}
