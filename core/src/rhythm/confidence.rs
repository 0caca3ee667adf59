//! What tells whether there is a pulse, and whether its tempo is right.

use super::Heard;
use super::candidates::{Candidate, STEADINESS};
use super::model::log_odds;

/// What tells whether the tempo is right: the probability of all candidates that have it, and the last
/// features of the best.
pub(super) fn tempo_confidence_features(best: &Candidate, probability: f64) -> Vec<f64> {
    let mut features = vec![1.0, log_odds(probability)];
    features.extend(steadiness_of(best));
    features
}

/// Names of the [`tempo_confidence_features`].
pub(super) fn tempo_confidence_names() -> Vec<&'static str> {
    let mut names = vec!["constant", "log-odds"];
    names.extend(STEADINESS);
    names
}

/// The last features of a candidate, those of [`STEADINESS`].
fn steadiness_of(candidate: &Candidate) -> &[f64] {
    &candidate.features[candidate.features.len().saturating_sub(STEADINESS.len())..]
}

/// Names of the [`pulse_features`].
pub(super) const PULSE_FEATURES: [&str; 7] =
    ["constant", "clarity", "strongest", STEADINESS[0], STEADINESS[1], "heard-mean", "heard-share"];

/// What tells a pulse from onsets that come as they please: how well the onsets repeat at the best
/// tempo and at any, and how much stronger beats are than what lies between them, on the whole and
/// where least so, and how sure the network is of them. Few, because there is little without a pulse to learn from.
pub(super) fn pulse_features(heard: &Heard, best: &Candidate) -> Vec<f64> {
    let (autocorrelation, _) = heard.tempogram.means();
    let strongest = autocorrelation.iter().copied().fold(0.0f32, f32::max);
    let mut features = vec![1.0, f64::from(heard.tempogram.clarity()), f64::from(strongest)];
    features.extend(steadiness_of(best).iter().take(2));
    let odds = &heard.evidence.heard.beat;
    let heard_at = |beat: &usize| {
        let near =
            &odds[beat.saturating_sub(SURE_REACH).min(odds.len())..(beat + SURE_REACH + 1).min(odds.len())];
        near.iter().copied().fold(-MOST_SURE, f32::max).min(MOST_SURE)
    };
    let sure: Vec<f32> = best.beats.iter().map(heard_at).collect();
    let n = sure.len().max(1) as f64;
    features.push(sure.iter().map(|odds| f64::from(*odds)).sum::<f64>() / n);
    features.push(sure.iter().filter(|odds| **odds > 0.0).count() as f64 / n);
    features
}

/// Frames around a beat in which the network may hear it.
const SURE_REACH: usize = 4;
/// Largest log odds that count.
const MOST_SURE: f32 = 6.0;
