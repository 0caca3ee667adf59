//! Composes annotated songs at random and renders them.
//!
//! What the analysis learns from and is measured on must not depend on recordings that cannot be shared.
//! So songs are composed in code, from a seed, with all that is true of them known; `fluidsynth` and a
//! soundfont make them sound, beside singers, guitars, synthesisers and drum machines of our own whose settings are
//! drawn for each song, and sampled drum kits (where `hydrogen-drumkits` and `ffmpeg` are installed; else a drum
//! machine plays); effects make them sound like records. [`Split::Train`] and [`Split::Test`] differ in
//! songs, in soundfont and in kits, so that what was learned is tested on other music in other sounds.
//!
//! Two of three songs of [`Set::Forms`] are as real songs are: order, letters and lengths of sections, tempo, meter,
//! chords, and where somebody sings are drawn from counts of annotated ones (`life/life.counts`, which
//! `cargo xtask learn songs` writes). Half of the bands of [`Set::Rhythm`] that are learned from have tempi as in life,
//! and some songs of [`Set::Harmony`] have chords as in life. The rest keeps what is odd.
//!
//! Each song is `STEM.wav` (mono, 22 050 Hz, 16 bit) with `STEM.truth.json`: the names of reports
//! (`tempo`, `beats`, `downbeats`, `time_signature`, `key`, `keys`, `chords`, `sections`, `duration` …;
//! `null` where there is none, absent where nothing is said) and
//!
//! | name | what |
//! | --- | --- |
//! | `set`, `style`, `kind` | categories to group by |
//! | `tempo_changes` | seconds at which another tempo begins |
//! | `swing_ratio` | first eighth over second, where beats divide in two |
//! | `tuning_cents` | deviation from A4 = 440 Hz |
//! | `fingerprint` | of everything that shaped the file; another one makes it stale |

mod chance;
mod life;
mod meter;
mod midi;
mod players;
mod progressions;
mod score;
mod sets;
mod shelf;
mod sound;
mod theory;
mod timeline;
mod truth;

pub use life::count_songs;
pub use shelf::render_set;

use serde_json::Value;

use sound::Sound;

/// What the songs of a set are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Tempo, beats, bars, meter, groove; also sound without a pulse.
    Rhythm,
    /// Tuning, keys, chords: drills, modulations, odd cases.
    Harmony,
    /// Whole songs: most in forms as in life, the rest in many others.
    Forms,
}

impl Set {
    /// Every set.
    pub const ALL: [Self; 3] = [Self::Rhythm, Self::Harmony, Self::Forms];

    /// As on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rhythm => "rhythm",
            Self::Harmony => "harmony",
            Self::Forms => "forms",
        }
    }

    /// The set of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }

    /// Songs to measure on: enough for intervals of a few hundredths.
    #[must_use]
    pub const fn test_size(self) -> usize {
        match self {
            Self::Rhythm => 160,
            // Every topic twice.
            Self::Harmony => 162,
            // Forty forms as in life, and every one that is thought up.
            Self::Forms => 60,
        }
    }
}

/// Songs to learn from, or songs to be measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Seeds of its own, played by FluidR3.
    Train,
    /// Other seeds, played by TimGM6mb.
    Test,
    /// Seeds of its own, played by several soundfonts in turn: what is learned before anything else is learned
    /// from its answers, which on songs that it knew would be too good.
    First,
}

impl Split {
    /// As in file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
            Self::First => "first",
        }
    }

    /// The split of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Train, Self::Test, Self::First].into_iter().find(|split| split.name() == name)
    }
}

/// A song: its notes, its sound, and what is true of it.
#[derive(Debug, Clone)]
pub struct Composition {
    name: String,
    midi: Vec<u8>,
    sound: Sound,
    duration: f64,
    truth: Value,
}

impl Composition {
    /// Composes song `index` of a set. The same arguments give the same song.
    #[must_use]
    pub fn new(set: Set, split: Split, index: usize) -> Self {
        let mut composition = sets::compose(set, split, index);
        composition.name = shelf::stem(set, split, index);
        composition.truth["id"] = composition.name.as_str().into();
        composition.truth["set"] = set.name().into();
        composition
    }

