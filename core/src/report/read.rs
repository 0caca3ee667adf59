//! JSON → report: what [`Report`] serialises to is read back, for hosts that keep reports.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;

use super::{Report, Segment, Spread, SpreadList, Timbre};
use crate::decode::{SourceInfo, Warning};
use crate::error::Error;
use crate::features::{Loudness, Waveform};
use crate::harmony::{ChordSpan, KeyCandidate, KeySpan, Tuning, pitch_class};
use crate::params::{Part, Parts};
use crate::rhythm::{Beat, Groove, MeterSpan, TempoCandidate, TempoSpan};
use crate::structure::{Boundary, LabelAlternative, Phrase, Repeat, Section, SectionLabel, SectionTimbre};
use crate::units::{Bpm, Key, Mode, TimeSignature};

/// Codes of warnings that an analysis gives. Another one is read as `note`.
const WARNING_CODES: [&str; 9] = [
    "maybe_he_aac",
    "wrong_extension",
    "wrong_type",
    "damaged",
    "truncated",
    "format_change",
    "chained",
    "short_audio",
    "silent",
];

impl Report {
    /// Reads a report of schema version 1. Parts that are not in it are empty and not included.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is no such report.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let value: Value = serde_json::from_slice(json).map_err(|error| malformed(&error))?;
        let version = value.get("schema_version").and_then(Value::as_u64);
        if version != Some(u64::from(super::SCHEMA_VERSION)) {
            return Err(malformed(&"this is no report of schema version 1"));
        }
        Node(&value)
            .report()
            .ok_or_else(|| malformed(&"the report lacks something or has it in another shape"))
    }
}

pub(super) fn malformed(why: &impl Display) -> Error {
    Error::Malformed { container: None, codec: None, message: why.to_string() }
}

/// A value with readers of what reports are made of; `None` where it is something else.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Value);

impl<'a> Node<'a> {
    fn at(self, name: &str) -> Self {
        const NULL: &Value = &Value::Null;
        Self(self.0.get(name).unwrap_or(NULL))
    }

