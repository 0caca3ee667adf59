//! The sets: what is composed for what purpose.

mod casting;
mod forms;
mod harmony;
mod palette;
mod rhythm;

use serde_json::json;

use crate::chance::Chance;
use crate::midi::{self, Instrument, Pedal};
use crate::score::Sounding;
use crate::sound::{Sound, Soundfont};
use crate::{Composition, Set, Split};

/// Composes song `index`; its name is not yet set.
pub(crate) fn compose(set: Set, split: Split, index: usize) -> Composition {
    let seed = match split {
        Split::First => 1_000_000_000 + 1_000_000 * set as u64,
        Split::Train | Split::Test => 1_000_000 * (2 * set as u64 + split as u64 + 1),
    };
    let mut chance = Chance::new(seed + index as u64);
    let mut song = match set {
        Set::Forms => forms::compose(split, index, &mut chance),
        Set::Harmony => harmony::compose(split, index, &mut chance),
        Set::Rhythm => rhythm::compose(split, index, &mut chance),
    };
    if split == Split::First {
        song.sound.soundfont = [Soundfont::MuseScore, Soundfont::Fluid, Soundfont::Opl3][index % 3];
    }
    song
}

/// Seconds after the last beat for sounds to die away.
const TAIL: f64 = 1.0;

/// What is to be written down and played.
struct Draft {
    notes: Vec<Sounding>,
    instruments: Vec<Instrument>,
    pedals: Vec<Pedal>,
    cents: f64,
    sound: Sound,
    /// Seconds.
    duration: f64,
    truth: serde_json::Value,
}

impl Draft {
    fn finish(mut self) -> Composition {
        self.truth["duration"] = json!(crate::truth::seconds(self.duration));
        self.truth["tuning_cents"] = json!(crate::truth::seconds(self.cents));
        // Writing to memory cannot fail; a song that did would be silent and caught by the tests.
        let midi = midi::file(&self.notes, &self.instruments, &self.pedals, self.cents).unwrap_or_default();
        Composition {
            name: String::new(),
            midi,
            sound: self.sound,
            duration: self.duration,
            truth: self.truth,
        }
    }
}
