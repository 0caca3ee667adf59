//! A report for a person to read: facts, a timeline, a table of sections.
//!
//! The text has ANSI styles; whoever prints it strips them where they are not wanted. Nothing is told
//! by colour alone.

mod progression;
mod timeline;

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use sectionist_core::Report;
use sectionist_core::params::Part;
use sectionist_core::structure::Section;

use progression::progression;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// Another hypothesis is worth mentioning from this confidence.
const WORTH_MENTIONING: f32 = 0.1;

/// Most changes of key, tempo or meter that are listed.
const MAX_CHANGES: usize = 4;

/// `report` in at most `width` columns; `name` is what the user called the file.
pub(crate) fn summary(report: &Report, name: &str, width: usize) -> String {
    let mut out = String::new();
    heading(&mut out, report, name);
    for (label, fact) in facts(report) {
        _ = writeln!(out, "  {DIM}{label:<9}{DIM:#} {fact}");
    }
    if report.include.contains(Part::Sections) && !report.sections.is_empty() {
        out.push('\n');
        out += &timeline::timeline(&report.sections, report.duration, width);
        out.push('\n');
        out += &table(report, width);
    }
    for warning in &report.warnings {
        _ = writeln!(out, "\n  {WARNING}warning:{WARNING:#} {}", plain(&warning.message));
    }
    out.push('\n');
    out
}

fn heading(out: &mut String, report: &Report, name: &str) {
    let source = &report.source;
    let tag = |name: &str| source.tags.get(name).map(|tag| plain(tag)).filter(|tag| !tag.is_empty());
    let title = match (tag("title"), tag("artist")) {
        (Some(title), Some(artist)) => format!("{title} — {artist}"),
        (Some(title), None) => title,
        _ => plain(name),
    };
    let channels = match source.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        n => format!("{n} channels"),
    };
    let rate = f64::from(source.sample_rate) / 1e3;
    let format = if source.container == source.codec {
        source.container.clone()
    } else {
        format!("{} ({})", source.container, source.codec)
    };
    _ = writeln!(out, "{BOLD}{title}{BOLD:#}");
    _ = writeln!(
        out,
        "{DIM}{}{} · {rate} kHz {channels} · {}{DIM:#}\n",
        if title == plain(name) { String::new() } else { plain(name) + " · " },
        plain(&format),
        clock(report.duration)
    );
}

/// What is known of the song, a line each.
fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut fact = |part, label, words: Option<String>| {
        if report.include.contains(part) {
            facts.push((label, words.unwrap_or_else(|| format!("{DIM}not found{DIM:#}"))));
        }
    };
    fact(Part::Key, "Key", key(report));
    fact(Part::Tempo, "Tempo", tempo(report));
    fact(Part::Meter, "Meter", meter(report));
    if let Some(tuning) = report.tuning {
        fact(Part::Key, "Tuning", Some(format!("{:+.0} cents (A4 = {:.1} Hz)", tuning.cents, tuning.a4_hz)));
    }
    if let Some(lufs) = report.loudness.integrated_lufs {
        let range = report.loudness.range_lu.map(|lu| format!(", range {lu:.1} LU")).unwrap_or_default();
        let peak =
            report.loudness.true_peak_dbtp.map(|db| format!(", peak {db:.1} dBTP")).unwrap_or_default();
        fact(Part::Loudness, "Loudness", Some(format!("{lufs:.1} LUFS{range}{peak}")));
    }
    facts
}

fn key(report: &Report) -> Option<String> {
    let best = report.key_candidates.first()?;
    let other = report.key_candidates.get(1).filter(|other| other.confidence >= WORTH_MENTIONING);
    let other = other.map(|other| alternative(&other.key.to_string(), other.confidence)).unwrap_or_default();
    let spans = report.keys.iter().map(|span| (span.start, span.key.to_string()));
    Some(answer(&best.key.to_string(), best.confidence) + &other + &changes(spans))
}

fn tempo(report: &Report) -> Option<String> {
    let best = report.tempo_candidates.first()?;
    let other = report.tempo_candidates.get(1).filter(|other| other.confidence >= WORTH_MENTIONING);
    let other = other
        .map(|other| alternative(&format!("{:.1}", other.bpm.get()), other.confidence))
        .unwrap_or_default();
    let spans = report.tempo_curve.iter().map(|span| (span.start, format!("{:.1}", span.bpm.get())));
    Some(answer(&format!("{:.1} BPM", best.bpm.get()), best.confidence) + &other + &changes(spans))
}

