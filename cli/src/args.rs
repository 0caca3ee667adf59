//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use sectionist_core::params::{ChordVocabulary, Format, KeyProfile, Part, Quality, Style};
use sectionist_core::{AnalysisParams, Error, Limits};

use crate::analyze::Share;

/// Finds a song's sections, key, tempo, meter, beats and chords.
#[derive(Debug, Parser)]
#[command(name = "sectionist", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse music files.
    Analyze(Box<AnalyzeArgs>),
    /// Copy a WAV file with a cue point at each section.
    Cue(CueArgs),
    /// List the formats that can be decoded.
    Formats(FormatsArgs),
    /// Serve the page and the API on this machine.
    #[cfg(feature = "serve")]
    Serve(Box<ServeArgs>),
    /// Ask a server whether it is healthy: exit code 0 if so, else 1.
    #[cfg(feature = "serve")]
    Health(HealthArgs),
}

/// Analyses music files. On a terminal it shows a summary; into a pipe it writes the JSON report, one
/// line a file, in the order of the files.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 all done, 1 a file failed (the others are done), 2 wrong command line.")]
pub(crate) struct AnalyzeArgs {
    /// Audio files, folders to search for them, or `-` for standard input.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Write a file per input into this folder instead of to standard output; folders keep their structure.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Apply corrections to the report of the one input: the file that the page writes under Take along.
    #[arg(long, value_name = "FILE")]
    pub(crate) corrections: Option<PathBuf>,

    /// Analyse only the share N of M, by the files' names: 1/16 to 16/16, or 0/16 to 15/16, where 0 and 16 are
    /// the same. Reports that are there already are skipped.
    #[arg(long, value_name = "N/M", requires = "output", value_parser = Share::parse)]
    pub(crate) shard: Option<Share>,

    /// Skip files whose report is there already and no older than the file.
    #[arg(long, requires = "output")]
    pub(crate) resume: bool,

    /// Analyse all the same what `--shard` would skip, as for other parameters.
    #[arg(long, conflicts_with = "resume")]
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

/// Copies a WAV file with a cue point at each section, labelled with its name, as editors, samplers and DAWs read
/// them. Cue points that were there are replaced; the sound stays as it is.
#[derive(Debug, Args)]
pub(crate) struct CueArgs {
    /// The WAV file.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,

    /// Where to write the copy [default: beside the file, as NAME.cued.wav].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Lists the formats that can be decoded.
#[derive(Debug, Args)]
pub(crate) struct FormatsArgs {
    /// What to write [default: text on a terminal, else json].
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListShape>,
}

/// Asks a server whether it is healthy, as the health check of a container does.
#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Its address.
    #[arg(value_name = "ADDR", default_value = "127.0.0.1:3000")]
    pub(crate) address: std::net::SocketAddr,
}

/// Serves the page and the API on this machine: the same component that Spin serves, on an embedded
/// wasmtime. Variables of the component are taken from the environment (SPIN_VARIABLE_NAME) and from
/// `--variable`.
#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:3000].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<std::net::SocketAddr>,

    /// The component [default: beside the program, else where cargo builds it].
    #[arg(long, value_name = "PATH")]
    pub(crate) component: Option<PathBuf>,

    /// Folder of the page's files [default: web-demo, where there is one].
    #[arg(long, value_name = "DIR")]
    pub(crate) web_root: Option<PathBuf>,

    /// Serve no page.
    #[arg(long, conflicts_with = "web_root")]
    pub(crate) api_only: bool,

    /// Refuse larger uploads: bytes, or with a unit like 500MB [default: 100MiB].
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_file_size: Option<u64>,

    /// Refuse longer audio, in seconds [default: 7200].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) max_duration: Option<f64>,

    /// Cut analyses after this many seconds [default: 300].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) analysis_timeout: Option<f64>,

    /// Uploads to analyse at the same time [default: two per processor].
    #[arg(long, value_name = "N")]
    pub(crate) max_instances: Option<NonZeroUsize>,

    /// Most memory of an analysis, like 512MiB [default: 1GiB].
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_memory: Option<u64>,

    /// Key-value store for cached reports and rate limits: a file, or a Redis or Valkey that several hosts share,
    /// as redis://:PASSWORD@HOST:6379 [default: in memory].
    #[arg(long, value_name = "FILE|URL", env = "SECTIONIST_KEY_VALUE", hide_env_values = true)]
    pub(crate) key_value: Option<sectionist_host::KeyValuePlace>,

    /// Folder for compiled components [default: the user's cache folder].
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,

    /// Compile the component at every start.
    #[arg(long, conflicts_with = "cache_dir")]
    pub(crate) no_cache: bool,

