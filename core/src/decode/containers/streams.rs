//! FLAC, Ogg and Matroska, by symphonia's demuxers.

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::{FormatOptions, FormatReader, Track};
use symphonia::default::formats::{FlacReader, MkvReader, OggReader};

use crate::decode::bytes::source::Source;
use crate::decode::bytes::tags::Tags;
use crate::decode::containers::codecs::{check_aac, codec_name, usual_priming};
use crate::decode::containers::opened::{Opened, Span, malformed, unsupported};
use crate::decode::packets::container::Container;
use crate::decode::packets::demux::Demuxer;
use crate::decode::packets::packet::ticks_to_samples;
use crate::error::Error;

/// Opens native FLAC.
pub(in crate::decode) fn open_flac(bytes: &Bytes) -> Result<Opened, Error> {
    let (stream, read) = Source::stream(bytes.clone(), 0, true);
    let reader = FlacReader::try_new(stream, FormatOptions::default())
        .map_err(|error| cannot_open("flac", Some("flac"), &error))?;
    open_reader("flac", Box::new(reader), read, true)
}

/// Opens Ogg with Vorbis or FLAC in it.
pub(in crate::decode) fn open_ogg(bytes: &Bytes) -> Result<Opened, Error> {
    let codecs: Vec<_> = first_packets(bytes).map(codec_in_ogg).collect();
    if !codecs.iter().any(|codec| matches!(codec, Some("vorbis" | "flac"))) {
        return Err(match codecs.into_iter().flatten().next() {
            Some("opus") => unsupported("ogg", Some("opus"), "Opus audio"),
            Some("speex") => unsupported("ogg", Some("speex"), "Speex audio"),
            Some(codec) => unsupported("ogg", Some(codec), &format!("{codec}, and no audio")),
            None => unsupported("ogg", None, "audio of an unknown kind"),
        });
    }
    let open = |seekable| {
        let (stream, read) = Source::stream(bytes.clone(), 0, seekable);
        OggReader::try_new(stream, FormatOptions::default()).map(|reader| (reader, read))
    };
    // A seekable source is searched for the last page, which a cut file lacks.
    let (reader, read) = open(true)
        .or_else(|_| open(false))
        .map_err(|error| cannot_open("ogg", codecs.into_iter().flatten().next(), &error))?;
    open_reader("ogg", Box::new(reader), read, false)
}

/// Opens Matroska and WebM.
pub(in crate::decode) fn open_matroska(bytes: &Bytes) -> Result<Opened, Error> {
    let head = &bytes[..bytes.len().min(64)];
    let name = if head.windows(4).any(|word| word == b"webm") { "webm" } else { "mkv" };
    // Cut files claim to be longer. Read as if the source could not seek, the index at the end,
    // which may be missing, is not asked for; only files with the tracks at the end need it.
    let open = |seekable| {
        let claimed_len = matroska_len(bytes);
        let (stream, read) = Source::stream(bytes.clone(), claimed_len, seekable);
        MkvReader::try_new(stream, FormatOptions::default()).map(|reader| (reader, read))
    };
    let (reader, read) =
        open(false).or_else(|_| open(true)).map_err(|error| cannot_open(name, None, &error))?;
    open_reader(name, Box::new(reader), read, false)
}

/// Length that the segment claims, with what is before it.
fn matroska_len(bytes: &[u8]) -> u64 {
    let mut at = 0;
    for _ in 0..2 {
        let Some(&first) = bytes.get(at) else { return 0 };
        // The number of leading zeros is the number of further bytes, of identifier and of size.
        let size_at = at + first.leading_zeros() as usize + 1;
        let Some(&first) = bytes.get(size_at) else { return 0 };
        let width = first.leading_zeros() as usize + 1;
        let Some(size) = bytes.get(size_at..size_at + width).filter(|_| width <= 8) else { return 0 };
        let mask = (1_u64 << (7 * width)) - 1;
        let value = size.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)) & mask;
        let start = size_at + width;
        if value == mask {
            return bytes.len() as u64;
        }
        let end = (start as u64).saturating_add(value);
        match usize::try_from(end) {
            Ok(end) if end < bytes.len() => at = end,
            _ => return end,
        }
    }
    at as u64
}

