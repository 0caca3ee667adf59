//! A chord that somebody wrote, in the spellings of its key.

use super::chord::{Chord, Quality};
use super::harte::{cut, degree_semitones, pitch_class};
use super::roman::roman_numeral;
use crate::units::Key;

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
    let (root, shorthand, bass) = cut(label);
    let quality = QUALITIES.into_iter().find(|quality| quality.harte() == shorthand)?;
    let bass = bass.map_or(Some(0), degree_semitones)?.rem_euclid(12) as u8;
    Some(Chord { root: pitch_class(root)?, quality, bass })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Mode, PitchClass};

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
