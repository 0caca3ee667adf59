//! Streams without a container: MPEG audio and ADTS frames.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known as id;

use crate::decode::bytes::tags::Tags;
use crate::decode::containers::codecs::{MP3_DECODER_DELAY, channels, usual_priming};
use crate::decode::containers::opened::{Opened, Span, malformed, unsupported};
use crate::decode::contract::Warning;
use crate::decode::packets::demux::Demuxer;
use crate::decode::packets::frames::{Elementary, FrameReader};
use crate::error::Error;

/// Opens MPEG audio or ADTS frames, the first of them at `bytes[at..]`.
pub(in crate::decode) fn open_elementary(
    bytes: &Bytes,
    kind: Elementary,
    at: usize,
) -> Result<Opened, Error> {
    let (container, codec) = match kind {
        Elementary::Mpeg(1) => ("mp1", id::CODEC_ID_MP1),
        Elementary::Mpeg(2) => ("mp2", id::CODEC_ID_MP2),
        Elementary::Mpeg(_) => ("mp3", id::CODEC_ID_MP3),
        Elementary::Adts => ("aac", id::CODEC_ID_AAC),
    };
    let mut reader =
        FrameReader::new(bytes.clone(), at).ok_or_else(|| malformed(container, None, "it has no frames"))?;
    let header = *reader.header();
    let mut warnings = Vec::new();
    if kind == Elementary::Adts {
        if header.version != 2 {
            let name = ["aac-main", "aac-lc", "aac-ssr", "aac-ltp"][usize::from(header.version - 1) % 4];
            return Err(unsupported(container, Some(name), "AAC of a profile other than LC"));
        }
        if header.channels == 0 {
            return Err(unsupported(container, Some("aac"), "AAC with its own channel configuration"));
        }
        if header.sample_rate <= 24_000 {
            warnings.push(Warning {
                code: "maybe_he_aac",
                message: "raw AAC of a low sample rate: if it is HE-AAC, only its lower band was heard"
                    .to_owned(),
            });
        }
    }
    let census = reader.census();
    let samples = i64::from(header.samples);
    let total = census.frames.cast_signed().saturating_mul(samples);
    let mut span =
        Span { start: usual_priming(codec), anchored: true, promised_end: Some(total), ..Span::default() };
    if let Some(info) = reader.info() {
        if let Some(delay) = info.delay {
            span.start = i64::from(delay) + MP3_DECODER_DELAY;
        }
        if let Some(frames) = info.frames {
            // Some encoders count the info frame itself.
            let written = i64::from(frames).saturating_mul(samples);
            if written.abs_diff(total) <= samples.unsigned_abs() {
                // The decoder's delay eats of the padding.
                span.end =
                    info.padding.map(|padding| total - (i64::from(padding) - MP3_DECODER_DELAY).max(0));
            } else if total < written {
                span.promised_end = Some(written);
            }
        }
    }
    // Not so short that nothing would be left.
    if total <= span.start {
        span.start = 0;
    }
    if census.cut && span.promised_end == Some(total) {
        span.promised_end = Some(total + samples);
    }
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(codec)
        .with_sample_rate(header.sample_rate)
        .with_channels(channels(u32::from(header.channels)));
    Ok(Opened { container, params, demuxer: Demuxer::Frames(reader), span, tags: Tags::default(), warnings })
}
