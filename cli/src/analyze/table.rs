//! One table of several songs.

use sectionist_core::Report;
use sectionist_core::units::{Key, Mode};
use serde_json::{Value, json};

use crate::args::TableShape;

/// A line of the table: what is told of one song.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    name: String,
    key: Option<(Key, f32)>,
    bpm: Option<(f64, f32)>,
    meter: Option<(String, f32)>,
    /// Seconds.
    length: f64,
}

impl Row {
    pub(super) fn of(report: &Report, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            key: report.key_candidates.first().map(|best| (best.key, best.confidence)),
            bpm: report.tempo_candidates.first().map(|best| (best.bpm.get(), best.confidence)),
            meter: report.time_signature().map(|meter| (meter.value.to_string(), meter.confidence)),
            length: report.duration,
        }
    }
}

/// The Camelot code of a key, which neighbours on the circle of fifths follow: C major is 8B, A minor 8A, G major 9B.
fn camelot(key: Key) -> String {
    let tonic = key.tonic.semitones() as i32;
    let (major, letter) = match key.mode {
        Mode::Major => (tonic, 'B'),
        Mode::Minor => (tonic + 3, 'A'),
    };
    format!("{}{letter}", (7 * major + 7).rem_euclid(12) + 1)
}

/// The table.
pub(super) fn written(rows: &[Row], shape: TableShape) -> String {
    match shape {
        TableShape::Text => text(rows),
        TableShape::Csv => csv(rows),
        TableShape::Json => format!("{:#}\n", Value::Array(rows.iter().map(object).collect())),
    }
}

/// Names of the columns in CSV and JSON.
const COLUMNS: [&str; 9] = [
    "name",
    "key",
    "camelot",
    "key_confidence",
    "bpm",
    "bpm_confidence",
    "meter",
    "meter_confidence",
    "length",
];

/// The values of [`COLUMNS`].
fn values(row: &Row) -> [Value; 9] {
    let unit = |confidence: f32| json!(rounded(f64::from(confidence), 1e3));
    let (key, camelot, key_confidence) = match row.key {
        Some((key, confidence)) => (json!(key.to_string()), json!(camelot(key)), unit(confidence)),
        None => Default::default(),
    };
    let (bpm, bpm_confidence) =
        row.bpm.map(|(bpm, confidence)| (json!(rounded(bpm, 1e2)), unit(confidence))).unwrap_or_default();
    let (meter, meter_confidence) =
        row.meter.clone().map(|(meter, confidence)| (json!(meter), unit(confidence))).unwrap_or_default();
    let length = json!(rounded(row.length, 1e3));
    let name = json!(row.name);
    [name, key, camelot, key_confidence, bpm, bpm_confidence, meter, meter_confidence, length]
}

fn rounded(x: f64, scale: f64) -> f64 {
    (x * scale).round() / scale
}

fn object(row: &Row) -> Value {
    COLUMNS.into_iter().map(str::to_owned).zip(values(row)).collect::<serde_json::Map<_, _>>().into()
}

fn csv(rows: &[Row]) -> String {
    let field = |value: &Value| match value {
        Value::Null => String::new(),
        // Names of files may hold anything, line ends too.
        Value::String(text) if text.contains([',', '"', '\n', '\r']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let line = |row: &Row| values(row).iter().map(field).collect::<Vec<_>>().join(",");
    std::iter::once(COLUMNS.join(",")).chain(rows.iter().map(line)).map(|line| line + "\r\n").collect()
}

/// Columns to read: a percentage after each answer says how sure it is.
fn text(rows: &[Row]) -> String {
    let percent = |confidence: f32| format!("{:.0} %", f64::from(confidence) * 100.0);
    let cells = |row: &Row| -> [String; 8] {
        let (key, camelot, key_sure) = row
            .key
            .map(|(key, confidence)| (key.to_string(), camelot(key), percent(confidence)))
            .unwrap_or_else(|| ("–".to_owned(), String::new(), String::new()));
        let (bpm, bpm_sure) = row
            .bpm
            .map(|(bpm, confidence)| (format!("{bpm:.1}"), percent(confidence)))
            .unwrap_or_else(|| ("–".to_owned(), String::new()));
        let (meter, meter_sure) = row
            .meter
            .clone()
            .map(|(meter, confidence)| (meter, percent(confidence)))
            .unwrap_or_else(|| ("–".to_owned(), String::new()));
        let name = crate::summary::plain(&row.name);
        [
            name,
            key,
            camelot,
            key_sure,
            bpm,
            bpm_sure,
            format!("{meter}  {meter_sure:>5}"),
            crate::summary::clock(row.length),
        ]
    };
    let headings =
        ["Name", "Key", "Camelot", "Sure", "BPM", "Sure", "Meter  Sure", "Length"].map(str::to_owned);
    let lines: Vec<[String; 8]> = std::iter::once(headings).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..8).map(width).collect();
    let mut out = String::new();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| {
                let pad = " ".repeat(width - cell.chars().count());
                // Numbers end where the others do.
                if [3, 4, 5, 7].contains(&column) { pad + cell } else { format!("{cell}{pad}") }
            })
            .collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use sectionist_core::units::PitchClass;

    use super::*;

    fn key(tonic: i32, mode: Mode) -> Key {
        Key { tonic: PitchClass::from_semitones(tonic), mode }
    }

    fn rows() -> [Row; 2] {
        [
            Row {
                name: "a \"b\", c.mp3".to_owned(),
                key: Some((key(9, Mode::Minor), 0.875)),
                bpm: Some((120.004, 0.5)),
                meter: Some(("4/4".to_owned(), 1.0)),
                length: 61.5,
            },
            Row { name: "noise.wav".to_owned(), key: None, bpm: None, meter: None, length: 3.0 },
        ]
    }

    #[test]
    fn camelot_codes_go_round_the_fifths() {
        for (tonic, mode, code) in [
            (0, Mode::Major, "8B"),
            (9, Mode::Minor, "8A"),
            (7, Mode::Major, "9B"),
            (11, Mode::Major, "1B"),
            (8, Mode::Minor, "1A"),
            (4, Mode::Major, "12B"),
            (5, Mode::Major, "7B"),
            (1, Mode::Minor, "12A"),
        ] {
            assert_eq!(camelot(key(tonic, mode)), code);
        }
        let all: std::collections::BTreeSet<String> = Key::all().map(camelot).collect();
        assert_eq!(all.len(), 24);
    }

    #[test]
    fn a_table_is_aligned_or_read_by_programs() {
        let text = text(&rows());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("Name ") && lines[0].ends_with("Length"), "{text}");
        assert!(
            lines[1].contains("A minor  8A") && lines[1].contains("88 %") && lines[1].ends_with("1:01"),
            "{text}"
        );
        assert!(lines[2].contains("–"), "{text}");

        let csv = csv(&rows());
        assert!(
            csv.contains("\r\n\"a \"\"b\"\", c.mp3\",A minor,8A,0.875,120.0,0.5,4/4,1.0,61.5\r\n"),
            "{csv}"
        );
        assert!(csv.ends_with("noise.wav,,,,,,,,3.0\r\n"), "{csv}");
        let json: Value = serde_json::from_str(&written(&rows(), TableShape::Json)).unwrap();
        assert_eq!((&json[0]["camelot"], &json[1]["bpm"]), (&json!("8A"), &Value::Null));
    }
}
