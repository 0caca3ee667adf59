//! What the operator may set: Spin variables, their defaults, and what they must be.

mod values;

use std::collections::BTreeMap;
use std::time::Duration;

use thiserror::Error;

use crate::client::{Keys, Network};
use crate::origins::Origins;
use crate::quota::Quota;

/// A Spin variable, set by the environment as `SPIN_VARIABLE_` and its name in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds where it is not set.
    pub default: &'static str,
    /// What it must be, in words that follow "must be".
    pub wanted: &'static str,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// What it does, as Markdown.
    pub about: &'static str,
}

/// A variable of its default and no secret.
const fn variable(
    name: &'static str,
    default: &'static str,
    wanted: &'static str,
    about: &'static str,
) -> Variable {
    Variable { name, default, wanted, secret: false, about }
}

/// Every variable, in the order of the documentation.
pub const ALL: &[Variable] = &[
    variable(
        "max_file_size",
        "100MiB",
        "a size such as 100MiB",
        "largest upload: bytes, or with `KiB`, `MiB`, `GiB`",
    ),
    variable("max_duration", "7200", "seconds above 0", "longest audio in seconds"),
    variable("analysis_timeout", "300", "seconds above 0", "longest analysis in seconds, without the upload"),
    variable(
        "upload_timeout",
        "300",
        "seconds above 0",
        "longest upload in seconds; one that stands still for 30 s ends sooner",
    ),
    variable(
        "log_level",
        "info",
        "debug, info, warn, error or off",
        "`debug` (with file names), `info` (a line a request), `warn`, `error`, `off`",
    ),
    variable(
        "cors_origins",
        "localhost",
        "origins such as https://music.example separated by commas, `localhost`, `*`, or nothing",
        "origins separated by commas; `localhost` is this machine on every port, `*` is all",
    ),
    Variable {
        name: "api_key",
        default: "",
        wanted: "text without spaces and commas, or nothing",
        secret: true,
        about: "if set, `POST /analyze` asks for it as `Authorization: Bearer …` or `x-api-key`",
    },
    Variable {
        name: "api_keys",
        default: "",
        wanted: "entries `name:key` or `name:key:limit` separated by commas, no name twice",
        secret: true,
        about: "further keys, `name:key` or `name:key:limit` separated by commas; `limit` is that key's `rate_limit`",
    },
    variable(
        "rate_limit",
        "0",
        "a whole number of requests a minute, 0 for no limit",
        "uploads a minute that a client may send; 0 is no limit",
    ),
    variable(
        "rate_burst",
        "10",
        "a whole number from 1 to 10000",
        "uploads that a client may send at once, before the rate counts",
    ),
    variable(
        "trusted_proxies",
        "",
        "addresses or networks such as 10.0.0.0/8 separated by commas",
        "proxies whose `x-forwarded-for` is believed: addresses or networks separated by commas",
    ),
    variable(
        "cache_ttl",
        "86400",
        "seconds, 0 for no cache",
        "how long a report is kept, in seconds; 0 keeps none",
    ),
    variable(
        "cache_entries",
        "4096",
        "a whole number from 1 to 1000000",
        "most reports that are kept; a further one takes another's place",
    ),
];

/// A variable that is unknown or whose value cannot be used. Values of secrets are never in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VariableError {
    /// There is no such variable.
    #[error("there is no variable `{name}`; there are {}", names())]
    Unknown {
        /// The name that was given.
        name: String,
    },
    /// The value is not what it must be.
    #[error("the variable `{name}`{} must be {wanted}", .value.as_ref().map(|value| format!(" is `{value}` and")).unwrap_or_default())]
    Wrong {
        /// The variable.
        name: &'static str,
        /// The start of its value, unless it is secret.
        value: Option<String>,
        /// What it must be.
        wanted: &'static str,
    },
}

impl VariableError {
    /// The name of the variable.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown { name } => name,
            Self::Wrong { name, .. } => name,
        }
    }
}

fn names() -> String {
    ALL.iter().map(|variable| variable.name).collect::<Vec<_>>().join(", ")
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Also file names.
    Debug,
    /// Every request.
    Info,
    /// Requests that failed.
    Warn,
    /// Requests that failed by our own fault.
    Error,
    /// Nothing.
    Off,
}

impl Level {
    const ALL: [Self; 5] = [Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Off];

    /// Lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Off => "off",
        }
    }
}

/// What the variables say. Each field is the variable of its name.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Largest upload in bytes.
    pub max_file_size: u64,
    /// Longest audio in seconds.
    pub max_duration: f64,
    /// Longest analysis, the upload not counted.
    pub analysis_timeout: Duration,
    /// Longest upload.
    pub upload_timeout: Duration,
    /// From which level on the log is written.
    pub log_level: Level,
    /// Which web origins may call.
    pub cors_origins: Origins,
    /// The keys of `api_key` and `api_keys`; without any, everyone may call.
    pub keys: Keys,
    /// `rate_limit` and `rate_burst`; `None` is no limit.
    pub quota: Option<Quota>,
    /// Whose word on the client's address is taken.
    pub trusted_proxies: Vec<Network>,
    /// How long a report is kept; `None` keeps none.
    pub cache_ttl: Option<Duration>,
    /// Most reports that are kept.
    pub cache_entries: u32,
}

