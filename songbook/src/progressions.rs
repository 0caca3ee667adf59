//! Chord progressions by the kind of music.

use crate::chance::Chance;
use crate::meter::Bar;
use crate::score::{ChordSpan, Sheet};
use crate::theory::{Key, Mode, roman};

/// Kinds of harmony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idiom {
    Pop,
    Rock,
    Blues,
    Jazz,
    Classical,
    Electronic,
}

/// Progressions, a chord a bar (or half bar) each, as Roman numerals of the major scale.
pub(crate) const fn progressions(idiom: Idiom, mode: Mode) -> &'static [&'static str] {
    match (idiom, mode) {
        (Idiom::Pop, Mode::Major) => &[
            "I V vi IV",
            "I vi IV V",
            "vi IV I V",
            "I IV vi V",
            "I iii IV V",
            "I V/3 vi IV",
            "IV V iii vi",
            "I V vi iii IV I IV V",
            "I ii IV V",
            "I I/3 IV V",
            "I Vsus4 vi7 IVmaj7",
            "I IV I V",
            "IVmaj7 V iii7 vi",
            "I bVII IV I",
        ],
        (Idiom::Pop, Mode::Minor) => &[
            "i bVI bIII bVII",
            "i bVII bVI bVII",
            "i iv bVII bIII",
            "i bIII bVII iv",
            "i iv bVI V",
            "i bVI iv V",
            "i v bVI bVII",
            "bVI bVII i i",
            "i bVII bVI V",
        ],
        (Idiom::Rock, Mode::Major) => {
            &["I IV V IV", "I bVII IV I", "I V IV V", "I IV I V", "V IV I I", "I I IV V", "I5 IV5 V5 IV5"]
        }
        (Idiom::Rock, Mode::Minor) => &[
            "i bVII bVI bVII",
            "i bIII bVII IV",
            "i i bVI bVII",
            "i iv i bVII",
            "i5 bVI5 bVII5 i5",
            "i5 bIII5 iv5 i5",
        ],
        (Idiom::Blues, Mode::Major) => {
            &["I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 I7"]
        }
        (Idiom::Blues, Mode::Minor) => &["i7 i7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 V7"],
        (Idiom::Jazz, Mode::Major) => &[
            "ii7 V7 Imaj7 Imaj7",
            "Imaj7 vi7 ii7 V7",
            "iii7 VI7 ii7 V7",
            "Imaj7 IVmaj7 iii7 VI7 ii7 V7 Imaj6 V7",
            "Imaj9 ii9 iii7 ii7",
            "Imaj7 #io7 ii7 V9",
            "ii9 V9 Imaj9 VI7",
        ],
        (Idiom::Jazz, Mode::Minor) => &[
            "i7 iih7 V7 i6",
            "i7 iv7 bVII7 bIIImaj7 bVImaj7 iih7 V7 i6",
            "iminmaj7 i7 iv7 V7",
            "i9 iv9 i9 V7",
        ],
        (Idiom::Classical, Mode::Major) => &[
            "I V/3 I IV I/5 V7 I I",
            "I IV V7 I",
            "I vi ii/3 V I/3 IV V7 I",
            "I V7/5 I/3 IV V vi ii/3 V",
            "I ii/3 V7 I",
            "I I/3 IV V I V7/3 I V",
            "vi ii V7 I IV viio/3 V I",
            "I V7/7 I/3 viio7 vi IV V I",
        ],
        (Idiom::Classical, Mode::Minor) => &[
            "i iv V7 i",
            "i V/3 i iv i/5 V7 i i",
            "i bVI iio/3 V i iv V7 i",
            "i V7/3 i V i/3 iv V V7",
            "i viio7/3 i/3 iv V7 i iio/3 V",
            "i iv bVII bIII bVI iio V i",
        ],
        (Idiom::Electronic, Mode::Major) => {
            &["I I IV IV", "vi vi IV V", "I V vi vi", "IVmaj7 V vi vi", "I ii I ii"]
        }
        (Idiom::Electronic, Mode::Minor) => {
            &["i i bVI bVII", "i bVI i bVII", "i7 i7 iv7 iv7", "i i i i", "bVI bVII i v", "i bIII bVI iv"]
        }
    }
}

/// One progression, as its numerals.
pub(crate) fn pick(idiom: Idiom, mode: Mode, chance: &mut Chance) -> Vec<&'static str> {
    chance.pick(progressions(idiom, mode)).split(' ').collect()
}

/// Writes `numerals` over `bars`, round and round, a chord lasting `bars_per_chord` bars (1/2 for two in a
/// bar; a bar of an uneven number of beats then breaks after its longer half).
pub(crate) fn lay(sheet: &mut Sheet, numerals: &[&str], key: Key, bars: &[Bar], bars_per_chord: f64) {
    if numerals.is_empty() {
        return;
    }
    let per_bar = if bars_per_chord < 1.0 { 2 } else { 1 };
    let held = (bars_per_chord.round() as usize).max(1);
    for (idx, bar) in bars.iter().enumerate() {
        let cut = bar.start as f64 + bar.meter.beats.div_ceil(2) as f64;
        let (start, end) = (bar.start as f64, bar.end() as f64);
        if per_bar == 2 {
            let numeral = |k: usize| roman(numerals[k % numerals.len()], key);
            sheet.push(ChordSpan { start, end: cut, chord: numeral(2 * idx), key });
            sheet.push(ChordSpan { start: cut, end, chord: numeral(2 * idx + 1), key });
        } else {
            let chord = roman(numerals[idx / held % numerals.len()], key);
            sheet.push(ChordSpan { start, end, chord, key });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{FOUR, bars};

    #[test]
    fn every_progression_can_be_read() {
        let idioms =
            [Idiom::Pop, Idiom::Rock, Idiom::Blues, Idiom::Jazz, Idiom::Classical, Idiom::Electronic];
        for idiom in idioms {
            for mode in [Mode::Major, Mode::Minor] {
                for numeral in progressions(idiom, mode).iter().flat_map(|text| text.split(' ')) {
                    let key = Key::new(0, mode);
                    let label = roman(numeral, key).label(key);
                    // A numeral that is not understood would be C:maj.
                    assert!(label != "C:maj" || numeral == "I", "{numeral}");
                    let slash = numeral.contains('/');
                    assert_eq!(label.contains('/'), slash, "{numeral} {label}");
                }
            }
        }
    }

    #[test]
    fn chords_fill_the_bars() {
        let key = Key::new(7, Mode::Major);
        for per in [0.5, 1.0, 2.0] {
            let bars = bars(std::iter::repeat_n(&FOUR, 8));
            let mut sheet = Sheet::default();
            lay(&mut sheet, &["I", "IV", "V", "I"], key, &bars, per);
            assert_eq!(sheet.spans[0].start, 0.0);
            assert!(sheet.spans.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert_eq!(sheet.spans.last().unwrap().end, 32.0);
        }
    }
}
