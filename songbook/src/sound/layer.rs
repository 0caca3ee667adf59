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
