//! Forms of real songs, as people annotated them without audio: what the order, the lengths and the returns of
//! sections tell of their functions.

use std::fs;
use std::path::Path;

use sectionist_core::structure::SectionLabel;
use sectionist_core::structure::training::{self, form_features, form_probabilities, labels};
use serde_json::Value;

use super::chain;
use super::spoilt::{Part, found};
use crate::Failure;
use crate::dice::Dice;

use SectionLabel::{
    Breakdown, Bridge, Chorus, Instrumental, Intro, Outro, PostChorus, PreChorus, Solo, Verse,
};

/// How much an annotation counts, against a song that is heard.
const WEIGHT: f64 = 0.3;
/// Fewer sections are no form.
const MIN_SECTIONS: usize = 4;
/// Words of annotators and the functions that they mean; what is none of them is not known.
const WORDS: [(&str, &[SectionLabel]); 32] = [
    ("chorusinst", &[Chorus, Instrumental]),
    ("chorus_inst", &[Chorus, Instrumental]),
    ("instchorus", &[Chorus, Instrumental]),
    ("intchorus", &[Chorus, Instrumental]),
    ("instrumentalverse", &[Verse, Instrumental]),
    ("verseinst", &[Verse, Instrumental]),
    ("pre-chorus", &[PreChorus]),
    ("pre chorus", &[PreChorus]),
    ("prechorus", &[PreChorus]),
    ("post-chorus", &[PostChorus]),
    ("postchorus", &[PostChorus]),
    ("pre-verse", &[Instrumental, Intro]),
    ("preverse", &[Instrumental, Intro]),
    ("chorus", &[Chorus]),
    ("refrain", &[Chorus]),
    ("verse", &[Verse]),
    ("strophe", &[Verse]),
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
    ("trans", &[Instrumental, Breakdown, PreChorus, Bridge]),
];

/// The form of a song in the state in which it might be found.
pub(super) struct Form {
    /// The collection it is from.
    pub(super) set: &'static str,
    /// Fold of the cross-validation.
    pub(super) fold: usize,
    /// What there is to learn from it.
    pub(super) song: chain::Song,
    parts: Vec<Part>,
}

/// The forms that are annotated in a folder; none where there is no such folder. `fold_of` deals songs into folds.
///
/// # Errors
/// A line is no JSON.
pub(super) fn read(priors: &Path, fold_of: impl Fn(&str) -> usize) -> Result<Vec<Form>, Failure> {
    let mut dice = Dice::new(1);
    let mut all = Vec::new();
    for (set, parts_of) in
        [("harmonix", harmonix as fn(&Value) -> Vec<Vec<Part>>), ("salami", salami), ("billboard", billboard)]
    {
        let Ok(text) = fs::read_to_string(priors.join(format!("{set}.jsonl"))) else {
            eprintln!("no {set}.jsonl in {}: its forms are not learned from", priors.display());
            continue;
        };
        let n = all.len();
        for line in text.lines() {
            let song: Value = serde_json::from_str(line)?;
            let fold = fold_of(&format!("{set} {}", song["id"]));
            let forms = parts_of(&song);
            let weight = WEIGHT / forms.len().max(1) as f64;
            for parts in forms.into_iter().filter(|parts| parts.len() >= MIN_SECTIONS) {
                let parts = found(parts, &mut dice);
                all.push(Form { set, fold, song: song_of(&parts, weight), parts });
            }
        }
        eprintln!("{} forms of {set}.jsonl", all.len() - n);
    }
    Ok(all)
}

/// The sections of a form, as the labels see them.
fn sections_of(parts: &[Part]) -> Vec<training::Part> {
    let group = |part: &Part| parts.iter().position(|other| other.letter == part.letter).unwrap_or(0);
    let section = |part: &Part| training::Part {
        seconds: part.seconds(),
        bars: part.bars.round() as usize,
        group: group(part),
    };
    parts.iter().map(section).collect()
}

fn song_of(parts: &[Part], weight: f64) -> chain::Song {
    let sections = sections_of(parts);
    let features = form_features(&sections);
    chain::Song {
        features: features.iter().map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect(),
        is_again: sections.windows(2).map(|pair| pair[0].group == pair[1].group).collect(),
        allowed: parts.iter().map(Part::allowed).collect(),
        weight,
    }
}

impl Form {
    /// By some weights: the share of the time whose function is known that is called so, and the chorus's F.
    pub(super) fn score(&self, weights: &str) -> [Option<f64>; 2] {
        let probabilities = form_probabilities(&sections_of(&self.parts), weights);
        let (mut known, mut right, mut real, mut told, mut both) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (part, row) in self.parts.iter().zip(probabilities.rows()) {
            let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
            for (seconds, allowed) in
                part.known().filter(|known| known.1.iter().filter(|may| **may).count() == 1)
            {
                let is_chorus = |label: usize| labels()[label] == Chorus;
                let of = |condition: bool| if condition { *seconds } else { 0.0 };
                let label = allowed.iter().position(|may| *may).unwrap_or(0);
                known += seconds;
                right += of(label == best);
                real += of(is_chorus(label));
                told += of(is_chorus(best));
                both += of(is_chorus(label) && is_chorus(best));
            }
        }
        [(known > 0.0).then(|| right / known), (real > 0.0).then(|| 2.0 * both / (real + told))]
    }
}

