//! Chord symbol recall weighted by time, as mir_eval.chord compares.

use super::weighted;
use crate::fixtures::Span;

/// Harte's shorthands: the notes from the root up to the fifth, as bits 0–7 of semitones
/// (mir_eval's bitmaps leave ninths and higher extensions out).
const SHORTHANDS: [(&str, u8); 22] = [
    ("maj", 0b1001_0001),
    ("min", 0b1000_1001),
    ("7", 0b1001_0001),
    ("maj7", 0b1001_0001),
    ("min7", 0b1000_1001),
    ("minmaj7", 0b1000_1001),
    ("maj6", 0b1001_0001),
    ("min6", 0b1000_1001),
    ("9", 0b1001_0001),
    ("maj9", 0b1001_0001),
    ("min9", 0b1000_1001),
    ("dim", 0b0100_1001),
    ("dim7", 0b0100_1001),
    ("hdim7", 0b0100_1001),
    ("aug", 0b0001_0001),
    ("sus2", 0b1000_0101),
    ("sus4", 0b1010_0001),
    ("5", 0b1000_0001),
    ("1", 0b0000_0001),
    ("11", 0b1001_0001),
    ("min11", 0b1000_1001),
    ("13", 0b1001_0001),
];

const MAJOR: u8 = 0b1001_0001;
const MINOR: u8 = 0b1000_1001;

/// Root's pitch class and the notes up to the fifth; `None` in the first place for no chord.
type Encoded = (Option<i32>, u8);

/// What mir_eval compares of a label; `None` if it is no chord label.
fn encode(label: &str) -> Option<Encoded> {
    if label == "N" {
        return Some((None, 0));
    }
    let body = label.split('/').next()?;
    let (root, shorthand) = match body.split_once(':') {
        Some((root, shorthand)) => (root, shorthand.split('(').next()?),
        None => (body, "maj"),
    };
    let (_, notes) = SHORTHANDS.into_iter().find(|(name, _)| *name == shorthand)?;
    Some((Some(pitch_class(root)?), notes))
}

/// Semitones above C of a note name like `Bb`.
pub(super) fn pitch_class(name: &str) -> Option<i32> {
    let mut letters = name.chars();
    let natural = match letters.next()? {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let accidentals: Option<i32> = letters
        .map(|c| match c {
            '#' => Some(1),
            'b' => Some(-1),
            _ => None,
        })
        .sum();
    Some((natural + accidentals?).rem_euclid(12))
}

/// `mir_eval.chord.majmin`: time whose root and triad are right, of that where a major triad, a minor
/// triad or no chord sounds.
#[must_use]
pub fn majmin(truth: &[Span], estimate: &[Span]) -> f64 {
    weighted(truth, estimate, |expected, given| {
        let expected = encode(expected)?;
        let scored = expected.0.is_none() || expected.1 == MAJOR || expected.1 == MINOR;
        // What is not answered is answered `N`.
        scored.then(|| given.map_or(Some((None, 0)), encode) == Some(expected))
    })
}

/// `mir_eval.chord.root`: time whose root is right.
#[must_use]
pub fn root(truth: &[Span], estimate: &[Span]) -> f64 {
    weighted(truth, estimate, |expected, given| {
        let expected = encode(expected)?.0;
        Some(given.map_or(Some(None), |label| encode(label).map(|chord| chord.0)) == Some(expected))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(label: &str) -> Vec<Span> {
        vec![Span { start: 0.0, end: 1.0, label: label.to_owned() }]
    }

    #[test]
    fn triads_are_compared() {
        let same = |a, b| majmin(&one(a), &one(b)) == 1.0;
        assert!(same("C:maj", "C:7"));
        assert!(same("C:maj7", "C:maj/3"));
        assert!(same("Db:min7", "C#:min"));
        assert!(same("N", "N"));
        assert!(!same("C:maj", "C:min"));
        assert!(!same("C:maj", "C:sus4"));
        assert!(!same("C:maj", "G:maj"));
        assert!(!same("N", "C:maj"));
        assert!(same("C:maj", "C:9"));
    }

    #[test]
    fn what_is_neither_major_nor_minor_is_left_out() {
        let mut truth = one("C:sus4");
        truth.push(Span { start: 1.0, end: 2.0, label: "C:maj".to_owned() });
        let estimate = vec![Span { start: 0.0, end: 2.0, label: "C:maj".to_owned() }];
        assert_eq!(majmin(&truth, &estimate), 1.0);
        assert_eq!(root(&truth, &estimate), 1.0);
    }

    #[test]
    fn silence_of_the_estimate_is_no_chord() {
        assert_eq!(majmin(&one("N"), &[]), 1.0);
        assert_eq!(root(&one("C:maj"), &[]), 0.0);
    }
}
