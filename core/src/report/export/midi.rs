//! A Standard MIDI File, format 1: a conductor track with tempi, meters, keys and section markers on
//! the bars that were heard, a track of chord names as markers, one that plays the chords, and a click on every
//! beat. Played beside the audio it keeps time.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind};

use super::content::{Content, name_of, one_line};
use super::tempo_map::{TICKS_PER_QUARTER, TempoMap};
use crate::harmony::harte;
use crate::units::Mode;

/// Velocity of the chords' notes.
const VELOCITY: u7 = u7::new(72);

/// Channel of the chords, counted from 0.
const CHORDS: u4 = u4::new(0);

/// Channel of percussion in General MIDI, counted from 0.
const PERCUSSION: u4 = u4::new(9);

/// Note of a click: General MIDI's high wood block for the first beat of a bar, the low one for the others.
const CLICKS: [u7; 2] = [u7::new(76), u7::new(77)];

/// Length of a click in ticks: a sixteenth.
const CLICK_TICKS: u32 = TICKS_PER_QUARTER as u32 / 4;

/// C2: bass notes lie in the octave from here.
const BASS: u8 = 36;

/// G3: the other notes lie in the octave from here.
const UPPER: u8 = 55;

pub(super) fn write(content: &Content<'_>) -> Vec<u8> {
    let map = TempoMap::of(content);
    let texts = Texts::of(content);
    let header = Header::new(Format::Parallel, Timing::Metrical(u15::new(TICKS_PER_QUARTER)));
    let mut file = Smf::new(header);
    file.tracks = vec![
        conductor(content, &map, &texts),
        chord_names(content, &map, &texts),
        chords(content, &map),
        clicks(content, &map),
    ];
    let mut bytes = Vec::new();
    file.write(&mut bytes).expect("a track of these events is far from 4 GiB");
    bytes
}

/// Texts that events borrow, in the order of what they name.
struct Texts {
    title: String,
    sections: Vec<String>,
    chords: Vec<String>,
}

impl Texts {
    fn of(content: &Content<'_>) -> Self {
        Self {
            title: content.title().map(one_line).unwrap_or_default(),
            sections: content.sections.iter().map(name_of).collect(),
            chords: content.chords.iter().map(|chord| one_line(&chord.name)).collect(),
        }
    }
}

/// An event at a tick; events at the same tick are ordered by rank.
type Event<'a> = (u32, u8, TrackEventKind<'a>);

fn conductor<'a>(content: &Content<'_>, map: &TempoMap, texts: &'a Texts) -> Track<'a> {
    let meta = |tick, meta| (tick, 1, TrackEventKind::Meta(meta));
    let mut events: Vec<Event<'a>> =
        vec![(0, 0, TrackEventKind::Meta(MetaMessage::TrackName(texts.title.as_bytes())))];
    for &(tick, micros) in &map.tempi {
        events.push(meta(tick, MetaMessage::Tempo(u24::new(micros))));
    }
    for &(tick, meter) in &map.meters {
        let power = meter.denominator.trailing_zeros() as u8;
        // A metronome clicks on felt beats: 24 MIDI clocks are a quarter note.
        let clocks = 96 * u32::from(meter.numerator)
            / u32::from(meter.denominator)
            / u32::try_from(meter.beats_per_bar()).unwrap_or(1).max(1);
        let clocks = u8::try_from(clocks).unwrap_or(24);
        events.push(meta(tick, MetaMessage::TimeSignature(meter.numerator, power, clocks, 8)));
    }
    for key in content.keys {
        let minor = key.key.mode == Mode::Minor;
        events.push(meta(map.tick_at(key.start), MetaMessage::KeySignature(key.key.fifths(), minor)));
    }
    for (section, name) in content.sections.iter().zip(&texts.sections) {
        events.push(meta(map.tick_at(section.start), MetaMessage::Marker(name.as_bytes())));
    }
    track(events, map.tick_at(content.duration))
}

