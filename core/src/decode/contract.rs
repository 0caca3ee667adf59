//! What is asked of decoding, and told.

use serde::Serialize;

/// What the caller knows of the bytes. It only breaks ties: the format is read off the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileHint {
    /// File name; its extension is a hint, and the name goes into the report.
    pub name: Option<String>,
    /// MIME type, as an upload declares it.
    pub mime: Option<String>,
}

impl FileHint {
    /// A hint of a file name only.
    #[must_use]
    pub fn from_name(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), mime: None }
    }
}

/// Bounds on what is decoded, checked before anything is allocated for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Encoded size in bytes. Default: 100 MiB.
    pub max_bytes: u64,
    /// Decoded length in seconds. Default: 7200.
    pub max_duration: f64,
    /// Channels. Default: 32.
    pub max_channels: usize,
    /// Lowest sample rate in Hz. Default: 8000.
    pub min_sample_rate: u32,
    /// Highest sample rate in Hz. Default: 192 000.
    pub max_sample_rate: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 100 << 20,
            max_duration: 7200.0,
            max_channels: 32,
            min_sample_rate: 8_000,
            max_sample_rate: 192_000,
        }
    }
}

/// What the file is: `source` of the report.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceInfo {
    /// File name, where known.
    pub name: Option<String>,
    /// Container by its short name, e.g. `mp3`, `wav`, `m4a`, `ogg`.
    pub container: String,
    /// Codec by its short name, e.g. `mp3`, `pcm_s16le`, `aac`, `vorbis`.
    pub codec: String,
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: usize,
    /// Encoded size in bytes.
    pub bytes: u64,
    /// Title, artist, album … by lower-case key, where the file has them.
    pub tags: std::collections::BTreeMap<String, String>,
}

/// Something the user should know about an answer that was given all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// Stable machine-readable code, e.g. `truncated`, `wrong_extension`, `short_audio`.
    pub code: &'static str,
    /// Words for a person.
    pub message: String,
}

/// A run of decoded samples of all channels.
#[derive(Debug, Clone, Default)]
pub struct PcmBlock {
    /// One vector a channel, all of one length (at most [`MAX_BLOCK`] samples), finite, nominally in [−1, 1].
    pub channels: Vec<Vec<f32>>,
}

/// Longest block in samples a channel.
pub const MAX_BLOCK: usize = 16_384;
