//! Chord symbol recall weighted by time, as mir_eval.chord compares.

use super::weighted;
use crate::Span;

/// Harte's shorthands with their notes as bits of semitones above the root; mir_eval leaves ninths and
/// higher extensions out.
const SHORTHANDS: [(&str, u16); 22] = [
    ("maj", 0b0000_1001_0001),
    ("min", 0b0000_1000_1001),
    ("7", 0b0100_1001_0001),
    ("maj7", 0b1000_1001_0001),
    ("min7", 0b0100_1000_1001),
    ("minmaj7", 0b1000_1000_1001),
    ("maj6", 0b0010_1001_0001),
    ("min6", 0b0010_1000_1001),
    ("9", 0b0100_1001_0001),
    ("maj9", 0b1000_1001_0001),
    ("min9", 0b0100_1000_1001),
    ("dim", 0b0000_0100_1001),
    ("dim7", 0b0010_0100_1001),
    ("hdim7", 0b0100_0100_1001),
    ("aug", 0b0001_0001_0001),
    ("sus2", 0b0000_1000_0101),
    ("sus4", 0b0000_1010_0001),
    ("5", 0b0000_1000_0001),
    ("1", 0b0000_0000_0001),
    ("11", 0b0100_1001_0001),
    ("min11", 0b0100_1000_1001),
    ("13", 0b0100_1001_0001),
];

const MAJOR: u16 = 0b1001_0001;
const MINOR: u16 = 0b1000_1001;
const MINOR_THIRD: u16 = 0b1000;
/// The notes up to the fifth.
const TRIAD: u16 = 0b1111_1111;
/// Chords that `sevenths` scores: triads and sevenths, major and minor.
const SEVENTHS: [u16; 5] = [MAJOR, MINOR, 0b1000_1001_0001, 0b0100_1001_0001, 0b0100_1000_1001];

/// A chord label taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Encoded<'a> {
    /// Pitch class, `None` for no chord.
    root: Option<i32>,
    shorthand: &'a str,
    /// Notes as bits of semitones above the root.
    notes: u16,
    /// Pitch class of the bass.
    bass: Option<i32>,
}

const NO_CHORD: Encoded<'static> = Encoded { root: None, shorthand: "N", notes: 0, bass: None };

/// Takes a label apart; `None` if it is no chord label.
fn encode(label: &str) -> Option<Encoded<'_>> {
    if label == "N" {
        return Some(NO_CHORD);
    }
    let (body, bass) = label.split_once('/').map_or((label, None), |(body, bass)| (body, Some(bass)));
    let (root, shorthand) = match body.split_once(':') {
        Some((root, shorthand)) => (root, shorthand.split('(').next()?),
        None => (body, "maj"),
    };
    let (_, notes) = SHORTHANDS.into_iter().find(|(name, _)| *name == shorthand)?;
    let root = pitch_class(root)?;
    let bass = bass.map_or(Some(0), interval)?;
    // A bass that is not of the chord joins it.
    let notes = notes | 1 << bass;
    Some(Encoded { root: Some(root), shorthand, notes, bass: Some((root + bass).rem_euclid(12)) })
}

