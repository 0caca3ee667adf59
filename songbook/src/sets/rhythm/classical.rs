//! Soloists and small ensembles who shape time: rubato, ritardandi, rolled chords, melodies ahead of the
//! left hand; in every common meter.

use serde_json::json;

use super::textures::{self, Ensemble};
use crate::chance::Chance;
use crate::meter::bars;
use crate::midi::{Instrument, Pedal};
use crate::players::Place;
use crate::players::bass::{self, BassLine};
use crate::players::comp::{Accompanist, Comp};
use crate::players::melody::{Tune, TuneStyle};
use crate::progressions::{Idiom, lay, pick};
use crate::score::{Band, Part, Sheet, Touch, perform};
use crate::sets::palette::Palette;
use crate::sets::{Draft, TAIL};
use crate::sound::Sound;
use crate::theory::{Key, Mode};
use crate::timeline::{Feel, Motion, Timeline, plan};
use crate::truth;
use crate::{Composition, Split};

pub(super) fn compose(split: Split, chance: &mut Chance) -> Composition {
    let texture = textures::pick(chance);
    let is_piano = texture.ensemble == Ensemble::Piano;
    // One player, on one instrument.
    let is_alone = matches!(texture.ensemble, Ensemble::Piano | Ensemble::Solo);
    let meter = chance.pick(texture.meters);
    let bpm = chance.range(texture.tempo.0, texture.tempo.1);
    let motion = if chance.often(0.85) { Motion::Rubato } else { Motion::Drift };
    let n_bars = ((chance.range(35.0, 55.0) * bpm / 60.0 / meter.beats as f64) as usize / 4 * 4).max(8);
    let bars = bars(std::iter::repeat_n(meter, n_bars + 1));
    let plan = plan(motion, bpm, &bars, chance);
    let line = Timeline::new(chance.range(0.1, 1.2), &plan.periods, Feel::STRAIGHT, meter.is_compound());

    let key = Key::new(chance.below(12) as i32, if chance.often(0.6) { Mode::Major } else { Mode::Minor });
    let has_pickup = chance.often(0.3);
    let mut sheet = Sheet::default();
    let per_chord = match meter.beats {
        4.. if bpm < 90.0 => chance.pick(&[0.5, 1.0]),
        _ => chance.pick(&[1.0, 1.0, 2.0]),
    };
    let (a, b) = (pick(Idiom::Classical, key.mode, chance), pick(Idiom::Classical, key.mode, chance));
    let from = usize::from(has_pickup);
    let half = (n_bars / 8 * 4).max(4) + from;
    lay(&mut sheet, &a, key, &bars[from..half], per_chord);
    lay(&mut sheet, &b, key, &bars[half..n_bars], per_chord);
    lay(&mut sheet, &[if key.mode == Mode::Major { "I" } else { "i" }], key, &bars[n_bars..], 1.0);

    let mut tune_style = TuneStyle {
        density: chance.range(texture.density.0, texture.density.1),
        centre: 74,
        bars: chance.pick(&[4, 8, 8]),
        is_quick: texture.is_quick && bpm < 110.0,
        syncopation: chance.range(0.25, 0.5),
        variety: chance.range(0.2, 1.0),
    };
    let mut tunes = [Tune::new(meter, tune_style, chance), Tune::new(meter, tune_style, chance)];
    let lead = if motion == Motion::Rubato { chance.range(0.0, 0.03) } else { 0.0 };
    tunes.iter_mut().for_each(|tune| tune.lead = lead);
    tune_style.centre = 52;
    tune_style.density *= 0.8;
    let low = Tune::new(meter, tune_style, chance);

    let part = if is_alone || texture.comp != Comp::Strings { Part::Keys } else { Part::Pad };
    let mut accompanist = Accompanist::new(texture.comp, part);
    accompanist.is_busy = texture.comp == Comp::Arpeggio && bpm < 80.0;
    accompanist.centre = chance.range(55.0, 60.0);
    accompanist.roll = if chance.often(0.4) { chance.range(0.005, 0.03) } else { 0.0 };
    // The middle of many pieces is written otherwise.
    let second = match texture.comp {
        Comp::None => Comp::None,
        usual if chance.often(0.5) => usual,
        _ if meter.is_compound() => chance.pick(&[Comp::Block, Comp::Nocturne, Comp::Repeated]),
        _ => chance.pick(&[Comp::Chorale, Comp::Alberti, Comp::Arpeggio, Comp::Repeated, Comp::Nocturne]),
    };
    let lead_part = if is_alone { Part::Keys } else { Part::Lead };
    let has_bass = match texture.ensemble {
        Ensemble::Piano => {
            matches!(texture.comp, Comp::Alberti | Comp::Block | Comp::Chorale | Comp::Repeated)
        }
        Ensemble::Solo => false,
        Ensemble::Chamber | Ensemble::Choir => true,
    };

    let mut band = Band::new(&sheet, chance.fork());
    for (number, &bar) in bars.iter().enumerate() {
        let place = Place::new(bar, number.saturating_sub(from));
        if number < from {
            for k in 0..meter.parts {
                let at = place.start + place.beats() - 1.0 + k as f64 / meter.parts as f64;
                let step = band.chance.below(5) as i32 + 1;
                band.play(lead_part, at, 1.0 / meter.parts as f64, key.pitch(step, 5), 78.0);
            }
            continue;
        }
        if number == n_bars {
            accompanist.roll = accompanist.roll.max(0.02);
            accompanist.comp = Comp::Block;
            accompanist.end(place, &mut band);
            band.play(lead_part, place.start, place.beats(), key.pitch(0, 5), 80.0);
            continue;
        }
        if number == half {
            accompanist.comp = second;
        }
        // Phrases swell and fade.
        let phase = (number % 4) as f64 / 4.0;
        band.level = 0.86 + 0.2 * (std::f64::consts::PI * (phase + 0.125)).sin();
        accompanist.play(place, &mut band);
        if texture.comp == Comp::None && is_piano {
            low.play(place, Part::Keys, 74.0, &mut band);
        }
        if has_bass {
            play_bass(is_piano, place, &mut band);
        }
        tunes[usize::from(number >= half)].play(place, lead_part, 86.0, &mut band);
    }
    let touch = Touch { timing: chance.range(0.004, 0.014), velocity: 7.0 };
    let sounding = perform(&band.notes, &line, touch, chance);

    let duration = line.beats[line.beats.len() - 1] + TAIL;
    let mut truth = json!({ "style": texture.name, "kind": motion.name() });
    truth["ensemble"] = texture.ensemble.name().into();
    truth::rhythm(&mut truth, &line, &bars, &[], if has_pickup { meter.beats - 1 } else { 0 });
    truth["swing_ratio"] = if meter.parts == 2 { json!(1.0) } else { json!(null) };
    if texture.comp != Comp::None {
        truth::chords(&mut truth, &line, &sheet, duration);
    }
    truth::keys(&mut truth, &line, &[(0.0, key)], duration);

    let uses_pedal = is_piano && !matches!(texture.comp, Comp::None | Comp::Alberti) && chance.often(0.75);
    let pedals = if uses_pedal { pedals(&sheet, &line) } else { Vec::new() };
    let palette = if is_piano { Palette::Piano } else { Palette::Orchestra };
    let mut instruments: Vec<Instrument> = palette.instruments(chance);
    let other: &[u8] = match texture.ensemble {
        Ensemble::Piano if chance.often(0.2) => &[6, 46, 24, 19],
        Ensemble::Solo => &[40, 42, 73, 24, 24, 71, 68],
        Ensemble::Choir => &[52, 53, 19],
        Ensemble::Piano | Ensemble::Chamber => &[],
    };
    if !other.is_empty() {
        let program = chance.pick(other);
        instruments.iter_mut().for_each(|instrument| instrument.program = program);
    }
    if texture.name == "pizzicato" {
        instruments.iter_mut().for_each(|instrument| instrument.program = 45);
    }
    let cents = if chance.often(0.5) { chance.range(-25.0, 25.0) } else { 0.0 };
    let sound = Sound::varied(split, chance);
    Draft { notes: sounding, instruments, pedals, cents, sound, duration, truth }.finish()
}

/// The bass of the chords, on the piano or on its own instrument.
fn play_bass(is_piano: bool, place: Place, band: &mut Band<'_>) {
    let before = band.notes.len();
    bass::play(BassLine::Long, place, band);
    if is_piano {
        for note in &mut band.notes[before..] {
            note.part = Part::Keys;
            note.velocity *= 0.85;
        }
    }
}

/// The pedal, changed with the chords a little after they come.
fn pedals(sheet: &Sheet, line: &Timeline) -> Vec<Pedal> {
    sheet
        .spans
        .iter()
        .flat_map(|span| {
            [
                Pedal { time: line.time(span.start) + 0.07, is_down: true },
                Pedal { time: line.time(span.end) + 0.01, is_down: false },
            ]
        })
        .collect()
}
