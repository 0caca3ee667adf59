//! How real songs are made, counted in annotations without audio: what the songbook composes after.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Failure;

/// Counts by what is counted, in the order of the names.
type Counts = BTreeMap<String, u32>;

/// Sections of more bars than this are not counted: nobody hears them as one.
const MAX_BARS: u64 = 24;
/// What is met less often is left out.
const LEAST: u32 = 5;
/// Words of the annotators and the songbook's labels, the first that a word contains.
const LABELS: [(&str, &str); 14] = [
    ("prechorus", "pre-chorus"),
    ("pre-chorus", "pre-chorus"),
    ("postchorus", "post-chorus"),
    ("chorus", "chorus"),
    ("refrain", "chorus"),
    ("verse", "verse"),
    ("intro", "intro"),
    ("outro", "outro"),
    ("bridge", "bridge"),
    ("solo", "solo"),
    ("interlude", "instrumental"),
    ("inst", "instrumental"),
    ("break", "breakdown"),
    ("trans", "instrumental"),
];
/// Degrees above the tonic, by semitones.
const DEGREES: [&str; 12] = ["I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII"];

/// The text of the songbook's `life.counts`.
///
/// # Errors
/// There are no annotations in the folder, or they cannot be read.
pub fn count(priors: &Path) -> Result<String, Failure> {
    let mut counts = Counts::new();
    for song in read(priors, "harmonix")? {
        count_form(&song, &mut counts);
    }
    for song in read(priors, "billboard")? {
        count_letters(&song, &mut counts);
        count_chords(&song, &mut counts);
    }
    let mut text = String::from(
        "# How real songs are made; see songbook/src/sets/forms/life.rs. Written by `cargo xtask learn life`.\n\
         # Order of functions, their lengths in bars, tempo by tens and beats in a bar: the Harmonix set (912 songs; MIT,\n\
         # (c) 2019 Oriol Nieto). Letters, voice, keys and chords: the McGill Billboard annotations (890 songs; CC0).\n",
    );
    for (what, n) in counts.iter().filter(|(_, n)| **n >= LEAST) {
        writeln!(text, "{what} {n}")?;
    }
    Ok(text)
}

/// The songs of a collection.
fn read(priors: &Path, set: &str) -> Result<Vec<Value>, Failure> {
    let path = priors.join(format!("{set}.jsonl"));
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn add(counts: &mut Counts, what: String) {
    *counts.entry(what).or_default() += 1;
}

fn label(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    LABELS.iter().find(|(known, _)| word.contains(known)).map(|(_, label)| *label)
}

/// `next FROM TO`, `bars LABEL N`, `tempo TENS BEATS`.
fn count_form(song: &Value, counts: &mut Counts) {
    let beats = song["meter"].as_str().and_then(|meter| meter.split_once('|'));
    if let (Some(bpm), Some((beats, _))) = (song["bpm"].as_f64(), beats) {
        add(counts, format!("tempo {} {beats}", (bpm / 10.0).floor() * 10.0));
    }
    let mut last = "start";
    for section in song["sections"].as_array().into_iter().flatten() {
        let Some(label) = section[0].as_str().and_then(label) else { continue };
        let bars = section[1].as_u64().unwrap_or(0);
        if !(2..=MAX_BARS).contains(&bars) {
            continue;
        }
        add(counts, format!("next {last} {label}"));
        add(counts, format!("bars {label} {bars}"));
        last = label;
    }
    add(counts, format!("next {last} end"));
}

/// A section of a chart: its letter, its label, whether somebody sings.
struct Part {
    letter: String,
    label: Option<&'static str>,
    is_sung: bool,
}

/// Lines of a song that sound, each a list of what stands between its commas.
fn lines(song: &Value) -> impl Iterator<Item = Vec<&str>> {
    let lines = song["lines"].as_array().into_iter().flatten();
    lines.filter_map(|line| Some(line[1].as_str()?.split(',').map(str::trim).collect()))
}

/// `letter LABEL RELATION`, for what an earlier section has the same letter as; `voice LABEL sung|played`.
fn count_letters(song: &Value, counts: &mut Counts) {
    let mut parts: Vec<Part> = Vec::new();
    let mut is_singing = false;
    for words in lines(song) {
        let letter = words[0].trim_end_matches('\'');
        if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_uppercase()) {
            let word = words.get(1).copied().unwrap_or_default();
            parts.push(Part { letter: letter.to_owned(), label: label(word), is_sung: is_singing });
        }
        let starts = words.iter().any(|word| word.contains("(voice"));
        if let Some(part) = parts.last_mut() {
            part.is_sung |= starts || is_singing;
        }
        is_singing = (is_singing || starts) && !words.iter().any(|word| word.contains("voice)"));
    }
    for (idx, part) in parts.iter().enumerate() {
        let Some(label) = part.label else { continue };
        add(counts, format!("voice {label} {}", if part.is_sung { "sung" } else { "played" }));
        let before = &parts[..idx];
        let is_own = before.iter().any(|other| other.label == part.label);
        let same = before.iter().find(|other| other.letter == part.letter);
        let relation = match same {
            Some(other) if other.label == part.label => "own",
            Some(other) => other.label.unwrap_or("new"),
            None => "new",
        };
        // The first of its kind has nothing of its own to return to.
        add(counts, format!("letter{} {label} {relation}", if is_own { "" } else { "-first" }));
    }
}

