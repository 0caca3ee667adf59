//! Apple Core Audio files, read here so that cut ones can be opened.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known as id;

use crate::decode::bytes::aac_config::decoder_config;
use crate::decode::bytes::formats::title_of_refused;
use crate::decode::bytes::numbers::{be_u32, be_u64};
use crate::decode::bytes::tags::Tags;
use crate::decode::containers::codecs::{channels, check_aac, codec_name, pcm_params, usual_priming};
use crate::decode::containers::elementary::open_elementary;
use crate::decode::containers::opened::{Blocks, Opened, Span, malformed, unsupported};
use crate::decode::containers::pcm::{Pcm, open_pcm};
use crate::decode::packets::blocks::TableReader;
use crate::decode::packets::demux::Demuxer;
use crate::decode::packets::frames::find_first;
use crate::error::Error;

const NAME: &str = "caf";

/// The description chunk.
struct Description {
    sample_rate: u32,
    format: [u8; 4],
    flags: u32,
    packet_len: u32,
    packet_samples: u32,
    n_channels: u32,
    bits: u32,
}

/// The packet table.
#[derive(Default)]
struct Table<'a> {
    n_packets: u64,
    valid: i64,
    priming: i64,
    sizes: &'a [u8],
}

/// Opens a CAF file.
pub(in crate::decode) fn open(bytes: &Bytes) -> Result<Opened, Error> {
    let (mut description, mut data, mut table, mut cookie, mut tags) =
        (None, None, None, None, Tags::default());
    let mut at = 8;
    while let (Some(kind), Some(len)) = (bytes.get(at..at + 4), be_u64(bytes, at + 4)) {
        let start = at + 12;
        // −1 is a data chunk up to the end of the file.
        let open_ended = len == u64::MAX;
        let end = start.saturating_add(usize::try_from(len).unwrap_or(usize::MAX));
        let body = &bytes[start..end.min(bytes.len())];
        match kind {
            b"desc" => description = describe(body),
            b"data" if data.is_none() => {
                let claimed = (!open_ended).then(|| len.saturating_sub(4));
                data = Some(((start + 4).min(bytes.len()), claimed));
            }
            b"pakt" if body.len() >= 24 => {
                table = Some(Table {
                    n_packets: be_u64(body, 0).unwrap_or(0),
                    valid: be_u64(body, 8).unwrap_or(0).cast_signed(),
                    priming: i64::from(be_u32(body, 16).unwrap_or(0).cast_signed()),
                    sizes: &body[24..],
                });
            }
            b"kuki" => cookie = Some(body),
            b"info" => read_strings(body, &mut tags),
            _ => {}
        }
        at = end.min(bytes.len());
    }
    let description = description.ok_or_else(|| malformed(NAME, None, "it has no description"))?;
    let (start, claimed) = data.ok_or_else(|| malformed(NAME, None, "it has no samples"))?;
    let Description { sample_rate, n_channels, .. } = description;
    if !(1..=u32::from(u16::MAX)).contains(&n_channels) {
        return Err(malformed(NAME, None, &format!("{n_channels} channels make no sense")));
    }
    let mut params = AudioCodecParameters::new();
    params.with_sample_rate(sample_rate).with_channels(channels(n_channels));
    match &description.format {
        b"lpcm" | b"ulaw" | b"alaw" => {
            let codec = pcm_codec(&description)?;
            open_pcm(bytes, NAME, tags, Pcm { codec, n_channels, sample_rate, start, claimed })
        }
        b"ima4" => Ok(open_ima(bytes, &description, tags, start, claimed)),
        b"aac " | b"aach" | b"aacp" | b"alac" => {
            let cookie = cookie.unwrap_or_default();
            if &description.format == b"alac" {
                params.for_codec(id::CODEC_ID_ALAC).with_extra_data(cookie.into());
            } else {
                params.for_codec(id::CODEC_ID_AAC);
                let name = if &description.format == b"aacp" { "he-aac-v2" } else { "he-aac" };
                if &description.format != b"aac " {
                    return Err(unsupported(NAME, Some(name), title_of_refused(name)));
                }
                if let Some(config) = decoder_config(cookie) {
                    params.with_extra_data(config.into());
                }
                check_aac(NAME, &params)?;
            }
            let table = table.unwrap_or_default();
            open_table(bytes, &description, params, &table, start, claimed, tags)
        }
        b".mp1" | b".mp2" | b".mp3" => {
            let body = bytes.slice(start..);
            let (kind, at) =
                find_first(&body).ok_or_else(|| malformed(NAME, Some("mp3"), "it has no frames"))?;
            Ok(Opened { container: NAME, tags, ..open_elementary(&body, kind, at)? })
        }
        other => {
            let name: String =
                other.iter().filter(|c| c.is_ascii_graphic()).map(|&c| char::from(c)).collect();
            let title = match other {
                b"opus" => title_of_refused("opus").to_owned(),
                _ => format!("audio of the type {name:?}"),
            };
            Err(unsupported(NAME, Some(&name.to_ascii_lowercase()), &title))
        }
    }
}

fn describe(body: &[u8]) -> Option<Description> {
    // Not a number, negative or too large become 0 or the largest: the limits refuse both.
    let sample_rate = f64::from_bits(be_u64(body, 0)?).round() as u32;
    Some(Description {
        sample_rate,
        format: *body.get(8..)?.first_chunk()?,
        flags: be_u32(body, 12)?,
        packet_len: be_u32(body, 16)?,
        packet_samples: be_u32(body, 20)?,
        n_channels: be_u32(body, 24)?,
        bits: be_u32(body, 28)?,
    })
}

