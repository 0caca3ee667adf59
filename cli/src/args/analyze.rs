//! The flags of an analysis.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sectionist_core::Limits;

use super::units::{parse_seconds, parse_size};
use super::{Color, ParamFlags};
use crate::analyze::{Destination, Picture, Share};

/// Analyses music files. On a terminal it shows a summary of one song, a table of several; into a pipe it writes JSON
/// reports, one line a file, in the order of the files.
#[derive(Debug, Args)]
pub(crate) struct AnalyzeArgs {
    /// Audio files, folders to search for them, playlists (.m3u, .m3u8), patterns like `*.mp3`, or `-` for standard input.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Write files into this folder instead of to standard output; folders keep their structure. Or a template of paths, like
    /// `{artist}/{title}.{ext}`: of artist, title, album, album_artist, track, date, genre, name, folder, format, ext. What is
    /// there and no older than its song is skipped.
    #[arg(short, long, value_name = "DIR|TEMPLATE", value_parser = Destination::parse)]
    pub(crate) output: Option<Destination>,

    /// Write one table of all songs to standard output: name, key with Camelot code, BPM, meter, length, and how sure each is.
    #[arg(long, value_name = "SHAPE", value_enum)]
    pub(crate) table: Option<TableShape>,

    /// Draw the structure: a file, or with several songs a template like `{name}.svg`; .svg and .png are known.
    #[arg(long, value_name = "FILE|TEMPLATE", value_parser = Picture::parse)]
    pub(crate) plot: Option<Picture>,

    /// Write BPM and key into the tags of the songs themselves, or with `=DIR` of copies in that folder. Nothing else of a file is
    /// changed.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    pub(crate) write_tags: Option<Option<PathBuf>>,

    /// Apply corrections to the report of the one input: the file that the page writes under Take along.
    #[arg(long, value_name = "FILE")]
    pub(crate) corrections: Option<PathBuf>,

    /// Analyse what is new or changed in the inputs again and again, until interrupted.
    #[arg(long, requires = "output", conflicts_with_all = ["table", "corrections"])]
    pub(crate) watch: bool,

    /// Analyse only the share N of M, by the files' names: 1/16 to 16/16, or 0/16 to 15/16, where 0 and 16 are
    /// the same.
    #[arg(long, value_name = "N/M", requires = "output", value_parser = Share::parse)]
    pub(crate) shard: Option<Share>,

    /// Analyse also what is done already, as for other parameters.
    #[arg(long)]
    pub(crate) force: bool,

    /// Files to analyse at the same time [default: one per processor].
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Refuse larger files: bytes, or with a unit like 500MB or 1GiB.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size)]
    pub(crate) max_file_size: u64,

    /// Refuse longer audio, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().max_duration, value_parser = parse_seconds)]
    pub(crate) max_duration: f64,

    /// When to use colours; `auto` is on a terminal without NO_COLOR.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// No progress bar and no closing message; errors are shown all the same.
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) params: ParamFlags,
}

/// How the table of several songs is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableShape {
    /// Aligned columns, to read.
    Text,
    /// Comma-separated, with a line of headings.
    Csv,
    /// One JSON array of objects.
    Json,
}
