//! Chord labels in the syntax of Harte et al. (2005): their parts, and the pitches they stand for.

use crate::units::PitchClass;

/// The pitch classes of a chord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Voicing {
    /// The note that the chord is named after.
    pub(crate) root: PitchClass,
    /// The lowest note.
    pub(crate) bass: PitchClass,
    /// All notes, rising from the root, each once.
    pub(crate) notes: Vec<PitchClass>,
}

/// A chord's symbol in its parts, spelled as the label is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol<'a> {
    /// `F#`.
    pub(crate) root: &'a str,
    /// `min7`; `maj` where the label has none.
    pub(crate) shorthand: &'a str,
    /// The lowest note's name, where it is not the root.
    pub(crate) bass: Option<String>,
}

/// A label cut where the syntax cuts it: root, quality (`maj` where there is none), degree of the bass.
pub(crate) fn cut(label: &str) -> (&str, &str, Option<&str>) {
    let (chord, bass) = label.split_once('/').map_or((label, None), |(chord, bass)| (chord, Some(bass)));
    let (root, quality) = chord.split_once(':').unwrap_or((chord, "maj"));
    (root, quality, bass)
}

/// The parts of a label; `None` for `N`, `X` and what is no chord.
pub(crate) fn symbol(label: &str) -> Option<Symbol<'_>> {
    let (root, quality, bass) = cut(label);
    let pitch = pitch_class(root)?;
    let shorthand = quality.split('(').next().filter(|shorthand| !shorthand.is_empty()).unwrap_or("maj");
    Some(Symbol { root, shorthand, bass: bass.and_then(|degree| note_of_degree(root, pitch, degree)) })
}

/// The name of the note on a degree of `root`: its letter counted from the root's.
fn note_of_degree(root: &str, pitch: PitchClass, degree: &str) -> Option<String> {
    const LETTERS: [char; 7] = ['C', 'D', 'E', 'F', 'G', 'A', 'B'];
    let wanted = pitch.transposed(degree_semitones(degree)?);
    let number: usize = degree.trim_start_matches(['b', '#']).parse().ok()?;
    let start = LETTERS.iter().position(|&letter| root.starts_with(letter))?;
    let letter = LETTERS[(start + number - 1) % 7];
    // The accidentals nearest to none.
    let mut marks = ["", "#", "b", "##", "bb"].into_iter();
    let name = marks.find_map(|marks| {
        let name = format!("{letter}{marks}");
        (pitch_class(&name) == Some(wanted)).then_some(name)
    });
    name.filter(|name| name != root)
}

/// Reads a label like `C`, `A:min7`, `Bb:maj7/3`, `G:7(b9,*5)`; `None` for `N`, `X` and what is no chord.
/// An unknown shorthand counts as major, so that at least the root sounds.
pub(crate) fn parse(label: &str) -> Option<Voicing> {
    let (root, quality, bass) = cut(label);
    let root = pitch_class(root)?;
    let (shorthand, extra) = match quality.split_once('(') {
        Some((shorthand, extra)) => (shorthand, extra.trim_end_matches(')')),
        None => (quality, ""),
    };
    let mut semitones = if shorthand.is_empty() { vec![0] } else { shorthand_semitones(shorthand).to_vec() };
    for degree in extra.split(',').map(str::trim).filter(|degree| !degree.is_empty()) {
        match degree.strip_prefix('*') {
            Some(omitted) => {
                let omitted = degree_semitones(omitted);
                semitones.retain(|&s| Some(s) != omitted);
            }
            None => semitones.extend(degree_semitones(degree)),
        }
    }
    let bass = bass.and_then(degree_semitones).map_or(root, |s| root.transposed(s));
    semitones.sort_unstable();
    let mut notes: Vec<PitchClass> = Vec::new();
    for note in semitones.into_iter().map(|s| root.transposed(s)) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    Some(Voicing { root, bass, notes })
}

