//! The whole stage on synthetic sounds.

use super::chord::{Chord, Quality};
use super::*;
use crate::features::{OnsetExtractor, SpectrumExtractor, TimbreExtractor};
use crate::pace::complete;
use crate::params::{ChordVocabulary, KeyProfile};
use crate::rhythm::Beat;
use crate::signal::ANALYSIS_RATE;
use crate::units::Mode;

const RATE: f64 = ANALYSIS_RATE as f64;
/// Seconds a beat.
const BEAT: f64 = 0.5;

/// A sound whose partial `k` has amplitude `decay^(k-1)`, even ones times `even`.
#[derive(Clone, Copy)]
struct Timbre {
    decay: f64,
    even: f64,
    fading: f64,
}

const TIMBRES: [Timbre; 3] = [
    Timbre { decay: 0.6, even: 1.0, fading: 0.5 },
    Timbre { decay: 0.75, even: 1.0, fading: 0.0 },
    Timbre { decay: 0.7, even: 0.15, fading: 1.5 },
];

struct Song {
    samples: Vec<f32>,
    cents: f64,
    timbre: Timbre,
}

impl Song {
    fn new(beats: usize, timbre: Timbre) -> Self {
        Self { samples: vec![0.0; (beats as f64 * BEAT * RATE) as usize], cents: 0.0, timbre }
    }

    fn note(&mut self, pitch: i32, beat: usize, beats: usize, gain: f64) {
        let hz = 440.0 * ((f64::from(pitch) - 69.0 + self.cents / 100.0) / 12.0).exp2();
        let from = (beat as f64 * BEAT * RATE) as usize;
        let to = (((beat + beats) as f64 * BEAT * RATE) as usize).min(self.samples.len());
        for partial in 1..=8 {
            let hz = hz * f64::from(partial);
            if hz > 0.45 * RATE {
                break;
            }
            let even = if partial % 2 == 0 { self.timbre.even } else { 1.0 };
            let amplitude = gain * even * self.timbre.decay.powi(partial - 1);
            // A rotating phasor is much faster than a sine a sample.
            let (sin, cos) = (std::f64::consts::TAU * hz / RATE).sin_cos();
            let (mut re, mut im) = (1.0f64, 0.0f64);
            let fade = (-self.timbre.fading / RATE).exp();
            for x in &mut self.samples[from..to] {
                *x += (amplitude * im) as f32;
                (re, im) = ((re * cos - im * sin) * fade, (re * sin + im * cos) * fade);
            }
        }
    }

    fn chord(&mut self, chord: Chord, beat: usize, beats: usize) {
        let root = chord.root.semitones() as i32;
        let bass = (root + i32::from(chord.bass)).rem_euclid(12);
        self.note(36 + bass, beat, beats, 0.25);
        for &interval in chord.quality.intervals() {
            self.note(55 + (root + i32::from(interval) - 55).rem_euclid(12), beat, beats, 0.12);
        }
    }

    /// Hits of noise and a falling thump on the beats.
    fn drums(&mut self) {
        let mut state = 1u32;
        let beat_samples = (BEAT * RATE) as usize;
        for (i, x) in self.samples.iter_mut().enumerate() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0;
            let half = i % (beat_samples / 2);
            let beat = i % (2 * beat_samples);
            let hat = 0.1 * noise * (-(half as f64) / 500.0).exp();
            let since_snare = (beat + beat_samples) % (2 * beat_samples);
            let snare = 0.5 * noise * (-(since_snare as f64) / 1500.0).exp();
            let t = beat as f64 / RATE;
            let kick = 0.7 * (300.0 * (1.0 - (-30.0 * t).exp()) + 300.0 * t).sin() * (-12.0 * t).exp();
            *x += (hat + snare + kick) as f32;
        }
    }

    fn features(&self) -> Features {
        let params = AnalysisParams::default();
        let mut extractor = SpectrumExtractor::new(&params);
        self.samples.chunks(8192).for_each(|chunk| extractor.push(chunk));
        Features {
            duration: self.samples.len() as f64 / RATE,
            onsets: OnsetExtractor::new(&params).finish(),
            spectrum: extractor.finish(),
            timbre: TimbreExtractor::new(&params).finish(),
            loudness: Default::default(),
            loudness_curve: Default::default(),
            waveform: Default::default(),
        }
    }

    fn rhythm(&self) -> Rhythm {
        let n_beats = (self.samples.len() as f64 / RATE / BEAT) as usize;
        let beat = |i: usize| Beat { time: i as f64 * BEAT, position: i as u32 % 4 + 1, confidence: 1.0 };
        Rhythm { beats: (0..n_beats).map(beat).collect(), ..Rhythm::default() }
    }

    fn harmony(&self, params: &AnalysisParams) -> Harmony {
        complete(estimate_harmony(&self.features(), &self.rhythm(), params, &Pace::default()))
    }
}

