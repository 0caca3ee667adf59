//! Counts what real songs are like, from annotations without audio.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::billboard;

/// Counts by table and choice.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<String, BTreeMap<String, u64>>);

/// What comes fewer times than this is left out, since it may be one song's; but not tempi, of which each is rare.
const LEAST: u64 = 3;

impl Tally {
    /// Counts one more `choice` in `table`.
    pub(super) fn add(&mut self, table: &str, choice: impl ToString) {
        *self.0.entry(table.to_owned()).or_default().entry(choice.to_string()).or_default() += 1;
    }

    /// The tables as text, most frequent choices first.
    fn text(&self) -> String {
        let mut text = String::new();
        for (table, choices) in &self.0 {
            let least = if table.starts_with("tempo") { 1 } else { LEAST };
            let mut choices: Vec<_> = choices.iter().filter(|(_, count)| **count >= least).collect();
            if choices.is_empty() {
                continue;
            }
            choices.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let list: Vec<_> = choices.iter().map(|(choice, count)| format!("{choice} {count}")).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{table} : {}", list.join(", "));
        }
        text
    }
}

const HEADER: &str = "\
# What real songs are like, counted by `cargo xtask learn songs` from what people annotated of 3,161 songs:
#   Harmonix set (Nieto et al. 2019; MIT, © 2019 Oriol Nieto): 912 pop, rock, hip-hop and dance songs
#   SALAMI (Smith et al. 2011; CC0): 1,359 recordings of all kinds; the order of functions alone
#   McGill Billboard (Burgoyne, Wild & Fujinaga 2011; CC0): 890 chart singles of 1958–1991
# A line is TABLE : CHOICE COUNT, …; what was counted fewer than three times is left out, but for tempi.
#   after F, after F G      functions that follow F, or F and then G (`start`, `end`: the song's; all three sets)
#   bars F, bars again F    length in bars of function F (Harmonix, Billboard), and whether it is that of the F before it
#   sections                sections in a song (Harmonix, Billboard)
#   letter first F          whose letter the first F has: `new`, or the function whose it is (Billboard)
#   letter again F          the same of every later F; `own`: of an F before it
#   voice F                 whether somebody sings in it (Billboard)
#   genre, tempo G, tempo M BPM to the next five below, by genre (Harmonix, 4/4) and by meter (Billboard: felt beats)
#   meter                   of a song (Harmonix, Billboard)
#   key change, … at        semitones up at the first change of tonic (`none`), and the function it comes with (Billboard)
#   mode                    of the tonic triad heard most (Billboard)
#   first M, next M N       numeral of a section's first chord in mode M; numerals that follow N (Billboard)
#   held M                  bars that a chord lasts in meter M (Billboard)
#   pattern M               bars after which a section's chords return, in mode M (Billboard)
";

/// Counts the annotations in the folder `priors`; returns the data file's text.
///
/// # Errors
/// A file is missing or a line of it is not what it should be.
pub fn count_songs(priors: &Path) -> Result<String> {
    let mut tally = Tally::default();
    for song in read(priors, "harmonix.jsonl")? {
        harmonix(&song, &mut tally);
    }
    for song in read(priors, "salami.jsonl")? {
        salami(&song, &mut tally);
    }
    for song in read(priors, "billboard.jsonl")? {
        billboard::count(&song, &mut tally);
    }
    Ok(format!("{HEADER}\n{}", tally.text()))
}

fn read(priors: &Path, name: &str) -> Result<Vec<Value>> {
    let path = priors.join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}, line {}", path.display(), number + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

/// The function that a name of any of the data sets means; `None` of what is no section.
pub(super) fn function(name: &str) -> Option<&'static str> {
    let name: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphabetic()).collect();
    let has = |part: &str| name.contains(part);
    let is_silent = ["silence", "end", "nofunction", "noise", "applause"].contains(&name.as_str());
    Some(match name.as_str() {
        _ if is_silent => return None,
        _ if has("prechorus") || has("preverse") => "pre-chorus",
        _ if has("postchorus") => "post-chorus",
        _ if has("solo") => "solo",
        _ if has("inst") || has("interlude") || has("trans") || has("gtr") || has("riff") => "instrumental",
        _ if has("break") => "breakdown",
        _ if has("chorus") || has("refrain") => "chorus",
        _ if has("verse") || has("raps") || has("strophe") => "verse",
        _ if has("intro") || has("fadein") => "intro",
        _ if has("outro") || has("coda") || has("fadeout") || has("ending") => "outro",
        _ if has("bridge") => "bridge",
        _ => "section",
    })
}

