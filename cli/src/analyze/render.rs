//! A report in the shape that was asked for.

use anstream::adapter::strip_str;
use sectionist_core::params::Format;
use sectionist_core::{Report, export};

use super::inputs::Input;
use crate::args::Shape;
use crate::summary::summary;

/// Narrowest and widest summary in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 48..=120;

/// Width in columns where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// Where a rendered report goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    File,
    Stdout { width: usize },
}

/// The report of `input`; JSON with line breaks if `pretty`.
pub(super) fn render(report: &Report, shape: Shape, input: &Input, pretty: bool, place: Place) -> Vec<u8> {
    let format = match (shape, place) {
        (Shape::Text, Place::Stdout { width }) => return summary(report, &input.name(), width).into_bytes(),
        // Files are not for terminals only.
        (Shape::Text, Place::File) => {
            return strip_str(&summary(report, &input.name(), DEFAULT_WIDTH)).to_string().into_bytes();
        }
        (Shape::File(format), _) => format,
    };
    let mut bytes = match (format, input) {
        (Format::Rekordbox, Input::File { path, .. }) => {
            // rekordbox finds tracks by their full path.
            let mut report = report.clone();
            if let Ok(path) = path.canonicalize() {
                report.source.name = Some(path.to_string_lossy().into_owned());
            }
            export(&report, format).bytes
        }
        _ => export(report, format).bytes,
    };
    if is_json(format) {
        if pretty
            && let Ok(value) = serde_json::from_slice::<serde_json::Value>(&bytes)
            && let Ok(indented) = serde_json::to_vec_pretty(&value)
        {
            bytes = indented;
        }
        bytes.push(b'\n');
    }
    bytes
}

/// Whether files of the format are lines of JSON.
pub(super) const fn is_json(format: Format) -> bool {
    matches!(format, Format::Json | Format::Jams | Format::Spotify)
}

/// Columns of the terminal.
pub(super) fn width() -> usize {
    let of_terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let of_environment = || std::env::var("COLUMNS").ok()?.parse().ok();
    of_terminal.or_else(of_environment).unwrap_or(DEFAULT_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}
