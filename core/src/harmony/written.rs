//! A chord that somebody wrote, in the spellings of its key.

use super::chord::{Chord, Quality};
use super::roman::roman_numeral;
use crate::units::{Key, PitchClass};

/// A chord in the three ways in which reports write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Harte syntax: `Bb:maj7/3`.
    pub(crate) label: String,
    /// As players write it: `Bbmaj7/D`.
    pub(crate) name: String,
    /// Roman numeral in the key; `None` without one.
    pub(crate) roman: Option<String>,
}

/// Every quality that the report can name.
const QUALITIES: [Quality; 18] = [
    Quality::Maj,
    Quality::Min,
    Quality::Dim,
    Quality::Aug,
    Quality::Sus2,
    Quality::Sus4,
    Quality::Maj7,
    Quality::Min7,
    Quality::Dom7,
    Quality::HalfDim7,
    Quality::Dim7,
    Quality::MinMaj7,
    Quality::Maj6,
    Quality::Min6,
    Quality::Maj9,
    Quality::Min9,
    Quality::Dom9,
    Quality::Power,
];

/// `label` (Harte syntax: root, shorthand, degree of the bass) written for `key`; `N` is no chord.
/// `None` if it is no chord that reports can name.
pub(crate) fn write_chord(label: &str, key: Option<Key>) -> Option<Written> {
    if label == "N" {
        return Some(Written { label: "N".to_owned(), name: "N.C.".to_owned(), roman: None });
    }
    let chord = parse(label)?;
    Some(Written {
        label: chord.label(key),
        name: chord.name(key),
        roman: key.map(|key| roman_numeral(chord, key)),
    })
}

fn parse(label: &str) -> Option<Chord> {
    let (body, bass) = label.split_once('/').map_or((label, None), |(body, bass)| (body, Some(bass)));
    let (root, shorthand) = body.split_once(':').unwrap_or((body, "maj"));
    let quality = QUALITIES.into_iter().find(|quality| quality.harte() == shorthand)?;
    let bass = bass.map_or(Some(0), semitones_of_degree)?;
    Some(Chord { root: pitch_class(root)?, quality, bass })
}

/// `C`, `Bb`, `F##`.
pub(crate) fn pitch_class(name: &str) -> Option<PitchClass> {
    const NATURALS: [(char, i32); 7] =
        [('C', 0), ('D', 2), ('E', 4), ('F', 5), ('G', 7), ('A', 9), ('B', 11)];
    let letter = name.chars().next()?;
    let (_, natural) = NATURALS.into_iter().find(|(natural, _)| *natural == letter)?;
    let marks = &name[1..];
    let shift = match marks.chars().next() {
        None => 0,
        Some('#') if marks.chars().all(|mark| mark == '#') => marks.len() as i32,
        Some('b') if marks.chars().all(|mark| mark == 'b') => -(marks.len() as i32),
        Some(_) => return None,
    };
    (marks.len() <= 2).then(|| PitchClass::from_semitones(natural + shift))
}

/// `b7` → 10.
fn semitones_of_degree(degree: &str) -> Option<u8> {
    const SCALE: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
    let number = degree.trim_start_matches(['b', '#']);
    let marks = &degree[..degree.len() - number.len()];
    let number: usize = number.parse().ok().filter(|number| (1..=13).contains(number))?;
    let shift = marks.chars().map(|mark| if mark == '#' { 1 } else { -1 }).sum::<i32>();
    Some((SCALE[(number - 1) % 7] + shift).rem_euclid(12) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Mode;

    #[test]
    fn what_is_written_reads_back_in_every_key() {
        for key in Key::all() {
            for root in PitchClass::ALL {
                for quality in QUALITIES {
                    for &bass in quality.intervals() {
                        let chord = Chord { root, quality, bass };
                        assert_eq!(parse(&chord.label(Some(key))), Some(chord), "{key}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_chord_is_spelled_for_its_key() {
        let f_major = Key { tonic: PitchClass::from_semitones(5), mode: Mode::Major };
        let written = write_chord("A#:maj7/3", Some(f_major)).unwrap();
        assert_eq!((&*written.label, &*written.name), ("Bb:maj7/3", "Bbmaj7/D"));
        assert_eq!(written.roman.as_deref(), Some("IVmaj7"));
        assert_eq!(write_chord("C", None).unwrap().name, "C");
        assert_eq!(write_chord("N", None).unwrap().name, "N.C.");
    }

    #[test]
    fn nonsense_is_no_chord() {
        for label in ["", "H:maj", "C:wrong", "C:maj/x", "C#b:maj", "C###:maj", "é:maj", "C:maj/99"] {
            assert_eq!(write_chord(label, None), None, "{label}");
        }
    }
}
