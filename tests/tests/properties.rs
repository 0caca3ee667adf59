//! What must hold whatever the song: louder is the same, later is later, higher is higher.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::f32::consts::TAU;

use sectionist_core::{AnalysisParams, Report, analyze_samples};
use sectionist_tests::metrics;

const RATE: u32 = 22_050;

fn analysed(samples: &[f32]) -> Report {
    analyze_samples(samples, RATE, &AnalysisParams::default()).unwrap()
}

/// Four chords, I–vi–IV–V, transposed by `semitones`, over a beat of 120 BPM; 24 s.
fn song(semitones: i32) -> Vec<f32> {
    let chords = [[0, 4, 7], [9, 12, 16], [5, 9, 12], [7, 11, 14]];
    let n = RATE as usize * 24;
    let beat = RATE as usize / 2;
    let mut noise = 1u32;
    (0..n)
        .map(|i| {
            let t = i as f32 / RATE as f32;
            let chord = chords[i / (4 * beat) % 4];
            let fade = (-((i % beat) as f32) / (0.35 * RATE as f32)).exp();
            let tones: f32 = chord
                .iter()
                .flat_map(|note| {
                    let hz = 261.63 * ((note + semitones) as f32 / 12.0).exp2();
                    [1.0, 2.0, 3.0].map(|k| (TAU * hz * k * t).sin() / (k * k))
                })
                .sum();
            let root = (TAU * 65.41 * ((chord[0] + semitones) as f32 / 12.0).exp2() * t).sin();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = noise as f32 / u32::MAX as f32 - 0.5;
            let strength = if (i / beat).is_multiple_of(4) { 1.0 } else { 0.6 };
            let drum = strength * hiss * (-((i % beat) as f32) / (0.02 * RATE as f32)).exp();
            0.12 * fade * tones + 0.15 * fade * root + 0.5 * drum
        })
        .collect()
}

fn key_of(report: &Report) -> String {
    report.key_candidates.first().map_or_else(|| "none".to_owned(), |candidate| candidate.key.to_string())
}

#[test]
fn transposition_moves_the_key() {
    for (semitones, key) in [(0, "C major"), (2, "D major"), (-3, "A major"), (6, "F# major")] {
        assert_eq!(key_of(&analysed(&song(semitones))), key, "{semitones} semitones");
    }
}

#[test]
fn gain_changes_no_decision() {
    let song = song(0);
    let reference = analysed(&song);
    for gain in [0.05, 2.5] {
        let louder: Vec<f32> = song.iter().map(|x| x * gain).collect();
        let report = analysed(&louder);
        assert_eq!(key_of(&report), key_of(&reference), "gain {gain}");
        let times = |report: &Report| report.beats.iter().map(|beat| beat.time).collect::<Vec<_>>();
        assert!(metrics::events(&times(&reference), &times(&report), 0.01).f > 0.99, "gain {gain}");
        let labels = |report: &Report| report.chords.iter().map(|c| c.label.clone()).collect::<Vec<_>>();
        assert_eq!(labels(&report), labels(&reference), "gain {gain}");
    }
}

#[test]
fn gain_moves_no_boundary() {
    // The second half is softer and a fourth higher.
    let mut halves = song(0);
    halves.extend(song(5).iter().map(|x| 0.3 * x));
    let starts = |gain: f32| -> Vec<f64> {
        let report = analysed(&halves.iter().map(|x| x * gain).collect::<Vec<_>>());
        report.sections.iter().filter(|s| s.boundary.confidence > 0.4).map(|s| s.start).collect()
    };
    let reference = starts(1.0);
    assert!(reference.iter().any(|start| (start - 24.0).abs() < 0.1), "{reference:?}");
    for gain in [0.05, 2.5] {
        assert!(metrics::events(&reference, &starts(gain), 0.05).f > 0.99, "gain {gain}");
    }
}

#[test]
fn a_delay_shifts_the_beats() {
    let song = song(0);
    let reference = analysed(&song);
    let delay = 0.73;
    let mut delayed = vec![0.0; (delay * f64::from(RATE)) as usize];
    delayed.extend(&song);
    let report = analysed(&delayed);
    let expected: Vec<f64> = reference.beats.iter().map(|beat| beat.time + delay).collect();
    let given: Vec<f64> = report.beats.iter().map(|beat| beat.time).filter(|&t| t > delay).collect();
    assert!(!expected.is_empty());
    let hits = metrics::events(&expected, &given, 0.02);
    // So plain a beat may be tapped at half its tempo; whoever does still taps on beats.
    assert!(hits.precision.max(hits.recall) > 0.95, "{hits:?}\n{expected:?}\n{given:?}");
}

#[test]
fn what_has_no_pulse_and_no_pitch_gets_no_answer() {
    let silence = analysed(&vec![0.0; RATE as usize * 12]);
    assert!(silence.tempo_candidates.is_empty() && silence.beats.is_empty());
    assert!(silence.key_candidates.is_empty());
    assert!(silence.chords.iter().all(|chord| chord.label == "N"));
    let click = {
        let mut samples = vec![0.0; RATE as usize * 12];
        samples[RATE as usize * 5] = 1.0;
        analysed(&samples)
    };
    assert!(click.tempo_candidates.is_empty(), "{:?}", click.tempo_candidates);
    assert!(click.key_candidates.is_empty(), "{:?}", click.key_candidates);
}

#[test]
fn the_same_input_gives_the_same_report() {
    let song = song(0);
    let text = |report: &Report| serde_json::to_string(report).unwrap();
    assert_eq!(text(&analysed(&song)), text(&analysed(&song)));
}