/// Counts what follows what; `None` is what has no name, and breaks the chain.
pub(super) fn order(functions: &[Option<&'static str>], tally: &mut Tally) {
    let mut chain = vec![Some("start")];
    chain.extend(functions);
    chain.push(Some("end"));
    for pair in chain.windows(2) {
        if let [Some(first), Some(next)] = pair {
            tally.add(&format!("after {first}"), next);
        }
    }
    for three in chain.windows(3) {
        if let [Some(first), Some(second), Some(next)] = three {
            tally.add(&format!("after {first} {second}"), next);
        }
    }
}

/// Counts lengths in bars, and whether they are those of the same function before.
pub(super) fn lengths(sections: &[(&'static str, u64)], tally: &mut Tally) {
    for (idx, &(function, bars)) in sections.iter().enumerate() {
        if !(1..=32).contains(&bars) {
            continue;
        }
        tally.add(&format!("bars {function}"), bars);
        if let Some(before) = sections[..idx].iter().rev().find(|other| other.0 == function) {
            tally.add(&format!("bars again {function}"), if before.1 == bars { "same" } else { "other" });
        }
    }
}

/// BPM to the next five below.
pub(super) fn five(bpm: f64) -> u64 {
    (bpm / 5.0).floor() as u64 * 5
}

fn harmonix(song: &Value, tally: &mut Tally) {
    let empty = Vec::new();
    let listed = song["sections"].as_array().unwrap_or(&empty);
    let sections: Vec<(&'static str, u64)> = listed
        .iter()
        .filter_map(|section| Some((function(section[0].as_str()?)?, section[1].as_u64()?)))
        .filter(|section| section.1 > 0)
        .collect();
    order(&sections.iter().map(|section| Some(section.0)).collect::<Vec<_>>(), tally);
    lengths(&sections, tally);
    tally.add("sections", sections.len());
    let meter = song["meter"].as_str().unwrap_or("4|4").replace('|', "/");
    if let (Some(bpm), "4/4") = (song["bpm"].as_f64(), meter.as_str()) {
        let genre = match song["genre"].as_str().unwrap_or_default() {
            "Hip-Hop" | "R&B" | "Reggaeton" => "hip-hop",
            "Dance/Electronic" | "Funk/Disco" => "dance",
            "Country" => "country",
            "Pop" | "Pop-Rock" | "World" | "" => "pop",
            _ => "rock",
        };
        tally.add("genre", genre);
        tally.add(&format!("tempo {genre}"), five(bpm));
    }
    tally.add("meter", meter);
}

fn salami(song: &Value, tally: &mut Tally) {
    let empty = Vec::new();
    // One voice a song.
    let listed = song["annotators"][0]["functions"].as_array().unwrap_or(&empty);
    let functions: Vec<Option<&'static str>> = listed
        .iter()
        .filter_map(|entry| entry[1].as_str())
        .filter(|name| !matches!(name.to_lowercase().as_str(), "silence" | "end"))
        // What is no song's function has another order.
        .map(|name| function(name).filter(|function| *function != "section"))
        .collect();
    let named = functions.iter().flatten().count();
    let is_song = functions.iter().flatten().any(|f| *f == "verse" || *f == "chorus");
    if is_song && named > 3 {
        order(&functions, tally);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_functions() {
        for (name, expected) in [
            ("Pre-Chorus", Some("pre-chorus")),
            ("chorus2", Some("chorus")),
            ("guitarsolo", Some("solo")),
            ("instrumentalverse", Some("instrumental")),
            ("postchorus", Some("post-chorus")),
            ("Fade-out", Some("outro")),
            ("no_function", None),
            ("silence", None),
            ("worstthingever", Some("section")),
        ] {
            assert_eq!(function(name), expected, "{name}");
        }
    }

    #[test]
    fn order_is_counted_to_both_ends() {
        let mut tally = Tally::default();
        for _ in 0..LEAST {
            order(&[Some("verse"), Some("chorus"), None, Some("outro")], &mut tally);
        }
        let text = tally.text();
        assert!(text.contains("after start : verse 3\n"), "{text}");
        assert!(!text.contains("after verse chorus"), "{text}");
        assert!(text.contains("after start verse : chorus 3\n"), "{text}");
        assert!(text.contains("after outro : end 3\n") && !text.contains("after chorus"), "{text}");
    }
}
