//! An electric guitar through an amplifier: plucked strings (Karplus & Strong 1983), distorted together.

use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;

/// The settings of a guitar and its amplifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Guitar {
    /// Gain before saturation, 2 (warm) to 40 (a wall).
    gain: f64,
    /// Highest frequency in Hz that the loudspeaker lets through.
    speaker: f64,
    /// Whether chords that are struck again are muted by the palm.
    is_muted: bool,
    /// Seconds in which a string falls to 37 %, open and muted.
    ring: [f64; 2],
    seed: u64,
}

impl Guitar {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        Self {
            gain: 2.0 * 20f64.powf(chance.unit()),
            speaker: chance.range(3000.0, 6000.0),
            is_muted: chance.often(0.5),
            ring: [chance.range(1.0, 3.0), chance.range(0.05, 0.12)],
            seed: chance.fork().below(1 << 30) as u64,
        }
    }

    /// Plays notes into `n` samples; `cents` detunes them.
    pub(crate) fn play(&self, notes: &[Sounding], n: usize, cents: f64) -> Vec<f32> {
        let mut samples = vec![0.0f32; n];
        let mut struck: Vec<u8> = Vec::new();
        let mut chord: (f64, Vec<u8>) = (-1.0, Vec::new());
        for (idx, note) in notes.iter().enumerate() {
            if note.start - chord.0 > 0.06 {
                struck = std::mem::take(&mut chord.1);
                chord.0 = note.start;
            }
            chord.1.push(note.pitch);
            let is_muted = self.is_muted && struck.contains(&note.pitch);
            self.pluck(note, idx as u64, is_muted, cents, &mut samples);
        }
        self.amplify(&mut samples);
        samples
    }

    fn pluck(&self, note: &Sounding, number: u64, is_muted: bool, cents: f64, samples: &mut [f32]) {
        let hz = 440.0 * 2f64.powf((f64::from(note.pitch) - 69.0 + cents / 100.0) / 12.0);
        // The loop's filter delays by half a sample.
        let delay = RATE / hz - 0.5;
        let (whole, part) = (delay as usize, delay.fract() as f32);
        let mut line = vec![0.0f32; whole + 2];
        let mut chance = Chance::new(self.seed.wrapping_add(number));
        let mut dull = 0.0f32;
        let loudness = f32::from(note.velocity) / 127.0;
        for x in line.iter_mut() {
            dull += (0.2 + 0.6 * loudness) * (chance.range(-1.0, 1.0) as f32 - dull);
            *x = dull * loudness;
        }
        let seconds = self.ring[usize::from(is_muted)];
        let keep = (-1.0 / (seconds * hz)).exp() as f32;
        let start = (note.start * RATE) as usize;
        let held = ((note.end - note.start) * RATE) as usize;
        let fall = (-1.0 / (0.015 * RATE)).exp() as f32;
        let (mut before, mut level) = (0.0f32, 1.0f32);
        let size = line.len();
        for (i, sample) in samples.iter_mut().skip(start).take(held + (0.08 * RATE) as usize).enumerate() {
            let at = |back: usize| line[(i + size - back) % size];
            let out = (1.0 - part) * at(whole) + part * at(whole + 1);
            line[i % size] = keep * 0.5 * (out + before);
            before = out;
            if i > held {
                level *= fall;
            }
            *sample += level * out;
        }
    }

    /// Lows are cut before saturation, highs after it.
    fn amplify(&self, samples: &mut [f32]) {
        let cut = |hz: f64| (1.0 - (-std::f64::consts::TAU * hz / RATE).exp()) as f32;
        let (low, high, gain) = (cut(90.0), cut(self.speaker), self.gain as f32);
        let (mut bass, mut first, mut second) = (0.0f32, 0.0f32, 0.0f32);
        for x in samples.iter_mut() {
            bass += low * (*x - bass);
            let driven = (gain * (*x - bass)).tanh();
            first += high * (driven - first);
            second += high * (first - second);
            *x = second;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Part;

    fn note(start: f64, pitch: u8) -> Sounding {
        Sounding { part: Part::Riff, start, end: start + 0.9, pitch, velocity: 100 }
    }

    fn energy(samples: &[f32], from: f64, to: f64) -> f32 {
        samples[(from * RATE) as usize..(to * RATE) as usize].iter().map(|x| x * x).sum()
    }

    #[test]
    fn strings_are_in_tune() {
        let guitar = Guitar { is_muted: false, ..Guitar::new(&mut Chance::new(1)) };
        for pitch in [40, 45, 52, 57] {
            let samples = guitar.play(&[note(0.1, pitch)], (1.2 * RATE) as usize, 0.0);
            let held = &samples[(0.3 * RATE) as usize..(0.8 * RATE) as usize];
            let period = RATE / (440.0 * 2f64.powf((f64::from(pitch) - 69.0) / 12.0));
            let at = |lag: usize| held.iter().zip(&held[lag..]).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            let near = (0.7 * period) as usize..(1.4 * period) as usize;
            let best = near.max_by(|&a, &b| at(a).total_cmp(&at(b))).unwrap();
            assert!((best as f64 - period).abs() < 1.5, "{pitch}: {best} for {period}");
        }
    }

    #[test]
    fn a_muted_chord_dies_sooner() {
        let guitar = Guitar { is_muted: true, gain: 3.0, ..Guitar::new(&mut Chance::new(1)) };
        let samples = guitar.play(&[note(0.0, 45), note(1.0, 45)], (2.0 * RATE) as usize, 0.0);
        assert!(energy(&samples, 0.5, 0.8) > 10.0 * energy(&samples, 1.5, 1.8));
        assert!(samples.iter().all(|x| x.is_finite() && x.abs() <= 1.01));
    }
}
