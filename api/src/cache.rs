//! Reports in the key-value store: under which key, in which form, and for how long.
//!
//! The store has a fixed number of places, and a report has one of them by its fingerprint; another
//! one takes it over. So the store never grows beyond what the operator allows, and nothing has to
//! be found and deleted.

use std::io::{Read, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sectionist_core::{ANALYSIS_VERSION, AnalysisParams, FileHint};

/// Version of the form of values.
const LAYOUT: u8 = 1;

/// Largest value in bytes: what Spin's stores take.
pub const MAX_VALUE: usize = 1_000_000;

/// Largest report, not compressed, in bytes.
const MAX_REPORT: usize = 64 << 20;

/// Layout, fingerprint, time.
const HEAD: usize = 1 + 32 + 8;

/// Hashes an upload as it arrives.
#[derive(Debug, Clone, Default)]
pub struct ContentHash(blake3::Hasher);

impl ContentHash {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// What stands for the analysis of these bytes by `params`: everything that numbers depend on.
    /// The parts and the format of the answer are not among it.
    #[must_use]
    pub fn fingerprint(&self, params: &AnalysisParams) -> Fingerprint {
        let AnalysisParams {
            quality,
            style,
            sensitivity,
            min_section,
            tempo_min,
            tempo_max,
            chord_vocabulary,
            key_profile,
            include: _,
            format: _,
            limits,
        } = params;
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.0.finalize().as_bytes());
        let matters = format!(
            "{ANALYSIS_VERSION} {quality} {style} {sensitivity} {min_section} {} {} {chord_vocabulary} {key_profile} {}",
            tempo_min.get(),
            tempo_max.get(),
            limits.max_duration,
        );
        hasher.update(matters.as_bytes());
        Fingerprint(hasher.finalize())
    }
}

/// What stands for one analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(blake3::Hash);

impl Fingerprint {
    /// The key of its place among `entries`.
    #[must_use]
    pub fn key(&self, entries: u32) -> String {
        let [a, b, c, d, ..] = *self.0.as_bytes();
        format!("report/{}", u32::from_le_bytes([a, b, c, d]) % entries.max(1))
    }

    /// The entity tag of an answer made from it with these corrections, as they were sent. Weak: the same report may be compressed or not.
    #[must_use]
    pub fn etag(&self, params: &AnalysisParams, hint: &FileHint, corrections: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.0.as_bytes());
        hasher.update(format!("{} {:?}", params.format, params.include).as_bytes());
        hasher.update(format!("{:?} {:?}", hint.name, hint.mime).as_bytes());
        hasher.update(corrections);
        format!("W/\"{}\"", &hasher.finalize().to_hex()[..32])
    }

    /// The value that keeps a report, its JSON, made at `now` (since the Unix epoch). `None` if it is
    /// too large to be kept.
    #[must_use]
    pub fn pack(&self, report: &[u8], now: Duration) -> Option<Vec<u8>> {
        if report.len() > MAX_REPORT {
            return None;
        }
        let mut value = Vec::with_capacity(HEAD + report.len() / 4);
        value.push(LAYOUT);
        value.extend_from_slice(self.0.as_bytes());
        value.extend_from_slice(&now.as_secs().to_le_bytes());
        let mut encoder = DeflateEncoder::new(value, Compression::new(6));
        encoder.write_all(report).ok()?;
        encoder.finish().ok().filter(|value| value.len() <= MAX_VALUE)
    }

    /// The report that `value` keeps and its age at `now`, if it is this one and no older than `ttl`.
    #[must_use]
    pub fn unpack(&self, value: &[u8], now: Duration, ttl: Duration) -> Option<(Vec<u8>, Duration)> {
        let (head, packed) = value.split_at_checked(HEAD)?;
        let made = u64::from_le_bytes(head[HEAD - 8..].try_into().ok()?);
        if head[0] != LAYOUT || head[1..33] != *self.0.as_bytes() {
            return None;
        }
        // A report from the future is of another clock, and counts as new.
        let age = Duration::from_secs(now.as_secs().saturating_sub(made));
        if age > ttl {
            return None;
        }
        let mut report = Vec::new();
        DeflateDecoder::new(packed).take(MAX_REPORT as u64).read_to_end(&mut report).ok()?;
        Some((report, age))
    }
}

