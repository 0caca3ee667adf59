//! Bytes → planar PCM, by streaming. The only place that names symphonia.
//!
//! ```text
//! bytes → tags → sniff → open (riff, aiff, caf, mp4, streams, frames) → demux → timeline → PcmBlock
//! ```
//!
//! The format is read off the bytes, never off the name. Every format's time starts with the first
//! sample that was encoded: encoder delay and padding are trimmed in one place, by what the file
//! tells (LAME's tag, edit lists, iTunes's gapless tag, granule positions, packet tables). Where
//! nothing tells, the least that encoders of the format have is taken: 1105 samples for MP3
//! (LAME's 576 and the decoder's 529), 1024 for AAC.

mod aiff;
mod caf;
mod demux;
mod formats;
mod frames;
mod mp4;
mod open;
mod riff;
mod samples;
mod sniff;
mod streams;
mod tags;
mod timeline;

use bytes::Bytes;
use serde::Serialize;

pub use formats::{CodecFormat, ContainerFormat, Formats, RecognisedFormat, formats};
pub use open::check_hint;

use self::timeline::Timeline;
use crate::error::{Error, Limit};

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

/// An opened file: its description, then its samples block by block.
pub struct AudioStream {
    source: SourceInfo,
    warnings: Vec<Warning>,
    input: Input,
    fraction: f32,
    /// Whether the end was reached and judged.
    finished: bool,
}

enum Input {
    /// An encoded file.
    File(Box<Timeline>),
    /// Samples, and how many of them were given out.
    Samples(Vec<f32>, usize),
}

impl AudioStream {
    /// Recognises the container and codec by magic number, opens the first audio track and decodes
    /// its first packet. Cheap: reads the headers, and of MP3 and raw AAC each frame's first bytes.
    ///
    /// # Errors
    /// [`Error::Unsupported`], [`Error::Malformed`] or [`Error::LimitExceeded`].
    pub fn open(bytes: Bytes, hint: &FileHint, limits: &Limits) -> Result<Self, Error> {
        if bytes.len() as u64 > limits.max_bytes {
            return Err(Error::LimitExceeded {
                limit: Limit::Bytes,
                actual: bytes.len() as f64,
                max: limits.max_bytes as f64,
            });
        }
        let (leading, at) = tags::read_leading(&bytes);
        let body = bytes.slice(at..);
        if body.is_empty() && !bytes.is_empty() {
            return Err(open::malformed("mp3", None, "it holds tags and no audio"));
        }
        let mut opened = open::open(&body, sniff::sniff(&body))?;
        let mut warnings = open::check_hint(hint, opened.container);
        warnings.append(&mut opened.warnings);
        let mut tags = leading;
        tags.merge(std::mem::take(&mut opened.tags));
        tags.read_id3v1(&bytes);
        let container = opened.container.to_owned();
        let timeline = Timeline::new(opened, limits, &mut warnings)?;
        let source = SourceInfo {
            name: hint.name.clone(),
            container,
            codec: timeline.codec().to_owned(),
            sample_rate: timeline.sample_rate(),
            channels: timeline.n_channels(),
            bytes: bytes.len() as u64,
            tags: tags.into_map(),
        };
        let input = Input::File(Box::new(timeline));
        Ok(Self { source, warnings, input, fraction: 0.0, finished: false })
    }

    /// A stream of mono samples that are decoded already; what is not finite counts as 0.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] for a rate or length outside the limits.
    pub fn from_samples(samples: &[f32], sample_rate: u32, limits: &Limits) -> Result<Self, Error> {
        timeline::check_rate(Some(sample_rate), limits)?;
        let duration = samples.len() as f64 / f64::from(sample_rate);
        if duration > limits.max_duration {
            return Err(Error::LimitExceeded {
                limit: Limit::Duration,
                actual: duration,
                max: limits.max_duration,
            });
        }
        let source = SourceInfo {
            sample_rate,
            channels: 1,
            container: "pcm".to_owned(),
            codec: "pcm_f32".to_owned(),
            bytes: size_of_val(samples) as u64,
            ..SourceInfo::default()
        };
        let input = Input::Samples(samples.iter().map(|&x| timeline::sane(x)).collect(), 0);
        Ok(Self { source, warnings: Vec::new(), input, fraction: 0.0, finished: false })
    }

    /// Fills `block` with the next samples; `false` at the end of the audio.
    ///
    /// Sample rate and channel count never change from those of [`source`](Self::source). Decodes
    /// about one packet.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] when the duration limit is crossed; [`Error::Malformed`] when the
    /// stream is damaged and ended before a second could be decoded, or holds no audio.
    pub fn next_block(&mut self, block: &mut PcmBlock) -> Result<bool, Error> {
        if self.finished {
            block.channels.iter_mut().for_each(Vec::clear);
            return Ok(false);
        }
        let (more, fraction) = match &mut self.input {
            Input::File(timeline) => {
                let more = timeline.next_block(block, &mut self.warnings)?;
                (more, timeline.position() as f32 / self.source.bytes.max(1) as f32)
            }
            Input::Samples(samples, position) => {
                let end = (*position + MAX_BLOCK).min(samples.len());
                block.channels.resize_with(1, Vec::new);
                block.channels[0].clear();
                block.channels[0].extend_from_slice(&samples[*position..end]);
                let more = end > *position;
                *position = end;
                (more, end as f32 / samples.len().max(1) as f32)
            }
        };
        self.finished = !more;
        self.fraction = if more { self.fraction.max(fraction.min(1.0)) } else { 1.0 };
        Ok(more)
    }

    /// What the file is.
    #[must_use]
    pub const fn source(&self) -> &SourceInfo {
        &self.source
    }

    /// Share of the file that is decoded, in [0, 1], monotone.
    #[must_use]
    pub const fn fraction(&self) -> f32 {
        self.fraction
    }

    /// What was noticed up to now: wrong extension, damaged or missing parts. Damage is told at the
    /// end of the audio.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
