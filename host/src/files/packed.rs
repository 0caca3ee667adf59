//! Files as they are sent compressed: made when first asked for, and kept.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, header};

/// Smallest and largest file that is compressed, in bytes.
const SIZES: std::ops::RangeInclusive<usize> = 512..=32 << 20;

/// Most bytes of compressed files that are kept.
const MAX_KEPT: usize = 64 << 20;

/// How hard brotli tries, of 11: more takes seconds on the browser module, and saves little.
const QUALITY: i32 = 8;

/// How far back brotli looks: 2^22 bytes.
const WINDOW: i32 = 22;

/// A way to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// Its name in headers.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The best that the client takes.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let offers: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
        [Self::Brotli, Self::Gzip].into_iter().find(|coding| {
            offers.iter().any(|offer| {
                let (name, quality) = offer.split_once(';').unwrap_or((offer, "q=1"));
                let quality = quality.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok());
                name.trim().eq_ignore_ascii_case(coding.name())
                    && quality.is_some_and(|quality| quality > 0.0)
            })
        })
    }

    fn pack(self, content: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut packed = Vec::new();
        match self {
            Self::Brotli => {
                let params = brotli::enc::BrotliEncoderParams {
                    quality: QUALITY,
                    lgwin: WINDOW,
                    size_hint: content.len(),
                    ..Default::default()
                };
                brotli::BrotliCompress(&mut &*content, &mut packed, &params)?;
            }
            Self::Gzip => {
                let mut encoder = GzEncoder::new(packed, Compression::best());
                encoder.write_all(content)?;
                packed = encoder.finish()?;
            }
        }
        Ok(packed)
    }
}

/// Compressed files by path and coding.
#[derive(Default)]
pub(super) struct Packed {
    kept: Mutex<HashMap<(PathBuf, Coding), Kept>>,
    /// Held while one is made.
    making: tokio::sync::Mutex<()>,
}

struct Kept {
    /// Of the file that was compressed.
    version: String,
    content: Bytes,
}

impl Packed {
    /// The file in this coding; `None` if it cannot be read, is no smaller so, or another is being made:
    /// sending it as it is takes less long then.
    pub(super) async fn get(&self, file: &Path, version: &str, coding: Coding) -> Option<Bytes> {
        let place = (file.to_owned(), coding);
        let known =
            self.kept().get(&place).filter(|kept| kept.version == version).map(|kept| kept.content.clone());
        if let Some(content) = known {
            return Some(content).filter(|content| !content.is_empty());
        }
        let _making = self.making.try_lock().ok()?;
        let content = tokio::fs::read(file).await.ok()?;
        let packed = tokio::task::spawn_blocking(move || {
            let packed = SIZES.contains(&content.len()).then(|| coding.pack(&content).ok()).flatten();
            packed.filter(|packed| packed.len() < content.len())
        });
        // An empty one says that there is none.
        let content = Bytes::from(packed.await.ok()?.unwrap_or_default());
        let mut kept = self.kept();
        kept.remove(&place);
        if kept.values().map(|kept| kept.content.len()).sum::<usize>() + content.len() > MAX_KEPT {
            kept.clear();
        }
        kept.insert(place, Kept { version: version.to_owned(), content: content.clone() });
        drop(kept);
        Some(content).filter(|content| !content.is_empty())
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<(PathBuf, Coding), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn accepted(value: &'static str) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, http::HeaderValue::from_static(value));
        Coding::accepted(&headers)
    }

    #[test]
    fn the_best_coding_that_is_taken() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Some(Coding::Brotli));
        assert_eq!(accepted("GZIP;q=0.5, br;q=0"), Some(Coding::Gzip));
        assert_eq!(accepted("identity"), None);
        assert_eq!(accepted("br;q=often"), None);
        assert_eq!(Coding::accepted(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_packed_unpacks() {
        let content: Vec<u8> = (0..100_000u32).map(|i| (i % 1000 / 7) as u8).collect();
        let mut unpacked = Vec::new();
        let packed = Coding::Brotli.pack(&content).unwrap();
        brotli::BrotliDecompress(&mut &*packed, &mut unpacked).unwrap();
        assert!(unpacked == content && packed.len() < content.len() / 10);
        let packed = Coding::Gzip.pack(&content).unwrap();
        unpacked.clear();
        flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == content && packed.len() < content.len() / 10);
    }

    #[tokio::test]
    async fn a_changed_file_is_packed_anew() {
        let file = std::env::temp_dir().join(format!("sectionist-packed-{}", std::process::id()));
        let packed = Packed::default();
        std::fs::write(&file, "a".repeat(1000)).unwrap();
        let first = packed.get(&file, "1", Coding::Gzip).await.unwrap();
        std::fs::write(&file, "b".repeat(1000)).unwrap();
        assert_eq!(packed.get(&file, "1", Coding::Gzip).await.unwrap(), first);
        assert_ne!(packed.get(&file, "2", Coding::Gzip).await.unwrap(), first);
        std::fs::write(&file, "small").unwrap();
        assert_eq!(packed.get(&file, "3", Coding::Gzip).await, None);
        std::fs::remove_file(file).unwrap();
    }
}
