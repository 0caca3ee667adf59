//! The pipeline as a library user meets it: odd input, invariances, determinism.

use sectionist_core::{AnalysisParams, Error, FileHint, Report, analyze_samples};

const RATE: u32 = 22_050;

/// White noise of a linear congruential generator, uniform in [−1, 1].
fn noise(n: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// A C major triad with a click on every beat at 120 BPM.
fn triad_with_clicks(seconds: usize) -> Vec<f32> {
    (0..seconds * RATE as usize)
        .map(|i| {
            let t = i as f64 / f64::from(RATE);
            let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
            let click = (-(t % 0.5) * 200.0).exp() * tone(1_800.0);
            (0.1 * (tone(261.63) + tone(329.63) + tone(392.0)) + 0.5 * click) as f32
        })
        .collect()
}

fn report(samples: &[f32]) -> Report {
    analyze_samples(samples, RATE, &AnalysisParams::default()).expect("rate and parameters are allowed")
}

fn json(report: &Report) -> serde_json::Value {
    serde_json::to_value(report).expect("a report is JSON")
}

/// What holds of every report.
fn assert_sane(report: &Report) {
    let within = |time: f64| (0.0..=report.duration + 1e-6).contains(&time);
    assert!(report.beats.iter().all(|beat| within(beat.time) && beat.position >= 1));
    assert!(report.beats.windows(2).all(|pair| pair[0].time < pair[1].time), "beats are sorted");
    for spans in [
        report.sections.iter().map(|s| (s.start, s.end)).collect::<Vec<_>>(),
        report.chords.iter().map(|s| (s.start, s.end)).collect(),
        report.keys.iter().map(|s| (s.start, s.end)).collect(),
        report.time_signatures.iter().map(|s| (s.start, s.end)).collect(),
        report.tempo_curve.iter().map(|s| (s.start, s.end)).collect(),
    ] {
        assert!(spans.iter().all(|&(start, end)| within(start) && within(end) && start < end), "{spans:?}");
        assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-6), "spans are in order: {spans:?}");
    }
    if let (Some(first), Some(last)) = (report.sections.first(), report.sections.last()) {
        assert!(
            first.start == 0.0 && (last.end - report.duration).abs() < 1e-6,
            "sections partition the song"
        );
    }
    let numbers = json(report).to_string();
    assert!(!numbers.contains("NaN") && !numbers.contains("inf"));
}

#[test]
fn silence_has_no_pulse_no_key_and_no_loudness() {
    let report = report(&vec![0.0; 15 * RATE as usize]);
    assert_sane(&report);
    assert!(report.tempo_candidates.is_empty() && report.beats.is_empty());
    assert!(report.key_candidates.is_empty() && report.keys.is_empty());
    assert!(report.chords.iter().all(|chord| chord.label == "N"));
    assert_eq!(report.loudness.integrated_lufs, None);
    assert!(report.warnings.iter().any(|warning| warning.code == "silent"));
    let json = json(&report);
    assert!(json["tempo"].is_null() && json["key"].is_null() && json["time_signature"].is_null());
}

#[test]
fn noise_a_click_a_short_clip_and_one_sample_give_sane_reports() {
    let mut click = vec![0.0; 10 * RATE as usize];
    click[40_000] = 1.0;
    for samples in [noise(10 * RATE as usize), click, triad_with_clicks(1), vec![0.5]] {
        let report = report(&samples);
        assert_sane(&report);
        // Rounded up to a millisecond.
        let excess = report.duration - samples.len() as f64 / f64::from(RATE);
        assert!((-1e-9..1e-3).contains(&excess), "{excess} s too long");
    }
}

#[test]
fn noise_has_no_key() {
    let report = report(&noise(20 * RATE as usize));
    assert!(report.key_candidates.is_empty(), "{:?}", report.key_candidates);
}

#[test]
fn a_single_click_has_no_tempo() {
    let mut click = vec![0.0; 20 * RATE as usize];
    click[100_000..100_040].fill(0.9);
    assert!(report(&click).tempo_candidates.is_empty());
}

#[test]
fn samples_that_are_not_finite_count_as_silence() {
    let mut zeroed = triad_with_clicks(12);
    let mut broken = zeroed.clone();
    zeroed[5_000] = 0.0;
    zeroed[90_000] = 0.0;
    broken[5_000] = f32::NAN;
    broken[90_000] = f32::NEG_INFINITY;
    assert_eq!(json(&report(&broken)), json(&report(&zeroed)));
}

#[test]
fn absurdly_loud_samples_are_survived() {
    let samples: Vec<f32> = noise(44_100).into_iter().map(|x| x * f32::MAX).collect();
    for sample_rate in [8_000, 22_050, 44_100] {
        assert_sane(&analyze_samples(&samples, sample_rate, &AnalysisParams::default()).expect("allowed"));
    }
}

#[test]
fn the_same_input_gives_the_same_report_bit_for_bit() {
    let samples = triad_with_clicks(20);
    assert_eq!(json(&report(&samples)).to_string(), json(&report(&samples)).to_string());
}

#[test]
fn gain_leaves_decisions_unchanged() {
    let loud = triad_with_clicks(30);
    let soft: Vec<f32> = loud.iter().map(|x| x * 0.25).collect();
    let (loud, soft) = (report(&loud), report(&soft));
    assert_eq!(loud.key_candidates.first().map(|k| k.key), soft.key_candidates.first().map(|k| k.key));
    let labels = |report: &Report| report.chords.iter().map(|chord| chord.label.clone()).collect::<Vec<_>>();
    assert_eq!(labels(&loud), labels(&soft));
    assert_eq!(loud.beats.len(), soft.beats.len());
}

#[test]
fn a_triad_with_clicks_has_its_tempo_and_chord() {
    let report = report(&triad_with_clicks(30));
    assert_sane(&report);
    let tempo = report.tempo_candidates.first().unwrap().bpm.get();
    assert!((tempo - 120.0).abs() < 2.0, "{tempo} BPM");
    let on_click = |time: f64| (time * 2.0 - (time * 2.0).round()).abs() < 0.08;
    let n_on = report.beats.iter().filter(|beat| on_click(beat.time)).count();
    assert!(n_on * 10 >= report.beats.len() * 9, "{n_on} of {} beats on the clicks", report.beats.len());
    assert!(report.chords.iter().any(|chord| chord.label.starts_with("C:maj")), "{:?}", report.chords);
}

#[test]
fn parameters_are_checked_before_anything_else() {
    let params = AnalysisParams { sensitivity: 2.0, ..AnalysisParams::default() };
    assert!(matches!(analyze_samples(&[0.0], RATE, &params), Err(Error::InvalidParams { .. })));
}

#[test]
fn text_is_no_audio() {
    let error =
        sectionist_core::analyze("hello".as_bytes(), &FileHint::default(), &AnalysisParams::default());
    assert!(matches!(error, Err(Error::Unsupported { .. })), "{error:?}");
}
