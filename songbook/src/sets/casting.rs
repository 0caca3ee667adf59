//! Which parts the soundfont plays, and which are sung or synthesised.

use super::palette::Palette;
use crate::chance::Chance;
use crate::score::{Part, Sounding};
use crate::sound::Sound;
use crate::sound::drum_machine::DrumMachine;
use crate::sound::layer::{Layer, Player};
use crate::sound::synth::Patch;
use crate::sound::voice::Singer;

/// Hands some parts to synthesisers and a drum machine, and what is to be sung or spoken to singers;
/// returns what is left for the soundfont.
pub(crate) fn cast(
    notes: Vec<Sounding>,
    palette: Palette,
    sound: &mut Sound,
    chance: &mut Chance,
) -> Vec<Sounding> {
    let is_electronic = palette == Palette::Electronic;
    let acoustic = matches!(palette, Palette::Piano | Palette::Orchestra | Palette::Jazz | Palette::Folk);
    let mut left = notes;
    let parts =
        [Part::Voice, Part::Speech, Part::Drums, Part::Bass, Part::Keys, Part::Pad, Part::Lead, Part::Second];
    for part in parts {
        let share = match part {
            Part::Voice | Part::Speech => 1.0,
            _ if acoustic => 0.0,
            Part::Drums if is_electronic => 0.6,
            Part::Drums => 0.15,
            _ if is_electronic => 0.5,
            _ => 0.1,
        };
        // Drawn in any case, so that one part's absence does not change the others.
        let (is_cast, mut own) = (chance.often(share), chance.fork());
        if !is_cast || !left.iter().any(|note| note.part == part) {
            continue;
        }
        let (taken, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|note| note.part == part);
        left = rest;
        let (player, level) = match part {
            Part::Voice => (Player::Singer(Singer::new(&mut own)), own.range(0.5, 1.15)),
            Part::Speech => (Player::Singer(Singer::speaking(&mut own)), own.range(0.6, 1.2)),
            Part::Drums => (Player::Drums(DrumMachine::new(&mut own)), own.range(0.5, 1.2)),
            Part::Bass => (Player::Synth(Patch::new(part, &mut own)), own.range(0.4, 0.8)),
            _ => (Player::Synth(Patch::new(part, &mut own)), own.range(0.3, 0.8)),
        };
        sound.layers.push(Layer { player, notes: taken, level });
    }
    left
}
