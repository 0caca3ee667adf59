//! Sections, as mir_eval.segment compares them.

use std::collections::HashMap;

use super::{Hits, at, events};
use crate::Span;

/// Seconds from one frame to the next, where frames are compared.
const FRAME: f64 = 0.1;

/// How the labels of two annotations go together over frames of 0.1 s.
pub struct Contingency {
    /// Frames of each true label, each estimated one, and each pair of both.
    truth: HashMap<String, usize>,
    estimate: HashMap<String, usize>,
    both: HashMap<(String, String), usize>,
    n_frames: usize,
}

impl Contingency {
    /// Of the first `duration` seconds. What has no label has the empty one.
    #[must_use]
    pub fn of(truth: &[Span], estimate: &[Span], duration: f64) -> Self {
        let label =
            |spans: &[Span], time: f64| at(spans, time).map_or_else(String::new, |span| span.label.clone());
        let n_frames = (duration / FRAME) as usize;
        let mut counts =
            Self { truth: HashMap::new(), estimate: HashMap::new(), both: HashMap::new(), n_frames };
        for i in 0..n_frames {
            let time = i as f64 * FRAME;
            let pair = (label(truth, time), label(estimate, time));
            *counts.truth.entry(pair.0.clone()).or_default() += 1;
            *counts.estimate.entry(pair.1.clone()).or_default() += 1;
            *counts.both.entry(pair).or_default() += 1;
        }
        counts
    }

    /// `mir_eval.segment.pairwise`: pairs of frames with the same label.
    #[must_use]
    pub fn pairwise(&self) -> Hits {
        fn pairs<K>(counts: &HashMap<K, usize>) -> f64 {
            counts.values().map(|&n| n * n.saturating_sub(1) / 2).sum::<usize>() as f64
        }
        Hits::new(pairs(&self.both), pairs(&self.estimate), pairs(&self.truth))
    }

    /// `mir_eval.segment.nce`: how far no true label is split over estimated ones (over), and none is merged with
    /// others (under), each in [0, 1], 1 being best; 0 where there is one label only.
    #[must_use]
    pub fn entropies(&self) -> (f64, f64) {
        let n = self.n_frames.max(1) as f64;
        // Sorted, so that the sum is the same in every run.
        let mut both: Vec<_> = self.both.iter().collect();
        both.sort();
        let conditional = |given: &dyn Fn(&(String, String)) -> usize| -> f64 {
            both.iter()
                .map(|&(pair, &n_both)| -(n_both as f64 / n) * (n_both as f64 / given(pair) as f64).log2())
                .sum()
        };
        let score = |entropy: f64, n_labels: usize| {
            if n_labels > 1 { 1.0 - entropy / (n_labels as f64).log2() } else { 0.0 }
        };
        (
            score(conditional(&|pair| self.truth[&pair.0]), self.estimate.len()),
            score(conditional(&|pair| self.estimate[&pair.1]), self.truth.len()),
        )
    }
}

/// `mir_eval.segment.pairwise`: over frames of 0.1 s, pairs of frames with the same label.
#[must_use]
pub fn pairwise(truth: &[Span], estimate: &[Span], duration: f64) -> Hits {
    Contingency::of(truth, estimate, duration).pairwise()
}

/// `mir_eval.segment.detection` with `trim`: boundaries but for the first and the last, within `window` s.
#[must_use]
pub fn boundaries(truth: &[Span], estimate: &[Span], window: f64) -> Hits {
    let inner = |spans: &[Span]| -> Vec<f64> { spans.iter().skip(1).map(|span| span.start).collect() };
    events(&inner(truth), &inner(estimate), window)
}

/// Starts and ends of spans, each once, ascending.
#[must_use]
pub fn edges(spans: &[Span]) -> Vec<f64> {
    let mut edges: Vec<f64> =
        spans.iter().flat_map(|span| [span.start, span.end]).map(|time| (time * 1e5).round() / 1e5).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges
}

/// `mir_eval.segment.deviation`: the median distance in seconds from a boundary of `from` to the nearest of `to`;
/// `None` if one has none.
#[must_use]
pub fn deviation(from: &[f64], to: &[f64]) -> Option<f64> {
    let nearest = |time: &f64| to.iter().map(|other| (other - time).abs()).min_by(f64::total_cmp);
    let mut distances = from.iter().map(nearest).collect::<Option<Vec<_>>>()?;
    distances.sort_by(f64::total_cmp);
    let n = distances.len();
    Some(0.5 * (distances.get(n.checked_sub(1)? / 2)? + distances.get(n / 2)?))
}

