//! A chord sheet in ChordPro: title, key, tempo and meter, then the chords of each section.
//!
//! Four bars a line: as lines that every reader knows, chords in brackets over a stroke a beat, or as grids, with a
//! dot for a beat on which the chord goes on. Without bars, chords are listed in order.

use super::bars::{Bar, into_first_beat, starts};
use super::content::{Content, name_of, one_line};
use crate::harmony::ChordSpan;
use crate::structure::{Section, SectionLabel};
use crate::units::Mode;

/// Bars a line of a grid.
const BARS_PER_LINE: usize = 4;

/// Chords a line where there are no bars.
const CHORDS_PER_LINE: usize = 8;

/// How bars are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// `| [C]/ / [F#m/A]/ / |`: chords that transpose, show diagrams and stand over their beats.
    Lines,
    /// `{start_of_grid}`: a table. Not every reader takes its cells for chords.
    Grid,
}

pub(super) fn write(content: &Content<'_>, layout: Layout) -> String {
    let mut out = String::new();
    let mut directive = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out += &format!("{{{name}: {value}}}\n");
        }
    };
    directive("title", content.title().map(plain));
    directive("artist", content.tag("artist").map(plain));
    directive("album", content.tag("album").map(plain));
    directive(
        "key",
        content.key.map(|candidate| {
            let minor = if candidate.key.mode == Mode::Minor { "m" } else { "" };
            format!("{}{minor}", candidate.key.tonic_name())
        }),
    );
    directive("tempo", content.tempo().map(|tempo| format!("{:.0}", tempo.bpm.get())));
    directive("time", content.meter.map(|meter| meter.value.to_string()));
    directive("duration", Some(clock(content.duration)));

    let bars = content.bars();
    let whole = [(None, 0.0, f64::INFINITY)];
    let sections: Vec<(Option<&Section>, f64, f64)> = if content.sections.is_empty() {
        whole.into()
    } else {
        content.sections.iter().map(|section| (Some(section), section.start, section.end)).collect()
    };
    for (section, start, end) in sections {
        let body = if bars.is_empty() {
            list(chords_between(content.chords, start, end))
        } else if content.chords.is_empty() {
            String::new()
        } else {
            let within: Vec<&Bar> =
                bars.iter().filter(|bar| (start..end).contains(&into_first_beat(bar))).collect();
            match layout {
                Layout::Lines => lines(&within, content.chords),
                Layout::Grid => grid(&within, content.chords),
            }
        };
        let (head, tail) = section.map_or_else(Default::default, |section| frame(section, layout));
        if !head.is_empty() || !body.is_empty() {
            out.push('\n');
        }
        out += &(head + &body + &tail);
    }
    out
}

/// What stands before and after the chords of a section. Grids are environments themselves, which cannot lie in
/// another one.
fn frame(section: &Section, layout: Layout) -> (String, String) {
    let name = plain(&name_of(section));
    let environment = match section.label {
        SectionLabel::Verse => "verse",
        SectionLabel::Chorus => "chorus",
        SectionLabel::Bridge => "bridge",
        _ => "",
    };
    if environment.is_empty() || layout == Layout::Grid {
        return (format!("{{comment: {name}}}\n"), String::new());
    }
    (format!("{{start_of_{environment}: {name}}}\n"), format!("{{end_of_{environment}}}\n"))
}

/// Bars as lines: a stroke a beat, and before it the chord that starts there.
fn lines(bars: &[&Bar], chords: &[ChordSpan]) -> String {
    let mut out = String::new();
    for line in bars.chunks(BARS_PER_LINE) {
        for bar in line {
            out.push('|');
            for chord in starts(bar, chords) {
                out += &chord.map_or_else(|| " /".to_owned(), |name| format!(" [{}]/", token(name)));
            }
            out.push(' ');
        }
        out += "|\n";
    }
    out
}

/// Bars as a grid environment.
fn grid(bars: &[&Bar], chords: &[ChordSpan]) -> String {
    let Some(widest) = bars.iter().map(|bar| bar.beats.len()).max() else { return String::new() };
    let mut out = format!("{{start_of_grid shape=\"{BARS_PER_LINE}x{widest}\"}}\n");
    for line in bars.chunks(BARS_PER_LINE) {
        for bar in line {
            out += "| ";
            out += &cells(bar, chords).join(" ");
            out.push(' ');
        }
        out += "|\n";
    }
    out += "{end_of_grid}\n";
    out
}

