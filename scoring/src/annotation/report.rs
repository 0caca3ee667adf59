//! Reports of schema version 1, and truth files with the same names.

use sectionist_core::Report;
use sectionist_core::params::Part;
use serde_json::Value;

use super::{Annotation, ascending, checked};
use crate::Span;

pub(super) fn read(json: &Value) -> Result<Annotation, String> {
    let report = Report::from_json(json.to_string().as_bytes()).map_err(|error| error.to_string())?;
    let asked = |part| report.include.contains(part);
    let spans = |label: &dyn Fn(&sectionist_core::structure::Section) -> String| {
        let span =
            |s: &sectionist_core::structure::Section| Span { start: s.start, end: s.end, label: label(s) };
        checked(report.sections.iter().map(span).collect())
    };
    let with_sections = asked(Part::Sections);
    Ok(Annotation {
        beats: asked(Part::Beats)
            .then(|| ascending(report.beats.iter().map(|b| b.time).collect()))
            .transpose()?,
        downbeats: asked(Part::Beats).then(|| ascending(report.downbeats.clone())).transpose()?,
        tempo: report.tempo_candidates.first().map(|tempo| tempo.bpm.get()),
        key: report.key_candidates.first().map(|candidate| candidate.key.to_string()),
        chords: asked(Part::Chords)
            .then(|| {
                let span = |c: &sectionist_core::harmony::ChordSpan| Span {
                    start: c.start,
                    end: c.end,
                    label: c.label.clone(),
                };
                checked(report.chords.iter().map(span).collect())
            })
            .transpose()?,
        sections: with_sections.then(|| spans(&|s| s.label.name().to_owned())).transpose()?,
        groups: with_sections.then(|| spans(&|s| s.group.clone())).transpose()?,
    })
}