    /// A variable of the component; may be given several times.
    #[arg(long = "variable", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListShape {
    Text,
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// A command line that makes no sense; ends the program with exit code 2.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

/// A flag for each parameter of the analysis, so that names, values and errors are those of every host.
#[derive(Debug, Default)]
pub(crate) struct ParamFlags(Vec<(&'static str, String)>);

/// What is written: a report in a file format, or a summary to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    File(Format),
}

impl Shape {
    /// The `--format` that is no format of the core.
    const TEXT: &str = "text";
}

impl ParamFlags {
    /// The parameters, and the shape if one was asked for.
    pub(crate) fn parse(&self) -> Result<(AnalysisParams, Option<Shape>), UsageError> {
        let mut params = AnalysisParams::default();
        let mut shape = None;
        for (name, value) in &self.0 {
            if *name == "format" && value.trim().eq_ignore_ascii_case(Shape::TEXT) {
                shape = Some(Shape::Text);
                continue;
            }
            params.set(name, value).map_err(|error| match error {
                Error::InvalidParams { message, .. } if *name == "format" => {
                    UsageError(format!("{message}, {}", Shape::TEXT))
                }
                error => UsageError(error.to_string()),
            })?;
            if *name == "format" {
                shape = Some(Shape::File(params.format));
            }
        }
        params.validate().map_err(|error| UsageError(error.to_string()))?;
        Ok((params, shape))
    }
}

impl FromArgMatches for ParamFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for &name in AnalysisParams::NAMES {
            if let Some(value) = matches.get_one::<String>(name) {
                self.0.push((name, value.clone()));
            }
        }
        Ok(())
    }
}

impl Args for ParamFlags {
    fn augment_args(mut command: clap::Command) -> clap::Command {
        for &name in AnalysisParams::NAMES {
            let flag = name.replace('_', "-");
            let mut arg = Arg::new(name).long(flag.clone()).value_name("VALUE").help(help(name));
            if flag != name {
                arg = arg.alias(name);
            }
            command = command.arg(arg.help_heading("Analysis").allow_hyphen_values(true));
        }
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// What a parameter does and what it may be.
fn help(name: &str) -> String {
    fn names<T: Copy + std::fmt::Display>(all: &[T]) -> String {
        all.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
    }
    let (what, values) = match name {
        "quality" => ("How much work to spend", names(Quality::ALL)),
        "style" => ("Which kind of music to expect", names(Style::ALL)),
        "sensitivity" => ("How readily a section boundary is set", "0 to 1".to_owned()),
        "min_section" => ("Shortest section in seconds", "0 to 120".to_owned()),
        "tempo_min" => ("Slowest tempo considered, in BPM", "20 to 400".to_owned()),
        "tempo_max" => ("Fastest tempo considered, in BPM", "20 to 400".to_owned()),
        "chord_vocabulary" => ("Which chords can be named", names(ChordVocabulary::ALL)),
        "key_profile" => ("Which tone profile keys are matched with", names(KeyProfile::ALL)),
        "include" => ("Which parts to return, separated by commas", format!("{}, all", names(Part::ALL))),
        "format" => ("What to write", format!("{}, {}", Shape::TEXT, names(Format::ALL))),
        _ => return String::new(),
    };
    format!("{what}: {values}")
}

/// Bytes, with a decimal (`MB`) or binary (`MiB`, `M`) unit.
fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || {
        format!("`{text}` is no size; allowed: a number of bytes, or one with B, kB, MB, GB, KiB, MiB, GiB")
    };
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1024.0 * 1024.0,
        "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let bytes = number * factor;
    if (1.0..=1e15).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    let seconds = text.trim().parse().ok().filter(|seconds| (1.0..=1e6).contains(seconds));
    seconds.ok_or_else(|| format!("`{text}` is no length; allowed: a number of seconds from 1 to 1000000"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn flags(args: &[&str]) -> ParamFlags {
        match Cli::try_parse_from(["sectionist", "analyze", "x"].iter().chain(args)).unwrap().command {
            Command::Analyze(args) => args.params,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_parameter_is_a_flag_with_help() {
        for name in AnalysisParams::NAMES {
            assert!(!help(name).is_empty(), "{name}");
        }
        let (params, shape) =
            flags(&["--min-section", "7", "--tempo_min=50", "--format", "TEXT"]).parse().unwrap();
        assert_eq!((params.min_section, params.tempo_min.get()), (7.0, 50.0));
        assert_eq!(shape, Some(Shape::Text));
    }

    #[test]
    fn a_bad_value_says_what_is_allowed() {
        let UsageError(message) = flags(&["--format", "pdf"]).parse().unwrap_err();
        assert!(message.contains("pdf") && message.contains("jams") && message.contains("text"), "{message}");
        let UsageError(message) = flags(&["--sensitivity", "-3"]).parse().unwrap_err();
        assert!(message.contains("0 to 1"), "{message}");
        let UsageError(message) = flags(&["--tempo-min", "200", "--tempo-max", "210"]).parse().unwrap_err();
        assert!(message.contains("1.5 times"), "{message}");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("100"), Ok(100));
        assert_eq!(parse_size("1.5 MB"), Ok(1_500_000));
        assert_eq!(parse_size("2GiB"), Ok(2 << 30));
        for wrong in ["", "MB", "-1", "1 TBx", "1e3", "0", "NaN"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
