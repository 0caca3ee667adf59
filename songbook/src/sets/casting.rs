//! Which parts the soundfont plays, and which are sung or synthesised.

use super::palette::Palette;
use crate::chance::Chance;
use crate::score::{Part, Sounding};
use crate::sound::drum_machine::DrumMachine;
use crate::sound::guitar::Guitar;
use crate::sound::kit::Kit;
use crate::sound::layer::{Double, Duck, Layer, Player};
use crate::sound::synth::Patch;
use crate::sound::voice::Singer;
use crate::sound::{Sound, Soundfont};

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
    let is_measured = sound.soundfont == Soundfont::Tim;
    let kicks: Vec<f64> = notes
        .iter()
        .filter(|note| note.part == Part::Drums && matches!(note.pitch, 35 | 36))
        .map(|note| note.start)
        .collect();
    let is_pumping = is_electronic && !kicks.is_empty() && chance.often(0.45);
    let duck = Duck { times: kicks, depth: chance.range(0.3, 0.8) as f32, seconds: chance.range(0.12, 0.35) };
    let mut left = notes;
    let parts = [
        Part::Voice,
        Part::Speech,
        Part::Drums,
        Part::Bass,
        Part::Keys,
        Part::Pad,
        Part::Riff,
        Part::Lead,
        Part::Second,
    ];
    for part in parts {
        let share = match part {
            Part::Voice | Part::Speech => 1.0,
            Part::Drums if matches!(palette, Palette::Jazz | Palette::Folk) => 0.4,
            _ if acoustic => 0.0,
            Part::Drums => 0.7,
            Part::Riff if palette == Palette::Rock => 0.6,
            Part::Riff => 0.3,
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
            // An electronic band has a drum machine as often as a sampled one, others a sampled kit.
            Part::Drums if own.often(if is_electronic { 0.5 } else { 0.1 }) => {
                (Player::Drums(DrumMachine::new(&mut own)), own.range(0.5, 1.2))
            }
            Part::Drums => (Player::Kit(Kit::new(is_measured, is_electronic, &mut own)), own.range(0.6, 1.3)),
            Part::Riff => (Player::Guitar(Guitar::new(&mut own)), own.range(0.4, 1.1)),
            Part::Bass => (Player::Synth(Patch::new(part, &mut own)), own.range(0.4, 0.8)),
            _ => (Player::Synth(Patch::new(part, &mut own)), own.range(0.3, 0.8)),
        };
        let doubled = match part {
            Part::Voice => 0.35,
            Part::Speech => 0.25,
            Part::Riff => 0.6,
            _ => 0.0,
        };
        let double =
            own.often(doubled).then(|| Double { cents: own.range(-9.0, 9.0), late: own.range(0.004, 0.028) });
        let is_ducked = is_pumping && matches!(part, Part::Bass | Part::Pad | Part::Keys | Part::Second);
        let duck = is_ducked.then(|| duck.clone());
        sound.layers.push(Layer { player, notes: taken, level, double, duck });
    }
    left
}
