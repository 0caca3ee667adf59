//! What sounds beat by beat, and after how many beats it sounds again: the beat spectrum (Foote &
//! Uchihashi 2001) of beat-synchronous rhythm and harmony.

use super::candidates::{PHASES, Profiles};
use super::evidence::Evidence;
use crate::features::onset::N_ONSET_BANDS;

/// Values of a beat's rhythm: the strength of each onset band at each phase.
const N_RHYTHM: usize = N_ONSET_BANDS * PHASES.len();
/// Values of a beat's harmony: its pitch classes in the registers of chords and of the bass.
const N_HARMONY: usize = 24;

/// Rhythm and harmony of each beat but the last.
#[derive(Debug)]
pub(super) struct BeatPatterns {
    rhythm: Vec<[f32; N_RHYTHM]>,
    harmony: Vec<[f32; N_HARMONY]>,
}

impl BeatPatterns {
    /// Of beats in frames. O(n_beats).
    pub(super) fn of(evidence: &Evidence, profiles: &Profiles, beats: &[usize]) -> Self {
        let n = beats.len().saturating_sub(1);
        let mut rhythm = vec![[0.0; N_RHYTHM]; n];
        for band in 0..N_ONSET_BANDS {
            for (k, phase) in PHASES.into_iter().enumerate() {
                let seen = profiles.at(band, beats, phase);
                rhythm.iter_mut().zip(seen).for_each(|(row, x)| row[band * PHASES.len() + k] = x as f32);
            }
        }
        let time = |frame: usize| evidence.grid.time_of(frame);
        let harmony = beats
            .windows(2)
            .map(|pair| {
                let (start, end) = (time(pair[0]), time(pair[1]));
                let (chord, bass) = (evidence.chords.share(start, end), evidence.bass.share(start, end));
                std::array::from_fn(|k| if k < 12 { chord[k] } else { bass[k - 12] } as f32)
            })
            .collect();
        Self { rhythm, harmony }
    }

    /// How much the rhythm and the harmony of the beats of `span` resemble those `lag` beats later:
    /// autocorrelations about their means, in [−1, 1]; 0 where there is nothing to compare.
    pub(super) fn repetition(&self, span: std::ops::Range<usize>, lag: usize) -> [f64; 2] {
        let end = span.end.min(self.rhythm.len());
        let span = span.start.min(end)..end;
        [autocorrelation(&self.rhythm[span.clone()], lag), autocorrelation(&self.harmony[span], lag)]
    }
}

/// Autocorrelation of a sequence of vectors about their mean.
fn autocorrelation<const N: usize>(rows: &[[f32; N]], lag: usize) -> f64 {
    let n = rows.len();
    if n < lag + 2 {
        return 0.0;
    }
    let mut mean = [0.0f32; N];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / n as f32);
    }
    let product = |a: &[f32; N], b: &[f32; N]| -> f32 {
        a.iter().zip(b).zip(&mean).map(|((a, b), m)| (a - m) * (b - m)).sum()
    };
    let energy = rows.iter().map(|row| f64::from(product(row, row))).sum::<f64>() / n as f64;
    if energy < 1e-9 {
        return 0.0;
    }
    let sum: f64 = rows.iter().zip(&rows[lag..]).map(|(a, b)| f64::from(product(a, b))).sum();
    (sum / (n - lag) as f64 / energy).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_returns_after_three_is_found_at_three() {
        let rows: Vec<[f32; 2]> =
            (0..30).map(|idx| if idx % 3 == 0 { [1.0, 0.0] } else { [0.0, (idx % 3) as f32] }).collect();
        assert!((autocorrelation(&rows, 3) - 1.0).abs() < 1e-6);
        assert!((autocorrelation(&rows, 6) - 1.0).abs() < 1e-6);
        assert!(autocorrelation(&rows, 1) < 0.0 && autocorrelation(&rows, 2) < 0.0);
        assert_eq!(autocorrelation(&[[1.0f32; 2]; 9], 2), 0.0);
        assert_eq!(autocorrelation(&rows[..3], 2), 0.0);
    }
}
