//! Sections: other borders, functions, names and letters; and all that follows from them.

use std::collections::BTreeMap;

use super::super::Report;
use super::CERTAIN;
use crate::rhythm::Beat;
use crate::structure::{Boundary, Phrase, Repeat, Section, SectionLabel, SectionTimbre, names};
use crate::units::Key;

/// Shortest section that an edit leaves, in seconds.
const SHORTEST: f64 = 0.25;

/// How near to a border a place has to be to mean it, in seconds.
const NEAR: f64 = 0.05;

/// A section that was given a name: where it starts, and the name.
pub(super) type Named = (f64, String);

/// What a section becomes.
pub(super) struct Change<'a> {
    pub(super) label: Option<SectionLabel>,
    pub(super) name: Option<&'a str>,
    pub(super) group: Option<&'a str>,
    pub(super) repeats: bool,
}

/// The border is where somebody put it.
fn put(at: f64) -> Boundary {
    Boundary { confidence: CERTAIN, earliest: at, latest: at, evidence: Vec::new() }
}

fn index_at(report: &Report, at: f64) -> Option<usize> {
    report.sections.iter().position(|section| section.start <= at && at < section.end)
}

/// The inner border at `at`, as the index of the section that starts there.
fn border_at(report: &Report, at: f64) -> Option<usize> {
    (1..report.sections.len()).find(|&idx| (report.sections[idx].start - at).abs() < NEAR)
}

pub(super) fn add(report: &mut Report, at: f64) {
    if report.sections.is_empty() && report.duration > 0.0 {
        report.sections.push(whole(report.duration));
    }
    let Some(idx) = index_at(report, at) else { return };
    let section = &report.sections[idx];
    if at - section.start < SHORTEST || section.end - at < SHORTEST {
        return;
    }
    let second = Section { start: at, boundary: put(at), ..section.clone() };
    report.sections[idx].end = at;
    report.sections.insert(idx + 1, second);
}

pub(super) fn remove(report: &mut Report, at: f64, named: &mut Vec<Named>) {
    let Some(idx) = border_at(report, at) else { return };
    let gone = report.sections.remove(idx);
    named.retain(|(start, _)| (start - gone.start).abs() > NEAR);
    report.sections[idx - 1].end = gone.end;
}

pub(super) fn shift(report: &mut Report, from: f64, to: f64, named: &mut [Named]) {
    let Some(idx) = border_at(report, from) else { return };
    let earliest = report.sections[idx - 1].start + SHORTEST;
    let latest = report.sections[idx].end - SHORTEST;
    if earliest > latest || !to.is_finite() {
        return;
    }
    let to = to.clamp(earliest, latest);
    for (start, _) in named.iter_mut().filter(|(start, _)| (start - report.sections[idx].start).abs() < NEAR)
    {
        *start = to;
    }
    report.sections[idx - 1].end = to;
    report.sections[idx].start = to;
    report.sections[idx].boundary = put(to);
}

pub(super) fn set(report: &mut Report, at: f64, change: &Change<'_>, named: &mut Vec<Named>) {
    let Some(idx) = index_at(report, at) else { return };
    let group = report.sections[idx].group.clone();
    if let Some(name) = change.name {
        let start = report.sections[idx].start;
        named.retain(|(other, _)| (other - start).abs() > NEAR);
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(80).collect();
        if !name.is_empty() {
            named.push((start, name));
        }
    }
    for (other, section) in report.sections.iter_mut().enumerate() {
        if other != idx && !(change.repeats && section.group == group) {
            continue;
        }
        if let Some(label) = change.label {
            section.label = label;
            section.confidence = CERTAIN;
            section.alternatives.clear();
        }
        if let Some(letter) = change.group.filter(|letter| is_letter(letter)) {
            section.group = letter.to_owned();
        }
    }
}

