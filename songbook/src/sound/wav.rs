//! Samples as a WAV file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::RATE;

/// Writes mono samples as 16-bit PCM. The file appears whole or not at all.
pub(crate) fn write(path: &Path, samples: &[f32]) -> Result<()> {
    let size = (2 * samples.len()) as u32;
    let rate = RATE as u32;
    let mut bytes = Vec::with_capacity(44 + 2 * samples.len());
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(36 + size).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16u32.to_le_bytes());
    bytes.extend_from_slice(&1u16.to_le_bytes());
    bytes.extend_from_slice(&1u16.to_le_bytes());
    bytes.extend_from_slice(&rate.to_le_bytes());
    bytes.extend_from_slice(&(2 * rate).to_le_bytes());
    bytes.extend_from_slice(&2u16.to_le_bytes());
    bytes.extend_from_slice(&16u16.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&size.to_le_bytes());
    for sample in samples {
        let value = (sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16;
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    let partial = path.with_extension("wav.part");
    fs::write(&partial, bytes).with_context(|| format!("{}", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("{}", path.display()))
}
