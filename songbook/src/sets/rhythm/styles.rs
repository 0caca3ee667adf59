//! Styles of bands by tempo.

use crate::chance::Chance;
use crate::life;
use crate::meter::{FIVE, FOUR, Meter, NINE_EIGHT, SEVEN, SIX_EIGHT, THREE, TWELVE_EIGHT, TWO};
use crate::players::bass::BassLine;
use crate::players::comp::Comp;
use crate::players::drums::Groove;
use crate::progressions::Idiom;
use crate::sets::palette::Palette;

/// A style of music: who plays what at which tempo.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) name: &'static str,
    pub(super) meter: &'static Meter,
    /// Beats per minute, from and to.
    pub(super) tempo: (f64, f64),
    /// `None` without drums.
    pub(super) groove: Option<Groove>,
    pub(super) comps: &'static [Comp],
    pub(super) bass: &'static [BassLine],
    pub(super) palette: Palette,
    pub(super) idiom: Idiom,
    /// Place of the off-beat eighth, from and to.
    pub(super) swing: (f64, f64),
    weight: f64,
}

const STRAIGHT: (f64, f64) = (0.5, 0.5);

/// A table's row.
#[expect(clippy::too_many_arguments, reason = "the columns of a table")]
const fn style(
    name: &'static str,
    meter: &'static Meter,
    tempo: (f64, f64),
    groove: Option<Groove>,
    comps: &'static [Comp],
    bass: &'static [BassLine],
    palette: Palette,
    idiom: Idiom,
    swing: (f64, f64),
    weight: f64,
) -> Style {
    Style { name, meter, tempo, groove, comps, bass, palette, idiom, swing, weight }
}

use BassLine as B;
use Comp as C;
use Groove as G;
use Idiom as I;
use Palette as P;

const SEVEN_ACCENTS: &[f64] = &[0.0, 2.0, 4.0];
const FIVE_ACCENTS: &[f64] = &[0.0, 1.5, 3.0, 4.0];
const ROOTS: &[BassLine] = &[B::Root, B::RootFifth, B::Long];