fn chord(root: i32, quality: Quality, bass: u8) -> Chord {
    Chord { root: PitchClass::from_semitones(root), quality, bass }
}

fn params(vocabulary: ChordVocabulary) -> AnalysisParams {
    AnalysisParams { chord_vocabulary: vocabulary, ..AnalysisParams::default() }
}

fn partitions(harmony: &Harmony, duration: f64) {
    assert_eq!(harmony.chords[0].start, 0.0);
    assert_eq!(harmony.chords.last().unwrap().end, duration);
    assert!(harmony.chords.windows(2).all(|c| c[0].end == c[1].start && c[0].label != c[1].label));
    assert!(harmony.chords.iter().all(|c| c.end > c.start && (0.0..=1.0).contains(&c.confidence)));
    assert!(harmony.keys.windows(2).all(|k| k[0].end == k[1].start && k[0].key != k[1].key));
    let edges = &harmony.beat_chroma.edges;
    assert_eq!((edges[0], *edges.last().unwrap()), (0.0, duration));
    assert_eq!(edges.len(), harmony.beat_chroma.treble.n_rows() + 1);
}

/// The label that holds at `time`.
fn label_at(harmony: &Harmony, time: f64) -> &str {
    harmony.chords.iter().find(|c| c.start <= time && time < c.end).map_or("", |c| &c.label)
}

/// Root in semitones, quality and bass of a label.
fn parts(label: &str) -> (usize, &str, &str) {
    let (root, rest) = label.split_once(':').unwrap_or(("C", label));
    let (quality, bass) = rest.split_once('/').unwrap_or((rest, "1"));
    let natural = [9, 11, 0, 2, 4, 5, 7][(root.as_bytes()[0] - b'A') as usize % 7];
    let sharps = root.matches('#').count() as i32 - root.matches('b').count() as i32;
    (PitchClass::from_semitones(natural + sharps).semitones(), quality, bass)
}

/// Twelve roots of one quality, two bars each, in an order without a key.
fn roots_song(quality: Quality, bass: u8, timbre: Timbre) -> (Song, Vec<Chord>) {
    let chords: Vec<Chord> = (0..12).map(|i| chord(i * 5 + i / 6, quality, bass)).collect();
    let mut song = Song::new(4 * chords.len(), timbre);
    for (i, &chord) in chords.iter().enumerate() {
        song.chord(chord, 4 * i, 4);
    }
    (song, chords)
}

fn share_right(quality: Quality, vocabulary: ChordVocabulary, timbre: Timbre) -> f64 {
    let (song, chords) = roots_song(quality, 0, timbre);
    let harmony = song.harmony(&params(vocabulary));
    partitions(&harmony, song.samples.len() as f64 / RATE);
    let right = chords.iter().enumerate().filter(|(i, chord)| {
        let (root, found, _) = parts(label_at(&harmony, (4.0 * *i as f64 + 2.0) * BEAT));
        let is_symmetric = matches!(quality, Quality::Aug | Quality::Dim7);
        found == quality.harte() && (root == chord.root.semitones() || is_symmetric)
    });
    right.count() as f64 / 12.0
}

/// Checks the share of chords found, for each quality over all timbres and for all together.
fn check_qualities(qualities: &[Quality], vocabulary: ChordVocabulary, each: f64, all: f64) {
    let mut total = 0.0;
    for &quality in qualities {
        let shares = TIMBRES.map(|timbre| share_right(quality, vocabulary, timbre));
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        assert!(mean >= each, "{quality:?}: {shares:?}");
        total += mean / qualities.len() as f64;
    }
    assert!(total >= all, "{total}");
}

#[test]
fn every_common_chord_is_found_on_every_root() {
    use Quality::*;
    let qualities = [Maj, Min, Dim, Aug, Sus2, Sus4, Maj7, Min7, Dom7];
    check_qualities(&qualities, ChordVocabulary::Sevenths, 0.85, 0.95);
}

#[test]
fn every_extended_chord_is_found_on_every_root() {
    use Quality::*;
    let qualities = [HalfDim7, Dim7, MinMaj7, Maj6, Min6, Maj9, Min9, Dom9, Power, Maj, Min, Dom7, Min7];
    check_qualities(&qualities, ChordVocabulary::Extended, 0.75, 0.94);
}

