//! How much each frame speaks for a beat and for a downbeat.

use super::evidence::Evidence;
use crate::pace::Pace;

/// Evidence for a beat or a downbeat at each frame, as log likelihood ratios.
#[derive(Debug, Clone, Default)]
pub(super) struct BeatActivations {
    /// A beat against none, `[n_frames]`.
    pub(super) beat: Vec<f32>,
    /// A downbeat against another beat, `[n_frames]`.
    pub(super) downbeat: Vec<f32>,
}

/// Onset strength above which more makes no difference, in units of the local RMS.
const CAP: f32 = 4.0;
/// The same of the low band where downbeats are told apart.
const LOW_CAP: f32 = 8.0;
/// Weight of each onset band's strength for a beat, and the strength that speaks neither way.
const BEAT_WEIGHTS: [f32; 4] = [0.45, 0.15, 0.2, 0.5];
const BEAT_NEUTRAL: f32 = 1.0;

/// What tells a downbeat from other beats, each measured against the beats around.
#[derive(Debug, Clone, Copy)]
struct DownbeatCue {
    /// Standard deviation over beats: the unit.
    unit: f32,
    /// Log likelihood ratio a unit.
    weight: f32,
}

/// The bass drum and bass on the beat …
const LOW: DownbeatCue = DownbeatCue { unit: 1.22, weight: 1.0 };
/// … and, speaking against, half a beat later.
const LOW_AFTER: DownbeatCue = DownbeatCue { unit: 0.94, weight: -0.44 };
/// Change of harmony from one beat to the next, over four beats, and of the bass over two.
const CHORD: DownbeatCue = DownbeatCue { unit: 0.0525, weight: 0.8 };
const CHORD_BAR: DownbeatCue = DownbeatCue { unit: 0.0388, weight: 0.3 };
const BASS: DownbeatCue = DownbeatCue { unit: 0.0771, weight: 0.33 };
/// Log likelihood ratio of an average beat.
const DOWNBEAT_BIAS: f32 = -0.6;
/// Deviation in units above which more makes no difference.
const CUE_CAP: f32 = 3.0;
/// Beats on either side that a cue is measured against.
const CUE_REACH: isize = 12;

/// A beat against none at each frame, `[n_frames]`.
pub(super) fn beat_evidence(evidence: &Evidence) -> Vec<f32> {
    (0..evidence.n_frames())
        .map(|frame| {
            let seen: f32 =
                evidence.bands.iter().zip(BEAT_WEIGHTS).map(|(band, w)| w * band[frame].min(CAP)).sum();
            seen - BEAT_NEUTRAL
        })
        .collect()
}

/// Weighs the evidence of each frame, given the beat period in frames around it.
///
/// O(n_frames · [`CUE_REACH`]).
pub(super) async fn compute_activations(
    evidence: &Evidence,
    period_at: impl Fn(usize) -> f64,
    pace: &Pace,
) -> BeatActivations {
    let n_frames = evidence.n_frames();
    let beat = beat_evidence(evidence);

    let rate = evidence.grid.frame_rate();
    let low = widened(&evidence.bands[0], (0.04 * rate) as usize);
    let mut cues: [Vec<f32>; 4] = std::array::from_fn(|_| Vec::with_capacity(n_frames));
    for frame in 0..n_frames {
        let (time, period) = (evidence.grid.time_of(frame), period_at(frame) / rate);
        let after = (frame + (0.5 * period * rate).round() as usize).min(n_frames - 1);
        cues[0].push(LOW.weight / LOW.unit * low[frame] + LOW_AFTER.weight / LOW_AFTER.unit * low[after]);
        cues[1].push(evidence.chords.change(time, period) / CHORD.unit);
        cues[2].push(evidence.chords.change(time, 4.0 * period) / CHORD_BAR.unit);
        cues[3].push(evidence.bass.change(time, 2.0 * period) / BASS.unit);
        if frame % 1024 == 0 {
            pace.spend(1024 * 400).await;
        }
    }
    let weights = [1.0, CHORD.weight, CHORD_BAR.weight, BASS.weight];
    let mut downbeat = vec![DOWNBEAT_BIAS; n_frames];
    for (frame, sum) in downbeat.iter_mut().enumerate() {
        let period = period_at(frame);
        let comb = |step: isize| {
            let at = (frame as f64 + step as f64 * period).round();
            (at >= 0.0 && at < n_frames as f64).then_some(at as usize)
        };
        for (cue, weight) in cues.iter().zip(weights) {
            let (mut total, mut n) = (0.0, 0.0f32);
            for at in (-CUE_REACH..=CUE_REACH).filter_map(comb) {
                total += cue[at];
                n += 1.0;
            }
            *sum += weight * (cue[frame] - total / n.max(1.0)).clamp(-CUE_CAP, CUE_CAP);
        }
        if frame % 1024 == 0 {
            pace.spend(1024 * 400).await;
        }
    }
    BeatActivations { beat, downbeat }
}

/// The largest value within `reach` on either side, at most [`LOW_CAP`].
fn widened(xs: &[f32], reach: usize) -> Vec<f32> {
    (0..xs.len())
        .map(|idx| {
            let near = &xs[idx.saturating_sub(reach)..(idx + reach + 1).min(xs.len())];
            near.iter().copied().fold(0.0, f32::max).min(LOW_CAP)
        })
        .collect()
}
