//! The stage as a whole, on drums synthesised here.

use super::names::{JUDGES, ODDS, names_of};
use super::*;
use crate::features::{
    LoudnessMeter, OnsetExtractor, SpectrumExtractor, TimbreExtractor, TimbreFrames, WaveformExtractor,
};
use crate::pace::complete;
use crate::signal::ANALYSIS_RATE;

/// White noise in [−1, 1] by a linear congruential generator.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Drum {
    Kick,
    Snare,
    Hat,
}

/// Drum hits at times in seconds.
fn drums(hits: &[(f64, Drum)], duration: f64) -> Vec<f32> {
    let rate = f64::from(ANALYSIS_RATE);
    let mut samples = vec![0.0f32; (duration * rate) as usize];
    let mut noise = Noise(1);
    for &(time, drum) in hits {
        let start = (time * rate).round() as usize;
        let n = (0.15 * rate) as usize;
        let mut last = 0.0;
        for (idx, sample) in samples.iter_mut().skip(start).take(n).enumerate() {
            let at = idx as f64 / rate;
            let white = noise.next();
            let tone = |hz: f64| (std::f64::consts::TAU * hz * at).sin() as f32;
            *sample += match drum {
                Drum::Kick => 0.7 * tone(60.0 + 60.0 * (-at / 0.02).exp()) * (-at / 0.06).exp() as f32,
                Drum::Snare => (0.25 * tone(190.0) + 0.3 * white) * (-at / 0.05).exp() as f32,
                Drum::Hat => 0.12 * (white - last) * (-at / 0.02).exp() as f32,
            };
            last = white;
        }
    }
    samples
}

/// A rock beat (bass drum on the first, snare on the other strong beats, hats on eighths) at beat times.
fn pattern(beats: &[f64], beats_per_bar: usize, swing: f64) -> Vec<(f64, Drum)> {
    let mut hits = Vec::new();
    for (idx, &time) in beats.iter().enumerate() {
        let period = beats.get(idx + 1).map_or_else(|| time - beats[idx - 1], |next| next - time);
        let position = idx % beats_per_bar;
        match (beats_per_bar, position) {
            (4, 0 | 2) | (_, 0) => hits.push((time, Drum::Kick)),
            (4, _) | (_, 1..) => hits.push((time, Drum::Snare)),
        }
        if beats_per_bar == 4 && position == 2 {
            hits.push((time + period * 0.5 * 2.0 * swing / (1.0 + swing), Drum::Kick));
        }
        hits.push((time, Drum::Hat));
        hits.push((time + period * swing / (1.0 + swing), Drum::Hat));
    }
    hits
}

fn steady(bpm: f64, first: f64, end: f64) -> Vec<f64> {
    (0..).map(|idx| first + 60.0 / bpm * f64::from(idx)).take_while(|&time| time < end).collect()
}

fn features_of(samples: &[f32]) -> Features {
    let params = AnalysisParams::default();
    let mut onsets = OnsetExtractor::new(&params);
    onsets.push(samples);
    let mut spectrum = SpectrumExtractor::new(&params);
    spectrum.push(samples);
    let grid = crate::units::FrameGrid { sample_rate: ANALYSIS_RATE, hop_length: 512 };
    let rms = samples.chunks(512).map(|c| (c.iter().map(|x| x * x).sum::<f32>() / c.len() as f32).sqrt());
    let (loudness, loudness_curve) = LoudnessMeter::new(1, ANALYSIS_RATE).finish();
    Features {
        duration: samples.len() as f64 / f64::from(ANALYSIS_RATE),
        onsets: onsets.finish(),
        spectrum: spectrum.finish(),
        timbre: TimbreFrames { grid, rms: rms.collect(), ..TimbreExtractor::new(&params).finish() },
        loudness,
        loudness_curve,
        waveform: WaveformExtractor::default().finish(),
    }
}

fn rhythm_of(samples: &[f32]) -> Rhythm {
    complete(estimate_rhythm(&features_of(samples), &AnalysisParams::default(), &Pace::default()))
}

