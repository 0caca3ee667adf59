//! Forms of real songs, as people annotated them without audio: what the order, the lengths and the returns of
//! sections tell of their functions.

use std::fs;
use std::path::Path;

use sectionist_core::structure::SectionLabel;
use sectionist_core::structure::training::{form_features, labels};
use serde_json::Value;

use super::chain;
use crate::Failure;
use crate::dice::Dice;

use SectionLabel::{
    Breakdown, Bridge, Chorus, Instrumental, Intro, Outro, PostChorus, PreChorus, Solo, Verse,
};

/// How much an annotation counts, against a song that is heard.
const WEIGHT: f64 = 0.2;
/// Fewer sections are no form.
const MIN_SECTIONS: usize = 4;
/// Shares of the boundaries that are missed, of the letters that are new by mistake, and of those that are
/// taken for another: the forms that are found are not those that are annotated.
const MISSED: [f32; 2] = [0.1, 0.3];
const SPLIT_LETTER: f32 = 0.12;
const JOINED_LETTER: f32 = 0.08;

/// Words of annotators and the functions that they mean; what is none of them is not known.
const WORDS: [(&str, &[SectionLabel]); 26] = [
    ("chorusinst", &[Chorus, Instrumental]),
    ("instchorus", &[Chorus, Instrumental]),
    ("intchorus", &[Chorus, Instrumental]),
    ("pre-chorus", &[PreChorus]),
    ("prechorus", &[PreChorus]),
    ("post-chorus", &[PostChorus]),
    ("postchorus", &[PostChorus]),
    ("pre-verse", &[Instrumental, Intro]),
    ("chorus", &[Chorus]),
    ("refrain", &[Chorus]),
    ("verse", &[Verse]),
    ("intro", &[Intro]),
    ("outro", &[Outro]),
    ("coda", &[Outro]),
    ("fade", &[Outro]),
    ("ending", &[Outro]),
    ("bridge", &[Bridge]),
    ("middle", &[Bridge]),
    ("solo", &[Solo]),
    ("interlude", &[Instrumental]),
    ("inst", &[Instrumental]),
    ("gtr", &[Instrumental]),
    ("mainriff", &[Instrumental]),
    ("break", &[Breakdown]),
    ("build", &[Breakdown]),
    ("theme", &[SectionLabel::Section]),
];

/// A section as annotated.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    seconds: f64,
    letter: String,
    /// Which labels it may have.
    allowed: Vec<bool>,
}

/// The forms that are annotated in a folder, in the state in which they might be found; none where there is
/// no such folder.
///
/// # Errors
/// A line is no JSON.
pub(super) fn read(priors: &Path) -> Result<Vec<chain::Song>, Failure> {
    let mut dice = Dice::new(1);
    let mut songs = Vec::new();
    for (file, parts_of) in [
        ("harmonix.jsonl", harmonix as fn(&Value) -> Vec<Vec<Part>>),
        ("salami.jsonl", salami),
        ("billboard.jsonl", billboard),
    ] {
        let Ok(text) = fs::read_to_string(priors.join(file)) else {
            eprintln!("no {file} in {}: its forms are not learned from", priors.display());
            continue;
        };
        let mut n = 0;
        for line in text.lines() {
            let forms = parts_of(&serde_json::from_str(line)?);
            let share = WEIGHT / forms.len().max(1) as f64;
            for parts in forms.into_iter().filter(|parts| parts.len() >= MIN_SECTIONS) {
                songs.push(song(&found(parts, &mut dice), share));
                n += 1;
            }
        }
        eprintln!("{n} forms of {file}");
    }
    Ok(songs)
}

fn song(parts: &[Part], weight: f64) -> chain::Song {
    let group = |part: &Part| parts.iter().position(|other| other.letter == part.letter).unwrap_or(0);
    let sections: Vec<(usize, f64)> = parts.iter().map(|part| (group(part), part.seconds)).collect();
    chain::Song {
        features: form_features(&sections)
            .iter()
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect(),
        is_again: sections.windows(2).map(|pair| pair[0].0 == pair[1].0).collect(),
        allowed: parts.iter().map(|part| part.allowed.clone()).collect(),
        weight,
    }
}

/// The form as it might be found: some boundaries missed, some letters wrong.
fn found(parts: Vec<Part>, dice: &mut Dice) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match found.last_mut() {
            Some(last) if dice.chance(MISSED[usize::from(last.letter == part.letter)]) => {
                last.seconds += part.seconds;
                last.allowed.iter_mut().zip(part.allowed).for_each(|(may, also)| *may |= also);
            }
            _ => found.push(part),
        }
    }
    let letters: Vec<String> = found.iter().map(|part| part.letter.clone()).collect();
    for (idx, part) in found.iter_mut().enumerate() {
        if dice.chance(SPLIT_LETTER) {
            part.letter = format!("new {idx}");
        } else if dice.chance(JOINED_LETTER) {
            part.letter.clone_from(&letters[dice.below(letters.len())]);
        }
    }
    found
}

/// The labels that a word may mean.
fn allowed(word: &str) -> Vec<bool> {
    let word = word.to_lowercase();
    let meant = WORDS.iter().find(|(known, _)| word.contains(known)).map(|(_, meant)| *meant);
    labels().iter().map(|label| meant.is_none_or(|meant| meant.contains(label))).collect()
}

fn is_silence(word: &str) -> bool {
    ["silence", "end"].contains(&word.to_lowercase().as_str())
}

