//! AIFF, AIFF-C and Sun audio: big-endian PCM behind a small header.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known as id;

use crate::decode::bytes::numbers::{be_u16, be_u32, be_u64};
use crate::decode::bytes::tags::Tags;
use crate::decode::containers::opened::{Opened, malformed, unsupported};
use crate::decode::containers::pcm::{Pcm, open_pcm};
use crate::error::Error;

/// Opens AIFF and AIFF-C.
pub(in crate::decode) fn open_aiff(bytes: &Bytes) -> Result<Opened, Error> {
    const NAME: &str = "aiff";
    let compressed = bytes.get(8..12) == Some(b"AIFC");
    let (mut common, mut sound, mut tags) = (None, None, Tags::default());
    let mut at = 12;
    while let (Some(kind), Some(len)) = (bytes.get(at..at + 4), be_u32(bytes, at + 4)) {
        let start = at + 8;
        let end = start.saturating_add(len as usize);
        let body = &bytes[start..end.min(bytes.len())];
        match kind {
            b"COMM" => common = Some(body),
            b"SSND" if sound.is_none() => sound = Some((start, len)),
            b"NAME" => tags.insert_bytes("title", body),
            b"AUTH" => tags.insert_bytes("artist", body),
            b"(c) " => tags.insert_bytes("copyright", body),
            b"ANNO" => tags.insert_bytes("comment", body),
            b"ID3 " | b"id3 " => tags.read_id3v2(&bytes.slice_ref(body)),
            _ => {}
        }
        at = end.saturating_add(len as usize & 1).min(bytes.len());
    }
    let common = common.ok_or_else(|| malformed(NAME, None, "it has no common chunk"))?;
    let cut = || malformed(NAME, None, "its common chunk is cut");
    let n_channels = u32::from(be_u16(common, 0).ok_or_else(cut)?);
    let n_samples = be_u32(common, 2).ok_or_else(cut)?;
    let bits = be_u16(common, 6).ok_or_else(cut)?;
    let sample_rate = extended(common.get(8..18).ok_or_else(cut)?);
    let kind = if compressed { common.get(18..22).ok_or_else(cut)? } else { b"NONE" };
    let codec = codec_of(kind, bits)?;
    let (start, len) = sound.ok_or_else(|| malformed(NAME, None, "it has no samples"))?;
    // The samples follow an offset and a block size; 0 is what streaming writers leave as length.
    let offset = be_u32(bytes, start).unwrap_or(0);
    let start = start.saturating_add(8).saturating_add(offset as usize).min(bytes.len());
    let claimed = match len {
        0 | 8 if n_samples == 0 => None,
        len => Some(u64::from(len).saturating_sub(8 + u64::from(offset))),
    };
    open_pcm(bytes, NAME, tags, Pcm { codec, n_channels, sample_rate, start, claimed })
}

/// Opens Sun/NeXT audio.
pub(in crate::decode) fn open_au(bytes: &Bytes) -> Result<Opened, Error> {
    const NAME: &str = "au";
    let field = |at| be_u32(bytes, at).ok_or_else(|| malformed(NAME, None, "its header is cut"));
    let codec = match field(12)? {
        1 => id::CODEC_ID_PCM_MULAW,
        2 => id::CODEC_ID_PCM_S8,
        3 => id::CODEC_ID_PCM_S16BE,
        4 => id::CODEC_ID_PCM_S24BE,
        5 => id::CODEC_ID_PCM_S32BE,
        6 => id::CODEC_ID_PCM_F32BE,
        7 => id::CODEC_ID_PCM_F64BE,
        27 => id::CODEC_ID_PCM_ALAW,
        other => return Err(unsupported(NAME, None, &format!("samples of type {other}"))),
    };
    let pcm = Pcm {
        codec,
        n_channels: field(20)?,
        sample_rate: field(16)?,
        start: (field(4)? as usize).clamp(24, bytes.len().max(24)).min(bytes.len()),
        claimed: Some(field(8)?).filter(|&len| len != u32::MAX).map(u64::from),
    };
    open_pcm(bytes, NAME, Tags::default(), pcm)
}

/// AIFF-C compression types that are none, and the laws.
fn codec_of(kind: &[u8], bits: u16) -> Result<AudioCodecId, Error> {
    let kind: [u8; 4] = kind.first_chunk().copied().unwrap_or_default().map(|c| c.to_ascii_lowercase());
    Ok(match (&kind, bits.div_ceil(8)) {
        (b"raw ", _) => id::CODEC_ID_PCM_U8,
        (b"none" | b"twos" | b"sowt", 1) => id::CODEC_ID_PCM_S8,
        (b"none" | b"twos", 2) => id::CODEC_ID_PCM_S16BE,
        (b"none" | b"twos", 3) | (b"in24", _) => id::CODEC_ID_PCM_S24BE,
        (b"none" | b"twos", 4) | (b"in32", _) => id::CODEC_ID_PCM_S32BE,
        (b"sowt", 2) => id::CODEC_ID_PCM_S16LE,
        (b"sowt", 3) | (b"42ni", _) => id::CODEC_ID_PCM_S24LE,
        (b"sowt", 4) | (b"23ni", _) => id::CODEC_ID_PCM_S32LE,
        (b"fl32", _) => id::CODEC_ID_PCM_F32BE,
        (b"fl64", _) => id::CODEC_ID_PCM_F64BE,
        (b"alaw", _) => id::CODEC_ID_PCM_ALAW,
        (b"ulaw", _) => id::CODEC_ID_PCM_MULAW,
        (b"none" | b"twos" | b"sowt", _) => {
            return Err(malformed("aiff", None, &format!("samples of {bits} bits make no sense")));
        }
        _ => {
            let name: String = kind.iter().filter(|c| c.is_ascii_graphic()).map(|&c| char::from(c)).collect();
            return Err(unsupported("aiff", Some(&name), &format!("audio of the compression type {name:?}")));
        }
    })
}

/// A sample rate as an 80-bit float (IEEE 754 extended); 0 for what is not a positive number.
fn extended(bytes: &[u8]) -> u32 {
    let exponent = i32::from(be_u16(bytes, 0).unwrap_or(0)) - 16_383;
    let mantissa = be_u64(bytes, 2).unwrap_or(0);
    // 63 bits of the mantissa lie behind the point.
    match 63 - exponent {
        shift @ 32..=63 => (((mantissa >> (shift - 1)) + 1) >> 1).try_into().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_extended_rates() {
        assert_eq!(extended(&[0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]), 44_100);
        assert_eq!(extended(&[0x40, 0x0f, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]), 96_000);
        assert_eq!(extended(&[0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0]), 8_000);
        assert_eq!(extended(&[0; 10]), 0);
        assert_eq!(extended(&[0xff; 10]), 0);
        assert_eq!(extended(&[0x7f; 10]), 0);
    }
}
