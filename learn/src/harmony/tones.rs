//! Chords of every type in sounds that no sampled instrument has: sums of partials at random, some of
//! them overdriven and behind drums. And drums alone.

use std::f64::consts::TAU;

use sectionist_core::AnalysisParams;
use sectionist_core::features::{Features, OnsetExtractor, SpectrumExtractor, TimbreExtractor};
use sectionist_core::harmony::training::qualities;
use sectionist_core::params::ChordVocabulary;
use sectionist_core::rhythm::{Beat, Rhythm};
use sectionist_core::signal::ANALYSIS_RATE;
use sectionist_tests::fixtures::Span;

use super::Example;
use super::chance::Chance;
use super::drums::Kit;

const RATE: f64 = ANALYSIS_RATE as f64;
const BEAT_SECONDS: f64 = 0.5;
const BEATS_PER_CHORD: usize = 4;
/// Roots, spelled anyhow.
const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// Qualities whose notes are those of another chord too, as Am7 and C6: their bass tells which it is.
const TWINS: [&str; 8] = ["maj6", "min7", "min6", "hdim7", "sus2", "sus4", "dim7", "aug"];
/// Degrees of the scale, spelled anyhow.
const DEGREES: [&str; 12] = ["1", "b2", "2", "b3", "3", "4", "b5", "5", "#5", "6", "b7", "7"];

/// A sound whose partial `k` has the amplitude `decay^(k − 1)`, times `even` if `k` is even, times
/// `first` if it is the first.
struct Timbre {
    decay: f64,
    even: f64,
    first: f64,
    /// Nats a second by which it dies away.
    fading: f64,
    n_partials: usize,
}

impl Timbre {
    fn random(chance: &mut Chance) -> Self {
        let mut rarely = |share: f32, otherwise: f64, low: f64, high: f64| {
            if chance.uniform() < share { chance.between(low, high) } else { otherwise }
        };
        let even = rarely(0.35, 1.0, 0.05, 0.6);
        let first = rarely(0.2, 1.0, 0.2, 0.7);
        let fading = rarely(0.7, 0.0, 0.3, 3.0);
        Self {
            decay: chance.between(0.4, 0.9),
            even,
            first,
            fading,
            n_partials: 4 + (chance.uniform() * 12.0) as usize,
        }
    }
}

struct Tape {
    samples: Vec<f32>,
    cents: f64,
}

impl Tape {
    fn note(&mut self, pitch: f64, chord: usize, gain: f64, timbre: &Timbre) {
        let hz = 440.0 * ((pitch - 69.0 + self.cents / 100.0) / 12.0).exp2();
        let n = (BEATS_PER_CHORD as f64 * BEAT_SECONDS * RATE) as usize;
        let stretch = &mut self.samples[chord * n..(chord + 1) * n];
        for partial in 1..=timbre.n_partials {
            let hz = hz * partial as f64;
            if hz > 0.45 * RATE {
                break;
            }
            let of_kind = match partial {
                1 => timbre.first,
                k if k % 2 == 0 => timbre.even,
                _ => 1.0,
            };
            let amplitude = gain * of_kind * timbre.decay.powi(partial as i32 - 1);
            // A rotating phasor is much faster than a sine a sample.
            let (sin, cos) = (TAU * hz / RATE).sin_cos();
            let fade = (-timbre.fading / RATE).exp();
            let (mut re, mut im) = (1.0f64, 0.0f64);
            for x in &mut *stretch {
                *x += (amplitude * im) as f32;
                (re, im) = ((re * cos - im * sin) * fade, (re * sin + im * cos) * fade);
            }
        }
    }
}

/// Chords of a song through distortion: mostly bare fifths, as guitarists play.
const DRIVEN: [(&str, usize); 6] = [("5", 9), ("maj", 4), ("min", 3), ("sus4", 1), ("sus2", 1), ("7", 1)];

/// Each of these songs is one through distortion.
const EACH_DRIVEN: usize = 4;

/// Overdrives all that sounds so far: the sums and differences of its partials arise.
fn overdrive(samples: &mut [f32], chance: &mut Chance) {
    let gain = 10f32.powf(chance.between(0.3, 1.6) as f32);
    let level = chance.between(0.15, 0.4) as f32;
    // Amplifiers let little through above some kHz.
    let (mut smooth, cutoff) = (0.0f32, chance.between(0.3, 0.9) as f32);
    for x in samples {
        let y = level * (gain * *x).clamp(-4.0, 4.0).tanh();
        smooth += cutoff * (y - smooth);
        *x = smooth;
    }
}

/// Drums alone, song number `idx`, with the answer that there is no chord.
pub(super) fn drums_alone(idx: usize) -> Example {
    let mut chance = Chance::new(5000 + idx as u64);
    let mut samples = vec![0.0; (30.0 * RATE) as usize];
    let beat = chance.between(0.3, 0.8);
    for _ in 0..1 + idx % 2 {
        Kit::random(0.5, &mut chance).play(&mut samples, RATE, beat, &mut chance);
    }
    hiss(&mut samples, &mut chance);
    let chords = vec![Span { start: 0.0, end: 30.0, label: "N".to_owned() }];
    example(format!("drums-{idx}"), "drums", &samples, beat, chords)
}

fn hiss(samples: &mut [f32], chance: &mut Chance) {
    let hiss = 10f32.powf(chance.between(-4.0, -2.0) as f32);
    samples.iter_mut().for_each(|x| *x += hiss * chance.normal());
}

