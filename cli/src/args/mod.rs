//! The command line.

mod analyze;
mod params;
#[cfg(feature = "serve")]
mod serve;
mod units;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use analyze::{AnalyzeArgs, TableShape};
pub(crate) use params::{ParamFlags, Shape};
#[cfg(feature = "serve")]
pub(crate) use serve::{HealthArgs, ServeArgs};

/// The codes that the program ends with, for its help and its manual.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  all went well
  1  a file failed, as the messages say; the others are done all the same
  2  the command line or the configuration makes no sense; nothing was done";

/// Finds a song's sections, key, tempo, meter, beats and chords.
#[derive(Debug, Parser)]
#[command(
    name = "sectionist",
    version,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    subcommand_help_heading = "Other commands",
    override_usage = "sectionist [OPTIONS] <FILE|FOLDER>...\n       sectionist <COMMAND>",
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) analyze: Box<AnalyzeArgs>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse music files: the same as without a command.
    #[command(after_help = EXIT_CODES)]
    Analyze(Box<AnalyzeArgs>),
    /// Copy a WAV file with a cue point at each section.
    Cue(CueArgs),
    /// Score a report or an annotation by another.
    #[command(after_help = EXIT_CODES)]
    Compare(CompareArgs),
    /// List the formats that can be decoded.
    Formats(FormatsArgs),
    /// Serve the page and the API on this machine.
    #[cfg(feature = "serve")]
    #[command(after_help = EXIT_CODES)]
    Serve(Box<ServeArgs>),
    /// Ask a server whether it is healthy: exit code 0 if so, else 1.
    #[cfg(feature = "serve")]
    Health(HealthArgs),
    /// Write the completions of a shell to standard output.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual: a page of each command into a folder, or the first to standard output.
    Man {
        /// The folder, as `share/man/man1`.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
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

/// Scores an estimate by the truth, in all that both tell: beats, downbeats, tempo, key, chords, sections. The metrics are
/// those of mir_eval, under its names, in [0, 1] with 1 the best; deviations are in seconds.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The annotation that is taken for true: a report (JSON), JAMS, or a label file with lines of `START END LABEL` or
    /// `TIME`.
    #[arg(value_name = "TRUTH")]
    pub(crate) truth: PathBuf,

    /// The one that is scored, in any of these formats.
    #[arg(value_name = "ESTIMATE")]
    pub(crate) estimate: PathBuf,

    /// What the labels of label files are, where they do not tell: beats, downbeats, tempo, key, chords, sections.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub(crate) kind: Option<sectionist_scoring::Kind>,

    /// What to write [default: text on a terminal, else json].
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListShape>,
}

fn kind(name: &str) -> Result<sectionist_scoring::Kind, String> {
    sectionist_scoring::Kind::named(name).ok_or_else(|| {
        let names = sectionist_scoring::Kind::ALL.map(sectionist_scoring::Kind::name);
        format!("allowed: {}", names.join(", "))
    })
}

/// Lists the formats that can be decoded.
#[derive(Debug, Args)]
pub(crate) struct FormatsArgs {
    /// What to write [default: text on a terminal, else json].
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListShape>,
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn files_need_no_command() {
        let parsed = |args: &[&str]| Cli::try_parse_from(["sectionist"].iter().chain(args)).unwrap();
        let plain = parsed(&["--quality", "fast", "song.mp3", "b.mp3"]);
        assert!(plain.command.is_none());
        assert_eq!(plain.analyze.inputs, ["song.mp3", "b.mp3"].map(PathBuf::from));
        assert!(matches!(parsed(&["analyze", "song.mp3"]).command, Some(Command::Analyze(_))));
        assert!(matches!(parsed(&["formats"]).command, Some(Command::Formats(_))));
        // A file that is called like a command.
        assert!(parsed(&["./formats"]).command.is_none());
    }
}
