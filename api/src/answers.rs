//! What the routes answer beside reports and failures.

use sectionist_core::decode::{self, Formats};
use sectionist_core::params::Format;
use sectionist_core::{ANALYSIS_VERSION, Progress};
use serde::Serialize;

use crate::failure::Failure;
use crate::variables::Settings;

/// The answer of `/health`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Health {
    /// `healthy`.
    status: &'static str,
    /// Version of the analysis.
    version: &'static str,
}

impl Default for Health {
    fn default() -> Self {
        Self { status: "healthy", version: ANALYSIS_VERSION }
    }
}

/// The answer of `/formats`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormatList {
    /// What can be decoded.
    input: Formats,
    /// Formats of answers.
    output: Vec<OutputFormat>,
    /// The limits in force.
    limits: LimitsInForce,
}

/// A format of answers.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct OutputFormat {
    /// Value of the parameter `format`.
    name: &'static str,
    /// Extension of file names, without a dot.
    extension: &'static str,
    /// Media type.
    content_type: &'static str,
    /// Whether it is a file a kind of thing: a ZIP archive of them, where more than one is asked for.
    several_files: bool,
    /// What is in it.
    holds: &'static str,
}

/// Limits on uploads.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct LimitsInForce {
    /// Largest file in bytes.
    max_file_size: u64,
    /// Longest audio in seconds.
    max_duration: f64,
    /// Longest analysis in seconds.
    analysis_timeout: f64,
    /// Longest upload in seconds.
    upload_timeout: f64,
}

impl FormatList {
    /// The formats of this build, under the limits of `settings`.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let output = |&format: &Format| OutputFormat {
            name: format.name(),
            extension: format.extension(),
            content_type: format.content_type(),
            several_files: format.has_a_file_a_kind(),
            holds: holds(format),
        };
        Self {
            input: decode::formats(),
            output: Format::ALL.iter().map(output).collect(),
            limits: LimitsInForce {
                max_file_size: settings.max_file_size,
                max_duration: settings.max_duration,
                analysis_timeout: settings.analysis_timeout.as_secs_f64(),
                upload_timeout: settings.upload_timeout.as_secs_f64(),
            },
        }
    }
}

/// What an answer in `format` holds, of the parts asked for.
#[must_use]
pub const fn holds(format: Format) -> &'static str {
    match format {
        Format::Json => "the report, schema version 1",
        Format::Jams => {
            "JAMS 0.3: sections, repetition groups, sections with phrases, beats, bars, chords, keys, tempo"
        }
        Format::Lab => {
            "tab-separated times and labels, a file a task: sections, groups, phrases, chords, keys, key, beats, downbeats, \
             positions in the bar, meters, tempi, tempo"
        }
        Format::Audacity => {
            "label tracks for Audacity, a file each for sections, keys, chords, bars and beats"
        }
        Format::SonicVisualiser => {
            "layers for Sonic Visualiser, a file each for sections, keys, chords, bars and beats, and a session that opens \
             them over the song"
        }
        Format::Csv => "a table of sections, keys, meters, tempo, chords and beats by time",
        Format::Midi => {
            "a Standard MIDI File: tempi that keep every beat within 10 ms, meters, keys and section markers, and tracks of \
             chord names, chords and clicks"
        }
        Format::Chordpro => {
            "a ChordPro chord sheet: title, key, tempo and meter, then each section's chords in brackets, by bars"
        }
        Format::ChordproGrid => "the same with a grid of bars and beats for each section",
        Format::Rekordbox => {
            "a collection for rekordbox: beat grid, key, and cues at the sections. It says nothing of where the file is"
        }
        Format::Traktor => {
            "a collection for Traktor: tempo, key, beat grid, and hot cues at the first eight sections"
        }
        Format::Reaper => "regions at the sections and markers at the key changes, for REAPER",
        Format::Musicxml => {
            "a lead sheet in MusicXML 4.0: chord symbols, key, meter, tempo, rehearsal marks at the sections"
        }
        Format::Ireal => "chord charts for iReal Pro: a page with links that it opens",
        Format::Spotify => {
            "the shape of Spotify's audio analysis: track, bars, beats, tatums, sections, and segments with pitches, timbre \
             and loudness"
        }
    }
}

/// The data of a `progress` event.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProgressEvent {
    /// `features`, `rhythm`, `harmony` or `structure`.
    stage: &'static str,
    /// Share of the whole analysis that is done, in [0, 1], to 0.0001; it never falls.
    fraction: f64,
}

impl From<Progress> for ProgressEvent {
    fn from(progress: Progress) -> Self {
        Self { stage: progress.stage.name(), fraction: share(progress.fraction) }
    }
}

/// A share as it is told: to 0.0001.
#[must_use]
pub fn share(fraction: f32) -> f64 {
    (f64::from(fraction) * 1e4).round() / 1e4
}

/// The data of an `error` event.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorEvent<'a> {
    /// The error.
    #[serde(flatten)]
    failure: &'a Failure,
    /// The status that a response would have had.
    status: u16,
}

impl<'a> From<&'a Failure> for ErrorEvent<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self { failure, status: failure.code.status() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_four_decimals() {
        assert_eq!(share(0.1).to_string(), "0.1");
        assert_eq!(share(1.0 / 3.0).to_string(), "0.3333");
        assert_eq!(share(0.999_99).to_string(), "1");
    }

    #[test]
    fn error_events_are_failures_with_a_status() {
        let failure = crate::failure::Code::Timeout.example();
        let event = serde_json::to_value(ErrorEvent::from(&failure)).unwrap();
        assert_eq!((event["code"].as_str(), event["status"].as_u64()), (Some("timeout"), Some(504)));
        assert_eq!(event["details"]["fraction"], 0.75);
    }
}
