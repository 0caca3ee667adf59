//! Players that are not the soundfont's.

use anyhow::Result;

use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;
use super::drum_machine::DrumMachine;
use super::kit::Kit;
use super::synth::Patch;
use super::voice::Singer;

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Player {
    Singer(Singer),
    Drums(DrumMachine),
    Kit(Kit),
    Synth(Patch),
}

/// A player with notes.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) player: Player,
    /// Ascending by start.
    pub(crate) notes: Vec<Sounding>,
    /// Seconds after which it is recorded once more, as doubled voices are.
    pub(crate) doubled: Option<f64>,
    /// Loudness over that of all that the soundfont plays, as a ratio of RMS.
    pub(crate) level: f64,
}

impl Layer {
    /// So many samples of it; `cents` detunes what has a pitch.
    ///
    /// # Errors
    /// A drum kit's files are missing.
    pub(crate) fn render(&self, n: usize, cents: f64, chance: &mut Chance) -> Result<Vec<f32>> {
        let mut played = match self.player {
            Player::Singer(singer) => singer.sing(&self.notes, n, cents, chance),
            Player::Drums(machine) => machine.play(&self.notes, n),
            Player::Kit(kit) => kit.play(&self.notes, n)?,
            Player::Synth(patch) => patch.play(&self.notes, n, cents),
        };
        if let (Some(late), Player::Singer(singer)) = (self.doubled, self.player) {
            // Sung once more, a little later and not quite alike.
            let again = singer.sing(&self.notes, n, cents + 7.0, chance);
            let late = (late * RATE) as usize;
            played.iter_mut().skip(late).zip(again).for_each(|(x, y)| *x += 0.6 * y);
        }
        Ok(played)
    }
}
