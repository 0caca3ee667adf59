//! What can be decoded: the one table behind recognition, error messages, `/formats` and the docs.

use serde::Serialize;

/// The formats this build knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Formats {
    /// Containers that can be opened.
    pub containers: &'static [ContainerFormat],
    /// Codecs that can be decoded, by the short names of [`SourceInfo::codec`](crate::decode::SourceInfo::codec).
    pub codecs: &'static [CodecFormat],
    /// Formats that are recognised, and refused by name.
    pub recognised: &'static [RecognisedFormat],
}

/// A container that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ContainerFormat {
    /// Short name, as in [`SourceInfo::container`](crate::decode::SourceInfo::container).
    pub name: &'static str,
    /// Name for a person.
    pub title: &'static str,
    /// File name extensions, lower case, the usual one first.
    pub extensions: &'static [&'static str],
    /// MIME types, the usual one first.
    pub mime_types: &'static [&'static str],
    /// Short names of the codecs decoded in it.
    pub codecs: &'static [&'static str],
}

/// A codec that can be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodecFormat {
    /// Short name, as in [`SourceInfo::codec`](crate::decode::SourceInfo::codec).
    pub name: &'static str,
    /// Name for a person.
    pub title: &'static str,
}

/// A format that is recognised but not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecognisedFormat {
    /// Short name.
    pub name: &'static str,
    /// Name for a person, with its article: "a Monkey's Audio file".
    pub title: &'static str,
    /// File name extensions, lower case; empty for codecs that live in several containers.
    pub extensions: &'static [&'static str],
}

/// The formats this build knows.
#[must_use]
pub const fn formats() -> Formats {
    Formats { containers: CONTAINERS, codecs: CODECS, recognised: RECOGNISED }
}

/// Every format that can be opened, in words, for error messages.
pub(in crate::decode) const SUPPORTED: &str = "MP3, WAV, AIFF, M4A (AAC-LC or ALAC), FLAC, Ogg Vorbis, AAC (ADTS), CAF, and the audio of MP4, MKV and WebM";

const PCM: &[&str] = &[
    "pcm_u8",
    "pcm_s8",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s24be",
    "pcm_s32le",
    "pcm_s32be",
    "pcm_f32le",
    "pcm_f32be",
    "pcm_f64le",
    "pcm_f64be",
    "pcm_alaw",
    "pcm_mulaw",
];
const WAV_CODECS: &[&str] = &[
    "pcm_u8",
    "pcm_s16le",
    "pcm_s24le",
    "pcm_s32le",
    "pcm_f32le",
    "pcm_f64le",
    "pcm_alaw",
    "pcm_mulaw",
    "adpcm_ms",
    "adpcm_ima",
    "mp3",
];
const MP4_EXTENSIONS: &[&str] = &["m4a", "mp4", "m4b", "m4r", "m4p", "m4v", "mov", "3gp", "3g2", "alac"];
const MP4_TYPES: &[&str] = &[
    "audio/mp4",
    "audio/m4a",
    "audio/x-m4a",
    "audio/m4b",
    "audio/x-m4b",
    "audio/mp4a-latm",
    "audio/aac",
    "audio/alac",
    "audio/3gpp",
    "audio/3gpp2",
    "video/mp4",
    "video/x-m4v",
    "video/quicktime",
    "video/3gpp",
    "application/mp4",
];
const MP4_CODECS: &[&str] = &["aac", "alac", "flac", "mp3", "pcm_s16le", "pcm_s16be", "pcm_f32le"];
const MKV_CODECS: &[&str] =
    &["aac", "vorbis", "flac", "mp3", "mp2", "alac", "pcm_s16le", "pcm_s24le", "pcm_f32le"];
const MPEG_TYPES: &[&str] = &[
    "audio/mpeg",
    "audio/mp3",
    "audio/x-mp3",
    "audio/mpeg3",
    "audio/x-mpeg-3",
    "audio/x-mpeg",
    "audio/mpg",
    "audio/x-mpg",
    "audio/mp2",
    "audio/x-mp2",
    "audio/mp1",
    "video/mpeg",
];

