//! Tunes: a motif of a few bars that returns, bent to the chords.

use super::Place;
use crate::chance::Chance;
use crate::meter::Meter;
use crate::score::{Band, Part};
use crate::theory::{Chord, Key};

/// A tune's rhythm and contour over some bars.
#[derive(Debug, Clone)]
pub(crate) struct Tune {
    /// Bars of it: onsets with their length in beats and the steps up or down from the note before.
    bars: Vec<Vec<Gesture>>,
    /// MIDI pitch around which it moves.
    centre: i32,
    /// Chance of a grace note.
    graces: f64,
    /// Whether it plays ahead of the accompaniment, in seconds.
    pub(crate) lead: f64,
}

#[derive(Debug, Clone, Copy)]
struct Gesture {
    at: f64,
    length: f64,
    steps: i32,
}

/// How a tune is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TuneStyle {
    /// Chance of an onset on each division of the beat.
    pub(crate) density: f64,
    /// MIDI pitch around which it moves.
    pub(crate) centre: i32,
    /// Bars before it repeats; the last is a long note.
    pub(crate) bars: usize,
    /// Whether halves of the divisions occur: sixteenths.
    pub(crate) is_quick: bool,
    /// Share of the off-beats among the onsets, 0–1: 0.5 is natural.
    pub(crate) syncopation: f64,
    /// How many dotted rhythms, triplets and grace notes there are, 0–1.
    pub(crate) variety: f64,
}

impl Tune {
    /// A tune in bars of `meter`.
    pub(crate) fn new(meter: &'static Meter, style: TuneStyle, chance: &mut Chance) -> Self {
        let mut bars: Vec<Vec<Gesture>> = Vec::new();
        for bar in 0..style.bars.max(1) {
            // The third bar of a phrase of four often says the first again.
            if bar % 4 == 2 && chance.often(0.7) {
                bars.push(bars[bar - 2].clone());
                continue;
            }
            let is_end = bar + 1 == style.bars || bar % 4 == 3;
            bars.push(gestures(meter, style, is_end, chance));
        }
        Self { bars, centre: style.centre, graces: 0.1 * style.variety, lead: 0.0 }
    }

    /// Plays the bar of the tune that is due, in the scale and on the chords that sound.
    pub(crate) fn play(&self, place: Place, part: Part, velocity: f64, band: &mut Band<'_>) {
        let gestures = &self.bars[place.index % self.bars.len()];
        let mut pitch = self.centre + [0, 2, -2, 1][place.index % self.bars.len() % 4];
        for gesture in gestures {
            if gesture.at >= place.beats() - 1e-6 {
                break;
            }
            let Some((chord, key)) = band.harmony(place.start + gesture.at) else { return };
            let is_strong = gesture.at.fract() < 1e-6 || gesture.length >= 1.0;
            pitch = step(pitch, gesture.steps, key, chord, is_strong, self.centre);
            let length = gesture.length.min(place.beats() - gesture.at);
            if band.chance.often(self.graces) {
                let above =
                    pitch + if key.scale().contains(&(pitch + 1 - key.tonic).rem_euclid(12)) { 1 } else { 2 };
                band.play_late(
                    part,
                    place.start + gesture.at,
                    0.1,
                    above,
                    velocity - 12.0,
                    -self.lead - 0.07,
                );
            }
            let accent = if gesture.at < 1e-6 { 6.0 } else { 0.0 };
            band.play_late(part, place.start + gesture.at, length, pitch, velocity + accent, -self.lead);
        }
    }
}

