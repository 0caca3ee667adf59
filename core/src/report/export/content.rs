//! What an exporter may write: the parts of a report that were asked for.

use super::super::Report;
use super::bars::Bar;
use crate::harmony::harte;
use crate::harmony::{ChordSpan, KeyCandidate, KeySpan};
use crate::params::Part;
use crate::rhythm::{Beat, MeterSpan, TempoCandidate, TempoSpan};
use crate::structure::Section;
use crate::units::{Bpm, TimeSignature, round};

/// The parts asked for; the others are empty.
pub(super) struct Content<'a> {
    pub(super) report: &'a Report,
    /// Length in seconds, rounded to 1 ms.
    pub(super) duration: f64,
    pub(super) sections: &'a [Section],
    pub(super) chords: &'a [ChordSpan],
    pub(super) keys: &'a [KeySpan],
    pub(super) key: Option<KeyCandidate>,
    pub(super) beats: &'a [Beat],
    pub(super) meters: &'a [MeterSpan],
    pub(super) meter: Option<MeterSpan>,
    pub(super) tempo_curve: &'a [TempoSpan],
    pub(super) tempo_candidates: &'a [TempoCandidate],
}

impl<'a> Content<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let asked = |part| report.include.contains(part);
        fn list<T>(asked: bool, list: &[T]) -> &[T] {
            if asked { list } else { &[] }
        }
        Self {
            report,
            duration: ms(report.duration),
            sections: list(asked(Part::Sections), &report.sections),
            chords: list(asked(Part::Chords), &report.chords),
            keys: list(asked(Part::Key), &report.keys),
            key: report.key_candidates.first().copied().filter(|_| asked(Part::Key)),
            beats: list(asked(Part::Beats), &report.beats),
            meters: list(asked(Part::Meter), &report.time_signatures),
            meter: report.time_signature().copied().filter(|_| asked(Part::Meter)),
            tempo_curve: list(asked(Part::Tempo), &report.tempo_curve),
            tempo_candidates: list(asked(Part::Tempo), &report.tempo_candidates),
        }
    }

    /// The song's tempo.
    pub(super) fn tempo(&self) -> Option<TempoCandidate> {
        self.tempo_candidates.first().copied()
    }

    /// Tempo at `time` seconds: of the curve, else of the song.
    pub(super) fn tempo_at(&self, time: f64) -> Option<Bpm> {
        let span = self.tempo_curve.iter().find(|span| span.start <= time && time < span.end);
        span.map(|span| span.bpm).or_else(|| self.tempo().map(|tempo| tempo.bpm))
    }

    /// Meter at `time` seconds; 4/4 where none is known.
    pub(super) fn meter_at(&self, time: f64) -> TimeSignature {
        let span = self.meters.iter().find(|span| span.start <= time && time < span.end);
        span.or(self.meter.as_ref()).map_or(TimeSignature::COMMON, |span| span.value)
    }

    /// The bars that the beats make.
    pub(super) fn bars(&self) -> Vec<Bar> {
        Bar::all(self)
    }

    /// End of the beat with index `beat_idx` in seconds: the next beat, or as long after the last one as
    /// the last interval is, at most the end of the song.
    pub(super) fn beat_end(&self, beat_idx: usize) -> f64 {
        let time = |idx: usize| self.beats.get(idx).map(|beat| beat.time);
        time(beat_idx + 1).unwrap_or_else(|| {
            let last = time(beat_idx).unwrap_or(self.duration);
            let period = beat_idx.checked_sub(1).and_then(time).map_or(f64::INFINITY, |before| last - before);
            (last + period.max(0.0)).min(self.duration).max(last)
        })
    }

    /// The song's title: its tag, else the file name without its extension.
    pub(super) fn title(&self) -> Option<&'a str> {
        self.tag("title").or_else(|| {
            let file = self.file_name()?;
            Some(file.rsplit_once('.').map_or(file, |(stem, _)| stem)).filter(|stem| !stem.is_empty())
        })
    }

    /// The song's file name, without folders.
    pub(super) fn file_name(&self) -> Option<&'a str> {
        let name = self.report.source.name.as_deref()?;
        Some(name.rsplit(['/', '\\']).next().unwrap_or(name)).filter(|name| !name.is_empty())
    }

    /// A tag of the file, if it says anything.
    pub(super) fn tag(&self, name: &str) -> Option<&'a str> {
        self.report.source.tags.get(name).map(|tag| tag.trim()).filter(|tag| !tag.is_empty())
    }
}

/// Longest file name in characters, without its extensions.
const MAX_STEM: usize = 100;

/// The name of a file without its folders and its extension, as every system takes it: `song` where there is none.
pub(super) fn stem(name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let harmless = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let stem: String = stem.chars().map(harmless).take(MAX_STEM).collect();
    let stem = stem.trim_matches([' ', '.']);
    if stem.is_empty() { "song".to_owned() } else { stem.to_owned() }
}

/// A chord's label in Harte syntax; `X` for what has no notes and is not none.
pub(super) fn harte_of(chord: &ChordSpan) -> String {
    let known = chord.label == "N" || harte::parse(&chord.label).is_some();
    if known { one_line(&chord.label) } else { "X".to_owned() }
}

/// What people call a section, on one line: never empty.
pub(super) fn name_of(section: &Section) -> String {
    let name = one_line(&section.name);
    if name.is_empty() { section.label.name().to_owned() } else { name }
}

/// `text` on one line: control characters become spaces.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Later times, in seconds, are no times: eleven days.
const MAX_TIME: f64 = 1e6;

/// Whether `time` can be a time in a file, in seconds.
pub(super) fn is_time(time: f64) -> bool {
    (0.0..=MAX_TIME).contains(&time)
}

/// `time` rounded to 1 ms, within [0, 10⁶] s; 0 for NaN.
pub(super) fn ms(time: f64) -> f64 {
    if time.is_nan() { 0.0 } else { round::to(time.clamp(0.0, MAX_TIME), 1e3) }
}

/// `end − start` rounded to 1 ms, not negative, both as [`ms`] gives them.
pub(super) fn ms_between(start: f64, end: f64) -> f64 {
    round::to((ms(end) - ms(start)).max(0.0), 1e3)
}

/// `time` in seconds with three decimals.
pub(super) fn seconds(time: f64) -> String {
    format!("{:.3}", ms(time))
}

/// A confidence rounded to 0.001, within [0, 1]; 0 for NaN.
pub(super) fn unit(confidence: f32) -> f64 {
    if confidence.is_nan() { 0.0 } else { round::to(f64::from(confidence.clamp(0.0, 1.0)), 1e3) }
}
