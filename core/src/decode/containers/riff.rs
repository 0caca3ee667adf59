//! WAV in all its sizes: RIFF, RF64, BW64 and Sony Wave64.
//!
//! The chunks are read here rather than by symphonia, which refuses RF64 and any chunk that claims
//! more than there is: a cut or streamed file, or a recorder's crash, is the common case.

use bytes::Bytes;
use symphonia::core::codecs::audio::well_known as id;

use crate::decode::bytes::numbers::{u16_at, u32_at, u64_at};
use crate::decode::bytes::tags::Tags;
use crate::decode::containers::codecs::pcm_params;
use crate::decode::containers::elementary::open_elementary;
use crate::decode::containers::opened::{Blocks, Opened, malformed, unsupported};
use crate::decode::packets::frames::{FrameReader, find_first};
use crate::decode::packets::packet::PCM_PACKET;
use crate::error::Error;

/// The GUID at the start of a Wave64 file.
pub(in crate::decode) const W64_RIFF: [u8; 16] = *b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";

/// What the chunks say.
#[derive(Default)]
struct Chunks<'a> {
    format: Option<&'a [u8]>,
    /// Offset of the samples, and their claimed length in bytes if known.
    data: Option<(usize, Option<u64>)>,
    /// Samples a channel by the fact chunk.
    fact: Option<u64>,
    tags: Tags,
}

/// Opens RIFF, RF64 and BW64.
pub(in crate::decode) fn open_wave(bytes: &Bytes) -> Result<Opened, Error> {
    let mut chunks = Chunks::default();
    let mut long_data = None;
    let mut at = 12;
    while let (Some(kind), Some(len)) = (bytes.get(at..at + 4), u32_at(bytes, at + 4)) {
        let start = at + 8;
        let body = &bytes[start..bytes.len().min(start.saturating_add(len as usize))];
        let mut len = u64::from(len);
        match kind {
            b"ds64" => long_data = u64_at(body, 8),
            b"fmt " => chunks.format = Some(body),
            b"fact" => chunks.fact = u32_at(body, 0).map(u64::from),
            b"LIST" => chunks.tags.read_riff_info(body),
            b"id3 " | b"ID3 " => chunks.tags.read_id3v2(&bytes.slice_ref(body)),
            b"data" if chunks.data.is_none() => {
                // Streaming writers leave 0 or the largest number, RF64 always the latter.
                let claimed = match len {
                    0xffff_ffff => long_data,
                    0 if start < bytes.len() && bytes.len() - start > 8 && chunks.format.is_some() => None,
                    len => Some(len),
                };
                chunks.data = Some((start, claimed));
                match claimed {
                    Some(claimed) => len = claimed,
                    None => break,
                }
            }
            _ => {}
        }
        let next = (start as u64).saturating_add(len).saturating_add(len & 1);
        at = usize::try_from(next).unwrap_or(usize::MAX).min(bytes.len());
    }
    open_chunks(bytes, "wav", chunks)
}

/// Opens Sony Wave64: chunks named by GUIDs, with 64-bit sizes that include their header.
pub(in crate::decode) fn open_wave64(bytes: &Bytes) -> Result<Opened, Error> {
    let mut chunks = Chunks::default();
    let mut at = 40;
    while let (Some(kind), Some(len)) = (bytes.get(at..at + 4), u64_at(bytes, at + 16)) {
        let start = at + 24;
        let end = (at as u64).saturating_add(len.max(24));
        let end_here = usize::try_from(end).unwrap_or(usize::MAX).min(bytes.len());
        match kind {
            b"fmt " => chunks.format = bytes.get(start..end_here),
            b"fact" => chunks.fact = u64_at(bytes, start),
            b"data" if chunks.data.is_none() => {
                chunks.data = Some((start.min(bytes.len()), Some(end - start as u64)));
            }
            _ => {}
        }
        at = usize::try_from(end.checked_next_multiple_of(8).unwrap_or(end))
            .unwrap_or(usize::MAX)
            .min(bytes.len());
    }
    open_chunks(bytes, "w64", chunks)
}

