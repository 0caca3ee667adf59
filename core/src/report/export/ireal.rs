//! Chord charts for iReal Pro: a page with a link a chart, in the protocol for custom charts that its makers
//! document (`irealbook://`). A chart of the program shows 48 bars, so longer songs are several, cut
//! between sections where that can be.

use super::bars::{Bar, changes, into_first_beat};
use super::content::{Content, name_of, one_line};
use super::xml::escaped;
use crate::harmony::ChordSpan;
use crate::harmony::harte;
use crate::structure::{Section, SectionLabel};
use crate::units::{Mode, TimeSignature};

/// Bars of a chart: twelve lines of four.
const BARS_PER_CHART: usize = 48;

/// The meters that the program knows, as it writes them.
const METERS: [(u8, u8, &str); 15] = [
    (4, 4, "T44"),
    (3, 4, "T34"),
    (2, 4, "T24"),
    (5, 4, "T54"),
    (6, 4, "T64"),
    (7, 4, "T74"),
    (2, 2, "T22"),
    (3, 2, "T32"),
    (5, 8, "T58"),
    (6, 8, "T68"),
    (7, 8, "T78"),
    (9, 8, "T98"),
    (12, 8, "T12"),
    (3, 8, "T38"),
    (8, 4, "T84"),
];

pub(super) fn write(content: &Content<'_>) -> String {
    let title = content.title().map(one_line).unwrap_or_else(|| "Song".to_owned());
    let charts = charts(content);
    let mut links = String::new();
    for (i, chart) in charts.iter().enumerate() {
        let name =
            if charts.len() > 1 { format!("{title} ({}/{})", i + 1, charts.len()) } else { title.clone() };
        let link = link(content, &name, chart);
        links += &format!("<p><a href=\"irealbook://{}\">{}</a></p>\n", percent(&link), escaped(&name));
    }
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n{links}</body>\n</html>\n",
        escaped(&title)
    )
}

/// What a link says: title, composer, style, key, `n`, chart.
fn link(content: &Content<'_>, title: &str, chart: &str) -> String {
    let field = |text: &str, default: &str| {
        let text = one_line(text).replace('=', "-");
        if text.is_empty() { default.to_owned() } else { text }
    };
    let key = content.key.map_or_else(
        || "C".to_owned(),
        |song| format!("{}{}", song.key.tonic_name(), if song.key.mode == Mode::Minor { "-" } else { "" }),
    );
    let artist = field(content.tag("artist").unwrap_or_default(), "Unknown");
    format!("{}={artist}=Pop={key}=n={chart}", field(title, "Song"))
}

fn charts(content: &Content<'_>) -> Vec<String> {
    let bars = content.bars();
    let mut parts: Vec<(Option<&Section>, Vec<&Bar>)> = Vec::new();
    let mut n_started = 0;
    for bar in &bars {
        let time = into_first_beat(bar);
        let new = content.sections[n_started..].iter().take_while(|section| section.start <= time).count();
        n_started += new;
        if new > 0 || parts.is_empty() {
            parts.push((n_started.checked_sub(1).map(|idx| &content.sections[idx]), Vec::new()));
        }
        if let Some(part) = parts.last_mut() {
            part.1.push(bar);
        }
    }
    let mut charts: Vec<Chart> = vec![Chart::default()];
    for (section, bars) in &parts {
        for (i, some) in bars.chunks(BARS_PER_CHART).enumerate() {
            let n_there = charts.last().map_or(0, |chart| chart.n_bars);
            if n_there > 0 && n_there + some.len() > BARS_PER_CHART {
                charts.push(Chart::default());
            }
            if let Some(chart) = charts.last_mut() {
                chart.add(section.filter(|_| i == 0), some, content.chords);
            }
        }
    }
    charts.into_iter().filter(|chart| chart.n_bars > 0).map(|chart| chart.text + "Z").collect()
}

#[derive(Default)]
struct Chart {
    text: String,
    n_bars: usize,
    meter: Option<TimeSignature>,
}