/// `mode MODE`, `first MODE CHORD`, `chord MODE FROM TO`: chords where a bar has one.
fn count_chords(song: &Value, counts: &mut Counts) {
    let Some(tonic) = song["tonic"].as_str().and_then(pitch_class) else { return };
    let bars: Vec<Vec<(usize, String)>> = lines(song)
        .filter_map(|words| words.into_iter().find(|word| word.starts_with('|')))
        .map(|line| {
            line.split('|').filter_map(|bar| numeral(bar.split_whitespace().next()?, tonic)).collect()
        })
        .collect();
    let tonics = |name: &str| bars.iter().flatten().filter(|(_, numeral)| numeral == name).count();
    let mode = if tonics("i") + tonics("i7") > tonics("I") + tonics("I7") { "minor" } else { "major" };
    add(counts, format!("mode {mode}"));
    for line in &bars {
        if let Some((_, first)) = line.first() {
            add(counts, format!("first {mode} {first}"));
        }
        for pair in line.windows(2) {
            add(counts, format!("chord {mode} {} {}", pair[0].1, pair[1].1));
        }
    }
}

fn pitch_class(name: &str) -> Option<usize> {
    let mut letters = name.chars();
    let natural = [9, 11, 0, 2, 4, 5, 7].get((letters.next()? as usize).checked_sub('A' as usize)?)?;
    letters.try_fold(*natural, |pitch, sign| match sign {
        '#' => Some((pitch + 1) % 12),
        'b' => Some((pitch + 11) % 12),
        _ => None,
    })
}

/// Semitones above the tonic and Roman numeral of a chord in Harte's syntax; inversions and rare qualities are
/// told as the triad or seventh they are of.
fn numeral(chord: &str, tonic: usize) -> Option<(usize, String)> {
    let (root, rest) = chord.split_once(':')?;
    let degree = (pitch_class(root)? + 12 - tonic) % 12;
    let quality = rest.split(['/', '(']).next().unwrap_or_default();
    let (is_minor, suffix) = match quality {
        "7" | "9" | "13" | "11" => (false, "7"),
        "maj7" | "maj9" => (false, "maj7"),
        "min7" | "min9" | "min11" => (true, "7"),
        "sus4" => (false, "sus4"),
        "dim" | "dim7" => (true, "o"),
        "hdim7" => (true, "h7"),
        quality if quality.starts_with("min") => (true, ""),
        quality if quality.starts_with("maj") => (false, ""),
        _ => return None,
    };
    let name = if is_minor { DEGREES[degree].to_lowercase() } else { DEGREES[degree].to_owned() };
    Some((degree, name + suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_are_told_from_the_tonic() {
        let told = |chord: &str| numeral(chord, 9).map(|(_, name)| name);
        assert_eq!(told("A:maj"), Some("I".to_owned()));
        assert_eq!(told("F#:min7/b3"), Some("vi7".to_owned()));
        assert_eq!(told("G:7(#9)"), Some("bVII7".to_owned()));
        assert_eq!(told("Bb:min"), Some("bii".to_owned()));
        assert_eq!((told("N"), told("X:maj"), told("&pause")), (None, None, None));
    }

    #[test]
    fn a_song_is_counted() {
        let mut counts = Counts::new();
        let song = serde_json::json!({ "tonic": "C", "lines": [
            [0.0, "A, intro, | C:maj | F:maj |, (guitar)"],
            [4.0, "B, verse, | C:maj | G:maj |, (voice"],
            [8.0, "| A:min | F:maj |, voice)"],
            [12.0, "A, outro, | C:maj |"],
        ]});
        count_letters(&song, &mut counts);
        count_chords(&song, &mut counts);
        let of = |what: &str| counts.get(what).copied().unwrap_or(0);
        assert_eq!(of("voice verse sung") + of("voice intro played") + of("voice outro played"), 3);
        assert_eq!((of("letter-first outro intro"), of("letter-first verse new")), (1, 1));
        assert_eq!((of("chord major vi IV"), of("first major I"), of("mode major")), (1, 3, 1));
        count_form(
            &serde_json::json!({ "bpm": 118.0, "meter": "4|4", "sections": [["verse", 8, 0.0]] }),
            &mut counts,
        );
        assert_eq!((counts["next start verse"], counts["bars verse 8"], counts["tempo 110 4"]), (1, 1, 1));
    }
}
