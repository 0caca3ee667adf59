//! Comma-separated values (RFC 4180), for spreadsheets and scripts.

use super::bars::Bar;
use super::content::{Content, is_time, name_of, one_line, seconds, unit};

/// The columns of [`write`].
const COLUMNS: [&str; 9] = ["part", "start", "end", "bar", "label", "name", "group", "roman", "confidence"];

/// One table of all timed events by start time: sections, keys, meters, tempo, chords and beats.
///
/// `label` is for machines (`verse`, `C:maj7/3`, `4/4`, the beat's place in its bar), `name` for people.
pub(super) fn write(content: &Content<'_>) -> String {
    let bars = content.bars();
    let mut events: Vec<(f64, String)> = Vec::new();
    let mut event = |part: &str, start: f64, end: f64, texts: [String; 4], confidence: Option<f32>| {
        let [label, name, group, roman] = texts;
        let bar = bar_at(&bars, start).map(|bar| bar.number.to_string()).unwrap_or_default();
        let confidence = confidence.map(|c| unit(c).to_string()).unwrap_or_default();
        let cells =
            [part.to_owned(), seconds(start), seconds(end), bar, label, name, group, roman, confidence];
        events.push((if is_time(start) { start } else { 0.0 }, record(&cells)));
    };
    let none = String::new;
    for s in content.sections {
        let texts = [s.label.name().to_owned(), text(&name_of(s)), text(&s.group), none()];
        event("section", s.start, s.end, texts, Some(s.confidence));
    }
    for k in content.keys {
        let key = k.key.to_string();
        event("key", k.start, k.end, [key.clone(), key, none(), none()], Some(k.confidence));
    }
    for m in content.meters {
        // Spreadsheets take a bare 4/4 for a date; the name survives.
        let texts = [m.value.to_string(), format!("{} time", m.value), none(), none()];
        event("meter", m.start, m.end, texts, Some(m.confidence));
    }
    for t in content.tempo_curve {
        let texts = [format!("{:.2}", t.bpm.get()), format!("{:.0} BPM", t.bpm.get()), none(), none()];
        event("tempo", t.start, t.end, texts, None);
    }
    for c in content.chords {
        let texts = [text(&c.label), text(&c.name), none(), c.roman.as_deref().map(text).unwrap_or_default()];
        event("chord", c.start, c.end, texts, Some(c.confidence));
    }
    for (i, b) in content.beats.iter().enumerate() {
        let end = content.beat_end(i);
        let name = if b.position == 1 { "downbeat" } else { "beat" }.to_owned();
        event("beat", b.time, end, [b.position.to_string(), name, none(), none()], Some(b.confidence));
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    std::iter::once(record(&COLUMNS.map(str::to_owned)))
        .chain(events.into_iter().map(|(_, row)| row))
        .collect()
}

/// The bar that `time` is in, if it is in one.
fn bar_at(bars: &[Bar], time: f64) -> Option<&Bar> {
    // Half a millisecond: a section that starts on a rounded downbeat is in that bar.
    let n_started = bars.partition_point(|bar| bar.start <= time + 5e-4);
    bars.get(n_started.checked_sub(1)?)
}

/// A text as a cell's content: on one line, and never a formula. Spreadsheets evaluate cells that
/// start with one of these characters, whoever wrote them; an apostrophe before it says text.
fn text(text: &str) -> String {
    let text = one_line(text);
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text,
    }
}

/// Cells as a line of the file, quoted where they have to be.
pub(super) fn record(cells: &[String]) -> String {
    let quoted = |cell: &String| {
        if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::samples;
    use super::*;

    /// A reader of RFC 4180, independent of the writer.
    pub(in super::super) fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut cell)),
                '\r' if !quoted => {
                    assert_eq!(chars.next(), Some('\n'));
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                c => cell.push(c),
            }
        }
        assert!(!quoted && row.is_empty() && cell.is_empty(), "the last line ends");
        rows
    }

    #[test]
    fn all_events_come_in_order_of_time() {
        let song = samples::song();
        let rows = read(&write(&Content::of(&song)));
        assert_eq!(rows[0], COLUMNS);
        let n = song.sections.len()
            + song.keys.len()
            + song.time_signatures.len()
            + song.tempo_curve.len()
            + song.chords.len()
            + song.beats.len();
        assert_eq!(rows.len(), n + 1);
        let starts: Vec<f64> = rows[1..].iter().map(|row| row[1].parse().unwrap()).collect();
        assert!(starts.windows(2).all(|w| w[0] <= w[1]));
        assert!(rows[1..].iter().all(|row| row.len() == COLUMNS.len()));
        assert!(
            rows.contains(
                &["section", "9.000", "17.000", "5", "verse", "Verse 1", "B", "", "0.75"]
                    .map(str::to_owned)
                    .into()
            )
        );
        assert!(
            rows.contains(
                &["chord", "5.000", "7.000", "3", "F:maj7/3", "Fmaj7/A", "", "IVmaj7", "0.8"]
                    .map(str::to_owned)
                    .into()
            )
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        let rows = read(&write(&Content::of(&samples::odd_texts())));
        for cell in rows.iter().flatten().filter(|cell| cell.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
        }
        assert!(rows.iter().any(|row| row[5] == "'=1+1,\"quoted\" second line | <i>&amp; {b} ü"));
    }

    #[test]
    fn silence_gives_the_heading_only() {
        assert_eq!(write(&Content::of(&samples::silence())).lines().count(), 1);
    }
}
