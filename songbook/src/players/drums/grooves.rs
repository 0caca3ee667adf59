//! What is struck in a bar of each groove.

use super::super::Place;
use super::{
    CLAP, CLAVES, CLOSED, COWBELL, CRASH, Drummer, Groove, HIGH_BONGO, KICK, LOW_BONGO, LOW_CONGA, LOW_TOM,
    MARACAS, OPEN, OPEN_CONGA, PEDAL, RIDE, RIM, SHAKER, SNARE, Strokes, TAMBOURINE,
};
use crate::score::Band;

impl Drummer {
    /// The strokes of a bar, without fill and crash.
    pub(super) fn pattern(&self, groove: Groove, place: Place, s: &mut Strokes, band: &mut Band<'_>) {
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
            Groove::Dembow => {
                place.every(1.0).for_each(|p| s.hit(p, KICK, 110.0));
                s.hits(&[0.75, 1.5, 2.75, 3.5], self.snare, 100.0);
                s.repeat(0.5, 0.0, CLOSED);
            }
            Groove::Samba => {
                s.hits(&[1.0], LOW_TOM, 110.0);
                s.hits(&[0.0], LOW_TOM, 75.0);
                s.hits(&[0.0, 0.75, 1.0, 1.75], KICK, 85.0);
                s.repeat(0.25, 0.0, SHAKER);
                let clave: &[f64] =
                    if place.index.is_multiple_of(2) { &[0.0, 0.75, 1.5] } else { &[0.25, 0.75, 1.25] };
                s.hits(clave, RIM, 85.0);
            }
            Groove::Train => {
                s.hits(&[0.0, 2.0], KICK, 98.0);
                for p in place.every(if self.hat_step < 0.5 { 0.25 } else { 0.5 }) {
                    let is_back = backbeats.contains(&p);
                    s.hit(p, SNARE, if is_back { 96.0 } else { 52.0 });
                }
            }
            Groove::Metal => {
                s.repeat(if self.dice[0] < 0.6 { 0.25 } else { 0.5 }, 0.0, KICK);
                place.every(1.0).for_each(|p| s.hit(p, KICK, 112.0));
                s.hits(backbeats, SNARE, 112.0);
                s.repeat(1.0, 0.0, if self.dice[1] < 0.5 { CRASH } else { RIDE });
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
