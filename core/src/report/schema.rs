//! The shape of the report as a JSON schema, with words for every field.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Map;

use super::{Report, Segment, Timbre};
use crate::decode::{SourceInfo, Warning};
use crate::features::{Loudness, Waveform};
use crate::harmony::{ChordSpan, KeyCandidate, KeySpan, Tuning};
use crate::params::Part;
use crate::rhythm::{Beat, Groove, MeterSpan, TempoCandidate, TempoSpan};
use crate::structure::Section;
use crate::units::{Bpm, Key, TimeSignature};

impl JsonSchema for Bpm {
    fn schema_name() -> Cow<'static, str> {
        "Bpm".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "exclusiveMinimum": 0, "description": "Beats per minute." })
    }
}

impl JsonSchema for Key {
    fn schema_name() -> Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = Self::all().map(|key| key.to_string()).collect();
        json_schema!({ "type": "string", "enum": names, "description": "A major or minor key." })
    }
}

impl JsonSchema for TimeSignature {
    fn schema_name() -> Cow<'static, str> {
        "TimeSignature".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]+/(1|2|4|8|16)$",
            "description": "Beats in a bar and the note value that is the beat.",
        })
    }
}

/// A field: its name, the part it belongs to, what it is, its type.
type Field = (&'static str, Option<Part>, &'static str, fn(&mut SchemaGenerator) -> Schema);

const FIELDS: &[Field] = &[
    (
        "schema_version",
        None,
        "Version of the report's shape: 1.",
        |_| json_schema!({ "type": "integer", "const": super::SCHEMA_VERSION }),
    ),
    (
        "analysis_version",
        None,
        "Version of the numbers: rises whenever the same file may give another report.",
        of::<String>,
    ),
    ("source", None, "What the file is.", of::<SourceInfo>),
    ("duration", None, "Length of the decoded audio in seconds.", of::<f64>),
    (
        "tempo",
        Some(Part::Tempo),
        "The song's tempo in BPM: the first candidate's; null where there is none.",
        of::<Option<Bpm>>,
    ),
    ("tempo_confidence", Some(Part::Tempo), "Its probability, in [0, 1].", of::<Option<f64>>),
    (
        "tempo_candidates",
        Some(Part::Tempo),
        "Tempo hypotheses, most likely first.",
        of::<Vec<TempoCandidate>>,
    ),
    ("tempo_curve", Some(Part::Tempo), "Tempo over time.", of::<Vec<TempoSpan>>),
    (
        "time_signature",
        Some(Part::Meter),
        "The song's time signature: the one that lasts longest; null where there are no bars.",
        of::<Option<TimeSignature>>,
    ),
    ("time_signature_confidence", Some(Part::Meter), "Its probability, in [0, 1].", of::<Option<f64>>),
    ("time_signatures", Some(Part::Meter), "Time signatures over time.", of::<Vec<MeterSpan>>),
    ("beats", Some(Part::Beats), "Beats in order.", of::<Vec<Beat>>),
    ("downbeats", Some(Part::Beats), "Times of the first beats of bars in seconds.", of::<Vec<f64>>),
    (
        "key",
        Some(Part::Key),
        "The song's key: the first candidate's; null where there is none.",
        of::<Option<Key>>,
    ),
    ("key_confidence", Some(Part::Key), "Its probability, in [0, 1].", of::<Option<f64>>),
    ("key_candidates", Some(Part::Key), "Key hypotheses, most likely first.", of::<Vec<KeyCandidate>>),
    ("keys", Some(Part::Key), "Keys over time.", of::<Vec<KeySpan>>),
    (
        "tuning",
        Some(Part::Key),
        "Deviation from concert pitch; null where nothing has a pitch.",
        of::<Option<Tuning>>,
    ),
    ("chords", Some(Part::Chords), "Chords over time.", of::<Vec<ChordSpan>>),
    ("sections", Some(Part::Sections), "Sections, which partition the song.", of::<Vec<Section>>),
    ("rhythm", Some(Part::Rhythm), "Descriptors of rhythm.", of::<Groove>),
    ("timbre", Some(Part::Timbre), "Descriptors of timbre; null without audio.", of::<Option<Timbre>>),
    ("loudness", Some(Part::Loudness), "Loudness after EBU R 128.", of::<Loudness>),
    ("waveform", Some(Part::Waveform), "Peaks for drawing; only where `include` names it.", of::<Waveform>),
    (
        "segments",
        Some(Part::Segments),
        "What sounds between onsets, contiguous over the song; only where `include` names it.",
        of::<Vec<Segment>>,
    ),
    ("warnings", None, "What the user should know about this answer.", of::<Vec<Warning>>),
];

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl JsonSchema for Report {
    fn schema_name() -> Cow<'static, str> {
        "Report".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for &(name, part, about, schema) in FIELDS {
            let mut schema = schema(generator);
            let about = match part {
                Some(part) => format!("{about} Part `{part}`."),
                None => about.to_owned(),
            };
            schema.insert("description".to_owned(), about.into());
            properties.insert(name.to_owned(), schema.to_value());
            if part.is_none() {
                required.push(name);
            }
        }
        json_schema!({
            "type": "object",
            "description": "Structure of a song, schema version 1, of the parts asked for. Times are seconds from the \
                first sample, rounded to 1 ms; what was not found is null or an empty list.",
            "properties": properties,
            "required": required,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Parts;
    use crate::report::export::samples;

    #[test]
    fn the_schema_has_the_fields_of_the_report_in_their_order() {
        for include in Part::ALL.iter().map(|&part| Parts::ALL.without(part)).chain([Parts::ALL]) {
            let mut report = samples::song();
            report.include = include;
            let json = serde_json::to_value(&report).unwrap();
            let written: Vec<&String> = json.as_object().unwrap().keys().collect();
            let named = FIELDS.iter().filter(|(_, part, ..)| part.is_none_or(|part| include.contains(part)));
            assert_eq!(written, named.map(|(name, ..)| *name).collect::<Vec<_>>());
        }
    }
}
