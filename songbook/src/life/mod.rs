//! What real songs are like: counts of forms, tempi and chords, and draws from them.

mod billboard;
mod count;

use std::sync::OnceLock;

pub use count::count_songs;

use crate::chance::Chance;
use crate::theory::Mode;

/// The counts, as `cargo xtask learn songs` writes them.
const TEXT: &str = include_str!("life.counts");

/// A table's choices with their counts.
type Choices = Vec<(&'static str, f64)>;

/// The tables by name.
fn tables() -> &'static [(&'static str, Choices)] {
    static TABLES: OnceLock<Vec<(&'static str, Choices)>> = OnceLock::new();
    TABLES.get_or_init(|| parse(TEXT))
}

fn parse(text: &'static str) -> Vec<(&'static str, Choices)> {
    let choice = |entry: &'static str| {
        let (name, count) = entry.trim().rsplit_once(' ')?;
        Some((name, count.parse().ok()?))
    };
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" : "))
        .map(|(name, choices)| (name, choices.split(',').filter_map(choice).collect()))
        .collect()
}

/// The choices of a table; none if there is no such table.
pub(crate) fn choices(table: &str) -> &'static [(&'static str, f64)] {
    tables().iter().find(|(name, _)| *name == table).map_or(&[], |(_, choices)| choices.as_slice())
}

/// How often anything was counted in a table.
pub(crate) fn total(table: &str) -> f64 {
    choices(table).iter().map(|choice| choice.1).sum()
}

/// One of a table's choices, as likely as in life; `None` if there is no such table.
pub(crate) fn draw(table: &str, chance: &mut Chance) -> Option<&'static str> {
    draw_where(table, |_| true, chance)
}

/// The same among the choices that are `allowed`.
pub(crate) fn draw_where(
    table: &str,
    allowed: impl Fn(&str) -> bool,
    chance: &mut Chance,
) -> Option<&'static str> {
    let list = choices(table);
    let weights: Vec<f64> = list.iter().map(|(name, n)| if allowed(name) { *n } else { 0.0 }).collect();
    if weights.iter().sum::<f64>() <= 0.0 {
        return None;
    }
    Some(list[chance.weighted(&weights)].0)
}

/// A number from a table of numbers.
pub(crate) fn number(table: &str, chance: &mut Chance) -> Option<usize> {
    draw(table, chance)?.parse().ok()
}

/// The tempo in BPM below which a share of `quantile` of the tables' songs lie, evenly spread within each five BPM.
pub(crate) fn tempo(tables: &[&str], quantile: f64) -> Option<f64> {
    let mut bins: Vec<(f64, f64)> = tables
        .iter()
        .flat_map(|table| choices(table))
        .filter_map(|(bpm, count)| Some((bpm.parse().ok()?, *count)))
        .collect();
    bins.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut left = quantile.clamp(0.0, 1.0) * bins.iter().map(|bin| bin.1).sum::<f64>();
    for (bpm, count) in &bins {
        if left < *count {
            return Some(bpm + 5.0 * left / count);
        }
        left -= count;
    }
    bins.last().map(|bin| bin.0 + 5.0)
}

/// A progression as it is laid.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progression {
    /// Roman numerals, each for `bars_per_chord` bars; one that lasts longer stands several times.
    pub(crate) numerals: Vec<&'static str>,
    /// 1/2 or 1.
    pub(crate) bars_per_chord: f64,
}

/// Most draws of a progression before it is taken as it is.
const TRIES: usize = 40;

