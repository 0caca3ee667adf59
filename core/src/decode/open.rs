//! From bytes to an opened track: the container's reader and what the file tells of itself.

use bytes::Bytes;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::well_known::profiles;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};

use super::demux::{BlockReader, Demuxer};
use super::formats::{self, SUPPORTED};
use super::frames::{Elementary, FrameReader};
use super::sniff::Kind;
use super::tags::Tags;
use super::{FileHint, Warning, aiff, caf, demux, mp4, riff, streams};
use crate::error::Error;

/// A track ready to decode.
pub(super) struct Opened {
    /// Short name of the container.
    pub(super) container: &'static str,
    /// What the decoder needs to know.
    pub(super) params: AudioCodecParameters,
    pub(super) demuxer: Demuxer,
    pub(super) span: Span,
    pub(super) tags: Tags,
    pub(super) warnings: Vec<Warning>,
}

/// Blocks of constant size in one stretch of a file.
pub(super) struct Blocks {
    /// Where they start in the file.
    pub(super) start: usize,
    /// Their length in bytes, as the header claims it.
    pub(super) claimed: Option<u64>,
    /// Bytes a block, not 0.
    pub(super) len: usize,
    /// Samples a channel in a block, not 0.
    pub(super) samples: u64,
}

impl Opened {
    /// A track of blocks, without priming; what the header claims beyond the file is missing.
    pub(super) fn blocks(
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
pub(super) struct Span {
    /// Time of the first sample to present: what lies before is the encoder's priming.
    pub(super) start: i64,
    /// Whether the audio begins at `start` even if its first packets are missing. If not, it begins
    /// with the first packet at or behind `start` that decodes to anything.
    pub(super) anchored: bool,
    /// Samples of priming to drop from the first packets, where the clock counts them as audio.
    pub(super) priming: i64,
    /// Time behind the last sample to present: what follows is the encoder's padding.
    pub(super) end: Option<i64>,
    /// Time at which the audio ends by the header, for limits, and to tell a cut file.
    pub(super) promised_end: Option<i64>,
}

/// A refusal of a known container whose codec or features are not supported.
pub(super) fn unsupported(container: &str, codec: Option<&str>, what: &str) -> Error {
    Error::Unsupported {
        container: Some(container.to_owned()),
        codec: codec.map(str::to_owned),
        message: format!("the file holds {what}, which cannot be decoded here; supported are {SUPPORTED}"),
    }
}

/// A refusal of a damaged file.
pub(super) fn malformed(container: &str, codec: Option<&str>, what: &str) -> Error {
    let of = codec.filter(|codec| *codec != container).map_or(String::new(), |codec| format!(" ({codec})"));
    Error::Malformed {
        container: Some(container.to_owned()),
        codec: codec.map(str::to_owned),
        message: format!("damaged {container} file{of}: {what}"),
    }
}

/// Opens the first audio track of the recognised `kind`.
pub(super) fn open(bytes: &Bytes, kind: Kind) -> Result<Opened, Error> {
    match kind {
        Kind::Empty => {
            Err(Error::Malformed { container: None, codec: None, message: "the file is empty".to_owned() })
        }
        Kind::Unknown => Err(Error::Unsupported {
            container: None,
            codec: None,
            message: format!("not a known kind of audio file; supported are {SUPPORTED}"),
        }),
        Kind::Refused(name) => Err(refused(name)),
        Kind::Wave => riff::open_wave(bytes),
        Kind::Wave64 => riff::open_wave64(bytes),
        Kind::Aiff => aiff::open_aiff(bytes),
        Kind::Au => aiff::open_au(bytes),
        Kind::Caf => caf::open(bytes),
        Kind::Mp4 => mp4::open(bytes),
        Kind::Flac => streams::open_flac(bytes),
        Kind::Ogg => streams::open_ogg(bytes),
        Kind::Matroska => streams::open_matroska(bytes),
        Kind::Elementary(kind, at) => open_elementary(bytes, kind, at),
    }
}

fn refused(name: &str) -> Error {
    // An audio format is a container and a codec of one name; a picture is neither.
    Error::Unsupported {
        container: Some(name.to_owned()),
        codec: None,
        message: format!(
            "this is {}, which cannot be decoded here; supported are {SUPPORTED}",
            formats::title_of_refused(name)
        ),
    }
}

/// Samples that an MP3 decoder's filterbank delays the audio by.
const MP3_DECODER_DELAY: i64 = 529;

/// Encoder delay of MP3 files that do not tell theirs, in samples: LAME's, by far the most common.
const MP3_USUAL_DELAY: i64 = 576;

/// Samples before the audio, in streams of a codec that do not tell them.
///
/// Any AAC encoder has at least the one frame that the first overlap takes; layers I and II delay by
/// their filterbank alone.
pub(super) const fn usual_priming(codec: AudioCodecId) -> i64 {
    match codec {
        id::CODEC_ID_AAC => 1024,
        id::CODEC_ID_MP3 => MP3_USUAL_DELAY + MP3_DECODER_DELAY,
        id::CODEC_ID_MP1 | id::CODEC_ID_MP2 => 481,
        _ => 0,
    }
}

/// Opens MPEG audio or ADTS frames, the first of them at `bytes[at..]`.
pub(super) fn open_elementary(bytes: &Bytes, kind: Elementary, at: usize) -> Result<Opened, Error> {
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

/// The first `count` positions, or as many channels without positions.
pub(super) fn channels(count: u32) -> symphonia::core::audio::Channels {
    use symphonia::core::audio::{Channels, Position};
    match count {
        1 => Channels::Positioned(Position::FRONT_LEFT),
        _ => Position::from_wave_channel_count(count)
            .map_or_else(|| Channels::Discrete(count.min(u32::from(u16::MAX)) as u16), Channels::Positioned),
    }
}

/// Short name of a codec.
pub(super) fn codec_name(codec: AudioCodecId) -> Option<&'static str> {
    Some(match codec {
        id::CODEC_ID_MP1 => "mp1",
        id::CODEC_ID_MP2 => "mp2",
        id::CODEC_ID_MP3 => "mp3",
        id::CODEC_ID_AAC => "aac",
        id::CODEC_ID_ALAC => "alac",
        id::CODEC_ID_FLAC => "flac",
        id::CODEC_ID_VORBIS => "vorbis",
        id::CODEC_ID_OPUS => "opus",
        id::CODEC_ID_SPEEX => "speex",
        id::CODEC_ID_AC3 => "ac3",
        id::CODEC_ID_EAC3 => "eac3",
        id::CODEC_ID_AC4 => "ac4",
        id::CODEC_ID_DCA => "dts",
        id::CODEC_ID_TRUEHD => "truehd",
        id::CODEC_ID_WMA => "wma",
        id::CODEC_ID_WAVPACK => "wavpack",
        id::CODEC_ID_MUSEPACK => "musepack",
        id::CODEC_ID_TTA => "tta",
        id::CODEC_ID_ADPCM_MS => "adpcm_ms",
        id::CODEC_ID_ADPCM_IMA_WAV | id::CODEC_ID_ADPCM_IMA_QT => "adpcm_ima",
        id::CODEC_ID_PCM_U8 => "pcm_u8",
        id::CODEC_ID_PCM_S8 => "pcm_s8",
        id::CODEC_ID_PCM_S16LE => "pcm_s16le",
        id::CODEC_ID_PCM_S16BE => "pcm_s16be",
        id::CODEC_ID_PCM_S24LE => "pcm_s24le",
        id::CODEC_ID_PCM_S24BE => "pcm_s24be",
        id::CODEC_ID_PCM_S32LE => "pcm_s32le",
        id::CODEC_ID_PCM_S32BE => "pcm_s32be",
        id::CODEC_ID_PCM_F32LE => "pcm_f32le",
        id::CODEC_ID_PCM_F32BE => "pcm_f32be",
        id::CODEC_ID_PCM_F64LE => "pcm_f64le",
        id::CODEC_ID_PCM_F64BE => "pcm_f64be",
        id::CODEC_ID_PCM_ALAW => "pcm_alaw",
        id::CODEC_ID_PCM_MULAW => "pcm_mulaw",
        _ => return None,
    })
}

/// Refuses AAC that its configuration says the decoder cannot do justice to.
pub(super) fn check_aac(container: &str, params: &AudioCodecParameters) -> Result<(), Error> {
    if params.codec != id::CODEC_ID_AAC {
        return Ok(());
    }
    let config = params.extra_data.as_deref().and_then(mp4::AacConfig::parse);
    match config {
        Some(config) if config.ps => {
            Err(unsupported(container, Some("he-aac-v2"), formats::title_of_refused("he-aac-v2")))
        }
        Some(config) if config.sbr => {
            Err(unsupported(container, Some("he-aac"), formats::title_of_refused("he-aac")))
        }
        Some(config) if config.object_type == 42 => Err(unsupported(container, Some("xhe-aac"), "xHE-AAC")),
        Some(config) if config.object_type != 2 => {
            Err(unsupported(container, Some("aac"), "AAC of a profile other than LC"))
        }
        Some(config) if config.channels > 2 => {
            Err(unsupported(container, Some("aac"), "AAC with more than two channels"))
        }
        None if params.profile == Some(profiles::CODEC_PROFILE_AAC_HE) => {
            Err(unsupported(container, Some("he-aac"), formats::title_of_refused("he-aac")))
        }
        _ => Ok(()),
    }
}

/// What the name or type promised and the bytes, which are of `container`, did not keep.
#[must_use]
pub fn check_hint(hint: &FileHint, container: &str) -> Vec<Warning> {
    let known = formats::container(container);
    let mut warnings = Vec::new();
    let extension = hint.name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, ext)| ext);
    if let Some(extension) = extension.map(str::to_ascii_lowercase)
        && (1..=5).contains(&extension.len())
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
        && !matches!(extension.as_str(), "bin" | "dat" | "tmp" | "part" | "blob")
        && !known.extensions.contains(&extension.as_str())
    {
        warnings.push(Warning {
            code: "wrong_extension",
            message: format!("the name ends in .{extension}, but the file is {}", known.title),
        });
    }
    let mime = hint.mime.as_deref().unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Types that say nothing of the content.
    let generic = ["application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded"];
    if mime.contains('/')
        && !mime.ends_with("/*")
        && !mime.starts_with("multipart/")
        && !generic.contains(&mime.as_str())
        && !known.mime_types.contains(&mime.as_str())
    {
        let mime: String = mime.chars().filter(|c| c.is_ascii_graphic()).take(80).collect();
        warnings.push(Warning {
            code: "wrong_type",
            message: format!("the declared type is {mime}, but the file is {}", known.title),
        });
    }
    warnings
}

