//! Reports to test exporters with.

use super::super::{Report, Segment};
use crate::decode::SourceInfo;
use crate::features::{Loudness, Waveform};
use crate::harmony::{ChordSpan, KeyCandidate, KeySpan, Tuning};
use crate::params::Parts;
use crate::rhythm::{Beat, Groove, MeterSpan, TempoCandidate, TempoSpan};
use crate::structure::{
    Boundary, Evidence, LabelAlternative, Phrase, Repeat, Section, SectionLabel, SectionTimbre,
};
use crate::units::{Bpm, Key, Mode, PitchClass, TimeSignature};

pub(in super::super) const C_MAJOR: Key = Key { tonic: PitchClass::ALL[0], mode: Mode::Major };
pub(in super::super) const A_MINOR: Key = Key { tonic: PitchClass::ALL[9], mode: Mode::Minor };

/// A report of nothing: digital silence of three seconds.
pub(in super::super) fn silence() -> Report {
    Report {
        source: SourceInfo {
            name: Some("silence.wav".to_owned()),
            container: "wav".to_owned(),
            codec: "pcm_s16le".to_owned(),
            sample_rate: 44_100,
            channels: 2,
            bytes: 529_244,
            ..SourceInfo::default()
        },
        duration: 3.0,
        tempo_candidates: Vec::new(),
        tempo_curve: Vec::new(),
        time_signatures: Vec::new(),
        beats: Vec::new(),
        downbeats: Vec::new(),
        key_candidates: Vec::new(),
        keys: Vec::new(),
        tuning: None,
        chords: Vec::new(),
        sections: Vec::new(),
        rhythm: Groove::default(),
        timbre: None,
        loudness: Loudness::default(),
        waveform: Waveform::default(),
        segments: Vec::new(),
        warnings: Vec::new(),
        include: Parts::default(),
    }
}

/// 4/4 at 120 BPM with an upbeat at 0.5 s and bars from 1.0 s to 33 s, then 3/4 at 90 BPM to 57 s
/// (12 bars), then nothing to 60 s. C major, then A minor.
pub(in super::super) fn song() -> Report {
    let bpm = |bpm| Bpm::new(bpm).unwrap();
    let beat = |time, position| Beat { time, position, confidence: 0.9 };
    let mut beats = vec![beat(0.5, 4)];
    beats.extend((0..64).map(|i| beat(1.0 + 0.5 * f64::from(i), i as u32 % 4 + 1)));
    beats.extend((0..36).map(|i| beat(33.0 + f64::from(i) * 2.0 / 3.0, i as u32 % 3 + 1)));
    let downbeats = beats.iter().filter(|beat| beat.position == 1).map(|beat| beat.time).collect();

    let mut chords = vec![chord(0.0, 1.0, "N", "N.C.", None)];
    for bar in 0..16 {
        let start = 1.0 + 2.0 * f64::from(bar);
        match bar % 4 {
            0 => chords.push(chord(start, start + 2.0, "C:maj", "C", Some("I"))),
            1 => chords.push(chord(start, start + 2.0, "A:min", "Am", Some("vi"))),
            2 => chords.push(chord(start, start + 2.0, "F:maj7/3", "Fmaj7/A", Some("IVmaj7"))),
            _ => {
                chords.push(chord(start, start + 1.0, "G:sus4", "Gsus4", Some("Vsus4")));
                chords.push(chord(start + 1.0, start + 2.0, "G:7", "G7", Some("V7")));
            }
        }
    }
    chords.push(chord(33.0, 57.0, "A:min", "Am", Some("i")));
    chords.push(chord(57.0, 60.0, "N", "N.C.", None));

    Report {
        source: SourceInfo {
            name: Some("Example Song.mp3".to_owned()),
            container: "mp3".to_owned(),
            codec: "mp3".to_owned(),
            bytes: 1_440_000,
            tags: [("title", "Example Song"), ("artist", "The Examples")]
                .map(|(name, tag)| (name.to_owned(), tag.to_owned()))
                .into(),
            ..silence().source
        },
        duration: 60.0,
        tempo_candidates: vec![
            TempoCandidate { bpm: bpm(120.0), confidence: 0.9 },
            TempoCandidate { bpm: bpm(60.0), confidence: 0.06 },
        ],
        tempo_curve: vec![
            TempoSpan { start: 0.0, end: 33.0, bpm: bpm(120.0) },
            TempoSpan { start: 33.0, end: 60.0, bpm: bpm(90.0) },
        ],
        time_signatures: vec![
            MeterSpan { start: 0.0, end: 33.0, value: TimeSignature::COMMON, confidence: 0.95 },
            MeterSpan { start: 33.0, end: 60.0, value: TimeSignature::new(3, 4), confidence: 0.8 },
        ],
        beats,
        downbeats,
        key_candidates: vec![
            KeyCandidate { key: C_MAJOR, confidence: 0.7 },
            KeyCandidate { key: A_MINOR, confidence: 0.2 },
        ],
        keys: vec![
            KeySpan { start: 0.0, end: 33.0, key: C_MAJOR, confidence: 0.8 },
            KeySpan { start: 33.0, end: 60.0, key: A_MINOR, confidence: 0.6 },
        ],
        tuning: Some(Tuning { cents: -4.0, a4_hz: 438.98 }),
        chords,
        sections: vec![
            section(0.0, 9.0, SectionLabel::Intro, "Intro", "A"),
            section(9.0, 17.0, SectionLabel::Verse, "Verse 1", "B"),
            section(17.0, 33.0, SectionLabel::Chorus, "Chorus", "C"),
            section(33.0, 57.0, SectionLabel::Section, "Section", "D"),
            section(57.0, 60.0, SectionLabel::Silence, "Silence", "E"),
        ],
        loudness: Loudness { integrated_lufs: Some(-9.8), range_lu: Some(6.1), true_peak_dbtp: Some(-0.3) },
        waveform: Waveform { seconds_per_peak: 30.0, peaks: vec![200, 255], rms: vec![80, 90] },
        segments: (0..120).map(segment).collect(),
        ..silence()
    }
}