/// Parts from starts, letters and words; what is silent is left out.
fn parts(rows: &[(f64, String, String)], end: f64) -> Vec<Part> {
    let ends = rows.iter().skip(1).map(|row| row.0).chain([end]);
    rows.iter()
        .zip(ends)
        .filter(|((start, _, word), end)| !is_silence(word) && end - start > 1.0)
        .map(|((start, letter, word), end)| Part {
            seconds: end - start,
            letter: letter.clone(),
            allowed: allowed(word),
        })
        .collect()
}

/// The Harmonix set: labels in order; what has the same label has the same letter, numbers left out.
fn harmonix(song: &Value) -> Vec<Vec<Part>> {
    let rows: Vec<(f64, String, String)> = song["sections"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|section| {
            let word = section[0].as_str()?;
            let letter = word.trim_end_matches(|c: char| c.is_ascii_digit());
            Some((section[2].as_f64()?, letter.to_owned(), word.to_owned()))
        })
        .collect();
    vec![parts(&rows, song["duration"].as_f64().unwrap_or(0.0))]
}

/// SALAMI: functions, and the letters of large sections that they fall in, of each annotator. Classical music
/// is left out, as its parts have no functions of songs.
fn salami(song: &Value) -> Vec<Vec<Part>> {
    if song["class"].as_str().is_none_or(|class| class.eq_ignore_ascii_case("classical")) {
        return Vec::new();
    }
    let list = |value: &Value| -> Vec<(f64, String)> {
        let pairs = value.as_array().into_iter().flatten();
        pairs.filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_str()?.to_owned()))).collect()
    };
    let annotators = song["annotators"].as_array().into_iter().flatten();
    annotators
        .map(|annotator| {
            let (functions, letters) = (list(&annotator["functions"]), list(&annotator["uppercase"]));
            let letter_at = |time: f64| {
                let before = letters.iter().rfind(|(start, _)| *start <= time + 0.1);
                before.map_or_else(String::new, |(_, letter)| letter.trim_end_matches('\'').to_owned())
            };
            let end = functions.last().map_or(0.0, |last| last.0);
            let rows: Vec<_> =
                functions.into_iter().map(|(start, word)| (start, letter_at(start), word)).collect();
            parts(&rows, end)
        })
        .collect()
}

/// Billboard: lines that begin with a letter and a function.
fn billboard(song: &Value) -> Vec<Vec<Part>> {
    let mut rows = Vec::new();
    let mut end = 0.0;
    for line in song["lines"].as_array().into_iter().flatten() {
        let (Some(start), Some(text)) = (line[0].as_f64(), line[1].as_str()) else { continue };
        end = start;
        let mut words = text.split(',').map(str::trim);
        let first = words.next().unwrap_or_default();
        let letter = first.trim_end_matches('\'');
        if is_silence(first) {
            rows.push((start, String::new(), first.to_owned()));
        } else if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_uppercase()) {
            rows.push((start, letter.to_owned(), words.next().unwrap_or_default().to_owned()));
        }
    }
    vec![parts(&rows, end)]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meant(part: &Part) -> Vec<SectionLabel> {
        labels().into_iter().zip(&part.allowed).filter(|(_, may)| **may).map(|(label, _)| label).collect()
    }

    #[test]
    fn annotations_of_three_kinds_are_read() {
        let song = json!({ "duration": 60.0, "sections": [
            ["intro", 4, 0.0], ["verse2", 8, 10.0], ["verse", 8, 30.0], ["silence", 0, 50.0],
        ] });
        let forms = harmonix(&song);
        assert_eq!(forms[0].iter().map(|part| part.seconds).collect::<Vec<_>>(), [10.0, 20.0, 20.0]);
        assert_eq!((forms[0][1].letter.as_str(), meant(&forms[0][1])), ("verse", vec![Verse]));

        let song = json!({ "class": "popular", "annotators": [{
            "functions": [[0.0, "Silence"], [1.0, "Verse"], [21.0, "no_function"], [30.0, "End"]],
            "uppercase": [[0.0, "Silence"], [1.0, "A"], [21.0, "B'"]],
        }] });
        let forms = salami(&song);
        assert_eq!((forms[0][0].letter.as_str(), meant(&forms[0][0])), ("A", vec![Verse]));
        assert_eq!((forms[0][1].letter.as_str(), meant(&forms[0][1]).len()), ("B", labels().len()));

        let song = json!({ "lines": [
            [0.0, "silence"], [0.5, "A, intro, | A:min |"], [8.0, "| A:min |"], [15.0, "B', pre-chorus, | C |"], [30.0, "end"],
        ] });
        let forms = billboard(&song);
        assert_eq!((forms[0][0].seconds, meant(&forms[0][0])), (14.5, vec![Intro]));
        assert_eq!((forms[0][1].letter.as_str(), meant(&forms[0][1])), ("B", vec![PreChorus]));
    }

    #[test]
    fn what_is_merged_may_be_either() {
        let part = |letter: &str, word: &str| Part {
            seconds: 10.0,
            letter: letter.to_owned(),
            allowed: allowed(word),
        };
        let all: Vec<Part> = (0..400)
            .map(|i| part(&(i % 7).to_string(), if i % 2 == 0 { "verse" } else { "chorus" }))
            .collect();
        let found = found(all, &mut Dice::new(3));
        assert!((320..390).contains(&found.len()), "{}", found.len());
        assert_eq!(found.iter().map(|part| part.seconds).sum::<f64>(), 4_000.0);
        assert!(found.iter().any(|part| meant(part) == [Verse, Chorus]));
    }
}