/// `C`, `Bb`, `F##`.
pub(crate) fn pitch_class(name: &str) -> Option<PitchClass> {
    let natural = match name.chars().next()? {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let marks = &name[1..];
    let shift = accidentals(marks)?;
    (marks.len() <= 2).then(|| PitchClass::from_semitones(natural + shift))
}

/// Sharps count up, flats down; `None` if there is anything else, both, or more than a handful.
fn accidentals(marks: &str) -> Option<i32> {
    let n = i32::try_from(marks.len()).ok().filter(|n| *n <= 4)?;
    match marks.chars().next() {
        None => Some(0),
        Some('#') if marks.chars().all(|mark| mark == '#') => Some(n),
        Some('b') if marks.chars().all(|mark| mark == 'b') => Some(-n),
        Some(_) => None,
    }
}

/// Semitones above the root of a degree like `b7` or `13`.
pub(crate) fn degree_semitones(degree: &str) -> Option<i32> {
    let number_at = degree.find(|c: char| c.is_ascii_digit())?;
    let (marks, number) = degree.split_at(number_at);
    let number: i32 = number.parse().ok().filter(|n| (1..=13).contains(n))?;
    let natural = [0, 2, 4, 5, 7, 9, 11][(number - 1) as usize % 7] + 12 * ((number - 1) / 7);
    Some(natural + accidentals(marks)?)
}

/// Semitones of Harte's shorthands (table 1) and of those that JAMS adds.
fn shorthand_semitones(shorthand: &str) -> &'static [i32] {
    match shorthand {
        "min" => &[0, 3, 7],
        "dim" => &[0, 3, 6],
        "aug" => &[0, 4, 8],
        "1" => &[0],
        "5" => &[0, 7],
        "sus2" => &[0, 2, 7],
        "sus4" => &[0, 5, 7],
        "6" | "maj6" => &[0, 4, 7, 9],
        "min6" => &[0, 3, 7, 9],
        "7" => &[0, 4, 7, 10],
        "maj7" => &[0, 4, 7, 11],
        "min7" => &[0, 3, 7, 10],
        "minmaj7" => &[0, 3, 7, 11],
        "dim7" => &[0, 3, 6, 9],
        "hdim7" => &[0, 3, 6, 10],
        "aug7" => &[0, 4, 8, 10],
        "9" => &[0, 4, 7, 10, 14],
        "maj9" => &[0, 4, 7, 11, 14],
        "min9" => &[0, 3, 7, 10, 14],
        "11" => &[0, 4, 7, 10, 14, 17],
        "maj11" => &[0, 4, 7, 11, 14, 17],
        "min11" => &[0, 3, 7, 10, 14, 17],
        "13" => &[0, 4, 7, 10, 14, 21],
        "maj13" => &[0, 4, 7, 11, 14, 21],
        "min13" => &[0, 3, 7, 10, 14, 21],
        _ => &[0, 4, 7],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(label: &str) -> (usize, Vec<usize>) {
        let voicing = parse(label).unwrap();
        (voicing.bass.semitones(), voicing.notes.iter().map(|pc| pc.semitones()).collect())
    }

    #[test]
    fn labels_give_their_notes() {
        assert_eq!(notes("C"), (0, vec![0, 4, 7]));
        assert_eq!(notes("A:min"), (9, vec![9, 0, 4]));
        assert_eq!(notes("Bb:maj7/3"), (2, vec![10, 2, 5, 9]));
        assert_eq!(notes("F#:hdim7/b5"), (0, vec![6, 9, 0, 4]));
        assert_eq!(notes("G:7(b9,*5)"), (7, vec![7, 11, 5, 8]));
        assert_eq!(notes("D:(1,5)"), (2, vec![2, 9]));
        assert_eq!(notes("C:9"), (0, vec![0, 4, 7, 10, 2]));
    }

    #[test]
    fn symbols_are_spelled_as_their_labels() {
        let parts = |label| {
            let Symbol { root, shorthand, bass } = symbol(label).unwrap();
            format!("{root} {shorthand} {}", bass.unwrap_or_default())
        };
        assert_eq!(parts("F#:min/b3"), "F# min A");
        assert_eq!(parts("Db:maj7/3"), "Db maj7 F");
        assert_eq!(parts("Eb:min/b3"), "Eb min Gb");
        assert_eq!(parts("B:7/3"), "B 7 D#");
        assert_eq!(parts("C"), "C maj ");
        assert_eq!(parts("C:(1,5)"), "C maj ");
        assert_eq!(symbol("N"), None);
    }

    #[test]
    fn no_chord_and_nonsense_have_no_notes() {
        for label in ["N", "X", "", "H", "=1+1", "c", "C#######", "é"] {
            assert_eq!(parse(label), None, "{label}");
        }
        for label in ["C:", "C:/", "C:(", "C:maj(b99)/77", "C:maj/b", "C:maj(*"] {
            assert_eq!(parse(label).unwrap().bass.semitones(), 0, "{label}");
        }
    }
}
