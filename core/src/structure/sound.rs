//! Where something sounds: silence at the ends of a song is no music to divide.

use crate::features::TimbreFrames;

/// Silence at an end shorter than this in seconds belongs to the music.
const MIN_SILENCE: f64 = 3.0;
/// Level of silence: −70 dBFS, or 60 dB below the loud parts.
const SILENT_RMS: f32 = 3e-4;
const SILENT_SHARE: f32 = 1e-3;

/// Start and end in seconds of what sounds; `None` if nothing does.
pub(super) fn sounding_span(timbre: &TimbreFrames, duration: f64) -> Option<(f64, f64)> {
    let mut sorted = timbre.rms.clone();
    sorted.sort_by(f32::total_cmp);
    let loud = sorted.get(sorted.len() * 95 / 100).copied()?;
    let threshold = SILENT_RMS.max(SILENT_SHARE * loud);
    let first = timbre.rms.iter().position(|&rms| rms > threshold)?;
    let last = timbre.rms.iter().rposition(|&rms| rms > threshold)?;
    let start = (timbre.grid.time_of(first) - 0.5 / timbre.grid.frame_rate()).max(0.0);
    let end = (timbre.grid.time_of(last) + 0.5 / timbre.grid.frame_rate()).min(duration);
    let start = if start < MIN_SILENCE { 0.0 } else { start };
    let end = if duration - end < MIN_SILENCE { duration } else { end };
    (start < end).then_some((start, end))
}
