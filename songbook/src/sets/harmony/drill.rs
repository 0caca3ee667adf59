//! Chord types on every root, clean.

use serde_json::json;

use crate::chance::Chance;
use crate::meter::{FOUR, bars};
use crate::midi::Instrument;
use crate::players::Place;
use crate::score::{Band, ChordSpan, Part, Sheet, Touch, perform};
use crate::sets::{Draft, TAIL};
use crate::sound::Sound;
use crate::theory::{Chord, Key, Mode, QUALITIES, Quality};
use crate::timeline::{Feel, Timeline};
use crate::truth;
use crate::{Composition, Split};

/// Chords in a drill.
const N_CHORDS: usize = 24;

/// Programs of clean timbres: pianos, organs, guitars, strings, voices, pads.
const TIMBRES: [u8; 14] = [0, 0, 1, 4, 5, 16, 19, 24, 25, 27, 48, 52, 89, 11];

/// How a chord is struck in its bar.
#[derive(Debug, Clone, Copy)]
enum Stroke {
    Held,
    EveryBeat,
    /// On the first and third beat.
    Twice,
    /// Note after note, then held.
    Broken,
}

/// A drill in one type (an index of [`QUALITIES`]) or in all.
pub(super) fn compose(split: Split, quality: Option<usize>, cents: f64, chance: &mut Chance) -> Composition {
    let chords = chords(quality, chance);
    let bpm = chance.range(90.0, 140.0);
    let bars = bars(std::iter::repeat_n(&FOUR, N_CHORDS));
    let periods = vec![60.0 / bpm; 4 * N_CHORDS];
    let line = Timeline::new(chance.range(0.1, 1.0), &periods, Feel::STRAIGHT, false);
    // For spelling only.
    let key = Key::new(0, Mode::Major);
    let mut sheet = Sheet::default();
    for (bar, &chord) in bars.iter().zip(&chords) {
        sheet.push(ChordSpan { start: bar.start as f64, end: bar.end() as f64, chord, key });
    }

    let stroke = chance.pick(&[Stroke::Held, Stroke::EveryBeat, Stroke::Twice, Stroke::Broken]);
    let centre = chance.range(57.0, 66.0);
    let doubled = chance.often(0.5);
    let mut band = Band::new(&sheet, chance.fork());
    for (&bar, &chord) in bars.iter().zip(&chords) {
        strike(stroke, chord, Place::new(bar, 0), centre, doubled, &mut band);
    }
    let touch = Touch { timing: 0.004, velocity: 4.0 };
    let notes = perform(&band.notes, &line, touch, chance);
    let duration = line.beats[line.beats.len() - 1] + TAIL;

    let style = quality.map_or("mixed drill", |quality| QUALITIES[quality].harte);
    let mut truth = json!({ "style": style, "kind": "drill", "params": { "chord_vocabulary": "extended" } });
    truth::rhythm(&mut truth, &line, &bars, &[], 0);
    truth::chords(&mut truth, &line, &sheet, duration);
    let program = chance.pick(&TIMBRES);
    let instruments = vec![
        Instrument::new(Part::Keys, program, 100),
        Instrument::new(
            Part::Bass,
            if chance.often(0.5) { program } else { chance.pick(&[32, 33, 35]) },
            100,
        ),
    ];
    let sound = Sound::clean(split, chance);
    Draft { notes, instruments, pedals: Vec::new(), cents, sound, duration, truth }.finish()
}

/// Every root once in root position, then once inverted where that is no other chord, in any order.
fn chords(quality: Option<usize>, chance: &mut Chance) -> Vec<Chord> {
    let mut chords = Vec::with_capacity(N_CHORDS);
    for half in 0..2 {
        let mut roots: Vec<i32> = (0..12).collect();
        while !roots.is_empty() {
            let root = roots.swap_remove(chance.below(roots.len()));
            let quality = &QUALITIES[quality.unwrap_or_else(|| chance.below(QUALITIES.len()))];
            let mut chord = Chord::new(root, quality);
            let basses: Vec<i32> = quality.tones[1..].iter().copied().filter(|&bass| bass < 12).collect();
            if half == 1 && !has_twin(chord) {
                chord.bass = chance.pick(&basses);
            }
            // The same chord twice would be one chord.
            if chords.last() != Some(&chord) {
                chords.push(chord);
            } else {
                chords.insert(0, chord);
            }
        }
    }
    chords
}

/// Whether another chord has the same notes, as Am7 has those of C6: then only the bass tells which it is,
/// and it is taken for the one in root position.
fn has_twin(chord: Chord) -> bool {
    let classes = |root: i32, tones: &[i32]| {
        let mut classes: Vec<i32> = tones.iter().map(|tone| (root + tone).rem_euclid(12)).collect();
        classes.sort_unstable();
        classes
    };
    let notes = classes(chord.root, chord.quality.tones);
    let is_itself = |root: i32, other: &Quality| root == chord.root && other.harte == chord.quality.harte;
    QUALITIES
        .iter()
        .any(|other| (0..12).any(|root| !is_itself(root, other) && classes(root, other.tones) == notes))
}

fn strike(stroke: Stroke, chord: Chord, place: Place, centre: f64, doubled: bool, band: &mut Band<'_>) {
    let pitches = chord.voiced(centre);
    let bass = chord.bass_pitch(42);
    let mut play = |at: f64, length: f64, velocity: f64| {
        band.play(Part::Bass, place.start + at, length, bass, velocity + 6.0);
        if doubled {
            band.play(Part::Bass, place.start + at, length, bass + 12, velocity - 10.0);
        }
        band.chord(Part::Keys, place.start + at, length, &pitches, velocity);
    };
    match stroke {
        Stroke::Held => play(0.0, 3.9, 84.0),
        Stroke::Twice => [0.0, 2.0].into_iter().for_each(|at| play(at, 1.9, 82.0)),
        Stroke::EveryBeat => {
            place.every(1.0).for_each(|at| play(at, 0.9, if at < 0.5 { 86.0 } else { 76.0 }));
        }
        Stroke::Broken => {
            band.play(Part::Bass, place.start, 3.9, bass, 88.0);
            for (k, &pitch) in pitches.iter().enumerate() {
                let at = 0.25 * k as f64;
                band.play(Part::Keys, place.start + at, 3.9 - at, pitch, 80.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::quality;

    #[test]
    fn chords_of_the_same_notes_are_known() {
        let chord = |harte| Chord::new(0, quality(harte));
        for twin in ["maj6", "min7", "min6", "hdim7", "sus2", "sus4", "dim7", "aug"] {
            assert!(has_twin(chord(twin)), "{twin}");
        }
        for own in ["maj", "min", "dim", "7", "maj7", "minmaj7", "maj9", "5"] {
            assert!(!has_twin(chord(own)), "{own}");
        }
    }

    #[test]
    fn every_root_comes_and_neighbours_differ() {
        for idx in 0..QUALITIES.len() {
            let chords = chords(Some(idx), &mut Chance::new(idx as u64));
            assert_eq!(chords.len(), N_CHORDS);
            for root in 0..12 {
                assert_eq!(chords.iter().filter(|chord| chord.root == root).count(), 2);
            }
            assert!(chords.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }
}
