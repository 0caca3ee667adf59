//! A lead sheet in MusicXML 4.0: chord symbols over a slash a beat, with key, meter, tempo, and the names of
//! sections as rehearsal marks, four bars a line.
//!
//! A bar with more or fewer beats than its meter has gets a time signature of its own.

use super::bars::{Bar, changes, into_first_beat};
use super::content::{Content, name_of};
use super::tempo_map::{TICKS_PER_QUARTER, bar_meter, ticks_per_beat};
use super::xml::{DECLARATION, escaped};
use crate::harmony::ChordSpan;
use crate::harmony::harte;
use crate::units::{Key, Mode, TimeSignature};

/// Bars a line.
const BARS_PER_LINE: usize = 4;

pub(super) fn write(content: &Content<'_>) -> String {
    let title = content.title().map(escaped).unwrap_or_default();
    let mut out = format!(
        "{DECLARATION}<score-partwise version=\"4.0\">\n  <work><work-title>{title}</work-title></work>\n  <identification>\n"
    );
    if let Some(artist) = content.tag("artist") {
        out += &format!("    <creator type=\"composer\">{}</creator>\n", escaped(artist));
    }
    out += &format!(
        "    <encoding><software>Sectionist {}</software></encoding>\n  </identification>\n  <part-list>\n    \
         <score-part id=\"P1\"><part-name print-object=\"no\">Chords</part-name></score-part>\n  </part-list>\n  <part id=\"P1\">\n",
        crate::ANALYSIS_VERSION
    );
    let bars = content.bars();
    let mut marks = Marks::default();
    for (i, bar) in bars.iter().enumerate() {
        out += &measure(content, bar, i, i + 1 == bars.len(), &mut marks);
    }
    if bars.is_empty() {
        out += "    <measure number=\"1\">\n      <attributes><divisions>1</divisions><time><beats>4</beats>\
                <beat-type>4</beat-type></time><clef><sign>G</sign><line>2</line></clef></attributes>\n      \
                <note><rest measure=\"yes\"/><duration>4</duration></note>\n    </measure>\n";
    }
    out + "  </part>\n</score-partwise>\n"
}

/// What was written last: it is written again where it changes.
#[derive(Default)]
struct Marks {
    meter: Option<TimeSignature>,
    key: Option<Key>,
    /// Sections whose names are written.
    n_sections: usize,
}

fn measure(content: &Content<'_>, bar: &Bar, index: usize, is_last: bool, marks: &mut Marks) -> String {
    let time = into_first_beat(bar);
    let implicit = if bar.number == 0 { " implicit=\"yes\"" } else { "" };
    let mut out = format!("    <measure number=\"{}\"{implicit}>\n", bar.number);
    if bar.number > 1 && bar.number % BARS_PER_LINE == 1 {
        out += "      <print new-system=\"yes\"/>\n";
    }
    let span = content.keys.iter().rfind(|span| span.start <= time);
    let key = span.map(|span| span.key).or_else(|| content.key.map(|song| song.key));
    // A bar that the song ends in does not change the meter.
    let whole = is_last && bar.beats.len() < bar.meter.beats_per_bar();
    let meter = if whole { marks.meter.unwrap_or(bar.meter) } else { bar_meter(bar.meter, bar.beats.len()) };
    out += &attributes(key, meter, index == 0, marks);
    let sections = &content.sections[marks.n_sections..];
    let n_started = sections.iter().take_while(|section| section.start <= time).count();
    // The latest, where several start before this bar.
    if let Some(section) = sections[..n_started].last() {
        let name = escaped(&name_of(section));
        out += &format!(
            "      <direction placement=\"above\"><direction-type><rehearsal>{name}</rehearsal></direction-type></direction>\n"
        );
    }
    marks.n_sections += n_started;
    if index == 0
        && let Some(tempo) = content.tempo()
    {
        out += &metronome(tempo.bpm.get(), bar.meter);
    }
    for chord in changes(bar, content.chords) {
        if let Some(chord) = chord {
            out += &harmony(chord);
        }
        out += &slash(ticks_per_beat(bar.meter));
    }
    if is_last {
        out += "      <barline location=\"right\"><bar-style>light-heavy</bar-style></barline>\n";
    }
    out + "    </measure>\n"
}

/// Divisions and clef at the start; key and meter where they change.
fn attributes(key: Option<Key>, meter: TimeSignature, is_first: bool, marks: &mut Marks) -> String {
    let new_key = key.filter(|key| marks.key != Some(*key));
    let new_meter = Some(meter).filter(|meter| marks.meter != Some(*meter));
    if !is_first && new_key.is_none() && new_meter.is_none() {
        return String::new();
    }
    let mut out = String::from("      <attributes>");
    if is_first {
        out += &format!("<divisions>{TICKS_PER_QUARTER}</divisions>");
    }
    if let Some(key) = new_key {
        let mode = if key.mode == Mode::Minor { "minor" } else { "major" };
        out += &format!("<key><fifths>{}</fifths><mode>{mode}</mode></key>", key.fifths());
        marks.key = Some(key);
    }
    if let Some(meter) = new_meter {
        let TimeSignature { numerator, denominator } = meter;
        out += &format!("<time><beats>{numerator}</beats><beat-type>{denominator}</beat-type></time>");
        marks.meter = Some(meter);
    }
    if is_first {
        out += "<clef><sign>G</sign><line>2</line></clef>";
    }
    out + "</attributes>\n"
}

