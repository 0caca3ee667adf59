//! Music with little or no harmony: drums, a melody alone, notes in no key.

use serde_json::json;

use super::Topic;
use crate::chance::Chance;
use crate::meter::{FOUR, THREE, bars};
use crate::midi::Instrument;
use crate::players::Place;
use crate::players::drums::{Drummer, Groove};
use crate::players::melody::{Tune, TuneStyle};
use crate::progressions::{Idiom, lay, pick};
use crate::score::{Band, Part, Sheet, Touch, perform};
use crate::sets::casting::cast;
use crate::sets::palette::Palette;
use crate::sets::{Draft, TAIL};
use crate::sound::Sound;
use crate::theory::{Key, Mode};
use crate::timeline::{Feel, Motion, Timeline, plan};
use crate::truth;
use crate::{Composition, Split};

/// Bars of these songs.
const N_BARS: usize = 16;

pub(super) fn compose(split: Split, topic: Topic, cents: f64, chance: &mut Chance) -> Composition {
    let meter = if topic == Topic::Melody { chance.pick(&[&FOUR, &THREE]) } else { &FOUR };
    let bpm = chance.range(80.0, 140.0);
    let bars = bars(std::iter::repeat_n(meter, N_BARS));
    let plan = plan(Motion::Drift, bpm, &bars, chance);
    let line = Timeline::new(chance.range(0.1, 1.0), &plan.periods, Feel::STRAIGHT, false);
    let duration = line.beats[line.beats.len() - 1] + TAIL;
    let key = Key::new(chance.below(12) as i32, if chance.often(0.5) { Mode::Major } else { Mode::Minor });
    let mut sheet = Sheet::default();
    let numerals = pick(Idiom::Classical, key.mode, chance);
    lay(&mut sheet, &numerals, key, &bars[..N_BARS - 2], 1.0);
    lay(&mut sheet, &["V", if key.mode == Mode::Major { "I" } else { "i" }], key, &bars[N_BARS - 2..], 1.0);

    let mut truth = json!({});
    truth::rhythm(&mut truth, &line, &bars, &[], 0);
    let mut band = Band::new(&sheet, chance.fork());
    let instruments = match topic {
        Topic::DrumsOnly => {
            let drummer = Drummer::new(bpm, chance);
            let groove =
                chance.pick(&[Groove::Rock, Groove::HipHop, Groove::Funk, Groove::Percussion, Groove::House]);
            for (index, &bar) in bars.iter().enumerate() {
                drummer.play(groove, Place::new(bar, index), &mut band);
            }
            truth["style"] = "drums".into();
            truth["kind"] = "drums only".into();
            truth["key"] = json!(null);
            truth["keys"] = json!([]);
            truth["chords"] = json!([{ "start": 0.0, "end": truth::seconds(duration), "label": "N" }]);
            Palette::Pop.instruments(chance)
        }
        Topic::Melody => {
            let style = TuneStyle {
                density: 0.55,
                centre: 67,
                bars: 8,
                is_quick: false,
                syncopation: 0.35,
                variety: 0.4,
            };
            let part = chance.pick(&[Part::Lead, Part::Voice]);
            let tune = Tune::new(meter, style, chance);
            for (index, &bar) in bars[..N_BARS - 1].iter().enumerate() {
                tune.play(Place::new(bar, index), part, 84.0, &mut band);
            }
            let last = bars[N_BARS - 1];
            band.play(part, last.start as f64, last.meter.beats as f64, key.pitch(0, 4), 84.0);
            truth["style"] = "voice".into();
            truth["kind"] = "melody alone".into();
            truth::keys(&mut truth, &line, &[(0.0, key)], duration);
            vec![Instrument::new(Part::Lead, chance.pick(&[52, 53, 54, 73, 40, 71]), 110)]
        }
        _ => {
            for bar in &bars {
                atonal(bar.start as f64, &mut band);
            }
            truth["style"] = "twelve notes".into();
            truth["kind"] = "atonal".into();
            truth["key"] = json!(null);
            truth["keys"] = json!([]);
            Palette::Piano.instruments(chance)
        }
    };
    let notes = perform(&band.notes, &line, Touch { timing: 0.006, velocity: 6.0 }, chance);
    let mut sound = Sound::clean(split, chance);
    let notes = cast(notes, Palette::Piano, &mut sound, chance);
    Draft { notes, instruments, pedals: Vec::new(), cents, sound, duration, truth }.finish()
}

/// A bar of all twelve notes in some order, with leaps.
fn atonal(start: f64, band: &mut Band<'_>) {
    let mut left: Vec<i32> = (0..12).collect();
    for k in 0..12 {
        let class = left.swap_remove(band.chance.below(left.len()));
        let octave = 3 + band.chance.below(4) as i32;
        let at = start + k as f64 / 3.0;
        let length = band.chance.pick(&[0.3, 0.6, 1.0]);
        band.play(Part::Keys, at, length, 12 * (octave + 1) + class, 78.0);
    }
}
