//! The fixture songs and their truth.

use std::fs;
use std::path::PathBuf;

pub use sectionist_scoring::Span;
use serde_json::Value;

/// The songs, each with truth in `fixtures/truth/NAME.json`.
pub const SONGS: [&str; 6] = ["harbour", "almanac", "gearshift", "lantern", "snowfield", "postcard"];

/// What is true of a song, or what an analysis says of it, in the terms that metrics compare.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Length in seconds.
    pub duration: f64,
    /// Felt beats per minute.
    pub tempo: Option<f64>,
    /// Tempo over time: the labels are BPM.
    pub tempo_curve: Vec<Span>,
    /// Like `6/8`.
    pub time_signature: Option<String>,
    /// Seconds.
    pub beats: Vec<f64>,
    /// Seconds.
    pub downbeats: Vec<f64>,
    /// Like `C major`.
    pub key: Option<String>,
    /// Keys over time.
    pub keys: Vec<Span>,
    /// Cents above A4 = 440 Hz.
    pub tuning_cents: Option<f64>,
    /// Chords over time in Harte syntax.
    pub chords: Vec<Span>,
    /// Sections with their function.
    pub sections: Vec<Span>,
    /// Sections with their repetition group.
    pub groups: Vec<Span>,
}

/// Path of a file in `fixtures/audio`.
#[must_use]
pub fn audio_path(file: &str) -> PathBuf {
    crate::root().join("fixtures/audio").join(file)
}

/// A file in `fixtures/audio`.
///
/// # Panics
/// If it cannot be read: the fixtures are committed.
#[must_use]
pub fn audio(file: &str) -> Vec<u8> {
    let path = audio_path(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The truth of a song and the name of its audio file.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn truth(song: &str) -> (String, Answers) {
    let path = crate::root().join("fixtures/truth").join(format!("{song}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let json: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (json["audio"].as_str().unwrap_or_default().to_owned(), Answers::from_json(&json))
}

impl Answers {
    /// Reads a truth file or a report of schema version 1: the two use the same names.
    #[must_use]
    pub fn from_json(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        let times = |name: &str| -> Vec<f64> {
            let list = json[name].as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(|item| item.as_f64().or_else(|| item["time"].as_f64())).collect()
        };
        Self {
            duration: json["duration"].as_f64().unwrap_or(0.0),
            tempo: json["tempo"].as_f64(),
            tempo_curve: spans(&json["tempo_curve"], "bpm"),
            time_signature: text("time_signature"),
            beats: times("beats"),
            downbeats: times("downbeats"),
            key: text("key"),
            keys: spans(&json["keys"], "key"),
            tuning_cents: json["tuning_cents"].as_f64().or_else(|| json["tuning"]["cents"].as_f64()),
            chords: spans(&json["chords"], "label"),
            sections: spans(&json["sections"], "label"),
            groups: spans(&json["sections"], "group"),
        }
    }
}

fn spans(list: &Value, label: &str) -> Vec<Span> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|item| Span {
            start: item["start"].as_f64().unwrap_or(0.0),
            end: item["end"].as_f64().unwrap_or(0.0),
            label: item[label].as_str().map_or_else(|| item[label].to_string(), str::to_owned),
        })
        .collect()
}