/// Share of `times` that have one of `found` within 70 ms.
fn recall(times: &[f64], found: &[f64]) -> f64 {
    let hit = |time: f64| found.iter().any(|other| (other - time).abs() <= 0.07);
    times.iter().filter(|&&time| hit(time)).count() as f64 / times.len().max(1) as f64
}

fn times(rhythm: &Rhythm) -> Vec<f64> {
    rhythm.beats.iter().map(|beat| beat.time).collect()
}

#[test]
fn a_rock_beat_has_its_tempo_beats_and_bars_at_many_tempi() {
    for bpm in [72.0, 84.0, 101.0, 120.0, 143.0, 170.0] {
        let beats = steady(bpm, 0.8, 40.0);
        let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), 41.0));
        let found = rhythm.tempo_candidates[0].bpm.get();
        assert!((found / bpm - 1.0).abs() < 0.01, "{bpm}: {found}");
        assert!(recall(&beats, &times(&rhythm)) > 0.95, "{bpm}");
        assert!(recall(&times(&rhythm), &beats) > 0.9, "{bpm}");
        assert!(rhythm.beats[0].time > 0.4, "{bpm}: a beat at {}", rhythm.beats[0].time);
        let bars: Vec<f64> = beats.iter().copied().step_by(4).collect();
        assert!(recall(&bars, &rhythm.downbeats()) > 0.8, "{bpm}: {:?}", rhythm.downbeats());
        // The pattern repeats after two beats, so a bar of two is right too.
        let meter = rhythm.meters[0].value;
        assert!(meter == TimeSignature::COMMON || meter == TimeSignature::new(2, 4), "{bpm}: {meter}");
        assert_eq!(rhythm.tempo_curve.len(), 1, "{bpm}: {:?}", rhythm.tempo_curve);
    }
}

#[test]
fn beats_lie_on_their_onsets() {
    let beats = steady(117.0, 0.5, 30.0);
    let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), 31.0));
    let mut late: Vec<f64> = times(&rhythm)
        .iter()
        .filter_map(|time| beats.iter().map(|beat| time - beat).min_by(|a, b| a.abs().total_cmp(&b.abs())))
        .collect();
    late.sort_by(f64::total_cmp);
    let median = late[late.len() / 2];
    assert!(median.abs() < 0.012, "beats are {median} s late");
    assert!(rhythm.groove.tempo_stability.unwrap() > 0.98);
}

#[test]
fn three_beats_make_a_bar_where_they_do() {
    for bpm in [95.0, 140.0] {
        let beats = steady(bpm, 0.3, 40.0);
        let rhythm = rhythm_of(&drums(&pattern(&beats, 3, 1.0), 41.0));
        let three: f64 = rhythm
            .meters
            .iter()
            .filter(|meter| meter.value == TimeSignature::new(3, 4))
            .map(|meter| meter.end - meter.start)
            .sum();
        assert!(three > 30.0, "{bpm}: {:?} {:?}", rhythm.meters, rhythm.tempo_candidates);
    }
}

#[test]
fn quick_eighths_in_seven_may_be_the_beats() {
    let mut hits = Vec::new();
    for (idx, time) in steady(256.0, 0.3, 40.0).into_iter().enumerate() {
        match idx % 7 {
            0 | 4 => hits.push((time, Drum::Kick)),
            2 | 6 => hits.push((time, Drum::Snare)),
            _ => {}
        }
        hits.push((time, Drum::Hat));
    }
    let tempi = rhythm_of(&drums(&hits, 41.0)).tempo_candidates;
    assert!(tempi.iter().any(|tempo| (tempo.bpm.get() - 256.0).abs() < 3.0), "{tempi:?}");
}

