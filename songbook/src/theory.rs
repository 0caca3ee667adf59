//! Keys, chords and how they are written.

/// Major or minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    Major,
    Minor,
}

/// A key: tonic in semitones above C, 0–11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) tonic: i32,
    pub(crate) mode: Mode,
}

const SHARPS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const FLATS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];

impl Key {
    pub(crate) const fn new(tonic: i32, mode: Mode) -> Self {
        Self { tonic: tonic.rem_euclid(12), mode }
    }

    /// Tonic of the major key of the same signature.
    const fn signature(self) -> i32 {
        match self.mode {
            Mode::Major => self.tonic,
            Mode::Minor => (self.tonic + 3) % 12,
        }
    }

    /// A note's name in the signature's accidentals.
    pub(crate) const fn spell(self, pitch_class: i32) -> &'static str {
        let names = match self.signature() {
            5 | 10 | 3 | 8 | 1 => &FLATS,
            _ => &SHARPS,
        };
        names[pitch_class.rem_euclid(12) as usize]
    }

    /// As reports write it, `C# minor`.
    pub(crate) fn name(self) -> String {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
        };
        format!("{} {mode}", self.spell(self.tonic))
    }

    /// Semitones of the scale above the tonic; minor is natural.
    pub(crate) const fn scale(self) -> &'static [i32; 7] {
        match self.mode {
            Mode::Major => &[0, 2, 4, 5, 7, 9, 11],
            Mode::Minor => &[0, 2, 3, 5, 7, 8, 10],
        }
    }

    /// MIDI pitch of a scale step counted from the tonic in `octave` (4 holds middle C).
    pub(crate) fn pitch(self, step: i32, octave: i32) -> i32 {
        12 * (octave + 1) + self.tonic + 12 * step.div_euclid(7) + self.scale()[step.rem_euclid(7) as usize]
    }
}

/// A chord type: its shorthand in Harte syntax and its semitones above the root.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Quality {
    pub(crate) harte: &'static str,
    pub(crate) tones: &'static [i32],
}

/// Every chord type that the core's vocabularies name.
pub(crate) static QUALITIES: [Quality; 18] = [
    Quality { harte: "maj", tones: &[0, 4, 7] },
    Quality { harte: "min", tones: &[0, 3, 7] },
    Quality { harte: "dim", tones: &[0, 3, 6] },
    Quality { harte: "aug", tones: &[0, 4, 8] },
    Quality { harte: "sus2", tones: &[0, 2, 7] },
    Quality { harte: "sus4", tones: &[0, 5, 7] },
    Quality { harte: "maj7", tones: &[0, 4, 7, 11] },
    Quality { harte: "min7", tones: &[0, 3, 7, 10] },
    Quality { harte: "7", tones: &[0, 4, 7, 10] },
    Quality { harte: "hdim7", tones: &[0, 3, 6, 10] },
    Quality { harte: "dim7", tones: &[0, 3, 6, 9] },
    Quality { harte: "minmaj7", tones: &[0, 3, 7, 11] },
    Quality { harte: "maj6", tones: &[0, 4, 7, 9] },
    Quality { harte: "min6", tones: &[0, 3, 7, 9] },
    Quality { harte: "maj9", tones: &[0, 4, 7, 11, 14] },
    Quality { harte: "min9", tones: &[0, 3, 7, 10, 14] },
    Quality { harte: "9", tones: &[0, 4, 7, 10, 14] },
    Quality { harte: "5", tones: &[0, 7] },
];

/// The type of this shorthand; a major triad if there is none.
pub(crate) fn quality(harte: &str) -> &'static Quality {
    QUALITIES.iter().find(|quality| quality.harte == harte).unwrap_or(&QUALITIES[0])
}

/// A chord over a bass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chord {
    /// Semitones above C, 0–11.
    pub(crate) root: i32,
    pub(crate) quality: &'static Quality,
    /// Semitones of the bass above the root, 0–11.
    pub(crate) bass: i32,
}

impl Chord {
    pub(crate) const fn new(root: i32, quality: &'static Quality) -> Self {
        Self { root: root.rem_euclid(12), quality, bass: 0 }
    }

    /// Pitch class of the bass.
    pub(crate) const fn bass_class(self) -> i32 {
        (self.root + self.bass).rem_euclid(12)
    }

    /// Whether a pitch belongs to it.
    pub(crate) fn contains(self, pitch: i32) -> bool {
        let above = (pitch - self.root).rem_euclid(12);
        above == self.bass || self.quality.tones.iter().any(|tone| tone % 12 == above)
    }

    /// Harte syntax, spelled for `key`: `Eb:maj7/3`.
    pub(crate) fn label(self, key: Key) -> String {
        let mut label = format!("{}:{}", key.spell(self.root), self.quality.harte);
        if self.bass != 0 {
            label.push('/');
            label += self.degree(self.bass);
        }
        label
    }

