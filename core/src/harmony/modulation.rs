//! Which of the changes between stretches of keys are modulations.
//!
//! The stretches come from a search that would rather find too many (key.rs): a dominant that lasts, or a
//! few bars that two keys share, looks like a change of key to it. Here each change is asked for what it
//! has to say, with learned weights, and those that say too little are taken back one by one.

use crate::sequence::arg_max;

use super::key::{KeyEvidence, KeyRun, KeyTrack, features_of, relative};
use super::numbers::Numbers;

/// Names of the signs in [`signs_of`].
pub(super) const SIGNS: [&str; N_SIGNS] = ["constant", "likelier", "better", "seconds", "related", "fifth"];
/// Number of signs in [`signs_of`].
pub(super) const N_SIGNS: usize = 6;
/// Probability that a change needs to stay. What is learned is how likely it is before any other is taken
/// back, when many a stretch is cut in pieces too short to say much; set so that of 20 songs in one key at
/// most one is given a second: a false modulation is worse than a missed one.
const ENOUGH: f32 = 0.17;

/// A stretch with what is known about its key.
#[derive(Debug, Clone)]
struct Stretch {
    run: KeyRun,
    /// Log-likelihood of each key, summed over bars, `[24]`.
    likelihood: [f32; 24],
    /// Scores of the keys by the learned weights, `[24]`.
    score: [f32; 24],
    /// How long notes sound.
    seconds: f32,
}

impl Stretch {
    fn of(evidence: &KeyEvidence<'_>, run: KeyRun, likelihood: [f32; 24], numbers: &Numbers) -> Self {
        let mut score = [0.0; 24];
        for (score, features) in score.iter_mut().zip(features_of(evidence, &run)) {
            *score = features.iter().zip(numbers.key).map(|(x, w)| x * w).sum();
        }
        let seconds = evidence.weights[run.from..run.to].iter().sum();
        Self { run, likelihood, score, seconds }
    }
}

/// What speaks for a change of key from stretch `a` to `b`: 1; how much likelier each is in its own key than
/// in the other's, the lesser of the two (root of nats); the same by the learned scores; how long the
/// shorter lasts (log of seconds); whether the keys are relative or parallel; whether they are a fifth apart.
fn signs_of(a: &Stretch, b: &Stretch) -> [f32; N_SIGNS] {
    let (from, to) = (a.run.key, b.run.key);
    let lesser = |of: &dyn Fn(&Stretch) -> [f32; 24]| {
        let (of_a, of_b) = (of(a), of(b));
        (of_a[from] - of_a[to]).min(of_b[to] - of_b[from])
    };
    let likelier = lesser(&|stretch| stretch.likelihood);
    let better = lesser(&|stretch| stretch.score);
    let is_related = relative(from) == to || from % 12 == to % 12;
    let up = (to % 12 + 12 - from % 12) % 12;
    let is_fifth = from / 12 == to / 12 && matches!(up, 5 | 7);
    [
        1.0,
        likelier.max(0.0).sqrt(),
        better.clamp(-4.0, 4.0),
        a.seconds.min(b.seconds).max(1.0).ln(),
        f32::from(u8::from(is_related)),
        f32::from(u8::from(is_fifth)),
    ]
}

/// Stretches for the runs of `track`.
fn stretches_of(
    evidence: &KeyEvidence<'_>,
    runs: &[KeyRun],
    track: &KeyTrack,
    numbers: &Numbers,
) -> Vec<Stretch> {
    let mut bar = 0;
    let mut stretches = Vec::with_capacity(runs.len());
    for run in runs {
        let mut likelihood = [0.0; 24];
        while bar < track.observation.n_rows() && track.bars[bar] < run.to {
            likelihood.iter_mut().zip(track.observation.row(bar)).for_each(|(sum, x)| *sum += x);
            bar += 1;
        }
        stretches.push(Stretch::of(evidence, *run, likelihood, numbers));
    }
    stretches
}

/// The signs of all changes between the `runs` of `track`, `[n_runs − 1]`.
#[cfg(feature = "training")]
pub(super) fn signs_of_changes(
    evidence: &KeyEvidence<'_>,
    runs: &[KeyRun],
    track: &KeyTrack,
    numbers: &Numbers,
) -> Vec<[f32; N_SIGNS]> {
    let stretches = stretches_of(evidence, runs, track, numbers);
    stretches.windows(2).map(|pair| signs_of(&pair[0], &pair[1])).collect()
}

/// Takes back the changes between the `runs` of `track` that are not likely enough, the least likely first.
pub(super) fn true_changes(
    evidence: &KeyEvidence<'_>,
    runs: &[KeyRun],
    track: &KeyTrack,
    numbers: &Numbers,
) -> Vec<KeyRun> {
    let odds = |a: &Stretch, b: &Stretch| -> f32 {
        signs_of(a, b).iter().zip(numbers.modulation).map(|(x, w)| x * w).sum()
    };
    let mut stretches = stretches_of(evidence, runs, track, numbers);
    let needed = (ENOUGH / (1.0 - ENOUGH)).ln();
    loop {
        let changes: Vec<f32> = stretches.windows(2).map(|pair| -odds(&pair[0], &pair[1])).collect();
        let least = arg_max(&changes);
        if changes.get(least).is_none_or(|&doubt| doubt <= -needed) {
            break;
        }
        let (a, b) = (&stretches[least], stretches.get(least + 1));
        let Some(b) = b else { break };
        let mut likelihood = a.likelihood;
        likelihood.iter_mut().zip(b.likelihood).for_each(|(sum, x)| *sum += x);
        let run = KeyRun { from: a.run.from, to: b.run.to, key: arg_max(&likelihood) };
        stretches[least] = Stretch::of(evidence, run, likelihood, numbers);
        stretches.remove(least + 1);
        // What has become one key is one stretch.
        let mut idx = least.saturating_sub(1);
        while idx + 1 < stretches.len() && idx <= least {
            if stretches[idx].run.key == stretches[idx + 1].run.key {
                let next = stretches.remove(idx + 1);
                let mut likelihood = stretches[idx].likelihood;
                likelihood.iter_mut().zip(next.likelihood).for_each(|(sum, x)| *sum += x);
                let run = KeyRun { to: next.run.to, ..stretches[idx].run };
                stretches[idx] = Stretch::of(evidence, run, likelihood, numbers);
            } else {
                idx += 1;
            }
        }
    }
    stretches.into_iter().map(|stretch| stretch.run).collect()
}
