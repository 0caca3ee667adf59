//! Chords as degrees of their key.

use crate::units::{Key, Mode};

use super::chord::{Chord, Quality, Third};
use super::spelling::degree_in;

const NUMERALS: [&str; 7] = ["I", "II", "III", "IV", "V", "VI", "VII"];
const MAJOR_SCALE: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR_SCALE: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];

/// Roman numeral of `chord` in `key`: upper case with a major third, lower case with a minor one,
/// altered against the major or natural minor scale: `Imaj7`, `ii7`, `bVII`, `vii°`, `V`.
///
/// The bass is not shown. Chords without a third take the case of the scale's own triad. A
/// diminished chord on the leading tone of a minor key is `vii°`, as musicians write it.
pub(super) fn roman_numeral(chord: Chord, key: Key) -> String {
    let semitones = key.tonic.up_to(chord.root);
    let degree = degree_in(key.mode, semitones);
    let scale = match key.mode {
        Mode::Major => MAJOR_SCALE,
        Mode::Minor => MINOR_SCALE,
    };
    let is_diminished = matches!(chord.quality, Quality::Dim | Quality::Dim7 | Quality::HalfDim7);
    let accidental = match semitones as i32 - scale[degree] {
        1 if semitones == 11 && is_diminished => "",
        1 => "#",
        -1 => "b",
        _ => "",
    };
    let is_minor = match chord.quality.third() {
        Third::Major => false,
        Third::Minor => true,
        Third::None => {
            let third = (scale[(degree + 2) % 7] - scale[degree]).rem_euclid(12);
            accidental.is_empty() && third == 3
        }
    };
    let numeral = NUMERALS[degree];
    let numeral = if is_minor { numeral.to_lowercase() } else { numeral.to_owned() };
    format!("{accidental}{numeral}{}", chord.quality.roman_suffix())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::PitchClass;

    fn numeral(root: i32, quality: Quality, tonic: i32, mode: Mode) -> String {
        let chord = Chord { root: PitchClass::from_semitones(root), quality, bass: 0 };
        roman_numeral(chord, Key { tonic: PitchClass::from_semitones(tonic), mode })
    }

    #[test]
    fn numerals_of_the_common_chords() {
        use Quality::*;
        for (root, quality, expected) in [
            (0, Maj7, "Imaj7"),
            (2, Min7, "ii7"),
            (4, Min, "iii"),
            (7, Dom7, "V7"),
            (10, Maj, "bVII"),
            (8, Maj, "bVI"),
            (11, Dim, "vii°"),
            (11, HalfDim7, "viiø7"),
            (6, HalfDim7, "#ivø7"),
            (7, Sus4, "Vsus4"),
            (2, Sus4, "iisus4"),
            (4, Dom7, "III7"),
        ] {
            assert_eq!(numeral(root, quality, 0, Mode::Major), expected);
        }
        for (root, quality, expected) in [
            (9, Min, "i"),
            (0, Maj, "III"),
            (4, Maj, "V"),
            (4, Min, "v"),
            (5, Maj, "VI"),
            (7, Maj, "VII"),
            (8, Dim7, "vii°7"),
            (11, Dim, "ii°"),
            (10, Maj, "bII"),
        ] {
            assert_eq!(numeral(root, quality, 9, Mode::Minor), expected);
        }
    }
}