#[test]
fn thirds_that_are_all_played_are_a_compound_meter() {
    let beats = steady(66.0, 0.3, 40.0);
    let mut hits = pattern(&beats, 4, 2.0);
    hits.retain(|hit| hit.1 != Drum::Kick);
    for (idx, time) in beats.iter().enumerate() {
        if idx % 2 == 0 {
            hits.push((*time, Drum::Kick));
        }
        // The first third softly, the last as loud as the beat.
        hits.push((time + 60.0 / 66.0 / 3.0, Drum::Hat));
        hits.push((time + 2.0 * 60.0 / 66.0 / 3.0, Drum::Kick));
    }
    let rhythm = rhythm_of(&drums(&hits, 41.0));
    // Quick bars of three are the same to the ear.
    let is_of_threes =
        |span: &MeterSpan| span.value.to_string().ends_with("/8") || span.value.to_string() == "3/4";
    assert!(rhythm.meters.iter().all(is_of_threes), "{:?}", rhythm.meters);
}

#[test]
fn a_tempo_change_is_found_where_it_is() {
    let mut beats = steady(100.0, 0.5, 30.0);
    let change = beats[beats.len() - 1] + 0.6;
    beats.extend(steady(128.0, change, 60.0));
    let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), 61.0));
    let curve = &rhythm.tempo_curve;
    assert_eq!(curve.len(), 2, "{curve:?}");
    assert!((curve[1].start - change).abs() < 2.0, "{curve:?}");
    assert!((curve[0].bpm.get() - 100.0).abs() < 1.5, "{curve:?}");
    assert!((curve[1].bpm.get() - 128.0).abs() < 1.5, "{curve:?}");
    assert_eq!((curve[0].start, curve[1].end), (0.0, 61.0));
}

#[test]
fn each_of_two_tempi_has_its_own_level() {
    let mut beats = steady(150.0, 0.5, 30.0);
    let change = beats[beats.len() - 1] + 0.4;
    beats.extend(steady(200.0, change, 60.0));
    let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), 61.0));
    let tempi: Vec<f64> = rhythm.tempo_curve.iter().map(|span| span.bpm.get()).collect();
    assert!(matches!(tempi[..], [a, b] if (a - 150.0).abs() < 2.0 && (b - 200.0).abs() < 2.0), "{tempi:?}");
}

#[test]
fn the_length_of_a_loop_tells_its_tempo_and_its_start_the_bar() {
    for (bpm, n_beats) in [(87.31, 8), (97.3, 16), (126.4, 32), (171.7, 16)] {
        let beats: Vec<f64> = (0..n_beats).map(|idx| 60.0 / bpm * f64::from(idx)).collect();
        let duration = 60.0 / bpm * f64::from(n_beats);
        let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), duration));
        let tempo = rhythm.tempo_candidates[0].bpm.get();
        let level = (tempo / bpm).log2().round().exp2();
        assert!((tempo / level / bpm - 1.0).abs() < 1e-4, "{bpm}: {tempo}");
        assert_eq!(rhythm.tempo_curve.len(), 1, "{bpm}");
        assert_eq!(rhythm.beats.len(), (level * f64::from(n_beats)).round() as usize, "{bpm}");
        assert!(rhythm.downbeats()[0] < 0.05, "{bpm}: {:?}", rhythm.downbeats());
    }
}

#[test]
fn a_tempo_that_is_only_passed_is_not_the_songs() {
    let periods = std::iter::repeat_n(0.6, 40).chain([0.5]).chain(std::iter::repeat_n(0.4, 40));
    let mut times = vec![0.0];
    periods.for_each(|period| times.push(times[times.len() - 1] + period));
    let tempo = main_tempo(&times, &divide_by_tempo(&times, 41.0)).unwrap();
    assert!((tempo - 100.0).abs() < 0.5, "{tempo}");
    // Free time has its median all the same.
    let free: Vec<f64> = (0..60).map(|k| f64::from(k) * 0.5 + 0.02 * (f64::from(k) * 0.9).sin()).collect();
    let tempo = main_tempo(&free, &divide_by_tempo(&free, 30.0)).unwrap();
    assert!((tempo - 120.0).abs() < 1.0, "{tempo}");
}

