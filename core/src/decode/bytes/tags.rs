//! Title, artist and the like: text only, bounded in number and length, never pictures.

use std::collections::BTreeMap;

use bytes::Bytes;
use symphonia::core::meta::{Metadata, MetadataReader, MetadataRevision, StandardTag};
use symphonia::default::meta::Id3v2Reader;

use crate::decode::bytes::numbers::u32_at;
use crate::decode::bytes::source::Source;

/// Longest value kept, in characters.
const MAX_VALUE: usize = 500;

/// Largest ID3v2 tag that is read for its text, in bytes. Larger ones are skipped over.
const MAX_ID3V2: usize = 16 << 20;

/// Text tags by lower-case key; the first of a key wins.
#[derive(Debug, Clone, Default)]
pub(in crate::decode) struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The tags as the report holds them.
    pub(in crate::decode) fn into_map(self) -> BTreeMap<String, String> {
        self.0
    }

    /// Adds what `others` has and this lacks.
    pub(in crate::decode) fn merge(&mut self, others: Self) {
        for (key, value) in others.0 {
            self.0.entry(key).or_insert(value);
        }
    }

    fn insert(&mut self, key: &str, value: &str) {
        let value: String = value
            .trim_matches(|c: char| c == '\0' || c.is_whitespace())
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MAX_VALUE)
            .collect();
        if !value.is_empty() {
            self.0.entry(key.to_owned()).or_insert(value);
        }
    }

    /// Adds a value in UTF-8 or, failing that, Latin-1, up to its first zero byte.
    pub(in crate::decode) fn insert_bytes(&mut self, key: &str, value: &[u8]) {
        let value = &value[..value.len().min(4 * MAX_VALUE)];
        let value = value.split(|&b| b == 0).next().unwrap_or_default();
        match std::str::from_utf8(value) {
            Ok(text) => self.insert(key, text),
            Err(_) => self.insert(key, &value.iter().map(|&b| char::from(b)).collect::<String>()),
        }
    }

    /// Reads the body of a RIFF LIST chunk, if it is of form INFO.
    pub(in crate::decode) fn read_riff_info(&mut self, list: &[u8]) {
        let Some(mut rest) = list.strip_prefix(b"INFO") else { return };
        while let (Some(kind), Some(len)) = (rest.get(..4), u32_at(rest, 4)) {
            let start = 8.min(rest.len());
            let end = start.saturating_add(len as usize).min(rest.len());
            let key = match kind {
                b"INAM" => "title",
                b"IART" => "artist",
                b"IPRD" => "album",
                b"IGNR" => "genre",
                b"ICRD" => "date",
                b"ICMT" => "comment",
                b"ITRK" | b"IPRT" => "track",
                b"ICOP" => "copyright",
                b"ISFT" => "encoder",
                b"IMUS" => "composer",
                _ => "",
            };
            if !key.is_empty() {
                self.insert_bytes(key, &rest[start..end]);
            }
            rest = &rest[end.saturating_add(len as usize & 1).min(rest.len())..];
        }
    }

    /// Reads one ID3v2 tag that fills `tag`.
    pub(in crate::decode) fn read_id3v2(&mut self, tag: &Bytes) {
        if tag.len() > MAX_ID3V2 || !tag.starts_with(b"ID3") {
            return;
        }
        let (stream, _) = Source::stream(tag.clone(), 0, true);
        if let Ok(mut reader) = Id3v2Reader::try_new(stream, Default::default())
            && let Ok(buffer) = reader.read_all()
        {
            self.read_revision(&buffer.revision);
        }
    }

    /// Reads the old 128-byte tag at the end of MP3 files.
    pub(in crate::decode) fn read_id3v1(&mut self, bytes: &[u8]) {
        let Some(tag) = bytes.last_chunk::<128>().filter(|tag| tag.starts_with(b"TAG")) else { return };
        for (key, range) in [("title", 3..33), ("artist", 33..63), ("album", 63..93), ("date", 93..97)] {
            self.insert_bytes(key, &tag[range]);
        }
    }

    /// Reads what a demuxer found.
    pub(in crate::decode) fn read_metadata(&mut self, mut metadata: Metadata<'_>) {
        if let Some(revision) = metadata.skip_to_latest() {
            self.read_revision(revision);
        }
    }

    fn read_revision(&mut self, revision: &MetadataRevision) {
        let tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
        for tag in revision.media.tags.iter().chain(tracks).filter_map(|tag| tag.std.as_ref()) {
            let (key, value): (_, &str) = match tag {
                StandardTag::TrackTitle(text) => ("title", text),
                StandardTag::Artist(text) => ("artist", text),
                StandardTag::Album(text) => ("album", text),
                StandardTag::AlbumArtist(text) => ("album_artist", text),
                StandardTag::Composer(text) => ("composer", text),
                StandardTag::Lyricist(text) => ("lyricist", text),
                StandardTag::Conductor(text) => ("conductor", text),
                StandardTag::Remixer(text) => ("remixer", text),
                StandardTag::Genre(text) => ("genre", text),
                StandardTag::Comment(text) => ("comment", text),
                StandardTag::Copyright(text) => ("copyright", text),
                StandardTag::Label(text) => ("label", text),
                StandardTag::Language(text) => ("language", text),
                StandardTag::Encoder(text) => ("encoder", text),
                StandardTag::InitialKey(text) => ("initial_key", text),
                StandardTag::Mood(text) => ("mood", text),
                StandardTag::IdentIsrc(text) => ("isrc", text),
                StandardTag::ReleaseDate(text) | StandardTag::RecordingDate(text) => ("date", text),
                StandardTag::ReleaseYear(year) | StandardTag::RecordingYear(year) => {
                    self.insert("date", &year.to_string());
                    continue;
                }
                StandardTag::TrackNumber(number) => {
                    self.insert("track", &number.to_string());
                    continue;
                }
                StandardTag::Bpm(bpm) => {
                    self.insert("bpm", &bpm.to_string());
                    continue;
                }
                _ => continue,
            };
            self.insert(key, value);
        }
    }
}