/// What stands at each beat of a bar: a chord's name, or a dot where the last one goes on.
fn cells(bar: &Bar, chords: &[ChordSpan]) -> Vec<String> {
    let starts = starts(bar, chords).into_iter();
    starts.map(|chord| chord.map_or_else(|| ".".to_owned(), token)).collect()
}

/// Chords that start between two times.
fn chords_between(chords: &[ChordSpan], start: f64, end: f64) -> impl Iterator<Item = &ChordSpan> {
    chords.iter().filter(move |chord| (start..end).contains(&chord.start))
}

/// Chords in brackets.
fn list<'a>(chords: impl Iterator<Item = &'a ChordSpan>) -> String {
    let names: Vec<String> = chords.map(|chord| format!("[{}]", token(&chord.name))).collect();
    names.chunks(CHORDS_PER_LINE).map(|line| line.join(" ") + "\n").collect()
}

/// A chord's name without what has a meaning in the format.
fn token(name: &str) -> String {
    let name: String =
        name.chars().filter(|c| !c.is_control() && !c.is_whitespace() && !"|[]{}:\"'".contains(*c)).collect();
    if name.is_empty() { "N.C.".to_owned() } else { name }
}

/// A text for a directive: on one line and without braces.
fn plain(text: &str) -> String {
    one_line(text).replace('{', "(").replace('}', ")")
}

/// Minutes and seconds.
fn clock(duration: f64) -> String {
    let seconds = duration.round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_song_is_lines_of_chords() {
        let sheet = write(&Content::of(&samples::song()), Layout::Lines);
        let start = "{title: Example Song}\n{artist: The Examples}\n{key: C}\n{tempo: 120}\n{time: 4/4}\n{duration: 1:00}\n";
        assert!(sheet.starts_with(start), "{sheet}");
        assert!(
            sheet.contains(
                "\n{start_of_verse: Verse 1}\n\
                 | [C]/ / / / | [Am]/ / / / | [Fmaj7/A]/ / / / | [Gsus4]/ / [G7]/ / |\n{end_of_verse}\n"
            ),
            "{sheet}"
        );
        // The intro has the upbeat.
        assert!(sheet.contains("\n{comment: Intro}\n| [N.C.]/ | [C]/ / / / |"), "{sheet}");
        assert!(sheet.contains("| [Am]/ / / | [Am]/ / / |"), "{sheet}");
    }

    #[test]
    fn grids_are_a_second_choice() {
        let sheet = write(&Content::of(&samples::song()), Layout::Grid);
        assert!(
            sheet.contains(
                "{comment: Verse 1}\n{start_of_grid shape=\"4x4\"}\n\
             | C . . . | Am . . . | Fmaj7/A . . . | Gsus4 . G7 . |\n{end_of_grid}\n"
            ),
            "{sheet}"
        );
        assert!(sheet.contains("| Am . . | Am . . |"), "{sheet}");
    }

    #[test]
    fn odd_texts_stay_within_their_directives_and_cells() {
        for layout in [Layout::Lines, Layout::Grid] {
            let sheet = write(&Content::of(&samples::odd_texts()), layout);
            for line in sheet.lines().filter(|line| line.starts_with('{')) {
                assert!(line.ends_with('}') && line.matches(['{', '}']).count() == 2, "{line}");
            }
            let grids = sheet.lines().filter(|line| line.starts_with('|'));
            for line in grids {
                assert!(line.ends_with('|') && line.matches('|').count() <= BARS_PER_LINE + 1, "{line}");
            }
            assert!(!sheet.contains(['\u{0}', '\u{1b}', '\t']));
        }
    }

    #[test]
    fn without_bars_chords_are_listed() {
        let mut song = samples::song();
        song.beats.clear();
        let sheet = write(&Content::of(&song), Layout::Lines);
        assert!(sheet.contains("{start_of_verse: Verse 1}\n[C] [Am] [Fmaj7/A] [Gsus4] [G7]\n"), "{sheet}");
    }

    #[test]
    fn silence_has_a_title_only() {
        assert_eq!(
            write(&Content::of(&samples::silence()), Layout::Lines),
            "{title: silence}\n{duration: 0:03}\n"
        );
    }
}