/// The entity tag of content that stands for itself. Weak, as it may be compressed or not.
#[must_use]
pub fn etag_of(content: &[u8]) -> String {
    format!("W/\"{}\"", &blake3::hash(content).to_hex()[..32])
}

/// Whether one of the tags of `If-None-Match` (its values) is `etag`, weakly compared.
#[must_use]
pub fn matches<'a>(if_none_match: impl Iterator<Item = &'a str>, etag: &str) -> bool {
    let strong = |tag: &'a str| tag.trim().trim_start_matches("W/");
    let wanted = etag.trim_start_matches("W/");
    if_none_match.flat_map(|value| value.split(',')).any(|tag| strong(tag) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_700_000_000);
    const TTL: Duration = Duration::from_secs(60);

    fn fingerprint(bytes: &[u8], pairs: &[(&str, &str)]) -> Fingerprint {
        let mut hash = ContentHash::default();
        hash.push(bytes);
        hash.fingerprint(&AnalysisParams::from_pairs(pairs.iter().copied()).unwrap())
    }

    #[test]
    fn what_numbers_depend_on_makes_another_fingerprint() {
        let plain = fingerprint(b"song", &[]);
        for pair in [
            ("quality", "fast"),
            ("style", "rock"),
            ("sensitivity", "0.6"),
            ("min_section", "5"),
            ("tempo_min", "41"),
            ("tempo_max", "299"),
            ("chord_vocabulary", "triads"),
            ("key_profile", "edma"),
        ] {
            assert_ne!(fingerprint(b"song", &[pair]), plain, "{pair:?}");
        }
        assert_ne!(fingerprint(b"sonh", &[]), plain);
        assert_eq!(fingerprint(b"song", &[("include", "key"), ("format", "midi")]), plain);
        let mut hash = ContentHash::default();
        hash.push(b"so");
        hash.push(b"ng");
        assert_eq!(hash.fingerprint(&AnalysisParams::default()), plain);
    }

    #[test]
    fn a_report_comes_back_while_it_is_young() {
        let (song, other) = (fingerprint(b"song", &[]), fingerprint(b"other", &[]));
        let report = b"{\"schema_version\":1}".repeat(1000);
        let value = song.pack(&report, NOW).unwrap();
        assert!(value.len() < 1000);
        let later = NOW + Duration::from_secs(60);
        assert_eq!(song.unpack(&value, later, TTL), Some((report.clone(), Duration::from_secs(60))));
        assert_eq!(song.unpack(&value, later + Duration::from_secs(1), TTL), None);
        assert_eq!(song.unpack(&value, NOW - Duration::from_secs(9), TTL), Some((report, Duration::ZERO)));
        assert_eq!(other.unpack(&value, NOW, TTL), None, "another one in its place");
        for cut in [0, 1, HEAD - 1, HEAD + 5] {
            assert_eq!(song.unpack(&value[..cut], NOW, TTL), None, "cut at {cut}");
        }
        let mut foreign = value;
        foreign[0] = LAYOUT + 1;
        assert_eq!(song.unpack(&foreign, NOW, TTL), None);
        assert_eq!(song.unpack(b"something else", NOW, TTL), None);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let noise: Vec<u8> =
            (0..MAX_VALUE as u32 * 2).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        let noise: Vec<u8> = noise.chunks(64).flat_map(|chunk| *blake3::hash(chunk).as_bytes()).collect();
        assert_eq!(fingerprint(b"song", &[]).pack(&noise.repeat(2), NOW), None);
    }

    #[test]
    fn tags_tell_answers_apart() {
        let song = fingerprint(b"song", &[]);
        let params = |pairs: &[(&str, &str)]| AnalysisParams::from_pairs(pairs.iter().copied()).unwrap();
        let plain = song.etag(&params(&[]), &FileHint::default(), b"");
        assert_ne!(song.etag(&params(&[("format", "midi")]), &FileHint::default(), b""), plain);
        assert_ne!(song.etag(&params(&[("include", "key")]), &FileHint::default(), b""), plain);
        assert_ne!(song.etag(&params(&[]), &FileHint::from_name("a.mp3"), b""), plain);
        assert_ne!(song.etag(&params(&[]), &FileHint::default(), b"{}"), plain);
        let matches = |value: &str| matches(std::iter::once(value), &plain);
        assert!(matches(&plain) && matches(&plain[2..]));
        assert!(matches(&format!("\"x\", {plain}")) && !matches("\"x\"") && !matches("*"));
    }
}
