//! Songs for tempo, beats, bars, meter and groove.

mod band;
mod classical;
mod pulseless;
mod styles;
mod textures;

use crate::chance::Chance;
use crate::{Composition, Split};

/// Shares of what is not a band's song.
const CLASSICAL: f64 = 0.2;
const PULSELESS: f64 = 0.1;

pub(super) fn compose(split: Split, index: usize, chance: &mut Chance) -> Composition {
    // Even over the range whatever the number of songs: multiples of the golden ratio.
    let even =
        (index as f64 * 0.618_033_988_749_895 + if split == Split::Train { 0.25 } else { 0.0 }).fract();
    let which = chance.unit();
    if which < PULSELESS {
        pulseless::compose(split, chance)
    } else if which < PULSELESS + CLASSICAL {
        classical::compose(split, chance)
    } else {
        // Songs to be measured on stay even, lest a rare tempo be measured on a song or two.
        let as_in_life = split != Split::Test && chance.often(0.5);
        band::compose(split, even, as_in_life, chance)
    }
}
