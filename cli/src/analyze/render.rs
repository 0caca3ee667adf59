//! A report in the shape that was asked for.

use std::borrow::Cow;

use anstream::adapter::strip_str;
use sectionist_core::params::Format;
use sectionist_core::{Report, export, export_files};

use super::inputs::Input;
use crate::args::Shape;
use crate::summary::summary;

/// Narrowest and widest summary in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 48..=120;

/// Width in columns where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// The files of a shape, in the order of their ends.
pub(super) fn files(report: &Report, shape: Shape, input: &Input) -> Vec<Vec<u8>> {
    let Shape::File(format) = shape else {
        // Files are not for terminals only.
        let text = summary(report, &input.name(), DEFAULT_WIDTH);
        return vec![strip_str(&text).to_string().into_bytes()];
    };
    let files = export_files(&found_by(report, format, input), format);
    files.into_iter().map(|file| finished(file.bytes, format, false)).collect()
}

/// What standard output gets: one file; JSON with line breaks if `pretty`, text of at most `width` columns.
pub(super) fn for_stdout(
    report: &Report,
    shape: Shape,
    input: &Input,
    pretty: bool,
    width: usize,
) -> Vec<u8> {
    match shape {
        Shape::Text => summary(report, &input.name(), width).into_bytes(),
        Shape::File(format) => {
            finished(export(&found_by(report, format, input), format).bytes, format, pretty)
        }
    }
}

/// The report under the name by which the format's readers find the song: DJ programs, by its full path.
fn found_by<'a>(report: &'a Report, format: Format, input: &Input) -> Cow<'a, Report> {
    if let (Format::Rekordbox | Format::Traktor, Input::File { path, .. }) = (format, input)
        && let Ok(path) = path.canonicalize()
    {
        let mut report = report.clone();
        report.source.name = Some(path.to_string_lossy().into_owned());
        return Cow::Owned(report);
    }
    Cow::Borrowed(report)
}

/// JSON as lines, with line breaks where a person reads it.
fn finished(mut bytes: Vec<u8>, format: Format, pretty: bool) -> Vec<u8> {
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