fn meter(report: &Report) -> Option<String> {
    let best = report.time_signature()?;
    let spans = report.time_signatures.iter().map(|span| (span.start, span.value.to_string()));
    Some(answer(&best.value.to_string(), best.confidence) + &changes(spans))
}

/// An answer and how sure it is.
fn answer(text: &str, confidence: f32) -> String {
    format!("{BOLD}{text}{BOLD:#} {DIM}{}{DIM:#}", percent(confidence))
}

fn alternative(text: &str, confidence: f32) -> String {
    format!("{DIM}, or {text} {}{DIM:#}", percent(confidence))
}

/// What follows the first span.
fn changes(spans: impl Iterator<Item = (f64, String)>) -> String {
    let spans: Vec<_> = spans.collect();
    if spans.len() < 2 {
        return String::new();
    }
    let mut words: Vec<String> = spans
        .iter()
        .take(MAX_CHANGES)
        .map(|(start, value)| format!("{value} from {}", clock(*start)))
        .collect();
    if spans.len() > MAX_CHANGES {
        words.push(format!("{} more changes", spans.len() - MAX_CHANGES));
    }
    format!("{DIM}: {}{DIM:#}", words.join(", "))
}

/// Sections, a line each, in columns.
fn table(report: &Report, width: usize) -> String {
    let headings = ["", "Time", "Bars", "Section", "Sure", "Key", "Chords"].map(str::to_owned);
    let mut rows = vec![headings];
    rows.extend(report.sections.iter().map(|section| row(report, section)));
    let n_columns = rows[0].len();
    let widths: Vec<usize> = (0..n_columns)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let style = if i == 0 { DIM } else { Style::new() };
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate().skip(1).filter(|&(column, _)| widths[column] > 0) {
            // Empty columns, of parts not asked for, have a heading only.
            if rows[1..].iter().all(|row| row[column].is_empty()) {
                continue;
            }
            let pad = " ".repeat(widths[column] - cell.chars().count());
            line += &if is_number(column) { format!("  {pad}{cell}") } else { format!("  {cell}{pad}") };
        }
        let group = if i == 0 { "   ".to_owned() } else { timeline::swatch(&report.sections[i - 1]) };
        let line = truncated(line.trim_end(), width.saturating_sub(5));
        _ = writeln!(out, "  {group}{style}{line}{style:#}");
    }
    out
}

/// Whether a column is aligned to the right.
const fn is_number(column: usize) -> bool {
    column == 2 || column == 4
}

fn row(report: &Report, section: &Section) -> [String; 7] {
    let asked = |part| report.include.contains(part);
    let chords = if asked(Part::Chords) {
        progression(&report.chords, section.start, section.end)
    } else {
        String::new()
    };
    [
        section.group.clone(),
        format!("{} – {}", clock(section.start), clock(section.end)),
        section.bars.map(|bars| bars.to_string()).unwrap_or_default(),
        plain(&section.name),
        percent(section.confidence),
        section.key.filter(|_| asked(Part::Key)).map(|key| key.to_string()).unwrap_or_default(),
        plain(&chords),
    ]
}

/// What every host says: the report's three decimals, rounded up from a half.
fn percent(confidence: f32) -> String {
    let reported = (f64::from(confidence) * 1e3).round() / 1e3;
    format!("{:.0} %", (reported * 100.0).round())
}

