//! What can go wrong, sorted by who is at fault.

use thiserror::Error;

/// A failure of [`analyze`](crate::analyze). Only opening, decoding and parameters fail;
/// "no key found" is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no audio that can be decoded here: an unknown container, or a known one with
    /// an unsupported codec.
    #[error("{message}")]
    Unsupported {
        /// The container by its short name (`ogg`), where it was recognised.
        container: Option<String>,
        /// The codec by its short name (`opus`), where it was recognised.
        codec: Option<String>,
        /// What the file is, in words for a person.
        message: String,
    },
    /// A supported format whose content is damaged beyond use, or holds no audio.
    #[error("{message}")]
    Malformed {
        /// The container by its short name.
        container: Option<String>,
        /// The codec by its short name.
        codec: Option<String>,
        /// What is wrong, in words for a person.
        message: String,
    },
    /// The input is larger than a limit allows.
    #[error("{limit} is {actual}, over the limit of {max}")]
    LimitExceeded {
        /// Which limit.
        limit: Limit,
        /// What the input has (for streams cut early: at least this much), in the limit's unit.
        actual: f64,
        /// What is allowed, in the limit's unit.
        max: f64,
    },
    /// A parameter has an unknown name or a value outside its range.
    #[error("{message}")]
    InvalidParams {
        /// The parameter's name as it was given.
        name: String,
        /// What is wrong and what is allowed, in words for a person.
        message: String,
        /// The allowed names or values.
        allowed: Vec<String>,
    },
}

/// A quantity of the input that is bounded before anything is allocated for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Encoded size in bytes.
    Bytes,
    /// Decoded length in seconds.
    Duration,
    /// Number of channels.
    Channels,
    /// Sample rate in Hz.
    SampleRate,
}

impl Limit {
    /// The stable name used in machine-readable errors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Duration => "duration",
            Self::Channels => "channels",
            Self::SampleRate => "sample_rate",
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bytes => "size in bytes",
            Self::Duration => "duration in seconds",
            Self::Channels => "number of channels",
            Self::SampleRate => "sample rate in Hz",
        })
    }
}

impl Error {
    /// The stable machine-readable code of this error, as it stands in the JSON of the service.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "unsupported_format",
            Self::Malformed { .. } => "malformed",
            Self::LimitExceeded { limit: Limit::Bytes, .. } => "file_too_large",
            Self::LimitExceeded { limit: Limit::Duration, .. } => "too_long",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::InvalidParams { .. } => "invalid_parameter",
        }
    }
}
