//! Synthetic forms with known sections, at the level of features.

use crate::features::{
    Features, Loudness, LoudnessCurve, OnsetExtractor, SpectrumExtractor, TimbreExtractor, Waveform,
};
use crate::harmony::{BeatChroma, Harmony, Melody, N_MELODY_NOTES};
use crate::matrix::Matrix;
use crate::pace::{Pace, complete};
use crate::params::AnalysisParams;
use crate::rhythm::{Beat, Groove, Rhythm, TempoCandidate};
use crate::structure::model::{MODEL, Weights};
use crate::structure::phrases::phrases_of;
use crate::structure::scene::Scene;
use crate::structure::{Section, SectionLabel, estimate_structure};
use crate::units::Bpm;

/// Seconds a bar.
const BAR: f64 = 2.0;

/// What a kind of section sounds like.
#[derive(Clone, Copy)]
struct Material {
    /// Roots of the chords, one a bar, repeated.
    chords: &'static [usize],
    /// Level in dB.
    level: f32,
    /// Lowest mel band that sounds fully: brighter sections have more above.
    bands: usize,
}

const INTRO: Material = Material { chords: &[0, 5, 0, 5], level: -38.0, bands: 20 };
const VERSE: Material = Material { chords: &[0, 9, 5, 7], level: -30.0, bands: 34 };
const CHORUS: Material = Material { chords: &[5, 7, 4, 9, 2, 7, 0, 0], level: -20.0, bands: 56 };
const BRIDGE: Material = Material { chords: &[8, 10, 3, 8], level: -27.0, bands: 40 };
const OUTRO: Material = Material { chords: &[0, 0, 5, 0], level: -38.0, bands: 18 };

/// Deterministic noise in [−1, 1].
fn noise(seed: usize) -> f32 {
    let x = (seed as u32).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(2_246_822_519);
    (x >> 8) as f32 / 8_388_608.0 - 1.0
}

/// The features of a song of `parts`, each so many bars long.
fn song(parts: &[(Material, usize)]) -> (Features, Rhythm, Harmony) {
    let params = AnalysisParams::default();
    let bars: Vec<(Material, usize)> =
        parts.iter().flat_map(|&(material, n)| (0..n).map(move |bar| (material, bar))).collect();
    let duration = bars.len() as f64 * BAR;
    let mut timbre = TimbreExtractor::new(&params).finish();
    let n_frames = (duration * timbre.grid.frame_rate()) as usize;
    let n_mels = timbre.mel_db.n_cols();
    for frame in 0..n_frames {
        let time = timbre.grid.time_of(frame);
        let (material, bar) = bars[((time / BAR) as usize).min(bars.len() - 1)];
        let root = material.chords[bar % material.chords.len()];
        let beat = (time / BAR * 4.0).fract() as f32;
        let row: Vec<f32> = (0..n_mels)
            .map(|band| {
                let tone = if (band + root) % 5 == 0 { 6.0 } else { 0.0 };
                let above = 0.8 * band.saturating_sub(material.bands) as f32;
                material.level + tone - above - 8.0 * beat + 2.0 * noise(frame * 64 + band)
            })
            .collect();
        timbre.mel_db.push_row(&row);
        timbre.centroid_hz.push(400.0 + 40.0 * material.bands as f32);
        timbre.flatness.push(0.1);
        timbre.rms.push(10f32.powf(material.level / 20.0));
    }
    let mut chroma =
        BeatChroma { edges: vec![0.0], treble: Matrix::with_cols(12), bass: Matrix::with_cols(12) };
    let mut melody = Melody { edges: Vec::new(), notes: Matrix::with_cols(N_MELODY_NOTES) };
    let mut beats = Vec::new();
    for (idx, (material, bar)) in bars.iter().enumerate() {
        let root = material.chords[bar % material.chords.len()];
        for beat in 0..4usize {
            let time = (idx as f64 + beat as f64 / 4.0) * BAR;
            beats.push(Beat { time, position: beat as u32 + 1, confidence: 1.0 });
            chroma.edges.push(time + BAR / 4.0);
            let tones = |strength: [f32; 3]| {
                let mut row: Vec<f32> =
                    (0..12).map(|i| 0.1 + 0.08 * noise(idx * 48 + beat * 12 + i)).collect();
                [0, 4, 7].iter().zip(strength).for_each(|(tone, x)| row[(root + tone) % 12] += x);
                row
            };
            chroma.treble.push_row(&tones([0.8, 0.6, 0.7]));
            chroma.bass.push_row(&tones([0.9, 0.0, 0.2]));
            let mut notes: Vec<f32> =
                (0..N_MELODY_NOTES).map(|i| 0.1 + 0.08 * noise(idx * 160 + beat * 40 + i)).collect();
            notes[12 + (root + [7, 4, 0, 4][beat]) % 12] = 1.0;
            melody.edges.push(time);
            melody.notes.push_row(&notes);
        }
    }
    melody.edges.push(duration);
    let features = Features {
        duration,
        onsets: OnsetExtractor::new(&params).finish(),
        spectrum: SpectrumExtractor::new(&params).finish(),
        timbre,
        loudness: Loudness::default(),
        loudness_curve: LoudnessCurve::default(),
        waveform: Waveform::default(),
    };
    (features, rhythm_of(beats), Harmony { beat_chroma: chroma, melody, ..Harmony::default() })
}

