//! Accompaniments.

use super::Place;
use crate::score::{Band, Part};

/// Ways of accompanying.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Comp {
    /// Nothing.
    None,
    /// Chords on the beats.
    Block,
    /// Held chords.
    Pad,
    /// Held chords that swell and fade on strings.
    Strings,
    /// Up and down the chord in divisions of the beat.
    Arpeggio,
    /// Low, high, middle, high.
    Alberti,
    /// Strummed guitar.
    Strum,
    /// Root and fifth in eighths.
    Drive,
    OffBeat,
    Stabs,
    /// Bass on one, chords on the other beats.
    Oompah,
    Jazz,
    Bossa,
    /// At these positions.
    At(&'static [f64]),
    /// Pulses of sixteenths, as sequencers play.
    Sequence,
    /// Repeated chords in divisions of the beat.
    Repeated,
    /// Four voices, a chord a beat.
    Chorale,
    /// Wide arpeggios with the pedal down.
    Nocturne,
}

impl Comp {
    /// The part that plays so.
    pub(crate) const fn part(self) -> Part {
        match self {
            Self::Strum => Part::Guitar,
            Self::Drive => Part::Riff,
            Self::Pad | Self::Strings => Part::Pad,
            _ => Part::Keys,
        }
    }
}

/// An accompanist: the way, the part, the register.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accompanist {
    pub(crate) comp: Comp,
    pub(crate) part: Part,
    /// MIDI pitch that chords lie around.
    pub(crate) centre: f64,
    /// Whether an arpeggio runs in sixteenths rather than eighths.
    pub(crate) is_busy: bool,
    /// Seconds between the notes of a rolled chord.
    pub(crate) roll: f64,
}

impl Accompanist {
    pub(crate) const fn new(comp: Comp, part: Part) -> Self {
        Self { comp, part, centre: 60.0, is_busy: false, roll: 0.0 }
    }

    /// Plays a bar.
    pub(crate) fn play(&self, place: Place, band: &mut Band<'_>) {
        let beats = place.beats();
        let part = 1.0 / place.meter.parts.max(1) as f64;
        match self.comp {
            Comp::None => {}
            Comp::Block => {
                for p in place.every(1.0) {
                    if p < 0.5 || self.changes_at(place, p, band) || band.chance.often(0.75) {
                        self.strike(place, p, if p < 0.5 { 80.0 } else { 68.0 }, 0.95, band);
                    }
                }
            }
            Comp::Pad => self.hold(place, 75.0, band),
            Comp::Strings => self.hold(place, 70.0 + 10.0 * (place.index % 4) as f64 / 3.0, band),
            Comp::Arpeggio => {
                let step = if place.meter.parts == 2 && self.is_busy { 0.25 } else { part };
                let pattern: &[usize] =
                    if place.meter.is_compound() { &[0, 1, 2, 3, 2, 1] } else { &[0, 1, 2, 3, 2, 1, 2, 1] };
                self.run(place, step, pattern, 0.6, band);
            }
            Comp::Alberti => {
                self.run(place, if self.is_busy { 0.25 } else { part }, &[0, 2, 1, 2], 0.4, band);
            }
            Comp::Strum => {
                let strokes: Vec<f64> = match (place.meter.beats, place.meter.parts) {
                    (4, 2) => vec![0.0, 1.0, 1.5, 2.5, 3.0, 3.5],
                    (_, 2) => place.every(0.5).filter(|p| (p - 0.5).abs() > 0.1).collect(),
                    _ => place.every(part).collect(),
                };
                for p in strokes {
                    let is_down = p.fract() < 1e-6;
                    let Some(mut pitches) = self.pitches(place, p, band) else { return };
                    if !is_down {
                        pitches.reverse();
                    }
                    for (k, &pitch) in pitches.iter().enumerate() {
                        let velocity = if is_down { 88.0 } else { 70.0 };
                        band.play_late(self.part, place.start + p, 0.5, pitch, velocity, 0.009 * k as f64);
                    }
                }
            }
            Comp::Drive => {
                for p in place.every(0.5) {
                    if let Some((chord, _)) = band.harmony(place.start + p) {
                        let root = chord.bass_pitch(46);
                        let fifth = if chord.bass == 0 {
                            chord
                                .quality
                                .tones
                                .get(1..)
                                .and_then(|t| t.iter().find(|t| (6..=8).contains(*t)))
                                .copied()
                                .unwrap_or(7)
                        } else {
                            12
                        };
                        band.chord(
                            self.part,
                            place.start + p,
                            0.45,
                            &[root, root + fifth],
                            if p.fract() < 0.1 { 86.0 } else { 78.0 },
                        );
                    }
                }
            }
            Comp::OffBeat => place.every(1.0).for_each(|p| self.strike(place, p + 0.5, 75.0, 0.3, band)),
            Comp::Stabs => [0.0, 1.5, 3.0].iter().for_each(|&p| self.strike(place, p, 78.0, 0.4, band)),
            Comp::Oompah => {
                if let Some((chord, _)) = band.harmony(place.start) {
                    band.play(self.part, place.start, 0.8, chord.bass_pitch(45), 90.0);
                }
                place.every(1.0).skip(1).for_each(|p| self.strike(place, p, 70.0, 0.5, band));
            }
            Comp::Jazz => {
                for p in place.every(0.5) {
                    let is_off = p.fract() > 0.4;
                    // Each chord is heard at least once.
                    let is_due = self.changes_at(place, p, band);
                    if is_due || band.chance.often(if is_off { 0.28 } else { 0.14 }) {
                        self.strike(place, p, 70.0, 0.4, band);
                    }
                }
            }
            Comp::Bossa => {
                let strokes: &[f64] =
                    if place.index.is_multiple_of(2) { &[0.0, 1.5, 3.0] } else { &[0.5, 2.0, 3.0] };
                strokes.iter().for_each(|&p| self.strike(place, p, 70.0, 0.7, band));
            }
            Comp::At(positions) => positions.iter().for_each(|&p| self.strike(place, p, 74.0, 0.8, band)),
            Comp::Sequence => {
                for (k, p) in place.every(0.25).enumerate() {
                    let Some(pitches) = self.pitches(place, p, band) else { return };
                    let pitch = pitches[k * 2 % pitches.len()] + if k % 8 == 6 { 12 } else { 0 };
                    band.play(self.part, place.start + p, 0.2, pitch, if k % 4 == 0 { 84.0 } else { 70.0 });
                }
            }
            Comp::Repeated => {
                for p in place.every(part) {
                    self.strike(place, p, if p.fract() < 0.1 { 78.0 } else { 62.0 }, 0.8 * part, band);
                }
            }
            Comp::Chorale => place.every(1.0).for_each(|p| self.strike(place, p, 74.0, 0.98, band)),
            Comp::Nocturne => {
                for (k, p) in place.every(part).enumerate() {
                    let Some((chord, _)) = band.harmony(place.start + p) else { return };
                    let is_bass = p < 1e-6 || self.changes_at(place, p, band);
                    let pitch = if is_bass {
                        chord.bass_pitch(42)
                    } else {
                        let pitches = chord.voiced(self.centre - 4.0);
                        pitches[[0, 1, 2, 1][k % 4] % pitches.len()]
                    };
                    let length = if is_bass { beats - p } else { 1.0 };
                    band.play(
                        self.part,
                        place.start + p,
                        length.min(beats - p),
                        pitch,
                        if is_bass { 76.0 } else { 58.0 },
                    );
                }
            }
        }
    }