impl Settings {
    /// Reads `values`; what is missing has its default. Names that are no variables are not looked at.
    ///
    /// # Errors
    /// [`VariableError::Wrong`] for the first value that cannot be used.
    pub fn parse(values: &BTreeMap<String, String>) -> Result<Self, VariableError> {
        let read = Values(values);
        let burst = read.parsed("rate_burst", |text| values::whole(text, 1, 10_000))?;
        let limit = read.parsed("rate_limit", values::limit)?;
        let api_key = read.parsed("api_key", values::key)?;
        Ok(Self {
            max_file_size: read.parsed("max_file_size", values::size)?,
            max_duration: read.parsed("max_duration", values::seconds)?,
            analysis_timeout: read.parsed("analysis_timeout", values::time)?,
            upload_timeout: read.parsed("upload_timeout", values::time)?,
            log_level: read.parsed("log_level", |text| {
                Level::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(text))
            })?,
            cors_origins: read.parsed("cors_origins", Origins::parse)?,
            keys: read.parsed("api_keys", |text| Keys::parse(&api_key, text, burst))?,
            quota: Quota::new(limit, burst),
            trusted_proxies: read.parsed("trusted_proxies", values::networks)?,
            cache_ttl: read.parsed("cache_ttl", values::optional_time)?,
            cache_entries: read.parsed("cache_entries", |text| values::whole(text, 1, 1_000_000))?,
        })
    }
}

/// Checks a whole configuration: that every name is a variable and every value can be used.
///
/// # Errors
/// The first that is unknown or wrong.
pub fn check(values: &BTreeMap<String, String>) -> Result<(), VariableError> {
    if let Some(name) = values.keys().find(|name| ALL.iter().all(|variable| variable.name != name.as_str())) {
        return Err(VariableError::Unknown { name: name.clone() });
    }
    Settings::parse(values).map(drop)
}

/// Longest value that is shown in an error, in characters.
const SHOWN: usize = 40;

struct Values<'a>(&'a BTreeMap<String, String>);

impl Values<'_> {
    fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, VariableError> {
        let variable = ALL.iter().find(|variable| variable.name == name).expect("a name of the list");
        let value = self.0.get(name).map_or(variable.default, String::as_str).trim();
        parse(value).ok_or_else(|| VariableError::Wrong {
            name,
            value: (!variable.secret).then(|| value.chars().take(SHOWN).collect()),
            wanted: variable.wanted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn defaults_can_be_used() {
        let settings = Settings::parse(&BTreeMap::new()).unwrap();
        assert_eq!(settings.max_file_size, 100 << 20);
        assert_eq!(settings.cache_ttl, Some(Duration::from_secs(86_400)));
        assert!(settings.quota.is_none() && settings.keys.is_empty());
        let written = ALL.iter().map(|v| (v.name.to_owned(), v.default.to_owned())).collect();
        assert_eq!(check(&written), Ok(()));
    }

    #[test]
    fn wrong_values_are_named() {
        for (name, value) in [
            ("max_file_size", "lots"),
            ("max_duration", "soon"),
            ("analysis_timeout", "0"),
            ("upload_timeout", "-1"),
            ("log_level", "loud"),
            ("cors_origins", "music.example"),
            ("rate_limit", "1.5"),
            ("rate_limit", "-1"),
            ("rate_burst", "0"),
            ("trusted_proxies", "10.0.0.0/33"),
            ("trusted_proxies", "proxy.example"),
            ("cache_ttl", "a day"),
            ("cache_entries", "0"),
        ] {
            let error = check(&set(&[(name, value)])).unwrap_err();
            assert_eq!(error.name(), name);
            assert!(error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        for (name, value) in [
            ("api_key", "two hunters"),
            ("api_keys", "hunter2"),
            ("api_keys", "a:hunter2:often"),
            ("api_keys", "a:hunter2, a:hunter3"),
            ("api_keys", ":hunter2"),
        ] {
            let error = check(&set(&[(name, value)])).unwrap_err();
            assert_eq!(error.name(), name);
            assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
        }
        let settings = Settings::parse(&set(&[("api_key", "hunter2"), ("api_keys", "a:hunter3")])).unwrap();
        assert!(!format!("{settings:?}").contains("hunter"), "{settings:?}");
    }

    #[test]
    fn unknown_names_are_refused() {
        let error = check(&set(&[("max_filesize", "1")])).unwrap_err();
        assert_eq!(error, VariableError::Unknown { name: "max_filesize".to_owned() });
        assert!(error.to_string().contains("max_file_size"), "{error}");
    }
}
