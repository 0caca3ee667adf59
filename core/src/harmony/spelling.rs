//! Which of its names a pitch class gets.

use crate::units::{Key, Mode, PitchClass};

const LETTERS: [char; 7] = ['C', 'D', 'E', 'F', 'G', 'A', 'B'];
/// Semitones of the letters above C.
const NATURALS: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];

/// Names without a key: the accidentals most common in chord symbols.
const PLAIN: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const SHARPS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const FLATS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];

/// Scale degrees (0–6) that the twelve semitones above the tonic are heard as. Chromatic roots are
/// lowered degrees (borrowed chords), but for the raised fourth.
const MAJOR_DEGREES: [usize; 12] = [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6];
/// In minor the raised sixth and seventh belong to the melodic and harmonic scales.
const MINOR_DEGREES: [usize; 12] = [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6];

/// The scale degree, 0–6, that a root `semitones` above the tonic is heard as.
pub(super) const fn degree_in(mode: Mode, semitones: usize) -> usize {
    match mode {
        Mode::Major => MAJOR_DEGREES[semitones % 12],
        Mode::Minor => MINOR_DEGREES[semitones % 12],
    }
}

/// The name of `pitch_class` as a root in `key`: in F major `Bb`, in B major `A#`.
///
/// Double accidentals and the letters next to the semitone gaps (`Cb`, `E#` …) are kept only where
/// they belong to the scale.
pub(super) fn spell(pitch_class: PitchClass, key: Option<Key>) -> &'static str {
    let Some(key) = key else { return PLAIN[pitch_class.semitones()] };
    let semitones = key.tonic.up_to(pitch_class);
    let tonic_letter = letter_of(key.tonic_name());
    let letter = (tonic_letter + degree_in(key.mode, semitones)) % 7;
    let diatonic = match key.mode {
        Mode::Major => matches!(semitones, 0 | 2 | 4 | 5 | 7 | 9 | 11),
        Mode::Minor => matches!(semitones, 0 | 2 | 3 | 5 | 7 | 8 | 10),
    };
    let plain = if key.uses_flats() { FLATS } else { SHARPS }[pitch_class.semitones()];
    match named(letter, pitch_class) {
        Some(name) if diatonic || !matches!(name, "Cb" | "Fb" | "E#" | "B#") => name,
        _ => plain,
    }
}

/// The name of `pitch_class` as the `degree`-th (1–7) letter above `root`; its plain name where
/// that would take a double accidental.
pub(super) fn spell_degree(root: &str, degree: u8, pitch_class: PitchClass) -> String {
    let letter = (letter_of(root) + usize::from(degree) - 1) % 7;
    let plain = if root.ends_with('b') { FLATS } else { SHARPS }[pitch_class.semitones()];
    named(letter, pitch_class).unwrap_or(plain).to_owned()
}

fn letter_of(name: &str) -> usize {
    LETTERS.iter().position(|&letter| name.starts_with(letter)).unwrap_or(0)
}

/// `pitch_class` written with `letter` and at most one accidental.
fn named(letter: usize, pitch_class: PitchClass) -> Option<&'static str> {
    const NAMES: [[&str; 3]; 7] = [
        ["Cb", "C", "C#"],
        ["Db", "D", "D#"],
        ["Eb", "E", "E#"],
        ["Fb", "F", "F#"],
        ["Gb", "G", "G#"],
        ["Ab", "A", "A#"],
        ["Bb", "B", "B#"],
    ];
    let alteration = (pitch_class.semitones() as i32 - NATURALS[letter] + 6).rem_euclid(12) - 6;
    (-1..=1).contains(&alteration).then(|| NAMES[letter][(alteration + 1) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(tonic: i32, mode: Mode) -> Vec<&'static str> {
        let key = Key { tonic: PitchClass::from_semitones(tonic), mode };
        (0..12).map(|s| spell(key.tonic.transposed(s), Some(key))).collect()
    }

    #[test]
    fn every_key_spells_its_scale_with_seven_letters() {
        for key in Key::all() {
            let steps = match key.mode {
                Mode::Major => [0, 2, 4, 5, 7, 9, 11],
                Mode::Minor => [0, 2, 3, 5, 7, 8, 10],
            };
            let mut letters: Vec<char> = steps
                .iter()
                .map(|&s| spell(key.tonic.transposed(s), Some(key)).chars().next().unwrap())
                .collect();
            letters.sort_unstable();
            assert_eq!(letters, ['A', 'B', 'C', 'D', 'E', 'F', 'G'], "{key}");
        }
    }

    #[test]
    fn chromatic_roots_are_borrowed_degrees() {
        assert_eq!(spelled(0, Mode::Major)[10], "Bb");
        assert_eq!(spelled(4, Mode::Major)[10], "D");
        assert_eq!(
            spelled(5, Mode::Major),
            ["F", "Gb", "G", "Ab", "A", "Bb", "B", "C", "Db", "D", "Eb", "E"]
        );
        assert_eq!(spelled(9, Mode::Minor)[11], "G#");
        // Not Fb.
        assert_eq!(spelled(3, Mode::Major)[1], "E");
    }

    #[test]
    fn basses_follow_the_root() {
        assert_eq!(spell_degree("D", 3, PitchClass::from_semitones(6)), "F#");
        assert_eq!(spell_degree("Ab", 3, PitchClass::from_semitones(11)), "Cb");
        assert_eq!(spell_degree("G#", 3, PitchClass::from_semitones(0)), "B#");
        // A# major's third would be C double-sharp.
        assert_eq!(spell_degree("A#", 3, PitchClass::from_semitones(2)), "D");
    }
}
