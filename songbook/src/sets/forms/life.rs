//! Songs made as real ones are: functions, lengths, letters, tempi and chords drawn from counts of what
//! people annotated.

use crate::chance::Chance;
use crate::theory::Mode;

use super::genres::Genre;
use super::plan::Planned;

/// Lines of words and a count; `cargo xtask learn life` writes it and says of what.
const COUNTS: &str = include_str!("life.counts");

/// Fewest and most sections: nine tenths of songs lie within.
const SECTIONS: std::ops::RangeInclusive<usize> = 6..=16;
/// A function that returns mostly has the length it had.
const SAME_LENGTH: f64 = 0.8;
/// Bars of a progression before it starts anew.
const ROUNDS: [usize; 4] = [4, 4, 4, 8];
/// Letters of the functions; what else there is gets those after them.
const LETTERS: [(&str, char); 5] =
    [("verse", 'A'), ("chorus", 'B'), ("pre-chorus", 'P'), ("post-chorus", 'Q'), ("intro", 'I')];

/// What follows the words `start` in the counts, with how often.
fn counted(start: &[&str]) -> (Vec<&'static str>, Vec<f64>) {
    let rows = COUNTS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let words: Vec<&'static str> = line.split(' ').collect();
        let (count, words) = words.split_last()?;
        let (what, before) = words.split_last()?;
        if before == start { Some((*what, count.parse::<f64>().ok()?)) } else { None }
    });
    rows.unzip()
}

/// One of them, as often as it was met; `None` where nothing was.
fn draw(start: &[&str], chance: &mut Chance) -> Option<&'static str> {
    let (what, counts) = counted(start);
    if what.is_empty() { None } else { Some(what[chance.weighted(&counts)]) }
}

/// The sections of a song.
pub(super) fn plan(chance: &mut Chance) -> Vec<Planned> {
    loop {
        let labels = order(chance);
        if SECTIONS.contains(&labels.len()) && labels.contains(&"chorus") && labels.contains(&"verse") {
            return furnish(&labels, chance);
        }
    }
}

/// Functions from the start to the end.
fn order(chance: &mut Chance) -> Vec<&'static str> {
    let mut labels = Vec::new();
    let mut last = "start";
    while let Some(next) = draw(&["next", last], chance).filter(|next| *next != "end") {
        labels.push(next);
        last = next;
        if labels.len() > *SECTIONS.end() {
            break;
        }
    }
    labels
}

