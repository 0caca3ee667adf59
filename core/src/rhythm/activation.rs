//! How much each frame speaks for a beat and for a downbeat.

use super::evidence::Evidence;

/// Evidence for a beat or a downbeat at each frame, as log likelihood ratios.
#[derive(Debug, Clone, Default)]
pub(super) struct BeatActivations {
    /// A beat against none, `[n_frames]`.
    pub(super) beat: Vec<f32>,
    /// A downbeat against another beat, `[n_frames]`.
    pub(super) downbeat: Vec<f32>,
}

/// Activation above which more makes no difference, in units of the local RMS.
const CAP: f32 = 4.0;

/// Weighs the evidence of each frame. O(n_frames).
pub(super) fn compute_activations(evidence: &Evidence) -> BeatActivations {
    let n_frames = evidence.n_frames();
    let rate = evidence.grid.frame_rate();
    let around = |xs: &[f32], frame: usize, reach: usize| {
        let span = frame.saturating_sub(reach)..(frame + reach + 1).min(n_frames);
        xs[span].iter().copied().fold(0.0f32, f32::max)
    };
    let beat = (0..n_frames)
        .map(|frame| {
            let bands = &evidence.bands;
            let x = 0.35 * bands[0][frame].min(CAP)
                + 0.2 * bands[1][frame].min(CAP)
                + 0.25 * bands[2][frame].min(CAP)
                + 0.2 * bands[3][frame].min(CAP);
            1.3 * x - 1.0
        })
        .collect();
    let mean = |xs: &[f32]| xs.iter().sum::<f32>() / xs.len().max(1) as f32;
    let harmonic_unit = spread(&evidence.harmonic_change).max(1e-3);
    let bass_unit = spread(&evidence.bass_change).max(1e-3);
    let (harmonic_mean, bass_mean) = (mean(&evidence.harmonic_change), mean(&evidence.bass_change));
    let reach = (0.04 * rate) as usize;
    let downbeat = (0..n_frames)
        .map(|frame| {
            let harmonic = (evidence.harmonic_change[frame] - harmonic_mean) / harmonic_unit;
            let bass = (evidence.bass_change[frame] - bass_mean) / bass_unit;
            let low = around(&evidence.bands[0], frame, reach).min(CAP);
            let high = around(&evidence.bands[2], frame, reach).min(CAP);
            0.7 * harmonic + 0.4 * bass + 0.3 * low - 0.1 * high - 1.0
        })
        .collect();
    BeatActivations { beat, downbeat }
}

fn spread(xs: &[f32]) -> f32 {
    let n = xs.len().max(1) as f32;
    let mean = xs.iter().sum::<f32>() / n;
    (xs.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n).sqrt()
}
