//! What is right of the sections of songs that were not learned from.

use std::fmt;

use sectionist_core::structure::training::{Found, Told, labels};
use sectionist_tests::calibration::Calibration;
use sectionist_tests::fixtures::Span;
use sectionist_tests::metrics;

use super::annotation::Annotation;

/// Means over songs and annotators; calibrations over everything that was found.
#[derive(Debug, Default)]
pub(super) struct Score {
    boundaries: [Mean; 2],
    phrases: [Mean; 2],
    pairs: Mean,
    number: Mean,
    ends: [Mean; 2],
    labels: Mean,
    chorus: Mean,
    boundary_confidence: Calibration,
    phrase_confidence: Calibration,
    label_confidence: Calibration,
}

/// A weighted mean.
#[derive(Debug, Default, Clone, Copy)]
struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    fn add(&mut self, value: f64, weight: f64) {
        self.sum += weight * value;
        self.weight += weight;
    }

    fn get(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

fn yes(right: bool) -> f64 {
    f64::from(u8::from(right))
}

impl Score {
    /// Adds a song.
    pub(super) fn add(&mut self, annotations: &[Annotation], found: &[Found]) {
        let spans = |label: &dyn Fn(&Found) -> String| -> Vec<Span> {
            let span = |one: &Found| Span { start: one.told.start, end: one.told.end, label: label(one) };
            found.iter().map(span).collect()
        };
        let by_label = spans(&|one| one.label.name().to_owned());
        let by_group = spans(&|one| one.told.group.to_string());
        let share = 1.0 / annotations.len().max(1) as f64;
        let is_close = |annotation: &Annotation| annotation.sections.len().abs_diff(found.len()) <= 2;
        self.number.add(yes(annotations.iter().any(is_close)), 1.0);
        for annotation in annotations {
            let duration = annotation.groups.last().map_or(0.0, |span| span.end);
            for (mean, window) in self.boundaries.iter_mut().zip([0.5, 3.0]) {
                mean.add(metrics::boundaries(&annotation.sections, &by_label, window).f, share);
            }
            self.add_phrases(annotation, found, share);
            self.pairs.add(metrics::pairwise(&annotation.groups, &by_group, duration).f, share);
            let told_ends = [(by_label.first(), "intro"), (by_label.last(), "outro")];
            for ((mean, told), real) in self.ends.iter_mut().zip(told_ends).zip(annotation.ends()) {
                let (span, name) = told;
                mean.add(yes(span.is_some_and(|span| span.label == name) == real), share);
            }
            for one in found.iter().skip(1) {
                let starts: Vec<f64> = annotation.sections.iter().map(|span| span.start).collect();
                let right = yes(metrics::near(&starts, one.told.start, 0.5));
                self.boundary_confidence.add(f64::from(one.told.boundary), right, share);
            }
            if annotation.has_functions {
                self.add_functions(annotation, found, &by_label);
            }
        }
    }

    fn add_phrases(&mut self, annotation: &Annotation, found: &[Found], share: f64) {
        if annotation.phrases.is_empty() {
            return;
        }
        let told: Vec<&Told> = found.iter().flat_map(|one| &one.phrases).collect();
        let spans: Vec<Span> =
            told.iter().map(|one| Span { start: one.start, end: one.end, label: String::new() }).collect();
        for (mean, window) in self.phrases.iter_mut().zip([0.5, 3.0]) {
            mean.add(metrics::boundaries(&annotation.phrases, &spans, window).f, share);
        }
        let starts: Vec<f64> = annotation.phrases.iter().map(|span| span.start).collect();
        for one in told.iter().skip(1) {
            let right = yes(metrics::near(&starts, one.start, 0.5));
            self.phrase_confidence.add(f64::from(one.boundary), right, share);
        }
    }

    /// Adds the functions: where the annotator says one.
    fn add_functions(&mut self, annotation: &Annotation, found: &[Found], by_label: &[Span]) {
        let overlap = |a: &Span, b: &Span| (a.end.min(b.end) - a.start.max(b.start)).max(0.0);
        let is_function = |span: &&Span| labels().iter().any(|label| label.name() == span.label);
        let known: Vec<Span> = annotation.sections.iter().filter(is_function).cloned().collect();
        for (one, span) in found.iter().zip(by_label) {
            let of = |is_right: bool| -> f64 {
                let counted = known.iter().filter(|real| !is_right || real.label == span.label);
                counted.map(|real| overlap(real, span)).sum()
            };
            let seconds = of(false);
            if seconds > 0.0 {
                self.label_confidence.add(f64::from(one.confidence), of(true) / seconds, seconds);
            }
        }
        self.labels.add(metrics::agreement(&known, by_label), 1.0);
        let chorus = |spans: &[Span]| -> Vec<Span> {
            spans.iter().filter(|span| span.label == "chorus").cloned().collect()
        };
        let (real, told) = (chorus(&known), chorus(by_label));
        if !real.is_empty() {
            let both =
                |a: &[Span]| -> f64 { a.iter().flat_map(|a| told.iter().map(move |b| overlap(a, b))).sum() };
            let seconds = real.iter().map(|span| span.end - span.start).sum::<f64>() + both(&known);
            self.chorus.add(2.0 * both(&real) / seconds, 1.0);
        }
    }

    /// What the columns of a line are.
    pub(super) const COLUMNS: &'static str = "boundary F at 0.5 s / 3 s, pairwise frame F, number of sections within 2 of an annotator's, \
         intro / outro told rightly, label by time, chorus F, phrase F at 0.5 s / 3 s, calibration error of boundaries / labels / phrases";
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [near, far] = self.boundaries.map(Mean::get);
        let [intro, outro] = self.ends.map(Mean::get);
        write!(
            f,
            "{near:.3} / {far:.3}, {:.3}, {:.2}, {intro:.2} / {outro:.2}",
            self.pairs.get(),
            self.number.get(),
        )?;
        if self.labels.weight > 0.0 {
            write!(f, ", {:.2}, {:.2}", self.labels.get(), self.chorus.get())?;
        } else {
            write!(f, ", –, –")?;
        }
        if self.phrases[0].weight > 0.0 {
            write!(f, ", {:.3} / {:.3}", self.phrases[0].get(), self.phrases[1].get())?;
        } else {
            write!(f, ", – / –")?;
        }
        let of = [&self.boundary_confidence, &self.label_confidence, &self.phrase_confidence];
        let errors = of.map(|of| of.expected_error().map_or_else(|| "–".to_owned(), |e| format!("{e:.3}")));
        write!(f, ", {}", errors.join(" / "))?;
        write!(f, " ({} songs)", self.number.weight)
    }
}