fn name(name: &'static [u8]) -> Event<'static> {
    (0, 0, TrackEventKind::Meta(MetaMessage::TrackName(name)))
}

fn chord_names<'a>(content: &Content<'_>, map: &TempoMap, texts: &'a Texts) -> Track<'a> {
    let mut events: Vec<Event<'a>> = vec![name(b"Chord names")];
    for (chord, name) in content.chords.iter().zip(&texts.chords) {
        let marker = TrackEventKind::Meta(MetaMessage::Marker(name.as_bytes()));
        events.push((map.tick_at(chord.start), 1, marker));
    }
    track(events, map.tick_at(content.duration))
}

fn chords(content: &Content<'_>, map: &TempoMap) -> Track<'static> {
    let mut events: Vec<Event<'static>> = vec![name(b"Chords")];
    for chord in content.chords {
        let (start, end) = (map.tick_at(chord.start), map.tick_at(chord.end));
        if end <= start {
            continue;
        }
        for key in harte::parse(&chord.label).map(|voicing| keys_of(&voicing)).unwrap_or_default() {
            events.extend(note(CHORDS, key, VELOCITY, start, end));
        }
    }
    track(events, map.tick_at(content.duration))
}

fn clicks(content: &Content<'_>, map: &TempoMap) -> Track<'static> {
    let mut events: Vec<Event<'static>> = vec![name(b"Click")];
    for bar in content.bars() {
        for (i, &time) in bar.beats.iter().enumerate() {
            let first = bar.number > 0 && i == 0;
            let tick = map.tick_at(time);
            let velocity = if first { 112 } else { 80 };
            let key = CLICKS[usize::from(!first)];
            events.extend(note(PERCUSSION, key, u7::new(velocity), tick, tick + CLICK_TICKS));
        }
    }
    track(events, map.tick_at(content.duration))
}

/// A note from `start` to `end`. Notes that end come before notes that start at the same tick.
fn note(channel: u4, key: u7, vel: u7, start: u32, end: u32) -> [Event<'static>; 2] {
    let midi = |message| TrackEventKind::Midi { channel, message };
    [
        (start, 3, midi(MidiMessage::NoteOn { key, vel })),
        (end, 1, midi(MidiMessage::NoteOff { key, vel: u7::new(0) })),
    ]
}

/// MIDI note numbers of a chord: its bass, and all its notes in a close position above.
fn keys_of(voicing: &harte::Voicing) -> Vec<u7> {
    let within_octave_from =
        |low: u8, semitones: usize| u7::new(low + (semitones as u8 + 24 - low % 12) % 12);
    let mut keys = vec![within_octave_from(BASS, voicing.bass.semitones())];
    keys.extend(voicing.notes.iter().map(|note| within_octave_from(UPPER, note.semitones())));
    keys.sort_unstable();
    keys
}

/// Events in order, with the ticks between them, and the end of the track at `end` or later.
fn track(mut events: Vec<Event<'_>>, end: u32) -> Track<'_> {
    events.sort_by_key(|event| (event.0, event.1));
    let last = events.last().map_or(0, |event| event.0);
    events.push((end.max(last), u8::MAX, TrackEventKind::Meta(MetaMessage::EndOfTrack)));
    let mut now = 0;
    events
        .into_iter()
        .map(|(tick, _, kind)| {
            let delta = u28::new(tick - now);
            now = tick;
            TrackEvent { delta, kind }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn absolute<'a>(track: &[TrackEvent<'a>]) -> Vec<(u32, TrackEventKind<'a>)> {
        let mut now = 0;
        track
            .iter()
            .map(|event| {
                now += event.delta.as_int();
                (now, event.kind)
            })
            .collect()
    }

    #[test]
    fn every_report_gives_a_file_whose_notes_all_end() {
        for report in [samples::song(), samples::odd_texts(), samples::silence(), samples::broken()] {
            let bytes = write(&Content::of(&report));
            let file = Smf::parse(&bytes).unwrap();
            assert_eq!(file.header.format, Format::Parallel);
            assert_eq!(file.tracks.len(), 4);
            for track in &file.tracks {
                let mut sounding = [0i32; 128];
                for event in track {
                    if let TrackEventKind::Midi { message, .. } = event.kind {
                        match message {
                            MidiMessage::NoteOn { key, .. } => sounding[usize::from(key.as_int())] += 1,
                            MidiMessage::NoteOff { key, .. } => sounding[usize::from(key.as_int())] -= 1,
                            other => panic!("{other:?}"),
                        }
                    }
                }
                assert!(sounding.iter().all(|&n| n == 0));
                assert_eq!(track.last().unwrap().kind, TrackEventKind::Meta(MetaMessage::EndOfTrack));
            }
        }
    }

    #[test]
    fn markers_keys_and_chords_are_where_they_were_heard() {
        let song = samples::song();
        let bytes = write(&Content::of(&song));
        let file = Smf::parse(&bytes).unwrap();
        let conductor = absolute(&file.tracks[0]);
        let at =
            |kind: TrackEventKind<'_>| conductor.iter().find(|event| event.1 == kind).map(|event| event.0);
        let meta = TrackEventKind::Meta;
        // 9 s is 16 beats after the first downbeat at 1 s, which is tick 960.
        assert_eq!(at(meta(MetaMessage::Marker(b"Verse 1"))), Some(960 + 16 * 480));
        assert_eq!(at(meta(MetaMessage::Marker(b"Intro"))), Some(0));
        assert_eq!(at(meta(MetaMessage::KeySignature(0, false))), Some(0));
        assert_eq!(at(meta(MetaMessage::KeySignature(0, true))), Some(960 + 64 * 480));
        assert_eq!(at(meta(MetaMessage::TimeSignature(3, 2, 24, 8))), Some(960 + 64 * 480));

        let chords = absolute(&file.tracks[2]);
        let keys: Vec<u8> = chords
            .iter()
            .filter(|event| event.0 == 960)
            .filter_map(|event| match event.1 {
                TrackEventKind::Midi { message: MidiMessage::NoteOn { key, .. }, .. } => Some(key.as_int()),
                _ => None,
            })
            .collect();
        assert_eq!(keys, [36, 55, 60, 64], "C2, then G3 C4 E4");
        // The third bar's Fmaj7/A has A in the bass.
        assert!(chords.iter().any(|event| {
            let (start, _, kind) = note(CHORDS, u7::new(45), VELOCITY, 960 + 8 * 480, 0)[0];
            *event == (start, kind)
        }));
        let names = absolute(&file.tracks[1]);
        assert!(names.contains(&(960 + 8 * 480, meta(MetaMessage::Marker(b"Fmaj7/A")))));
        let clicks = absolute(&file.tracks[3]);
        let ons = clicks.iter().filter_map(|event| match event.1 {
            TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { key, .. } }
                if channel == PERCUSSION =>
            {
                Some((event.0, key))
            }
            _ => None,
        });
        let ons: Vec<(u32, u7)> = ons.collect();
        assert_eq!(ons.len(), song.beats.len());
        assert_eq!(ons[..3], [(480, CLICKS[1]), (960, CLICKS[0]), (1440, CLICKS[1])]);
    }
}
