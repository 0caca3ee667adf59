//! Songs for tuning, keys and chords.

mod drill;
mod edge;
mod song;

use crate::chance::Chance;
use crate::theory::{Key, Mode, QUALITIES};
use crate::{Composition, Split};

/// What a song is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Topic {
    /// A chord type on every root, in every position that is not another chord.
    Drill(usize),
    /// Types as they come.
    MixedDrill,
    /// A short song in a key.
    Key(Key),
    /// To another key, so many semitones up, the same mode.
    Modulation(i32),
    /// To the relative key (true) or the parallel one.
    ModeChange(bool),
    /// Dominants of other degrees than the tonic, and no modulation.
    Tonicisation,
    PowerChords,
    DrumsOnly,
    /// A melody alone.
    Melody,
    /// Voices only.
    Choir,
    /// Very low (true) or very high.
    Register(bool),
    /// No key at all.
    Atonal,
}

/// Every topic once.
fn topics() -> Vec<Topic> {
    let mut topics: Vec<Topic> = (0..QUALITIES.len()).map(Topic::Drill).collect();
    topics.extend([Topic::MixedDrill; 4]);
    for tonic in 0..12 {
        topics.extend([Topic::Key(Key::new(tonic, Mode::Major)), Topic::Key(Key::new(tonic, Mode::Minor))]);
    }
    topics.extend((1..12).map(Topic::Modulation));
    topics.extend([Topic::ModeChange(true), Topic::ModeChange(false), Topic::ModeChange(true)]);
    topics.extend([Topic::Tonicisation; 5]);
    topics.extend([Topic::PowerChords; 4]);
    topics.extend([Topic::DrumsOnly; 3]);
    topics.extend([Topic::Melody, Topic::Choir, Topic::Melody]);
    topics.extend([
        Topic::Register(true),
        Topic::Register(false),
        Topic::Register(true),
        Topic::Register(false),
    ]);
    topics.extend([Topic::Atonal; 2]);
    topics
}

/// Prime, so that topics come mixed, and each once before any comes again.
const STRIDE: usize = 37;

pub(super) fn compose(split: Split, index: usize, chance: &mut Chance) -> Composition {
    let topics = topics();
    // Even over the range whatever the number of songs.
    let even = (index as f64 * 0.754_877_666_246_692_7).fract();
    let cents = if chance.often(0.6) { (even - 0.5) * 2.0 * MOST_CENTS } else { 0.0 };
    match topics[index * STRIDE % topics.len()] {
        Topic::Drill(quality) => drill::compose(split, Some(quality), cents, chance),
        Topic::MixedDrill => drill::compose(split, None, cents, chance),
        topic @ (Topic::DrumsOnly | Topic::Melody | Topic::Atonal) => {
            edge::compose(split, topic, cents, chance)
        }
        topic => song::compose(split, topic, cents, chance),
    }
}

/// Largest detuning: at half a semitone nobody could say whose chords they are.
const MOST_CENTS: f64 = 48.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_comes_once_a_round() {
        let topics = topics();
        let mut seen = vec![false; topics.len()];
        (0..topics.len()).for_each(|index| seen[index * STRIDE % topics.len()] = true);
        assert!(seen.iter().all(|seen| *seen), "{} topics", topics.len());
    }
}