/// The song with number `idx`: every quality once, in any order, on any root, in any position; or those that
/// are played through distortion.
pub(super) fn compose(idx: usize) -> Example {
    let mut chance = Chance::new(1000 + idx as u64);
    let is_driven = idx % EACH_DRIVEN == EACH_DRIVEN - 1;
    let types: Vec<(&str, &[u8])> = if is_driven {
        let intervals = |name: &str| qualities().into_iter().find(|quality| quality.0 == name);
        DRIVEN
            .iter()
            .filter_map(|&(name, n)| Some(std::iter::repeat_n(intervals(name)?, n)))
            .flatten()
            .collect()
    } else {
        qualities()
    };
    let n_chords = types.len();
    let mut tape = Tape {
        samples: vec![0.0; ((n_chords * BEATS_PER_CHORD) as f64 * BEAT_SECONDS * RATE) as usize],
        cents: chance.between(-45.0, 45.0),
    };
    let mut order: Vec<usize> = (0..n_chords).collect();
    chance.shuffle(&mut order);
    let [low, middle, high] = [(); 3].map(|()| Timbre::random(&mut chance));
    let has_melody = chance.uniform() < 0.4;
    let has_drums = is_driven || chance.uniform() < 0.25;
    // A few are two octaves higher than usual.
    let is_high = !is_driven && idx % 10 == 5;
    let lowest = if is_driven {
        40.0
    } else if is_high {
        66.0
    } else {
        46.0
    };
    let lowest_bass = if is_high { 57 } else { 33 };
    let mut chords = Vec::new();
    for (place, &quality) in order.iter().enumerate() {
        let (name, intervals) = types[quality];
        let root = (chance.uniform() * 12.0) as usize;
        let above =
            |from: usize, interval: u8| (from + (root + usize::from(interval) + 120 - from) % 12) as f64;
        let may_invert = !TWINS.contains(&name);
        let bass = if may_invert && chance.uniform() < 0.45 { chance.pick(intervals) } else { 0 };
        if !is_driven && chance.uniform() < 0.85 {
            tape.note(above(lowest_bass, bass), place, chance.between(0.1, 0.35), &low);
        }
        let bottom = (lowest + chance.uniform() * 16.0) as usize;
        for &interval in intervals {
            // Players leave the fifth out of fuller chords.
            if intervals.len() > 3 && interval == 7 && chance.uniform() < 0.15 {
                continue;
            }
            tape.note(above(bottom, interval), place, chance.between(0.07, 0.14), &middle);
            if chance.uniform() < 0.2 {
                tape.note(above(bottom + 12, interval), place, chance.between(0.03, 0.1), &middle);
            }
        }
        if has_melody {
            tape.note(above(69, chance.pick(intervals)), place, chance.between(0.03, 0.12), &high);
        }
        let start = (place * BEATS_PER_CHORD) as f64 * BEAT_SECONDS;
        let end = start + BEATS_PER_CHORD as f64 * BEAT_SECONDS;
        let degree = if bass == 0 { String::new() } else { format!("/{}", DEGREES[usize::from(bass) % 12]) };
        chords.push(Span { start, end, label: format!("{}:{name}{degree}", NAMES[root]) });
    }
    if is_driven {
        overdrive(&mut tape.samples, &mut chance);
        for (place, chord) in chords.iter().enumerate() {
            if chance.uniform() < 0.85 {
                tape.note((33 + (root_of(chord) + 3) % 12) as f64, place, chance.between(0.05, 0.3), &low);
            }
        }
    }
    if has_drums {
        let loudness = chance.between(0.1, 1.0);
        Kit::random(loudness, &mut chance).play(&mut tape.samples, RATE, BEAT_SECONDS, &mut chance);
    }
    hiss(&mut tape.samples, &mut chance);
    let set = if is_driven { "driven" } else { "tones" };
    example(format!("tones-{idx}"), set, &tape.samples, BEAT_SECONDS, chords)
}

/// Root of a chord of these songs, in semitones from C.
fn root_of(chord: &Span) -> usize {
    let name = chord.label.split(':').next().unwrap_or_default();
    NAMES.iter().position(|root| *root == name).unwrap_or(0)
}

fn example(id: String, set: &str, samples: &[f32], period: f64, chords: Vec<Span>) -> Example {
    let beat = |i: usize| Beat {
        time: i as f64 * period,
        position: (i % BEATS_PER_CHORD) as u32 + 1,
        confidence: 1.0,
    };
    let n_beats = (samples.len() as f64 / RATE / period) as usize;
    Example {
        id,
        set: set.to_owned(),
        features: features(samples),
        rhythm: Rhythm { beats: (0..n_beats).map(beat).collect(), ..Rhythm::default() },
        params: AnalysisParams { chord_vocabulary: ChordVocabulary::Extended, ..AnalysisParams::default() },
        chords,
        keys: Vec::new(),
        tells_keys: false,
        is_drill: true,
    }
}

/// The spectrum; of the rest, nothing, since harmony does not ask for it.
fn features(samples: &[f32]) -> Features {
    let params = AnalysisParams::default();
    let mut extractor = SpectrumExtractor::new(&params);
    samples.chunks(8192).for_each(|chunk| extractor.push(chunk));
    Features {
        duration: samples.len() as f64 / RATE,
        onsets: OnsetExtractor::new(&params).finish(),
        spectrum: extractor.finish(),
        timbre: TimbreExtractor::new(&params).finish(),
        loudness: Default::default(),
        loudness_curve: Default::default(),
        waveform: Default::default(),
    }
}
