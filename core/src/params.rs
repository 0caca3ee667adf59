//! The parameters of an analysis: one set of names for every host.

use std::str::FromStr;

use crate::decode::Limits;
use crate::error::Error;
use crate::units::Bpm;

/// A closed set of named choices, with its parser, its names and its display.
macro_rules! choices {
    ($(#[$doc:meta])* $Name:ident { $($(#[$variant_doc:meta])* $Variant:ident = $name:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $Name { $($(#[$variant_doc])* $Variant),+ }

        impl $Name {
            /// Every choice, in order.
            pub const ALL: &[Self] = &[$(Self::$Variant),+];

            /// The name used in parameters and reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Variant => $name),+ }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $Name {
            type Err = Vec<String>;

            /// Parses a name, ignoring case. The error is the list of allowed names.
            fn from_str(s: &str) -> Result<Self, Vec<String>> {
                Self::ALL.iter().copied().find(|choice| choice.name().eq_ignore_ascii_case(s.trim()))
                    .ok_or_else(|| Self::ALL.iter().map(|choice| choice.name().to_owned()).collect())
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $Name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let names: Vec<_> = Self::ALL.iter().map(|choice| choice.name()).collect();
                schemars::json_schema!({ "type": "string", "enum": names })
            }
        }
    };
}
pub(crate) use choices;

choices! {
    /// How much work to spend.
    Quality {
        /// Half as many frames of the tonal spectrum.
        Fast = "fast",
        /// The default.
        Balanced = "balanced",
        /// Twice as many frames of the tonal spectrum.
        Thorough = "thorough",
    }
}

choices! {
    /// Priors of tempo, meter, key profile and section length.
    #[expect(missing_docs, reason = "the names of styles say it")]
    Style {
        Auto = "auto", Pop = "pop", Rock = "rock", Electronic = "electronic", HipHop = "hip-hop",
        Jazz = "jazz", Classical = "classical", Folk = "folk",
    }
}

choices! {
    /// Which chords can be named.
    ChordVocabulary {
        /// Major and minor.
        Triads = "triads",
        /// Triads (with dim, aug, sus) and the common sevenths.
        Sevenths = "sevenths",
        /// Also sixths and ninths, half- and fully diminished.
        Extended = "extended",
    }
}

choices! {
    /// The tone profile that keys are matched with.
    KeyProfile {
        /// All of the following together.
        Ensemble = "ensemble",
        /// Krumhansl & Kessler (1982), as used by Krumhansl & Schmuckler.
        Krumhansl = "krumhansl",
        /// Temperley (2007), from the Kostka–Payne corpus.
        Temperley = "temperley",
        /// Albrecht & Shanahan (2013).
        Albrecht = "albrecht",
        /// Faraldo et al. (2016), for electronic dance music.
        Edma = "edma",
    }
}

choices! {
    /// A part of the report that can be asked for.
    Part {
        /// Sections.
        Sections = "sections",
        /// Key, key changes and tuning.
        Key = "key",
        /// Tempo, its candidates and its curve.
        Tempo = "tempo",
        /// Beats and downbeats.
        Beats = "beats",
        /// Time signature and its changes.
        Meter = "meter",
        /// Chords.
        Chords = "chords",
        /// Descriptors of rhythm.
        Rhythm = "rhythm",
        /// Descriptors of timbre.
        Timbre = "timbre",
        /// Loudness.
        Loudness = "loudness",
        /// Peaks for drawing a waveform. Not included unless asked for.
        Waveform = "waveform",
        /// What sounds between onsets: pitches, timbre and level of each stretch. Not included unless asked for.
        Segments = "segments",
    }
}

choices! {
    /// The form of the answer.
    Format {
        /// The report, schema version 1.
        Json = "json",
        /// JSON Annotated Music Specification (Humphrey et al. 2014).
        Jams = "jams",
        /// Tab-separated times and labels, a file a task.
        Lab = "lab",
        /// Label tracks for Audacity, a file a kind.
        Audacity = "audacity",
        /// Layers for Sonic Visualiser, a file a kind, and a session that opens them.
        SonicVisualiser = "sonic-visualiser",
        /// One table of all timed events.
        Csv = "csv",
        /// Standard MIDI file: tempo map, meters, keys, markers, a click, chords as notes.
        Midi = "midi",
        /// Chord sheet: chords in brackets, by bars.
        Chordpro = "chordpro",
        /// Chord sheet whose sections are grids of bars and beats.
        ChordproGrid = "chordpro-grid",
        /// Collection XML for rekordbox: beat grid and cue points.
        Rekordbox = "rekordbox",
        /// Collection for Traktor: tempo, key, beat grid and hot cues.
        Traktor = "traktor",
        /// Regions and markers for REAPER.
        Reaper = "reaper",
        /// Lead sheet for programs of notation: chord symbols, key, meter, rehearsal marks.
        Musicxml = "musicxml",
        /// Chord charts for iReal Pro.
        Ireal = "ireal",
        /// The shape of Spotify's audio analysis object.
        Spotify = "spotify",
    }
}

/// The parts of the report to return: a set of [`Part`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts(u16);

impl Parts {
    /// Every part.
    pub const ALL: Self = Self(u16::MAX);

    /// Whether `part` is asked for.
    #[must_use]
    pub const fn contains(self, part: Part) -> bool {
        self.0 & 1 << part as u16 != 0
    }

    /// This set with `part`.
    #[must_use]
    pub const fn with(self, part: Part) -> Self {
        Self(self.0 | 1 << part as u16)
    }

    /// This set without `part`.
    #[must_use]
    pub const fn without(self, part: Part) -> Self {
        Self(self.0 & !(1 << part as u16))
    }
}

impl Default for Parts {
    /// All but the waveform and the segments.
    fn default() -> Self {
        Self::ALL.without(Part::Waveform).without(Part::Segments)
    }
}

impl FromStr for Parts {
    type Err = Vec<String>;

    /// Parses a comma-separated list of parts; `all` stands for every part.
    fn from_str(s: &str) -> Result<Self, Vec<String>> {
        let mut parts = Self(0);
        for name in s.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if name.eq_ignore_ascii_case("all") {
                parts = Self::ALL;
            } else {
                parts = parts.with(name.parse().map_err(|mut allowed: Vec<String>| {
                    allowed.push("all".to_owned());
                    allowed
                })?);
            }
        }
        Ok(parts)
    }
}