fn pcm_codec(description: &Description) -> Result<symphonia::core::codecs::audio::AudioCodecId, Error> {
    let (float, little) = (description.flags & 1 != 0, description.flags & 2 != 0);
    Ok(match (&description.format, description.bits.div_ceil(8), float, little) {
        (b"ulaw", ..) => id::CODEC_ID_PCM_MULAW,
        (b"alaw", ..) => id::CODEC_ID_PCM_ALAW,
        (_, 4, true, true) => id::CODEC_ID_PCM_F32LE,
        (_, 4, true, false) => id::CODEC_ID_PCM_F32BE,
        (_, 8, true, true) => id::CODEC_ID_PCM_F64LE,
        (_, 8, true, false) => id::CODEC_ID_PCM_F64BE,
        (_, 1, false, _) => id::CODEC_ID_PCM_S8,
        (_, 2, false, true) => id::CODEC_ID_PCM_S16LE,
        (_, 2, false, false) => id::CODEC_ID_PCM_S16BE,
        (_, 3, false, true) => id::CODEC_ID_PCM_S24LE,
        (_, 3, false, false) => id::CODEC_ID_PCM_S24BE,
        (_, 4, false, true) => id::CODEC_ID_PCM_S32LE,
        (_, 4, false, false) => id::CODEC_ID_PCM_S32BE,
        (_, _, _, _) => {
            return Err(malformed(
                NAME,
                None,
                &format!("samples of {} bits make no sense", description.bits),
            ));
        }
    })
}

/// IMA ADPCM as QuickTime packs it: 34 bytes a channel for 64 samples.
fn open_ima(
    bytes: &Bytes,
    description: &Description,
    tags: Tags,
    start: usize,
    claimed: Option<u64>,
) -> Opened {
    const SAMPLES: u64 = 64;
    let Description { sample_rate, n_channels, .. } = *description;
    let mut params = pcm_params(id::CODEC_ID_ADPCM_IMA_QT, sample_rate, n_channels);
    params.with_frames_per_block(SAMPLES);
    let blocks = Blocks { start, claimed, len: 34 * n_channels as usize, samples: SAMPLES };
    Opened::blocks(NAME, params, tags, bytes, &blocks)
}

/// Packets by the packet table.
fn open_table(
    bytes: &Bytes,
    description: &Description,
    params: AudioCodecParameters,
    table: &Table<'_>,
    start: usize,
    claimed: Option<u64>,
    tags: Tags,
) -> Result<Opened, Error> {
    let codec = codec_name(params.codec);
    let available = bytes.len() - start;
    let len = claimed.map_or(available, |len| usize::try_from(len).unwrap_or(usize::MAX).min(available));
    let mut packets = Vec::new();
    let mut sizes = table.sizes;
    while (packets.len() as u64) < table.n_packets {
        let size = match description.packet_len {
            0 => number(&mut sizes),
            len => Some(len),
        };
        let samples = match description.packet_samples {
            0 => number(&mut sizes),
            samples => Some(samples),
        };
        // The largest AAC and ALAC packets have 4096 samples or a small multiple.
        let (Some(size), Some(samples @ ..=65_536)) = (size, samples) else { break };
        if description.packet_len != 0 && packets.len() * size as usize > len {
            break;
        }
        packets.push((size, samples));
    }
    if packets.is_empty() {
        return Err(malformed(NAME, codec, "its table of packets is missing"));
    }
    let total: i64 = packets.iter().map(|&(_, samples)| i64::from(samples)).sum();
    // An encoder that told nothing, not even in the table, has the usual priming all the same.
    let told = table.priming > 0 || table.valid > 0;
    let priming = if told { table.priming } else { usual_priming(params.codec) }.clamp(0, total);
    let end = priming.saturating_add(table.valid);
    Ok(Opened {
        container: NAME,
        params,
        span: Span {
            start: priming,
            anchored: true,
            end: (table.valid > 0 && end <= total).then_some(end),
            promised_end: Some(total),
            ..Span::default()
        },
        demuxer: Demuxer::Table(TableReader {
            bytes: bytes.slice(..start + len),
            at: start,
            packets,
            next: 0,
            time: 0,
        }),
        tags,
        warnings: Vec::new(),
    })
}

/// A number in groups of seven bits, the last without the high bit.
fn number(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value = value.checked_mul(128)? | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
}

/// The information chunk: a count, then keys and values, each ended by a zero byte.
fn read_strings(body: &[u8], tags: &mut Tags) {
    let mut strings = body.get(4..).unwrap_or_default().split(|&b| b == 0).take(200);
    while let (Some(key), Some(value)) = (strings.next(), strings.next()) {
        let key = match key.to_ascii_lowercase().as_slice() {
            b"title" => "title",
            b"artist" => "artist",
            b"album" => "album",
            b"genre" => "genre",
            b"year" | b"recorded date" | b"date" => "date",
            b"composer" => "composer",
            b"comments" | b"comment" => "comment",
            b"copyright" => "copyright",
            b"track number" | b"track" => "track",
            _ => continue,
        };
        tags.insert_bytes(key, value);
    }
}
