//! Ways of writing for soloists and small ensembles.

use crate::chance::Chance;
use crate::meter::{FOUR, Meter, NINE_EIGHT, SIX_EIGHT, THREE, TWELVE_EIGHT, TWO};
use crate::players::comp::Comp;

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ensemble {
    Piano,
    Chamber,
    /// One instrument of one voice.
    Solo,
    Choir,
}

impl Ensemble {
    /// As truth files say it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Piano => "piano",
            Self::Chamber => "chamber",
            Self::Solo => "solo",
            Self::Choir => "choir",
        }
    }
}

/// A way of writing.
#[derive(Debug)]
pub(super) struct Texture {
    pub(super) name: &'static str,
    pub(super) ensemble: Ensemble,
    pub(super) meters: &'static [&'static Meter],
    /// Beats per minute.
    pub(super) tempo: (f64, f64),
    /// Accompaniment.
    pub(super) comp: Comp,
    /// Chance of a tune's onset on each division, from and to.
    pub(super) density: (f64, f64),
    /// Whether the tune runs in halves of the divisions.
    pub(super) is_quick: bool,
    weight: f64,
}

/// Whether tunes run in halves of the divisions.
const QUICK: bool = true;
const CALM: bool = false;

#[expect(clippy::too_many_arguments, reason = "the columns of a table")]
const fn texture(
    name: &'static str,
    ensemble: Ensemble,
    meters: &'static [&'static Meter],
    tempo: (f64, f64),
    comp: Comp,
    density: (f64, f64),
    is_quick: bool,
    weight: f64,
) -> Texture {
    Texture { name, ensemble, meters, tempo, comp, density, is_quick, weight }
}

use Comp as C;
use Ensemble as E;

const SIMPLE: &[&Meter] = &[&FOUR, &THREE, &TWO];
const COMPOUND: &[&Meter] = &[&SIX_EIGHT, &NINE_EIGHT, &TWELVE_EIGHT];

#[rustfmt::skip] // A row a texture.
static TEXTURES: [Texture; 22] = [
    texture("nocturne", E::Piano, COMPOUND, (36., 75.), C::Nocturne, (0.25, 0.5), CALM, 1.5),
    texture("song without words", E::Piano, SIMPLE, (50., 110.), C::Nocturne, (0.3, 0.5), QUICK, 1.3),
    texture("sonatina", E::Piano, SIMPLE, (90., 170.), C::Alberti, (0.35, 0.6), QUICK, 1.3),
    texture("piano waltz", E::Piano, &[&THREE], (90., 200.), C::Oompah, (0.3, 0.55), CALM, 1.0),
    texture("mazurka", E::Piano, &[&THREE], (100., 170.), C::Oompah, (0.35, 0.6), CALM, 1.0),
    texture("chorale", E::Piano, &[&FOUR, &THREE], (50., 100.), C::Chorale, (0.3, 0.45), CALM, 0.8),
    texture("prelude", E::Piano, SIMPLE, (55., 110.), C::Arpeggio, (0.1, 0.3), CALM, 1.2),
    texture("invention", E::Piano, &[&FOUR, &THREE, &TWO, &SIX_EIGHT], (60., 110.), C::None, (0.75, 0.95), QUICK, 1.2),
    texture("barcarolle", E::Piano, &[&SIX_EIGHT, &TWELVE_EIGHT], (45., 85.), C::Oompah, (0.3, 0.55), QUICK, 0.8),
    texture("gigue", E::Piano, COMPOUND, (80., 130.), C::Block, (0.7, 0.9), CALM, 0.8),
    texture("berceuse", E::Piano, COMPOUND, (38., 62.), C::Arpeggio, (0.3, 0.5), QUICK, 0.8),
    texture("toccata", E::Piano, SIMPLE, (80., 140.), C::Repeated, (0.6, 0.9), QUICK, 0.8),
    texture("march for piano", E::Piano, &[&FOUR, &TWO], (85., 130.), C::Block, (0.4, 0.6), CALM, 0.7),
    texture("adagio", E::Chamber, &[&FOUR, &THREE], (50., 80.), C::Strings, (0.3, 0.5), CALM, 0.8),
    texture("serenade", E::Chamber, SIMPLE, (85., 150.), C::Repeated, (0.35, 0.55), CALM, 1.0),
    texture("minuet", E::Chamber, &[&THREE], (95., 150.), C::Block, (0.4, 0.6), CALM, 0.8),
    texture("siciliana", E::Chamber, &[&SIX_EIGHT, &TWELVE_EIGHT], (38., 65.), C::Repeated, (0.35, 0.55), QUICK, 0.8),
    texture("pizzicato", E::Chamber, &[&TWO, &FOUR], (90., 140.), C::Oompah, (0.4, 0.6), CALM, 0.6),
    texture("partita", E::Solo, SIMPLE, (60., 110.), C::None, (0.75, 0.95), QUICK, 0.7),
    texture("gigue alone", E::Solo, COMPOUND, (60., 110.), C::None, (0.75, 0.95), CALM, 0.5),
    texture("study", E::Solo, &[&FOUR, &THREE, &SIX_EIGHT], (60., 120.), C::Arpeggio, (0.0, 0.1), CALM, 0.7),
    texture("motet", E::Choir, &[&FOUR, &THREE], (55., 100.), C::Chorale, (0.2, 0.4), CALM, 0.6),
];

/// A texture by its weight.
pub(super) fn pick(chance: &mut Chance) -> &'static Texture {
    &TEXTURES[chance.weighted(&TEXTURES.each_ref().map(|texture| texture.weight))]
}
