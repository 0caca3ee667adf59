//! What the name and the type of a file promise.

use crate::decode::contract::{FileHint, Warning};

/// What the name or type promised and the bytes, which are of `container`, did not keep.
#[must_use]
pub fn check_hint(hint: &FileHint, container: &str) -> Vec<Warning> {
    let known = crate::decode::bytes::formats::container(container);
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
