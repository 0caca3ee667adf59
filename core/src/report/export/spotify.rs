//! The shape of Spotify's audio analysis object, for programs that were written against it.
//!
//! Fingerprints are empty strings, and `timestamp` and `analysis_time` are 0. What is not known is −1 (`key`, `mode`) or
//! 0 with confidence 0, as there. Segments are cut at onsets; their confidence is how strong the onset is. Their
//! `timbre` are the means of twelve mel-frequency cepstral coefficients, not coordinates in the space that Spotify's
//! was learned in: they compare with each other, and not with those.

use serde_json::{Value, json};

use super::content::{Content, is_time, ms, ms_between, unit};
use crate::params::Part;
use crate::report::Segment;
use crate::units::{Key, Mode, TimeSignature, round};

/// Loudness in dB that stands for silence.
const SILENT: f64 = -60.0;

pub(super) fn write(content: &Content<'_>) -> Value {
    let source = &content.report.source;
    let (key, mode) = key_numbers(content.key.map(|candidate| candidate.key));
    let key_confidence = content.key.map_or(0.0, |candidate| unit(candidate.confidence));
    let loudness = content.report.loudness.integrated_lufs.filter(|_| asked(content, Part::Loudness));
    let fades = fades(content);
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
            "end_of_fade_in": ms(fades.0),
            "start_of_fade_out": ms(fades.1),
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
        "segments": segments(content),
        "tatums": tatums(content),
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

/// Segments that come later than those before them.
fn in_order<'a>(content: &Content<'a>) -> impl DoubleEndedIterator<Item = &'a Segment> + Clone {
    let segments: &'a [Segment] = &content.report.segments;
    segments.iter().filter(|segment| is_time(segment.start) && is_time(segment.end))
}

fn segments(content: &Content<'_>) -> Vec<Value> {
    let all = in_order(content);
    let ends = all.clone().skip(1).map(|next| next.start_db).chain([SILENT]);
    let thousandth = |x: f64| if x.is_finite() { round::to(x, 1e3) } else { 0.0 };
    all.zip(ends)
        .map(|(segment, end_db)| {
            json!({
                "start": ms(segment.start),
                "duration": ms_between(segment.start, segment.end),
                "confidence": unit(segment.strength),
                "loudness_start": decibels(Some(segment.start_db)),
                "loudness_max_time": ms(segment.peak_after),
                "loudness_max": decibels(Some(segment.peak_db)),
                "loudness_end": decibels(Some(end_db)),
                "pitches": segment.pitches.map(|pitch| thousandth(f64::from(pitch) / 255.0)),
                "timbre": segment.timbre.map(|x| thousandth(f64::from(x))),
            })
        })
        .collect()
}

/// The smallest regular pulses: halves of felt beats, thirds in compound meters.
fn tatums(content: &Content<'_>) -> Vec<Value> {
    let mut tatums = Vec::new();
    for (i, beat) in content.beats.iter().enumerate().filter(|(_, beat)| is_time(beat.time)) {
        let meter = content.meter_at(beat.time);
        let n = if meter.beats_per_bar() < usize::from(meter.numerator) { 3 } else { 2 };
        let length = (content.beat_end(i) - beat.time).max(0.0) / f64::from(n);
        tatums.extend((0..n).map(|k| {
            let start = beat.time + f64::from(k) * length;
            interval(start, start + length, unit(beat.confidence))
        }));
    }
    tatums
}

/// How much softer in dB than the loudest segment those of a fade are.
const FADE: f64 = 20.0;

/// Where the song is first and last nearly as loud as it gets, in seconds.
fn fades(content: &Content<'_>) -> (f64, f64) {
    let loudest = in_order(content).map(|segment| segment.peak_db).fold(f64::NEG_INFINITY, f64::max);
    let mut loud = in_order(content).filter(|segment| segment.peak_db > loudest - FADE);
    let first = loud.next();
    let last = loud.next_back().or(first);
    (first.map_or(0.0, |segment| segment.start), last.map_or(content.duration, |segment| segment.end))
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
                    let values = item.as_object().unwrap().values();
                    let mut flat = values
                        .flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
                    assert!(flat.all(|value| value.is_number()), "{item}");
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
        let segment = &analysis["segments"][13];
        assert_eq!([&segment["start"], &segment["duration"]], [6.5, 0.5]);
        assert_eq!([&segment["loudness_start"], &segment["loudness_max"]], [-20.5, -12.5]);
        assert_eq!([&segment["pitches"][0], &segment["pitches"][1]], [0.2, 1.0]);
        assert_eq!(segment["timbre"].as_array().unwrap().len(), 12);
        assert_eq!(analysis["tatums"].as_array().unwrap().len(), 2 * song.beats.len());
        assert_eq!(analysis["tatums"][1], json!({ "start": 0.75, "duration": 0.25, "confidence": 0.9 }));
        assert_eq!(
            [&analysis["track"]["end_of_fade_in"], &analysis["track"]["start_of_fade_out"]],
            [2.0, 60.0]
        );
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
