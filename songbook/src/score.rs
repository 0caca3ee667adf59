//! What is written down: chords over time and notes in beats.

use crate::chance::Chance;
use crate::theory::{Chord, Key};
use crate::timeline::Timeline;

/// A chord from one position in beats to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChordSpan {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) chord: Chord,
    pub(crate) key: Key,
}

/// The chords of a song, ascending and apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    pub(crate) spans: Vec<ChordSpan>,
}

impl Sheet {
    /// Adds a chord after all others; one that goes on as it was becomes longer.
    pub(crate) fn push(&mut self, span: ChordSpan) {
        if span.end <= span.start {
            return;
        }
        match self.spans.last_mut() {
            Some(last)
                if last.chord == span.chord
                    && last.key == span.key
                    && (last.end - span.start).abs() < 1e-9 =>
            {
                last.end = span.end;
            }
            _ => self.spans.push(span),
        }
    }

    /// The chord at a position; the nearest before it where none sounds.
    pub(crate) fn at(&self, position: f64) -> Option<&ChordSpan> {
        let after = self.spans.partition_point(|span| span.start <= position + 1e-6);
        self.spans.get(after.saturating_sub(1))
    }
}

/// The players, each with a MIDI channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    Keys,
    Bass,
    Pad,
    Guitar,
    Riff,
    Lead,
    Second,
    /// Sung, not by the synthesiser.
    Voice,
    /// Spoken in rhythm, not by the synthesiser.
    Speech,
    Drums,
}

impl Part {
    /// MIDI channel from 0; drums have the one that General MIDI gives them.
    pub(crate) const fn channel(self) -> u8 {
        match self {
            Self::Drums => 9,
            other => other as u8,
        }
    }
}

/// A note in beats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Note {
    pub(crate) part: Part,
    /// Position in beats from the start of the song.
    pub(crate) start: f64,
    /// Length in beats.
    pub(crate) length: f64,
    /// MIDI pitch, or the drum.
    pub(crate) pitch: i32,
    /// Loudness, 1–127.
    pub(crate) velocity: f64,
    /// Seconds by which it comes late.
    pub(crate) shift: f64,
}

/// A note in seconds, as MIDI has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sounding {
    pub(crate) part: Part,
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) pitch: u8,
    pub(crate) velocity: u8,
}

/// Players with their sheet: what they play gathers in `notes`.
#[derive(Debug)]
pub(crate) struct Band<'a> {
    pub(crate) sheet: &'a Sheet,
    pub(crate) notes: Vec<Note>,
    pub(crate) chance: Chance,
    /// Factor on every loudness, for parts of a song that are quieter.
    pub(crate) level: f64,
}

impl<'a> Band<'a> {
    pub(crate) const fn new(sheet: &'a Sheet, chance: Chance) -> Self {
        Self { sheet, notes: Vec::new(), chance, level: 1.0 }
    }

    /// Plays a note.
    pub(crate) fn play(&mut self, part: Part, start: f64, length: f64, pitch: i32, velocity: f64) {
        self.play_late(part, start, length, pitch, velocity, 0.0);
    }

    /// Plays a note `shift` seconds after its place.
    pub(crate) fn play_late(
        &mut self,
        part: Part,
        start: f64,
        length: f64,
        pitch: i32,
        velocity: f64,
        shift: f64,
    ) {
        self.notes.push(Note { part, start, length, pitch, velocity: velocity * self.level, shift });
    }

    /// Plays several notes together.
    pub(crate) fn chord(&mut self, part: Part, start: f64, length: f64, pitches: &[i32], velocity: f64) {
        for &pitch in pitches {
            self.play(part, start, length, pitch, velocity);
        }
    }

    /// The chord at a position and its key.
    pub(crate) fn harmony(&self, position: f64) -> Option<(Chord, Key)> {
        self.sheet.at(position).map(|span| (span.chord, span.key))
    }
}

/// How unevenly people play.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Touch {
    /// Standard deviation of onsets in seconds.
    pub(crate) timing: f64,
    /// Standard deviation of velocities.
    pub(crate) velocity: f64,
}

/// Plays what is written at the times of `timeline`, ending by its end, ordered by start.
pub(crate) fn perform(
    notes: &[Note],
    timeline: &Timeline,
    touch: Touch,
    chance: &mut Chance,
) -> Vec<Sounding> {
    let end_of_song = (timeline.beats.len() - 1) as f64 - 1e-3;
    let mut sounding: Vec<Sounding> = notes
        .iter()
        .map(|note| {
            let late = note.shift + touch.timing * chance.normal();
            let start = (timeline.time(note.start) + late).max(0.0);
            let end = timeline.time((note.start + note.length).min(end_of_song)) + note.shift;
            let velocity = note.velocity + touch.velocity * chance.normal();
            Sounding {
                part: note.part,
                start,
                end: end.max(start + 0.05),
                pitch: note.pitch.clamp(12, 115) as u8,
                velocity: velocity.clamp(8.0, 127.0) as u8,
            }
        })
        .collect();
    sounding.sort_by(|a, b| a.start.total_cmp(&b.start));
    sounding
}
