//! A chord sheet in ChordPro: title, key, tempo and meter, then the chords of each section.
//!
//! Where there are bars, each section is a grid of bars and beats, four bars a line, a dot for a beat
//! on which the chord goes on. Without bars, chords are listed in order.

use super::bars::Bar;
use super::content::{Content, name_of, one_line};
use crate::harmony::ChordSpan;
use crate::units::Mode;

/// Bars a line of a grid.
const BARS_PER_LINE: usize = 4;

/// Chords a line where there are no bars.
const CHORDS_PER_LINE: usize = 8;

/// Of the way from a beat to the next, where the beat's chord is read: chords seldom start on the dot.
const INTO_BEAT: f64 = 0.3;

pub(super) fn write(content: &Content<'_>) -> String {
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
    let sections: Vec<(String, f64, f64)> = if content.sections.is_empty() {
        vec![(String::new(), 0.0, f64::INFINITY)]
    } else {
        content.sections.iter().map(|s| (plain(&name_of(s)), s.start, s.end)).collect()
    };
    for (name, start, end) in sections {
        let body = if bars.is_empty() {
            list(chords_between(content.chords, start, end))
        } else {
            let within: Vec<&Bar> =
                bars.iter().filter(|bar| (start..end).contains(&into_first_beat(bar))).collect();
            if content.chords.is_empty() { String::new() } else { grid(&within, content.chords) }
        };
        if !name.is_empty() {
            out += &format!("\n{{comment: {name}}}\n");
        } else if !body.is_empty() {
            out.push('\n');
        }
        out += &body;
    }
    out
}

/// A time safely within the bar's first beat: section boundaries are not exactly on downbeats.
fn into_first_beat(bar: &Bar) -> f64 {
    let end = bar.beats.get(1).copied().unwrap_or(bar.end);
    bar.start + INTO_BEAT * (end - bar.start)
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
    let mut last = None;
    let ends = bar.beats[1..].iter().copied().chain([bar.end]);
    bar.beats
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            let name =
                chord_at(chords, start + INTO_BEAT * (end - start)).map_or("N.C.", |chord| &chord.name);
            if last.replace(name) == Some(name) { ".".to_owned() } else { token(name) }
        })
        .collect()
}

fn chord_at(chords: &[ChordSpan], time: f64) -> Option<&ChordSpan> {
    let n_started = chords.partition_point(|chord| chord.start <= time);
    chords[..n_started].last().filter(|chord| time < chord.end)
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
    fn a_song_is_a_grid_a_section() {
        let sheet = write(&Content::of(&samples::song()));
        let start = "{title: Example Song}\n{artist: The Examples}\n{key: C}\n{tempo: 120}\n{time: 4/4}\n{duration: 1:00}\n";
        assert!(sheet.starts_with(start), "{sheet}");
        assert!(
            sheet.contains(
                "{comment: Verse 1}\n{start_of_grid shape=\"4x4\"}\n\
             | C . . . | Am . . . | Fmaj7/A . . . | Gsus4 . G7 . |\n{end_of_grid}\n"
            ),
            "{sheet}"
        );
        // The intro has the upbeat.
        assert!(
            sheet.contains("{comment: Intro}\n{start_of_grid shape=\"4x4\"}\n| N.C. | C . . . |"),
            "{sheet}"
        );
        assert!(sheet.contains("| Am . . | Am . . |"), "{sheet}");
    }

    #[test]
    fn odd_texts_stay_within_their_directives_and_cells() {
        let sheet = write(&Content::of(&samples::odd_texts()));
        for line in sheet.lines().filter(|line| line.starts_with('{')) {
            assert!(line.ends_with('}') && line.matches(['{', '}']).count() == 2, "{line}");
        }
        let grids = sheet.lines().filter(|line| line.starts_with('|'));
        for line in grids {
            assert!(line.ends_with('|') && line.matches('|').count() <= BARS_PER_LINE + 1, "{line}");
        }
        assert!(!sheet.contains(['\u{0}', '\u{1b}', '\t']));
    }

    #[test]
    fn without_bars_chords_are_listed() {
        let mut song = samples::song();
        song.beats.clear();
        let sheet = write(&Content::of(&song));
        assert!(sheet.contains("{comment: Verse 1}\n[C] [Am] [Fmaj7/A] [Gsus4] [G7]\n"), "{sheet}");
    }

    #[test]
    fn silence_has_a_title_only() {
        assert_eq!(write(&Content::of(&samples::silence())), "{title: silence}\n{duration: 0:03}\n");
    }
}
