//! Notes as a MIDI file.

use anyhow::Result;
use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEvent, TrackEventKind};

use crate::score::{Part, Sounding};

/// Ticks a second: a beat is a second long in the file, whatever the music does.
const TICKS: u16 = 1000;

/// What a part sounds like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Instrument {
    pub(crate) part: Part,
    /// General MIDI's program from 0; for drums, the kit.
    pub(crate) program: u8,
    /// Controller 7, 0–127.
    pub(crate) volume: u8,
    /// Controller 10, 0–127, 64 in the middle.
    pub(crate) pan: u8,
}

impl Instrument {
    pub(crate) const fn new(part: Part, program: u8, volume: u8) -> Self {
        Self { part, program, volume, pan: 64 }
    }
}

/// A sustain pedal: down or up at a time in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pedal {
    pub(crate) time: f64,
    pub(crate) is_down: bool,
}

/// Writes a file of one track. `cents` detunes every pitched part, by the pitch bend.
pub(crate) fn file(
    notes: &[Sounding],
    instruments: &[Instrument],
    pedals: &[Pedal],
    cents: f64,
) -> Result<Vec<u8>> {
    let mut events: Vec<(u32, u8, TrackEventKind<'static>)> = Vec::new();
    let midi =
        |channel: u8, message: MidiMessage| TrackEventKind::Midi { channel: u4::new(channel), message };
    let control = |channel: u8, controller: u8, value: u8| {
        midi(
            channel,
            MidiMessage::Controller { controller: u7::new(controller), value: u7::new(value.min(127)) },
        )
    };
    let tick = |time: f64| (time.max(0.0) * f64::from(TICKS)).round() as u32;
    events.push((0, 0, TrackEventKind::Meta(MetaMessage::Tempo(u24::new(1_000_000)))));
    for instrument in instruments {
        let channel = instrument.part.channel();
        events.push((
            0,
            1,
            midi(channel, MidiMessage::ProgramChange { program: u7::new(instrument.program.min(127)) }),
        ));
        events.push((0, 1, control(channel, 7, instrument.volume)));
        events.push((0, 1, control(channel, 10, instrument.pan)));
        if instrument.part != Part::Drums {
            // The bend's range is two semitones either way.
            let bend = (cents / 200.0 * 8192.0).round().clamp(-8192.0, 8191.0) as i16;
            events.push((0, 1, midi(channel, MidiMessage::PitchBend { bend: PitchBend::from_int(bend) })));
        }
    }
    for pedal in pedals {
        let value = if pedal.is_down { 127 } else { 0 };
        events.push((tick(pedal.time), 3, control(Part::Keys.channel(), 64, value)));
    }
    for note in notes {
        let channel = note.part.channel();
        let key = u7::new(note.pitch.min(127));
        let start = tick(note.start);
        let vel = u7::new(note.velocity.min(127));
        events.push((start, 4, midi(channel, MidiMessage::NoteOn { key, vel })));
        let end = tick(note.end).max(start + 1);
        events.push((end, 2, midi(channel, MidiMessage::NoteOff { key, vel: u7::new(0) })));
    }
    // Ends come before starts, so that a repeated note is struck again.
    events.sort_by_key(|event| (event.0, event.1));
    let mut track = Vec::with_capacity(events.len() + 1);
    let mut now = 0;
    for (time, _, kind) in events {
        track.push(TrackEvent { delta: u28::new(time - now), kind });
        now = time;
    }
    track.push(TrackEvent { delta: u28::new(0), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
    let smf = Smf {
        header: Header::new(Format::SingleTrack, Timing::Metrical(u15::new(TICKS))),
        tracks: vec![track],
    };
    let mut bytes = Vec::new();
    smf.write_std(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_note_ends_before_it_starts_again() {
        let note = |start: f64, end: f64| Sounding { part: Part::Lead, start, end, pitch: 60, velocity: 90 };
        let instruments = [Instrument::new(Part::Lead, 73, 100)];
        let bytes = file(&[note(0.0, 1.0), note(1.0, 2.0)], &instruments, &[], 50.0).unwrap();
        let smf = Smf::parse(&bytes).unwrap();
        let mut sounding = 0;
        let mut bend = 0;
        for event in &smf.tracks[0] {
            match event.kind {
                TrackEventKind::Midi { message: MidiMessage::NoteOn { .. }, .. } => sounding += 1,
                TrackEventKind::Midi { message: MidiMessage::NoteOff { .. }, .. } => sounding -= 1,
                TrackEventKind::Midi { message: MidiMessage::PitchBend { bend: b }, .. } => bend = b.as_int(),
                _ => {}
            }
            assert!((0..=1).contains(&sounding));
        }
        assert_eq!(sounding, 0);
        assert_eq!(bend, 2048);
    }
}
