//! Cue points in WAV files: where sections start, with their names, for the editors, samplers and DAWs that read
//! them.

use super::Report;
use super::export::cue_points;
use crate::error::Error;
use crate::params::Part;

/// Identifiers of chunks are four bytes, and so are lengths.
const HEAD: usize = 8;

/// A copy of a WAV file with a cue point at each section of `report`, labelled with its name, in chunks `cue ` and
/// `LIST adtl` after the others. Cue points and labels that were there are replaced; nothing else changes, the
/// sound least of all. O(length).
///
/// # Errors
/// [`Error::Unsupported`] if it is no WAV file, [`Error::Malformed`] if it has no format or no sound, or is larger than
/// 4 GiB with them.
pub fn with_cues(wav: &[u8], report: &Report) -> Result<Vec<u8>, Error> {
    if wav.len() < 12 || &wav[..4] != b"RIFF" || &wav[8..12] != b"WAVE" {
        return Err(Error::Unsupported {
            container: None,
            codec: None,
            message: "cue points are written into WAV files (RIFF) only".to_owned(),
        });
    }
    let mut out = wav[..12].to_vec();
    let (mut rate, mut has_sound) = (None, false);
    let mut at = 12;
    while at + HEAD <= wav.len() {
        let id = &wav[at..at + 4];
        let length = u32::from_le_bytes([wav[at + 4], wav[at + 5], wav[at + 6], wav[at + 7]]) as usize;
        let start = at + HEAD;
        // A length that is not known yet, or wrong, reaches to the end.
        let end = start.saturating_add(length).min(wav.len());
        let content = &wav[start..end];
        if id == b"fmt " && content.len() >= 8 {
            rate = Some(u32::from_le_bytes([content[4], content[5], content[6], content[7]]));
        }
        has_sound |= id == b"data";
        let is_old = id == b"cue " || id == b"LIST" && content.starts_with(b"adtl");
        if !is_old {
            push_chunk(&mut out, id, content)?;
        }
        at = end + length % 2;
    }
    let Some(rate) = rate.filter(|_| has_sound) else {
        return Err(malformed("the WAV file has no format or no sound"));
    };
    let asked = report.include.contains(Part::Sections);
    let points = if asked { cue_points(report) } else { Vec::new() };
    let mut cue = (points.len() as u32).to_le_bytes().to_vec();
    let mut labels = b"adtl".to_vec();
    for (id, (time, name)) in (1u32..).zip(&points) {
        // s · samples/s = samples
        let sample = (time * f64::from(rate)).round().clamp(0.0, f64::from(u32::MAX)) as u32;
        for number in [id, sample] {
            cue.extend(number.to_le_bytes());
        }
        cue.extend(b"data");
        for number in [0, 0, sample] {
            cue.extend(number.to_le_bytes());
        }
        let mut label = id.to_le_bytes().to_vec();
        label.extend(name.as_bytes());
        label.push(0);
        push_chunk(&mut labels, b"labl", &label)?;
    }
    push_chunk(&mut out, b"cue ", &cue)?;
    push_chunk(&mut out, b"LIST", &labels)?;
    let length = u32::try_from(out.len() - HEAD).map_err(|_| malformed(TOO_LARGE))?;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

const TOO_LARGE: &str = "the WAV file would be larger than 4 GiB";

fn push_chunk(out: &mut Vec<u8>, id: &[u8], content: &[u8]) -> Result<(), Error> {
    let length = u32::try_from(content.len()).map_err(|_| malformed(TOO_LARGE))?;
    out.extend(id);
    out.extend(length.to_le_bytes());
    out.extend(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
    Ok(())
}

fn malformed(message: &str) -> Error {
    Error::Malformed { container: Some("wav".to_owned()), codec: None, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::export::samples;
    use super::*;

    /// A WAV file of 16-bit samples at 8000 Hz, with a chunk that nobody knows.
    fn wav(n_samples: u32) -> Vec<u8> {
        let mut wav = b"RIFF\0\0\0\0WAVE".to_vec();
        let fmt = [1u16.to_le_bytes(), 1u16.to_le_bytes()].concat();
        let rates = [8000u32.to_le_bytes(), 16_000u32.to_le_bytes()].concat();
        let depth = [2u16.to_le_bytes(), 16u16.to_le_bytes()].concat();
        push_chunk(&mut wav, b"fmt ", &[fmt, rates, depth].concat()).unwrap();
        push_chunk(&mut wav, b"odd ", b"abc").unwrap();
        push_chunk(&mut wav, b"data", &vec![7; 2 * n_samples as usize]).unwrap();
        let length = wav.len() as u32 - 8;
        wav[4..8].copy_from_slice(&length.to_le_bytes());
        wav
    }

    #[test]
    fn sections_become_cue_points_and_nothing_else_changes() {
        let plain = wav(100);
        let cued = with_cues(&plain, &samples::song()).unwrap();
        assert_eq!(cued[12..plain.len()], plain[12..]);
        assert_eq!(u32::from_le_bytes(cued[4..8].try_into().unwrap()) as usize, cued.len() - 8);
        let added = &cued[plain.len()..];
        assert_eq!(&added[..12], b"cue \x7c\0\0\0\x05\0\0\0", "five points of 24 bytes");
        // The second: 9 s at 8000 Hz.
        assert_eq!(added[12 + 24..12 + 32], [2, 0, 0, 0, 0x40, 0x19, 0x01, 0]);
        assert!(added.windows(8).any(|bytes| bytes == b"Verse 1\0"));
        assert_eq!(with_cues(&cued, &samples::song()).unwrap(), cued, "old ones are replaced");
    }

    #[test]
    fn what_is_no_wav_is_refused_and_nothing_panics() {
        assert!(matches!(with_cues(b"ID3", &samples::song()), Err(Error::Unsupported { .. })));
        assert!(matches!(with_cues(b"RIFF\0\0\0\0WAVE", &samples::song()), Err(Error::Malformed { .. })));
        let whole = wav(20);
        for length in 0..whole.len() {
            let _ = with_cues(&whole[..length], &samples::song());
        }
        for report in [samples::odd_texts(), samples::broken(), samples::silence()] {
            assert!(with_cues(&whole, &report).is_ok());
        }
    }
}
