//! mir_eval's metrics (Raffel et al. 2014), as `docs/ACCURACY.md` uses them too.

mod chord;
mod continuity;
mod segment;

pub use chord::{
    inversions, is_chord, majmin, no_chord, quality, root, segmentation, sevenths, tetrads, thirds, triads,
};
pub use continuity::{Continuity, continuity};
pub use segment::{Contingency, adjusted, boundaries, deviation, edges, pairwise};

use crate::Span;

/// Precision, recall and their harmonic mean, each in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hits {
    /// Share of the estimates that are right.
    pub precision: f64,
    /// Share of the truth that was found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f: f64,
}

impl Hits {
    fn new(hits: f64, n_estimated: f64, n_true: f64) -> Self {
        let share = |n: f64| if n > 0.0 { hits / n } else { 0.0 };
        let (precision, recall) = (share(n_estimated), share(n_true));
        let f = if hits > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        Self { precision, recall, f }
    }
}

/// Largest number of pairs of a true and an estimated event no further apart than `window` seconds.
///
/// Both lists ascend, so taking the first that fits is a maximum matching.
fn matched(truth: &[f64], estimate: &[f64], window: f64) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < truth.len() && j < estimate.len() {
        // Each side of the window by itself, as mir_eval rounds.
        if estimate[j] < truth[i] - window {
            j += 1;
        } else if estimate[j] > truth[i] + window {
            i += 1;
        } else {
            (i, j, n) = (i + 1, j + 1, n + 1);
        }
    }
    n
}

/// Events matched within `window` seconds.
#[must_use]
pub fn events(truth: &[f64], estimate: &[f64], window: f64) -> Hits {
    Hits::new(matched(truth, estimate, window) as f64, estimate.len() as f64, truth.len() as f64)
}

/// mir_eval drops the beats of the first five seconds.
const BEAT_TRIM: f64 = 5.0;

/// `mir_eval.beat.f_measure` after `trim_beats`: within 70 ms.
#[must_use]
pub fn beats(truth: &[f64], estimate: &[f64]) -> Hits {
    events(&trimmed(truth), &trimmed(estimate), 0.07)
}

/// Beats after the first five seconds.
fn trimmed(beats: &[f64]) -> Vec<f64> {
    beats.iter().copied().filter(|&time| time >= BEAT_TRIM).collect()
}

/// Whether the estimated tempo is within 4 % of `factor` times the true one, for one of `factors`.
#[must_use]
pub fn tempo(truth: f64, estimate: f64, factors: &[f64]) -> bool {
    factors.iter().any(|factor| (estimate - truth * factor).abs() <= 0.04 * truth * factor)
}

/// Factors of Acc2: the levels that people tap instead.
pub const OCTAVES: [f64; 5] = [1.0, 2.0, 3.0, 0.5, 1.0 / 3.0];

/// Share of the time in which the estimated label is the true one.
#[must_use]
pub fn agreement(truth: &[Span], estimate: &[Span]) -> f64 {
    weighted(truth, estimate, |a, b| Some(b.is_some_and(|b| a == b))).unwrap_or(0.0)
}

/// Share of the time in which the estimated key is the true one, however they are spelled.
#[must_use]
pub fn keys(truth: &[Span], estimate: &[Span]) -> f64 {
    weighted(truth, estimate, |a, b| Some(b.is_some_and(|b| same_key(a, b)))).unwrap_or(0.0)
}

/// Share of the time that `same` says yes to, of that for which it says anything; `None` if there is none.
fn weighted(
    truth: &[Span],
    estimate: &[Span],
    same: impl Fn(&str, Option<&str>) -> Option<bool>,
) -> Option<f64> {
    let mut edges: Vec<f64> = truth.iter().chain(estimate).flat_map(|span| [span.start, span.end]).collect();
    edges.sort_by(f64::total_cmp);
    let (mut right, mut all) = (0.0, 0.0);
    for edge in edges.windows(2) {
        let middle = 0.5 * (edge[0] + edge[1]);
        let Some(expected) = at(truth, middle) else { continue };
        let given = at(estimate, middle).map(|span| span.label.as_str());
        if let Some(same) = same(&expected.label, given) {
            all += edge[1] - edge[0];
            right += f64::from(u8::from(same)) * (edge[1] - edge[0]);
        }
    }
    (all > 0.0).then(|| right / all)
}