/// Semitones of a degree like `b7`.
fn interval(degree: &str) -> Option<i32> {
    let natural = degree.trim_start_matches(['b', '#']);
    let shift: i32 =
        degree[..degree.len() - natural.len()].chars().map(|c| if c == 'b' { -1 } else { 1 }).sum();
    let step: usize = natural.parse().ok()?;
    Some((*[0, 2, 4, 5, 7, 9, 11].get(step.checked_sub(1)? % 7)? + shift).rem_euclid(12))
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

/// Share of the time whose chords are the `same`, of that which `scored` takes. What is not answered is
/// answered `N`.
fn recall(
    truth: &[Span],
    estimate: &[Span],
    scored: impl Fn(&Encoded<'_>) -> bool,
    same: impl Fn(&Encoded<'_>, &Encoded<'_>) -> bool,
) -> Option<f64> {
    weighted(truth, estimate, |expected, given| {
        let expected = encode(expected).filter(&scored)?;
        let given = given.map_or(Some(NO_CHORD), encode);
        Some(given.is_some_and(|given| same(&expected, &given)))
    })
}

/// `mir_eval.chord.majmin`: time whose root and triad are right, of that where a major triad, a minor
/// triad or no chord sounds.
#[must_use]
pub fn majmin(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    let scored =
        |chord: &Encoded<'_>| chord.root.is_none() || [MAJOR, MINOR].contains(&(chord.notes & TRIAD));
    recall(truth, estimate, scored, |a, b| a.root == b.root && a.notes & TRIAD == b.notes & TRIAD)
}

/// `mir_eval.chord.root`: time whose root is right.
#[must_use]
pub fn root(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    recall(truth, estimate, |_| true, |a, b| a.root == b.root)
}

/// `mir_eval.chord.sevenths`: time whose root and notes are right, of that where a triad or a seventh
/// chord, major or minor, or no chord sounds.
#[must_use]
pub fn sevenths(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    let scored = |chord: &Encoded<'_>| chord.root.is_none() || SEVENTHS.contains(&chord.notes);
    recall(truth, estimate, scored, |a, b| a.root == b.root && a.notes == b.notes)
}

/// `mir_eval.chord.thirds`: time whose root and third are right.
#[must_use]
pub fn thirds(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    let third = |chord: &Encoded<'_>| chord.notes & MINOR_THIRD;
    recall(truth, estimate, |_| true, |a, b| a.root == b.root && third(a) == third(b))
}

/// `mir_eval.chord.triads`: time whose root and notes up to the fifth are right.
#[must_use]
pub fn triads(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    recall(truth, estimate, |_| true, |a, b| a.root == b.root && a.notes & TRIAD == b.notes & TRIAD)
}

/// `mir_eval.chord.tetrads`: time whose root and notes up to the seventh are right.
#[must_use]
pub fn tetrads(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    recall(truth, estimate, |_| true, |a, b| a.root == b.root && a.notes == b.notes)
}

/// Whether `label` is a chord in Harte syntax, or `N` for none, or `X` for one that has no name.
#[must_use]
pub fn is_chord(label: &str) -> bool {
    label == "X" || encode(label).is_some()
}

/// Time whose root and very type are right, of that where a chord sounds.
#[must_use]
pub fn quality(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    let same = |a: &Encoded<'_>, b: &Encoded<'_>| a.root == b.root && a.shorthand == b.shorthand;
    recall(truth, estimate, |chord| chord.root.is_some(), same)
}

/// Time whose root and bass are right, of that where the bass is not the root.
#[must_use]
pub fn inversions(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    let scored = |chord: &Encoded<'_>| chord.root.is_some() && chord.root != chord.bass;
    recall(truth, estimate, scored, |a, b| a.root == b.root && a.bass == b.bass)
}

/// Time without a chord that is told so.
#[must_use]
pub fn no_chord(truth: &[Span], estimate: &[Span]) -> Option<f64> {
    recall(truth, estimate, |chord| chord.root.is_none(), |_, given| given.root.is_none())
}

/// `mir_eval.chord.underseg` and `overseg`: how far no true chord is merged with others, and none is cut;
/// each in [0, 1], 1 being best.
#[must_use]
pub fn segmentation(truth: &[Span], estimate: &[Span], duration: f64) -> (f64, f64) {
    let (truth, estimate) = (filled(truth, duration), filled(estimate, duration));
    (1.0 - hamming(&estimate, &truth), 1.0 - hamming(&truth, &estimate))
}

/// The spans with `N` in the gaps and equal neighbours joined.
fn filled(spans: &[Span], duration: f64) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    let mut push = |start: f64, end: f64, label: &str| {
        if end <= start {
            return;
        }
        match all.last_mut() {
            Some(last) if encode(&last.label) == encode(label) => last.end = end,
            _ => all.push(Span { start, end, label: label.to_owned() }),
        }
    };
    let mut now = 0.0;
    for span in spans {
        push(now, span.start.min(duration), "N");
        push(span.start.max(now), span.end.min(duration), &span.label);
        now = span.end.max(now);
    }
    push(now, duration, "N");
    all
}

/// Directional Hamming distance: the share of `of` that lies outside the best covering span of `by`.
fn hamming(of: &[Span], by: &[Span]) -> f64 {
    let mut outside = 0.0;
    for span in of {
        let best =
            by.iter().map(|other| span.end.min(other.end) - span.start.max(other.start)).fold(0.0, f64::max);
        outside += span.end - span.start - best;
    }
    outside / of.iter().map(|span| span.end - span.start).sum::<f64>().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(label: &str) -> Vec<Span> {
        vec![Span { start: 0.0, end: 1.0, label: label.to_owned() }]
    }

    fn spans(list: &[(f64, f64, &str)]) -> Vec<Span> {
        list.iter().map(|&(start, end, label)| Span { start, end, label: label.to_owned() }).collect()
    }

    #[test]
    fn triads_are_compared() {
        let same = |a, b| majmin(&one(a), &one(b)) == Some(1.0);
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
    fn sevenths_types_and_basses_are_compared() {
        assert_eq!(sevenths(&one("C:maj7"), &one("C:maj")), Some(0.0));
        assert_eq!(sevenths(&one("C:maj7"), &one("C:maj9")), Some(1.0));
        assert_eq!(sevenths(&one("C:dim"), &one("C:dim")), None);
        assert_eq!(quality(&one("C:maj9"), &one("C:maj7")), Some(0.0));
        assert_eq!(quality(&one("C:dim"), &one("C:dim/b5")), Some(1.0));
        assert_eq!(inversions(&one("C:maj/3"), &one("C:maj/3")), Some(1.0));
        assert_eq!(inversions(&one("C:maj/3"), &one("E:min")), Some(0.0));
        assert_eq!(inversions(&one("C:7/b7"), &one("C:7")), Some(0.0));
        assert_eq!(inversions(&one("C:maj"), &one("C:maj")), None);
        assert_eq!(no_chord(&one("N"), &[]), Some(1.0));
        assert_eq!(no_chord(&one("C:maj"), &[]), None);
        assert_eq!(sevenths(&one("C:maj/2"), &one("C:maj")), None);
    }

    #[test]
    fn what_is_neither_major_nor_minor_is_left_out() {
        let mut truth = one("C:sus4");
        truth.push(Span { start: 1.0, end: 2.0, label: "C:maj".to_owned() });
        let estimate = vec![Span { start: 0.0, end: 2.0, label: "C:maj".to_owned() }];
        assert_eq!(majmin(&truth, &estimate), Some(1.0));
        assert_eq!(root(&truth, &estimate), Some(1.0));
    }

    #[test]
    fn silence_of_the_estimate_is_no_chord() {
        assert_eq!(majmin(&one("N"), &[]), Some(1.0));
        assert_eq!(root(&one("C:maj"), &[]), Some(0.0));
    }

    #[test]
    fn cut_and_merged_chords_are_told_apart() {
        let truth = spans(&[(0.0, 2.0, "C:maj"), (2.0, 4.0, "G:maj")]);
        let merged = spans(&[(0.0, 4.0, "C:maj")]);
        let cut = spans(&[(0.0, 1.0, "C:maj"), (1.0, 2.0, "A:min"), (2.0, 4.0, "G:maj")]);
        assert_eq!(segmentation(&truth, &truth, 4.0), (1.0, 1.0));
        assert_eq!(segmentation(&truth, &merged, 4.0), (0.5, 1.0));
        assert_eq!(segmentation(&truth, &cut, 4.0), (1.0, 0.75));
    }
}
