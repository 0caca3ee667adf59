//! A singer: a buzz through the resonances of vowels, with consonants, glides and vibrato.

use std::f64::consts::TAU;

use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;
use super::texture::{Resonator, VOWELS};

/// How someone sings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Singer {
    /// Size of the resonances: 1 for a man, 1.17 for a woman.
    pub(crate) size: f64,
    /// Depth of the vibrato in semitones.
    pub(crate) vibrato: f64,
    /// Seconds that a glide from note to note takes.
    pub(crate) glide: f64,
    /// Breath in the tone, 0–1.
    pub(crate) breath: f64,
    /// Semitones by which notes are missed, as a standard deviation.
    pub(crate) intonation: f64,
    /// Whether words are spoken in rhythm instead.
    pub(crate) is_speech: bool,
}

impl Singer {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        Self {
            size: chance.range(0.97, 1.2),
            vibrato: chance.range(0.1, 0.5),
            glide: chance.range(0.02, 0.08),
            breath: chance.range(0.02, 0.25),
            intonation: chance.range(0.03, 0.15),
            is_speech: false,
        }
    }

    /// One who speaks, or raps.
    pub(crate) fn speaking(chance: &mut Chance) -> Self {
        Self { is_speech: true, vibrato: 0.0, intonation: 1.2, ..Self::new(chance) }
    }

    /// Sings notes (ascending by start; one at a time) into `n` samples; `cents` detunes them.
    pub(crate) fn sing(&self, notes: &[Sounding], n: usize, cents: f64, chance: &mut Chance) -> Vec<f32> {
        let mut samples = vec![0.0f32; n];
        let mut mouth = [Resonator::default(); 3];
        let (mut phase, mut pitch, mut dull) = (0.0f64, 0.0f64, 0.0f64);
        let mut vowel = VOWELS[0];
        for (idx, note) in notes.iter().enumerate() {
            let next = notes.get(idx + 1).map_or(f64::INFINITY, |next| next.start);
            let end = note.end.min(next);
            let (from, to) = ((note.start * RATE) as usize, ((end * RATE) as usize).min(n));
            if from >= to {
                continue;
            }
            let aim = f64::from(note.pitch) + self.intonation * chance.normal() + cents / 100.0;
            let is_apart = idx == 0 || note.start - notes[idx - 1].end > 0.15;
            if is_apart {
                // Singers come from below.
                pitch = aim - chance.range(0.3, 1.5);
            }
            let loudness = f64::from(note.velocity) / 127.0;
            self.consonant(&mut samples, from, loudness, chance);
            let target = chance.pick(&VOWELS);
            let rate = chance.range(4.8, 6.2);
            for (k, sample) in samples[from..to].iter_mut().enumerate() {
                let (t, left) = (k as f64 / RATE, (to - from - k) as f64 / RATE);
                pitch += (aim - pitch) / (self.glide * RATE);
                let fall = if self.is_speech { -3.0 * t } else { 0.0 };
                let sway = self.vibrato * ((t - 0.25) / 0.3).clamp(0.0, 1.0) * (TAU * rate * t).sin();
                let hz = 440.0 * 2f64.powf((pitch + sway + fall - 69.0) / 12.0);
                phase += hz / RATE;
                let buzz = if phase >= 1.0 { (hz / 100.0).recip() * 14.0 } else { 0.0 };
                phase -= phase.floor();
                for (v, aim) in vowel.iter_mut().zip(target) {
                    *v += (aim - *v) * 0.0015;
                }
                // The folds' own spectrum falls.
                dull += 0.45 * (buzz - dull);
                let source = dull + 0.25 * self.breath * chance.range(-1.0, 1.0);
                let tone: f64 = mouth
                    .iter_mut()
                    .zip(vowel)
                    .zip([1.0, 0.7, 0.45])
                    .map(|((r, formant), gain)| gain * r.next(source, formant * self.size, 100.0))
                    .sum();
                let envelope = (t / 0.04).min(left / 0.05).min(1.0);
                *sample += (loudness * envelope * tone) as f32;
            }
        }
        samples
    }

    /// A hiss or a stop around the start of a syllable.
    fn consonant(&self, samples: &mut [f32], at: usize, loudness: f64, chance: &mut Chance) {
        if !chance.often(0.7) {
            return;
        }
        let seconds = chance.range(0.015, if self.is_speech { 0.07 } else { 0.09 });
        let hz = chance.range(2000.0, 6500.0);
        let mut teeth = Resonator::default();
        let n = (seconds * RATE) as usize;
        for sample in samples.iter_mut().skip(at.saturating_sub(n / 2)).take(n) {
            *sample += (0.35 * loudness * teeth.next(chance.normal(), hz, 1200.0)) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Part;

    #[test]
    fn the_pitch_that_is_sung_is_the_note_s() {
        let note = Sounding { part: Part::Lead, start: 0.2, end: 2.0, pitch: 57, velocity: 100 };
        let singer =
            Singer { vibrato: 0.0, intonation: 0.0, breath: 0.0, ..Singer::new(&mut Chance::new(2)) };
        let samples = singer.sing(&[note], (2.2 * RATE) as usize, 0.0, &mut Chance::new(4));
        let held = &samples[(1.0 * RATE) as usize..(1.8 * RATE) as usize];
        // Autocorrelation peaks at the period of 220 Hz.
        let at = |lag: usize| held.iter().zip(&held[lag..]).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let best = (60..180).max_by(|&a, &b| at(a).total_cmp(&at(b))).unwrap();
        assert!((99..=102).contains(&best), "{best}");
        assert!(samples[..2000].iter().all(|x| x.abs() < 1e-3));
    }
}