/// `A`, `AB`.
fn is_letter(group: &str) -> bool {
    (1..=3).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Decides all anew that follows from borders, functions, letters, beats and keys.
pub(super) fn describe(report: &mut Report, found: &Report, named: &[Named]) {
    let labels: Vec<SectionLabel> = report.sections.iter().map(|section| section.label).collect();
    let numbered = names(&labels);
    let similarities = similarities(found);
    let members: Vec<(String, bool)> =
        report.sections.iter().map(|s| (s.group.clone(), s.label == SectionLabel::Silence)).collect();
    let tempo_at = |time: f64| {
        let span = report.tempo_curve.iter().find(|span| span.start <= time && time < span.end);
        span.map(|span| span.bpm.get())
    };
    for (idx, section) in report.sections.iter_mut().enumerate() {
        let given = named.iter().find(|(start, _)| (start - section.start).abs() < NEAR);
        section.name = given.map_or_else(|| numbered[idx].clone(), |(_, name)| name.clone());
        let (start, end) = (section.start, section.end);
        let is_silent = section.label == SectionLabel::Silence;
        section.bars =
            (!report.downbeats.is_empty() && !is_silent).then(|| bars_between(&report.downbeats, start, end));
        section.key = if is_silent { None } else { key_between(report.keys.iter(), start, end) };
        section.tempo = if is_silent { None } else { tempo_at(f64::midpoint(start, end)) };
        section.repeats = members
            .iter()
            .enumerate()
            .filter(|(other, (group, silent))| {
                *other != idx && *group == section.group && !silent && !is_silent
            })
            .map(|(other, _)| {
                let known = similarities.get(&(idx.min(other), idx.max(other)));
                let same_count = found.sections.len() == members.len();
                let similarity = known.copied().filter(|_| same_count).unwrap_or(CERTAIN);
                Repeat { section: other, similarity }
            })
            .collect();
        section.phrases = phrases_within(&found.sections, &report.beats, &report.downbeats, start, end);
    }
}

/// How alike the found sections are, by their indices.
fn similarities(found: &Report) -> BTreeMap<(usize, usize), f32> {
    let pairs = found.sections.iter().enumerate().flat_map(|(idx, section)| {
        section
            .repeats
            .iter()
            .map(move |repeat| ((idx.min(repeat.section), idx.max(repeat.section)), repeat.similarity))
    });
    pairs.collect()
}

/// The found phrases that start within `[start, end)`, cut to it, lettered anew.
fn phrases_within(found: &[Section], beats: &[Beat], downbeats: &[f64], start: f64, end: f64) -> Vec<Phrase> {
    if beats.is_empty() {
        return Vec::new();
    }
    let all =
        found.iter().enumerate().flat_map(|(idx, section)| section.phrases.iter().map(move |p| (idx, p)));
    let mut phrases: Vec<(String, Phrase)> = all
        .filter(|(_, phrase)| phrase.end > start + SHORTEST && phrase.start < end - SHORTEST)
        .map(|(idx, phrase)| (format!("{idx}{}", phrase.group), phrase.clone()))
        .collect();
    let mut letters: Vec<String> = Vec::new();
    let n = phrases.len();
    for (idx, (material, phrase)) in phrases.iter_mut().enumerate() {
        if idx == 0 {
            phrase.start = start;
        }
        if idx + 1 == n {
            phrase.end = end;
        }
        let letter = letters.iter().position(|other| other == material).unwrap_or_else(|| {
            letters.push(material.clone());
            letters.len() - 1
        });
        phrase.group = char::from(b'a' + (letter % 26) as u8).to_string();
        phrase.bars = bars_between(downbeats, phrase.start, phrase.end);
    }
    phrases.into_iter().map(|(_, phrase)| phrase).collect()
}

fn bars_between(downbeats: &[f64], start: f64, end: f64) -> u32 {
    downbeats.iter().filter(|&&time| time >= start - NEAR && time < end - NEAR).count() as u32
}

/// The key that fills most of the time from `start` to `end`.
fn key_between<'a>(
    keys: impl Iterator<Item = &'a crate::harmony::KeySpan> + Clone,
    start: f64,
    end: f64,
) -> Option<Key> {
    let overlap = |key: Key| {
        let spans = keys.clone().filter(|span| span.key == key);
        spans.map(|span| (span.end.min(end) - span.start.max(start)).max(0.0)).sum::<f64>()
    };
    let best = keys.clone().map(|span| span.key).max_by(|&a, &b| overlap(a).total_cmp(&overlap(b)))?;
    (overlap(best) > 0.0).then_some(best)
}

