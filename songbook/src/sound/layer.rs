//! Players that are not the soundfont's.

use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;
use super::drum_machine::DrumMachine;
use super::effects;
use super::guitar::Guitar;
use super::kit::Kit;
use super::synth::Patch;
use super::voice::Singer;

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Player {
    Singer(Singer),
    Drums(DrumMachine),
    Synth(Patch),
    Kit(Kit),
    Guitar(Guitar),
}

/// A second take of the same, so much higher in cents and later in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Double {
    pub(crate) cents: f64,
    pub(crate) late: f64,
}

/// Turned down by `depth` at these times in seconds and back within `seconds`, by a sidechain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Duck {
    pub(crate) times: Vec<f64>,
    pub(crate) depth: f32,
    pub(crate) seconds: f64,
}

/// A player with notes.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) player: Player,
    /// Ascending by start.
    pub(crate) notes: Vec<Sounding>,
    /// Loudness over that of all that the soundfont plays, as a ratio of RMS.
    pub(crate) level: f64,
    pub(crate) double: Option<Double>,
    pub(crate) duck: Option<Duck>,
}

impl Layer {
    /// So many samples of it; `cents` detunes what has a pitch.
    pub(crate) fn render(&self, n: usize, cents: f64, chance: &mut Chance) -> Vec<f32> {
        let mut samples = self.take(n, cents, chance);
        if let Some(double) = self.double {
            let second = self.take(n, cents + double.cents, chance);
            let late = (double.late * RATE) as usize;
            samples.iter_mut().skip(late).zip(second).for_each(|(x, y)| *x += y);
        }
        // Some synthesisers' waves do not swing about zero; no record keeps that.
        effects::centre(&mut samples);
        if let Some(duck) = &self.duck {
            effects::duck(&mut samples, &duck.times, duck.depth, duck.seconds);
        }
        samples
    }

    fn take(&self, n: usize, cents: f64, chance: &mut Chance) -> Vec<f32> {
        match self.player {
            Player::Singer(singer) => singer.sing(&self.notes, n, cents, chance),
            Player::Drums(machine) => machine.play(&self.notes, n),
            Player::Synth(patch) => patch.play(&self.notes, n, cents),
            Player::Kit(kit) => kit.play(&self.notes, n),
            Player::Guitar(guitar) => guitar.play(&self.notes, n, cents),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Part;

    #[test]
    fn every_patch_swings_about_zero() {
        for seed in 0..20 {
            let note = Sounding { part: Part::Bass, start: 0.0, end: 2.0, pitch: 40, velocity: 110 };
            let player = Player::Synth(Patch::new(Part::Bass, &mut Chance::new(seed)));
            let layer = Layer { player, notes: vec![note], level: 1.0, double: None, duck: None };
            let samples = layer.render((2.0 * RATE) as usize, 0.0, &mut Chance::new(1));
            let mean = samples[8000..].iter().sum::<f32>() / (samples.len() - 8000) as f32;
            assert!(mean.abs() < 0.05 * effects::loudness(&samples), "{seed}: {mean}");
        }
    }

    #[test]
    fn a_second_take_and_a_sidechain_change_the_sound() {
        let note = Sounding { part: Part::Bass, start: 0.0, end: 0.9, pitch: 45, velocity: 110 };
        let player = Player::Synth(Patch::new(Part::Bass, &mut Chance::new(4)));
        let plain = Layer { player, notes: vec![note], level: 1.0, double: None, duck: None };
        let doubled = Layer { double: Some(Double { cents: 7.0, late: 0.02 }), ..plain.clone() };
        let duck = Duck { times: vec![0.3], depth: 0.9, seconds: 0.2 };
        let ducked = Layer { duck: Some(duck), ..plain.clone() };
        let render = |layer: &Layer| layer.render(RATE as usize, 0.0, &mut Chance::new(1));
        let energy = |samples: &[f32]| samples[6615..8000].iter().map(|x| x * x).sum::<f32>();
        assert!(energy(&render(&ducked)) < 0.2 * energy(&render(&plain)));
        assert!(render(&doubled) != render(&plain) && render(&doubled).len() == render(&plain).len());
    }
}