const CONTAINERS: &[ContainerFormat] = &[
    ContainerFormat {
        name: "mp3",
        title: "MP3",
        extensions: &["mp3", "mpga", "mpa", "bit"],
        mime_types: MPEG_TYPES,
        codecs: &["mp3"],
    },
    ContainerFormat {
        name: "mp2",
        title: "MPEG audio layer II",
        extensions: &["mp2", "mpa", "mpga", "m2a", "mp3"],
        mime_types: MPEG_TYPES,
        codecs: &["mp2"],
    },
    ContainerFormat {
        name: "mp1",
        title: "MPEG audio layer I",
        extensions: &["mp1", "mpa", "mpga", "m1a", "mp2", "mp3"],
        mime_types: MPEG_TYPES,
        codecs: &["mp1"],
    },
    ContainerFormat {
        name: "wav",
        title: "WAV (also RF64, BW64 and broadcast WAV)",
        extensions: &["wav", "wave", "bwf", "rf64", "bw64"],
        mime_types: &[
            "audio/wav",
            "audio/x-wav",
            "audio/wave",
            "audio/vnd.wave",
            "audio/x-pn-wav",
            "audio/x-pn-windows-acm",
        ],
        codecs: WAV_CODECS,
    },
    ContainerFormat {
        name: "w64",
        title: "Sony Wave64",
        extensions: &["w64", "wav"],
        mime_types: &["audio/x-w64", "audio/w64", "audio/wav"],
        codecs: WAV_CODECS,
    },
    ContainerFormat {
        name: "aiff",
        title: "AIFF and AIFF-C",
        extensions: &["aiff", "aif", "aifc", "afc"],
        mime_types: &["audio/aiff", "audio/x-aiff", "audio/x-aifc", "sound/aiff", "audio/x-pn-aiff"],
        codecs: PCM,
    },
    ContainerFormat {
        name: "au",
        title: "Sun/NeXT audio",
        extensions: &["au", "snd"],
        mime_types: &["audio/basic", "audio/x-au", "audio/au"],
        codecs: PCM,
    },
    ContainerFormat {
        name: "m4a",
        title: "MPEG-4 audio",
        extensions: MP4_EXTENSIONS,
        mime_types: MP4_TYPES,
        codecs: MP4_CODECS,
    },
    ContainerFormat {
        name: "mp4",
        title: "MP4 and QuickTime (the audio track)",
        extensions: MP4_EXTENSIONS,
        mime_types: MP4_TYPES,
        codecs: MP4_CODECS,
    },
    ContainerFormat {
        name: "flac",
        title: "FLAC",
        extensions: &["flac", "fla"],
        mime_types: &["audio/flac", "audio/x-flac"],
        codecs: &["flac"],
    },
    ContainerFormat {
        name: "ogg",
        title: "Ogg (Vorbis or FLAC)",
        extensions: &["ogg", "oga", "ogv", "ogx"],
        mime_types: &[
            "audio/ogg",
            "application/ogg",
            "audio/x-ogg",
            "audio/vorbis",
            "audio/x-vorbis+ogg",
            "video/ogg",
        ],
        codecs: &["vorbis", "flac"],
    },
    ContainerFormat {
        name: "aac",
        title: "raw AAC (ADTS)",
        extensions: &["aac", "adts", "adt"],
        mime_types: &[
            "audio/aac",
            "audio/x-aac",
            "audio/aacp",
            "audio/x-hx-aac-adts",
            "audio/vnd.dlna.adts",
            "audio/adts",
        ],
        codecs: &["aac"],
    },
    ContainerFormat {
        name: "caf",
        title: "Apple Core Audio",
        extensions: &["caf"],
        mime_types: &["audio/x-caf", "audio/caf"],
        codecs: &[
            "aac",
            "alac",
            "pcm_s16le",
            "pcm_s16be",
            "pcm_s24le",
            "pcm_f32le",
            "pcm_f32be",
            "adpcm_ima",
        ],
    },
    ContainerFormat {
        name: "mkv",
        title: "Matroska (the audio track)",
        extensions: &["mkv", "mka", "mk3d", "webm"],
        mime_types: &[
            "audio/x-matroska",
            "video/x-matroska",
            "audio/matroska",
            "video/matroska",
            "audio/webm",
            "video/webm",
        ],
        codecs: MKV_CODECS,
    },
    ContainerFormat {
        name: "webm",
        title: "WebM (the audio track)",
        extensions: &["webm", "weba", "mkv", "mka"],
        mime_types: &["audio/webm", "video/webm", "audio/x-matroska", "video/x-matroska"],
        codecs: &["vorbis"],
    },
];

const CODECS: &[CodecFormat] = &[
    CodecFormat { name: "mp3", title: "MPEG audio layer III" },
    CodecFormat { name: "mp2", title: "MPEG audio layer II" },
    CodecFormat { name: "mp1", title: "MPEG audio layer I" },
    CodecFormat { name: "aac", title: "AAC-LC, up to two channels" },
    CodecFormat { name: "alac", title: "Apple Lossless" },
    CodecFormat { name: "flac", title: "FLAC" },
    CodecFormat { name: "vorbis", title: "Vorbis" },
    CodecFormat { name: "adpcm_ms", title: "Microsoft ADPCM" },
    CodecFormat { name: "adpcm_ima", title: "IMA ADPCM" },
    CodecFormat { name: "pcm_u8", title: "PCM, 8 bits, unsigned" },
    CodecFormat { name: "pcm_s8", title: "PCM, 8 bits" },
    CodecFormat { name: "pcm_s16le", title: "PCM, 16 bits" },
    CodecFormat { name: "pcm_s16be", title: "PCM, 16 bits, big endian" },
    CodecFormat { name: "pcm_s24le", title: "PCM, 24 bits" },
    CodecFormat { name: "pcm_s24be", title: "PCM, 24 bits, big endian" },
    CodecFormat { name: "pcm_s32le", title: "PCM, 32 bits" },
    CodecFormat { name: "pcm_s32be", title: "PCM, 32 bits, big endian" },
    CodecFormat { name: "pcm_f32le", title: "PCM, 32-bit float" },
    CodecFormat { name: "pcm_f32be", title: "PCM, 32-bit float, big endian" },
    CodecFormat { name: "pcm_f64le", title: "PCM, 64-bit float" },
    CodecFormat { name: "pcm_f64be", title: "PCM, 64-bit float, big endian" },
    CodecFormat { name: "pcm_alaw", title: "A-law" },
    CodecFormat { name: "pcm_mulaw", title: "µ-law" },
];