/// Lengths, letters and voice.
fn furnish(labels: &[&'static str], chance: &mut Chance) -> Vec<Planned> {
    let mut song: Vec<Planned> = Vec::new();
    for &label in labels {
        let before = song.iter().find(|section| section.label == label).copied();
        let bars = match before.filter(|_| chance.often(SAME_LENGTH)) {
            Some(before) => before.bars,
            None => draw(&["bars", label], chance).and_then(|bars| bars.parse().ok()).unwrap_or(8),
        };
        let kind = if before.is_some() { "letter" } else { "letter-first" };
        let relation = draw(&[kind, label], chance).unwrap_or("new");
        let like = song.iter().find(|section| section.label == relation);
        let group = match (relation, before, like) {
            ("own", Some(before), _) => before.group,
            (_, _, Some(like)) => like.group,
            _ => new_letter(label, &song),
        };
        let is_sung = draw(&["voice", label], chance).map(|voice| voice == "sung");
        song.push(Planned { label, group, bars, up: 0, is_sung });
    }
    song
}

/// The letter of a function's own, or the first that is free.
fn new_letter(label: &str, song: &[Planned]) -> char {
    let is_free = |letter: &char| song.iter().all(|section| section.group != *letter);
    let own = LETTERS.iter().find(|(of, _)| *of == label).map(|(_, letter)| *letter);
    own.filter(is_free).or_else(|| ('C'..='H').chain('R'..='Z').find(is_free)).unwrap_or('Z')
}

/// Music of a genre at a tempo, both as often as they are met.
pub(super) fn genre_and_tempo(chance: &mut Chance) -> (Genre, Option<f64>) {
    let all = counted_tempi();
    let weights: Vec<f64> = all.iter().map(|(_, _, count)| *count).collect();
    let (tens, beats, _) = all[chance.weighted(&weights)];
    // The counts have beats of six in a bar at the eighth.
    match beats {
        "3" => (Genre::FolkInThree, None),
        "6" | "12" => (Genre::BalladInSix, None),
        _ => (Genre::at(tens, chance), Some(chance.range(tens, tens + 10.0))),
    }
}

/// Tempo by tens, beats in a bar, count.
fn counted_tempi() -> Vec<(f64, &'static str, f64)> {
    let rows = COUNTS.lines().filter_map(|line| {
        let mut words = line.strip_prefix("tempo ")?.split(' ');
        Some((words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?))
    });
    rows.collect()
}

/// The mode that as many songs are in.
pub(super) fn mode(chance: &mut Chance) -> Mode {
    if draw(&["mode"], chance) == Some("minor") { Mode::Minor } else { Mode::Major }
}

/// A progression, each chord as often after the one before it as in songs.
pub(super) fn progression(mode: Mode, chance: &mut Chance) -> Vec<&'static str> {
    let mode = if mode == Mode::Minor { "minor" } else { "major" };
    let n = chance.pick(&ROUNDS);
    let mut chords: Vec<&'static str> = Vec::new();
    while chords.len() < n {
        let next = match chords.last() {
            Some(last) => draw(&["chord", mode, last], chance),
            None => draw(&["first", mode], chance),
        };
        match next {
            Some(next) => chords.push(next),
            None if chords.is_empty() => return vec![if mode == "minor" { "i" } else { "I" }],
            None => chords.truncate(chords.len() - 1),
        }
    }
    chords
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Key, roman};

    #[test]
    fn songs_are_made_as_they_are_counted() {
        let mut chance = Chance::new(5);
        let songs: Vec<Vec<Planned>> = (0..300).map(|_| plan(&mut chance)).collect();
        let all = || songs.iter().flatten();
        let share =
            |test: &dyn Fn(&Planned) -> bool| all().filter(|s| test(s)).count() as f64 / all().count() as f64;
        assert!((0.25..0.5).contains(&share(&|s| s.label == "chorus")));
        let choruses: Vec<&Planned> = all().filter(|s| s.label == "chorus").collect();
        let of_eight = choruses.iter().filter(|s| s.bars == 8).count() as f64 / choruses.len() as f64;
        assert!((0.4..0.75).contains(&of_eight), "{of_eight}");
        assert!(all().all(|s| (2..=24).contains(&s.bars)));
        let starts = songs.iter().filter(|song| song[0].label == "intro").count();
        assert!(starts > 180, "{starts}");
        // Verses are alike nearly always.
        let alike = songs.iter().filter(|song| {
            let verses: Vec<char> = song.iter().filter(|s| s.label == "verse").map(|s| s.group).collect();
            verses.iter().all(|group| *group == verses[0])
        });
        assert!(alike.count() > 200);
    }

    #[test]
    fn progressions_can_be_read() {
        let mut chance = Chance::new(6);
        for mode in [Mode::Major, Mode::Minor] {
            let key = Key::new(0, mode);
            for _ in 0..200 {
                let chords = progression(mode, &mut chance);
                assert!((1..=8).contains(&chords.len()));
                for numeral in chords {
                    let label = roman(numeral, key).label(key);
                    // A numeral that is not understood would be C:maj.
                    assert!(label != "C:maj" || numeral == "I", "{numeral}");
                }
            }
        }
    }

    #[test]
    fn tempi_are_those_of_life() {
        let mut chance = Chance::new(7);
        let tempi: Vec<f64> = (0..1000).filter_map(|_| genre_and_tempo(&mut chance).1).collect();
        let within = tempi.iter().filter(|bpm| (60.0..190.0).contains(*bpm)).count() as f64;
        assert!(within / tempi.len() as f64 > 0.95 && tempi.len() > 900);
    }
}