#[test]
fn swing_is_measured() {
    for (swing, tolerance) in [(1.0, 0.1), (1.5, 0.15), (2.0, 0.2)] {
        let beats = steady(112.0, 0.5, 40.0);
        let rhythm = rhythm_of(&drums(&pattern(&beats, 4, swing), 41.0));
        let found = rhythm.groove.swing_ratio.unwrap();
        assert!((found - swing).abs() < tolerance, "{swing}: {found}");
        assert!(rhythm.groove.microtiming_ms.unwrap() < 12.0, "{:?}", rhythm.groove);
    }
}

#[test]
fn where_there_is_no_pulse_there_are_no_beats() {
    let mut noise = Noise(7);
    let rate = ANALYSIS_RATE as usize;
    let cases: [(&str, Vec<f32>); 6] = [
        ("nothing", Vec::new()),
        ("one sample", vec![0.5]),
        ("silence", vec![0.0; 20 * rate]),
        ("noise", (0..20 * rate).map(|_| 0.3 * noise.next()).collect()),
        ("a click", drums(&[(5.0, Drum::Snare)], 20.0)),
        (
            "a second",
            drums(&steady(120.0, 0.1, 1.0).into_iter().map(|t| (t, Drum::Snare)).collect::<Vec<_>>(), 1.0),
        ),
    ];
    for (name, samples) in cases {
        let rhythm = rhythm_of(&samples);
        assert!(rhythm.beats.is_empty(), "{name}: {} beats", rhythm.beats.len());
        assert!(rhythm.tempo_candidates.is_empty(), "{name}: {:?}", rhythm.tempo_candidates);
        assert!(rhythm.meters.is_empty() && rhythm.tempo_curve.is_empty(), "{name}");
    }
}

#[test]
fn beats_do_not_go_on_in_silence() {
    let beats = steady(120.0, 4.0, 30.0);
    let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), 45.0));
    let found = times(&rhythm);
    assert!(found[0] > 3.4, "{}", found[0]);
    assert!(*found.last().unwrap() < 31.0, "{:?}", found.last());
}

#[test]
fn gain_changes_no_decision() {
    let beats = steady(96.0, 0.5, 30.0);
    let loud = drums(&pattern(&beats, 4, 1.0), 31.0);
    let soft: Vec<f32> = loud.iter().map(|x| 0.05 * x).collect();
    let (loud, soft) = (rhythm_of(&loud), rhythm_of(&soft));
    assert_eq!(loud.beats.len(), soft.beats.len());
    for (a, b) in loud.beats.iter().zip(&soft.beats) {
        assert!((a.time - b.time).abs() < 0.005 && a.position == b.position, "{a:?} {b:?}");
    }
}

#[test]
fn the_tempo_range_is_honoured() {
    let beats = steady(120.0, 0.5, 40.0);
    let features = features_of(&drums(&pattern(&beats, 4, 1.0), 41.0));
    for (slowest, fastest) in [(40.0, 80.0), (90.0, 150.0), (160.0, 300.0)] {
        let params = AnalysisParams {
            tempo_min: Bpm::new(slowest).unwrap(),
            tempo_max: Bpm::new(fastest).unwrap(),
            ..AnalysisParams::default()
        };
        let rhythm = complete(estimate_rhythm(&features, &params, &Pace::default()));
        assert!(!rhythm.tempo_candidates.is_empty(), "{slowest}–{fastest}");
        for candidate in &rhythm.tempo_candidates {
            assert!((slowest..=fastest).contains(&candidate.bpm.get()), "{candidate:?}");
        }
        let period =
            (times(&rhythm).last().unwrap() - rhythm.beats[0].time) / (rhythm.beats.len() - 1) as f64;
        assert!(
            (slowest * 0.97..=fastest * 1.03).contains(&(60.0 / period)),
            "{slowest}–{fastest}: {}",
            60.0 / period
        );
    }
}

