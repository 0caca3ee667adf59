//! JSON Annotated Music Specification, version 0.3 (Humphrey et al. 2014).
//!
//! Annotations: `segment_open` with functions, `segment_open` with repetition groups,
//! `segment_salami_function`, `multi_segment` (sections and their phrases), `beat`, `beat_position`, `chord`, `key_mode`, and `tempo` twice: the
//! hypotheses for the song, and the curve where the tempo changes.

use serde_json::{Value, json};

use super::content::{Content, harte_of, ms, ms_between, one_line, unit};
use crate::report::SCHEMA_VERSION;
use crate::structure::SectionLabel;
use crate::units::{Key, Mode, round};

pub(super) fn write(content: &Content<'_>) -> Value {
    let mut annotations = Vec::new();
    let mut annotate = |namespace: &str, rules: &str, data: Vec<Value>| {
        if !data.is_empty() {
            annotations.push(annotation(content, namespace, rules, data));
        }
    };
    let sections = |value: fn(&crate::structure::Section) -> String| {
        let of =
            |s: &crate::structure::Section| observation(s.start, s.end, value(s).into(), unit(s.confidence));
        content.sections.iter().map(of).collect::<Vec<_>>()
    };
    annotate("segment_open", "function of each section", sections(|s| s.label.name().to_owned()));
    annotate("segment_open", "equal letters are the same material", sections(|s| one_line(&s.group)));
    annotate("segment_salami_function", "function of each section", sections(|s| salami(s.label).to_owned()));
    annotate(
        "multi_segment",
        "level 0: sections by letter; level 1: phrases, whose letters start anew in each section",
        levels(content),
    );
    annotate("beat", "value is the place in the bar, from 1", beats(content));
    annotate("beat_position", "felt beats; compound meters count dotted ones", beat_positions(content));
    annotate(
        "chord",
        "X where a label has no notes",
        content
            .chords
            .iter()
            .map(|c| observation(c.start, c.end, harte_of(c).into(), unit(c.confidence)))
            .collect(),
    );
    annotate(
        "key_mode",
        "",
        content
            .keys
            .iter()
            .map(|k| observation(k.start, k.end, key_mode(k.key).into(), unit(k.confidence)))
            .collect(),
    );
    annotate(
        "tempo",
        "hypotheses for the whole song, most likely first",
        content
            .tempo_candidates
            .iter()
            .map(|t| observation(0.0, content.duration, bpm(t.bpm.get()), unit(t.confidence)))
            .collect(),
    );
    if content.tempo_curve.len() > 1 {
        let confidence = content.tempo().map_or(0.0, |tempo| unit(tempo.confidence));
        let of = |t: &crate::rhythm::TempoSpan| observation(t.start, t.end, bpm(t.bpm.get()), confidence);
        annotate("tempo", "tempo over time", content.tempo_curve.iter().map(of).collect());
    }

    json!({
        "file_metadata": {
            "title": content.title().map(one_line).unwrap_or_default(),
            "artist": content.tag("artist").map(one_line).unwrap_or_default(),
            "release": content.tag("album").map(one_line).unwrap_or_default(),
            "duration": content.duration,
            "identifiers": {},
            "jams_version": "0.3.4",
        },
        "annotations": annotations,
        "sandbox": { "file": content.report.source.name, "schema_version": SCHEMA_VERSION },
    })
}

fn annotation(content: &Content<'_>, namespace: &str, rules: &str, data: Vec<Value>) -> Value {
    json!({
        "namespace": namespace,
        "time": 0.0,
        "duration": content.duration,
        "annotation_metadata": {
            "curator": { "name": "", "email": "" },
            "annotator": {},
            "version": crate::ANALYSIS_VERSION,
            "corpus": "",
            "annotation_tools": "Sectionist",
            "annotation_rules": rules,
            "validation": "",
            "data_source": "program",
        },
        "data": data,
        "sandbox": {},
    })
}

fn observation(start: f64, end: f64, value: Value, confidence: f64) -> Value {
    json!({ "time": ms(start), "duration": ms_between(start, end), "value": value, "confidence": confidence })
}

/// Sections, then phrases.
fn levels(content: &Content<'_>) -> Vec<Value> {
    let value = |label: &str, level: u32| json!({ "label": one_line(label), "level": level });
    let sections = content.sections.iter();
    let of_sections =
        sections.clone().map(|s| observation(s.start, s.end, value(&s.group, 0), unit(s.confidence)));
    let of_phrases = sections
        .flat_map(|s| &s.phrases)
        .map(|p| observation(p.start, p.end, value(&p.group, 1), unit(p.confidence)));
    of_sections.chain(of_phrases).collect()
}