    /// Name of an interval above the root as this chord spells it.
    fn degree(self, semitones: i32) -> &'static str {
        let is = |name| self.quality.harte == name;
        match semitones {
            6 if self.quality.tones.contains(&6) => "b5",
            8 if is("aug") => "#5",
            9 if is("dim7") => "bb7",
            _ => ["1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7"][semitones as usize % 12],
        }
    }

    /// Its pitches in close position around the MIDI pitch `centre`: the inversion whose mean is nearest.
    pub(crate) fn voiced(self, centre: f64) -> Vec<i32> {
        let n = self.quality.tones.len();
        let classes: Vec<i32> =
            self.quality.tones.iter().map(|tone| (self.root + tone).rem_euclid(12)).collect();
        let voicing = |inversion: usize, octave: i32| -> Vec<i32> {
            let mut pitches: Vec<i32> = Vec::with_capacity(n);
            for k in 0..n {
                let class = classes[(inversion + k) % n];
                let low = pitches.last().map_or(12 * octave, |last| last + 1);
                pitches.push(low + (class - low).rem_euclid(12));
            }
            pitches
        };
        let distance = |pitches: &[i32]| {
            (pitches.iter().map(|&p| f64::from(p)).sum::<f64>() / pitches.len() as f64 - centre).abs()
        };
        (0..n)
            .flat_map(|inversion| (2..8).map(move |octave| (inversion, octave)))
            .map(|(inversion, octave)| voicing(inversion, octave))
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .unwrap_or_default()
    }

    /// The bass note nearest to the MIDI pitch `centre`.
    pub(crate) fn bass_pitch(self, centre: i32) -> i32 {
        near(self.bass_class(), centre)
    }
}

/// The pitch of a class that is nearest to `centre`.
pub(crate) fn near(pitch_class: i32, centre: i32) -> i32 {
    centre - 6 + (pitch_class - (centre - 6)).rem_euclid(12)
}

/// Parses a Roman numeral in `key`: `ii7`, `bVImaj7`, `V7/3` (the bass is an interval of the chord),
/// `#ivo7`, `IVsus2`, `I5`. Numerals count along the major scale in both modes; upper case is major.
///
/// What cannot be read is a tonic triad.
pub(crate) fn roman(numeral: &str, key: Key) -> Chord {
    let (body, bass) = numeral.split_once('/').map_or((numeral, None), |(body, bass)| (body, Some(bass)));
    let degree = body.trim_start_matches(['b', '#']);
    let shift: i32 = body[..body.len() - degree.len()].chars().map(|c| if c == 'b' { -1 } else { 1 }).sum();
    let suffix = degree.trim_start_matches(['I', 'V', 'i', 'v']);
    let digits = &degree[..degree.len() - suffix.len()];
    let step = ["I", "II", "III", "IV", "V", "VI", "VII"]
        .iter()
        .position(|name| name.eq_ignore_ascii_case(digits))
        .unwrap_or(0);
    let is_minor = digits.starts_with(['i', 'v']);
    let harte = match (suffix, is_minor) {
        ("", false) => "maj",
        ("", true) => "min",
        ("7", true) => "min7",
        ("maj7", true) => "minmaj7",
        ("6", false) => "maj6",
        ("6", true) => "min6",
        ("9", true) => "min9",
        ("o", _) => "dim",
        ("o7", _) => "dim7",
        ("h7", _) => "hdim7",
        ("+", _) => "aug",
        (other, _) => other,
    };
    let mut chord = Chord::new(key.tonic + [0, 2, 4, 5, 7, 9, 11][step] + shift, quality(harte));
    if let Some(bass) = bass {
        let wanted: &[i32] = match bass {
            "3" => &[3, 4],
            "5" => &[6, 7, 8],
            "7" => &[9, 10, 11],
            "2" => &[2],
            _ => &[0],
        };
        chord.bass = *wanted.iter().find(|&&w| w == 2 || chord.quality.tones.contains(&w)).unwrap_or(&0);
    }
    chord
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: Key = Key::new(0, Mode::Major);

    #[test]
    fn numerals_are_read() {
        let label = |numeral: &str, key: Key| roman(numeral, key).label(key);
        assert_eq!(label("ii7", C), "D:min7");
        assert_eq!(label("V7/3", C), "G:7/3");
        assert_eq!(label("viio7/5", C), "B:dim7/b5");
        assert_eq!(label("bVII", Key::new(5, Mode::Major)), "Eb:maj");
        assert_eq!(label("i", Key::new(1, Mode::Minor)), "C#:min");
        assert_eq!(label("I/2", C), "C:maj/2");
        assert_eq!(label("vh7", C), "G:hdim7");
    }

    #[test]
    fn keys_are_spelled_by_signature() {
        assert_eq!(Key::new(10, Mode::Major).name(), "Bb major");
        assert_eq!(Key::new(6, Mode::Major).name(), "F# major");
        assert_eq!(Key::new(0, Mode::Minor).name(), "C minor");
        assert_eq!(Key::new(0, Mode::Minor).spell(10), "Bb");
        assert_eq!(Key::new(9, Mode::Minor).pitch(0, 4), 69);
        assert_eq!(Key::new(9, Mode::Minor).pitch(-1, 4), 67);
    }

    #[test]
    fn voicings_hold_every_tone_near_the_centre() {
        for quality in &QUALITIES {
            for root in 0..12 {
                let chord = Chord::new(root, quality);
                let pitches = chord.voiced(60.0);
                assert_eq!(pitches.len(), quality.tones.len());
                assert!(pitches.windows(2).all(|pair| pair[0] < pair[1]), "{pitches:?}");
                assert!(pitches.iter().all(|&pitch| chord.contains(pitch) && (44..=76).contains(&pitch)));
                assert_eq!(chord.bass_pitch(40).rem_euclid(12), root);
            }
        }
    }
}