/// Draws a progression of a mode in a meter of so many felt beats: how long its pattern is, how long its chords last,
/// which chord it begins with and which follow. What leads back to its beginning as in life is preferred.
pub(crate) fn progression(mode: Mode, beats: usize, chance: &mut Chance) -> Progression {
    let mode_name = match mode {
        Mode::Major => "major",
        Mode::Minor => "minor",
    };
    let may_halve = beats.is_multiple_of(2) && beats > 2;
    let mut drawn =
        Progression { numerals: vec![if mode == Mode::Major { "I" } else { "i" }], bars_per_chord: 1.0 };
    for _ in 0..TRIES {
        // A chord all the time is rare enough to be left to those who play loops.
        let bars = draw_where(&format!("pattern {mode_name}"), |bars| bars != "1", chance);
        let bars = bars.and_then(|bars| bars.parse::<usize>().ok()).unwrap_or(4);
        let Some(mut chord) = draw(&format!("first {mode_name}"), chance) else { return drawn };
        let first = chord;
        let mut halves = Vec::with_capacity(2 * bars);
        while halves.len() < 2 * bars {
            let held = draw_where("held 4/4", |held| may_halve || held != "1/2", chance);
            let n = match held {
                // The second chord of a bar ends with it.
                Some("1/2") => 1,
                Some("2") => 4,
                Some("4") => 8,
                _ => 2,
            };
            let to_bar = 2 - halves.len() % 2;
            let n = if to_bar == 1 { 1 } else { n };
            halves.extend(std::iter::repeat_n(chord, n.min(2 * bars - halves.len())));
            chord = draw(&format!("next {mode_name} {chord}"), chance).unwrap_or(first);
        }
        let last = halves[halves.len() - 1];
        let table = format!("next {mode_name} {last}");
        let back = choices(&table).iter().find(|(name, _)| *name == first).map_or(0.0, |(_, count)| *count);
        let is_whole = halves.chunks(2).all(|bar| bar[0] == bar[1]);
        let n_kinds = {
            let mut kinds = halves.clone();
            kinds.sort_unstable();
            kinds.dedup();
            kinds.len()
        };
        drawn = if is_whole {
            Progression { numerals: halves.iter().step_by(2).copied().collect(), bars_per_chord: 1.0 }
        } else {
            Progression { numerals: halves, bars_per_chord: 0.5 }
        };
        if n_kinds > 1 && (last == first || back >= 0.05 * total(&table)) {
            break;
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Key, roman};

    #[test]
    fn the_counts_are_read() {
        for table in
            ["sections", "genre", "meter", "mode", "key change", "after start", "tempo pop", "held 4/4"]
        {
            assert!(total(table) > 100.0, "{table}");
        }
        assert!(choices("after verse").iter().any(|(name, count)| *name == "chorus" && *count > 500.0));
        assert!(choices("no such table").is_empty() && draw("no such table", &mut Chance::new(1)).is_none());
        for (name, choices) in tables() {
            assert!(!choices.is_empty() && choices.iter().all(|choice| choice.1 > 0.0), "{name}");
        }
    }

    #[test]
    fn every_numeral_is_understood() {
        let key = Key::new(0, Mode::Major);
        for (name, choices) in tables().iter().filter(|(name, _)| name.starts_with("next ")) {
            for (numeral, _) in choices {
                let label = roman(numeral, key).label(key);
                assert!(!label.starts_with("C:maj") || numeral.starts_with('I'), "{name}: {numeral}");
                assert_eq!(label.contains('/'), numeral.contains('/'), "{name}: {numeral} {label}");
            }
        }
    }

    #[test]
    fn tempi_are_those_of_life() {
        let tables = ["tempo pop", "tempo rock"];
        let tempi: Vec<f64> = (0..=10).filter_map(|k| tempo(&tables, f64::from(k) / 10.0)).collect();
        assert_eq!(tempi.len(), 11);
        assert!(tempi.windows(2).all(|pair| pair[0] < pair[1]), "{tempi:?}");
        assert!((100.0..130.0).contains(&tempi[5]), "{tempi:?}");
    }

    #[test]
    fn progressions_fill_their_pattern() {
        for seed in 0..200 {
            for (mode, beats) in [(Mode::Major, 4), (Mode::Minor, 4), (Mode::Major, 3)] {
                let drawn = progression(mode, beats, &mut Chance::new(seed));
                let bars = drawn.numerals.len() as f64 * drawn.bars_per_chord;
                assert!([2.0, 4.0, 8.0, 16.0].contains(&bars), "{drawn:?}");
                assert!(beats == 4 || drawn.bars_per_chord >= 1.0, "{drawn:?}");
            }
        }
    }
}
