//! Bass players.

use super::Place;
use crate::score::{Band, Part};
use crate::theory::near;

/// Ways of playing the bass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum BassLine {
    /// A note where the chord changes and every half bar.
    Root,
    /// Root and fifth by turns on the beats.
    RootFifth,
    /// With the bass drum.
    Kick(&'static [f64]),
    Eighths,
    Sixteenths,
    Octaves,
    OffBeats,
    Walking,
    /// One a bar, or one a chord.
    Long,
    Alternating,
    Bossa,
    /// At these positions, as in 7/8 or 5/4.
    At(&'static [f64]),
    /// The first and third part of each beat of a compound meter.
    Lilt,
}

/// MIDI pitch that bass notes lie around.
const CENTRE: i32 = 40;

/// Plays a bar.
pub(crate) fn play(line: BassLine, place: Place, band: &mut Band<'_>) {
    let beats = place.beats();
    let note = |band: &mut Band<'_>, p: f64, above: i32, velocity: f64, length: f64| {
        if p >= beats - 1e-6 {
            return;
        }
        let Some((chord, _)) = band.harmony(place.start + p) else { return };
        let pitch = chord.bass_pitch(CENTRE) + above;
        band.play(Part::Bass, place.start + p, length.min(beats - p), pitch, velocity);
    };
    let changes: Vec<f64> = band
        .sheet
        .spans
        .iter()
        .map(|span| span.start - place.start)
        .filter(|p| *p > 0.0 && *p < beats)
        .collect();
    match line {
        BassLine::Root => {
            let step = if place.meter.beats.is_multiple_of(2) && place.meter.beats > 2 {
                beats / 2.0
            } else {
                beats
            };
            for p in place.every(step) {
                note(band, p, 0, 95.0, step * 0.9);
            }
        }
        BassLine::RootFifth => {
            for p in place.every(1.0) {
                let fifth = if (p as usize) % 2 == 1 && !changes.contains(&p) {
                    fifth_at(band, place.start + p)
                } else {
                    0
                };
                note(band, p, fifth, 90.0, 0.9);
            }
        }
        BassLine::Kick(positions) => {
            for &p in positions {
                note(band, p, 0, 95.0, 0.7);
            }
            for p in changes {
                if !positions.contains(&p) {
                    note(band, p, 0, 92.0, 0.7);
                }
            }
        }
        BassLine::Eighths => place.every(0.5).for_each(|p| note(band, p, 0, 92.0, 0.45)),
        BassLine::Sixteenths => place.every(0.25).for_each(|p| note(band, p, 0, 88.0, 0.2)),
        BassLine::Octaves => {
            for p in place.every(0.5) {
                note(band, p, if p.fract() > 0.0 { 12 } else { 0 }, 92.0, 0.4);
            }
        }
        BassLine::OffBeats => place.every(1.0).for_each(|p| note(band, p + 0.5, 0, 95.0, 0.4)),
        BassLine::Walking => walk(place, &changes, band),
        BassLine::Long => {
            note(band, 0.0, 0, 95.0, changes.first().copied().unwrap_or(beats) * 0.95);
            for p in changes {
                note(band, p, 0, 90.0, (beats - p) * 0.95);
            }
        }
        BassLine::Alternating => {
            for p in place.every(1.0) {
                let is_off = (p as usize) % 2 == 1 && !changes.contains(&p);
                let below = if is_off { fifth_at(band, place.start + p) - 12 } else { 0 };
                note(band, p, below, 92.0, 0.5);
            }
        }
        BassLine::Bossa => {
            for p in [0.0, 1.5, 2.0, 3.5] {
                let fifth = if p > 1.0 && p < 3.0 && changes.is_empty() {
                    fifth_at(band, place.start + p)
                } else {
                    0
                };
                note(band, p, fifth, 92.0, 0.6);
            }
        }
        BassLine::At(positions) => positions.iter().for_each(|&p| note(band, p, 0, 92.0, 0.9)),
        BassLine::Lilt => {
            for p in place.every(1.0) {
                note(band, p, 0, 95.0, 0.6);
                note(band, p + 2.0 / 3.0, 0, 80.0, 0.3);
            }
        }
    }
}

/// What a left hand does where nobody else plays the bass: the chord's bass held below `centre`, on the
/// instrument of the accompaniment, so that what the chord stands on is heard.
pub(crate) fn left_hand(part: Part, centre: f64, place: Place, band: &mut Band<'_>) {
    let end = place.start + place.beats();
    let mut from = place.start;
    while from < end - 1e-6 {
        let Some(span) = band.sheet.at(from).copied() else { return };
        let to = if span.end > from { span.end.min(end) } else { end };
        let pitch = span.chord.bass_pitch(centre as i32 - 13);
        band.play(part, from, 0.95 * (to - from), pitch, 82.0);
        from = to;
    }
}

/// Semitones from the bass up to the chord's fifth.
fn fifth_at(band: &Band<'_>, position: f64) -> i32 {
    band.harmony(position).map_or(0, |(chord, _)| {
        let fifth = chord.quality.tones.iter().copied().find(|tone| (6..=8).contains(tone)).unwrap_or(7);
        (fifth - chord.bass).rem_euclid(12)
    })
}

/// A note a beat: the root where the chord changes, chord tones between, a step from the next root before it.
fn walk(place: Place, changes: &[f64], band: &mut Band<'_>) {
    let n = place.meter.beats;
    let mut last = CENTRE;
    for beat in 0..n {
        let p = beat as f64;
        let Some((chord, _)) = band.harmony(place.start + p) else { return };
        let next = band.harmony(place.start + p + 1.0).map_or(chord, |(next, _)| next);
        let is_change = beat == 0 || changes.contains(&p);
        let pitch = if is_change {
            chord.bass_pitch(CENTRE)
        } else if beat + 1 == n && next.root != chord.root {
            let target = near(next.bass_class(), last);
            target + band.chance.pick(&[-1, 1, 2, -2])
        } else {
            let tone = chord.quality.tones[1 + band.chance.below(chord.quality.tones.len() - 1)];
            near((chord.root + tone).rem_euclid(12), last)
        };
        last = pitch.clamp(30, 52);
        if last != pitch {
            last = near(pitch.rem_euclid(12), CENTRE);
        }
        band.play(Part::Bass, place.start + p, 0.9, last, 92.0);
    }
}
