//! MP4, M4A and QuickTime.
//!
//! symphonia reads the index, for the codec's parameters and the tags. What it leaves out is read
//! here: the edit list, iTunes's gapless tag, the codec's name where it has no decoder. The packets
//! come from [`SampleReader`], since symphonia panics on offsets beyond the address space.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::units::TimeBase;
use symphonia::default::formats::IsoMp4Reader;

use crate::decode::bytes::aac_config::AacConfig;
use crate::decode::bytes::boxes::{boxes, find};
use crate::decode::bytes::numbers::{be_u32, be_u64};
use crate::decode::bytes::source::Source;
use crate::decode::bytes::tags::Tags;
use crate::decode::containers::codecs::{check_aac, codec_name, usual_priming, width};
use crate::decode::containers::opened::{Opened, Span, malformed, unsupported};
use crate::decode::packets::demux::Demuxer;
use crate::decode::packets::packet::{PCM_PACKET, ticks_to_samples};
use crate::decode::packets::samples::SampleReader;
use crate::error::Error;

/// An audio track as the boxes tell it.
struct AudioTrack<'a> {
    id: u32,
    /// Its box.
    trak: &'a [u8],
    /// Ticks a second.
    timescale: u32,
    /// Type of the sample entry.
    format: [u8; 4],
    /// Start of the audio by the edit list, in ticks.
    edit_start: Option<u64>,
    /// Length of the audio by the edit list, in seconds.
    edit_seconds: Option<f64>,
}

fn audio_tracks(moov: &[u8]) -> Vec<AudioTrack<'_>> {
    let movie_scale = find(moov, &[b"mvhd"]).and_then(header_timescale);
    boxes(moov)
        .filter(|atom| &atom.kind == b"trak")
        .take(64)
        .filter_map(|trak| {
            let handler = find(trak.body, &[b"mdia", b"hdlr"])?;
            (handler.get(8..12)? == b"soun").then_some(())?;
            let tkhd = find(trak.body, &[b"tkhd"])?;
            let id = be_u32(tkhd, if *tkhd.first()? == 1 { 20 } else { 12 })?;
            let entry = find(trak.body, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
            let (edit_start, edit_seconds) = edits(trak.body, movie_scale).unwrap_or_default();
            Some(AudioTrack {
                id,
                trak: trak.body,
                timescale: header_timescale(find(trak.body, &[b"mdia", b"mdhd"])?)?,
                format: *entry.get(12..)?.first_chunk()?,
                edit_start,
                edit_seconds,
            })
        })
        .collect()
}

/// The time scale in a movie or media header.
fn header_timescale(header: &[u8]) -> Option<u32> {
    be_u32(header, if *header.first()? == 1 { 20 } else { 12 }).filter(|&scale| scale > 0)
}

/// Start in ticks of the media and length in seconds of the one edit that presents it. Empty edits,
/// which delay a track, are skipped: our time starts with the audio.
fn edits(trak: &[u8], movie_scale: Option<u32>) -> Option<(Option<u64>, Option<f64>)> {
    let list = find(trak, &[b"edts", b"elst"])?;
    let long = *list.first()? == 1;
    let count = be_u32(list, 4)?.min(64) as usize;
    let mut presented = (0..count).filter_map(|entry| {
        let (duration, start) = if long {
            let at = 8 + entry * 20;
            (be_u64(list, at)?, be_u64(list, at + 8)?.cast_signed())
        } else {
            let at = 8 + entry * 12;
            (u64::from(be_u32(list, at)?), i64::from(be_u32(list, at + 4)?.cast_signed()))
        };
        Some((duration, u64::try_from(start).ok()?))
    });
    let (duration, start) = presented.next()?;
    let only = presented.next().is_none() && duration > 0;
    let seconds = movie_scale.filter(|_| only).map(|scale| duration as f64 / f64::from(scale));
    Some((Some(start), seconds))
}

/// Priming, padding and length in samples by iTunes's free-form tag `iTunSMPB`.
fn itunes_gapless(moov: &[u8]) -> Option<(i64, i64)> {
    let meta = find(moov, &[b"udta", b"meta"])?;
    // A full box in MP4, a plain one in QuickTime.
    let list = find(meta.get(4..)?, &[b"ilst"]).or_else(|| find(meta, &[b"ilst"]))?;
    let tag = boxes(list)
        .filter(|atom| &atom.kind == b"----")
        .find(|atom| find(atom.body, &[b"name"]).and_then(|name| name.get(4..)) == Some(b"iTunSMPB"))?;
    let text = std::str::from_utf8(find(tag.body, &[b"data"])?.get(8..)?).ok()?;
    let mut numbers = text.split_ascii_whitespace().map(|word| i64::from_str_radix(word, 16).ok());
    let (_, priming, _, length) = (numbers.next()?, numbers.next()??, numbers.next()??, numbers.next()??);
    ((0..=100_000).contains(&priming) && length >= 0).then_some((priming, length))
}

