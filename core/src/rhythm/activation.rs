//! How much each frame speaks for a beat.

use super::evidence::Evidence;

/// Onset strength above which more makes no difference, in units of the local RMS.
const CAP: f32 = 4.0;
/// Weight of each onset band's strength for a beat, and the strength that speaks neither way.
const BEAT_WEIGHTS: [f32; 4] = [0.45, 0.15, 0.2, 0.5];
const BEAT_NEUTRAL: f32 = 1.0;
/// Weight of the log odds that the network heard, what speaks neither way, and the largest that counts:
/// a beat that nothing sounds on is only unlikely.
const HEARD_WEIGHT: f32 = 0.6;
const HEARD_NEUTRAL: f32 = -2.0;
const HEARD_LARGEST: f32 = 4.0;
/// Weight of the onsets beside the network.
const ONSET_WEIGHT: f32 = 0.4;

/// A beat against none at each frame, `[n_frames]`.
pub(super) fn beat_evidence(evidence: &Evidence) -> Vec<f32> {
    (0..evidence.n_frames())
        .map(|frame| {
            let seen: f32 =
                evidence.bands.iter().zip(BEAT_WEIGHTS).map(|(band, w)| w * band[frame].min(CAP)).sum();
            let heard = (evidence.heard.beat[frame] - HEARD_NEUTRAL).clamp(-HEARD_LARGEST, HEARD_LARGEST);
            ONSET_WEIGHT * (seen - BEAT_NEUTRAL) + HEARD_WEIGHT * heard
        })
        .collect()
}
