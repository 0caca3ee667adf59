//! Parameters of an analysis as requests give them.

use std::borrow::Cow;

use sectionist_core::params::{ChordVocabulary, Format, KeyProfile, Part, Quality, Style};
use sectionist_core::{AnalysisParams, Error};

/// A parameter of `POST /analyze`.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does, as Markdown.
    pub about: &'static str,
    /// What it may be.
    pub values: Values,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// One of some names.
    Choice {
        /// The names.
        names: fn() -> Vec<&'static str>,
        /// What holds where it is not given.
        default: &'static str,
    },
    /// Some of the parts of a report, separated by commas.
    Parts,
    /// A number.
    Number {
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
        /// What holds where it is not given.
        default: f64,
    },
}

macro_rules! choice {
    ($Name:ident, $default:literal) => {
        Values::Choice {
            names: || $Name::ALL.iter().map(|choice| choice.name()).collect(),
            default: $default,
        }
    };
}

/// Every parameter, in the order of the documentation.
pub const ALL: &[Parameter] = &[
    Parameter { name: "quality", about: "how much work to spend", values: choice!(Quality, "balanced") },
    Parameter {
        name: "style",
        about: "what is expected of tempo, meter, key and form",
        values: choice!(Style, "auto"),
    },
    Parameter {
        name: "sensitivity",
        about: "how readily a section boundary is set",
        values: Values::Number { min: 0.0, max: 1.0, default: 0.5 },
    },
    Parameter {
        name: "min_section",
        about: "shortest section in seconds",
        values: Values::Number { min: 0.0, max: 120.0, default: 4.0 },
    },
    Parameter {
        name: "tempo_min",
        about: "slowest tempo in BPM",
        values: Values::Number { min: 20.0, max: 400.0, default: 40.0 },
    },
    Parameter {
        name: "tempo_max",
        about: "fastest tempo in BPM, at least 1.5 times `tempo_min`",
        values: Values::Number { min: 20.0, max: 400.0, default: 300.0 },
    },
    Parameter {
        name: "chord_vocabulary",
        about: "which chords can be named",
        values: choice!(ChordVocabulary, "sevenths"),
    },
    Parameter {
        name: "key_profile",
        about: "what keys are matched with",
        values: choice!(KeyProfile, "ensemble"),
    },
    Parameter {
        name: "include",
        about: "parts of the report, separated by commas, or `all`",
        values: Values::Parts,
    },
    Parameter { name: "format", about: "the form of the answer", values: choice!(Format, "json") },
];

/// Name of the form's part that holds corrections, which are applied to the report that is found.
pub const CORRECTIONS: &str = "corrections";

/// Names of the parts of a report.
#[must_use]
pub fn parts() -> Vec<&'static str> {
    Part::ALL.iter().map(|part| part.name()).collect()
}

/// Parameters that are being read: those of the query first, then those of the form, which override them.
#[derive(Debug, Default)]
pub struct Reader {
    params: AnalysisParams,
    given: Vec<String>,
}

impl Reader {
    /// Takes the parameters of one place.
    ///
    /// # Errors
    /// [`Error::InvalidParams`] for an unknown name, a value out of range, or a name that is there twice.
    pub fn take<N: AsRef<str>, V: AsRef<str>>(
        &mut self,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), Error> {
        self.given.clear();
        for (name, value) in pairs {
            let name = name.as_ref();
            self.params.set(name, value.as_ref())?;
            let plain = name.replace('-', "_");
            if self.given.contains(&plain) {
                return Err(Error::InvalidParams {
                    name: name.to_owned(),
                    message: format!("`{name}` is given more than once"),
                    allowed: Vec::new(),
                });
            }
            self.given.push(plain);
        }
        Ok(())
    }

    /// The parameters, once everything is read.
    ///
    /// # Errors
    /// [`Error::InvalidParams`] for those that contradict each other.
    pub fn finish(self) -> Result<AnalysisParams, Error> {
        self.params.validate()?;
        Ok(self.params)
    }
}

impl Values {
    /// The values in words, as Markdown.
    #[must_use]
    pub fn in_words(&self) -> String {
        let quoted =
            |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Choice { names, .. } => quoted(names()),
            Self::Parts => quoted(parts()),
            Self::Number { min, max, .. } => format!("{min}–{max}"),
        }
    }

    /// The default in words, as Markdown.
    #[must_use]
    pub fn default_in_words(&self) -> Cow<'static, str> {
        match self {
            Self::Choice { default, .. } => format!("`{default}`").into(),
            Self::Parts => "all but `waveform` and `segments`".into(),
            Self::Number { default, .. } => default.to_string().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_the_core_takes() {
        assert_eq!(ALL.iter().map(|parameter| parameter.name).collect::<Vec<_>>(), AnalysisParams::NAMES);
        let mut params = AnalysisParams::default();
        for Parameter { name, values, .. } in ALL {
            match values {
                Values::Choice { names, default } => {
                    for value in names() {
                        params.set(name, value).unwrap();
                    }
                    params.set(name, default).unwrap();
                }
                Values::Parts => {
                    params.set(name, &parts().join(",")).unwrap();
                    params.set(name, "all").unwrap();
                    params.include = sectionist_core::params::Parts::default();
                }
                Values::Number { min, max, default } => {
                    for value in [min, max, default] {
                        params.set(name, &value.to_string()).unwrap();
                    }
                    assert!(params.clone().set(name, &(min - 0.01).to_string()).is_err(), "{name}");
                    assert!(params.clone().set(name, &(max + 0.01).to_string()).is_err(), "{name}");
                }
            }
        }
        assert_eq!(params, AnalysisParams::default(), "the defaults are those of the core");
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        let take = |pairs: &[(&str, &str)]| Reader::default().take(pairs.iter().copied());
        assert!(take(&[("quality", "fast"), ("style", "rock")]).is_ok());
        let error = take(&[("tempo_min", "60"), ("tempo-min", "60")]).unwrap_err();
        assert_eq!(error.to_string(), "`tempo-min` is given more than once");

        let mut reader = Reader::default();
        reader.take([("quality", "fast"), ("style", "rock")]).unwrap();
        reader.take([("quality", "thorough")]).unwrap();
        let params = reader.finish().unwrap();
        assert_eq!(
            (params.quality, params.style),
            (Quality::Thorough, Style::Rock),
            "forms override queries"
        );
    }
}