/// Opens the first audio track that can be decoded.
pub(in crate::decode) fn open(bytes: &Bytes) -> Result<Opened, Error> {
    let brand = bytes.get(8..12).unwrap_or_default();
    let Some(moov) = find(bytes, &[b"moov"]) else {
        return Err(malformed("mp4", None, "its index is missing, perhaps cut off with the end of the file"));
    };
    let video = boxes(moov).any(|trak| {
        find(trak.body, &[b"mdia", b"hdlr"]).and_then(|handler| handler.get(8..12)) == Some(b"vide")
    });
    let name = if !video && matches!(brand, b"M4A " | b"M4B " | b"M4P ") { "m4a" } else { "mp4" };
    let tracks = audio_tracks(moov);
    if tracks.is_empty() {
        return Err(malformed(name, None, "it holds no audio track"));
    }
    let claimed_len = boxes(bytes).map(|atom| atom.end).max().unwrap_or(0);
    let (mut stream, _) = Source::stream(bytes.clone(), claimed_len, true);
    // The demuxer expects to stand behind the length of the first box.
    stream_skip(&mut stream, 4);
    let mut reader = IsoMp4Reader::try_new(stream, FormatOptions::default())
        .map_err(|error| malformed(name, None, &format!("its index cannot be read ({error})")))?;

    let decodable = |track: &&AudioTrack<'_>| codec_of(&reader, track.id).is_some();
    let track = tracks.iter().find(decodable).unwrap_or(&tracks[0]);
    let Some(mut params) = codec_of(&reader, track.id) else {
        return Err(refuse(name, &track.format));
    };
    if matches!(&track.format, b"enca" | b"drms") {
        return Err(refuse(name, &track.format));
    }
    check_aac(name, &params)?;
    set_endianness(&mut params, track);
    if params.max_frames_per_packet.is_none()
        && codec_name(params.codec).is_some_and(|c| c.starts_with("pcm"))
    {
        params.with_max_frames_per_packet(PCM_PACKET);
    }
    let time_base = TimeBase::try_from_recip(track.timescale);
    let sample_rate = aac_rate(&params).or(params.sample_rate).unwrap_or(track.timescale);
    params.with_sample_rate(sample_rate);

    let mut samples = SampleReader::new(bytes, moov, track.trak, track.id, sample_rate);
    samples.time_base = time_base;
    samples.cut = claimed_len > bytes.len() as u64;
    samples.pcm_frame = pcm_frame(&params);
    let media_duration = i64::try_from(samples.table_ticks())
        .ok()
        .map(|ticks| ticks_to_samples(ticks, time_base, sample_rate))
        .filter(|&samples| samples > 0);
    let mut span = Span { anchored: true, promised_end: media_duration, ..Span::default() };
    let edit_start = track
        .edit_start
        .and_then(|ticks| i64::try_from(ticks).ok())
        .map(|ticks| ticks_to_samples(ticks, time_base, sample_rate));
    match (edit_start, itunes_gapless(moov)) {
        (None | Some(0), Some((priming, length))) => {
            span.start = priming;
            span.end = (length > 0).then(|| priming + length);
        }
        (Some(start), _) => {
            span.start = start;
            // The movie's time scale rounds, often to a millisecond.
            span.end = track.edit_seconds.map(|s| start + (s * f64::from(sample_rate)).round() as i64);
        }
        (None, None) => span.start = usual_priming(params.codec),
    }
    if media_duration.is_some_and(|total| total <= span.start) {
        span.start = 0;
    }
    span.end = span.end.filter(|&end| media_duration.is_none_or(|total| end <= total) && end > span.start);

    let mut tags = Tags::default();
    tags.read_metadata(reader.metadata());
    Ok(Opened {
        container: name,
        params,
        demuxer: Demuxer::Samples(Box::new(samples)),
        span,
        tags,
        warnings: Vec::new(),
    })
}

/// QuickTime's wide samples are big-endian unless a box says otherwise, which symphonia does not heed.
fn set_endianness(params: &mut AudioCodecParameters, track: &AudioTrack<'_>) {
    let entry = find(track.trak, &[b"mdia", b"minf", b"stbl", b"stsd"]).unwrap_or_default();
    let little = entry.windows(6).take(1024).any(|bytes| bytes == b"enda\0\x01");
    let codec = match (&track.format, little) {
        (b"in24", true) => id::CODEC_ID_PCM_S24LE,
        (b"in24", false) => id::CODEC_ID_PCM_S24BE,
        (b"in32", true) => id::CODEC_ID_PCM_S32LE,
        (b"in32", false) => id::CODEC_ID_PCM_S32BE,
        (b"fl32", true) => id::CODEC_ID_PCM_F32LE,
        (b"fl32", false) => id::CODEC_ID_PCM_F32BE,
        (b"fl64", true) => id::CODEC_ID_PCM_F64LE,
        (b"fl64", false) => id::CODEC_ID_PCM_F64BE,
        _ => return,
    };
    params.for_codec(codec);
}