/// A steady pulse that is heard surely, as in songs.
fn rhythm_of(beats: Vec<Beat>) -> Rhythm {
    let bpm = Bpm::new(240.0 / BAR).expect("bars have a length");
    let tempo = TempoCandidate { bpm, confidence: 0.95 };
    let groove = Groove { tempo_stability: Some(0.95), ..Groove::default() };
    Rhythm { beats, tempo_candidates: vec![tempo], groove, ..Rhythm::default() }
}

fn sections_with(parts: &[(Material, usize)], params: &AnalysisParams) -> Vec<Section> {
    let (features, rhythm, harmony) = song(parts);
    let found = complete(estimate_structure(&features, &rhythm, &harmony, params, &Pace::default())).sections;
    assert_eq!(found.first().map(|section| section.start), Some(0.0));
    assert_eq!(found.last().map(|section| section.end), Some(features.duration));
    assert!(found.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
    found
}

fn sections_of(parts: &[(Material, usize)]) -> Vec<Section> {
    sections_with(parts, &AnalysisParams::default())
}

/// The section that sounds at bar `bar`.
fn at_bar(sections: &[Section], bar: usize) -> &Section {
    let time = (bar as f64 + 0.5) * BAR;
    sections
        .iter()
        .find(|section| (section.start..section.end).contains(&time))
        .expect("sections cover the song")
}

/// Whether a section starts at bar `bar`.
fn starts_at(sections: &[Section], bar: usize) -> bool {
    sections.iter().any(|section| (section.start - bar as f64 * BAR).abs() < 0.01)
}

#[test]
fn verse_and_chorus() {
    let found = sections_of(&[
        (INTRO, 4),
        (VERSE, 16),
        (CHORUS, 8),
        (VERSE, 16),
        (CHORUS, 8),
        (BRIDGE, 8),
        (CHORUS, 16),
        (OUTRO, 4),
    ]);
    for bar in [4, 20, 28, 44, 52, 60, 76] {
        assert!(starts_at(&found, bar), "no section starts at bar {bar}: {found:#?}");
    }
    let label = |bar| at_bar(&found, bar).label;
    assert_eq!(label(1), SectionLabel::Intro);
    assert_eq!((label(10), label(35)), (SectionLabel::Verse, SectionLabel::Verse));
    assert_eq!(
        (label(24), label(48), label(64)),
        (SectionLabel::Chorus, SectionLabel::Chorus, SectionLabel::Chorus)
    );
    assert_eq!(label(78), SectionLabel::Outro);
    assert_eq!(at_bar(&found, 10).group, at_bar(&found, 35).group);
    assert_eq!(at_bar(&found, 24).group, at_bar(&found, 64).group);
    assert_ne!(at_bar(&found, 10).group, at_bar(&found, 24).group);
    assert!(at_bar(&found, 10).repeats.iter().all(|repeat| repeat.similarity > 0.5));
    assert_eq!(at_bar(&found, 24).bars, Some(8));
}

#[test]
fn aaba_returns() {
    let found = sections_of(&[(VERSE, 16), (BRIDGE, 8), (VERSE, 8), (BRIDGE, 8), (VERSE, 8)]);
    for bar in [16, 24, 32, 40] {
        assert!(starts_at(&found, bar), "no section starts at bar {bar}: {found:#?}");
    }
    assert_eq!(at_bar(&found, 4).group, at_bar(&found, 28).group);
    assert_eq!(at_bar(&found, 20).group, at_bar(&found, 36).group);
}

#[test]
fn phrases_partition_their_sections() {
    let found = sections_of(&[(INTRO, 4), (VERSE, 16), (CHORUS, 8), (VERSE, 16), (CHORUS, 8), (OUTRO, 4)]);
    for section in &found {
        let phrases = &section.phrases;
        assert_eq!(phrases.first().map(|phrase| phrase.start), Some(section.start));
        assert_eq!(phrases.last().map(|phrase| phrase.end), Some(section.end));
        assert!(phrases.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
        assert_eq!(Some(phrases.iter().map(|phrase| phrase.bars).sum()), section.bars);
        assert!(phrases.iter().all(|phrase| phrase.bars % 4 == 0), "{phrases:#?}");
        assert_eq!(phrases[0].group, "a");
    }
    assert!(at_bar(&found, 10).phrases.len() > 1);
}

#[test]
fn phrases_of_one_material_share_a_letter() {
    let (features, rhythm, harmony) = song(&[(VERSE, 16), (BRIDGE, 8), (VERSE, 8)]);
    let pace = Pace::default();
    let scene = complete(Scene::of(&features, &rhythm, &harmony, &pace)).expect("it sounds");
    let posteriors: Vec<f32> = (0..32)
        .map(|bar| {
            if bar == 0 {
                0.6
            } else if bar % 8 == 0 {
                0.9
            } else {
                0.1
            }
        })
        .collect();
    let weights = Weights::parse(MODEL);
    let phrases = complete(phrases_of((&(0..32), 0.7), &posteriors, 0.5, &scene, &weights, &pace));
    assert_eq!(
        phrases.iter().map(|phrase| phrase.bars.clone()).collect::<Vec<_>>(),
        [0..8, 8..16, 16..24, 24..32]
    );
    assert_eq!(phrases.iter().map(|phrase| phrase.group).collect::<Vec<_>>(), [0, 0, 1, 0]);
    assert_eq!(phrases.iter().map(|phrase| phrase.probability).collect::<Vec<_>>(), [0.7, 0.9, 0.9, 0.9]);
}

#[test]
fn drops_stand_out_from_builds() {
    const BUILD: Material = Material { chords: &[9, 9, 9, 9], level: -34.0, bands: 26 };
    const DROP: Material = Material { chords: &[9, 5, 0, 7], level: -18.0, bands: 60 };
    let found = sections_of(&[(INTRO, 16), (BUILD, 16), (DROP, 16), (BUILD, 16), (DROP, 16), (OUTRO, 16)]);
    for bar in [32, 48, 64, 80] {
        assert!(starts_at(&found, bar), "no section starts at bar {bar}: {found:#?}");
    }
    assert_eq!(at_bar(&found, 40).group, at_bar(&found, 70).group);
    assert_ne!(at_bar(&found, 40).group, at_bar(&found, 56).group);
}

#[test]
fn parameters_are_honoured() {
    let parts = [(INTRO, 4), (VERSE, 16), (CHORUS, 8), (VERSE, 16), (CHORUS, 8), (OUTRO, 4)];
    let count = |sensitivity: f32, min_section: f64| {
        sections_with(&parts, &AnalysisParams { sensitivity, min_section, ..AnalysisParams::default() })
    };
    let (few, usual, many) = (count(0.0, 4.0), count(0.5, 4.0), count(1.0, 4.0));
    assert!(few.len() <= usual.len() && usual.len() < many.len());
    assert!(count(1.0, 30.0).iter().all(|section| section.end - section.start >= 29.99));
    assert_eq!(count(0.5, 120.0).len(), 1);
}

#[test]
fn odd_input_is_answered() {
    assert_eq!(sections_of(&[(VERSE, 1)]).len(), 1);
    let (features, _, _) = song(&[(VERSE, 8), (CHORUS, 8)]);
    let params = AnalysisParams::default();
    let run = |features: &Features| {
        let nothing = (Rhythm::default(), Harmony::default());
        complete(estimate_structure(features, &nothing.0, &nothing.1, &params, &Pace::default())).sections
    };
    let without_bars = run(&features);
    assert!(without_bars.iter().all(|section| section.key.is_none()));
    assert!(without_bars.iter().all(|section| section.bars.is_none() && section.phrases.is_empty()));
    let mut silent = features.clone();
    silent.timbre.rms.fill(0.0);
    assert_eq!(run(&silent)[0].label, SectionLabel::Silence);
    assert!(run(&Features { duration: 0.0, ..features }).is_empty());
}
