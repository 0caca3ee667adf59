//! Quantities with their units: rates, grids, tempo, pitch classes, keys, meters.

use std::fmt;
use std::str::FromStr;

/// Where the frames of a feature lie: frame `t` is centred at sample `t · hop_length`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameGrid {
    /// Sample rate of the analysed signal in Hz.
    pub sample_rate: u32,
    /// Samples from one frame to the next.
    pub hop_length: usize,
}

impl FrameGrid {
    /// Frames per second.
    #[must_use]
    pub fn frame_rate(self) -> f64 {
        // samples/s ÷ samples/frame = frames/s
        f64::from(self.sample_rate) / self.hop_length as f64
    }

    /// Centre of frame `frame_idx` in seconds from the first sample.
    #[must_use]
    pub fn time_of(self, frame_idx: usize) -> f64 {
        frame_idx as f64 / self.frame_rate()
    }

    /// The frame whose centre is nearest to `time` seconds; 0 for negative times.
    #[must_use]
    pub fn frame_at(self, time: f64) -> usize {
        (time * self.frame_rate()).round().max(0.0) as usize
    }
}

/// A tempo in beats per minute, finite and above 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Bpm(f64);

impl Bpm {
    /// `bpm` beats per minute, if that is finite and above 0.
    #[must_use]
    pub fn new(bpm: f64) -> Option<Self> {
        (bpm.is_finite() && bpm > 0.0).then_some(Self(bpm))
    }

    /// Beats per minute.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Seconds from one beat to the next.
    #[must_use]
    pub fn period(self) -> f64 {
        // 60 s/min ÷ beats/min = s/beat
        60.0 / self.0
    }
}

/// One of the twelve pitch classes, counted in semitones from C = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PitchClass(u8);

/// Pitch-class names with sharps, from C.
const SHARP_NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

impl PitchClass {
    /// All twelve, from C.
    pub const ALL: [Self; 12] = {
        let mut all = [Self(0); 12];
        let mut i = 0;
        while i < 12 {
            all[i] = Self(i as u8);
            i += 1;
        }
        all
    };

    /// The pitch class `semitones` above C (any integer; wraps).
    #[must_use]
    pub const fn from_semitones(semitones: i32) -> Self {
        Self(semitones.rem_euclid(12) as u8)
    }

    /// Semitones above C, 0–11.
    #[must_use]
    pub const fn semitones(self) -> usize {
        self.0 as usize
    }

    /// This pitch class moved by `semitones` (wraps).
    #[must_use]
    pub const fn transposed(self, semitones: i32) -> Self {
        Self::from_semitones(self.0 as i32 + semitones)
    }

    /// Semitones up from `self` to `other`, 0–11.
    #[must_use]
    pub const fn up_to(self, other: Self) -> usize {
        (other.0 as i32 - self.0 as i32).rem_euclid(12) as usize
    }

    /// The name with sharps: `C#`, never `Db`.
    #[must_use]
    pub const fn sharp_name(self) -> &'static str {
        SHARP_NAMES[self.0 as usize]
    }
}

/// Major or minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the two names say it")]
pub enum Mode {
    Major,
    Minor,
}

/// A major or minor key. Shown as `C# minor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The tonic.
    pub tonic: PitchClass,
    /// The mode.
    pub mode: Mode,
}

/// Key signatures' usual tonic names, major then minor, from C: those with the fewest accidentals.
const MAJOR_TONICS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINOR_TONICS: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];

impl Key {
    /// All 24 keys: the major ones from C, then the minor ones.
    pub fn all() -> impl Iterator<Item = Self> {
        [Mode::Major, Mode::Minor]
            .into_iter()
            .flat_map(|mode| PitchClass::ALL.into_iter().map(move |tonic| Self { tonic, mode }))
    }

    /// The tonic as it is usually spelled in this key (`Bb`, `F#`).
    #[must_use]
    pub const fn tonic_name(self) -> &'static str {
        match self.mode {
            Mode::Major => MAJOR_TONICS[self.tonic.semitones()],
            Mode::Minor => MINOR_TONICS[self.tonic.semitones()],
        }
    }

    /// Sharps (positive) or flats (negative) of the key signature, in −6 to 6.
    #[must_use]
    pub const fn fifths(self) -> i8 {
        let major = match self.mode {
            Mode::Major => self.tonic,
            Mode::Minor => self.tonic.transposed(3),
        };
        // Fifths above C, spelled with the fewest accidentals; six are sharps or flats as the key's name is.
        let fifths = (major.semitones() * 7 % 12) as i8;
        if fifths > 6 || fifths == 6 && self.uses_flats() { fifths - 12 } else { fifths }
    }

    /// Whether the key signature is written with flats.
    #[must_use]
    pub const fn uses_flats(self) -> bool {
        // Relative major's place on the circle of fifths: F, Bb, Eb, Ab, Db have flats.
        let major = match self.mode {
            Mode::Major => self.tonic,
            Mode::Minor => self.tonic.transposed(3),
        };
        match major.semitones() {
            5 | 10 | 3 | 8 | 1 => true,
            // F# major has sharps, its relative Eb minor flats.
            6 => matches!(self.mode, Mode::Minor),
            _ => false,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
        };
        write!(f, "{} {mode}", self.tonic_name())
    }
}

