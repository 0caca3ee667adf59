//! Bytes → planar PCM, by streaming. The only place that names symphonia.
//!
//! ```text
//! bytes/ → containers/ → packets/ → timeline → PcmBlock
//! ```
//!
//! The format is read off the bytes, never off the name. Every format's time starts with the first
//! sample that was encoded: encoder delay and padding are trimmed in one place, by what the file
//! tells (LAME's tag, edit lists, iTunes's gapless tag, granule positions, packet tables). Where
//! nothing tells, the least that encoders of the format have is taken: 1105 samples for MP3
//! (LAME's 576 and the decoder's 529), 1024 for AAC.

mod bytes;
mod containers;
mod contract;
mod packets;
mod timeline;

use ::bytes::Bytes;

pub use self::bytes::formats::{CodecFormat, ContainerFormat, Formats, RecognisedFormat, formats};
use self::bytes::tags;
pub use self::containers::hint::check_hint;
use self::containers::open::open;
use self::containers::opened::malformed;
use self::containers::sniff;
pub use self::contract::{FileHint, Limits, MAX_BLOCK, PcmBlock, SourceInfo, Warning};
use self::timeline::Timeline;
use crate::error::{Error, Limit};

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
            return Err(malformed("mp3", None, "it holds tags and no audio"));
        }
        let mut opened = open(&body, sniff::sniff(&body))?;
        let mut warnings = check_hint(hint, opened.container);
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
