//! Failures as clients see them: a stable code with its status, words, and details.

use sectionist_core::Error;
use sectionist_core::error::Limit;
use serde::Serialize;

/// Declares the codes, each with its status, when it is given, and an example of words and details.
macro_rules! codes {
    ($($Code:ident = $name:literal, $status:literal, $when:literal, $words:literal, $details:expr;)+) => {
        /// The stable name of a failure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $when] $Code),+
        }

        impl Code {
            /// Every code, by status.
            pub const ALL: &[Self] = &[$(Self::$Code),+];

            /// The name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Code => $name),+ }
            }

            /// The status of its responses.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$Code => $status),+ }
            }

            /// When it is given, as Markdown.
            #[must_use]
            pub const fn when(self) -> &'static str {
                match self { $(Self::$Code => $when),+ }
            }

            /// A failure of this code, for documentation.
            #[must_use]
            pub fn example(self) -> Failure {
                match self { $(Self::$Code => Failure::new(self, $words).with($details)),+ }
            }
        }
    };
}

codes! {
    UnsupportedFormat = "unsupported_format", 400, "not audio, or a format that cannot be decoded",
        "this is Opus in Ogg, which cannot be decoded here", Details::format(Some("ogg"), Some("opus"));
    Malformed = "malformed", 400, "a damaged file of which less than a second can be decoded",
        "the MP3 file is damaged and ends before a second could be decoded", Details::format(Some("mp3"), Some("mp3"));
    LimitExceeded = "limit_exceeded", 400, "too many channels, or a sample rate out of range",
        "sample rate in Hz is 4000, below the limit of 8000", Details::limit(Limit::SampleRate, Some(4000.0), 8000.0);
    InvalidParameter = "invalid_parameter", 400,
        "an unknown parameter, one that is given twice, or a value out of range",
        "`quality` cannot be `best`; allowed: fast, balanced, thorough",
        Details::Parameter {
            parameter: "quality".to_owned(),
            allowed: ["fast", "balanced", "thorough"].map(str::to_owned).to_vec(),
        };
    MissingFile = "missing_file", 400, "a form without a file",
        "the form has no file part; send one, for example as `audio`", Details::None {};
    SeveralFiles = "several_files", 400, "a form with more than one file",
        "the form has several files; send one a request", Details::None {};
    EmptyFile = "empty_file", 400, "a file without bytes", "the upload has no bytes", Details::None {};
    IncompleteUpload = "incomplete_upload", 400,
        "the upload broke off, or has not the length that it claims", "the upload broke off", Details::None {};
    BadForm = "bad_form", 400, "a form that cannot be read, with too many parts, or with one that is too long",
        "the form has more than 64 parts", Details::None {};
    BadEncoding = "bad_encoding", 400, "a body that is not encoded as its `Content-Encoding` says",
        "the body is not gzip, as `content-encoding` says", Details::None {};
    Unauthorized = "unauthorized", 401, "API keys are set and none of them was sent; with `WWW-Authenticate`",
        "this service asks for an API key, as `Authorization: Bearer …` or `x-api-key`", Details::None {};
    NotFound = "not_found", 404, "there is nothing at the address",
        "there is nothing at this address", Details::None {};
    MethodNotAllowed = "method_not_allowed", 405, "with an `Allow` header",
        "GET means nothing here; use POST", Details::None {};
    UploadTimeout = "upload_timeout", 408, "the upload took longer than `upload_timeout`, or stood still for 30 s",
        "the upload took longer than the 300 s it may take here",
        Details::Time { limit: "upload_timeout", max: 300.0, fraction: None };
    FileTooLarge = "file_too_large", 413,
        "over `max_file_size`; answered as soon as that is known. `actual` is null where only the form's length is known",
        "size in bytes is 120000196, over the limit of 104857600",
        Details::limit(Limit::Bytes, Some(120_000_196.0), 104_857_600.0);
    TooLong = "too_long", 413, "over `max_duration`",
        "duration in seconds is 7200.1, over the limit of 7200", Details::limit(Limit::Duration, Some(7200.1), 7200.0);
    UnsupportedEncoding = "unsupported_encoding", 415, "a `Content-Encoding` other than `gzip` and `identity`; with `Accept-Encoding`",
        "the body is encoded as `br`; send it as it is, or as gzip", Details::None {};
    RateLimited = "rate_limited", 429, "more requests than the client may send; with `Retry-After`",
        "more requests than the 60 a minute that a client may send; try again in 3 s",
        Details::Rate { limit: 60, retry_after: 3 };
    Internal = "internal", 500, "our own fault",
        "something went wrong here; the file may need more memory than an analysis may use", Details::None {};
    BadConfiguration = "bad_configuration", 500, "a variable that cannot be used (the local host does not start then)",
        "the variable `max_duration` is `soon` and must be seconds above 0", Details::None {};
    Busy = "busy", 503, "all instances are taken; with `Retry-After` (local host)",
        "too many analyses are under way; try again in a moment", Details::None {};
    OutOfMemory = "out_of_memory", 503, "the file does not fit into an instance",
        "there is no memory for this file here", Details::Memory { bytes: 104_857_600 };
    Timeout = "timeout", 504, "the analysis took longer than `analysis_timeout`",
        "the analysis took longer than the 300 s it may take here",
        Details::Time { limit: "analysis_timeout", max: 300.0, fraction: Some(0.75) };
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<_> = Self::ALL.iter().map(|code| code.name()).collect();
        schemars::json_schema!({ "type": "string", "enum": names, "description": "The stable name of a failure." })
    }
}

