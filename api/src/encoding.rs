//! Content encodings: gzip for uploads and answers.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, MultiGzDecoder};

/// Answers shorter than this, in bytes, are sent as they are.
const WORTH_IT: usize = 1 << 10;

/// Bytes of compressed data that are decoded at a time: at most about a megabyte decoded.
const BITE: usize = 1 << 10;

/// Whether a client that sends `accept_encoding` (its values) takes gzip.
#[must_use]
pub fn accepts_gzip<'a>(accept_encoding: impl Iterator<Item = &'a str>) -> bool {
    let (mut gzip, mut any) = (None, None);
    for entry in accept_encoding.flat_map(|value| value.split(',')) {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let weight = parameters.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok());
        let wanted = weight.is_none_or(|weight| weight > 0.0);
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = Some(wanted),
            "*" => any = Some(wanted),
            _ => {}
        }
    }
    gzip.or(any).unwrap_or(false)
}

/// `content` as gzip, if it is of a kind and size that gains by it.
#[must_use]
pub fn compressed(content: &[u8], content_type: &str) -> Option<Vec<u8>> {
    let essence = content_type.split(';').next().unwrap_or_default();
    let gains = essence.starts_with("text/")
        || matches!(essence, "application/json" | "application/xml" | "audio/midi");
    if !gains || content.len() < WORTH_IT {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 3), Compression::new(5));
    encoder.write_all(content).ok()?;
    encoder.finish().ok().filter(|encoded| encoded.len() < content.len())
}

/// How the body of a request is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// As gzip.
    Gzip,
}

impl Encoding {
    /// Parses the values of `Content-Encoding`.
    ///
    /// # Errors
    /// The start of what is neither `gzip` nor `identity`, or of several encodings over each other.
    pub fn parse(content_encoding: &str) -> Result<Self, String> {
        match content_encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            other => Err(other.chars().filter(char::is_ascii_graphic).take(40).collect()),
        }
    }
}

/// What is wrong with compressed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It is no gzip, or its check sum is wrong.
    Invalid,
    /// It ends early.
    Incomplete,
}

/// Decodes gzip piece by piece.
#[derive(Debug)]
pub struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self { decoder: MultiGzDecoder::new(Vec::new()) }
    }
}

impl Gunzip {
    /// Decodes the next piece, and hands on what comes of it in parts of at most about a megabyte.
    ///
    /// # Errors
    /// `invalid` for what is no gzip; else what `take` says.
    pub fn push<E>(
        &mut self,
        piece: &[u8],
        invalid: impl Fn(Broken) -> E,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for bite in piece.chunks(BITE) {
            self.decoder
                .write_all(bite)
                .and_then(|()| self.decoder.flush())
                .map_err(|_| invalid(Broken::Invalid))?;
            self.hand_on(&mut take)?;
        }
        Ok(())
    }

    /// Checks that the data ended where it should, and hands on what is left.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish<E>(
        &mut self,
        invalid: impl Fn(Broken) -> E,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.decoder.try_finish().map_err(|_| invalid(Broken::Incomplete))?;
        self.hand_on(&mut take)
    }

    fn hand_on<E>(&mut self, take: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let decoded = self.decoder.get_mut();
        let result = take(decoded);
        decoded.clear();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(encoded: &[u8], piece: usize, max: usize) -> Result<Vec<u8>, Option<Broken>> {
        let (mut gunzip, mut decoded) = (Gunzip::default(), Vec::new());
        let mut take = |part: &[u8]| {
            decoded.extend_from_slice(part);
            if decoded.len() > max { Err(None) } else { Ok(()) }
        };
        for piece in encoded.chunks(piece) {
            gunzip.push(piece, Some, &mut take)?;
        }
        gunzip.finish(Some, &mut take)?;
        Ok(decoded)
    }

    fn song() -> Vec<u8> {
        (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 26) as u8).collect()
    }

    #[test]
    fn what_was_compressed_comes_back_in_any_pieces() {
        let song = song();
        let encoded = compressed(&song, "text/plain; charset=utf-8").unwrap();
        for piece in [1, 7, 1000, encoded.len()] {
            assert_eq!(decode(&encoded, piece, usize::MAX).as_ref(), Ok(&song));
        }
        let twice = [encoded.clone(), encoded.clone()].concat();
        assert_eq!(decode(&twice, 1000, usize::MAX).unwrap().len(), 2 * song.len());
    }

    #[test]
    fn broken_data_and_bombs_are_noticed() {
        let encoded = compressed(&song(), "text/plain").unwrap();
        assert_eq!(decode(&encoded[..encoded.len() / 2], 100, usize::MAX), Err(Some(Broken::Incomplete)));
        assert_eq!(decode(b"no gzip at all", 100, usize::MAX), Err(Some(Broken::Invalid)));
        let mut wrong = encoded.clone();
        let at = wrong.len() - 5;
        wrong[at] ^= 1;
        assert!(decode(&wrong, 100, usize::MAX).is_err());

        let bomb = compressed(&vec![0; 50_000_000], "text/plain").unwrap();
        assert!(bomb.len() < 60_000);
        let mut seen = 0;
        let mut take = |part: &[u8]| {
            seen += part.len();
            if seen > 1_000_000 { Err(None) } else { Ok(()) }
        };
        assert_eq!(Gunzip::default().push(&bomb, Some, &mut take), Err(None));
        assert!(seen < 3_000_000, "{seen}");
    }

    #[test]
    fn gzip_is_sent_to_who_takes_it() {
        let accepts = |value: &str| accepts_gzip(std::iter::once(value));
        for yes in ["gzip", "br, gzip;q=0.5", "GZIP", "*", "identity;q=0, *;q=0.1"] {
            assert!(accepts(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "gzip; q=0.0, *", "*;q=0"] {
            assert!(!accepts(no), "{no}");
        }
        assert_eq!(compressed(&[0; 5000], "audio/mpeg"), None);
        assert_eq!(compressed(b"short", "text/plain"), None);
        assert_eq!(Encoding::parse("br"), Err("br".to_owned()));
        assert_eq!(Encoding::parse("gzip, gzip"), Err("gzip,gzip".to_owned()));
        assert_eq!(Encoding::parse("X-GZIP"), Ok(Encoding::Gzip));
    }
}
