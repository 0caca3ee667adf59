//! Reads the lines of the McGill Billboard annotations and counts what is in them.

use serde_json::Value;

use super::count::{Tally, five, function, lengths, order};

/// A section of a song.
#[derive(Debug, Default)]
struct Section {
    letter: String,
    function: Option<&'static str>,
    /// Chords of each bar, as written.
    bars: Vec<Vec<String>>,
    /// Seconds.
    start: f64,
    n_lines: usize,
    n_sung: usize,
    tonic: i32,
}

pub(super) fn count(song: &Value, tally: &mut Tally) {
    let Some(tonic) = song["tonic"].as_str().and_then(pitch_class) else { return };
    let meter = song["metre"].as_str().unwrap_or("4/4");
    tally.add("meter", meter);
    let (sections, end) = sections(song, tonic);
    if sections.len() < 3 {
        return;
    }
    let functions: Vec<_> = sections.iter().map(|section| section.function).collect();
    order(&functions, tally);
    let measured: Vec<_> = sections
        .iter()
        .filter_map(|section| Some((section.function?, section.bars.len() as u64)))
        .filter(|section| section.1 > 0)
        .collect();
    lengths(&measured, tally);
    tally.add("sections", sections.len());
    letters(&sections, tally);
    for section in &sections {
        if let (Some(function), true) = (section.function, section.n_lines > 0) {
            let is_sung = 2 * section.n_sung > section.n_lines;
            tally.add(&format!("voice {function}"), if is_sung { "sung" } else { "played" });
        }
    }
    match sections.windows(2).find(|pair| pair[0].tonic != pair[1].tonic) {
        None => tally.add("key change", "none"),
        Some(pair) => {
            tally.add("key change", (pair[1].tonic - pair[0].tonic).rem_euclid(12));
            if let Some(function) = pair[1].function {
                tally.add("key change at", function);
            }
        }
    }
    tempo(&sections, end, meter, tally);
    harmony(&sections, meter, tally);
}

/// The sections, and the second at which the music ends.
fn sections(song: &Value, mut tonic: i32) -> (Vec<Section>, f64) {
    let empty = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    let (mut is_sung, mut end, mut is_over) = (false, 0.0, false);
    for line in song["lines"].as_array().unwrap_or(&empty) {
        let Some(text) = line[1].as_str() else { continue };
        let Some(start) = line[0].as_f64() else {
            if let Some(changed) = text.strip_prefix("tonic:").and_then(|name| pitch_class(name.trim())) {
                tonic = changed;
            }
            continue;
        };
        if !text.contains('|') {
            // Silence, or a noise.
            if !is_over && !sections.is_empty() {
                end = start;
                is_over = true;
            }
            continue;
        }
        is_over = false;
        let head = text.split('|').next().unwrap_or_default();
        let words: Vec<&str> = head.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let is_letter = |word: &str| word.len() < 4 && word.starts_with(|c: char| c.is_ascii_uppercase());
        let letter = words.first().filter(|word| is_letter(word));
        let named = words.iter().find(|word| !is_letter(word) && !word.starts_with('('));
        if letter.is_some() || named.is_some() {
            let before = sections.last().map(|section| section.letter.clone()).unwrap_or_default();
            let letter = letter.map_or(before, |letter| letter.trim_end_matches('\'').to_owned());
            let function = named.and_then(|name| function(name));
            sections.push(Section { letter, function, start, tonic, ..Section::default() });
        }
        let Some(section) = sections.last_mut() else { continue };
        is_sung |= text.contains("(voice");
        section.n_lines += 1;
        section.n_sung += usize::from(is_sung);
        if text.contains("voice)") {
            is_sung = false;
        }
        section.bars.extend(bars(text));
    }
    (sections, end)
}