fn gestures(meter: &'static Meter, style: TuneStyle, is_end: bool, chance: &mut Chance) -> Vec<Gesture> {
    let beats = meter.beats as f64;
    let mut positions: Vec<f64> = Vec::new();
    for at in meter.grid() {
        let is_beat = at.fract() < 1e-6 || meter.parts == 1;
        let weight = if at < 1e-6 {
            1.9
        } else if is_beat {
            2.4 * (1.0 - style.syncopation)
        } else {
            2.0 * style.syncopation
        };
        if chance.often((style.density * weight).min(0.95)) {
            positions.push(at);
        }
        if style.is_quick && meter.parts > 1 && chance.often(0.25 * style.density) {
            positions.push(at + 0.5 / meter.parts as f64);
        }
    }
    if meter.parts == 2 {
        for beat in 0..meter.beats {
            let (from, dice) = (beat as f64, chance.unit());
            let figure: &[f64] = match dice {
                x if x < 0.1 * style.variety => &[0.0, 1.0 / 3.0, 2.0 / 3.0],
                x if x < 0.28 * style.variety => &[0.0, 0.75],
                x if x < 0.34 * style.variety => &[0.0, 0.25],
                _ => continue,
            };
            positions.retain(|at| *at < from - 1e-6 || *at > from + 1.0 - 1e-6);
            positions.extend(figure.iter().map(|p| from + p));
        }
        positions.sort_by(f64::total_cmp);
    }
    if is_end {
        // Phrases breathe.
        let stop = (beats * chance.range(0.3, 0.6)).floor().max(1.0);
        positions.retain(|&at| at < stop);
        if positions.is_empty() {
            positions.push(0.0);
        }
    }
    let mut gestures: Vec<Gesture> = Vec::new();
    for (idx, &at) in positions.iter().enumerate() {
        let next = positions.get(idx + 1).copied().unwrap_or(beats);
        let steps = [-2, -1, -1, 0, 1, 1, 2, 3, -3][chance.below(9)];
        gestures.push(Gesture { at, length: ((next - at) * chance.range(0.75, 1.0)).min(2.5), steps });
    }
    gestures
}

/// Moves by scale steps, to a note of the chord where it matters, and back towards the centre.
fn step(pitch: i32, steps: i32, key: Key, chord: Chord, is_strong: bool, centre: i32) -> i32 {
    let in_scale =
        |pitch: i32| chord.contains(pitch) || key.scale().contains(&(pitch - key.tonic).rem_euclid(12));
    let steps = match pitch - centre {
        away if away > 8 => -steps.abs().max(1),
        away if away < -8 => steps.abs().max(1),
        _ => steps,
    };
    let mut pitch = pitch;
    for _ in 0..steps.abs() {
        pitch += steps.signum();
        while !in_scale(pitch) {
            pitch += steps.signum();
        }
    }
    if is_strong {
        let direction = if steps < 0 { -1 } else { 1 };
        let found = (0..12).map(|k| pitch + direction * if k % 2 == 1 { (k + 1) / 2 } else { -k / 2 });
        // Over a bare fifth the tune says which third is meant.
        let is_bare = chord.quality.tones.len() == 2;
        let is_third = |p: i32| matches!((p - chord.root).rem_euclid(12), 3 | 4) && in_scale(p);
        if let Some(near) = { found }.find(|&p| chord.contains(p) || is_bare && is_third(p)) {
            pitch = near;
        }
    } else if !in_scale(pitch) {
        pitch += 1;
    }
    pitch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{Bar, FOUR, SEVEN, SIX_EIGHT};
    use crate::progressions::lay;
    use crate::score::Sheet;
    use crate::theory::Mode;

    #[test]
    fn tunes_keep_to_their_bars_chords_and_range() {
        for (seed, meter) in [&FOUR, &SIX_EIGHT, &SEVEN].into_iter().enumerate() {
            let bars = crate::meter::bars(std::iter::repeat_n(meter, 8));
            let mut sheet = Sheet::default();
            lay(&mut sheet, &["i", "iv", "V7", "i"], Key::new(2, Mode::Minor), &bars, 1.0);
            let mut chance = Chance::new(seed as u64);
            let style = TuneStyle {
                density: 0.5,
                centre: 72,
                bars: 4,
                is_quick: true,
                syncopation: 0.4,
                variety: 1.0,
            };
            let tune = Tune::new(meter, style, &mut chance);
            let mut band = Band::new(&sheet, chance);
            for (index, &bar) in bars.iter().enumerate() {
                let place = Place::new(Bar { ..bar }, index);
                let before = band.notes.len();
                tune.play(place, Part::Lead, 80.0, &mut band);
                for note in band.notes[before..].iter().filter(|note| note.length > 0.1) {
                    let end = place.start + place.beats() + 1e-9;
                    assert!(note.start >= place.start && note.start + note.length <= end);
                    assert!((55..=90).contains(&note.pitch), "{}", note.pitch);
                    if (note.start - place.start).abs() < 1e-9 {
                        assert!(sheet.at(note.start).unwrap().chord.contains(note.pitch));
                    }
                }
            }
            assert!(band.notes.len() >= 8);
        }
    }
}