/// Parameters of PCM.
pub(super) fn pcm_params(codec: AudioCodecId, sample_rate: u32, n_channels: u32) -> AudioCodecParameters {
    let mut params = AudioCodecParameters::new();
    params
        .for_codec(codec)
        .with_sample_rate(sample_rate)
        .with_channels(channels(n_channels))
        .with_max_frames_per_packet(demux::PCM_PACKET);
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_checked_against_the_bytes() {
        let codes = |name: &str, mime: &str, container| {
            let hint = FileHint { name: Some(name.to_owned()), mime: Some(mime.to_owned()) };
            check_hint(&hint, container).into_iter().map(|w| w.code).collect::<Vec<_>>()
        };
        assert!(codes("a.mp3", "audio/mpeg", "mp3").is_empty());
        assert!(codes("a.MP3", "application/octet-stream", "mp3").is_empty());
        assert!(codes("no extension", "", "mp3").is_empty());
        assert!(codes("St. Anger", "audio/*", "flac").is_empty());
        assert!(codes("a.bin", "Audio/FLAC; rate=1", "flac").is_empty());
        assert_eq!(codes("a.mp3", "audio/mpeg", "flac"), ["wrong_extension", "wrong_type"]);
        assert_eq!(codes("a.txt", "text/plain", "wav"), ["wrong_extension", "wrong_type"]);
    }
}
