//! Playlists in M3U: a path a line, relative to the playlist.

use std::path::{Path, PathBuf};

/// An entry: a file, or an address that leads elsewhere.
#[derive(Debug, PartialEq)]
pub(super) enum Entry {
    File(PathBuf),
    Address(String),
}

/// Whether a file is a playlist by its name.
pub(super) fn is_playlist(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["m3u", "m3u8"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The entries of the playlist in `bytes`, whose folder is `folder`. It is in UTF-8 or, failing that, in Latin-1.
pub(super) fn entries(bytes: &[u8], folder: &Path) -> Vec<Entry> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| entry(line, folder)).collect()
}

fn entry(line: &str, folder: &Path) -> Entry {
    if let Some(path) = line.strip_prefix("file://") {
        let path = path.strip_prefix("localhost").unwrap_or(path);
        return Entry::File(decoded(path).into());
    }
    if line.contains("://") {
        return Entry::Address(line.to_owned());
    }
    // Playlists that were written on Windows have its separators.
    let unix = line.replace('\\', "/");
    let path = if cfg!(windows) || folder.join(line).exists() { line } else { &unix };
    Entry::File(folder.join(path))
}

/// `%20` and the like as the bytes that they are.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                bytes.push(value);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paths() {
        let list = "\u{feff}#EXTM3U\r\n#EXTINF:123,Artist - Title\r\nsong one.mp3\r\n\r\nalbum\\two.mp3\nfile:///a%20b/%C3%A9.ogg\nhttp://radio.example/live\n";
        let entries = entries(list.as_bytes(), Path::new("music"));
        let file = |path: &str| Entry::File(path.into());
        assert_eq!(
            entries,
            [
                file("music/song one.mp3"),
                file("music/album/two.mp3"),
                file("/a b/é.ogg"),
                Entry::Address("http://radio.example/live".to_owned())
            ]
        );
    }

    #[test]
    fn old_playlists_are_in_latin_1() {
        assert_eq!(entries(b"caf\xe9.mp3", Path::new("")), [Entry::File("café.mp3".into())]);
    }
}
