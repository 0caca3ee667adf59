//! The report in the formats of other programs.
//!
//! Every exporter is total: it writes what the report has of the parts asked for
//! ([`Report::include`]), and a report of silence gives valid files with nothing in them.
//!
//! Programs that read one kind of thing from a file get a file a kind: [`export_files`] gives all of
//! them, [`export`] the same as one file, in a ZIP archive where they are several.

mod archive;
mod audacity;
mod bars;
mod beat_grid;
mod chordpro;
mod colour;
mod content;
mod csv;
mod ireal;
mod jams;
mod lab;
mod midi;
mod musicxml;
mod reaper;
mod rekordbox;
mod sonic_visualiser;
mod spotify;
mod tempo_map;
mod traktor;
mod xml;

#[cfg(test)]
pub(super) mod samples;

use content::Content;
use serde::Serialize;

use super::Report;
use crate::params::{Format, Part, Parts};

/// A file that an exporter wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What is in it, where a format is several files: `sections`, `chords` …; what tells it from a file of another
    /// format with the same extension, as `spotify`; else empty.
    pub kind: &'static str,
    /// Media type, with the character set of texts.
    pub content_type: &'static str,
    /// Extension of file names, without a dot.
    pub extension: &'static str,
    /// The file's content.
    pub bytes: Vec<u8>,
}

impl Exported {
    /// What follows the song's name and a dot in the file's name: `mid`, `chords.lab`.
    #[must_use]
    pub fn end(&self) -> String {
        end_of(self.kind, self.extension)
    }

    /// The file's name after `stem`, the song's name without its extension: `song.mid`, `song.chords.lab`.
    #[must_use]
    pub fn name(&self, stem: &str) -> String {
        format!("{stem}.{}", self.end())
    }
}

/// What follows the song's name in a file's name.
fn end_of(kind: &str, extension: &str) -> String {
    if kind.is_empty() { extension.to_owned() } else { format!("{kind}.{extension}") }
}

/// A file of a format: its kind, the part of the report it holds (all of them, where there is none), its extension.
type FileOf = (&'static str, Option<Part>, &'static str);

impl Format {
    /// Extension of the names of its files, without a dot; of most of them, where a format is several files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json | Self::Spotify => "json",
            Self::Jams => "jams",
            Self::Lab => "lab",
            Self::Audacity => "txt",
            Self::SonicVisualiser => "svl",
            Self::Csv => "csv",
            Self::Midi => "mid",
            Self::Chordpro | Self::ChordproGrid => "cho",
            Self::Rekordbox => "xml",
            Self::Traktor => "nml",
            Self::Reaper => "csv",
            Self::Musicxml => "musicxml",
            Self::Ireal => "html",
        }
    }

    /// Media type of its files, with the character set of texts.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json | Self::Jams | Self::Spotify => "application/json",
            Self::Lab | Self::Audacity | Self::Chordpro | Self::ChordproGrid => "text/plain; charset=utf-8",
            Self::Csv | Self::Reaper => "text/csv; charset=utf-8",
            Self::Midi => "audio/midi",
            Self::Rekordbox | Self::Traktor | Self::SonicVisualiser => "application/xml",
            Self::Musicxml => "application/vnd.recordare.musicxml+xml",
            Self::Ireal => "text/html; charset=utf-8",
        }
    }

    /// What follows the song's name and a dot in the names of the files that [`export_files`] writes where `include`
    /// is asked for, in their order: `mid`; `sections.lab`, `chords.lab` …
    #[must_use]
    pub fn file_ends(self, include: Parts) -> Vec<String> {
        self.files(include).iter().map(|&(kind, _, extension)| end_of(kind, extension)).collect()
    }

    /// Whether it is a file a kind of thing: several, unless a single part is asked for.
    #[must_use]
    pub const fn has_a_file_a_kind(self) -> bool {
        matches!(self, Self::Lab | Self::Audacity | Self::SonicVisualiser)
    }

    fn files(self, include: Parts) -> Vec<FileOf> {
        let all: &[FileOf] = match self {
            Self::Lab => lab::FILES,
            Self::Audacity => audacity::FILES,
            Self::SonicVisualiser => sonic_visualiser::FILES,
            // Formats that would share a name with another one of the same song.
            Self::ChordproGrid => return vec![("grid", None, self.extension())],
            Self::Rekordbox => return vec![("rekordbox", None, self.extension())],
            Self::Reaper => return vec![("regions", None, self.extension())],
            Self::Spotify => return vec![("spotify", None, self.extension())],
            _ => return vec![("", None, self.extension())],
        };
        all.iter().copied().filter(|&(_, part, _)| part.is_none_or(|part| include.contains(part))).collect()
    }
}