/// The spans of the first `duration` seconds, with what is missing at either end under labels of its own: as
/// `mir_eval.util.adjust_intervals` does before sections are compared.
#[must_use]
pub fn adjusted(spans: &[Span], duration: f64) -> Vec<Span> {
    let mut all: Vec<Span> = spans
        .iter()
        .filter(|span| span.start < duration)
        .map(|span| Span { end: span.end.min(duration), ..span.clone() })
        .collect();
    let extra = |start: f64, end: f64, label: &str| Span { start, end, label: label.to_owned() };
    match all.first() {
        Some(first) if first.start > 0.0 => all.insert(0, extra(0.0, first.start, "__T_MIN")),
        _ => {}
    }
    match all.last() {
        Some(last) if last.end < duration => all.push(extra(last.end, duration, "__T_MAX")),
        None if duration > 0.0 => all.push(extra(0.0, duration, "__T_MIN")),
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(f64, f64, &str)]) -> Vec<Span> {
        list.iter().map(|&(start, end, label)| Span { start, end, label: label.to_owned() }).collect()
    }

    #[test]
    fn boundaries_leave_the_ends_out() {
        let truth = spans(&[(0.0, 10.0, "a"), (10.0, 20.0, "b"), (20.0, 30.0, "a")]);
        let estimate = spans(&[(0.0, 10.4, "x"), (10.4, 30.0, "y")]);
        let hits = boundaries(&truth, &estimate, 0.5);
        assert_eq!((hits.precision, hits.recall), (1.0, 0.5));
        assert_eq!(boundaries(&truth, &estimate, 0.3).f, 0.0);
        assert_eq!(edges(&estimate), [0.0, 10.4, 30.0]);
        // 0 and 30 are met, 10 is missed by 0.4, 20 by 9.6.
        assert!((deviation(&edges(&truth), &edges(&estimate)).unwrap() - 0.2).abs() < 1e-9);
        assert_eq!(deviation(&[], &[1.0]), None);
    }

    #[test]
    fn pairwise_ignores_names() {
        let truth = spans(&[(0.0, 1.0, "a"), (1.0, 2.0, "b"), (2.0, 3.0, "a")]);
        let renamed = spans(&[(0.0, 1.0, "x"), (1.0, 2.0, "y"), (2.0, 3.0, "x")]);
        assert_eq!(pairwise(&truth, &renamed, 3.0).f, 1.0);
        let one = spans(&[(0.0, 3.0, "x")]);
        let hits = pairwise(&truth, &one, 3.0);
        assert_eq!(hits.recall, 1.0);
        // 20 frames of a and 10 of b: (190 + 45) of 435 pairs.
        assert!((hits.precision - 235.0 / 435.0).abs() < 1e-12);
    }

    #[test]
    fn split_and_merged_labels_are_told_apart() {
        let truth = spans(&[(0.0, 2.0, "a"), (2.0, 4.0, "b")]);
        let split = spans(&[(0.0, 1.0, "w"), (1.0, 2.0, "x"), (2.0, 3.0, "y"), (3.0, 4.0, "z")]);
        let (over, under) = Contingency::of(&truth, &split, 4.0).entropies();
        // A label is one of two, of four: half of the two bits.
        assert!((over - 0.5).abs() < 1e-12 && (under - 1.0).abs() < 1e-12, "{over} {under}");
        let (over, under) = Contingency::of(&truth, &truth, 4.0).entropies();
        assert_eq!((over, under), (1.0, 1.0));
    }

    #[test]
    fn what_is_missing_at_the_ends_is_filled() {
        let filled = adjusted(&spans(&[(1.0, 2.0, "a"), (2.0, 9.0, "b"), (9.0, 12.0, "c")]), 10.0);
        assert_eq!(
            filled,
            spans(&[(0.0, 1.0, "__T_MIN"), (1.0, 2.0, "a"), (2.0, 9.0, "b"), (9.0, 10.0, "c")])
        );
        assert_eq!(adjusted(&spans(&[(0.0, 2.0, "a")]), 3.0)[1].label, "__T_MAX");
    }
}