/// `1:02`, or `1:00:02` from an hour on: the second that has begun, as players show it.
pub(crate) fn clock(time: f64) -> String {
    let reported = (time * 1e3).round() / 1e3;
    let seconds = (reported + 1e-6).floor().max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `text` without what could control a terminal: tags and file names come from strangers.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// At most `width` characters, with an ellipsis where something is left out.
fn truncated(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use sectionist_core::decode::Warning;
    use sectionist_core::harmony::{ChordSpan, KeyCandidate, KeySpan};
    use sectionist_core::rhythm::{MeterSpan, TempoCandidate, TempoSpan};
    use sectionist_core::structure::{Boundary, SectionLabel, SectionTimbre};
    use sectionist_core::units::{Bpm, Key, Mode, PitchClass, TimeSignature};
    use sectionist_core::{AnalysisParams, analyze_samples};

    use super::*;

    pub(super) fn section(start: f64, end: f64, name: &str, group: &str) -> Section {
        Section {
            start,
            end,
            label: SectionLabel::Verse,
            name: name.to_owned(),
            group: group.to_owned(),
            confidence: 0.75,
            alternatives: Vec::new(),
            boundary: Boundary { confidence: 0.9, earliest: start, latest: start, evidence: Vec::new() },
            bars: Some(4),
            key: None,
            tempo: Some(120.0),
            loudness_lufs: None,
            repeats: Vec::new(),
            phrases: Vec::new(),
            timbre: SectionTimbre::default(),
        }
    }

    pub(super) fn chord(start: f64, end: f64, name: &str) -> ChordSpan {
        ChordSpan { start, end, label: String::new(), name: name.to_owned(), roman: None, confidence: 0.8 }
    }

    /// Three minutes with everything found.
    fn song() -> Report {
        let mut report = analyze_samples(&[], 22_050, &AnalysisParams::default()).unwrap();
        let key = |tonic: i32, mode| Key { tonic: PitchClass::from_semitones(tonic), mode };
        let (c_major, a_minor) = (key(0, Mode::Major), key(9, Mode::Minor));
        let bpm = |bpm| Bpm::new(bpm).unwrap();
        report.duration = 180.0;
        report.key_candidates = vec![
            KeyCandidate { key: c_major, confidence: 0.82 },
            KeyCandidate { key: a_minor, confidence: 0.15 },
        ];
        report.keys = vec![
            KeySpan { start: 0.0, end: 140.0, key: c_major, confidence: 0.9 },
            KeySpan { start: 140.0, end: 180.0, key: a_minor, confidence: 0.9 },
        ];
        report.tempo_candidates = vec![TempoCandidate { bpm: bpm(120.0), confidence: 0.93 }];
        report.tempo_curve = vec![TempoSpan { start: 0.0, end: 180.0, bpm: bpm(120.0) }];
        report.time_signatures =
            vec![MeterSpan { start: 0.0, end: 180.0, value: TimeSignature::COMMON, confidence: 0.97 }];
        report.sections = vec![
            section(0.0, 20.0, "Intro", "A"),
            section(20.0, 100.0, "Verse 1", "B"),
            section(100.0, 180.0, "Chorus", "C"),
        ];
        report.sections[1].key = Some(c_major);
        report.chords = ["C", "Am", "F", "G"]
            .iter()
            .cycle()
            .take(80)
            .enumerate()
            .map(|(i, name)| chord(20.0 + 2.0 * i as f64, 22.0 + 2.0 * i as f64, name))
            .collect();
        report.warnings = vec![Warning { code: "truncated", message: "the file ends early".to_owned() }];
        report
    }

    fn stripped(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_song_is_told_in_words() {
        let text = stripped(&summary(&song(), "song.mp3", 80));
        assert!(text.starts_with("song.mp3\n"), "{text}");
        for line in [
            "  Key       C major 82 %, or A minor 15 %: C major from 0:00, A minor from 2:20\n",
            "  Tempo     120.0 BPM 93 %\n",
            "  Meter     4/4 97 %\n",
            "   B   0:20 – 1:40     4  Verse 1  75 %  C major  C Am F G ×10\n",
            "  warning: the file ends early\n",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn silence_says_not_found() {
        let report = analyze_samples(&[0.0; 22_050], 22_050, &AnalysisParams::default()).unwrap();
        let text = stripped(&summary(&report, "x.wav", 80));
        assert!(text.contains("  Key       not found\n"), "{text}");
    }

    #[test]
    fn parts_not_asked_for_are_not_shown() {
        let mut report = song();
        report.include = "tempo".parse().unwrap();
        let text = stripped(&summary(&report, "x.wav", 80));
        assert!(text.contains("Tempo") && !text.contains("Key") && !text.contains("Verse"), "{text}");
    }

    #[test]
    fn tags_cannot_control_the_terminal() {
        let mut report = song();
        report.source.tags.insert("title".to_owned(), "\u{1b}]0;pwned\u{7}\r\nSong\u{9b}31m".to_owned());
        let text = summary(&report, "a\u{1b}[2Jb.wav", 80);
        assert!(text.contains("Song") && !text.contains("\u{1b}]") && !text.contains("\u{1b}[2J"));
        assert!(!text.contains(['\u{7}', '\r', '\u{9b}']));
    }
}
