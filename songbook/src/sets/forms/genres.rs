//! Kinds of music that whole songs are written in.

use crate::chance::Chance;
use crate::meter::{FOUR, Meter, SIX_EIGHT, THREE};
use crate::players::bass::BassLine;
use crate::players::comp::Comp;
use crate::players::drums::Groove;
use crate::progressions::Idiom;
use crate::sets::palette::Palette;
use crate::timeline::{Feel, Motion};

/// A kind of music.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Genre {
    Pop,
    Rock,
    SynthPop,
    Folk,
    FolkInThree,
    Ballad,
    BalladInSix,
    Reggae,
    Jazz,
    Blues,
    Dance,
    HipHop,
    Piano,
    Orchestra,
}

/// How a song of a genre is played.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    pub(super) meter: &'static Meter,
    pub(super) bpm: f64,
    pub(super) motion: Motion,
    pub(super) feel: Feel,
    pub(super) palette: Palette,
    pub(super) idiom: Idiom,
    /// Drums, and those of the loudest sections.
    pub(super) grooves: Option<(Groove, Groove)>,
    /// Accompaniment, and that of the loudest sections.
    pub(super) comps: (Comp, Comp),
    pub(super) bass: BassLine,
    /// Whether somebody may sing.
    pub(super) is_sung: bool,
}