/// What programs may want to know beside the code.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Details {
    /// What the file is, where it was recognised.
    Format {
        /// Short name of the container.
        container: Option<String>,
        /// Short name of the codec.
        codec: Option<String>,
    },
    /// A quantity of the file that is out of bounds.
    Limit {
        /// Which: `bytes`, `duration` (seconds), `channels` or `sample_rate` (Hz).
        limit: &'static str,
        /// What the file has, or at least what was seen of it; null where that is not known.
        actual: Option<Quantity>,
        /// The bound.
        max: Quantity,
    },
    /// A parameter that cannot be used.
    Parameter {
        /// Its name, as it was given.
        parameter: String,
        /// What is allowed: names, or a range such as `0..1`.
        allowed: Vec<String>,
    },
    /// A time that was over.
    Time {
        /// The variable that sets it.
        limit: &'static str,
        /// It in seconds.
        max: f64,
        /// Share of the analysis that was done, in [0, 1], to 0.0001.
        #[serde(skip_serializing_if = "Option::is_none")]
        fraction: Option<f64>,
    },
    /// A rate that was exceeded.
    Rate {
        /// Requests a minute.
        limit: u32,
        /// Seconds until the next request may come.
        retry_after: u64,
    },
    /// Memory that there is not.
    Memory {
        /// Size of the file as far as it is known.
        bytes: u64,
    },
    /// Nothing.
    None {},
}

/// A number as it is: counts are integers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Quantity {
    /// Bytes, channels, hertz.
    Whole(u64),
    /// Seconds, to a tenth.
    Seconds(f64),
}

impl Details {
    fn format(container: Option<&str>, codec: Option<&str>) -> Self {
        Self::Format { container: container.map(str::to_owned), codec: codec.map(str::to_owned) }
    }

    /// A quantity that is out of bounds, in the unit of `limit`.
    #[must_use]
    pub fn limit(limit: Limit, actual: Option<f64>, max: f64) -> Self {
        let quantity = |value| match limit {
            Limit::Duration => Quantity::Seconds(limit.rounded(value)),
            _ => Quantity::Whole(limit.rounded(value) as u64),
        };
        Self::Limit { limit: limit.name(), actual: actual.map(quantity), max: quantity(max) }
    }
}