/// One section from end to end, where none was found.
fn whole(duration: f64) -> Section {
    Section {
        start: 0.0,
        end: duration,
        label: SectionLabel::Section,
        name: String::new(),
        group: "A".to_owned(),
        confidence: CERTAIN,
        alternatives: Vec::new(),
        boundary: put(0.0),
        bars: None,
        key: None,
        tempo: None,
        loudness_lufs: None,
        repeats: Vec::new(),
        phrases: Vec::new(),
        timbre: SectionTimbre::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Edit;
    use super::super::tests::corrected;
    use crate::report::Report;

    fn names(report: &Report) -> Vec<&str> {
        report.sections.iter().map(|section| section.name.as_str()).collect()
    }

    fn assert_partition(report: &Report) {
        assert_eq!(report.sections[0].start, 0.0);
        assert_eq!(report.sections.last().unwrap().end, report.duration);
        assert!(report.sections.windows(2).all(|pair| pair[0].end == pair[1].start));
        for section in &report.sections {
            assert!(section.phrases.windows(2).all(|pair| pair[0].start < pair[1].start));
            if let (Some(first), Some(last)) = (section.phrases.first(), section.phrases.last()) {
                assert_eq!((first.start, last.end), (section.start, section.end));
            }
        }
    }

    fn change(at: f64, label: Option<&str>, name: Option<&str>, group: Option<&str>, repeats: bool) -> Edit {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Edit::SetSection { at, label: own(label), name: own(name), group: own(group), repeats }
    }

    #[test]
    fn borders_come_go_and_move() {
        let report = corrected(&[Edit::AddBoundary { at: 13.0 }]);
        assert_partition(&report);
        assert_eq!(names(&report)[1..3], ["Verse 1", "Verse 2"]);
        assert_eq!((report.sections[1].bars, report.sections[2].bars), (Some(2), Some(2)));
        let report = corrected(&[Edit::RemoveBoundary { at: 17.0 }]);
        assert_partition(&report);
        assert_eq!((report.sections[1].end, names(&report)[1]), (33.0, "Verse"));
        let report = corrected(&[Edit::MoveBoundary { from: 17.0, to: 19.0 }]);
        assert_partition(&report);
        assert_eq!((report.sections[2].start, report.sections[1].bars), (19.0, Some(5)));
        // Not past a neighbour.
        assert_partition(&corrected(&[Edit::MoveBoundary { from: 17.0, to: 50.0 }]));
    }

    #[test]
    fn functions_number_anew_and_names_stay() {
        let report = corrected(&[change(20.0, Some("verse"), None, None, false)]);
        assert_eq!(names(&report)[1..3], ["Verse 1", "Verse 2"]);
        assert_eq!(report.sections[2].confidence, 1.0);
        let edits = [
            change(10.0, None, Some("  Hook "), None, false),
            Edit::MoveBoundary { from: 9.0, to: 11.0 },
            change(20.0, Some("verse"), None, None, false),
        ];
        assert_eq!(names(&corrected(&edits))[1..3], ["Hook", "Verse 2"]);
        let taken_back = [edits[0].clone(), change(10.0, None, Some(""), None, false)];
        assert_eq!(names(&corrected(&taken_back))[1], "Verse");
    }

    #[test]
    fn a_function_can_be_meant_for_all_repeats() {
        let edits =
            [change(20.0, None, None, Some("B"), false), change(10.0, Some("bridge"), None, None, true)];
        let report = corrected(&edits);
        assert_eq!(names(&report)[1..3], ["Bridge 1", "Bridge 2"]);
        assert_eq!(report.sections[1].repeats[0].section, 2);
        let nonsense = corrected(&[change(20.0, None, None, Some("<b>"), false)]);
        assert_eq!(nonsense.sections[2].group, "C");
    }
}
