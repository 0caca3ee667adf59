//! Everything that can be scored of one annotation by another.

use crate::metrics::{self, Contingency, Hits};
use crate::{Annotation, Kind, Span};

/// A metric of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// What is compared.
    pub kind: Kind,
    /// Which metric. Those of mir_eval have the names that its `evaluate` functions give them.
    pub metric: &'static str,
    /// In [0, 1], 1 being best; deviations are in seconds.
    pub value: f64,
}

/// Scores `estimate` against `truth` in all that both tell, kind by kind.
///
/// Beats are compared from five seconds on; what is told before the first or after the last true chord or section is
/// left out, and what is not told in between counts as no chord, as mir_eval has it.
#[must_use]
pub fn compare(truth: &Annotation, estimate: &Annotation) -> Vec<Score> {
    let mut scores = Scores(Vec::new());
    if let (Some(truth), Some(estimate)) = (&truth.beats, &estimate.beats) {
        scores.beats(truth, estimate);
    }
    if let (Some(truth), Some(estimate)) = (&truth.downbeats, &estimate.downbeats) {
        scores.add(Kind::Downbeats, "F-measure", metrics::beats(truth, estimate).f);
    }
    if let (Some(truth), Some(estimate)) = (truth.tempo, estimate.tempo) {
        let right = |factors: &[f64]| f64::from(u8::from(metrics::tempo(truth, estimate, factors)));
        scores.add(Kind::Tempo, "Accuracy 1", right(&[1.0]));
        scores.add(Kind::Tempo, "Accuracy 2", right(&metrics::OCTAVES));
    }
    if let (Some(truth), Some(estimate)) = (&truth.key, &estimate.key) {
        scores.add(Kind::Key, "Weighted Score", metrics::weighted_key(truth, estimate));
    }
    if let (Some(truth), Some(estimate)) = (&truth.chords, &estimate.chords) {
        scores.chords(truth, estimate);
    }
    if let (Some(true_sections), Some(sections)) = (&truth.sections, &estimate.sections) {
        scores.sections(true_sections, sections);
        let letters = truth.groups.as_ref().unwrap_or(true_sections);
        scores.letters(letters, estimate.groups.as_ref().unwrap_or(sections));
        scores.add(Kind::Sections, "Same label", metrics::agreement(true_sections, sections));
    }
    scores.0
}

struct Scores(Vec<Score>);

impl Scores {
    fn add(&mut self, kind: Kind, metric: &'static str, value: f64) {
        self.0.push(Score { kind, metric, value });
    }

    fn beats(&mut self, truth: &[f64], estimate: &[f64]) {
        let continuity = metrics::continuity(truth, estimate);
        self.add(Kind::Beats, "F-measure", metrics::beats(truth, estimate).f);
        self.add(Kind::Beats, "Correct Metric Level Total", continuity.cmlt);
        self.add(Kind::Beats, "Any Metric Level Total", continuity.amlt);
    }

    fn chords(&mut self, truth: &[Span], estimate: &[Span]) {
        type Metric = fn(&[Span], &[Span]) -> Option<f64>;
        let metrics: [(&'static str, Metric); 6] = [
            ("root", metrics::root),
            ("thirds", metrics::thirds),
            ("triads", metrics::triads),
            ("tetrads", metrics::tetrads),
            ("majmin", metrics::majmin),
            ("sevenths", metrics::sevenths),
        ];
        for (name, metric) in metrics {
            // Where no chord of the kind sounds there is nothing to be right about.
            if let Some(value) = metric(truth, estimate) {
                self.add(Kind::Chords, name, value);
            }
        }
        let (start, end) =
            (truth.first().map_or(0.0, |span| span.start), truth.last().map_or(0.0, |span| span.end));
        let (truth, estimate) = (shifted(truth, start), shifted(estimate, start));
        let (under, over) = metrics::segmentation(&truth, &estimate, end - start);
        self.add(Kind::Chords, "underseg", under);
        self.add(Kind::Chords, "overseg", over);
        self.add(Kind::Chords, "seg", under.min(over));
    }

    fn sections(&mut self, truth: &[Span], estimate: &[Span]) {
        let duration = truth.last().map_or(0.0, |span| span.end);
        let (truth, estimate) = (metrics::adjusted(truth, duration), metrics::adjusted(estimate, duration));
        let (edges, told) = (metrics::edges(&truth), metrics::edges(&estimate));
        for (window, [p, r, f]) in [
            (0.5, ["Precision@0.5", "Recall@0.5", "F-measure@0.5"]),
            (3.0, ["Precision@3.0", "Recall@3.0", "F-measure@3.0"]),
        ] {
            self.hits([p, r, f], metrics::events(&edges, &told, window));
        }
        for (window, name) in [(0.5, "F-measure@0.5, trimmed"), (3.0, "F-measure@3.0, trimmed")] {
            self.add(Kind::Sections, name, metrics::boundaries(&truth, &estimate, window).f);
        }
        for (name, from, to) in
            [("Ref-to-est deviation", &edges, &told), ("Est-to-ref deviation", &told, &edges)]
        {
            if let Some(seconds) = metrics::deviation(from, to) {
                self.add(Kind::Sections, name, seconds);
            }
        }
    }

    fn letters(&mut self, truth: &[Span], estimate: &[Span]) {
        let duration = truth.last().map_or(0.0, |span| span.end);
        let (truth, estimate) = (metrics::adjusted(truth, duration), metrics::adjusted(estimate, duration));
        let counts = Contingency::of(&truth, &estimate, duration);
        self.hits(["Pairwise Precision", "Pairwise Recall", "Pairwise F-measure"], counts.pairwise());
        let (over, under) = counts.entropies();
        let f = if over + under > 0.0 { 2.0 * over * under / (over + under) } else { 0.0 };
        for (name, value) in [("NCE Over", over), ("NCE Under", under), ("NCE F-measure", f)] {
            self.add(Kind::Sections, name, value);
        }
    }

    fn hits(&mut self, [precision, recall, f]: [&'static str; 3], hits: Hits) {
        self.add(Kind::Sections, precision, hits.precision);
        self.add(Kind::Sections, recall, hits.recall);
        self.add(Kind::Sections, f, hits.f);
    }
}

/// The spans as they are counted from `start` on.
fn shifted(spans: &[Span], start: f64) -> Vec<Span> {
    let moved = |span: &Span| Span {
        start: (span.start - start).max(0.0),
        end: span.end - start,
        label: span.label.clone(),
    };
    spans.iter().map(moved).filter(|span| span.end > span.start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_right() {
        let span = |start, end, label: &str| Span { start, end, label: label.to_owned() };
        let song = Annotation {
            beats: Some((0..40).map(|i| f64::from(i) * 0.5).collect()),
            downbeats: Some((0..10).map(|i| f64::from(i) * 2.0).collect()),
            tempo: Some(120.0),
            key: Some("A minor".to_owned()),
            chords: Some(vec![span(0.0, 10.0, "A:min"), span(10.0, 20.0, "G:7")]),
            sections: Some(vec![span(0.0, 10.0, "verse"), span(10.0, 20.0, "chorus")]),
            groups: None,
        };
        let scores = compare(&song, &song);
        assert!(scores.len() > 25, "{scores:?}");
        for score in scores {
            let best = f64::from(u8::from(!score.metric.ends_with("deviation")));
            assert_eq!(score.value, best, "{score:?}");
        }
        assert_eq!(compare(&song, &Annotation::default()), []);
    }
}