/// The first packet of each logical stream: the bodies of the pages that start one.
fn first_packets(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let page = bytes.get(at..)?;
        (page.starts_with(b"OggS") && page.get(5)? & 2 != 0).then_some(())?;
        let segments = page.get(27..27 + usize::from(*page.get(26)?))?;
        let start = 27 + segments.len();
        let len: usize = segments.iter().map(|&len| usize::from(len)).sum();
        at += start + len;
        Some(&page[start.min(page.len())..(start + len).min(page.len())])
    })
    .take(32)
}

fn codec_in_ogg(packet: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\x01vorbis", "vorbis"),
        (b"\x7fFLAC", "flac"),
        (b"OpusHead", "opus"),
        (b"Speex   ", "speex"),
        (b"\x80theora", "theora"),
        (b"fishead\0", "skeleton"),
        (b"CELT    ", "celt"),
        (b"PCM     ", "pcm"),
        (b"BBCD\0", "dirac"),
    ];
    MAGIC.iter().find(|(magic, _)| packet.starts_with(magic)).map(|&(_, codec)| codec)
}

fn cannot_open(container: &str, codec: Option<&str>, error: &SymphoniaError) -> Error {
    match error {
        SymphoniaError::IoError(_) => malformed(container, codec, "it ends before the audio starts"),
        SymphoniaError::Unsupported(what) => {
            unsupported(container, codec, &format!("something unusual ({what})"))
        }
        error => malformed(container, codec, &format!("its header cannot be read ({error})")),
    }
}

/// Takes the first audio track that can be decoded.
fn open_reader(
    container: &'static str,
    mut reader: Box<dyn FormatReader>,
    read: std::sync::Arc<std::sync::atomic::AtomicU64>,
    anchored: bool,
) -> Result<Opened, Error> {
    let mut tags = Tags::default();
    tags.read_metadata(reader.metadata());
    let track = choose(&*reader).ok_or_else(|| refuse(container, &*reader))?;
    let params =
        audio_params(track).cloned().ok_or_else(|| malformed(container, None, "it holds no audio"))?;
    check_aac(container, &params)?;
    let time_base = track.time_base;
    let sample_rate = params.sample_rate.unwrap_or(0);
    let info = reader.media_info();
    // Matroska tells the duration of the whole, in its own time base.
    let (ticks, base) = match track.duration {
        Some(duration) => (Some(duration), time_base),
        None => (info.duration, info.time_base),
    };
    let promised_end = ticks
        .and_then(|duration| i64::try_from(duration.get()).ok())
        .filter(|&ticks| ticks > 0 && track.start_ts.get() <= 0)
        .map(|ticks| ticks_to_samples(ticks, base, sample_rate));
    // Ogg's clock leaves the priming out; Matroska's tells none of its lossy codecs'.
    let priming = if container == "ogg" { 0 } else { usual_priming(params.codec) };
    let span = Span { anchored, priming, promised_end, ..Span::default() };
    let track_id = track.id;
    Ok(Opened {
        container,
        params,
        demuxer: Demuxer::Symphonia(Container { reader, track_id, time_base, sample_rate, read }),
        span,
        tags,
        warnings: Vec::new(),
    })
}

/// The first audio track with a decoder.
pub(in crate::decode) fn choose(reader: &dyn FormatReader) -> Option<&Track> {
    let codecs = symphonia::default::get_codecs();
    reader.tracks().iter().find(|track| {
        audio_params(track).is_some_and(|params| codecs.get_audio_decoder(params.codec).is_some())
    })
}

pub(in crate::decode) fn audio_params(track: &Track) -> Option<&AudioCodecParameters> {
    track.codec_params.as_ref()?.audio()
}

fn refuse(container: &str, reader: &dyn FormatReader) -> Error {
    match reader.tracks().iter().filter_map(audio_params).map(|params| params.codec).next() {
        Some(codec) => {
            let name = codec_name(codec);
            let title = match name {
                Some("opus") => "Opus audio".to_owned(),
                Some(name) => format!("{name} audio"),
                None => "audio of an unknown kind".to_owned(),
            };
            unsupported(container, name, &title)
        }
        None => malformed(container, None, "it holds no audio track of a known kind"),
    }
}
