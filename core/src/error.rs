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
    /// The input is larger than a limit allows, or, for sample rates, smaller.
    #[error("{}", .limit.exceeded(*.actual, *.max))]
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

    /// `value` as it is told to people and programs: whole, or for durations rounded up to a tenth.
    #[must_use]
    pub fn rounded(self, value: f64) -> f64 {
        match self {
            Self::Duration => (value * 10.0).ceil() / 10.0,
            Self::Bytes | Self::Channels | Self::SampleRate => value.round(),
        }
    }

    fn exceeded(self, actual: f64, max: f64) -> String {
        let side = if actual < max { "below" } else { "over" };
        format!("{self} is {}, {side} the limit of {max}", self.rounded(actual))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_as_they_are() {
        let told = |limit, actual, max| Error::LimitExceeded { limit, actual, max }.to_string();
        assert_eq!(
            told(Limit::Duration, 255.584_172, 20.0),
            "duration in seconds is 255.6, over the limit of 20"
        );
        assert_eq!(told(Limit::SampleRate, 0.0, 8000.0), "sample rate in Hz is 0, below the limit of 8000");
        assert_eq!(
            told(Limit::Bytes, 120_000_196.0, 1e6),
            "size in bytes is 120000196, over the limit of 1000000"
        );
        assert_eq!(told(Limit::Duration, 20.01, 20.0), "duration in seconds is 20.1, over the limit of 20");
    }
}