impl serde::Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Beats in a bar and the note value that is the beat, like `6/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeSignature {
    /// Upper number.
    pub numerator: u8,
    /// Lower number: 2, 4, 8 or 16.
    pub denominator: u8,
}

impl TimeSignature {
    /// `4/4`.
    pub const COMMON: Self = Self { numerator: 4, denominator: 4 };

    /// `numerator / denominator`.
    #[must_use]
    pub const fn new(numerator: u8, denominator: u8) -> Self {
        Self { numerator, denominator }
    }

    /// Felt beats in a bar: compound meters (6/8, 9/8, 12/8) count dotted beats.
    #[must_use]
    pub const fn beats_per_bar(self) -> usize {
        if self.denominator == 8 && self.numerator > 3 && self.numerator.is_multiple_of(3) {
            self.numerator as usize / 3
        } else {
            self.numerator as usize
        }
    }
}

impl fmt::Display for TimeSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl serde::Serialize for TimeSignature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for TimeSignature {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        let (n, d) = s.split_once('/').ok_or(())?;
        match (n.parse().map_err(|_| ())?, d.parse().map_err(|_| ())?) {
            (0, _) => Err(()),
            (numerator, denominator @ (1 | 2 | 4 | 8 | 16)) => Ok(Self { numerator, denominator }),
            _ => Err(()),
        }
    }
}

/// Serde helpers that round on the way out, so that reports stay small and comparable.
pub(crate) mod round {
    use serde::Serializer;

    /// Times: to 1 ms.
    pub(crate) fn ms<S: Serializer>(x: &f64, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(to(*x, 1e3))
    }

    /// Confidences and ratios: to 0.001.
    pub(crate) fn unit<S: Serializer>(x: &f32, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(to(f64::from(*x), 1e3))
    }

    /// Optional ratios: to 0.001.
    pub(crate) fn unit_opt<S: Serializer>(x: &Option<f32>, s: S) -> Result<S::Ok, S::Error> {
        match x {
            Some(x) => unit(x, s),
            None => s.serialize_none(),
        }
    }

    /// Measured quantities (BPM, Hz, LUFS, cents …): to 0.01.
    pub(crate) fn centi<S: Serializer>(x: &f64, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(to(*x, 1e2))
    }

    /// Optional measured quantities: to 0.01.
    pub(crate) fn centi_opt<S: Serializer>(x: &Option<f64>, s: S) -> Result<S::Ok, S::Error> {
        match x {
            Some(x) => centi(x, s),
            None => s.serialize_none(),
        }
    }

    /// Small ratios in f64: to 0.0001.
    pub(crate) fn ratio<S: Serializer>(x: &f64, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(to(*x, 1e4))
    }

    /// `x` rounded to a multiple of 1/`scale`; never −0.
    pub(crate) fn to(x: f64, scale: f64) -> f64 {
        (x * scale).round() / scale + 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_signatures_have_the_fewest_accidentals() {
        let of = |mode| (0..12).map(move |s| Key { tonic: PitchClass::from_semitones(s), mode }.fifths());
        assert_eq!(of(Mode::Major).collect::<Vec<_>>(), [0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5]);
        assert_eq!([9, 3, 8, 2].map(|s| of(Mode::Minor).nth(s)), [Some(0), Some(-6), Some(5), Some(-1)]);
    }

    #[test]
    fn keys_are_spelled_as_musicians_do() {
        let key = |s, mode| Key { tonic: PitchClass::from_semitones(s), mode };
        assert_eq!(key(1, Mode::Minor).to_string(), "C# minor");
        assert_eq!(key(10, Mode::Major).to_string(), "Bb major");
        assert!(key(5, Mode::Major).uses_flats());
        assert!(key(2, Mode::Minor).uses_flats());
        assert!(!key(9, Mode::Major).uses_flats());
        assert!(!key(1, Mode::Minor).uses_flats());
    }

    #[test]
    fn pitch_classes_wrap() {
        assert_eq!(PitchClass::from_semitones(-1).sharp_name(), "B");
        assert_eq!(PitchClass::from_semitones(9).up_to(PitchClass::from_semitones(0)), 3);
    }

    #[test]
    fn compound_meters_count_dotted_beats() {
        assert_eq!("6/8".parse::<TimeSignature>().unwrap().beats_per_bar(), 2);
        assert_eq!("7/8".parse::<TimeSignature>().unwrap().beats_per_bar(), 7);
        assert_eq!("3/4".parse::<TimeSignature>().unwrap().beats_per_bar(), 3);
        assert!("0/4".parse::<TimeSignature>().is_err());
        assert!("4/5".parse::<TimeSignature>().is_err());
    }

    #[test]
    fn a_frame_is_centred_at_its_index_times_the_hop() {
        let grid = FrameGrid { sample_rate: 22_050, hop_length: 441 };
        assert_eq!(grid.frame_rate(), 50.0);
        assert_eq!(grid.time_of(25), 0.5);
        assert_eq!(grid.frame_at(0.5), 25);
        assert_eq!(grid.frame_at(-1.0), 0);
    }
}
