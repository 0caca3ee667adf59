//! The report in the formats of other programs.
//!
//! Every exporter is total: it writes what the report has of the parts asked for
//! ([`Report::include`]), and a report of silence gives a valid file with nothing in it.

mod audacity;
mod bars;
mod chordpro;
mod content;
mod csv;
mod harte;
mod jams;
mod lab;
mod midi;
mod rekordbox;
mod sonic_visualiser;
mod spotify;
mod tempo_map;

#[cfg(test)]
pub(super) mod samples;

use content::Content;
use serde::Serialize;

use super::Report;
use crate::params::Format;

/// A file that an exporter wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Media type, with the character set of texts.
    pub content_type: &'static str,
    /// Extension of file names, without a dot.
    pub extension: &'static str,
    /// The file's content.
    pub bytes: Vec<u8>,
}

impl Format {
    /// Extension of file names, without a dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json | Self::Spotify => "json",
            Self::Jams => "jams",
            Self::Lab => "lab",
            Self::Audacity => "txt",
            Self::SonicVisualiser | Self::Csv => "csv",
            Self::Midi => "mid",
            Self::Chordpro => "cho",
            Self::Rekordbox => "xml",
        }
    }

    /// Media type, with the character set of texts.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json | Self::Jams | Self::Spotify => "application/json",
            Self::Lab | Self::Audacity | Self::Chordpro => "text/plain; charset=utf-8",
            Self::SonicVisualiser | Self::Csv => "text/csv; charset=utf-8",
            Self::Midi => "audio/midi",
            Self::Rekordbox => "application/xml",
        }
    }
}

/// Writes `report` in `format`. Linear in the size of the report.
///
/// ```
/// use sectionist_core::{AnalysisParams, analyze_samples, export, params::Format};
///
/// let report = analyze_samples(&[0.0; 8000], 8000, &AnalysisParams::default())?;
/// let exported = export(&report, Format::Json);
/// assert_eq!((exported.content_type, exported.extension), ("application/json", "json"));
/// # Ok::<(), sectionist_core::Error>(())
/// ```
#[must_use]
pub fn export(report: &Report, format: Format) -> Exported {
    let content = Content::of(report);
    let bytes = match format {
        Format::Json => json(report),
        Format::Jams => json(&jams::write(&content)),
        Format::Lab => lab::write(&content).into_bytes(),
        Format::Audacity => audacity::write(&content).into_bytes(),
        Format::SonicVisualiser => sonic_visualiser::write(&content).into_bytes(),
        Format::Csv => csv::write(&content).into_bytes(),
        Format::Midi => midi::write(&content),
        Format::Chordpro => chordpro::write(&content).into_bytes(),
        Format::Rekordbox => rekordbox::write(&content).into_bytes(),
        Format::Spotify => json(&spotify::write(&content)),
    };
    Exported { content_type: format.content_type(), extension: format.extension(), bytes }
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
                let exported = export(&report, format);
                assert!(!exported.extension.is_empty() && exported.content_type.contains('/'));
                if exported.content_type == "application/json" {
                    serde_json::from_slice::<serde_json::Value>(&exported.bytes).unwrap();
                } else if format != Format::Midi {
                    std::str::from_utf8(&exported.bytes).unwrap();
                }
            }
        }
    }

    #[test]
    fn parts_not_asked_for_are_not_written() {
        let mut report = samples::song();
        report.include = Parts::ALL.without(Part::Sections).without(Part::Chords);
        for &format in Format::ALL {
            let bytes = export(&report, format).bytes;
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("Verse") && !text.contains("verse"), "{format}: {text}");
            assert!(!text.contains("F:maj7") && !text.contains("Fmaj7"), "{format}: {text}");
        }
    }

    #[test]
    fn the_same_report_gives_the_same_file() {
        for &format in Format::ALL {
            assert_eq!(export(&samples::song(), format), export(&samples::song(), format));
        }
    }
}