/// The labels that a word may mean.
fn allowed(word: &str) -> Vec<bool> {
    let word = word.to_lowercase();
    let meant = WORDS.iter().find(|(known, _)| word.contains(known)).map(|(_, meant)| *meant);
    labels().iter().map(|label| meant.is_none_or(|meant| meant.contains(label))).collect()
}

fn is_silence(word: &str) -> bool {
    ["silence", "end", "noise", "applause"].contains(&word.to_lowercase().as_str())
}

/// A section's start, its letter, its word, and its bars or 0.
type Row = (f64, String, String, f64);

/// Parts from rows; what is silent is left out.
fn parts(rows: &[Row], end: f64) -> Vec<Part> {
    let ends = rows.iter().skip(1).map(|row| row.0).chain([end]);
    rows.iter()
        .zip(ends)
        .filter(|((start, _, word, _), end)| !is_silence(word) && end - start > 1.0)
        .map(|((start, letter, word, bars), end)| Part {
            letter: letter.clone(),
            bars: *bars,
            stretches: vec![(end - start, allowed(word))],
        })
        .collect()
}

/// The Harmonix set: labels in order; what has the same label has the same letter, numbers left out.
fn harmonix(song: &Value) -> Vec<Vec<Part>> {
    let rows: Vec<Row> = song["sections"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|section| {
            let word = section[0].as_str()?;
            let letter = word.trim_end_matches(|c: char| c.is_ascii_digit());
            Some((section[2].as_f64()?, letter.to_owned(), word.to_owned(), section[1].as_f64()?))
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
                functions.into_iter().map(|(start, word)| (start, letter_at(start), word, 0.0)).collect();
            parts(&rows, end)
        })
        .collect()
}

/// Billboard: lines that begin with a letter and a function; bars are counted by their lines.
fn billboard(song: &Value) -> Vec<Vec<Part>> {
    let mut rows: Vec<Row> = Vec::new();
    let mut end = 0.0;
    for line in song["lines"].as_array().into_iter().flatten() {
        let (Some(start), Some(text)) = (line[0].as_f64(), line[1].as_str()) else { continue };
        end = start;
        let mut words = text.split(',').map(str::trim);
        let first = words.next().unwrap_or_default();
        let letter = first.trim_end_matches('\'');
        if is_silence(first) {
            rows.push((start, String::new(), first.to_owned(), 0.0));
        } else if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_uppercase()) {
            let word = words.next().filter(|word| !word.starts_with('|')).unwrap_or_default();
            rows.push((start, letter.to_owned(), word.to_owned(), 0.0));
        }
        if let Some(row) = rows.last_mut() {
            row.3 += bars_of(text);
        }
    }
    vec![parts(&rows, end)]
}

/// Bars of a line of chords: those between its strokes, as often as `x4` behind them says.
fn bars_of(line: &str) -> f64 {
    let Some(last) = line.rfind('|') else { return 0.0 };
    let often =
        line[last + 1..].split([',', ' ']).find_map(|word| word.strip_prefix('x')?.parse::<f64>().ok());
    (line.matches('|').count() - 1) as f64 * often.unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meant(part: &Part) -> Vec<SectionLabel> {
        labels().into_iter().zip(part.allowed()).filter(|(_, may)| *may).map(|(label, _)| label).collect()
    }

    #[test]
    fn annotations_of_three_kinds_are_read() {
        let song = json!({ "duration": 60.0, "sections": [
            ["intro", 4, 0.0], ["verse2", 8, 10.0], ["verse", 8, 30.0], ["silence", 0, 50.0],
        ] });
        let forms = harmonix(&song);
        assert_eq!(forms[0].iter().map(Part::seconds).collect::<Vec<_>>(), [10.0, 20.0, 20.0]);
        assert_eq!((forms[0][1].letter.as_str(), meant(&forms[0][1])), ("verse", vec![Verse]));
        assert_eq!(forms[0][0].bars, 4.0);

        let song = json!({ "class": "popular", "annotators": [{
            "functions": [[0.0, "Silence"], [1.0, "Verse"], [21.0, "no_function"], [30.0, "End"]],
            "uppercase": [[0.0, "Silence"], [1.0, "A"], [21.0, "B'"]],
        }] });
        let forms = salami(&song);
        assert_eq!((forms[0][0].letter.as_str(), meant(&forms[0][0])), ("A", vec![Verse]));
        assert_eq!((forms[0][1].letter.as_str(), meant(&forms[0][1]).len()), ("B", labels().len()));

        let song = json!({ "lines": [
            [0.0, "silence"], [0.5, "A, intro, | A:min |"], [8.0, "| A:min | C |"],
            [15.0, "B', pre-chorus, | C | C | x2, (voice"], [30.0, "end"],
        ] });
        let forms = billboard(&song);
        assert_eq!((forms[0][0].seconds(), meant(&forms[0][0])), (14.5, vec![Intro]));
        assert_eq!((forms[0][1].letter.as_str(), meant(&forms[0][1])), ("B", vec![PreChorus]));
        assert_eq!((forms[0][0].bars, forms[0][1].bars), (3.0, 4.0));
    }
}
