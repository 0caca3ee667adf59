//! Uncompressed samples behind a header.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecId;

use crate::decode::bytes::tags::Tags;
use crate::decode::containers::codecs::{pcm_params, width};
use crate::decode::containers::opened::{Blocks, Opened, malformed};
use crate::error::Error;

/// Samples in one stretch of a file.
pub(in crate::decode) struct Pcm {
    pub(in crate::decode) codec: AudioCodecId,
    pub(in crate::decode) n_channels: u32,
    pub(in crate::decode) sample_rate: u32,
    /// Where the samples start in the file.
    pub(in crate::decode) start: usize,
    /// Their length in bytes, as the header claims it.
    pub(in crate::decode) claimed: Option<u64>,
}

/// Opens uncompressed samples.
pub(in crate::decode) fn open_pcm(
    bytes: &Bytes,
    container: &'static str,
    tags: Tags,
    pcm: Pcm,
) -> Result<Opened, Error> {
    let Pcm { codec, n_channels, sample_rate, start, claimed } = pcm;
    if !(1..=u32::from(u16::MAX)).contains(&n_channels) {
        return Err(malformed(container, None, &format!("{n_channels} channels make no sense")));
    }
    let blocks = Blocks { start, claimed, len: width(codec) * n_channels as usize, samples: 1 };
    Ok(Opened::blocks(container, pcm_params(codec, sample_rate, n_channels), tags, bytes, &blocks))
}
