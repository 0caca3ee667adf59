//! Sound without a pulse: drones, free playing, noise, speech.

use serde_json::json;

use crate::chance::Chance;
use crate::score::{Part, Sounding};
use crate::sets::Draft;
use crate::sets::palette::Palette;
use crate::sound::Sound;
use crate::sound::texture::Texture;
use crate::theory::{Key, Mode, QUALITIES};
use crate::{Composition, Split};

pub(super) fn compose(split: Split, chance: &mut Chance) -> Composition {
    let duration = chance.range(25.0, 45.0);
    let which = chance.below(7);
    let texture = [
        None,
        None,
        None,
        Some(Texture::Hiss),
        Some(Texture::Wind),
        Some(Texture::Babble),
        Some(Texture::Rattle),
    ][which];
    let notes = match which {
        0 => drone(duration, chance),
        1 | 2 => free(duration, chance),
        _ => Vec::new(),
    };
    let style = match (which, texture) {
        (0, _) => "drone",
        (1 | 2, _) => "free",
        (_, Some(texture)) => texture.name(),
        _ => "silence",
    };
    let mut sound = Sound::varied(split, chance);
    sound.texture = texture;
    let truth = json!({
        "style": style, "kind": "no pulse", "ensemble": "no pulse",
        "tempo": null, "tempo_curve": [], "tempo_changes": [], "time_signature": null, "time_signatures": [],
        "beats": [], "downbeats": [], "swing_ratio": null,
    });
    let instruments =
        chance.pick(&[Palette::Electronic, Palette::Orchestra, Palette::Piano]).instruments(chance);
    Draft { notes, instruments, pedals: Vec::new(), cents: 0.0, sound, duration, truth }.finish()
}

/// Long chords that come and go over each other.
fn drone(duration: f64, chance: &mut Chance) -> Vec<Sounding> {
    let key = Key::new(chance.below(12) as i32, Mode::Minor);
    let mut notes = Vec::new();
    for voice in 0..4 {
        let mut at = chance.range(0.0, 2.0);
        while at < duration - 2.0 {
            let length = chance.range(4.0, 14.0);
            let step = chance.below(7) as i32;
            notes.push(Sounding {
                part: Part::Pad,
                start: at,
                end: (at + length).min(duration - 0.5),
                pitch: key.pitch(step, 2 + voice % 3).clamp(24, 100) as u8,
                velocity: chance.range(40.0, 85.0) as u8,
            });
            at += length * chance.range(0.6, 1.1);
        }
    }
    notes.sort_by(|a, b| a.start.total_cmp(&b.start));
    notes
}

/// Single notes and chords whenever the player likes: a Poisson process whose rate wanders.
fn free(duration: f64, chance: &mut Chance) -> Vec<Sounding> {
    let key = Key::new(chance.below(12) as i32, Mode::Major);
    let part = chance.pick(&[Part::Keys, Part::Lead]);
    let mut notes = Vec::new();
    let mut at = chance.range(0.2, 1.5);
    let mut rate = chance.range(0.8, 3.0);
    while at < duration - 3.0 {
        let pitch = key.pitch(chance.below(15) as i32, 4);
        let tones: &[i32] = if chance.often(0.2) { QUALITIES[chance.below(2)].tones } else { &[0] };
        for tone in tones {
            notes.push(Sounding {
                part,
                start: at,
                end: (at + chance.range(0.5, 3.5)).min(duration - 0.5),
                pitch: (pitch + tone).clamp(24, 108) as u8,
                velocity: chance.range(35.0, 95.0) as u8,
            });
        }
        rate = (rate * (0.3 * chance.normal()).exp()).clamp(0.5, 5.0);
        at += 0.08 - (1.0 - chance.unit()).ln() / rate;
    }
    notes
}
