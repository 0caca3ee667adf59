//! Forms of real songs, as people annotated them without audio: what the order, the lengths and the returns of
//! sections tell of their functions.

use std::fs;
use std::path::Path;

use sectionist_core::structure::SectionLabel;
use sectionist_core::structure::training::{self, form_features, labels};
use serde_json::Value;

use super::annotation::allowed_by;
use super::chain;
use crate::Failure;
use crate::dice::Dice;

use SectionLabel::{
    Breakdown, Bridge, Chorus, Instrumental, Intro, Outro, PostChorus, PreChorus, Solo, Verse,
};

/// How much an annotation counts, against a song that is heard.
const WEIGHT: f64 = 0.3;
/// Fewer sections are no form.
const MIN_SECTIONS: usize = 4;
/// The forms that are found are not those that are annotated. Share of the boundaries that are missed between
/// sections of different letters and of one; of long sections that are cut; of letters that are taken for another
/// throughout; of sections with a letter of their own by mistake, and of those with another's.
const MISSED: [f32; 2] = [0.1, 0.3];
const CUT: f32 = 0.12;
const JOINED: f32 = 0.06;
const SPLIT_LETTER: f32 = 0.12;
const OTHER_LETTER: f32 = 0.06;
/// Sections of this many seconds are cut as often as [`CUT`] says, longer ones up to twice as often, those of less
/// than the other never.
const CUT_SECONDS: [f64; 2] = [20.0, 12.0];
/// Where they are cut, as shares of their length; and how many of their second parts keep the letter.
const CUTS: [f64; 5] = [0.5, 0.5, 0.5, 0.25, 0.75];
const KEPT_LETTER: f32 = 0.6;

/// Words of annotators and the functions that they mean; what is none of them is not known.
const WORDS: [(&str, &[SectionLabel]); 31] = [
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
    ("trans", &[Instrumental, Breakdown, PreChorus, Bridge]),
];

/// A section as annotated, or as it might be found.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    letter: String,
    /// Bars; 0 where they are not known.
    bars: f64,
    /// Stretches in seconds of what annotators call something, with the labels that this may mean.
    stretches: Vec<(f64, Vec<bool>)>,
}

impl Part {
    fn seconds(&self) -> f64 {
        self.stretches.iter().map(|stretch| stretch.0).sum()
    }

    /// The labels that it may have: those of the stretches that fill most of it.
    fn allowed(&self) -> Vec<bool> {
        let total = self.seconds();
        let mut shares = vec![0.0; labels().len()];
        for (seconds, allowed) in self.stretches.iter().filter(|stretch| stretch.1.contains(&false)) {
            let n = allowed.iter().filter(|may| **may).count().max(1) as f64;
            let own = shares.iter_mut().zip(allowed).filter(|(_, may)| **may);
            own.for_each(|(share, _)| *share += seconds / n / total);
        }
        allowed_by(&shares, shares.iter().sum())
    }

    /// Its part before a share of its length, and that after it.
    fn cut(self, share: f64) -> [Self; 2] {
        let at = self.seconds() * share;
        let mut parts = [(share, Vec::new()), (1.0 - share, Vec::new())];
        let mut time = 0.0;
        for (seconds, allowed) in self.stretches {
            let before = (at - time).clamp(0.0, seconds);
            for ((_, stretches), seconds) in parts.iter_mut().zip([before, seconds - before]) {
                if seconds > 0.0 {
                    stretches.push((seconds, allowed.clone()));
                }
            }
            time += seconds;
        }
        parts.map(|(share, stretches)| Self {
            letter: self.letter.clone(),
            bars: self.bars * share,
            stretches,
        })
    }
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
    let sections: Vec<training::Part> = parts
        .iter()
        .map(|part| training::Part {
            seconds: part.seconds(),
            bars: part.bars.round() as usize,
            group: group(part),
        })
        .collect();
    chain::Song {
        features: form_features(&sections)
            .iter()
            .map(|row| row.iter().map(|&x| f64::from(x)).collect())
            .collect(),
        is_again: sections.windows(2).map(|pair| pair[0].group == pair[1].group).collect(),
        allowed: parts.iter().map(Part::allowed).collect(),
        weight,
    }
}

/// The form as it might be found: some boundaries missed, some too many, some letters wrong.
fn found(parts: Vec<Part>, dice: &mut Dice) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if dice.chance(MISSED[usize::from(last.letter == part.letter)]) => {
                if part.seconds() > last.seconds() {
                    last.letter = part.letter;
                }
                last.bars += part.bars;
                last.stretches.extend(part.stretches);
            }
            _ => joined.push(part),
        }
    }
    let mut found = Vec::with_capacity(joined.len());
    for part in joined {
        let seconds = part.seconds();
        let often = (seconds / CUT_SECONDS[0]).min(2.0) as f32;
        if seconds > CUT_SECONDS[1] && dice.chance(CUT * often) {
            let [first, mut second] = part.cut(CUTS[dice.below(CUTS.len())]);
            if !dice.chance(KEPT_LETTER) {
                second.letter += " cut";
            }
            found.extend([first, second]);
        } else {
            found.push(part);
        }
    }
    mistake_letters(&mut found, dice);
    found
}

/// Gives some sections wrong letters.
fn mistake_letters(parts: &mut [Part], dice: &mut Dice) {
    let mut letters: Vec<String> = parts.iter().map(|part| part.letter.clone()).collect();
    let mut distinct = letters.clone();
    distinct.sort();
    distinct.dedup();
    for letter in &distinct {
        if dice.chance(JOINED) {
            let other = &distinct[dice.below(distinct.len())];
            letters.iter_mut().filter(|own| *own == letter).for_each(|own| own.clone_from(other));
        }
    }
    for (idx, part) in parts.iter_mut().enumerate() {
        part.letter.clone_from(&letters[idx]);
        if dice.chance(SPLIT_LETTER) {
            part.letter = format!("new {idx}");
        } else if dice.chance(OTHER_LETTER) {
            part.letter.clone_from(&letters[dice.below(letters.len())]);
        }
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

    fn part(letter: &str, word: &str) -> Part {
        Part { letter: letter.to_owned(), bars: 8.0, stretches: vec![(16.0, allowed(word))] }
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

    #[test]
    fn what_is_found_is_made_of_what_is_annotated() {
        let word = |i: usize| if i.is_multiple_of(2) { "verse" } else { "chorus" };
        let all: Vec<Part> = (0..400).map(|i| part(&(i % 7).to_string(), word(i))).collect();
        let found = found(all, &mut Dice::new(3));
        let sum = |value: fn(&Part) -> f64| found.iter().map(value).sum::<f64>();
        assert!(
            (sum(Part::seconds) - 6_400.0).abs() < 1e-6 && (sum(|part| part.bars) - 3_200.0).abs() < 1e-6
        );
        assert!(
            found.iter().any(|part| part.seconds() > 16.0) && found.iter().any(|part| part.seconds() < 16.0)
        );
        assert!(found.iter().any(|part| meant(part) == [Verse, Chorus]), "two halves may be either");
    }

    #[test]
    fn a_part_is_called_what_fills_most_of_it() {
        let mut both = part("A", "verse");
        both.stretches.push((40.0, allowed("chorus")));
        assert_eq!(meant(&both), [Chorus]);
        let [first, second] = both.cut(0.25);
        assert_eq!((first.seconds(), meant(&first)), (14.0, vec![Verse]));
        assert_eq!((second.seconds(), meant(&second)), (42.0, vec![Chorus]));
        assert_eq!(meant(&part("A", "drone")).len(), labels().len());
    }
}
