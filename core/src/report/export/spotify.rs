//! The shape of Spotify's audio analysis object, for programs that were written against it.
//!
//! `segments` and `tatums` are empty, fingerprints are empty strings, and `timestamp` and
//! `analysis_time` are 0. What is not known is −1 (`key`, `mode`) or 0 with confidence 0, as there.

use serde_json::{Value, json};

use super::content::{Content, ms, ms_between, unit};
use crate::params::Part;
use crate::units::{Key, Mode, TimeSignature, round};

/// Loudness in dB that stands for silence.
const SILENT: f64 = -60.0;

pub(super) fn write(content: &Content<'_>) -> Value {
    let source = &content.report.source;
    let (key, mode) = key_numbers(content.key.map(|candidate| candidate.key));
    let key_confidence = content.key.map_or(0.0, |candidate| unit(candidate.confidence));
    let loudness = content.report.loudness.integrated_lufs.filter(|_| asked(content, Part::Loudness));
    json!({
        "meta": {
            "analyzer_version": crate::ANALYSIS_VERSION,
            "platform": "Sectionist",
            "detailed_status": "OK",
            "status_code": 0,
            "timestamp": 0,
            "analysis_time": 0.0,
            "input_process": format!("{} {}", source.container, source.codec),
        },
        "track": {
            "num_samples": (content.duration * f64::from(source.sample_rate)).round() as u64,
            "duration": content.duration,
            "sample_md5": "",
            "offset_seconds": 0,
            "window_seconds": 0,
            "analysis_sample_rate": source.sample_rate,
            "analysis_channels": 1,
            "end_of_fade_in": 0.0,
            "start_of_fade_out": content.duration,
            "loudness": decibels(loudness),
            "tempo": content.tempo().map_or(0.0, |tempo| bpm(tempo.bpm.get())),
            "tempo_confidence": content.tempo().map_or(0.0, |tempo| unit(tempo.confidence)),
            "time_signature": content.meter.map_or(0, |meter| beats_a_bar(meter.value)),
            "time_signature_confidence": content.meter.map_or(0.0, |meter| unit(meter.confidence)),
            "key": key,
            "key_confidence": key_confidence,
            "mode": mode,
            "mode_confidence": key_confidence,
            "codestring": "",
            "code_version": 0,
            "echoprintstring": "",
            "echoprint_version": 0,
            "synchstring": "",
            "synch_version": 0,
            "rhythmstring": "",
            "rhythm_version": 0,
        },
        "bars": bars(content),
        "beats": beats(content),
        "sections": sections(content),
        "segments": [],
        "tatums": [],
    })
}

fn bars(content: &Content<'_>) -> Vec<Value> {
    let whole = content.bars().into_iter().filter(|bar| bar.number > 0);
    whole.map(|bar| interval(bar.start, bar.end, unit(bar.confidence))).collect()
}

fn beats(content: &Content<'_>) -> Vec<Value> {
    content
        .beats
        .iter()
        .enumerate()
        .map(|(i, b)| interval(b.time, content.beat_end(i), unit(b.confidence)))
        .collect()
}

fn sections(content: &Content<'_>) -> Vec<Value> {
    content
        .sections
        .iter()
        .map(|section| {
            let middle = f64::midpoint(section.start, section.end);
            let key = section.key.filter(|_| asked(content, Part::Key));
            let (key_number, mode) = key_numbers(key);
            let span = content
                .keys
                .iter()
                .find(|span| Some(span.key) == key && span.start <= middle && middle < span.end);
            let key_confidence = span.map_or_else(
                || content.key.filter(|song| Some(song.key) == key).map_or(0.0, |song| unit(song.confidence)),
                |span| unit(span.confidence),
            );
            let tempo = content.tempo_at(middle).map(|tempo| section.tempo.unwrap_or(tempo.get()));
            let meter = content.meters.iter().find(|span| span.start <= middle && middle < span.end);
            json!({
                "start": ms(section.start),
                "duration": ms_between(section.start, section.end),
                "confidence": unit(section.boundary.confidence),
                "loudness": decibels(section.loudness_lufs),
                "tempo": tempo.map_or(0.0, bpm),
                "tempo_confidence": content.tempo().map_or(0.0, |tempo| unit(tempo.confidence)),
                "key": key_number,
                "key_confidence": key_confidence,
                "mode": mode,
                "mode_confidence": key_confidence,
                "time_signature": meter.map_or(0, |meter| beats_a_bar(meter.value)),
                "time_signature_confidence": meter.map_or(0.0, |meter| unit(meter.confidence)),
            })
        })
        .collect()
}

fn asked(content: &Content<'_>, part: Part) -> bool {
    content.report.include.contains(part)
}

fn interval(start: f64, end: f64, confidence: f64) -> Value {
    json!({ "start": ms(start), "duration": ms_between(start, end), "confidence": confidence })
}

/// Pitch class from C = 0, and 1 for major, 0 for minor; −1 each where there is no key.
fn key_numbers(key: Option<Key>) -> (i64, i64) {
    key.map_or((-1, -1), |key| (key.tonic.semitones() as i64, i64::from(key.mode == Mode::Major)))
}

/// 3 to 7 as there; for other meters the number of felt beats.
fn beats_a_bar(meter: TimeSignature) -> usize {
    if (3..=7).contains(&meter.numerator) { usize::from(meter.numerator) } else { meter.beats_per_bar() }
}

fn bpm(bpm: f64) -> f64 {
    if bpm.is_finite() { round::to(bpm, 1e3) } else { 0.0 }
}

fn decibels(loudness: Option<f64>) -> f64 {
    loudness.filter(|lufs| lufs.is_finite()).map_or(SILENT, |lufs| round::to(lufs.max(SILENT), 1e3))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn every_report_has_the_whole_shape_without_nulls() {
        for report in [samples::song(), samples::odd_texts(), samples::broken(), samples::silence()] {
            let analysis = write(&Content::of(&report));
            for list in ["bars", "beats", "sections", "segments", "tatums"] {
                for item in analysis[list].as_array().unwrap() {
                    assert!(item.as_object().unwrap().values().all(Value::is_number), "{item}");
                }
            }
            assert!(analysis["track"].as_object().unwrap().values().all(|v| v.is_number() || v.is_string()));
        }
    }

    #[test]
    fn a_song_is_described_as_there() {
        let song = samples::song();
        let analysis = write(&Content::of(&song));
        assert_eq!(analysis["track"]["key"], 0);
        assert_eq!(analysis["track"]["mode"], 1);
        assert_eq!(analysis["track"]["time_signature"], 4);
        assert_eq!(analysis["track"]["tempo"], 120.0);
        assert_eq!(analysis["bars"].as_array().unwrap().len(), 16 + 12);
        assert_eq!(analysis["bars"][0], json!({ "start": 1.0, "duration": 2.0, "confidence": 0.9 }));
        assert_eq!(analysis["beats"].as_array().unwrap().len(), song.beats.len());
        assert_eq!(analysis["sections"][3]["time_signature"], 3);
        assert_eq!(analysis["sections"][1]["key_confidence"], 0.8);
    }

    #[test]
    fn silence_has_no_key() {
        let analysis = write(&Content::of(&samples::silence()));
        assert_eq!((&analysis["track"]["key"], &analysis["track"]["tempo"]), (&json!(-1), &json!(0.0)));
        assert_eq!(analysis["track"]["loudness"], SILENT);
    }
}
