//! Chords: what they are made of and how they are written.

use crate::units::{Key, PitchClass};

use super::spelling;

/// Intervals above the root and the two ways to write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Quality {
    Maj,
    Min,
    Dim,
    Aug,
    Sus2,
    Sus4,
    Maj7,
    Min7,
    Dom7,
    HalfDim7,
    Dim7,
    MinMaj7,
    Maj6,
    Min6,
    Maj9,
    Min9,
    Dom9,
    Power,
}

/// The third of a chord, which with the root is what its confidence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Third {
    Major,
    Minor,
    None,
}

impl Quality {
    /// Semitones above the root, the root first.
    pub(crate) const fn intervals(self) -> &'static [u8] {
        match self {
            Self::Maj => &[0, 4, 7],
            Self::Min => &[0, 3, 7],
            Self::Dim => &[0, 3, 6],
            Self::Aug => &[0, 4, 8],
            Self::Sus2 => &[0, 2, 7],
            Self::Sus4 => &[0, 5, 7],
            Self::Maj7 => &[0, 4, 7, 11],
            Self::Min7 => &[0, 3, 7, 10],
            Self::Dom7 => &[0, 4, 7, 10],
            Self::HalfDim7 => &[0, 3, 6, 10],
            Self::Dim7 => &[0, 3, 6, 9],
            Self::MinMaj7 => &[0, 3, 7, 11],
            Self::Maj6 => &[0, 4, 7, 9],
            Self::Min6 => &[0, 3, 7, 9],
            Self::Maj9 => &[0, 4, 7, 11, 2],
            Self::Min9 => &[0, 3, 7, 10, 2],
            Self::Dom9 => &[0, 4, 7, 10, 2],
            Self::Power => &[0, 7],
        }
    }

    /// Shorthand in Harte syntax (Harte et al. 2005), as mir_eval reads it.
    pub(crate) const fn harte(self) -> &'static str {
        match self {
            Self::Maj => "maj",
            Self::Min => "min",
            Self::Dim => "dim",
            Self::Aug => "aug",
            Self::Sus2 => "sus2",
            Self::Sus4 => "sus4",
            Self::Maj7 => "maj7",
            Self::Min7 => "min7",
            Self::Dom7 => "7",
            Self::HalfDim7 => "hdim7",
            Self::Dim7 => "dim7",
            Self::MinMaj7 => "minmaj7",
            Self::Maj6 => "maj6",
            Self::Min6 => "min6",
            Self::Maj9 => "maj9",
            Self::Min9 => "min9",
            Self::Dom9 => "9",
            Self::Power => "5",
        }
    }

    /// Suffix that players write after the root.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Maj => "",
            Self::Min => "m",
            Self::Dim => "dim",
            Self::Aug => "aug",
            Self::Sus2 => "sus2",
            Self::Sus4 => "sus4",
            Self::Maj7 => "maj7",
            Self::Min7 => "m7",
            Self::Dom7 => "7",
            Self::HalfDim7 => "m7b5",
            Self::Dim7 => "dim7",
            Self::MinMaj7 => "m(maj7)",
            Self::Maj6 => "6",
            Self::Min6 => "m6",
            Self::Maj9 => "maj9",
            Self::Min9 => "m9",
            Self::Dom9 => "9",
            Self::Power => "5",
        }
    }

    /// Suffix of a Roman numeral, whose case tells the third already.
    pub(crate) const fn roman_suffix(self) -> &'static str {
        match self {
            Self::Maj | Self::Min => "",
            Self::Dim => "°",
            Self::Aug => "+",
            Self::Sus2 => "sus2",
            Self::Sus4 => "sus4",
            Self::Maj7 | Self::MinMaj7 => "maj7",
            Self::Min7 | Self::Dom7 => "7",
            Self::HalfDim7 => "ø7",
            Self::Dim7 => "°7",
            Self::Maj6 | Self::Min6 => "6",
            Self::Maj9 => "maj9",
            Self::Min9 | Self::Dom9 => "9",
            Self::Power => "5",
        }
    }

    /// The third.
    pub(crate) fn third(self) -> Third {
        if self.intervals().contains(&4) {
            Third::Major
        } else if self.intervals().contains(&3) {
            Third::Minor
        } else {
            Third::None
        }
    }

    /// Scale degree (1–7) and alteration that an interval of this chord is spelled as: the same
    /// nine semitones are a sixth in `C6` and a diminished seventh in `Cdim7`.
    pub(crate) const fn degree_of(self, interval: u8) -> (u8, i8) {
        match interval % 12 {
            0 => (1, 0),
            1 => (2, -1),
            2 => (2, 0),
            3 => (3, -1),
            4 => (3, 0),
            5 => (4, 0),
            6 if matches!(self, Self::Dim | Self::HalfDim7 | Self::Dim7) => (5, -1),
            6 => (4, 1),
            7 => (5, 0),
            8 if matches!(self, Self::Aug) => (5, 1),
            8 => (6, -1),
            9 if matches!(self, Self::Dim7) => (7, -2),
            9 => (6, 0),
            10 => (7, -1),
            _ => (7, 0),
        }
    }
}

