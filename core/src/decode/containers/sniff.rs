//! Recognition by magic number.

use crate::decode::bytes::boxes::boxes;
use crate::decode::containers::riff::W64_RIFF;
use crate::decode::packets::frames::{Elementary, find_first};

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) enum Kind {
    /// No bytes.
    Empty,
    /// RIFF, RF64 or BW64 of form WAVE.
    Wave,
    /// Sony Wave64.
    Wave64,
    /// AIFF or AIFF-C.
    Aiff,
    /// Sun audio.
    Au,
    /// ISO base media: MP4, M4A, QuickTime.
    Mp4,
    /// Native FLAC.
    Flac,
    /// Ogg.
    Ogg,
    /// Matroska or WebM.
    Matroska,
    /// Core Audio.
    Caf,
    /// MPEG audio or ADTS frames, the first at this offset.
    Elementary(Elementary, usize),
    /// Something known that is not decoded, by its short name.
    Refused(&'static str),
    /// Nothing known.
    Unknown,
}

/// Recognises `body`: the bytes behind any leading tags.
pub(in crate::decode) fn sniff(body: &[u8]) -> Kind {
    if body.is_empty() {
        return Kind::Empty;
    }
    if let Some(kind) = magic(body) {
        return kind;
    }
    if let Some((elementary, at)) = find_first(body) {
        return Kind::Elementary(elementary, at);
    }
    weak_magic(body).or_else(|| text(body)).map_or(Kind::Unknown, Kind::Refused)
}

fn magic(body: &[u8]) -> Option<Kind> {
    let form = body.get(8..12);
    match body.get(..4)? {
        b"RIFF" | b"RF64" | b"BW64" => match form? {
            b"WAVE" => Some(Kind::Wave),
            b"AVI " => Some(Kind::Refused("avi")),
            b"WEBP" => Some(Kind::Refused("webp")),
            b"RMID" => Some(Kind::Refused("midi")),
            _ => None,
        },
        b"riff" if body.get(..16)? == W64_RIFF => Some(Kind::Wave64),
        b"FORM" => matches!(form?, b"AIFF" | b"AIFC").then_some(Kind::Aiff),
        b".snd" => Some(Kind::Au),
        b"fLaC" => Some(Kind::Flac),
        b"OggS" => Some(Kind::Ogg),
        b"caff" => Some(Kind::Caf),
        [0x1a, 0x45, 0xdf, 0xa3] => Some(Kind::Matroska),
        _ if body.get(4..8) == Some(b"ftyp") => Some(match form? {
            b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis" => Kind::Refused("heif"),
            _ => Kind::Mp4,
        }),
        // QuickTime files from before `ftyp` existed, and files that lost it.
        _ if matches!(
            body.get(4..8).unwrap_or_default(),
            b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot"
        ) && looks_like_boxes(body) =>
        {
            Some(Kind::Mp4)
        }
        _ => strong_magic(body).map(Kind::Refused),
    }
}

/// A chain of at least two boxes with known types, or one that spans the file.
fn looks_like_boxes(body: &[u8]) -> bool {
    boxes(body).take(8).any(|atom| &atom.kind == b"moov")
}

/// Long or distinctive signatures of formats that are not decoded.
fn strong_magic(body: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (&[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], "wma"),
        (b"MAC ", "ape"),
        (b"MACF", "ape"),
        (b"wvpk", "wavpack"),
        (b"MPCK", "musepack"),
        (b"MP+", "musepack"),
        (b"DSD ", "dsd"),
        (b"FRM8", "dsd"),
        (b"TTA1", "tta"),
        (b"TTA2", "tta"),
        (b"tBaK", "tak"),
        (b"OFR ", "optimfrog"),
        (b"ajkg", "shorten"),
        (&[0x7f, 0xfe, 0x80, 0x01], "dts"),
        (&[0xfe, 0x7f, 0x01, 0x80], "dts"),
        (b"#!AMR", "amr"),
        (b".RMF", "realmedia"),
        (b".ra\xfd", "realmedia"),
        (b"MThd", "midi"),
        (b"Extended Module:", "module"),
        (b"IMPM", "module"),
        (b"FLV\x01", "flv"),
        (&[0x00, 0x00, 0x01, 0xba], "mpegps"),
        (&[0x00, 0x00, 0x01, 0xb3], "mpegps"),
        (&[0xff, 0xd8, 0xff], "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF8", "gif"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"%PDF", "pdf"),
        (b"PK\x03\x04", "zip"),
        (&[0x1f, 0x8b, 0x08], "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"\x7fELF", "executable"),
        (b"\0asm", "executable"),
        (b"#EXTM3U", "playlist"),
        (b"[playlist]", "playlist"),
    ];
    MAGIC.iter().find(|(magic, _)| body.starts_with(magic)).map(|&(_, name)| name)
}

/// Short signatures, asked only when no MPEG or ADTS frames were found.
fn weak_magic(body: &[u8]) -> Option<&'static str> {
    if body.len() > 188 * 3 && [0, 188, 376].iter().all(|&at| body[at] == 0x47) {
        return Some("mpegts");
    }
    match body.get(..2)? {
        [0x0b, 0x77] => Some("ac3"),
        b"BM" if body.len() > 26 && body[14] < 128 && body[15..18] == [0, 0, 0] => Some("bmp"),
        b"MZ" => Some("executable"),
        _ => None,
    }
}

/// Kinds of text, told from the first kilobyte.
fn text(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(1024)];
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A character may be cut at the end of the kilobyte.
        Err(error) if error.valid_up_to() + 4 > start.len() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return None,
    };
    if valid.is_empty() || valid.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c'))
    {
        return None;
    }
    let head = valid.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    Some(match head {
        head if head.starts_with("<!doctype html") || head.starts_with("<html") => "html",
        head if head.starts_with("<?xml") || head.starts_with("<svg") => "xml",
        head if head.starts_with(['{', '[']) => "json",
        _ => "text",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_numbers() {
        let mut wave = *b"RIFF\0\0\0\0WAVE";
        assert_eq!(sniff(&wave), Kind::Wave);
        wave[8..].copy_from_slice(b"AVI ");
        assert_eq!(sniff(&wave), Kind::Refused("avi"));
        assert_eq!(sniff(b""), Kind::Empty);
        assert_eq!(sniff(b"fLaC\0\0\0\x22"), Kind::Flac);
        assert_eq!(sniff(b"MAC \x96\x0f"), Kind::Refused("ape"));
        assert_eq!(sniff(b"\0\0\0\x20ftypM4A \0\0"), Kind::Mp4);
        assert_eq!(sniff(b"\0\0\0\x20ftypheic\0\0"), Kind::Refused("heif"));
        assert_eq!(sniff(b"{\"a\": 1}"), Kind::Refused("json"));
        assert_eq!(sniff(b"<!DOCTYPE html><p>"), Kind::Refused("html"));
        assert_eq!(sniff("Grüße".as_bytes()), Kind::Refused("text"));
        assert_eq!(sniff(&[0x80, 0, 1, 2, 0xfe]), Kind::Unknown);
    }
}