/// Writes `report` in `format` as one file: a ZIP archive where [`export_files`] gives several. Linear in the
/// size of the report.
///
/// ```
/// use sectionist_core::{AnalysisParams, analyze_samples, export, params::Format};
///
/// let report = analyze_samples(&[0.0; 8000], 8000, &AnalysisParams::default())?;
/// let exported = export(&report, Format::Json);
/// assert_eq!((exported.content_type, exported.extension), ("application/json", "json"));
/// assert_eq!(export(&report, Format::Lab).extension, "zip");
/// # Ok::<(), sectionist_core::Error>(())
/// ```
#[must_use]
pub fn export(report: &Report, format: Format) -> Exported {
    let mut files = export_files(report, format);
    if files.len() == 1
        && let Some(file) = files.pop()
    {
        return file;
    }
    let stem = content::stem(report.source.name.as_deref());
    Exported {
        kind: "",
        content_type: "application/zip",
        extension: "zip",
        bytes: archive::zip(files.iter().map(|file| (file.name(&stem), &file.bytes[..]))),
    }
}

/// Writes `report` in `format`: the files whose names [`Format::file_ends`] gives, in that order.
///
/// ```
/// use sectionist_core::{AnalysisParams, analyze_samples, export_files, params::Format};
///
/// let report = analyze_samples(&[0.0; 8000], 8000, &AnalysisParams::default())?;
/// let names: Vec<String> = export_files(&report, Format::Audacity).iter().map(|file| file.name("song")).collect();
/// assert_eq!(names[0], "song.sections.txt");
/// # Ok::<(), sectionist_core::Error>(())
/// ```
#[must_use]
pub fn export_files(report: &Report, format: Format) -> Vec<Exported> {
    let content = Content::of(report);
    let write = |kind: &'static str| -> Vec<u8> {
        match format {
            Format::Json => json(report),
            Format::Jams => json(&jams::write(&content)),
            Format::Lab => lab::write(&content, kind).into_bytes(),
            Format::Audacity => audacity::write(&content, kind).into_bytes(),
            Format::SonicVisualiser => sonic_visualiser::write(&content, kind).into_bytes(),
            Format::Csv => csv::write(&content).into_bytes(),
            Format::Midi => midi::write(&content),
            Format::Chordpro => chordpro::write(&content, chordpro::Layout::Lines).into_bytes(),
            Format::ChordproGrid => chordpro::write(&content, chordpro::Layout::Grid).into_bytes(),
            Format::Rekordbox => rekordbox::write(&content).into_bytes(),
            Format::Traktor => traktor::write(&content).into_bytes(),
            Format::Reaper => reaper::write(&content).into_bytes(),
            Format::Musicxml => musicxml::write(&content).into_bytes(),
            Format::Ireal => ireal::write(&content).into_bytes(),
            Format::Spotify => json(&spotify::write(&content)),
        }
    };
    let files = format.files(report.include);
    files
        .into_iter()
        .map(|(kind, _, extension)| Exported {
            kind,
            content_type: format.content_type(),
            extension,
            bytes: write(kind),
        })
        .collect()
}

/// Where sections start, in seconds, and what they are called.
pub(super) fn cue_points(report: &Report) -> Vec<(f64, String)> {
    let sections = report.sections.iter();
    sections.map(|section| (content::ms(section.start), content::name_of(section))).collect()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("keys of maps are strings, and numbers never fail")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{Part, Parts};

    #[test]
    fn every_format_writes_every_report() {
        for report in [samples::song(), samples::odd_texts(), samples::silence(), samples::broken()] {
            for &format in Format::ALL {
                let files = export_files(&report, format);
                let ends: Vec<String> = files.iter().map(|file| file.name("song")).collect();
                let planned = format.file_ends(report.include);
                assert_eq!(ends, planned.iter().map(|end| format!("song.{end}")).collect::<Vec<_>>());
                assert_eq!(files.len() > 1, format.has_a_file_a_kind(), "{format}");
                for exported in files {
                    assert!(!exported.extension.is_empty() && exported.content_type.contains('/'));
                    if exported.content_type == "application/json" {
                        serde_json::from_slice::<serde_json::Value>(&exported.bytes).unwrap();
                    } else if format != Format::Midi {
                        std::str::from_utf8(&exported.bytes).unwrap();
                    }
                }
            }
        }
    }

    #[test]
    fn parts_not_asked_for_are_not_written() {
        let mut report = samples::song();
        report.include = Parts::ALL.without(Part::Sections).without(Part::Chords);
        for &format in Format::ALL {
            let bytes =
                export_files(&report, format).into_iter().flat_map(|file| file.bytes).collect::<Vec<u8>>();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("Verse") && !text.contains("verse"), "{format}: {text}");
            assert!(!text.contains("F:maj7") && !text.contains("Fmaj7"), "{format}: {text}");
        }
    }

    #[test]
    fn a_single_part_is_a_single_file() {
        let mut report = samples::song();
        report.include = "chords".parse().unwrap();
        let exported = export(&report, Format::Lab);
        assert_eq!((exported.kind, exported.extension), ("chords", "lab"));
        assert!(exported.bytes.starts_with(b"0.000\t1.000\tN\n"));
    }

    #[test]
    fn the_same_report_gives_the_same_file() {
        for &format in Format::ALL {
            assert_eq!(export(&samples::song(), format), export(&samples::song(), format));
        }
    }
}
