//! How well the fixtures' structure is found. The floors only rise.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::OnceLock;

use sectionist_core::{AnalysisParams, FileHint, Report, analyze};
use sectionist_tests::fixtures::{Answers, SONGS, audio, truth};
use sectionist_tests::score::{Scores, score, table};

/// Report, truth and scores of a song.
struct Analysed {
    report: Report,
    truth: Answers,
    estimate: Answers,
    scores: Scores,
}

/// Every song, analysed once.
fn analysed() -> &'static [(String, Analysed)] {
    static ANALYSED: OnceLock<Vec<(String, Analysed)>> = OnceLock::new();
    ANALYSED.get_or_init(|| {
        let songs: Vec<(String, Analysed)> = std::thread::scope(|scope| {
            let workers: Vec<_> = SONGS.map(|song| (song, scope.spawn(move || analyse(song)))).into();
            workers.into_iter().map(|(song, worker)| (song.to_owned(), worker.join().unwrap())).collect()
        });
        let rows: Vec<(String, Scores)> =
            songs.iter().map(|(name, a)| (name.clone(), a.scores.clone())).collect();
        eprintln!("{}", table(&rows));
        songs
    })
}

fn analyse(song: &str) -> Analysed {
    let (file, truth) = truth(song);
    let report = analyze(audio(&file), &FileHint::from_name(file), &AnalysisParams::default()).unwrap();
    let estimate = Answers::from_json(&serde_json::to_value(&report).unwrap());
    let scores = score(&truth, &estimate);
    Analysed { report, truth, estimate, scores }
}

/// Checks one metric's floors, given in the order of [`SONGS`].
fn floors(metric: &str, floors: [f64; 6]) {
    let mut below = Vec::new();
    for ((song, analysed), floor) in analysed().iter().zip(floors) {
        let (_, value) = analysed.scores.iter().find(|(name, _)| *name == metric).unwrap();
        if *value < floor {
            below.push(format!("{song}: {metric} {value:.3} is below {floor}"));
        }
    }
    assert!(below.is_empty(), "{}", below.join("\n"));
}

#[test]
fn tempo() {
    floors("tempo_octaves", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn beats() {
    floors("beats", [0.95, 0.95, 0.8, 0.95, 0.95, 0.95]);
}

#[test]
fn downbeats() {
    // The lantern song is in 6/8 and told in 12/8: every other bar line is missed.
    floors("downbeats", [0.95, 0.95, 0.45, 0.65, 0.93, 0.9]);
}

#[test]
fn labels() {
    floors("labels", [0.83, 0.69, 0.0, 0.95, 0.0, 0.0]);
}

#[test]
fn meter() {
    floors("meter", [1.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
}

#[test]
fn key() {
    floors("key", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn chords() {
    floors("chord_majmin", [0.95, 0.9, 0.82, 0.92, 0.93, 0.85]);
}

#[test]
fn boundaries() {
    floors("boundaries_3", [0.8, 0.85, 0.63, 0.95, 0.95, 0.63]);
}

#[test]
fn groups() {
    floors("groups", [0.8, 0.68, 0.84, 0.95, 0.95, 0.58]);
}

#[test]
fn tuning_is_within_five_cents() {
    for (song, analysed) in analysed() {
        let expected = analysed.truth.tuning_cents.unwrap();
        let found = analysed.estimate.tuning_cents.expect(song);
        assert!((found - expected).abs() <= 5.0, "{song}: {found} instead of {expected} cents");
    }
}

#[test]
fn reports_keep_their_invariants() {
    for (song, Analysed { report, truth, .. }) in analysed() {
        assert!((report.duration - truth.duration).abs() < 0.06, "{song}: {}", report.duration);
        assert!(report.beats.windows(2).all(|pair| pair[0].time < pair[1].time), "{song}: beats ascend");
        assert!(report.beats.iter().all(|beat| (0.0..=report.duration).contains(&beat.time)), "{song}");
        let sections = &report.sections;
        assert_eq!(sections.first().map(|s| s.start), Some(0.0), "{song}");
        assert!((sections.last().map_or(0.0, |s| s.end) - report.duration).abs() < 1e-6, "{song}");
        for section in sections.iter().filter(|section| !section.phrases.is_empty()) {
            let (first, last) = (section.phrases.first().unwrap(), section.phrases.last().unwrap());
            assert!(first.start == section.start && last.end == section.end, "{song}");
            assert!(section.phrases.windows(2).all(|pair| pair[0].end == pair[1].start), "{song}");
        }
        assert!(sections.windows(2).all(|pair| (pair[0].end - pair[1].start).abs() < 1e-9), "{song}");
    }
}
