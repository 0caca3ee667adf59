//! The reports of the fixtures as they were last approved, `fixtures/golden/*.txt`.
//!
//! `cargo xtask bless` rewrites them; the difference is then read in the commit.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use sectionist_core::{AnalysisParams, FileHint, analyze};
use sectionist_tests::fixtures::{SONGS, audio, truth};
use serde_json::Value;

/// Numbers may differ by this much, as a share of the larger: processors sum in different orders.
const TOLERANCE: f64 = 0.005;
/// And by this much at least: times and confidences are rounded to 0.001.
const STEP: f64 = 0.0035;

#[test]
fn reports_are_as_approved() {
    let blessing = std::env::var_os("SECTIONIST_BLESS").is_some();
    let mut differences = String::new();
    for song in SONGS {
        let (file, _) = truth(song);
        let report = analyze(audio(&file), &FileHint::from_name(&file), &AnalysisParams::default()).unwrap();
        let mut json = serde_json::to_value(&report).unwrap();
        json.as_object_mut().unwrap().remove("analysis_version");
        let lines = lines(&json);
        let path = golden(song);
        if blessing {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, lines.join("\n") + "\n").unwrap();
            continue;
        }
        let approved = fs::read_to_string(&path).unwrap_or_default();
        let approved: Vec<&str> = approved.lines().collect();
        let mut shown = 0;
        for i in 0..lines.len().max(approved.len()) {
            let (was, is) =
                (approved.get(i).copied().unwrap_or("∅"), lines.get(i).map_or("∅", String::as_str));
            if !alike(was, is) && shown < 12 {
                writeln!(differences, "{song}:{}\n  - {was}\n  + {is}", i + 1).unwrap();
                shown += 1;
            }
        }
    }
    assert!(differences.is_empty(), "{differences}\nIf this is meant: cargo xtask bless");
}

fn golden(song: &str) -> PathBuf {
    sectionist_tests::root().join("fixtures/golden").join(format!("{song}.txt"))
}

/// A line for each value; objects that hold only plain values, and lists of numbers, take one line.
fn lines(json: &Value) -> Vec<String> {
    fn walk(path: &str, value: &Value, lines: &mut Vec<String>) {
        let plain = |value: &Value| !value.is_object() && !value.is_array();
        match value {
            Value::Object(map) if !path.is_empty() && map.values().all(plain) => {
                lines.push(format!("{path}: {value}"));
            }
            Value::Object(map) => {
                for (name, value) in map {
                    let dot = if path.is_empty() { "" } else { "." };
                    walk(&format!("{path}{dot}{name}"), value, lines);
                }
            }
            Value::Array(items) if !items.is_empty() && !items.iter().all(plain) => {
                for (i, item) in items.iter().enumerate() {
                    walk(&format!("{path}[{i}]"), item, lines);
                }
            }
            value => lines.push(format!("{path}: {value}")),
        }
    }
    let mut lines = Vec::new();
    walk("", json, &mut lines);
    lines
}

/// Whether two lines have the same words and nearly the same numbers.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (tokens(a), tokens(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(x), Ok(y)) => (x - y).abs() <= STEP.max(TOLERANCE * x.abs().max(y.abs())),
            _ => a == b,
        })
}

/// Splits numbers from what is between them.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens: Vec<String> = vec![String::new()];
    let mut in_number = false;
    for c in line.chars() {
        let numeric = c.is_ascii_digit() || (in_number && c == '.') || c == '-';
        if numeric != in_number {
            tokens.push(String::new());
            in_number = numeric;
        }
        if let Some(last) = tokens.last_mut() {
            last.push(c);
        }
    }
    tokens
}

#[test]
fn comparison_sees_what_matters() {
    assert!(alike("beats[3]: {\"time\":1.234}", "beats[3]: {\"time\":1.236}"));
    assert!(!alike("beats[3]: {\"time\":1.234}", "beats[3]: {\"time\":1.334}"));
    assert!(!alike("key: \"C major\"", "key: \"G major\""));
    assert!(!alike("tempo: 120.0", "tempo: null"));
    assert!(!alike("time_signature: \"4/4\"", "time_signature: \"3/4\""));
}