fn open_chunks(bytes: &Bytes, container: &'static str, chunks: Chunks<'_>) -> Result<Opened, Error> {
    let format = chunks.format.ok_or_else(|| malformed(container, None, "it has no format chunk"))?;
    let (start, claimed) = chunks.data.ok_or_else(|| malformed(container, None, "it has no samples"))?;
    let field = |at| u16_at(format, at).ok_or_else(|| malformed(container, None, "its format chunk is cut"));
    let mut tag = field(0)?;
    let n_channels = u32::from(field(2)?);
    let sample_rate = u32_at(format, 4).unwrap_or(0);
    let block_align = usize::from(field(12)?);
    let bits = u16_at(format, 14).unwrap_or(0);
    if tag == 0xfffe {
        // WAVEFORMATEXTENSIBLE: the tag is the start of the subformat's GUID.
        tag = field(24)?;
    }
    let available = bytes.len() - start;
    let len = claimed.map_or(available, |len| usize::try_from(len).unwrap_or(usize::MAX).min(available));
    let body = bytes.slice(start..start + len);
    if matches!(tag, 0x50 | 0x55) {
        return open_mpeg(&body, chunks.tags, container);
    }
    if n_channels == 0 {
        return Err(malformed(container, None, "it has no channels"));
    }
    // Bytes of one sample as stored: 12 bits are kept in 16, 20 in 24.
    let width = match block_align / n_channels as usize {
        0 => usize::from(bits).div_ceil(8),
        width => width,
    };
    let codec = match (tag, width) {
        (1, 1) => id::CODEC_ID_PCM_U8,
        (1, 2) => id::CODEC_ID_PCM_S16LE,
        (1, 3) => id::CODEC_ID_PCM_S24LE,
        (1, 4) => id::CODEC_ID_PCM_S32LE,
        (3, 4) => id::CODEC_ID_PCM_F32LE,
        (3, 8) => id::CODEC_ID_PCM_F64LE,
        (6, 1) => id::CODEC_ID_PCM_ALAW,
        (7, 1) => id::CODEC_ID_PCM_MULAW,
        (2, _) => id::CODEC_ID_ADPCM_MS,
        (0x11, _) => id::CODEC_ID_ADPCM_IMA_WAV,
        (1 | 3 | 6 | 7, _) => {
            return Err(malformed(container, None, &format!("samples of {bits} bits make no sense")));
        }
        _ => return Err(unsupported_tag(container, tag)),
    };
    let mut params = pcm_params(codec, sample_rate, n_channels);
    let (block_len, block_samples) = match codec {
        id::CODEC_ID_ADPCM_MS | id::CODEC_ID_ADPCM_IMA_WAV => {
            let samples =
                adpcm_block_samples(codec == id::CODEC_ID_ADPCM_MS, block_align, n_channels as usize, bits)
                    .ok_or_else(|| malformed(container, Some("adpcm"), "its block size makes no sense"))?;
            params.with_frames_per_block(samples).with_max_frames_per_packet(samples.max(PCM_PACKET));
            (block_align, samples)
        }
        _ => (width * n_channels as usize, 1),
    };
    let total = (body.len() / block_len) as u64 * block_samples;
    let blocks = Blocks { start, claimed, len: block_len, samples: block_samples };
    let mut opened = Opened::blocks(container, params, chunks.tags, bytes, &blocks);
    // The last block of ADPCM is filled up; the fact chunk tells by how much.
    let end = chunks.fact.filter(|&fact| block_samples > 1 && fact <= total && total - fact < block_samples);
    opened.span.end = end.map(u64::cast_signed);
    Ok(opened)
}

/// Samples in a block: a header a channel, with two (MS) or one (IMA) samples in it, then 4 bits each.
fn adpcm_block_samples(microsoft: bool, block_align: usize, n_channels: usize, bits: u16) -> Option<u64> {
    let (header, in_header) = if microsoft { (7, 2) } else { (4, 1) };
    if bits != 4 || n_channels > 2 {
        return None;
    }
    let nibbles = block_align.checked_sub(header * n_channels)? * 2 / n_channels;
    // IMA interleaves channels by eight samples.
    let whole = microsoft || n_channels == 1 || nibbles.is_multiple_of(8);
    (whole && nibbles > 0).then_some((nibbles + in_header) as u64)
}

fn unsupported_tag(container: &str, tag: u16) -> Error {
    let (codec, title) = match tag {
        0xff | 0x1600 | 0x1602 | 0x1610 => ("aac", "AAC in a WAV file"),
        0x160..=0x164 => ("wma", "Windows Media audio"),
        0x2000 => ("ac3", "Dolby Digital (AC-3)"),
        0x2001 => ("dts", "DTS"),
        0x31 => ("gsm", "GSM speech"),
        0x566f | 0x674f..=0x6771 => ("vorbis", "Vorbis in a WAV file"),
        0xf1ac => ("flac", "FLAC in a WAV file"),
        0x704f => ("opus", "Opus audio"),
        _ => return unsupported(container, None, &format!("audio of the unknown type {tag:#06x}")),
    };
    unsupported(container, Some(codec), title)
}

/// MPEG audio wrapped in a WAV file.
fn open_mpeg(body: &Bytes, tags: Tags, container: &'static str) -> Result<Opened, Error> {
    let (kind, at) = find_first(body).ok_or_else(|| malformed(container, Some("mp3"), "it has no frames"))?;
    if FrameReader::new(body.clone(), at).is_none() {
        return Err(malformed(container, Some("mp3"), "it has no frames"));
    }
    let opened = open_elementary(body, kind, at)?;
    Ok(Opened { container, tags, ..opened })
}
