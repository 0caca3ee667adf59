//! Chords of every type in sounds that no sampled instrument has: sums of partials at random.

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

const RATE: f64 = ANALYSIS_RATE as f64;
const BEAT_SECONDS: f64 = 0.5;
const BEATS_PER_CHORD: usize = 4;
/// Roots, spelled anyhow.
const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

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

/// The song with number `idx`: every quality once, in any order, on any root, in any position.
pub(super) fn compose(idx: usize) -> Example {
    let mut chance = Chance::new(1000 + idx as u64);
    let types = qualities();
    let n_chords = types.len();
    let n_beats = n_chords * BEATS_PER_CHORD;
    let mut tape = Tape {
        samples: vec![0.0; (n_beats as f64 * BEAT_SECONDS * RATE) as usize],
        cents: chance.between(-45.0, 45.0),
    };
    let mut order: Vec<usize> = (0..n_chords).collect();
    chance.shuffle(&mut order);
    let [low, middle, high] = [(); 3].map(|()| Timbre::random(&mut chance));
    let has_melody = chance.uniform() < 0.4;
    let mut chords = Vec::new();
    for (place, &quality) in order.iter().enumerate() {
        let (name, intervals) = types[quality];
        let root = (chance.uniform() * 12.0) as usize;
        let above =
            |from: usize, interval: u8| (from + (root + usize::from(interval) + 120 - from) % 12) as f64;
        let bass = if chance.uniform() < 0.2 { chance.pick(intervals) } else { 0 };
        if chance.uniform() < 0.85 {
            tape.note(above(33, bass), place, chance.between(0.1, 0.35), &low);
        }
        let bottom = 46 + (chance.uniform() * 16.0) as usize;
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
        chords.push(Span { start, end, label: format!("{}:{name}", NAMES[root]) });
    }
    let hiss = 10f32.powf(chance.between(-4.0, -2.0) as f32);
    tape.samples.iter_mut().for_each(|x| *x += hiss * chance.normal());

    let beat = |i: usize| Beat {
        time: i as f64 * BEAT_SECONDS,
        position: (i % BEATS_PER_CHORD) as u32 + 1,
        confidence: 1.0,
    };
    Example {
        id: format!("tones-{idx}"),
        set: "tones".to_owned(),
        features: features(&tape.samples),
        rhythm: Rhythm { beats: (0..n_beats).map(beat).collect(), ..Rhythm::default() },
        params: AnalysisParams { chord_vocabulary: ChordVocabulary::Extended, ..AnalysisParams::default() },
        chords,
        keys: Vec::new(),
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
