//! Forms as in life: drawn from what was counted in real songs.

use crate::chance::Chance;
use crate::life;
use crate::meter::{SIX_EIGHT, THREE, TWELVE_EIGHT};
use crate::theory::Mode;

use super::genres::{Genre, Manner};
use super::plan::Planned;

/// Share of letters whose chords are drawn too.
pub(super) const PROGRESSIONS: f64 = 0.7;

/// Shortest and longest song in seconds that is not drawn anew.
const SECONDS: (f64, f64) = (75.0, 270.0);

/// Most draws of a form.
const TRIES: usize = 200;

/// What was counted less often than this after two functions is asked of the last one alone.
const ENOUGH: f64 = 20.0;

/// A genre with its tempo and meter.
pub(super) fn manner(chance: &mut Chance) -> (Genre, Manner) {
    let meter = life::draw("meter", chance).unwrap_or("4/4");
    let (genre, tables) = match meter {
        "3/4" => (chance.pick(&[Genre::FolkInThree, Genre::FolkInThree, Genre::Ballad]), vec!["tempo 3/4"]),
        "6/8" => (Genre::BalladInSix, vec!["tempo 6/8"]),
        "12/8" => (Genre::BalladInSix, vec!["tempo 12/8"]),
        _ => match life::draw("genre", chance).unwrap_or("pop") {
            "hip-hop" => (Genre::HipHop, vec!["tempo hip-hop"]),
            "dance" => (chance.pick(&[Genre::Dance, Genre::Dance, Genre::SynthPop]), vec!["tempo dance"]),
            "rock" => (Genre::Rock, vec!["tempo rock"]),
            "country" => (chance.pick(&[Genre::Folk, Genre::Folk, Genre::Rock]), vec!["tempo country"]),
            // Charts of two times.
            _ => (Genre::Pop, vec!["tempo pop", "tempo 4/4"]),
        },
    };
    let bpm = life::tempo(&tables, chance.unit()).unwrap_or(120.0);
    let genre = match genre {
        Genre::Pop if bpm < 84.0 => {
            chance.pick(&[Genre::Ballad, Genre::Ballad, Genre::Pop, Genre::Reggae, Genre::SynthPop])
        }
        Genre::Pop => chance.pick(&[Genre::Pop, Genre::Pop, Genre::SynthPop, Genre::Rock, Genre::Folk]),
        other => other,
    };
    let mut manner = genre.manner(chance);
    manner.bpm = bpm;
    match meter {
        "3/4" => manner.meter = &THREE,
        "6/8" => manner.meter = &SIX_EIGHT,
        "12/8" => manner.meter = &TWELVE_EIGHT,
        _ => {}
    }
    manner.is_sung = true;
    (genre, manner)
}

/// Major or minor: as in the charts, but the genres that are younger than they are darker.
pub(super) fn mode(genre: Genre, chance: &mut Chance) -> Mode {
    let drawn = life::draw("mode", chance);
    let is_dark = matches!(genre, Genre::HipHop | Genre::Dance | Genre::Rock | Genre::SynthPop);
    if drawn == Some("minor") || is_dark && chance.often(0.4) { Mode::Minor } else { Mode::Major }
}

/// A form that lasts as long as songs do.
pub(super) fn plan_for(manner: &Manner, chance: &mut Chance) -> Vec<Planned> {
    let seconds = |planned: &[Planned]| {
        let bars: usize = planned.iter().map(|section| section.bars).sum();
        (bars * manner.meter.beats) as f64 * 60.0 / manner.bpm
    };
    let mut planned = plan(chance);
    for _ in 0..TRIES {
        if (SECONDS.0..SECONDS.1).contains(&seconds(&planned)) {
            return planned;
        }
        planned = plan(chance);
    }
    super::shorten(&mut planned, manner);
    planned
}

/// Sections with functions, letters, lengths and singers.
pub(super) fn plan(chance: &mut Chance) -> Vec<Planned> {
    let functions = functions(chance);
    let mut planned: Vec<Planned> = Vec::with_capacity(functions.len());
    for label in functions {
        let group = letter(label, &planned, chance);
        let before = planned.iter().rev().find(|other| other.label == label && other.group == group);
        let bars = match before {
            Some(before) if life::draw(&format!("bars again {label}"), chance) == Some("same") => before.bars,
            _ => life::number(&format!("bars {label}"), chance).unwrap_or(8).max(2),
        };
        let is_sung = Some(life::draw(&format!("voice {label}"), chance) != Some("played"));
        planned.push(Planned { label, group, bars, up: 0, is_sung });
    }
    change_key(&mut planned, chance);
    planned
}

