//! The stage put together: from features to described sections.

use crate::features::Features;
use crate::harmony::Harmony;
use crate::pace::Pace;
use crate::params::AnalysisParams;
use crate::rhythm::Rhythm;
use crate::structure::bars::frames_between;
use crate::structure::boundary::certain_boundary;
use crate::structure::division::{Division, Span};
use crate::structure::grid::BarGrid;
use crate::structure::groups::letter;
use crate::structure::labels::names;
use crate::structure::model::Weights;
use crate::structure::phrases::PhraseSpan;
use crate::structure::scene::Scene;
use crate::structure::{Phrase, Repeat, Section, SectionTimbre, Structure};
use crate::units::Key;

/// The sections of a song; see [`estimate_structure`](super::estimate_structure).
pub(super) async fn find_sections(
    features: &Features,
    rhythm: &Rhythm,
    harmony: &Harmony,
    params: &AnalysisParams,
    weights: &Weights,
    pace: &Pace,
) -> Structure {
    let duration = features.duration;
    if duration <= 0.0 {
        return Structure::default();
    }
    let Some(scene) = Scene::of(features, rhythm, harmony, pace).await else {
        return Structure { sections: vec![silence(0.0, duration)] };
    };
    let division = Division::of(&scene, (&features.onsets, duration), params, weights, pace).await;
    Structure { sections: describe(&division, &scene.grid, (features, rhythm, harmony)) }
}

fn describe(
    division: &Division,
    grid: &BarGrid,
    (features, rhythm, harmony): (&Features, &Rhythm, &Harmony),
) -> Vec<Section> {
    let Division { spans, groups, labellings, .. } = division;
    let names = names(&labellings.iter().map(|labelling| labelling.label).collect::<Vec<_>>());
    let downbeats = rhythm.downbeats();
    let notable_onset = notable_onset(&features.onsets.combined);
    spans
        .iter()
        .zip(labellings)
        .zip(names)
        .enumerate()
        .map(|(idx, ((span, labelling), name))| {
            let (start, end) = (span.start, span.end);
            let repeats = (0..spans.len()).filter(|&other| other != idx && groups[other] == groups[idx]);
            let repeat = |section| Repeat { section, similarity: division.similarity(idx, section) };
            Section {
                start,
                end,
                label: labelling.label,
                name,
                group: letter(groups[idx]),
                confidence: labelling.confidence.clamp(0.0, 1.0),
                alternatives: labelling.alternatives.clone(),
                boundary: span.boundary.clone(),
                bars: (grid.is_musical && span.bars.is_some()).then(|| bars_between(&downbeats, start, end)),
                key: key_between(harmony, start, end).filter(|_| span.bars.is_some()),
                tempo: tempo_at(rhythm, f64::midpoint(start, end)).filter(|_| span.bars.is_some()),
                loudness_lufs: features.loudness_curve.mean_between(start, end),
                repeats: repeats.map(repeat).collect(),
                phrases: describe_phrases(&division.phrases[idx], span, grid, &downbeats),
                timbre: timbre_between(features, notable_onset, start, end),
            }
        })
        .collect()
}

/// The phrases of a section: its ends are theirs.
fn describe_phrases(
    phrases: &[PhraseSpan],
    section: &Span,
    grid: &BarGrid,
    downbeats: &[f64],
) -> Vec<Phrase> {
    let n = phrases.len();
    phrases
        .iter()
        .enumerate()
        .map(|(idx, phrase)| {
            let start = if idx == 0 { section.start } else { grid.edges[phrase.bars.start] };
            let end = if idx + 1 == n { section.end } else { grid.edges[phrase.bars.end] };
            Phrase {
                start,
                end,
                group: letter(phrase.group).to_lowercase(),
                confidence: phrase.probability,
                bars: bars_between(downbeats, start, end),
            }
        })
        .collect()
}

fn bars_between(downbeats: &[f64], start: f64, end: f64) -> u32 {
    const SLACK: f64 = 0.05;
    downbeats.iter().filter(|&&time| time >= start - SLACK && time < end - SLACK).count() as u32
}

/// The key that fills most of the time from `start` to `end`.
fn key_between(harmony: &Harmony, start: f64, end: f64) -> Option<Key> {
    let overlap = |key: Key| {
        let spans = harmony.keys.iter().filter(|span| span.key == key);
        spans.map(|span| (span.end.min(end) - span.start.max(start)).max(0.0)).sum::<f64>()
    };
    let best = harmony.keys.iter().map(|span| span.key).max_by(|&a, &b| overlap(a).total_cmp(&overlap(b)))?;
    (overlap(best) > 0.0).then_some(best)
}

fn tempo_at(rhythm: &Rhythm, time: f64) -> Option<f64> {
    let span = rhythm.tempo_curve.iter().find(|span| (span.start..span.end).contains(&time));
    span.map(|span| span.bpm.get())
}

fn timbre_between(features: &Features, notable_onset: f32, start: f64, end: f64) -> SectionTimbre {
    let timbre = &features.timbre;
    let frames = frames_between(timbre, start, end);
    let n = frames.len().max(1) as f64;
    let mean = |values: &[f32]| {
        values.get(frames.clone()).unwrap_or_default().iter().map(|&x| f64::from(x)).sum::<f64>() / n
    };
    SectionTimbre {
        spectral_centroid_hz: mean(&timbre.centroid_hz),
        spectral_flatness: mean(&timbre.flatness),
        onset_rate_hz: onsets_between(features, notable_onset, start, end) as f64 / (end - start).max(1e-3),
    }
}

/// The onset activation from which one stands out from the song's mean.
fn notable_onset(all: &[f32]) -> f32 {
    let n = all.len().max(1) as f64;
    let mean = all.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let variance = all.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
    (mean + 0.5 * variance.sqrt()) as f32
}

/// Local maxima of the onset activation above a threshold.
fn onsets_between(features: &Features, threshold: f32, start: f64, end: f64) -> usize {
    let onsets = &features.onsets;
    let all = &onsets.combined;
    let range = onsets.grid.frame_at(start).min(all.len())..onsets.grid.frame_at(end).min(all.len());
    range
        .filter(|&i| {
            let beside = |j: Option<usize>| j.and_then(|j| all.get(j)).copied().unwrap_or(0.0);
            all[i] > threshold && all[i] > beside(i.checked_sub(1)) && all[i] >= beside(Some(i + 1))
        })
        .count()
}

/// A song of silence.
fn silence(start: f64, end: f64) -> Section {
    use crate::structure::SectionLabel::Silence;
    Section {
        start,
        end,
        label: Silence,
        name: names(&[Silence]).remove(0),
        group: letter(0),
        confidence: 1.0,
        alternatives: Vec::new(),
        boundary: certain_boundary(start, end),
        bars: None,
        key: None,
        tempo: None,
        loudness_lufs: None,
        repeats: Vec::new(),
        phrases: Vec::new(),
        timbre: SectionTimbre::default(),
    }
}
