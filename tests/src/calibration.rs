//! Whether confidences are worth what they say: the share that is right, by how sure it was said.

use crate::fixtures::{Answers, Span};
use crate::metrics;
use serde_json::Value;

/// Answers gathered by their confidence.
#[derive(Debug, Clone, Default)]
pub struct Calibration {
    bins: [Bin; 10],
}

/// The answers of one tenth of the range of confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// Answers, or seconds of them.
    pub weight: f64,
    /// Sum of their confidences, weighted.
    confidence: f64,
    /// Weight of what is right of them.
    right: f64,
}

impl Bin {
    /// Mean confidence.
    #[must_use]
    pub fn mean_confidence(&self) -> f64 {
        self.confidence / self.weight
    }

    /// Share that is right.
    #[must_use]
    pub fn share_right(&self) -> f64 {
        self.right / self.weight
    }
}

impl Calibration {
    /// Adds an answer given with `confidence` in [0, 1] that is right by `right` in [0, 1].
    pub fn add(&mut self, confidence: f64, right: f64, weight: f64) {
        let bin = &mut self.bins[((confidence * 10.0) as usize).min(9)];
        bin.weight += weight;
        bin.confidence += weight * confidence;
        bin.right += weight * right;
    }

    /// The bins that hold answers, from unsure to sure.
    pub fn bins(&self) -> impl Iterator<Item = &Bin> {
        self.bins.iter().filter(|bin| bin.weight > 0.0)
    }

    /// Expected calibration error (Guo et al. 2017): mean distance of share and confidence.
    #[must_use]
    pub fn expected_error(&self) -> Option<f64> {
        let all: f64 = self.bins().map(|bin| bin.weight).sum();
        let off: f64 =
            self.bins().map(|bin| bin.weight * (bin.share_right() - bin.mean_confidence()).abs()).sum();
        (all > 0.0).then(|| off / all)
    }
}

/// Calibration of every kind of confidence in reports.
#[derive(Debug, Default)]
pub struct Calibrations {
    /// Of the tempo: within 4 %.
    pub tempo: Calibration,
    /// Of beats: within 70 ms.
    pub beats: Calibration,
    /// Of the key: the very key.
    pub key: Calibration,
    /// Of chords, by seconds: root and third.
    pub chords: Calibration,
    /// Of section boundaries: within half a second of an annotator's, by the share of annotators.
    pub boundaries: Calibration,
    /// Of section labels, by seconds.
    pub labels: Calibration,
}

impl Calibrations {
    /// Adds a report (schema version 1, as JSON) and its truth, whose sections each annotator sees in their way.
    ///
    /// A truth without a tempo or key is one of music that has none.
    pub fn add(&mut self, report: &Value, truth: &Answers, annotators: &[Vec<Span>]) {
        let answers = Answers::from_json(report);
        let number = |value: &Value| value.as_f64().unwrap_or(0.0);
        let yes = |right: bool| f64::from(u8::from(right));
        if let Some(estimate) = answers.tempo {
            let right = truth.tempo.is_some_and(|expected| metrics::tempo(expected, estimate, &[1.0]));
            self.tempo.add(number(&report["tempo_confidence"]), yes(right), 1.0);
        }
        if let Some(estimate) = &answers.key {
            let right = truth.key.as_ref().is_some_and(|expected| metrics::same_key(expected, estimate));
            self.key.add(number(&report["key_confidence"]), yes(right), 1.0);
        }
        for beat in items(&report["beats"]) {
            let near = metrics::near(&truth.beats, number(&beat["time"]), 0.07);
            self.beats.add(number(&beat["confidence"]), yes(near), 1.0);
        }
        for (chord, item) in answers.chords.iter().zip(items(&report["chords"])) {
            let alone = std::slice::from_ref(chord);
            let heard: Vec<Span> = truth
                .chords
                .iter()
                .map(|s| Span {
                    start: s.start.max(chord.start),
                    end: s.end.min(chord.end),
                    label: s.label.clone(),
                })
                .filter(|s| s.end > s.start)
                .collect();
            let seconds: f64 = heard.iter().map(|s| s.end - s.start).sum();
            if let Some(right) = metrics::majmin(&heard, alone) {
                self.chords.add(number(&item["confidence"]), right, seconds);
            }
        }
        for (section, item) in answers.sections.iter().zip(items(&report["sections"])) {
            // What is not labelled is not known.
            let known = || truth.sections.iter().filter(|real| !real.label.is_empty());
            let shared = |real: &Span| (real.end.min(section.end) - real.start.max(section.start)).max(0.0);
            let seconds: f64 = known().map(shared).sum();
            let right: f64 = known().filter(|real| real.label == section.label).map(shared).sum();
            if seconds > 0.0 {
                self.labels.add(number(&item["confidence"]), right / seconds, seconds);
            }
        }
        let is_annotated = !annotators.is_empty();
        for section in items(&report["sections"]).iter().skip(1).filter(|_| is_annotated) {
            let start = number(&section["start"]);
            let near = |spans: &Vec<Span>| {
                yes(metrics::near(&spans.iter().map(|s| s.start).collect::<Vec<_>>(), start, 0.5))
            };
            let share = annotators.iter().map(near).sum::<f64>() / annotators.len().max(1) as f64;
            self.boundaries.add(number(&section["boundary"]["confidence"]), share, 1.0);
        }
    }

    /// Each with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &Calibration); 6] {
        [
            ("tempo", &self.tempo),
            ("beats", &self.beats),
            ("key", &self.key),
            ("chords", &self.chords),
            ("boundaries", &self.boundaries),
            ("labels", &self.labels),
        ]
    }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_the_mean_distance() {
        let mut calibration = Calibration::default();
        assert_eq!(calibration.expected_error(), None);
        for i in 0..10 {
            // Says 0.8, right in 6 of 10; says 1.0, always right.
            calibration.add(0.8, f64::from(u8::from(i < 6)), 1.0);
            calibration.add(1.0, 1.0, 1.0);
        }
        assert!((calibration.expected_error().unwrap() - 0.1).abs() < 1e-12);
        assert_eq!(calibration.bins().count(), 2);
    }

    #[test]
    fn reports_are_compared_with_their_truth() {
        let report = serde_json::json!({
            "tempo": 100.0, "tempo_confidence": 0.9, "key": "C# major", "key_confidence": 0.7,
            "beats": [{ "time": 1.0, "confidence": 0.5 }, { "time": 1.3, "confidence": 0.5 }],
            "chords": [{ "start": 0.0, "end": 2.0, "label": "C:maj", "confidence": 0.6 }],
            "sections": [{ "start": 0.0, "end": 5.0 }, { "start": 5.0, "end": 9.0, "boundary": { "confidence": 0.4 } }],
        });
        let span = |start, end, label: &str| Span { start, end, label: label.to_owned() };
        let truth = Answers {
            tempo: Some(101.0),
            key: Some("Db major".to_owned()),
            beats: vec![1.05],
            chords: vec![span(0.0, 1.0, "C:maj"), span(1.0, 2.0, "A:min")],
            ..Answers::default()
        };
        let mut all = Calibrations::default();
        all.add(&report, &truth, &[vec![span(0.0, 4.8, "a"), span(4.8, 9.0, "b")], vec![]]);
        let share = |c: &Calibration| c.bins().next().unwrap().share_right();
        assert_eq!(share(&all.tempo), 1.0);
        assert_eq!(share(&all.key), 1.0);
        assert_eq!(share(&all.beats), 0.5);
        assert_eq!(share(&all.chords), 0.5);
        assert_eq!(share(&all.boundaries), 0.5);
    }
}