impl Genre {
    /// As truth files say it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pop => "pop",
            Self::Rock => "rock",
            Self::SynthPop => "synth pop",
            Self::Folk => "folk",
            Self::FolkInThree => "folk in three",
            Self::Ballad => "ballad",
            Self::BalladInSix => "ballad in six",
            Self::Reggae => "reggae",
            Self::Jazz => "jazz",
            Self::Blues => "blues",
            Self::Dance => "dance",
            Self::HipHop => "hip hop",
            Self::Piano => "piano",
            Self::Orchestra => "orchestra",
        }
    }

    /// Tempo from and to.
    const fn tempo(self) -> (f64, f64) {
        match self {
            Self::Pop | Self::SynthPop => (92.0, 132.0),
            Self::Rock => (105.0, 165.0),
            Self::Folk => (85.0, 130.0),
            Self::FolkInThree => (95.0, 150.0),
            Self::Ballad => (62.0, 84.0),
            Self::BalladInSix => (52.0, 70.0),
            Self::Reggae => (68.0, 88.0),
            Self::Jazz => (125.0, 200.0),
            Self::Blues => (85.0, 140.0),
            Self::Dance => (120.0, 138.0),
            Self::HipHop => (78.0, 102.0),
            Self::Piano => (70.0, 130.0),
            Self::Orchestra => (75.0, 125.0),
        }
    }

    /// How one song of it is played.
    pub(super) fn manner(self, chance: &mut Chance) -> Manner {
        let (low, high) = self.tempo();
        let (palette, idiom) = match self {
            Self::Pop | Self::Ballad | Self::BalladInSix | Self::Reggae => (Palette::Pop, Idiom::Pop),
            Self::Rock => (Palette::Rock, Idiom::Rock),
            Self::SynthPop => (Palette::Electronic, Idiom::Pop),
            Self::Folk | Self::FolkInThree => (Palette::Folk, Idiom::Pop),
            Self::Jazz => (Palette::Jazz, Idiom::Jazz),
            Self::Blues => (Palette::Rock, Idiom::Blues),
            Self::Dance => (Palette::Electronic, Idiom::Electronic),
            Self::HipHop => (Palette::Pop, Idiom::Electronic),
            Self::Piano => (Palette::Piano, Idiom::Classical),
            Self::Orchestra => (Palette::Orchestra, Idiom::Classical),
        };
        use Comp as C;
        let comps = match self {
            Self::Pop => chance.pick(&[
                (C::Block, C::Strum),
                (C::Arpeggio, C::Block),
                (C::Pad, C::Repeated),
                (C::Strum, C::Strum),
            ]),
            Self::Rock => chance.pick(&[(C::Drive, C::Drive), (C::Arpeggio, C::Drive), (C::Strum, C::Drive)]),
            Self::SynthPop => {
                chance.pick(&[(C::Sequence, C::OffBeat), (C::Pad, C::Sequence), (C::Sequence, C::Sequence)])
            }
            Self::Folk | Self::FolkInThree => chance.pick(&[(C::Strum, C::Strum), (C::Arpeggio, C::Strum)]),
            Self::Ballad => {
                chance.pick(&[(C::Arpeggio, C::Block), (C::Block, C::Repeated), (C::Pad, C::Block)])
            }
            Self::BalladInSix => chance.pick(&[(C::Arpeggio, C::Repeated), (C::Arpeggio, C::Arpeggio)]),
            Self::Reggae => (C::OffBeat, C::OffBeat),
            Self::Jazz => (C::Jazz, C::Jazz),
            Self::Blues => chance.pick(&[(C::Block, C::Block), (C::Drive, C::Block)]),
            Self::Dance => {
                chance.pick(&[(C::Pad, C::OffBeat), (C::Sequence, C::Stabs), (C::Arpeggio, C::OffBeat)])
            }
            Self::HipHop => chance.pick(&[(C::Pad, C::Stabs), (C::Block, C::Block), (C::Arpeggio, C::Pad)]),
            Self::Piano => (C::Alberti, C::Nocturne),
            Self::Orchestra => (C::Strings, C::Repeated),
        };
        let grooves = match self {
            Self::Pop | Self::Rock | Self::SynthPop | Self::Ballad => Some((Groove::Rock, Groove::Rock)),
            Self::Folk => chance.often(0.6).then_some((Groove::Percussion, Groove::Rock)),
            Self::FolkInThree => chance.often(0.6).then_some((Groove::Waltz, Groove::Waltz)),
            Self::BalladInSix => Some((Groove::Compound, Groove::Compound)),
            Self::Reggae => Some((Groove::Reggae, Groove::Reggae)),
            Self::Jazz => Some((Groove::Jazz, Groove::Jazz)),
            Self::Blues => Some((Groove::Shuffle, Groove::Shuffle)),
            Self::Dance => Some((Groove::House, Groove::House)),
            Self::HipHop => {
                Some(chance.pick(&[(Groove::HipHop, Groove::HipHop), (Groove::Trap, Groove::Trap)]))
            }
            Self::Piano | Self::Orchestra => None,
        };
        let bass = match self {
            Self::Rock => chance.pick(&[BassLine::Eighths, BassLine::Root]),
            Self::Jazz | Self::Blues => BassLine::Walking,
            Self::Dance => chance.pick(&[BassLine::OffBeats, BassLine::Eighths]),
            Self::BalladInSix => BassLine::Lilt,
            Self::FolkInThree | Self::Piano | Self::Orchestra => BassLine::Long,
            Self::HipHop => chance.pick(&[BassLine::Root, BassLine::Kick(&[0.0, 1.5, 2.5])]),
            _ => chance.pick(&[
                BassLine::Root,
                BassLine::RootFifth,
                BassLine::Eighths,
                BassLine::Kick(&[0.0, 1.5, 2.0]),
            ]),
        };
        let is_machine = matches!(self, Self::Dance | Self::SynthPop | Self::HipHop);
        let motion = match self {
            Self::Piano => Motion::Rubato,
            _ if is_machine || chance.often(0.4) => Motion::Steady,
            _ => Motion::Drift,
        };
        let eighth = match self {
            Self::Jazz => chance.range(0.6, 0.67),
            Self::Blues => chance.range(0.63, 0.67),
            _ => 0.5,
        };
        Manner {
            meter: match self {
                Self::FolkInThree => &THREE,
                Self::BalladInSix => &SIX_EIGHT,
                Self::Piano | Self::Orchestra => chance.pick(&[&FOUR, &THREE]),
                _ => &FOUR,
            },
            bpm: chance.range(low, high),
            motion,
            feel: Feel { eighth, sixteenth: 0.5 },
            palette,
            idiom,
            grooves,
            comps,
            bass,
            is_sung: !matches!(self, Self::Piano | Self::Orchestra | Self::Dance),
        }
    }
}
