//! The parameters of the analysis as flags.

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches};
use sectionist_core::params::{ChordVocabulary, Format, KeyProfile, Part, Parts, Quality, Style};
use sectionist_core::{AnalysisParams, Error};

use super::UsageError;

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
    /// The parameters, and the shapes that were asked for, each once.
    pub(crate) fn parse(&self) -> Result<(AnalysisParams, Vec<Shape>), UsageError> {
        let mut params = AnalysisParams::default();
        let mut shapes = Vec::new();
        for (name, value) in &self.0 {
            if *name == "format" {
                let shape = Shape::parse(value)?;
                if !shapes.contains(&shape) {
                    shapes.push(shape);
                }
            } else {
                params.set(name, value).map_err(|error| UsageError(error.to_string()))?;
            }
        }
        params.validate().map_err(|error| UsageError(error.to_string()))?;
        Ok((params, shapes))
    }
}

impl Shape {
    fn parse(name: &str) -> Result<Self, UsageError> {
        if name.trim().eq_ignore_ascii_case(Self::TEXT) {
            return Ok(Self::Text);
        }
        let mut params = AnalysisParams::default();
        match params.set("format", name) {
            Ok(()) => Ok(Self::File(params.format)),
            Err(Error::InvalidParams { message, .. }) => {
                Err(UsageError(format!("{message}, {}", Self::TEXT)))
            }
            Err(error) => Err(UsageError(error.to_string())),
        }
    }

    /// The name of the `--format`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => Self::TEXT,
            Self::File(format) => format.name(),
        }
    }

    /// What follows the song's name and a dot in the names of its files, of the parts in `include`.
    pub(crate) fn file_ends(self, include: Parts) -> Vec<String> {
        match self {
            Self::Text => vec!["txt".to_owned()],
            Self::File(format) => format.file_ends(include),
        }
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
            for value in matches.get_many::<String>(name).into_iter().flatten() {
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
            if name == "format" {
                arg = arg.action(ArgAction::Append).value_delimiter(',');
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
        "format" => (
            "What to write, one or several separated by commas",
            format!("{}, {}", Shape::TEXT, names(Format::ALL)),
        ),
        _ => return String::new(),
    };
    format!("{what}: {values}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Cli;

    fn flags(args: &[&str]) -> ParamFlags {
        Cli::try_parse_from(["sectionist", "x"].iter().chain(args)).unwrap().analyze.params
    }

    #[test]
    fn every_parameter_is_a_flag_with_help() {
        for name in AnalysisParams::NAMES {
            assert!(!help(name).is_empty(), "{name}");
        }
        let (params, shapes) =
            flags(&["--min-section", "7", "--tempo_min=50", "--format", "TEXT"]).parse().unwrap();
        assert_eq!((params.min_section, params.tempo_min.get()), (7.0, 50.0));
        assert_eq!(shapes, [Shape::Text]);
    }

    #[test]
    fn formats_are_several_each_once() {
        let (_, shapes) = flags(&["--format", "jams,midi", "--format", "text,jams"]).parse().unwrap();
        assert_eq!(shapes, [Shape::File(Format::Jams), Shape::File(Format::Midi), Shape::Text]);
        assert!(flags(&[]).parse().unwrap().1.is_empty());
    }

    #[test]
    fn a_bad_value_says_what_is_allowed() {
        let UsageError(message) = flags(&["--format", "json,pdf"]).parse().unwrap_err();
        assert!(message.contains("pdf") && message.contains("jams") && message.contains("text"), "{message}");
        let UsageError(message) = flags(&["--sensitivity", "-3"]).parse().unwrap_err();
        assert!(message.contains("0 to 1"), "{message}");
        let UsageError(message) = flags(&["--tempo-min", "200", "--tempo-max", "210"]).parse().unwrap_err();
        assert!(message.contains("1.5 times"), "{message}");
    }
}