impl Chart {
    /// Adds the bars of a section, between double bar lines.
    fn add(&mut self, section: Option<&Section>, bars: &[&Bar], chords: &[ChordSpan]) {
        if self.n_bars > 0 {
            self.text.pop();
            self.text.push(']');
        }
        self.text.push('[');
        if let Some(section) = section {
            self.text += mark(section);
        }
        for (i, bar) in bars.iter().enumerate() {
            if self.meter != Some(bar.meter) {
                let TimeSignature { numerator, denominator } = bar.meter;
                let known = METERS.iter().find(|meter| (meter.0, meter.1) == (numerator, denominator));
                self.text += known.map_or("", |meter| meter.2);
                self.meter = Some(bar.meter);
            }
            if let Some(section) = section.filter(|_| i == 0) {
                let words: String = name_of(section).chars().filter(|c| !"<>*=".contains(*c)).collect();
                self.text += &format!("<{words}>");
            }
            self.text += &cells(bar, chords);
            self.text.push('|');
        }
        self.n_bars += bars.len();
    }
}

/// The rehearsal mark of a section: intro, verse, or the letter of what returns, as far as the program has letters.
fn mark(section: &Section) -> &'static str {
    match (section.label, &*section.group) {
        (SectionLabel::Intro, _) => "*i",
        (SectionLabel::Verse, _) => "*V",
        (_, "A") => "*A",
        (_, "B") => "*B",
        (_, "C") => "*C",
        (_, "D") => "*D",
        _ => "",
    }
}

/// A cell a beat: a chord, or a space where it goes on. Chords side by side are parted by commas.
fn cells(bar: &Bar, chords: &[ChordSpan]) -> String {
    let mut out = String::new();
    let mut after_chord = false;
    for chord in changes(bar, chords) {
        match chord {
            Some(chord) => {
                if after_chord {
                    out.push(',');
                }
                out += &chord.and_then(symbol).unwrap_or_else(|| "n".to_owned());
            }
            None => out.push(' '),
        }
        after_chord = chord.is_some();
    }
    out
}

/// A chord as the program writes it; `None` for none.
fn symbol(chord: &ChordSpan) -> Option<String> {
    let symbol = harte::symbol(&chord.label)?;
    let quality = match symbol.shorthand {
        "min" => "-",
        "dim" => "o",
        "aug" => "+",
        "sus2" => "2",
        "sus4" => "sus",
        "maj7" => "^7",
        "min7" => "-7",
        "7" => "7",
        "hdim7" => "h7",
        "dim7" => "o7",
        "aug7" => "7#5",
        "minmaj7" => "-^7",
        "6" | "maj6" => "6",
        "min6" => "-6",
        "maj9" => "^9",
        "min9" => "-9",
        "9" => "9",
        "11" => "11",
        "min11" => "-11",
        "13" => "13",
        "5" => "5",
        _ => "",
    };
    let bass = symbol.bass.map(|bass| format!("/{bass}")).unwrap_or_default();
    Some(format!("{}{quality}{bass}", symbol.root))
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'=' | b'*' | b',' => {
                out.push(char::from(byte));
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_song_is_a_chart_of_its_sections() {
        let song = samples::song();
        let content = Content::of(&song);
        let charts = charts(&content);
        assert_eq!(charts.len(), 1);
        assert!(
            charts[0].starts_with(
                "[*iT44<Intro>n|C   |A-   |F^7/A   |Gsus G7 ][*V<Verse 1>C   |A-   |F^7/A   |Gsus G7 ][*C"
            ),
            "{}",
            charts[0]
        );
        assert!(
            charts[0].contains("[*DT34<Section>A-  |A-  |") && charts[0].ends_with("|Z"),
            "{}",
            charts[0]
        );
        assert!(link(&content, "a=b", "[C|Z").starts_with("a-b=The Examples=Pop=C=n=[C|Z"));
    }

    #[test]
    fn long_songs_are_several_charts() {
        let mut song = samples::song();
        let beats = song.beats.clone();
        for round in 1..4 {
            song.beats.extend(beats[1..].iter().map(|beat| {
                let mut beat = *beat;
                beat.time += 57.0 * f64::from(round);
                beat
            }));
        }
        song.duration *= 4.0;
        let charts = charts(&Content::of(&song));
        assert_eq!(charts.len(), 3);
        for chart in charts {
            assert!(chart.matches('|').count() + chart.matches(']').count() <= BARS_PER_CHART + 1, "{chart}");
        }
    }

    #[test]
    fn nothing_breaks_the_page() {
        for report in [samples::odd_texts(), samples::silence(), samples::broken()] {
            let page = write(&Content::of(&report));
            assert_eq!(page.matches("<a ").count(), page.matches("</a>").count());
            assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        }
    }
}