const RECOGNISED: &[RecognisedFormat] = &[
    refused("opus", "Opus audio", &["opus"]),
    refused("he-aac", "HE-AAC (AAC with spectral band replication)", &[]),
    refused("he-aac-v2", "HE-AAC v2 (AAC with parametric stereo)", &[]),
    refused("speex", "Speex audio", &["spx"]),
    refused("wma", "a Windows Media (WMA or ASF) file", &["wma", "asf", "wmv"]),
    refused("ape", "a Monkey's Audio file", &["ape", "mac"]),
    refused("wavpack", "a WavPack file", &["wv"]),
    refused("musepack", "a Musepack file", &["mpc", "mp+", "mpp"]),
    refused("dsd", "a DSD file", &["dsf", "dff"]),
    refused("tta", "a True Audio (TTA) file", &["tta"]),
    refused("tak", "a TAK file", &["tak"]),
    refused("optimfrog", "an OptimFROG file", &["ofr"]),
    refused("shorten", "a Shorten file", &["shn"]),
    refused("ac3", "a Dolby Digital (AC-3) stream", &["ac3", "eac3", "ec3"]),
    refused("dts", "a DTS stream", &["dts"]),
    refused("amr", "an AMR speech file", &["amr"]),
    refused("realmedia", "a RealMedia file", &["ra", "rm", "ram", "rmvb"]),
    refused("midi", "a MIDI file (notes, not sound)", &["mid", "midi", "kar", "rmi"]),
    refused("module", "a tracker module", &["xm", "it", "mod", "s3m"]),
    refused("flv", "a Flash video", &["flv"]),
    refused("avi", "an AVI video", &["avi"]),
    refused("mpegts", "an MPEG transport stream", &["ts", "m2ts", "mts"]),
    refused("mpegps", "an MPEG program stream", &["mpg", "mpeg", "vob"]),
    refused("jpeg", "a JPEG picture", &["jpg", "jpeg"]),
    refused("png", "a PNG picture", &["png"]),
    refused("gif", "a GIF picture", &["gif"]),
    refused("webp", "a WebP picture", &["webp"]),
    refused("bmp", "a BMP picture", &["bmp"]),
    refused("tiff", "a TIFF picture", &["tif", "tiff"]),
    refused("heif", "an HEIF or AVIF picture", &["heic", "heif", "avif"]),
    refused("pdf", "a PDF document", &["pdf"]),
    refused("zip", "a ZIP archive or office document", &["zip", "docx", "xlsx", "pptx"]),
    refused("gzip", "a gzip archive", &["gz", "tgz"]),
    refused("7z", "a 7-Zip archive", &["7z"]),
    refused("rar", "a RAR archive", &["rar"]),
    refused("executable", "a program", &["exe", "dll", "so", "wasm"]),
    refused("playlist", "a playlist, not the music itself", &["m3u", "m3u8", "pls", "cue"]),
    refused("html", "a web page", &["html", "htm"]),
    refused("xml", "an XML document", &["xml", "svg"]),
    refused("json", "a JSON document", &["json"]),
    refused("text", "a text file", &["txt", "csv", "md", "log"]),
];

const fn refused(
    name: &'static str,
    title: &'static str,
    extensions: &'static [&'static str],
) -> RecognisedFormat {
    RecognisedFormat { name, title, extensions }
}

/// The container of that short name; the first row for names that are not in the table.
pub(in crate::decode) fn container(name: &str) -> &'static ContainerFormat {
    CONTAINERS.iter().find(|container| container.name == name).unwrap_or(&CONTAINERS[0])
}

/// What a refused format is, in words.
pub(in crate::decode) fn title_of_refused(name: &str) -> &'static str {
    RECOGNISED.iter().find(|format| format.name == name).map_or("an unknown format", |format| format.title)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_codecs_known() {
        let names: Vec<_> =
            CONTAINERS.iter().map(|c| c.name).chain(RECOGNISED.iter().map(|r| r.name)).collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
        for container in CONTAINERS {
            for codec in container.codecs {
                assert!(CODECS.iter().any(|c| c.name == *codec), "{codec} of {}", container.name);
            }
            assert!(container.extensions.iter().all(|e| *e == e.to_lowercase()));
            assert!(container.mime_types.iter().all(|m| *m == m.to_lowercase() && m.contains('/')));
        }
    }

    #[test]
    fn serialises() {
        let json = serde_json::to_value(formats()).expect("serialises");
        assert_eq!(json["containers"][0]["name"], "mp3");
        assert_eq!(json["recognised"][0]["name"], "opus");
    }
}
