//! Players that are not the soundfont's.

use crate::chance::Chance;
use crate::score::Sounding;

use super::drum_machine::DrumMachine;
use super::synth::Patch;
use super::voice::Singer;

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Player {
    Singer(Singer),
    Drums(DrumMachine),
    Synth(Patch),
}

/// A player with notes.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) player: Player,
    /// Ascending by start.
    pub(crate) notes: Vec<Sounding>,
    /// Loudness over that of all that the soundfont plays, as a ratio of RMS.
    pub(crate) level: f64,
}

impl Layer {
    /// So many samples of it; `cents` detunes what has a pitch.
    pub(crate) fn render(&self, n: usize, cents: f64, chance: &mut Chance) -> Vec<f32> {
        match self.player {
            Player::Singer(singer) => singer.sing(&self.notes, n, cents, chance),
            Player::Drums(machine) => machine.play(&self.notes, n),
            Player::Synth(patch) => patch.play(&self.notes, n, cents),
        }
    }
}