    /// File stem, like `rhythm-test-0007`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is true of it; see the head of this crate.
    #[must_use]
    pub const fn truth(&self) -> &Value {
        &self.truth
    }

    /// The notes, as a standard MIDI file.
    #[must_use]
    pub fn midi(&self) -> &[u8] {
        &self.midi
    }

    /// Length of the audio in seconds.
    #[must_use]
    pub const fn duration(&self) -> f64 {
        self.duration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Songs of each set and split that the tests look at.
    const N: usize = 60;

    fn songs() -> impl Iterator<Item = Composition> {
        Set::ALL.into_iter().flat_map(|set| {
            [Split::Train, Split::Test, Split::First]
                .into_iter()
                .flat_map(move |split| (0..N).map(move |index| Composition::new(set, split, index)))
        })
    }

    fn times(list: &Value) -> Vec<f64> {
        list.as_array().map(|list| list.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
    }

    /// Starts and ends of a list of spans; nothing if the list is missing.
    fn spans(list: &Value) -> Option<Vec<(f64, f64)>> {
        let list = list.as_array()?;
        Some(list.iter().map(|s| (s["start"].as_f64().unwrap(), s["end"].as_f64().unwrap())).collect())
    }

    #[test]
    fn the_same_arguments_give_the_same_song() {
        for set in Set::ALL {
            let song = || Composition::new(set, Split::Train, 3);
            assert_eq!(song().midi(), song().midi());
            assert_eq!(song().truth(), song().truth());
            for other in [Composition::new(set, Split::Test, 3), Composition::new(set, Split::Train, 4)] {
                assert!(song().midi() != other.midi() || song().duration() != other.duration());
            }
        }
    }

    #[test]
    fn beats_ascend_and_hold_the_downbeats() {
        for song in songs() {
            let (beats, downbeats) = (times(&song.truth["beats"]), times(&song.truth["downbeats"]));
            assert!(beats.windows(2).all(|pair| pair[1] - pair[0] > 0.1), "{}", song.name());
            assert!(downbeats.iter().all(|time| beats.contains(time)), "{}", song.name());
            assert!(beats.iter().all(|time| (0.0..=song.duration()).contains(time)), "{}", song.name());
            let has_pulse = !song.truth["tempo"].is_null();
            assert_eq!(has_pulse, beats.len() > 8, "{}", song.name());
            if has_pulse {
                let tempo = song.truth["tempo"].as_f64().unwrap();
                assert!((30.0..340.0).contains(&tempo), "{}: {tempo}", song.name());
            }
        }
    }

    #[test]
    fn lists_of_spans_cover_the_song() {
        for song in songs() {
            for name in ["chords", "keys", "sections"] {
                let Some(list) = spans(&song.truth[name]).filter(|list| !list.is_empty()) else { continue };
                assert_eq!(list[0].0, 0.0, "{} {name}", song.name());
                let end = list[list.len() - 1].1;
                assert!((end - song.duration()).abs() < 1e-3, "{} {name} ends at {end}", song.name());
                assert!(list.iter().all(|span| span.1 > span.0), "{} {name}", song.name());
                assert!(list.windows(2).all(|p| (p[0].1 - p[1].0).abs() < 1e-9), "{} {name}", song.name());
            }
        }
    }

    #[test]
    fn songs_sound_as_long_as_they_last() {
        for song in songs() {
            assert!((15.0..400.0).contains(&song.duration()), "{}: {}", song.name(), song.duration());
            let smf = midly::Smf::parse(song.midi()).unwrap();
            let ticks: u32 = smf.tracks[0].iter().map(|event| event.delta.as_int()).sum();
            assert!(f64::from(ticks) / 1000.0 <= song.duration() + 0.1, "{}", song.name());
            let n_notes = smf.tracks[0]
                .iter()
                .filter(|e| {
                    matches!(
                        e.kind,
                        midly::TrackEventKind::Midi { message: midly::MidiMessage::NoteOn { .. }, .. }
                    )
                })
                .count();
            let n_others: usize = song.sound.layers.iter().map(|layer| layer.notes.len()).sum();
            let is_sound = song.sound.texture.is_some();
            assert!(n_notes + n_others > 10 || is_sound, "{}: {n_notes} notes", song.name());
        }
    }

    #[test]
    fn chords_change_on_beats_and_sections_begin_on_bars() {
        for song in songs() {
            let (beats, downbeats) = (times(&song.truth["beats"]), times(&song.truth["downbeats"]));
            let is_on = |times: &[f64], time: f64| times.iter().any(|t| (t - time).abs() < 2e-3);
            let (Some(first), Some(last)) = (beats.first(), beats.last()) else { continue };
            for (start, _) in spans(&song.truth["chords"]).unwrap_or_default() {
                assert!(
                    start < *first || start > *last || is_on(&beats, start),
                    "{} at {start}",
                    song.name()
                );
            }
            for (start, _) in spans(&song.truth["sections"]).unwrap_or_default() {
                assert!(start < *first || is_on(&downbeats, start), "{} at {start}", song.name());
            }
        }
    }

    #[test]
    fn ten_forms_and_more_are_sung_and_played() {
        let truths: Vec<Value> =
            (0..Set::Forms.test_size()).map(|i| Composition::new(Set::Forms, Split::Test, i).truth).collect();
        let different = |name: &str| {
            let mut all: Vec<String> = truths.iter().map(|truth| truth[name].to_string()).collect();
            all.sort();
            all.dedup();
            all.len()
        };
        assert!(different("kind") >= 10 && different("style") >= 8);
        assert!(truths.len() >= 40);
        let count = |ensemble: &str| truths.iter().filter(|truth| truth["ensemble"] == ensemble).count();
        assert!(count("sung") >= 30 && count("instrumental") >= 8);
        // Every section has a function and a letter.
        for section in truths.iter().flat_map(|truth| truth["sections"].as_array().unwrap()) {
            assert!(section["label"].is_string() && section["group"].is_string());
        }
    }

    #[test]
    fn a_set_is_varied() {
        for set in Set::ALL {
            let mut styles: Vec<String> = (0..N)
                .map(|index| Composition::new(set, Split::Test, index).truth["style"].to_string())
                .collect();
            styles.sort();
            styles.dedup();
            assert!(styles.len() >= 8, "{}: {styles:?}", set.name());
        }
    }

    /// Bands' songs by tempo, thirty BPM a bin from 50.
    fn tempi(split: Split) -> [usize; 5] {
        let mut bins = [0; 5];
        for index in 0..400 {
            let song = Composition::new(Set::Rhythm, split, index);
            let (Some(tempo), "band" | "electronic" | "drumless" | "drums only") =
                (song.truth["tempo"].as_f64(), song.truth["ensemble"].as_str().unwrap_or_default())
            else {
                continue;
            };
            if let Some(bin) = bins.get_mut(((tempo - 50.0) / 30.0).floor().max(0.0) as usize) {
                *bin += 1;
            }
        }
        bins
    }

    #[test]
    fn tempi_to_be_measured_on_are_even() {
        let bins = tempi(Split::Test);
        assert!(bins.iter().all(|n| (40..80).contains(n)), "{bins:?}");
    }

    #[test]
    fn tempi_to_learn_from_are_half_as_in_life() {
        let bins = tempi(Split::Train);
        assert!(2 * bins[2] > 3 * bins[4] && bins.iter().all(|n| *n > 25), "{bins:?}");
    }

    #[test]
    fn two_of_three_forms_are_drawn_from_life() {
        let drawn = (0..30)
            .filter(|&index| {
                Composition::new(Set::Forms, Split::Train, index).truth["kind"] == "drawn from life"
            })
            .count();
        assert_eq!(drawn, 20);
    }
}