#[rustfmt::skip] // A row a style.
static STYLES: [Style; 46] = [
    style("ballad", &FOUR, (50., 85.), Some(G::Rock), &[C::Block, C::Arpeggio, C::Pad], ROOTS, P::Pop, I::Pop, STRAIGHT, 2.0),
    style("pop", &FOUR, (80., 150.), Some(G::Rock), &[C::Block, C::Strum, C::Pad, C::Repeated], &[B::Root, B::Eighths, B::Kick(&[0.0, 1.5, 2.0])], P::Pop, I::Pop, STRAIGHT, 2.5),
    style("rock", &FOUR, (95., 165.), Some(G::Rock), &[C::Drive], &[B::Eighths, B::Root], P::Rock, I::Rock, STRAIGHT, 1.8),
    style("fast rock", &FOUR, (150., 200.), Some(G::Rock), &[C::Drive], &[B::Eighths], P::Rock, I::Rock, STRAIGHT, 2.2),
    style("punk", &FOUR, (160., 200.), Some(G::DoubleTime), &[C::Drive], &[B::Eighths], P::Rock, I::Rock, STRAIGHT, 1.2),
    style("motown", &FOUR, (105., 180.), Some(G::Motown), &[C::Block, C::OffBeat], &[B::RootFifth, B::Walking], P::Pop, I::Pop, STRAIGHT, 0.8),
    style("funk", &FOUR, (88., 118.), Some(G::Funk), &[C::Stabs, C::OffBeat], &[B::Kick(&[0.0, 0.75, 1.5, 2.5])], P::Pop, I::Blues, STRAIGHT, 0.9),
    style("disco", &FOUR, (105., 140.), Some(G::Disco), &[C::OffBeat, C::Pad], &[B::Octaves], P::Pop, I::Pop, STRAIGHT, 1.0),
    style("house", &FOUR, (115., 135.), Some(G::House), &[C::OffBeat, C::Pad, C::Stabs], &[B::OffBeats], P::Electronic, I::Electronic, STRAIGHT, 1.0),
    style("trance", &FOUR, (130., 150.), Some(G::House), &[C::Sequence, C::Pad], &[B::OffBeats, B::Sixteenths], P::Electronic, I::Electronic, STRAIGHT, 0.8),
    style("synth pop", &FOUR, (85., 165.), Some(G::Rock), &[C::Sequence, C::Pad], &[B::Eighths, B::Sixteenths], P::Electronic, I::Electronic, STRAIGHT, 1.0),
    style("drum and bass", &FOUR, (155., 182.), Some(G::Breakbeat), &[C::Pad], &[B::Root, B::Long], P::Electronic, I::Electronic, STRAIGHT, 1.2),
    style("hip hop", &FOUR, (66., 108.), Some(G::HipHop), &[C::Pad, C::Block, C::Stabs], &[B::Root, B::Kick(&[0.0, 2.5])], P::Pop, I::Pop, STRAIGHT, 1.5),
    style("trap", &FOUR, (60., 85.), Some(G::Trap), &[C::Pad, C::Arpeggio], &[B::Long, B::Kick(&[0.0, 1.75])], P::Electronic, I::Electronic, STRAIGHT, 0.7),
    style("downtempo", &FOUR, (60., 100.), Some(G::HipHop), &[C::Sequence, C::Pad], &[B::Root], P::Electronic, I::Electronic, STRAIGHT, 0.7),
    style("jazz", &FOUR, (100., 200.), Some(G::Jazz), &[C::Jazz], &[B::Walking], P::Jazz, I::Jazz, (0.58, 0.68), 2.0),
    style("jazz waltz", &THREE, (120., 200.), Some(G::Jazz), &[C::Jazz], &[B::Walking, B::Long], P::Jazz, I::Jazz, (0.6, 0.67), 0.8),
    style("shuffle", &FOUR, (75., 150.), Some(G::Shuffle), &[C::Block, C::Drive], &[B::Walking, B::Eighths], P::Rock, I::Blues, (0.62, 0.68), 1.3),
    style("waltz", &THREE, (80., 195.), Some(G::Waltz), &[C::Oompah, C::Pad, C::Arpeggio], &[B::Long, B::Root], P::Folk, I::Pop, STRAIGHT, 2.4),
    style("ballad in three", &THREE, (65., 110.), Some(G::Waltz), &[C::Block, C::Arpeggio, C::Pad], &[B::Long], P::Pop, I::Pop, STRAIGHT, 1.0),
    style("rock in three", &THREE, (90., 170.), Some(G::Rock), &[C::Drive, C::Strum], &[B::Eighths, B::Root], P::Rock, I::Rock, STRAIGHT, 0.9),
    style("march", &TWO, (85., 130.), Some(G::March), &[C::Oompah, C::OffBeat], &[B::Alternating], P::Orchestra, I::Classical, STRAIGHT, 1.5),
    style("polka", &TWO, (100., 145.), Some(G::Polka), &[C::OffBeat], &[B::Alternating], P::Folk, I::Pop, STRAIGHT, 1.3),
    style("six eight", &SIX_EIGHT, (50., 80.), Some(G::Compound), &[C::Arpeggio, C::Block, C::Repeated], &[B::Long, B::Lilt], P::Pop, I::Pop, STRAIGHT, 2.2),
    style("jig", &SIX_EIGHT, (90., 125.), Some(G::Compound), &[C::Strum, C::Oompah], &[B::Long, B::Lilt], P::Folk, I::Pop, STRAIGHT, 1.2),
    style("twelve eight", &TWELVE_EIGHT, (50., 82.), Some(G::Compound), &[C::Arpeggio, C::Repeated], &[B::Lilt, B::Root], P::Pop, I::Blues, STRAIGHT, 2.0),
    style("slip jig", &NINE_EIGHT, (75., 120.), Some(G::Compound), &[C::Strum, C::Oompah], &[B::Long, B::Lilt], P::Folk, I::Pop, STRAIGHT, 0.5),
    style("bossa", &FOUR, (110., 160.), Some(G::Bossa), &[C::Bossa], &[B::Bossa], P::Jazz, I::Jazz, STRAIGHT, 0.8),
    style("latin", &FOUR, (85., 125.), Some(G::Latin), &[C::Stabs, C::Arpeggio], &[B::Kick(&[0.0, 1.5, 3.0])], P::Pop, I::Pop, STRAIGHT, 0.7),
    style("reggae", &FOUR, (62., 92.), Some(G::Reggae), &[C::OffBeat], &[B::Kick(&[0.0, 0.5, 1.5, 2.0, 3.0])], P::Pop, I::Pop, STRAIGHT, 0.7),
    style("reggaeton", &FOUR, (84., 104.), Some(G::Dembow), &[C::Pad, C::Stabs, C::Arpeggio], &[B::Root, B::Kick(&[0.0, 1.5, 3.0])], P::Electronic, I::Electronic, STRAIGHT, 0.6),
    style("samba", &TWO, (88., 125.), Some(G::Samba), &[C::Strum, C::OffBeat], &[B::RootFifth], P::Folk, I::Pop, STRAIGHT, 0.8),
    style("country", &FOUR, (88., 135.), Some(G::Train), &[C::Strum, C::OffBeat], &[B::RootFifth, B::Alternating], P::Folk, I::Pop, STRAIGHT, 0.9),
    style("metal", &FOUR, (90., 150.), Some(G::Metal), &[C::Drive], &[B::Sixteenths, B::Eighths], P::Rock, I::Rock, STRAIGHT, 0.8),
    style("ska", &FOUR, (130., 185.), Some(G::Rock), &[C::OffBeat], &[B::Walking, B::Eighths], P::Pop, I::Pop, STRAIGHT, 0.8),
    style("slow rock", &FOUR, (52., 80.), Some(G::Rock), &[C::Strum, C::Drive, C::Repeated], &[B::Root, B::Eighths], P::Rock, I::Rock, STRAIGHT, 1.2),
    style("five", &FIVE, (95., 185.), Some(G::Five), &[C::At(FIVE_ACCENTS)], &[B::At(FIVE_ACCENTS)], P::Jazz, I::Jazz, STRAIGHT, 1.3),
    style("drum circle", &FOUR, (80., 140.), Some(G::Percussion), &[C::None, C::Strum], &[B::Root], P::Folk, I::Pop, STRAIGHT, 0.6),
    style("arpeggios", &FOUR, (60., 130.), None, &[C::Arpeggio, C::Alberti], ROOTS, P::Pop, I::Pop, STRAIGHT, 1.3),
    style("block chords", &FOUR, (52., 140.), None, &[C::Block], ROOTS, P::Pop, I::Pop, STRAIGHT, 1.0),
    style("strummed", &FOUR, (72., 155.), None, &[C::Strum], ROOTS, P::Folk, I::Pop, STRAIGHT, 1.3),
    style("strummed in three", &THREE, (80., 160.), None, &[C::Strum, C::Arpeggio], ROOTS, P::Folk, I::Pop, STRAIGHT, 1.0),
    style("strings", &FOUR, (60., 120.), None, &[C::Strings, C::Repeated], &[B::Root, B::RootFifth], P::Orchestra, I::Classical, STRAIGHT, 0.8),
    style("rolling", &SIX_EIGHT, (48., 80.), None, &[C::Arpeggio], &[B::Long], P::Pop, I::Pop, STRAIGHT, 1.0),
    style("walking duo", &FOUR, (90., 190.), None, &[C::Jazz, C::Block], &[B::Walking], P::Jazz, I::Jazz, (0.5, 0.66), 1.0),
    style("sequencer", &FOUR, (75., 150.), None, &[C::Sequence], &[B::Eighths, B::OffBeats], P::Electronic, I::Electronic, STRAIGHT, 0.9),
];

