//! Drummers.

mod grooves;

use super::Place;
use crate::chance::Chance;
use crate::score::{Band, Part};

// General MIDI's percussion.
const KICK: i32 = 36;
const RIM: i32 = 37;
const SNARE: i32 = 38;
const CLAP: i32 = 39;
const SNARE_2: i32 = 40;
const CLOSED: i32 = 42;
const PEDAL: i32 = 44;
const OPEN: i32 = 46;
const LOW_TOM: i32 = 45;
const HIGH_TOM: i32 = 48;
const CRASH: i32 = 49;
const RIDE: i32 = 51;
const TAMBOURINE: i32 = 54;
const COWBELL: i32 = 56;
const HIGH_BONGO: i32 = 60;
const LOW_BONGO: i32 = 61;
const OPEN_CONGA: i32 = 63;
const LOW_CONGA: i32 = 64;
const MARACAS: i32 = 70;
const CLAVES: i32 = 75;
const SHAKER: i32 = 82;

/// Ways of drumming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Groove {
    Rock,
    HalfTime,
    DoubleTime,
    Motown,
    Funk,
    Disco,
    House,
    Breakbeat,
    HipHop,
    Trap,
    Jazz,
    Shuffle,
    Waltz,
    March,
    Polka,
    Compound,
    Bossa,
    Latin,
    Seven,
    Five,
    Reggae,
    Dembow,
    Samba,
    /// Country: a train of soft strokes.
    Train,
    Metal,
    Percussion,
}

/// What a drummer keeps through a song.
#[derive(Debug, Clone)]
pub(crate) struct Drummer {
    kick: &'static [f64],
    hip_hop_kick: &'static [f64],
    seven: (&'static [f64], &'static [f64]),
    snare: i32,
    hat: i32,
    /// Beats between strokes of the hat.
    pub(crate) hat_step: f64,
    fills: bool,
    crashes: bool,
    ghosts: bool,
    extra: Option<i32>,
    dice: [f64; 4],
}

impl Drummer {
    /// A drummer for a tempo of `bpm`.
    pub(crate) fn new(bpm: f64, chance: &mut Chance) -> Self {
        let mut hat_step: f64 = chance.pick(&[0.5, 0.5, 0.25, 1.0]);
        if bpm > 110.0 {
            hat_step = hat_step.max(0.5);
        }
        if bpm > 150.0 {
            hat_step = chance.pick(&[0.5, 1.0]);
        }
        if bpm < 80.0 {
            hat_step = hat_step.min(0.5);
        }
        Self {
            kick: chance.pick(&[
                &[0.0, 2.0][..],
                &[0.0, 2.0, 2.5],
                &[0.0, 1.5, 2.0],
                &[0.0, 0.5, 2.0],
                &[0.0, 2.5],
                &[0.0, 1.5, 2.5],
                &[0.0, 2.0, 3.5],
            ]),
            hip_hop_kick: chance.pick(&[
                &[0.0, 2.5][..],
                &[0.0, 0.75, 2.5],
                &[0.0, 1.5, 2.25],
                &[0.0, 1.75, 2.5],
                &[0.0, 0.5, 1.75, 2.75],
            ]),
            seven: chance.pick(&[
                (&[0.0, 4.0][..], &[2.0, 6.0][..]),
                (&[0.0, 2.0, 4.0], &[3.0, 6.0]),
                (&[0.0, 3.0, 5.0], &[2.0, 6.0]),
                (&[0.0, 4.0], &[2.0, 5.0]),
            ]),
            snare: chance.pick(&[SNARE, SNARE, SNARE_2, CLAP, RIM]),
            hat: chance.pick(&[CLOSED, RIDE, CLOSED, MARACAS, SHAKER]),
            hat_step,
            fills: chance.often(0.6),
            crashes: chance.often(0.6),
            ghosts: chance.often(0.35),
            extra: chance.often(0.3).then(|| chance.pick(&[TAMBOURINE, COWBELL, CLAVES, MARACAS])),
            dice: std::array::from_fn(|_| chance.unit()),
        }
    }