fn beats(content: &Content<'_>) -> Vec<Value> {
    let of = |b: &crate::rhythm::Beat| observation(b.time, b.time, b.position.into(), unit(b.confidence));
    content.beats.iter().map(of).collect()
}

fn beat_positions(content: &Content<'_>) -> Vec<Value> {
    if content.meters.is_empty() {
        return Vec::new();
    }
    let mut positions = Vec::new();
    for bar in content.bars() {
        let n_beats = bar.meter.beats_per_bar().max(1);
        // An upbeat ends its bar.
        let first = if bar.number == 0 { n_beats.saturating_sub(bar.beats.len()) } else { 0 };
        for (i, &time) in bar.beats.iter().enumerate() {
            let value = json!({
                "position": first + i + 1,
                "measure": bar.number,
                "num_beats": n_beats,
                "beat_units": beat_unit(bar.meter.denominator),
            });
            positions.push(observation(time, time, value, unit(bar.confidence)));
        }
    }
    positions
}

/// A denominator that the schema knows.
fn beat_unit(denominator: u8) -> u8 {
    if denominator.is_power_of_two() { denominator } else { 4 }
}

fn bpm(bpm: f64) -> Value {
    json!(round::to(bpm.min(1e4), 1e2))
}

/// `C:major`.
fn key_mode(key: Key) -> String {
    let mode = match key.mode {
        Mode::Major => "major",
        Mode::Minor => "minor",
    };
    format!("{}:{mode}", key.tonic_name())
}

/// The word of SALAMI's vocabulary for a function.
const fn salami(label: SectionLabel) -> &'static str {
    match label {
        SectionLabel::Breakdown => "break",
        SectionLabel::Section => "no_function",
        label => label.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn data<'a>(jams: &'a Value, namespace: &str) -> Vec<&'a Vec<Value>> {
        let annotations = jams["annotations"].as_array().unwrap();
        annotations
            .iter()
            .filter(|a| a["namespace"] == namespace)
            .map(|a| a["data"].as_array().unwrap())
            .collect()
    }

    #[test]
    fn every_observation_has_what_the_schema_requires() {
        for report in [samples::song(), samples::odd_texts(), samples::broken(), samples::silence()] {
            let jams = write(&Content::of(&report));
            for annotation in jams["annotations"].as_array().unwrap() {
                assert!(annotation["annotation_metadata"].is_object());
                for observation in annotation["data"].as_array().unwrap() {
                    for field in ["time", "duration", "confidence"] {
                        assert!(observation[field].as_f64().is_some_and(|x| x >= 0.0), "{observation}");
                    }
                    assert!(!observation["value"].is_null(), "{observation}");
                }
            }
            for field in ["title", "artist", "release", "jams_version"] {
                assert!(jams["file_metadata"][field].is_string());
            }
        }
    }

    #[test]
    fn the_song_is_annotated_in_every_namespace() {
        let song = samples::song();
        let jams = write(&Content::of(&song));
        let values = |data: &[Value]| data.iter().map(|o| o["value"].clone()).collect::<Vec<_>>();
        let segments = data(&jams, "segment_open");
        assert_eq!(values(segments[0])[..2], ["intro", "verse"]);
        assert_eq!(values(segments[1])[..2], ["A", "B"]);
        let levels = data(&jams, "multi_segment")[0];
        let of_level = |level: u32| levels.iter().filter(move |o| o["value"]["level"] == level);
        assert_eq!(of_level(0).count(), segments[0].len());
        assert_eq!(of_level(1).next().unwrap()["value"]["label"], "a");
        assert_eq!(of_level(1).count(), 2 * of_level(0).count());
        assert_eq!(values(data(&jams, "segment_salami_function")[0])[3], "no_function");
        assert_eq!(values(data(&jams, "key_mode")[0]), ["C:major", "A:minor"]);
        assert_eq!(values(data(&jams, "tempo")[0]), [120.0, 60.0]);
        assert_eq!(values(data(&jams, "tempo")[1]), [120.0, 90.0]);
        assert_eq!(data(&jams, "beat")[0].len(), song.beats.len());
        let positions = data(&jams, "beat_position")[0];
        assert_eq!(
            positions[0]["value"],
            json!({ "position": 4, "measure": 0, "num_beats": 4, "beat_units": 4 })
        );
        assert_eq!(positions[1]["value"]["measure"], 1);
        assert_eq!(data(&jams, "chord")[0][1]["value"], "C:maj");
        assert_eq!(data(&jams, "chord")[0][1]["duration"], 2.0);
    }

    #[test]
    fn silence_has_no_annotations() {
        assert_eq!(write(&Content::of(&samples::silence()))["annotations"], json!([]));
    }
}