/// The song with texts that break naive writers.
pub(in super::super) fn odd_texts() -> Report {
    let mut report = song();
    report.source.name = Some("../a \"b\" <c> & 'd'\n100%,;é🎵.mp3".to_owned());
    report.source.tags = [
        ("title", "=HYPERLINK(\"x\")\r\n</TRACK>\t]]> {x} \u{0}\u{1b}[31m"),
        ("artist", "Sigur Rós & <Björk>\u{fffe}"),
        ("album", "a\tb"),
    ]
    .map(|(name, tag)| (name.to_owned(), tag.to_owned()))
    .into();
    report.sections[0].name = "=1+1,\"quoted\"\nsecond\tline | <i>&amp; {b} ü".to_owned();
    report.sections[1].name = "@SUM(A1)".to_owned();
    report.sections[2].name = String::new();
    report.sections[3].name = "-2 # 🎸".to_owned();
    report.chords[1].name = "C|[x]\n{y} \"z\"".to_owned();
    report.chords[1].label = "+C:maj,\"\t\n".to_owned();
    report
}

/// Numbers and orders that no analysis gives, but that a caller could put into a report.
pub(in super::super) fn broken() -> Report {
    let mut report = song();
    report.duration = f64::NAN;
    for (i, time) in [f64::NAN, f64::INFINITY, -3.0, 1e300, 0.0, 0.0].into_iter().enumerate() {
        report.beats[5 + i].time = time;
        report.sections[i % 5].start = time;
        report.chords[i].end = time;
        report.keys[i % 2].start = time;
    }
    report.segments[3].start = f64::NAN;
    report.segments[4].peak_db = f64::NEG_INFINITY;
    report.segments[5].timbre = [f32::NAN; 12];
    report.beats[20].position = 0;
    report.beats[21].position = u32::MAX;
    report.sections[0].confidence = f32::NAN;
    report.tempo_candidates[0].bpm = Bpm::new(1e-300).unwrap();
    report.time_signatures[0].value = TimeSignature::new(0, 0);
    report.time_signatures[1].value = TimeSignature::new(255, 8);
    report
}

fn chord(start: f64, end: f64, label: &str, name: &str, roman: Option<&str>) -> ChordSpan {
    let roman = roman.map(str::to_owned);
    ChordSpan { start, end, label: label.to_owned(), name: name.to_owned(), roman, confidence: 0.8 }
}

fn segment(i: u8) -> Segment {
    let start = 0.5 * f64::from(i);
    Segment {
        start,
        end: start + 0.5,
        strength: if i == 0 { 0.0 } else { 0.7 },
        start_db: if i < 4 { -55.0 } else { -20.5 },
        peak_db: if i < 4 { -50.0 } else { -12.5 },
        peak_after: 0.04,
        pitches: std::array::from_fn(|class| if class == usize::from(i) % 12 { 255 } else { 51 }),
        timbre: std::array::from_fn(|k| 10.5 - k as f32),
    }
}

fn section(start: f64, end: f64, label: SectionLabel, name: &str, group: &str) -> Section {
    Section {
        start,
        end,
        label,
        name: name.to_owned(),
        group: group.to_owned(),
        confidence: 0.75,
        alternatives: vec![LabelAlternative { label: SectionLabel::Bridge, confidence: 0.1 }],
        boundary: Boundary {
            confidence: 0.85,
            earliest: start,
            latest: start + 0.2,
            evidence: vec![Evidence::Timbre, Evidence::Harmony],
        },
        bars: Some(4),
        key: Some(C_MAJOR),
        tempo: Some(120.0),
        loudness_lufs: Some(-10.5),
        repeats: vec![Repeat { section: 0, similarity: 0.9 }],
        phrases: ["a", "b"]
            .into_iter()
            .zip([[start, f64::midpoint(start, end)], [f64::midpoint(start, end), end]])
            .map(|(group, [start, end])| Phrase {
                start,
                end,
                group: group.to_owned(),
                confidence: 0.8,
                bars: 2,
            })
            .collect(),
        timbre: SectionTimbre::default(),
    }
}
