//! Bytes → planar PCM, by streaming. The only place that names symphonia.

use bytes::Bytes;
use serde::Serialize;

use crate::error::Error;

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

/// An opened file: its description, then its samples block by block.
pub struct AudioStream {
    source: SourceInfo,
    warnings: Vec<Warning>,
    samples: Vec<f32>,
    position: usize,
}

impl AudioStream {
    /// Recognises the container and codec by magic number and opens the first audio track. Cheap.
    ///
    /// # Errors
    /// [`Error::Unsupported`], [`Error::Malformed`] or [`Error::LimitExceeded`].
    pub fn open(bytes: Bytes, hint: &FileHint, limits: &Limits) -> Result<Self, Error> {
        let _ = (bytes, hint, limits);
        Err(Error::Unsupported { container: None, codec: None, message: "not an audio file".to_owned() })
    }

    /// A stream of mono samples that are decoded already, all finite.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] for a rate or length outside the limits.
    pub fn from_samples(samples: Vec<f32>, sample_rate: u32, limits: &Limits) -> Result<Self, Error> {
        let _ = limits;
        let source = SourceInfo {
            sample_rate,
            channels: 1,
            container: "pcm".to_owned(),
            codec: "pcm_f32".to_owned(),
            ..SourceInfo::default()
        };
        Ok(Self { source, warnings: Vec::new(), samples, position: 0 })
    }

    /// Fills `block` with the next samples; `false` at the end of the audio.
    ///
    /// Sample rate and channel count never change from those of [`source`](Self::source).
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] when the duration limit is crossed; [`Error::Malformed`] when the
    /// stream ended before a second could be decoded.
    pub fn next_block(&mut self, block: &mut PcmBlock) -> Result<bool, Error> {
        let end = (self.position + MAX_BLOCK).min(self.samples.len());
        block.channels = vec![self.samples[self.position..end].to_vec()];
        let any = end > self.position;
        self.position = end;
        Ok(any)
    }

    /// What the file is.
    #[must_use]
    pub const fn source(&self) -> &SourceInfo {
        &self.source
    }

    /// Share of the file that is decoded, in [0, 1], monotone.
    #[must_use]
    pub fn fraction(&self) -> f32 {
        self.position as f32 / self.samples.len().max(1) as f32
    }

    /// What was noticed up to now: wrong extension, damaged or missing parts.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