#[test]
fn inversions_are_named_by_their_bass() {
    use Quality::*;
    let (mut right, mut total) = (0, 0);
    for (quality, bass) in
        [(Maj, 4), (Maj, 7), (Min, 3), (Min, 7), (Dom7, 4), (Dom7, 10), (Maj7, 4), (Min7, 10)]
    {
        let (song, chords) = roots_song(quality, bass, TIMBRES[0]);
        let harmony = song.harmony(&params(ChordVocabulary::Sevenths));
        let mut here = 0;
        for (i, chord) in chords.iter().enumerate() {
            let (root, _, found) = parts(label_at(&harmony, (4.0 * i as f64 + 2.0) * BEAT));
            let degree = chord.label(None);
            let expected = degree.split_once('/').map_or("1", |(_, bass)| bass);
            here += usize::from(root == chord.root.semitones() && found == expected);
            total += 1;
        }
        right += here;
    }
    assert!(right * 10 >= total * 8, "{right} of {total}");
}

/// A phrase of eight bars in `key` from beat `from` on: I vi IV V I IV V I, in minor i VI iv V i iv V i.
fn phrase(song: &mut Song, key: Key, from: usize) {
    use Quality::*;
    let tonic = key.tonic.semitones() as i32;
    let steps = match key.mode {
        Mode::Major => [(0, Maj), (9, Min), (5, Maj), (7, Maj), (0, Maj), (5, Maj), (7, Dom7), (0, Maj)],
        Mode::Minor => [(0, Min), (8, Maj), (5, Min), (7, Maj), (0, Min), (5, Min), (7, Dom7), (0, Min)],
    };
    for (bar, (step, quality)) in steps.into_iter().enumerate() {
        song.chord(chord(tonic + step, quality, 0), from + 4 * bar, 4);
    }
}

#[test]
fn all_24_keys_are_found_with_every_profile() {
    for (i, key) in Key::all().enumerate() {
        let mut song = Song::new(32, TIMBRES[i % 3]);
        song.cents = (i as f64 - 12.0) * 4.0;
        phrase(&mut song, key, 0);
        let features = song.features();
        for &key_profile in KeyProfile::ALL {
            let params = AnalysisParams { key_profile, ..AnalysisParams::default() };
            let harmony = complete(estimate_harmony(&features, &song.rhythm(), &params, &Pace::default()));
            assert_eq!(harmony.key_candidates.first().map(|c| c.key), Some(key), "{key_profile}");
            assert_eq!(harmony.keys.len(), 1, "{key}: {:?}", harmony.keys);
            assert!(harmony.key_candidates.iter().map(|c| c.confidence).sum::<f32>() <= 1.001);
        }
    }
}

#[test]
fn modulations_by_every_interval_are_found_at_their_bar() {
    for interval in 1..12 {
        for mode in [Mode::Major, Mode::Minor] {
            let first = Key { tonic: PitchClass::from_semitones(2 * interval), mode };
            let second = Key { tonic: first.tonic.transposed(interval), mode };
            let mut song = Song::new(128, TIMBRES[interval as usize % 3]);
            phrase(&mut song, first, 0);
            phrase(&mut song, first, 32);
            phrase(&mut song, second, 64);
            phrase(&mut song, second, 96);
            let harmony = song.harmony(&AnalysisParams::default());
            let keys: Vec<Key> = harmony.keys.iter().map(|span| span.key).collect();
            assert_eq!(keys, [first, second], "up {interval}");
            let bars_off = (harmony.keys[1].start - 64.0 * BEAT).abs() / (4.0 * BEAT);
            assert!(bars_off <= 4.0, "up {interval} {mode:?}: {bars_off} bars off");
        }
    }
}

#[test]
fn tuning_is_right_to_three_cents() {
    for cents in (-50..=50).step_by(5) {
        let mut song = Song::new(32, TIMBRES[0]);
        song.cents = f64::from(cents);
        phrase(&mut song, Key { tonic: PitchClass::from_semitones(cents), mode: Mode::Major }, 0);
        let tuning = song.harmony(&AnalysisParams::default()).tuning.unwrap();
        let off = (tuning.cents - f64::from(cents) + 50.0).rem_euclid(100.0) - 50.0;
        assert!(off.abs() <= 3.0, "{cents}: {tuning:?}");
        assert!(-50.0 < tuning.cents && tuning.cents <= 50.0);
    }
}

#[test]
fn drums_have_neither_key_nor_chords() {
    let mut song = Song::new(64, TIMBRES[0]);
    song.drums();
    let harmony = song.harmony(&AnalysisParams::default());
    assert!(harmony.key_candidates.is_empty() && harmony.keys.is_empty(), "{:?}", harmony.keys);
    assert!(harmony.chords.iter().all(|c| c.label == "N"), "{:?}", harmony.chords);
}

