//! What annotators say of the sections of a song.

use sectionist_core::structure::SectionLabel;
use sectionist_core::structure::training::{Told, USUAL_BOUNDARY, labels};
use sectionist_tests::examination::named_sections;
use sectionist_tests::fixtures::Span;
use serde_json::Value;

/// Share of a section that a label must fill to be its label.
const MOST: f64 = 0.6;
/// Share of a section that must have a known function for anything to be known of it.
const MIN_KNOWN: f64 = 0.2;

/// Sections of an annotator. What is silent is none.
#[derive(Debug, Clone)]
pub(super) struct Annotation {
    /// Sections by function; where functions are not told but at the ends, by letter.
    pub(super) sections: Vec<Span>,
    /// The same by group of the same material.
    pub(super) groups: Vec<Span>,
    /// Phrases, each within a section; empty where they are not told.
    pub(super) phrases: Vec<Span>,
    /// Whether every label is a function; else intro and outro alone are, and the rest is letters.
    pub(super) has_functions: bool,
}

impl Annotation {
    /// All that is said of a song.
    pub(super) fn all(truth: &Value) -> Vec<Self> {
        let lists = ["", "_a1", "_a2"].into_iter().filter_map(|annotator| {
            let list = |of: &str| truth[format!("{of}{annotator}")].as_array();
            Some((list("sections")?, list("phrases").map_or(&[][..], Vec::as_slice)))
        });
        lists
            .map(|(sections, phrases)| Self::of(sections, phrases))
            .chain(Self::charted(truth))
            .filter(|annotation| !annotation.sections.is_empty())
            .collect()
    }

    /// The parts that the charter of a recording named; parts whose names say the same function are taken for
    /// the same material.
    fn charted(truth: &Value) -> Option<Self> {
        let mut sections = named_sections(truth);
        for (idx, section) in sections.iter_mut().enumerate() {
            if section.label.is_empty() {
                // Of no known function, and of a material of its own.
                section.label = format!("part {idx}");
            }
        }
        let groups = sections.clone();
        (!sections.is_empty()).then_some(Self { sections, groups, phrases: Vec::new(), has_functions: true })
    }

    fn of(sections: &[Value], phrases: &[Value]) -> Self {
        let has_functions = sections.iter().all(|section| section.get("group").is_some());
        Self {
            sections: spans(sections, "label"),
            groups: spans(sections, if has_functions { "group" } else { "label" }),
            phrases: spans(phrases, "label"),
            has_functions,
        }
    }

    /// The sections as though they had been found.
    pub(super) fn told(&self) -> Vec<Told> {
        self.groups
            .iter()
            .map(|span| Told {
                start: span.start,
                end: span.end,
                group: self.groups.iter().position(|other| other.label == span.label).unwrap_or(0),
                boundary: USUAL_BOUNDARY,
            })
            .collect()
    }

    /// Share of a section that each label fills.
    pub(super) fn shares(&self, told: &Told) -> Vec<f64> {
        let filled = |name: &str| -> f64 {
            let own = self.sections.iter().filter(|span| span.label == name);
            own.map(|span| (span.end.min(told.end) - span.start.max(told.start)).max(0.0)).sum::<f64>()
                / (told.end - told.start).max(1e-9)
        };
        labels().iter().map(|label| filled(label.name())).collect()
    }

    /// Share of a section in which there is a melody: where letters are given, capitals say so.
    fn with_melody(&self, told: &Told) -> f64 {
        let is_melody = |span: &&Span| span.label.starts_with(|c: char| c.is_uppercase());
        let own = self.sections.iter().filter(is_melody);
        own.map(|span| (span.end.min(told.end) - span.start.max(told.start)).max(0.0)).sum::<f64>()
            / (told.end - told.start).max(1e-9)
    }

    /// Which labels a section may have.
    pub(super) fn allows(&self, told: &Told) -> Vec<bool> {
        let shares = &self.shares(told);
        if self.has_functions {
            let most = shares.iter().copied().fold(0.0, f64::max);
            return allowed_by(shares, most);
        }
        let is_end = |name: &str| name == "intro" || name == "outro";
        let at_end: f64 = shares.iter().sum();
        let melody = self.with_melody(told) / (1.0 - at_end).max(1e-9);
        let fits = |label: SectionLabel| label != SectionLabel::Breakdown || melody < MOST;
        labels()
            .iter()
            .zip(shares)
            .map(|(label, &share)| match is_end(label.name()) {
                true => share > 1.0 - MOST,
                false => at_end < MOST && fits(*label),
            })
            .collect()
    }

    /// Whether the song starts with an intro, and whether it ends with an outro.
    pub(super) fn ends(&self) -> [bool; 2] {
        let is = |span: Option<&Span>, name: &str| span.is_some_and(|span| span.label == name);
        [is(self.sections.first(), "intro"), is(self.sections.last(), "outro")]
    }
}

/// Which labels a section may have that each fills a share of, when its function is known of the share `known`.
pub(super) fn allowed_by(shares: &[f64], known: f64) -> Vec<bool> {
    if known < MIN_KNOWN {
        return vec![true; shares.len()];
    }
    let most = shares.iter().copied().fold(0.0, f64::max);
    // What is divided among several functions may be any of them.
    let least = if most >= MOST { most } else { 0.3f64.min(most) };
    shares.iter().map(|&share| share >= least - 1e-9).collect()
}

/// What sounds of a list, labelled by a field.
fn spans(list: &[Value], field: &str) -> Vec<Span> {
    let sounding = list.iter().filter(|span| span["label"] != "silence");
    sounding
        .filter_map(|span| {
            Some(Span {
                start: span["start"].as_f64()?,
                end: span["end"].as_f64()?,
                label: span[field].as_str()?.to_owned(),
            })
        })
        .collect()
}
