//! A track ready to decode, and refusals of those that are not.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecParameters;

use crate::decode::bytes::formats::SUPPORTED;
use crate::decode::bytes::tags::Tags;
use crate::decode::contract::Warning;
use crate::decode::packets::blocks::BlockReader;
use crate::decode::packets::demux::Demuxer;
use crate::error::Error;

/// A track ready to decode.
pub(in crate::decode) struct Opened {
    /// Short name of the container.
    pub(in crate::decode) container: &'static str,
    /// What the decoder needs to know.
    pub(in crate::decode) params: AudioCodecParameters,
    pub(in crate::decode) demuxer: Demuxer,
    pub(in crate::decode) span: Span,
    pub(in crate::decode) tags: Tags,
    pub(in crate::decode) warnings: Vec<Warning>,
}

/// Blocks of constant size in one stretch of a file.
pub(in crate::decode) struct Blocks {
    /// Where they start in the file.
    pub(in crate::decode) start: usize,
    /// Their length in bytes, as the header claims it.
    pub(in crate::decode) claimed: Option<u64>,
    /// Bytes a block, not 0.
    pub(in crate::decode) len: usize,
    /// Samples a channel in a block, not 0.
    pub(in crate::decode) samples: u64,
}

impl Opened {
    /// A track of blocks, without priming; what the header claims beyond the file is missing.
    pub(in crate::decode) fn blocks(
        container: &'static str,
        params: AudioCodecParameters,
        tags: Tags,
        bytes: &Bytes,
        blocks: &Blocks,
    ) -> Self {
        let &Blocks { start, claimed, len: block_len, samples: block_samples } = blocks;
        let available = bytes.len() - start;
        let len = claimed.map_or(available, |len| usize::try_from(len).unwrap_or(usize::MAX).min(available));
        let n_samples = |len: u64| len / block_len as u64 * block_samples;
        let promised = n_samples(claimed.unwrap_or(len as u64));
        let span = Span {
            anchored: true,
            promised_end: Some(promised.min(i64::MAX as u64 / 4).cast_signed()),
            ..Span::default()
        };
        let demuxer = Demuxer::Blocks(BlockReader {
            bytes: bytes.slice(start..start + len),
            start,
            at: 0,
            block_len,
            block_samples,
            first: 0,
            cut: promised > n_samples(len as u64),
        });
        Self { container, params, demuxer, span, tags, warnings: Vec::new() }
    }
}

/// Which part of a track's clock is audio to present, in samples.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::decode) struct Span {
    /// Time of the first sample to present: what lies before is the encoder's priming.
    pub(in crate::decode) start: i64,
    /// Whether the audio begins at `start` even if its first packets are missing. If not, it begins
    /// with the first packet at or behind `start` that decodes to anything.
    pub(in crate::decode) anchored: bool,
    /// Samples of priming to drop from the first packets, where the clock counts them as audio.
    pub(in crate::decode) priming: i64,
    /// Time behind the last sample to present: what follows is the encoder's padding.
    pub(in crate::decode) end: Option<i64>,
    /// Time at which the audio ends by the header, for limits, and to tell a cut file.
    pub(in crate::decode) promised_end: Option<i64>,
}

/// A refusal of a known container whose codec or features are not supported.
pub(in crate::decode) fn unsupported(container: &str, codec: Option<&str>, what: &str) -> Error {
    Error::Unsupported {
        container: Some(container.to_owned()),
        codec: codec.map(str::to_owned),
        message: format!("the file holds {what}, which cannot be decoded here; supported are {SUPPORTED}"),
    }
}

/// A refusal of a damaged file.
pub(in crate::decode) fn malformed(container: &str, codec: Option<&str>, what: &str) -> Error {
    let of = codec.filter(|codec| *codec != container).map_or(String::new(), |codec| format!(" ({codec})"));
    Error::Malformed {
        container: Some(container.to_owned()),
        codec: codec.map(str::to_owned),
        message: format!("damaged {container} file{of}: {what}"),
    }
}