/// Whether an event is within `window` seconds of `time`.
#[must_use]
pub fn near(events: &[f64], time: f64, window: f64) -> bool {
    events.iter().any(|event| (event - time).abs() <= window)
}

/// Pitch class of the tonic and mode of a key like `C# minor`.
fn parsed_key(key: &str) -> Option<(i32, &str)> {
    let (tonic, mode) = key.split_once(' ')?;
    ["major", "minor"].contains(&mode).then_some((chord::pitch_class(tonic)?, mode))
}

/// Whether two keys are the same, however they are spelled.
#[must_use]
pub fn same_key(a: &str, b: &str) -> bool {
    parsed_key(a).is_some() && parsed_key(a) == parsed_key(b)
}

/// `mir_eval.key.weighted_score`: 1 for the same key, 0.5 a fifth above, 0.3 for the relative one, 0.2 for the parallel
/// one, else 0.
#[must_use]
pub fn weighted_key(truth: &str, estimate: &str) -> f64 {
    let (Some((tonic, mode)), Some((told, told_mode))) = (parsed_key(truth), parsed_key(estimate)) else {
        return 0.0;
    };
    match ((told - tonic).rem_euclid(12), mode == told_mode) {
        (0, true) => 1.0,
        (7, true) => 0.5,
        (9, false) if mode == "major" => 0.3,
        (3, false) if mode == "minor" => 0.3,
        (0, false) => 0.2,
        _ => 0.0,
    }
}

fn at(spans: &[Span], time: f64) -> Option<&Span> {
    spans.iter().find(|span| span.start <= time && time < span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(f64, f64, &str)]) -> Vec<Span> {
        list.iter().map(|&(start, end, label)| Span { start, end, label: label.to_owned() }).collect()
    }

    #[test]
    fn events_are_matched_once_each() {
        // Both estimates are near the first event; only one may count.
        let hits = events(&[1.0, 2.0], &[0.98, 1.03], 0.07);
        assert_eq!((hits.precision, hits.recall), (0.5, 0.5));
        // The nearest pairing would leave one out; the largest matching does not.
        assert_eq!(matched(&[1.0, 1.05], &[1.04, 1.1], 0.07), 2);
        assert_eq!(matched(&[], &[1.0], 0.07), 0);
        // The window is closed.
        assert_eq!(matched(&[1.0], &[1.5], 0.5), 1);
    }

    #[test]
    fn early_beats_do_not_count() {
        let truth: Vec<f64> = (0..20).map(|i| f64::from(i) * 0.5).collect();
        assert_eq!(beats(&truth, &truth[10..]).f, 1.0);
        assert_eq!(beats(&truth, &[]).f, 0.0);
        // Twice as many beats: precision halves.
        let double: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.25).collect();
        let hits = beats(&truth, &double);
        assert_eq!((hits.precision, hits.recall), (0.5, 1.0));
    }

    #[test]
    fn tempo_octaves() {
        assert!(tempo(120.0, 124.0, &[1.0]));
        assert!(!tempo(120.0, 126.0, &[1.0]));
        assert!(tempo(120.0, 60.5, &OCTAVES));
        assert!(!tempo(120.0, 80.0, &OCTAVES));
    }

    #[test]
    fn keys_are_the_same_in_any_spelling() {
        assert!(same_key("C# minor", "Db minor"));
        assert!(!same_key("C# minor", "C# major"));
        assert!(!same_key("nothing", "nothing"));
    }

    #[test]
    fn keys_that_are_near_count_in_part() {
        let scores = ["C major", "G major", "A minor", "C minor", "F major", "D minor", ""]
            .map(|told| weighted_key("C major", told));
        assert_eq!(scores, [1.0, 0.5, 0.3, 0.2, 0.0, 0.0, 0.0]);
        assert_eq!(weighted_key("A minor", "C major"), 0.3);
    }

    #[test]
    fn agreement_is_a_share_of_time() {
        let truth = spans(&[(0.0, 3.0, "C major"), (3.0, 4.0, "D major")]);
        assert_eq!(agreement(&truth, &spans(&[(0.0, 4.0, "C major")])), 0.75);
        assert_eq!(agreement(&truth, &[]), 0.0);
    }
}