    /// The entries, each read; none where there is no such list.
    fn each<T>(self, name: &str, read: impl Fn(Self) -> Option<T>) -> Option<Vec<T>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(value) => value.as_array()?.iter().map(|item| read(Node(item))).collect(),
        }
    }

    fn number(self, name: &str) -> Option<f64> {
        self.at(name).0.as_f64()
    }

    fn unit(self, name: &str) -> Option<f32> {
        self.number(name).map(|x| x as f32)
    }

    fn index(self, name: &str) -> Option<u64> {
        self.at(name).0.as_u64()
    }

    fn text(self, name: &str) -> Option<String> {
        self.at(name).0.as_str().map(str::to_owned)
    }

    fn parsed<T: FromStr>(self, name: &str) -> Option<T> {
        self.at(name).0.as_str()?.parse().ok()
    }

    fn key(self, name: &str) -> Option<Key> {
        parse_key(self.at(name).0.as_str()?)
    }

    fn bpm(self, name: &str) -> Option<Bpm> {
        Bpm::new(self.number(name)?)
    }

    fn report(self) -> Option<Report> {
        let mut include = Parts::default();
        for (part, name) in PARTS {
            let there = self.0.get(name).is_some();
            include = if there { include.with(part) } else { include.without(part) };
        }
        let loudness = self.at("loudness");
        let waveform = self.at("waveform");
        let bytes = |name| waveform.each(name, |node| u8::try_from(node.0.as_u64()?).ok());
        Some(Report {
            source: self.at("source").source()?,
            duration: self.number("duration").filter(|duration| duration.is_finite())?,
            tempo_candidates: self.each("tempo_candidates", |node| {
                Some(TempoCandidate { bpm: node.bpm("bpm")?, confidence: node.unit("confidence")? })
            })?,
            tempo_curve: self.each("tempo_curve", |node| {
                Some(TempoSpan {
                    start: node.number("start")?,
                    end: node.number("end")?,
                    bpm: node.bpm("bpm")?,
                })
            })?,
            time_signatures: self.each("time_signatures", |node| {
                Some(MeterSpan {
                    start: node.number("start")?,
                    end: node.number("end")?,
                    value: node.parsed::<TimeSignature>("value")?,
                    confidence: node.unit("confidence")?,
                })
            })?,
            beats: self.each("beats", |node| {
                let position = u32::try_from(node.index("position")?).ok()?;
                Some(Beat { time: node.number("time")?, position, confidence: node.unit("confidence")? })
            })?,
            downbeats: self.each("downbeats", |node| node.0.as_f64())?,
            key_candidates: self.each("key_candidates", |node| {
                Some(KeyCandidate { key: node.key("key")?, confidence: node.unit("confidence")? })
            })?,
            keys: self.each("keys", |node| {
                Some(KeySpan {
                    start: node.number("start")?,
                    end: node.number("end")?,
                    key: node.key("key")?,
                    confidence: node.unit("confidence")?,
                })
            })?,
            tuning: self.at("tuning").tuning(),
            chords: self.each("chords", |node| {
                Some(ChordSpan {
                    start: node.number("start")?,
                    end: node.number("end")?,
                    label: node.text("label")?,
                    name: node.text("name")?,
                    roman: node.text("roman"),
                    confidence: node.unit("confidence")?,
                })
            })?,
            sections: self.each("sections", Node::section)?,
            rhythm: self.at("rhythm").groove(),
            timbre: self.at("timbre").timbre(),
            loudness: Loudness {
                integrated_lufs: loudness.number("integrated_lufs"),
                range_lu: loudness.number("range_lu"),
                true_peak_dbtp: loudness.number("true_peak_dbtp"),
            },
            waveform: Waveform {
                seconds_per_peak: waveform.number("seconds_per_peak").unwrap_or(0.0),
                peaks: bytes("peaks")?,
                rms: bytes("rms")?,
            },
            segments: self.each("segments", Node::segment)?,
            warnings: self.each("warnings", |node| {
                let given = node.text("code")?;
                let code = WARNING_CODES.into_iter().find(|code| *code == given).unwrap_or("note");
                Some(Warning { code, message: node.text("message")? })
            })?,
            include,
        })
    }

    fn source(self) -> Option<SourceInfo> {
        let tags = self.at("tags").0.as_object();
        let tags = tags.into_iter().flatten();
        Some(SourceInfo {
            name: self.text("name"),
            container: self.text("container")?,
            codec: self.text("codec")?,
            sample_rate: u32::try_from(self.index("sample_rate")?).ok()?,
            channels: usize::try_from(self.index("channels")?).ok()?,
            bytes: self.index("bytes")?,
            tags: tags.filter_map(|(name, tag)| Some((name.clone(), tag.as_str()?.to_owned()))).collect(),
        })
    }

    fn tuning(self) -> Option<Tuning> {
        Some(Tuning { cents: self.number("cents")?, a4_hz: self.number("a4_hz")? })
    }

    fn segment(self) -> Option<Segment> {
        let pitches = self.each("pitches", |node| u8::try_from(node.0.as_u64()?).ok())?;
        let timbre = self.each("timbre", |node| Some(node.0.as_f64()? as f32))?;
        Some(Segment {
            start: self.number("start")?,
            end: self.number("end")?,
            strength: self.unit("strength")?,
            start_db: self.number("start_db")?,
            peak_db: self.number("peak_db")?,
            peak_after: self.number("peak_after")?,
            pitches: pitches.try_into().ok()?,
            timbre: timbre.try_into().ok()?,
        })
    }

    fn section(self) -> Option<Section> {
        let boundary = self.at("boundary");
        let timbre = self.at("timbre");
        Some(Section {
            start: self.number("start")?,
            end: self.number("end")?,
            label: self.parsed::<SectionLabel>("label")?,
            name: self.text("name")?,
            group: self.text("group")?,
            confidence: self.unit("confidence")?,
            alternatives: self.each("alternatives", |node| {
                Some(LabelAlternative { label: node.parsed("label")?, confidence: node.unit("confidence")? })
            })?,
            boundary: Boundary {
                confidence: boundary.unit("confidence")?,
                earliest: boundary.number("earliest")?,
                latest: boundary.number("latest")?,
                evidence: boundary.each("evidence", |node| node.0.as_str()?.parse().ok())?,
            },
            bars: self.index("bars").and_then(|bars| u32::try_from(bars).ok()),
            key: self.key("key"),
            tempo: self.number("tempo"),
            loudness_lufs: self.number("loudness_lufs"),
            repeats: self.each("repeats", |node| {
                let section = usize::try_from(node.index("section")?).ok()?;
                Some(Repeat { section, similarity: node.unit("similarity")? })
            })?,
            phrases: self.each("phrases", |node| {
                Some(Phrase {
                    start: node.number("start")?,
                    end: node.number("end")?,
                    group: node.text("group")?,
                    confidence: node.unit("confidence")?,
                    bars: u32::try_from(node.index("bars")?).ok()?,
                })
            })?,
            timbre: SectionTimbre {
                spectral_centroid_hz: timbre.number("spectral_centroid_hz").unwrap_or(0.0),
                spectral_flatness: timbre.number("spectral_flatness").unwrap_or(0.0),
                onset_rate_hz: timbre.number("onset_rate_hz").unwrap_or(0.0),
            },
        })
    }

    fn groove(self) -> Groove {
        Groove {
            pulse_clarity: self.unit("pulse_clarity"),
            onset_rate_hz: self.number("onset_rate_hz"),
            syncopation: self.unit("syncopation"),
            complexity: self.unit("complexity"),
            swing_ratio: self.number("swing_ratio"),
            microtiming_ms: self.number("microtiming_ms"),
            tempo_stability: self.unit("tempo_stability"),
        }
    }

    fn timbre(self) -> Option<Timbre> {
        let spread = |name| {
            let node = self.at(name);
            Some(Spread { mean: node.number("mean")?, std: node.number("std")? })
        };
        let list = |name| {
            let node = self.at(name);
            let numbers = |name| node.each(name, |node| node.0.as_f64());
            Some(SpreadList { mean: numbers("mean")?, std: numbers("std")? })
        };
        Some(Timbre {
            mfcc: list("mfcc")?,
            spectral_centroid_hz: spread("spectral_centroid_hz")?,
            spectral_rolloff_hz: spread("spectral_rolloff_hz")?,
            spectral_contrast_db: list("spectral_contrast_db")?,
            spectral_flatness: spread("spectral_flatness")?,
            zero_crossing_rate: spread("zero_crossing_rate")?,
        })
    }
}