    /// The same drummer, holding back: closed hats, the rim, no crashes.
    pub(crate) fn soft(&self) -> Self {
        let snare = if self.dice[0] < 0.5 { RIM } else { self.snare };
        Self {
            hat: CLOSED,
            hat_step: self.hat_step.max(0.5),
            snare,
            crashes: false,
            ghosts: false,
            extra: None,
            ..self.clone()
        }
    }

    /// The same drummer at full strength: ride or open hats, crashes.
    pub(crate) fn loud(&self) -> Self {
        let snare = if self.snare == RIM { SNARE } else { self.snare };
        Self {
            hat: if self.dice[1] < 0.6 { RIDE } else { OPEN },
            snare,
            crashes: true,
            fills: true,
            ..self.clone()
        }
    }

    /// A roll that grows denser over `n_bars` bars, of which this is bar `place.index`.
    pub(crate) fn roll(place: Place, n_bars: usize, band: &mut Band<'_>) {
        let left = n_bars.saturating_sub(place.index);
        let step = match left {
            0..=1 => 0.125,
            2 => 0.25,
            3..=4 => 0.5,
            _ => 1.0,
        };
        let swell = place.index as f64 / n_bars.max(1) as f64;
        for p in place.every(step) {
            band.play(Part::Drums, place.start + p, 0.1, SNARE, 55.0 + 50.0 * swell);
        }
        if left > 2 {
            place.every(1.0).for_each(|p| band.play(Part::Drums, place.start + p, 0.1, KICK, 95.0));
        }
    }

    /// Where the kick falls in 4/4.
    pub(crate) const fn kick(&self) -> &'static [f64] {
        self.kick
    }

    /// Where a bar of 7/8 is accented.
    pub(crate) const fn seven(&self) -> (&'static [f64], &'static [f64]) {
        self.seven
    }

    /// Plays a bar.
    pub(crate) fn play(&self, groove: Groove, place: Place, band: &mut Band<'_>) {
        let mut strokes = Strokes { list: Vec::new(), place };
        self.pattern(groove, place, &mut strokes, band);
        let beats = place.meter.beats;
        let is_fill = self.fills
            && place.index % 8 == 7
            && !matches!(groove, Groove::Jazz | Groove::Bossa | Groove::Latin);
        if is_fill {
            let step = if place.meter.is_compound() { 1.0 / 3.0 } else { place.meter.parts as f64 * 0.25 };
            let from = beats as f64 - 1.0;
            strokes.list.retain(|stroke| stroke.0 < from || stroke.1 == KICK);
            let mut position = from;
            let mut drum = HIGH_TOM;
            while position < beats as f64 - 1e-6 {
                strokes.hit(position, drum, 95.0);
                position += step;
                drum = if drum == HIGH_TOM && band.chance.often(0.6) { HIGH_TOM } else { LOW_TOM };
            }
        }
        if self.crashes && place.index.is_multiple_of(8) {
            strokes.hit(0.0, CRASH, 100.0);
        }
        for (position, drum, velocity) in strokes.list {
            band.play(Part::Drums, place.start + position, 0.1, drum, velocity);
        }
    }

    /// The last stroke of a song.
    pub(crate) fn end(place: Place, band: &mut Band<'_>) {
        band.play(Part::Drums, place.start, 0.1, KICK, 110.0);
        band.play(Part::Drums, place.start, 0.1, CRASH, 100.0);
    }
}

/// Strokes gathered in a bar: position, drum, velocity.
struct Strokes {
    list: Vec<(f64, i32, f64)>,
    place: Place,
}

impl Strokes {
    /// One stroke, unless it lies beyond the bar.
    fn hit(&mut self, position: f64, drum: i32, velocity: f64) {
        if position < self.place.beats() - 1e-6 {
            self.list.push((position, drum, velocity));
        }
    }

    fn hits(&mut self, positions: &[f64], drum: i32, velocity: f64) {
        for &position in positions {
            self.hit(position, drum, velocity);
        }
    }

    /// A stroke every `step` beats from `from` on, louder on the beats.
    fn repeat(&mut self, step: f64, from: f64, drum: i32) {
        for position in self.place.every(step) {
            let position = position + from;
            let is_on_beat = (position - position.round()).abs() < 1e-6;
            self.hit(position, drum, if is_on_beat { 75.0 } else { 55.0 });
        }
    }
}