    /// Plays the chord that ends a song.
    pub(crate) fn end(&self, place: Place, band: &mut Band<'_>) {
        if self.comp != Comp::None {
            self.strike(place, 0.0, 82.0, place.beats(), band);
        }
    }

    fn pitches(&self, place: Place, p: f64, band: &Band<'_>) -> Option<Vec<i32>> {
        band.harmony(place.start + p).map(|(chord, _)| chord.voiced(self.centre))
    }

    fn changes_at(&self, place: Place, p: f64, band: &Band<'_>) -> bool {
        band.sheet.at(place.start + p).is_some_and(|span| (span.start - place.start - p).abs() < 1e-6)
    }

    /// The chord at a position of the bar, unless that lies beyond it.
    fn strike(&self, place: Place, p: f64, velocity: f64, length: f64, band: &mut Band<'_>) {
        if p >= place.beats() - 1e-6 {
            return;
        }
        let Some(pitches) = self.pitches(place, p, band) else { return };
        let length = length.min(place.beats() - p);
        for (k, &pitch) in pitches.iter().enumerate() {
            band.play_late(self.part, place.start + p, length, pitch, velocity, self.roll * k as f64);
        }
    }

    /// Holds the chords of the bar for as long as they last in it.
    fn hold(&self, place: Place, velocity: f64, band: &mut Band<'_>) {
        let (start, end) = (place.start, place.start + place.beats());
        let mut from = start;
        while from < end - 1e-6 {
            let Some(span) = band.sheet.at(from).copied() else { return };
            let to = span.end.clamp(from + 0.25, end.max(from + 0.25));
            // A chord that began in an earlier bar sounds on if it was struck there.
            let is_new = (span.start - from).abs() < 1e-6;
            if is_new || place.index == 0 {
                let length = (span.end - from).min(4.0 * place.beats());
                band.chord(self.part, from, length, &span.chord.voiced(self.centre), velocity);
            } else if place.index.is_multiple_of(4)
                && (from - start).abs() < 1e-6
                && span.start <= start - 4.0 * place.beats() + 1e-6
            {
                band.chord(
                    self.part,
                    from,
                    (span.end - from).min(4.0 * place.beats()),
                    &span.chord.voiced(self.centre),
                    velocity,
                );
            }
            from = to;
        }
    }

    /// The chord's notes one after the other; the first of the bar is its bass.
    fn run(&self, place: Place, step: f64, pattern: &[usize], length: f64, band: &mut Band<'_>) {
        for (k, p) in place.every(step).enumerate() {
            let Some((chord, _)) = band.harmony(place.start + p) else { return };
            let mut pitches = chord.voiced(self.centre - 4.0);
            let bass = chord.bass_pitch(self.centre as i32 - 12);
            pitches.insert(0, if self.comp == Comp::Alberti { pitches[0] } else { bass });
            let is_strong = p.fract() < 1e-6;
            let pitch = if self.changes_at(place, p, band) {
                pitches[0]
            } else if self.comp == Comp::Alberti {
                pitches[1 + pattern[k % pattern.len()] % (pitches.len() - 1)]
            } else {
                pitches[pattern[k % pattern.len()] % pitches.len()]
            };
            let velocity = if k == 0 {
                84.0
            } else if is_strong {
                74.0
            } else {
                66.0
            };
            band.play(self.part, place.start + p, length.max(step), pitch, velocity);
        }
    }
}