/// What shows that a part was asked for.
const PARTS: [(Part, &str); 11] = [
    (Part::Tempo, "tempo"),
    (Part::Meter, "time_signature"),
    (Part::Beats, "beats"),
    (Part::Key, "key"),
    (Part::Chords, "chords"),
    (Part::Sections, "sections"),
    (Part::Rhythm, "rhythm"),
    (Part::Timbre, "timbre"),
    (Part::Loudness, "loudness"),
    (Part::Waveform, "waveform"),
    (Part::Segments, "segments"),
];

/// `C# minor`.
pub(super) fn parse_key(text: &str) -> Option<Key> {
    let (tonic, mode) = text.split_once(' ')?;
    let mode = match mode {
        "major" => Mode::Major,
        "minor" => Mode::Minor,
        _ => return None,
    };
    Some(Key { tonic: pitch_class(tonic)?, mode })
}

#[cfg(test)]
mod tests {
    use super::super::export::samples;
    use super::*;

    #[test]
    fn a_report_survives_being_written_and_read() {
        for report in [samples::song(), samples::silence(), samples::odd_texts()] {
            for include in [Parts::ALL, Parts::default(), "beats,key".parse().unwrap()] {
                let report = Report { include, ..report.clone() };
                let json = serde_json::to_vec(&report).unwrap();
                let read = Report::from_json(&json).unwrap();
                assert_eq!(
                    String::from_utf8(serde_json::to_vec(&read).unwrap()).unwrap(),
                    String::from_utf8(json).unwrap()
                );
            }
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for text in ["", "[]", "{}", "{\"schema_version\":2}", "{\"schema_version\":1}"] {
            assert!(matches!(Report::from_json(text.as_bytes()), Err(Error::Malformed { .. })), "{text}");
        }
        let mut json = serde_json::to_value(samples::song()).unwrap();
        json["sections"][0]["label"] = "nonsense".into();
        assert!(Report::from_json(json.to_string().as_bytes()).is_err());
    }

    #[test]
    fn keys_read_back() {
        for key in Key::all() {
            assert_eq!(parse_key(&key.to_string()), Some(key));
        }
    }
}