/// How a song is analysed and what is returned.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisParams {
    /// How much work to spend. Default: balanced.
    pub quality: Quality,
    /// Which priors to use. Default: auto.
    pub style: Style,
    /// How readily a section boundary is set, in [0, 1]. Default: 0.5.
    pub sensitivity: f32,
    /// Shortest section in seconds, in [0, 120]. Default: 4.
    pub min_section: f64,
    /// Slowest tempo considered, in [20, 400] BPM. Default: 40.
    pub tempo_min: Bpm,
    /// Fastest tempo considered, in [20, 400] BPM, at least 1.5 × `tempo_min`. Default: 300.
    pub tempo_max: Bpm,
    /// Which chords can be named. Default: sevenths.
    pub chord_vocabulary: ChordVocabulary,
    /// The tone profile that keys are matched with. Default: ensemble.
    pub key_profile: KeyProfile,
    /// The parts of the report to return. Default: all but the waveform and the segments.
    pub include: Parts,
    /// The form of the answer. Default: JSON.
    pub format: Format,
    /// Bounds on the input, set by the host and not by the user.
    pub limits: Limits,
}

impl Default for AnalysisParams {
    fn default() -> Self {
        let bpm = |bpm| Bpm::new(bpm).expect("a positive literal");
        Self {
            quality: Quality::Balanced,
            style: Style::Auto,
            sensitivity: 0.5,
            min_section: 4.0,
            tempo_min: bpm(40.0),
            tempo_max: bpm(300.0),
            chord_vocabulary: ChordVocabulary::Sevenths,
            key_profile: KeyProfile::Ensemble,
            include: Parts::default(),
            format: Format::Json,
            limits: Limits::default(),
        }
    }
}

impl AnalysisParams {
    /// The names [`set`](Self::set) knows.
    pub const NAMES: &[&str] = &[
        "quality",
        "style",
        "sensitivity",
        "min_section",
        "tempo_min",
        "tempo_max",
        "chord_vocabulary",
        "key_profile",
        "include",
        "format",
    ];