#[test]
fn confidences_are_probabilities_and_positions_count_up() {
    let beats = steady(105.0, 0.5, 30.0);
    let rhythm = rhythm_of(&drums(&pattern(&beats, 4, 1.0), 31.0));
    let unit = 0.0..=1.0f32;
    assert!(rhythm.beats.iter().all(|beat| unit.contains(&beat.confidence)));
    assert!(rhythm.meters.iter().all(|meter| unit.contains(&meter.confidence)));
    let total: f32 = rhythm.tempo_candidates.iter().map(|candidate| candidate.confidence).sum();
    assert!(total > 0.5 && total < 1.001, "{total}");
    assert!(rhythm.tempo_candidates.is_sorted_by(|a, b| a.confidence >= b.confidence));
    for pair in rhythm.beats.windows(2) {
        assert!(pair[1].time > pair[0].time);
        assert!(pair[1].position == pair[0].position + 1 || pair[1].position == 1, "{pair:?}");
    }
}

#[test]
fn what_was_learned_fits_what_is_seen() {
    let beats = steady(104.0, 0.5, 30.0);
    let features = features_of(&drums(&pattern(&beats, 4, 1.0), 31.0));
    let (params, pace, model) = (AnalysisParams::default(), Pace::default(), Model::parse(LEARNED));
    let mut heard = complete(Heard::listen(&features, &params, &Network::learned(), &pace));
    complete(heard.follow(&params, &model, features.duration, &pace));
    let best = &heard.candidates[0];
    let cues = BarCues::of(&heard, &beats, &accents::accent_features(&heard.evidence, &beats), &model);
    let meters = bars::meter_features(&vec![0.0; beats.len()], &cues, 20);
    let mut seen = vec![
        ("pulse", pulse_features(&heard, best).len()),
        ("downbeat", accents::accent_features(&heard.evidence, &beats)[0].len()),
        ("division", BarCues::division(&heard, &beats).len()),
        ("beat", beats::beat_features(&heard.evidence, &beats, 0.5)[0].len()),
        ("meter_confidence", meter::meter_confidence_features(0.5, 0.5, 8).len()),
    ];
    let probable = tempo_confidence_features(best, 0.5);
    seen.push(("tempo_confidence", probable.len()));
    let rows = accents::accent_features(&heard.evidence, &beats);
    let accents = accents::accents(&rows, &model);
    let (places, _) = bars::count_bars(&accents, &bars::meter_odds(&accents, &cues, &model), false);
    let counts = frame::counts(&heard.evidence, &features.onsets.fine, &beats, (&rows, &accents), &places);
    seen.extend([
        ("tempo", tempo::metrical_features(&heard.tempogram, 104.0).len()),
        ("reading", best.features.len()),
        ("meter", meters[0].len()),
        ("first", counts[0].features.len()),
    ]);
    assert_eq!(seen.len(), ODDS.len() + JUDGES.len());
    for (name, n) in seen {
        assert_eq!(names_of(name).len(), n, "{name}: features and their names");
    }
}

#[test]
fn every_feature_has_its_weights_and_no_other_has() {
    let model = Model::parse(LEARNED);
    for table in ODDS.into_iter().chain(JUDGES) {
        let mut learned: Vec<&str> = model.rows(table).map(|row| row.0).collect();
        let names = names_of(table);
        let mut seen: Vec<&str> = names.iter().map(String::as_str).collect();
        learned.sort_unstable();
        seen.sort_unstable();
        assert_eq!(learned, seen, "{table}: learn it anew");
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{table}: a name stands for two features");
        let n_hidden = model.get(&format!("{table}_bias")).len();
        assert_eq!(model.get(&format!("{table}_out")).len(), n_hidden, "{table}");
        let is_judge = JUDGES.contains(&table);
        assert_eq!((n_hidden > 0, !model.get(&format!("{table}_trees")).is_empty()), (is_judge, is_judge));
        let n_numbers = if is_judge { 3 + n_hidden } else { 1 };
        assert!(model.rows(table).all(|row| row.1.len() == n_numbers), "{table}");
    }
}