/// Length of the ID3v2 tag that starts `bytes`, with header and footer.
pub(in crate::decode) fn id3v2_len(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<10>()?;
    let valid = header.starts_with(b"ID3")
        && header[3] < 0xff
        && header[4] < 0xff
        && header[6..].iter().all(|&b| b < 0x80);
    // Four times seven bits.
    let len = header[6..].iter().fold(0, |len, &b| len << 7 | usize::from(b));
    valid.then_some(10 + len + if header[5] & 0x10 != 0 { 10 } else { 0 })
}

/// Reads the ID3v2 tags that lead the file; where they end.
pub(in crate::decode) fn read_leading(bytes: &Bytes) -> (Tags, usize) {
    let (mut tags, mut at) = (Tags::default(), 0);
    while let Some(len) = id3v2_len(&bytes[at..]) {
        let end = (at + len).min(bytes.len());
        tags.read_id3v2(&bytes.slice(at..end));
        at = end;
        // Some writers leave padding behind the tag that it does not count.
        let zeros = bytes[at..].iter().take(1 << 16).take_while(|&&b| b == 0).count();
        if zeros > 3 && at + zeros < bytes.len() {
            at += zeros;
        }
    }
    (tags, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bounded_and_clean() {
        let mut tags = Tags::default();
        tags.insert_bytes("title", b" K\xf6ln\0rest");
        tags.insert("artist", &"x".repeat(5000));
        tags.insert("artist", "second");
        tags.insert("album", " \0 ");
        let map = tags.into_map();
        assert_eq!(map["title"], "Köln");
        assert_eq!(map["artist"].len(), MAX_VALUE);
        assert!(!map.contains_key("album"));
    }

    #[test]
    fn skips_leading_tags() {
        let tag = [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), &[0; 128]].concat();
        let bytes = Bytes::from([tag.as_slice(), &tag, b"\xff\xfb"].concat());
        assert_eq!(read_leading(&bytes).1, 2 * 138);
    }

    #[test]
    fn riff_info() {
        let mut tags = Tags::default();
        tags.read_riff_info(b"INFOINAM\x03\0\0\0abc\0IART\x02\0\0\0de\xff");
        assert_eq!(
            tags.into_map().into_iter().collect::<Vec<_>>(),
            [("artist".to_owned(), "de".to_owned()), ("title".to_owned(), "abc".to_owned())]
        );
    }
}