    /// Default parameters changed by `(name, value)` pairs, the way queries, forms and flags give them.
    ///
    /// # Errors
    /// [`Error::InvalidParams`] for an unknown name, a value outside its range, or a contradiction.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.set(name, value)?;
        }
        params.validate()?;
        Ok(params)
    }

    /// Sets the parameter `name` from text. `-` and `_` in names are the same.
    ///
    /// # Errors
    /// [`Error::InvalidParams`] for an unknown name or a value outside its range.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name.replace('-', "_").as_str() {
            "quality" => self.quality = choice(name, value)?,
            "style" => self.style = choice(name, value)?,
            "sensitivity" => self.sensitivity = number(name, value, 0.0, 1.0)? as f32,
            "min_section" => self.min_section = number(name, value, 0.0, 120.0)?,
            "tempo_min" => self.tempo_min = tempo(name, value)?,
            "tempo_max" => self.tempo_max = tempo(name, value)?,
            "chord_vocabulary" => self.chord_vocabulary = choice(name, value)?,
            "key_profile" => self.key_profile = choice(name, value)?,
            "include" => self.include = choice(name, value)?,
            "format" => self.format = choice(name, value)?,
            _ => {
                return Err(Error::InvalidParams {
                    name: name.to_owned(),
                    message: format!(
                        "there is no parameter `{}`; allowed: {}",
                        shown(name),
                        Self::NAMES.join(", ")
                    ),
                    allowed: Self::NAMES.iter().map(|&name| name.to_owned()).collect(),
                });
            }
        }
        Ok(())
    }

    /// Checks what concerns several parameters together, and fields set directly.
    ///
    /// # Errors
    /// [`Error::InvalidParams`] if the tempo range is narrower than 1 : 1.5 or a number is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        number("sensitivity", &self.sensitivity.to_string(), 0.0, 1.0)?;
        number("min_section", &self.min_section.to_string(), 0.0, 120.0)?;
        if self.tempo_max.get() < 1.5 * self.tempo_min.get() {
            return Err(Error::InvalidParams {
                name: "tempo_max".to_owned(),
                message: format!(
                    "`tempo_max` ({}) must be at least 1.5 times `tempo_min` ({})",
                    self.tempo_max.get(),
                    self.tempo_min.get()
                ),
                allowed: Vec::new(),
            });
        }
        Ok(())
    }
}

fn choice<T: FromStr<Err = Vec<String>>>(name: &str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|allowed: Vec<String>| Error::InvalidParams {
        name: name.to_owned(),
        message: format!("`{name}` cannot be `{}`; allowed: {}", shown(value), allowed.join(", ")),
        allowed,
    })
}

fn number(name: &str, value: &str, min: f64, max: f64) -> Result<f64, Error> {
    value.trim().parse().ok().filter(|x| (min..=max).contains(x)).ok_or_else(|| Error::InvalidParams {
        name: name.to_owned(),
        message: format!("`{name}` cannot be `{}`; allowed: a number from {min} to {max}", shown(value)),
        allowed: vec![format!("{min}..{max}")],
    })
}

fn tempo(name: &str, value: &str) -> Result<Bpm, Error> {
    let bpm = number(name, value, 20.0, 400.0)?;
    Ok(Bpm::new(bpm).expect("20 to 400 is positive"))
}

/// The start of a value that goes into a message.
fn shown(value: &str) -> String {
    value.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_change_the_defaults() {
        let params = AnalysisParams::from_pairs([
            ("quality", "Fast"),
            ("tempo-min", "60"),
            ("include", "sections,waveform"),
            ("format", "sonic-visualiser"),
        ])
        .unwrap();
        assert_eq!(params.quality, Quality::Fast);
        assert_eq!(params.tempo_min.get(), 60.0);
        assert!(params.include.contains(Part::Waveform) && !params.include.contains(Part::Chords));
        assert_eq!(params.format, Format::SonicVisualiser);
        assert_eq!(params.sensitivity, AnalysisParams::default().sensitivity);
    }

    #[test]
    fn every_bad_value_is_refused_with_what_is_allowed() {
        for (name, value, allowed) in [
            ("quality", "best", "balanced"),
            ("sensitivity", "1.5", "0 to 1"),
            ("sensitivity", "NaN", "0 to 1"),
            ("tempo_max", "1e9", "20 to 400"),
            ("include", "lyrics", "sections"),
            ("qualty", "fast", "quality"),
        ] {
            let error = AnalysisParams::from_pairs([(name, value)]).unwrap_err();
            assert_eq!(error.code(), "invalid_parameter");
            assert!(error.to_string().contains(allowed), "{error}");
        }
        assert!(AnalysisParams::from_pairs([("tempo_min", "200"), ("tempo_max", "250")]).is_err());
    }
}