#[test]
fn overdriven_fifths_behind_drums_are_chords() {
    let mut song = Song::new(64, TIMBRES[1]);
    for (bar, root) in [4, 0, 2, 7].into_iter().cycle().take(16).enumerate() {
        for pitch in [40 + root, 47 + root, 52 + root] {
            song.note(pitch, 4 * bar, 4, 0.3);
        }
    }
    song.samples.iter_mut().for_each(|x| *x = 0.4 * (8.0 * *x).tanh());
    song.drums();
    let harmony = song.harmony(&params(ChordVocabulary::Extended));
    let right = (0..16).filter(|&bar| {
        let (root, quality, _) = parts(label_at(&harmony, (4.0 * f64::from(bar) + 2.0) * BEAT));
        let expected = [8, 4, 6, 11][bar as usize % 4];
        root == expected && quality != "N"
    });
    assert!(right.count() >= 14, "{:?}", harmony.chords);
}

#[test]
fn twelve_notes_in_any_order_are_in_no_key() {
    let mut song = Song::new(64, TIMBRES[0]);
    for beat in 0..64 {
        for voice in 0..3 {
            // Every note of every voice once in twelve beats.
            let pitch = 48 + 12 * voice + (beat * [5, 7, 11][voice as usize] + 3 * (beat / 12) + voice) % 12;
            song.note(pitch, beat as usize, 1, 0.15);
        }
    }
    let harmony = song.harmony(&AnalysisParams::default());
    assert!(harmony.keys.is_empty() && harmony.key_candidates.is_empty(), "{:?}", harmony.keys);
    assert!(harmony.tuning.is_some());
}

#[test]
fn a_dominant_that_lasts_is_no_modulation() {
    let mut song = Song::new(80, TIMBRES[0]);
    let key = Key { tonic: PitchClass::from_semitones(2), mode: Mode::Major };
    phrase(&mut song, key, 0);
    for (bar, (step, quality)) in
        [(2, Quality::Dom7), (7, Quality::Maj)].into_iter().cycle().take(4).enumerate()
    {
        song.chord(chord(2 + step, quality, 0), 32 + 4 * bar, 4);
    }
    phrase(&mut song, key, 48);
    let harmony = song.harmony(&AnalysisParams::default());
    assert_eq!(harmony.keys.iter().map(|span| span.key).collect::<Vec<_>>(), [key]);
}

#[test]
fn chords_are_heard_through_drums() {
    let mut song = Song::new(64, TIMBRES[0]);
    let key = Key { tonic: PitchClass::from_semitones(3), mode: Mode::Major };
    phrase(&mut song, key, 0);
    phrase(&mut song, key, 32);
    song.drums();
    let harmony = song.harmony(&AnalysisParams::default());
    assert_eq!(harmony.key_candidates[0].key, key);
    let labels: Vec<&str> =
        (0..16).map(|bar| label_at(&harmony, (4.0 * f64::from(bar) + 2.0) * BEAT)).collect();
    let expected = ["Eb:maj", "C:min", "Ab:maj", "Bb:maj", "Eb:maj", "Ab:maj", "Bb:7", "Eb:maj"];
    let right =
        labels.iter().zip(expected.iter().cycle()).filter(|(found, expected)| found == expected).count();
    assert!(right >= 15, "{labels:?}");
}

#[test]
fn little_or_no_sound_is_no_chord() {
    for samples in [vec![], vec![0.5], vec![0.0; 30_000], vec![0.25; 30_000]] {
        let song = Song { samples, cents: 0.0, timbre: TIMBRES[0] };
        let harmony = song.harmony(&AnalysisParams::default());
        assert!(harmony.keys.is_empty() && harmony.key_candidates.is_empty());
        assert!(harmony.chords.iter().all(|c| c.label == "N" && c.name == "N.C." && c.roman.is_none()));
    }
}

#[test]
fn triads_name_only_triads() {
    let mut song = Song::new(32, TIMBRES[0]);
    phrase(&mut song, Key { tonic: PitchClass::from_semitones(7), mode: Mode::Minor }, 0);
    let harmony = song.harmony(&params(ChordVocabulary::Triads));
    assert!(
        harmony.chords.iter().all(|c| matches!(parts(&c.label).1, "maj" | "min" | "N")),
        "{:?}",
        harmony.chords
    );
}

#[test]
fn without_beats_chords_are_found_too() {
    let mut song = Song::new(64, TIMBRES[1]);
    let key = Key { tonic: PitchClass::from_semitones(9), mode: Mode::Minor };
    phrase(&mut song, key, 0);
    phrase(&mut song, key, 32);
    let harmony = complete(estimate_harmony(
        &song.features(),
        &Rhythm::default(),
        &AnalysisParams::default(),
        &Pace::default(),
    ));
    partitions(&harmony, 32.0);
    assert_eq!(harmony.key_candidates[0].key, key);
    assert_eq!(label_at(&harmony, 3.0), "F:maj");
    assert_eq!(harmony.chords[0].roman.as_deref(), Some("i"));
}