/// The body of an error response.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// Words for a person.
    pub error: String,
    /// Stable name.
    pub code: Code,
    /// What programs may want to know.
    pub details: Details,
}

impl Failure {
    /// A failure without details.
    pub fn new(code: Code, words: impl Into<String>) -> Self {
        Self { error: words.into(), code, details: Details::None {} }
    }

    /// The failure with details.
    #[must_use]
    pub fn with(mut self, details: Details) -> Self {
        self.details = details;
        self
    }

    /// The file has `actual` bytes, or at least as many, where `max` are allowed. `None` where only
    /// the length of the form around it is known.
    #[must_use]
    pub fn too_large(actual: Option<u64>, max: u64) -> Self {
        let words = match actual {
            Some(actual) => return core_limit(Limit::Bytes, actual as f64, max as f64).into(),
            None => format!("the file in the form is over the limit of {max} bytes"),
        };
        Self::new(Code::FileTooLarge, words).with(Details::limit(Limit::Bytes, None, max as f64))
    }

    /// The parameter of this name cannot be used, for the reason given.
    #[must_use]
    pub fn parameter(name: &str, words: impl Into<String>) -> Self {
        let details = Details::Parameter { parameter: name.to_owned(), allowed: Vec::new() };
        Self::new(Code::InvalidParameter, words).with(details)
    }

    /// The JSON body.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON")
    }
}

const fn core_limit(limit: Limit, actual: f64, max: f64) -> Error {
    Error::LimitExceeded { limit, actual, max }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let words = error.to_string();
        let (code, details) = match error {
            Error::Malformed { container, codec, .. } => {
                (Code::Malformed, Details::Format { container, codec })
            }
            Error::LimitExceeded { limit, actual, max } => {
                let code = match limit {
                    Limit::Bytes => Code::FileTooLarge,
                    Limit::Duration => Code::TooLong,
                    _ => Code::LimitExceeded,
                };
                (code, Details::limit(limit, Some(actual), max))
            }
            Error::InvalidParams { name, allowed, .. } => {
                (Code::InvalidParameter, Details::Parameter { parameter: name, allowed })
            }
            Error::Unsupported { container, codec, .. } => {
                (Code::UnsupportedFormat, Details::Format { container, codec })
            }
            _ => (Code::Internal, Details::None {}),
        };
        Self { error: words, code, details }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_and_the_service_name_failures_alike() {
        let format = || (Some("ogg".to_owned()), Some("opus".to_owned()), "words".to_owned());
        let ((container, codec, message), (c, d, m)) = (format(), format());
        for error in [
            Error::Unsupported { container, codec, message },
            Error::Malformed { container: c, codec: d, message: m },
            core_limit(Limit::Bytes, 2.0, 1.0),
            core_limit(Limit::Duration, 2.0, 1.0),
            core_limit(Limit::Channels, 2.0, 1.0),
            core_limit(Limit::SampleRate, 0.0, 1.0),
            Error::InvalidParams { name: "a".to_owned(), message: "words".to_owned(), allowed: Vec::new() },
        ] {
            let (code, words) = (error.code(), error.to_string());
            let failure = Failure::from(error);
            assert_eq!((failure.code.name(), failure.error.as_str()), (code, words.as_str()));
        }
    }

    #[test]
    fn counts_are_integers() {
        let json = Failure::too_large(Some(120_000_196), 104_857_600).to_json();
        assert!(json.contains(r#""actual":120000196,"max":104857600"#), "{json}");
        let json = Failure::from(core_limit(Limit::Duration, 255.584_172_335_600_9, 20.0)).to_json();
        assert!(json.contains(r#""actual":255.6,"max":20.0"#) && json.contains("is 255.6, over"), "{json}");
        assert!(Failure::too_large(None, 1).to_json().contains(r#""actual":null,"max":1"#));
    }
}
