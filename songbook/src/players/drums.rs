//! Drummers.

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

    fn pattern(&self, groove: Groove, place: Place, s: &mut Strokes, band: &mut Band<'_>) {
        let n = place.meter.beats;
        let beats = place.beats();
        let backbeats: &[f64] = match n {
            2 => &[1.0],
            3 => &[1.0, 2.0],
            5 => &[1.0, 3.0],
            _ => &[1.0, 3.0],
        };
        match groove {
            Groove::Rock => {
                s.hits(self.kick, KICK, 105.0);
                s.hits(backbeats, self.snare, 105.0);
                s.repeat(self.hat_step, 0.0, self.hat);
                self.decorate(s, band, backbeats);
            }
            Groove::HalfTime => {
                s.hits(&[0.0], KICK, 108.0);
                if self.dice[0] < 0.5 {
                    s.hits(&[2.5], KICK, 90.0);
                }
                s.hits(&[beats / 2.0], self.snare, 110.0);
                s.repeat(self.hat_step.max(0.5), 0.0, self.hat);
            }
            Groove::DoubleTime => {
                for p in place.every(1.0) {
                    s.hit(p, KICK, 105.0);
                    s.hit(p + 0.5, self.snare, 102.0);
                }
                s.repeat(0.5, 0.0, self.hat);
            }
            Groove::Motown => {
                s.hits(self.kick, KICK, 100.0);
                for p in place.every(1.0) {
                    s.hit(p, SNARE, 100.0);
                }
                s.repeat(0.5, 0.0, if self.dice[0] < 0.5 { TAMBOURINE } else { self.hat });
            }
            Groove::Funk => {
                let kicks: &[f64] =
                    if self.dice[0] < 0.5 { &[0.0, 0.5, 2.5] } else { &[0.0, 1.5, 1.75, 2.5] };
                s.hits(kicks, KICK, 108.0);
                s.hits(backbeats, SNARE, 108.0);
                for p in [0.75, 1.75, 2.25, 3.75] {
                    if band.chance.often(0.5) {
                        s.hit(p, SNARE, 42.0);
                    }
                }
                s.repeat(0.25, 0.0, CLOSED);
                s.hits(&[3.5], OPEN, 85.0);
            }
            Groove::Disco => {
                for p in place.every(1.0) {
                    s.hit(p, KICK, 110.0);
                }
                s.hits(backbeats, if self.snare == CLAP { CLAP } else { SNARE }, 100.0);
                s.repeat(1.0, 0.5, OPEN);
                if self.hat_step < 0.5 {
                    s.repeat(0.5, 0.0, CLOSED);
                }
            }
            Groove::House => {
                for p in place.every(1.0) {
                    s.hit(p, KICK, 115.0);
                }
                s.repeat(1.0, 0.5, OPEN);
                s.repeat(0.25, 0.0, MARACAS);
                if self.dice[0] < 0.6 {
                    s.hits(backbeats, CLAP, 95.0);
                }
            }
            Groove::Breakbeat => {
                s.hits(&[0.0, 2.5], KICK, 115.0);
                s.hits(backbeats, SNARE, 112.0);
                if self.dice[1] < 0.5 {
                    s.hits(&[1.75, 2.25, 3.75], SNARE, 45.0);
                }
                s.repeat(0.5, 0.0, self.hat);
            }
            Groove::HipHop => {
                s.hits(self.hip_hop_kick, KICK, 112.0);
                s.hits(backbeats, self.snare, 108.0);
                s.repeat(self.hat_step.min(0.5), 0.0, CLOSED);
            }
            Groove::Trap => {
                s.hits(self.hip_hop_kick, KICK, 115.0);
                s.hits(backbeats, CLAP, 110.0);
                s.repeat(0.25, 0.0, CLOSED);
                let roll = f64::from(band.chance.below(4) as u8);
                for k in 0..4 {
                    s.hit(roll + 0.125 * f64::from(k), CLOSED, 60.0);
                }
            }
            Groove::Jazz => {
                for p in place.every(1.0) {
                    let is_back = (p as usize) % 2 == 1;
                    s.hit(p, RIDE, if is_back { 85.0 } else { 70.0 });
                    if is_back {
                        s.hit(p + 0.5, RIDE, 60.0);
                        s.hit(p, PEDAL, 70.0);
                    }
                }
                for p in place.every(0.5) {
                    if self.dice[2] < 0.5 && band.chance.often(0.15) {
                        s.hit(p, SNARE, 45.0);
                    }
                }
            }
            Groove::Shuffle => {
                s.hits(&[0.0, 2.0], KICK, 105.0);
                s.hits(backbeats, SNARE, 105.0);
                s.repeat(0.5, 0.0, if self.dice[0] < 0.4 { RIDE } else { CLOSED });
            }
            Groove::Waltz => {
                s.hit(0.0, KICK, 105.0);
                for p in place.every(1.0).skip(1) {
                    s.hit(p, if self.dice[0] < 0.5 { SNARE } else { PEDAL }, 75.0);
                }
                if self.dice[1] < 0.5 {
                    s.repeat(if self.dice[2] < 0.5 { 0.5 } else { 1.0 }, 0.0, RIDE);
                }
            }
            Groove::March => {
                for p in place.every(1.0) {
                    s.hit(p, if (p as usize).is_multiple_of(2) { KICK } else { SNARE }, 100.0);
                    s.hit(p + 0.5, SNARE, 60.0);
                }
                if place.index % 4 == 3 {
                    s.hits(&[beats - 0.75, beats - 0.25], SNARE, 62.0);
                }
            }
            Groove::Polka => {
                for p in place.every(1.0) {
                    s.hit(p, KICK, if p < 0.5 { 108.0 } else { 92.0 });
                    s.hit(p + 0.5, SNARE, 85.0);
                }
            }
            Groove::Compound => {
                for p in place.every(1.0) {
                    let is_strong = n == 3 && p < 0.5 || n != 3 && (p as usize).is_multiple_of(2);
                    s.hit(p, if is_strong { KICK } else { SNARE }, 105.0);
                }
                s.repeat(1.0 / 3.0, 0.0, if self.hat == RIDE { RIDE } else { CLOSED });
                match n {
                    // What tells twelve eighths from twice six: a figure that takes four beats.
                    4 if self.dice[1] < 0.5 => s.hits(&[1.0 + 2.0 / 3.0, 2.0 + 2.0 / 3.0], KICK, 88.0),
                    4 => s.hits(&[2.0 + 2.0 / 3.0], KICK, 92.0),
                    _ if self.dice[1] < 0.4 => s.hit(beats - 1.0 / 3.0, KICK, 80.0),
                    _ => {}
                }
                if self.ghosts && self.dice[3] < 0.5 {
                    s.hit(beats - 1.0 / 3.0, SNARE, 50.0);
                }
            }
            Groove::Bossa => {
                s.hits(&[0.0, 1.5, 2.0, 3.5], KICK, 80.0);
                let rim: &[f64] = if place.index.is_multiple_of(2) { &[0.0, 1.5, 3.0] } else { &[1.0, 2.5] };
                s.hits(rim, RIM, 85.0);
                s.repeat(0.5, 0.0, CLOSED);
            }
            Groove::Latin => {
                let clave: &[f64] =
                    if place.index.is_multiple_of(2) { &[0.0, 1.5, 3.0] } else { &[1.0, 2.0] };
                s.hits(clave, CLAVES, 90.0);
                s.hits(&[0.0, 1.5, 3.0], LOW_CONGA, 85.0);
                s.hits(&[1.0, 3.5], OPEN_CONGA, 88.0);
                s.hits(&[0.0, 2.0], KICK, 90.0);
                s.repeat(0.5, 0.0, MARACAS);
                s.hits(&[0.0, 2.0], COWBELL, 78.0);
            }
            Groove::Seven => {
                s.hits(self.seven.0, KICK, 105.0);
                s.hits(self.seven.1, SNARE, 100.0);
                s.repeat(1.0, 0.0, CLOSED);
            }
            Groove::Five => {
                s.hit(0.0, KICK, 110.0);
                s.hit(3.0, if self.dice[0] < 0.5 { SNARE } else { KICK }, 100.0);
                s.hit(2.0, SNARE, 70.0);
                s.hit(4.0, SNARE, 60.0);
                s.repeat(0.5, 0.0, RIDE);
            }
            Groove::Reggae => {
                s.hits(&[2.0], KICK, 110.0);
                s.hits(&[2.0], RIM, 100.0);
                s.repeat(0.5, 0.0, CLOSED);
            }
            Groove::Percussion => {
                s.hit(0.0, LOW_CONGA, 100.0);
                for p in place.every(1.0).skip(1) {
                    s.hit(p, if band.chance.often(0.5) { OPEN_CONGA } else { HIGH_BONGO }, 82.0);
                }
                let part = 1.0 / place.meter.parts.max(1) as f64;
                s.repeat(part, 0.0, SHAKER);
                if place.meter.parts == 2 && self.dice[0] < 0.6 {
                    s.hits(&[1.5, 3.5], LOW_BONGO, 80.0);
                }
            }
        }
    }

    /// Ghost notes and a second instrument.
    fn decorate(&self, s: &mut Strokes, band: &mut Band<'_>, backbeats: &[f64]) {
        if self.ghosts {
            for p in [0.75, 1.75, 2.25, 3.75] {
                if band.chance.often(0.3) {
                    s.hit(p, SNARE, 40.0);
                }
            }
        }
        if let Some(extra) = self.extra {
            s.hits(backbeats, extra, 75.0);
        }
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