/// The bars of a line: `| A:min | C:maj D:7 | x2`.
fn bars(text: &str) -> Vec<Vec<String>> {
    let (Some(first), Some(last)) = (text.find('|'), text.rfind('|')) else { return Vec::new() };
    let times = text[last + 1..]
        .split([',', ' '])
        .find_map(|word| word.strip_prefix('x').and_then(|n| n.parse::<usize>().ok()))
        .unwrap_or(1);
    let once: Vec<Vec<String>> = text[first + 1..last.max(first + 1)]
        .split('|')
        .map(|bar| bar.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter(|bar| !bar.is_empty())
        .collect();
    once.iter().cycle().take(once.len() * times.clamp(1, 16)).cloned().collect()
}

fn letters(sections: &[Section], tally: &mut Tally) {
    for (idx, section) in sections.iter().enumerate() {
        let Some(function) = section.function else { continue };
        let before = &sections[..idx];
        let again = before.iter().any(|other| other.function == Some(function));
        let owner = before.iter().find(|other| other.letter == section.letter);
        let is_own =
            before.iter().any(|other| other.letter == section.letter && other.function == Some(function));
        let whose = match owner {
            _ if is_own => "own",
            None => "new",
            Some(other) => other.function.unwrap_or("new"),
        };
        tally.add(&format!("letter {} {function}", if again { "again" } else { "first" }), whose);
    }
}

/// Felt beats a minute: dotted quarters where bars divide so.
fn tempo(sections: &[Section], end: f64, meter: &str, tally: &mut Tally) {
    let felt = match meter {
        "12/8" => 4.0,
        "6/8" => 2.0,
        other => other.split('/').next().and_then(|n| n.parse().ok()).unwrap_or(4.0),
    };
    let mut bar_lengths: Vec<f64> = sections
        .iter()
        .zip(sections.iter().skip(1).map(|next| next.start).chain([end]))
        .filter(|(section, stop)| section.bars.len() > 1 && *stop > section.start)
        .map(|(section, stop)| (stop - section.start) / section.bars.len() as f64)
        .collect();
    bar_lengths.sort_by(f64::total_cmp);
    if let Some(bar) = bar_lengths.get(bar_lengths.len() / 2) {
        // beats/bar · 60 s/min ÷ s/bar = beats/min
        tally.add(&format!("tempo {meter}"), five(felt * 60.0 / bar));
    }
}

fn harmony(sections: &[Section], meter: &str, tally: &mut Tally) {
    let (mut n_major, mut n_minor) = (0, 0);
    for section in sections {
        for chord in section.bars.iter().flatten() {
            match numeral(chord, section.tonic).as_deref() {
                Some(name) if name.starts_with('I') && !name.starts_with("II") && !name.starts_with("IV") => {
                    n_major += 1;
                }
                Some(name) if name.starts_with('i') && !name.starts_with("ii") && !name.starts_with("iv") => {
                    n_minor += 1;
                }
                _ => {}
            }
        }
    }
    if n_major + n_minor == 0 {
        return;
    }
    let mode = if n_major >= n_minor { "major" } else { "minor" };
    tally.add("mode", mode);
    let per_bar: usize = match meter {
        "12/8" => 4,
        "6/8" => 2,
        other => other.split('/').next().and_then(|n| n.parse().ok()).unwrap_or(4),
    };
    let mut seen: Vec<&str> = Vec::new();
    for section in sections {
        // A letter's chords count once, or the chorus would be all.
        if seen.contains(&section.letter.as_str()) {
            continue;
        }
        seen.push(&section.letter);
        if let Some(period) = period(&section.bars) {
            tally.add(&format!("pattern {mode}"), period);
        }
        // Chords with their lengths in beats.
        let mut spans: Vec<(Option<String>, usize)> = Vec::new();
        for bar in &section.bars {
            let beats = beats(bar, per_bar);
            for (chord, length) in beats {
                let chord = numeral(chord, section.tonic);
                match spans.last_mut() {
                    Some(last) if last.0 == chord => last.1 += length,
                    _ => spans.push((chord, length)),
                }
            }
        }
        if let Some((Some(first), _)) = spans.first() {
            tally.add(&format!("first {mode}"), first);
        }
        for pair in spans.windows(2) {
            if let (Some(chord), Some(next)) = (&pair[0].0, &pair[1].0) {
                tally.add(&format!("next {mode} {chord}"), next);
            }
        }
        for (chord, length) in &spans {
            let bars = match (2 * length) / per_bar {
                _ if chord.is_none() => continue,
                0 => continue,
                1 => "1/2",
                2 | 3 => "1",
                4..8 => "2",
                _ => "4",
            };
            tally.add(&format!("held {meter}"), bars);
        }
    }
}

/// The chords of a bar with their beats: a dot or nothing holds, a lone chord holds for all of it.
fn beats(bar: &[String], per_bar: usize) -> Vec<(&str, usize)> {
    let words: Vec<&str> = bar.iter().map(String::as_str).filter(|word| !word.starts_with('(')).collect();
    let share = (per_bar / words.len().max(1)).max(1);
    let mut list: Vec<(&str, usize)> = Vec::new();
    for word in words {
        match list.last_mut() {
            Some(last) if word == "." => last.1 += share,
            _ => list.push((word, share)),
        }
    }
    list
}

/// Bars after which most of them return, if they do at least once.
fn period(bars: &[Vec<String>]) -> Option<usize> {
    [1, 2, 4, 8, 16].into_iter().filter(|p| 2 * p <= bars.len()).find(|&p| {
        let same = bars.iter().zip(&bars[p..]).filter(|(a, b)| a == b).count();
        10 * same >= 9 * (bars.len() - p)
    })
}

fn pitch_class(name: &str) -> Option<i32> {
    let (letter, accidentals) = name.split_at_checked(1)?;
    let natural = match letter {
        "C" => 0,
        "D" => 2,
        "E" => 4,
        "F" => 5,
        "G" => 7,
        "A" => 9,
        "B" => 11,
        _ => return None,
    };
    let shift: i32 = accidentals.chars().map(|c| if c == 'b' { -1 } else { i32::from(c == '#') }).sum();
    Some((natural + shift).rem_euclid(12))
}

/// A chord in Harte syntax as a Roman numeral above `tonic`, as `theory::roman` reads it; `None` of what is no chord.
fn numeral(chord: &str, tonic: i32) -> Option<String> {
    const DEGREES: [&str; 12] =
        ["I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII"];
    let (root, rest) = chord.split_once(':')?;
    let (kind, bass) = rest.split_once('/').map_or((rest, ""), |(kind, bass)| (kind, bass));
    let degree = DEGREES[(pitch_class(root)? - tonic).rem_euclid(12) as usize];
    let plain = kind.split('(').next().unwrap_or_default();
    let (is_minor, suffix) = match plain {
        "maj" | "" => (false, ""),
        "min" => (true, ""),
        "7" | "9" | "13" => (false, "7"),
        "maj7" | "maj9" | "maj13" => (false, "maj7"),
        "min7" | "min9" | "min11" | "min13" => (true, "7"),
        "minmaj7" => (true, "maj7"),
        "maj6" => (false, "6"),
        "min6" => (true, "6"),
        "sus4" | "11" => (false, "sus4"),
        "sus2" => (false, "sus2"),
        "dim" => (true, "o"),
        "dim7" => (true, "o7"),
        "hdim7" => (true, "h7"),
        "aug" => (false, "+"),
        "5" => (false, "5"),
        _ => return None,
    };
    let degree = if is_minor { degree.replace('I', "i").replace('V', "v") } else { degree.to_owned() };
    let bass = match bass {
        "3" if !matches!(suffix, "sus4" | "sus2" | "5") => "/3",
        "b3" if is_minor => "/3",
        "5" => "/5",
        "b7" if suffix == "7" => "/7",
        "7" if suffix == "maj7" => "/7",
        _ => "",
    };
    Some(format!("{degree}{suffix}{bass}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Key, Mode, roman};

    #[test]
    fn chords_become_numerals_that_can_be_read() {
        for (chord, expected) in [
            ("A:min", Some("vi")),
            ("Bb:maj", Some("bVII")),
            ("C:maj/3", Some("I/3")),
            ("G:7/b7", Some("V7/7")),
            ("B:hdim7", Some("viih7")),
            ("N", None),
            ("F:sus4(b7,9)/5", Some("IVsus4/5")),
        ] {
            assert_eq!(numeral(chord, 0).as_deref(), expected, "{chord}");
        }
        let key = Key::new(0, Mode::Major);
        assert_eq!(roman("V7/7", key).label(key), "G:7/b7");
    }

    #[test]
    fn lines_become_bars() {
        let line = "A, intro, | C:maj | F:maj . . G:maj | x2, (bass)";
        let bars = bars(line);
        assert_eq!(bars.len(), 4);
        assert_eq!(beats(&bars[1], 4), [("F:maj", 3), ("G:maj", 1)]);
        assert_eq!(period(&bars), Some(2));
        assert!(super::bars("silence").is_empty());
        assert!(super::bars("|").is_empty());
    }
}