#[rustfmt::skip] // A row a style.
static SEVENS: [Style; 2] = [
    style("seven", &SEVEN, (200., 300.), Some(G::Seven), &[C::At(SEVEN_ACCENTS)], &[B::At(SEVEN_ACCENTS)], P::Rock, I::Rock, STRAIGHT, 1.0),
    style("seven, folk", &SEVEN, (210., 330.), Some(G::Seven), &[C::Repeated, C::At(SEVEN_ACCENTS)], &[B::At(SEVEN_ACCENTS)], P::Folk, I::Pop, STRAIGHT, 0.6),
];

/// Share of bars of seven eighths, whose beats are faster than the range of the others.
const SHARE_OF_SEVENS: f64 = 0.045;

/// Slowest and fastest tempo, over which songs spread evenly.
const TEMPI: (f64, f64) = (50.0, 200.0);

/// How much less common other meters than 4/4 are where songs are as in life: the odd ones stay.
const LIFE_METERS: f64 = 0.4;

/// A tempo, even over the range (or over real songs, `as_in_life`) as `even` is over [0, 1), and a style that is played
/// at it.
pub(super) fn pick(even: f64, as_in_life: bool, chance: &mut Chance) -> (f64, &'static Style) {
    if chance.often(SHARE_OF_SEVENS) {
        let style = &SEVENS[chance.weighted(&SEVENS.each_ref().map(|style| style.weight))];
        return (chance.range(style.tempo.0, style.tempo.1), style);
    }
    let drawn =
        life::tempo(&["tempo pop", "tempo rock", "tempo hip-hop", "tempo dance", "tempo country"], even);
    let bpm = match drawn.filter(|_| as_in_life) {
        Some(bpm) => bpm.clamp(TEMPI.0, TEMPI.1 - 1.0),
        None => TEMPI.0 + even * (TEMPI.1 - TEMPI.0),
    };
    let weights = STYLES.each_ref().map(|style| {
        let fits = style.tempo.0 <= bpm && bpm < style.tempo.1;
        // A style of a narrow range of tempi is as common as one of a wide range.
        let rarer = if as_in_life && style.meter.signature != "4/4" { LIFE_METERS } else { 1.0 };
        if fits { rarer * style.weight / (style.tempo.1 - style.tempo.0) } else { 0.0 }
    });
    (bpm, &STYLES[chance.weighted(&weights)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tempo_has_styles() {
        let mut chance = Chance::new(5);
        for k in 0..500 {
            let (bpm, style) = pick(f64::from(k) / 500.0, k % 2 == 0, &mut chance);
            assert!((style.tempo.0..style.tempo.1).contains(&bpm), "{} at {bpm}", style.name);
        }
    }
}