/// Functions in an order and a number that were counted.
fn functions(chance: &mut Chance) -> Vec<&'static str> {
    let wanted = life::number("sections", chance).unwrap_or(10).clamp(4, 18);
    let mut best = vec!["verse", "chorus", "verse", "chorus"];
    for _ in 0..TRIES {
        let drawn = chain(chance);
        if drawn.len().abs_diff(wanted) < best.len().abs_diff(wanted) {
            best = drawn;
        }
        if best.len() == wanted {
            break;
        }
    }
    best
}

fn chain(chance: &mut Chance) -> Vec<&'static str> {
    let mut chain: Vec<&'static str> = Vec::new();
    while chain.len() < 24 {
        let last = chain.last().copied().unwrap_or("start");
        let longer = match chain.as_slice() {
            [] => None,
            [only] => Some(format!("after start {only}")),
            [.., before, last] => Some(format!("after {before} {last}")),
        };
        let table =
            longer.filter(|table| life::total(table) >= ENOUGH).unwrap_or_else(|| format!("after {last}"));
        match life::draw(&table, chance) {
            None | Some("end") => break,
            Some(next) => chain.push(next),
        }
    }
    chain
}

/// Whose material a section has: that of its like, of another function, or its own.
fn letter(label: &str, planned: &[Planned], chance: &mut Chance) -> char {
    let of = |function: &str| planned.iter().find(|other| other.label == function).map(|other| other.group);
    let own = of(label);
    let table = format!("letter {} {label}", if own.is_some() { "again" } else { "first" });
    let n_letters = planned.iter().map(|section| section.group as u8 - b'A' + 1).max().unwrap_or(0);
    let new = char::from(b'A' + n_letters.min(25));
    match life::draw(&table, chance) {
        Some("own") => own.unwrap_or(new),
        Some("new") => new,
        Some(other) => of(other).or(own).unwrap_or(new),
        None => own.unwrap_or(new),
    }
}

/// Moves the end of few songs to another key.
fn change_key(planned: &mut [Planned], chance: &mut Chance) {
    let Some(up) = life::draw("key change", chance).and_then(|up| up.parse::<i32>().ok()) else { return };
    let up = if up > 6 { up - 12 } else { up };
    let at = life::draw("key change at", chance).unwrap_or("chorus");
    let Some(from) = planned.iter().rposition(|section| section.label == at).filter(|from| *from > 0) else {
        return;
    };
    planned[from..].iter_mut().for_each(|section| section.up = up);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> Vec<Vec<Planned>> {
        (0..400).map(|seed| plan(&mut Chance::new(seed))).collect()
    }

    fn share(of: impl Fn(&[Planned]) -> bool) -> f64 {
        let plans = plans();
        plans.iter().filter(|plan| of(plan)).count() as f64 / plans.len() as f64
    }

    #[test]
    fn forms_are_as_in_life() {
        assert!(share(|plan| plan[0].label == "intro") > 0.75);
        assert!(share(|plan| plan.iter().any(|s| s.label == "chorus")) > 0.85);
        assert!((0.02..0.2).contains(&share(|plan| plan.iter().any(|s| s.up != 0))));
        assert!((0.15..0.6).contains(&share(|plan| plan.iter().any(|s| s.label == "pre-chorus"))));
        let lengths: Vec<usize> = plans().iter().map(Vec::len).collect();
        let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
        assert!((8.5..11.5).contains(&mean), "{mean}");
        for plan in plans() {
            assert!((3..=24).contains(&plan.len()), "{plan:?}");
            assert!(plan.iter().all(|s| (2..=32).contains(&s.bars) && s.group.is_ascii_uppercase()));
        }
    }

    #[test]
    fn what_returns_keeps_its_letter() {
        let (mut same, mut n) = (0, 0);
        for plan in plans() {
            let mut choruses = plan.iter().filter(|s| s.label == "chorus");
            let first = choruses.next().map(|s| s.group);
            for later in choruses {
                n += 1;
                same += usize::from(Some(later.group) == first);
            }
        }
        assert!(n > 300 && f64::from(same as u32) > 0.9 * f64::from(n as u32), "{same} of {n}");
    }

    #[test]
    fn songs_last_as_long_as_songs_do() {
        for seed in 0..100 {
            let mut chance = Chance::new(seed);
            let (_, manner) = manner(&mut chance);
            let planned = plan_for(&manner, &mut chance);
            let bars: usize = planned.iter().map(|section| section.bars).sum();
            let seconds = (bars * manner.meter.beats) as f64 * 60.0 / manner.bpm;
            assert!((30.0..300.0).contains(&seconds), "{seed}: {seconds}");
        }
    }
}