/// A chord over a bass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Chord {
    pub(crate) root: PitchClass,
    pub(crate) quality: Quality,
    /// Semitones from the root up to the bass; 0 in root position.
    pub(crate) bass: u8,
}

impl Chord {
    /// Harte syntax, spelled for `key`: `Eb:maj7/3`.
    pub(crate) fn label(self, key: Option<Key>) -> String {
        let mut label = format!("{}:{}", spelling::spell(self.root, key), self.quality.harte());
        if self.bass != 0 {
            let (degree, alteration) = self.quality.degree_of(self.bass);
            label.push('/');
            label.push_str(match alteration {
                -2 => "bb",
                -1 => "b",
                1 => "#",
                _ => "",
            });
            label.push_str(&degree.to_string());
        }
        label
    }

    /// As players write it, spelled for `key`: `Ebmaj7/G`.
    pub(crate) fn name(self, key: Option<Key>) -> String {
        let root = spelling::spell(self.root, key);
        let mut name = format!("{root}{}", self.quality.suffix());
        if self.bass != 0 {
            let (degree, _) = self.quality.degree_of(self.bass);
            name.push('/');
            name.push_str(&spelling::spell_degree(root, degree, self.root.transposed(i32::from(self.bass))));
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Mode;

    fn chord(root: i32, quality: Quality, bass: u8) -> Chord {
        Chord { root: PitchClass::from_semitones(root), quality, bass }
    }

    fn key(tonic: i32, mode: Mode) -> Option<Key> {
        Some(Key { tonic: PitchClass::from_semitones(tonic), mode })
    }

    #[test]
    fn labels_and_names_follow_the_key() {
        let c_major = key(0, Mode::Major);
        let e = chord(0, Quality::Maj7, 4);
        assert_eq!((e.label(c_major), e.name(c_major)), ("C:maj7/3".into(), "Cmaj7/E".into()));
        let f_major = key(5, Mode::Major);
        let bb = chord(10, Quality::Min, 3);
        assert_eq!((bb.label(f_major), bb.name(f_major)), ("Bb:min/b3".into(), "Bbm/Db".into()));
        assert_eq!(chord(9, Quality::Dom7, 4).name(f_major), "A7/C#");
        assert_eq!(chord(10, Quality::Maj, 0).label(key(11, Mode::Major)), "A#:maj");
        assert_eq!(chord(8, Quality::Maj, 4).name(None), "Ab/C");
    }

    #[test]
    fn diminished_chords_spell_their_fifth_and_seventh() {
        let b = chord(11, Quality::Dim7, 9);
        assert_eq!((b.label(None), b.name(None)), ("B:dim7/bb7".into(), "Bdim7/Ab".into()));
        assert_eq!(chord(11, Quality::HalfDim7, 6).label(None), "B:hdim7/b5");
    }
}
