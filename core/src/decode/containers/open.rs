//! From bytes to an opened track: the container's reader and what the file tells of itself.

use bytes::Bytes;

use crate::decode::bytes::formats::{SUPPORTED, title_of_refused};
use crate::decode::containers::elementary::open_elementary;
use crate::decode::containers::opened::Opened;
use crate::decode::containers::sniff::Kind;
use crate::decode::containers::{aiff, caf, mp4, riff, streams};
use crate::error::Error;

/// Opens the first audio track of the recognised `kind`.
pub(in crate::decode) fn open(bytes: &Bytes, kind: Kind) -> Result<Opened, Error> {
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
            title_of_refused(name)
        ),
    }
}