/// Bytes of one sample of all channels, if the codec is PCM.
fn pcm_frame(params: &AudioCodecParameters) -> Option<usize> {
    codec_name(params.codec)?.starts_with("pcm").then_some(())?;
    Some(width(params.codec) * params.channels.as_ref()?.count())
}

fn stream_skip(stream: &mut symphonia::core::io::MediaSourceStream<'static>, bytes: u64) {
    use symphonia::core::io::ReadBytes;
    // There are at least eight bytes: the box was recognised by them.
    let _ = stream.ignore_bytes(bytes);
}

/// Parameters of the track, if its codec has a decoder.
fn codec_of(reader: &IsoMp4Reader<'_>, track_id: u32) -> Option<AudioCodecParameters> {
    let track = reader.tracks().iter().find(|track| track.id == track_id)?;
    let params = track.codec_params.as_ref()?.audio()?;
    let decodable = symphonia::default::get_codecs().get_audio_decoder(params.codec).is_some();
    decodable.then(|| params.clone())
}

/// The sample rate of AAC by its own configuration; that of the sample entry is often another.
fn aac_rate(params: &AudioCodecParameters) -> Option<u32> {
    (params.codec == id::CODEC_ID_AAC).then_some(())?;
    Some(AacConfig::parse(params.extra_data.as_deref()?)?.sample_rate)
}

fn refuse(container: &str, format: &[u8; 4]) -> Error {
    let (codec, title) = match format {
        b"Opus" => ("opus", "Opus audio"),
        b"ac-3" => ("ac3", "Dolby Digital (AC-3)"),
        b"ec-3" => ("eac3", "Dolby Digital Plus (E-AC-3)"),
        b"ac-4" => ("ac4", "Dolby AC-4"),
        b"mlpa" => ("truehd", "Dolby TrueHD"),
        b"dtsc" | b"dtse" | b"dtsh" | b"dtsl" => ("dts", "DTS"),
        b"samr" | b"sawb" => ("amr", "AMR speech"),
        b"mha1" | b"mhm1" => ("mpegh", "MPEG-H audio"),
        b"enca" | b"drms" => ("encrypted", "copy-protected (encrypted) audio"),
        b"ima4" => ("adpcm_ima", "QuickTime ADPCM"),
        b"mp4a" => ("mp4a", "MPEG-4 audio of an unknown kind"),
        _ => {
            let name: String =
                format.iter().filter(|c| c.is_ascii_graphic()).map(|&c| char::from(c)).collect();
            return unsupported(container, Some(&name), &format!("audio of the type {name:?}"));
        }
    };
    unsupported(container, Some(codec), title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_he_aac_from_lc() {
        let parse = |bytes: &[u8]| {
            AacConfig::parse(bytes).map(|c| (c.object_type, c.sample_rate, c.channels, c.sbr, c.ps))
        };
        assert_eq!(parse(&[0x12, 0x10]), Some((2, 44_100, 2, false, false)));
        // Explicit SBR (AOT 5), 22 050 Hz core, mono, extended to 44 100 Hz.
        assert_eq!(parse(&[0x2b, 0x8a, 0x08, 0x00]), Some((2, 22_050, 1, true, false)));
        // Explicit PS (AOT 29).
        assert_eq!(parse(&[0xeb, 0x8a, 0x08, 0x00]), Some((2, 22_050, 1, true, true)));
        // LC with the backward-compatible extension 0x2b7.
        assert_eq!(parse(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), Some((2, 22_050, 2, true, false)));
        assert_eq!(parse(&[]), None);
    }

    #[test]
    fn walks_boxes() {
        let file = [b"\0\0\0\x0cabcd1234".as_slice(), b"\0\0\0\0efgh56"].concat();
        let found: Vec<_> = boxes(&file).map(|atom| (atom.kind, atom.body.to_vec(), atom.end)).collect();
        assert_eq!(found, [(*b"abcd", b"1234".to_vec(), 12), (*b"efgh", b"56".to_vec(), 22)]);
        assert_eq!(boxes(&[0xff; 40]).count(), 1);
        assert_eq!(boxes(b"\0\0\0\x01abcd").count(), 0);
    }
}