fn metronome(bpm: f64, meter: TimeSignature) -> String {
    let (kind, dots) = note_value(ticks_per_beat(meter)).unwrap_or(("quarter", 0));
    let dot = "<beat-unit-dot/>".repeat(dots);
    // Tempo is told in felt beats, and to players in quarters.
    let quarters = bpm * ticks_per_beat(meter) as f64 / f64::from(TICKS_PER_QUARTER);
    format!(
        "      <direction placement=\"above\"><direction-type><metronome><beat-unit>{kind}</beat-unit>{dot}\
         <per-minute>{bpm:.0}</per-minute></metronome></direction-type><sound tempo=\"{quarters:.2}\"/></direction>\n"
    )
}

/// A chord symbol: `None` for no chord.
fn harmony(chord: Option<&ChordSpan>) -> String {
    let Some((chord, symbol)) = chord.and_then(|chord| Some((chord, harte::symbol(&chord.label)?))) else {
        return "      <harmony><root><root-step text=\"\">C</root-step></root><kind text=\"N.C.\">none</kind></harmony>\n"
            .to_owned();
    };
    let step = |element: &str, name: &str| {
        let (letter, marks) = name.split_at(1);
        let alter = marks.chars().map(|mark| if mark == '#' { 1 } else { -1 }).sum::<i32>();
        let alter =
            if alter == 0 { String::new() } else { format!("<{element}-alter>{alter}</{element}-alter>") };
        format!("<{element}><{element}-step>{letter}</{element}-step>{alter}</{element}>")
    };
    let body = chord.name.split('/').next().unwrap_or_default();
    let text = escaped(body.strip_prefix(symbol.root).unwrap_or_default());
    let bass = symbol.bass.map(|bass| step("bass", &bass)).unwrap_or_default();
    format!(
        "      <harmony>{}<kind text=\"{text}\">{}</kind>{bass}</harmony>\n",
        step("root", symbol.root),
        kind(symbol.shorthand)
    )
}

/// MusicXML's name of a quality.
fn kind(shorthand: &str) -> &'static str {
    match shorthand {
        "maj" => "major",
        "min" => "minor",
        "dim" => "diminished",
        "aug" => "augmented",
        "sus2" => "suspended-second",
        "sus4" => "suspended-fourth",
        "maj7" => "major-seventh",
        "min7" => "minor-seventh",
        "7" => "dominant",
        "hdim7" => "half-diminished",
        "dim7" => "diminished-seventh",
        "aug7" => "augmented-seventh",
        "minmaj7" => "major-minor",
        "6" | "maj6" => "major-sixth",
        "min6" => "minor-sixth",
        "maj9" => "major-ninth",
        "min9" => "minor-ninth",
        "9" => "dominant-ninth",
        "maj11" => "major-11th",
        "min11" => "minor-11th",
        "11" => "dominant-11th",
        "maj13" => "major-13th",
        "min13" => "minor-13th",
        "13" => "dominant-13th",
        "5" => "power",
        _ => "other",
    }
}

/// A beat without a note of its own.
fn slash(ticks: u64) -> String {
    let value = note_value(ticks)
        .map_or_else(String::new, |(kind, dots)| format!("<type>{kind}</type>{}", "<dot/>".repeat(dots)));
    format!(
        "      <note><pitch><step>B</step><octave>4</octave></pitch><duration>{ticks}</duration>{value}\
         <stem>none</stem><notehead>slash</notehead></note>\n"
    )
}

/// Name and number of dots of a note of that length, if there is one.
fn note_value(ticks: u64) -> Option<(&'static str, usize)> {
    let quarter = u64::from(TICKS_PER_QUARTER);
    let values = [
        ("whole", 4 * quarter),
        ("half", 2 * quarter),
        ("quarter", quarter),
        ("eighth", quarter / 2),
        ("16th", quarter / 4),
    ];
    values.into_iter().find_map(|(name, length)| match ticks {
        _ if ticks == length => Some((name, 0)),
        _ if 2 * ticks == 3 * length => Some((name, 1)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::super::xml::tests::{all, read};
    use super::*;

    #[test]
    fn every_report_is_well_formed_and_has_a_bar() {
        for report in [samples::song(), samples::odd_texts(), samples::silence(), samples::broken()] {
            let elements = read(&write(&Content::of(&report)));
            assert!(!all(&elements, "measure").is_empty());
        }
    }

    #[test]
    fn bars_hold_chords_over_beats() {
        let song = samples::song();
        let sheet = write(&Content::of(&song));
        let elements = read(&sheet);
        assert_eq!(all(&elements, "measure").len(), 1 + 16 + 12);
        assert_eq!(all(&elements, "note").len(), song.beats.len());
        let bars: Vec<&str> = sheet.split("<measure ").skip(1).collect();
        assert!(bars[0].contains("number=\"0\" implicit=\"yes\"") && bars[0].contains("<beats>1</beats>"));
        assert!(bars[3].contains(
            "<root-step>F</root-step></root><kind text=\"maj7\">major-seventh</kind><bass><bass-step>A<"
        ));
        assert!(bars[4].contains(">suspended-fourth<") && bars[4].contains(">dominant<"));
        assert!(bars[5].contains("<rehearsal>Verse 1</rehearsal>"), "{}", bars[5]);
        assert!(
            bars[17].contains("<beats>3</beats>") && bars[17].contains("<mode>minor</mode>"),
            "{}",
            bars[17]
        );
        assert!(!bars[6].contains("<attributes>"));
    }
}
