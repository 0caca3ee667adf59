//! The stage put together: from features to described sections.

use std::ops::Range;

use crate::features::{Features, OnsetActivations};
use crate::harmony::Harmony;
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::params::{AnalysisParams, Style};
use crate::rhythm::Rhythm;
use crate::structure::bars::{BarFeatures, describe_bars, frames_between};
use crate::structure::boundary::{certain_boundary, inner_boundary};
use crate::structure::cues::{Similarities, compute_cues};
use crate::structure::grid::BarGrid;
use crate::structure::groups::{Kinship, letter};
use crate::structure::labels::{Stretch, label_sections, names, views_of};
use crate::structure::model::Weights;
use crate::structure::segmentation::{
    Evidence, balanced_threshold, boundary_posteriors, choose_boundaries, score_segments,
};
use crate::structure::snap::to_onset;
use crate::structure::sound::sounding_span;
use crate::structure::{Boundary, Repeat, Section, SectionTimbre, Structure};
use crate::units::Key;

/// How far the sensitivity moves the log-odds that a boundary must reach, from 0 to 1.
const SENSITIVITY_SPAN: f32 = 4.0;

/// How far a boundary may move to an onset where there are no bars, as a share of a window.
const SNAP: f64 = 0.45;

/// What a style adds to the log-odds of boundaries: electronic and classical sections are longer.
const fn style_shift(style: Style) -> f32 {
    match style {
        Style::Electronic | Style::Classical => 0.4,
        Style::Jazz => 0.2,
        Style::Auto | Style::Pop | Style::Rock | Style::HipHop | Style::Folk => 0.0,
    }
}

/// A section's place before it is described.
#[derive(Debug, Clone)]
struct Span {
    start: f64,
    end: f64,
    /// Bars of the grid; `None` for silence.
    bars: Option<Range<usize>>,
    boundary: Boundary,
}

impl Span {
    fn stretch(&self, group: usize) -> Stretch {
        let (seconds, boundary) = (self.end - self.start, self.boundary.confidence);
        Stretch { bars: self.bars.clone(), seconds, group, boundary }
    }
}

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
    let Some((start, end)) = sounding_span(&features.timbre, duration) else {
        return Structure { sections: vec![silence(0.0, duration)] };
    };
    let grid = BarGrid::new(rhythm, start, end);
    let bars = describe_bars(features, harmony, &grid, pace).await;
    pace.progress(0.2);
    let like = Similarities::new(&bars, pace).await;
    let cues = compute_cues(&bars, &like, pace).await;
    pace.progress(0.5);
    let seen = Evidence { edges: &grid.edges, cues: &cues, like: &like };
    let scores = score_segments(&seen, weights, pace).await;
    let posteriors = boundary_posteriors(&scores);
    pace.progress(0.8);
    let balanced = balanced_threshold(&posteriors);
    let log_odds = (balanced / (1.0 - balanced)).ln()
        + (0.5 - params.sensitivity) * SENSITIVITY_SPAN
        + style_shift(params.style);
    let threshold = 1.0 / (1.0 + (-log_odds).exp());
    let min_section = params.min_section.max(0.5);
    let starts = choose_boundaries(&posteriors, &grid.edges, threshold, min_section);
    let spans = lay_out(&starts, &grid, &posteriors, &cues, min_section, (&features.onsets, duration));

    let ranges: Vec<Range<usize>> = spans.iter().filter_map(|span| span.bars.clone()).collect();
    let kinship = Kinship::compare(&bars, &like, &ranges, weights, pace).await;
    let groups = kinship.cluster();
    pace.progress(0.95);
    let stages = (features, rhythm, harmony);
    Structure { sections: describe(&spans, &kinship, &groups, (&bars, &grid), stages, weights) }
}

/// The spans of sections, with silence at the ends where there is any.
fn lay_out(
    starts: &[usize],
    grid: &BarGrid,
    posteriors: &[f32],
    cues: &Matrix,
    min_section: f64,
    (onsets, duration): (&OnsetActivations, f64),
) -> Vec<Span> {
    let mut spans = Vec::new();
    let (first, last) = (grid.edges[0], grid.edges[grid.n_bars()]);
    if first > 0.0 {
        spans.push(Span { start: 0.0, end: first, bars: None, boundary: certain_boundary(0.0, duration) });
    }
    for (idx, &bar) in starts.iter().enumerate() {
        let until = starts.get(idx + 1).copied().unwrap_or(grid.n_bars());
        let (mut start, end) = (grid.edges[bar], grid.edges[until]);
        let mut boundary = match bar {
            0 => certain_boundary(first, duration),
            _ => inner_boundary(bar, &grid.edges, posteriors, cues),
        };
        if let Some(before) = spans.last_mut().filter(|_| bar > 0 && !grid.is_musical) {
            let window = start - grid.edges[bar - 1];
            let reach = SNAP * window;
            let onset = to_onset(onsets, start, reach);
            boundary.earliest = boundary.earliest.min(start - reach);
            boundary.latest = boundary.latest.max(start + reach);
            // No section gets shorter than it may be.
            if onset - before.start >= min_section && end - onset >= min_section {
                start = onset;
                before.end = onset;
            }
        }
        spans.push(Span { start, end, bars: Some(bar..until), boundary });
    }
    if last < duration {
        spans.push(Span {
            start: last,
            end: duration,
            bars: None,
            boundary: certain_boundary(last, duration),
        });
    }
    spans
}

fn describe(
    spans: &[Span],
    kinship: &Kinship,
    groups: &[usize],
    (bars, grid): (&BarFeatures, &BarGrid),
    (features, rhythm, harmony): (&Features, &Rhythm, &Harmony),
    weights: &Weights,
) -> Vec<Section> {
    // Index among the sounding sections, by section.
    let sounding: Vec<Option<usize>> = spans
        .iter()
        .scan(0, |n, span| {
            *n += usize::from(span.bars.is_some());
            Some(span.bars.as_ref().map(|_| *n - 1))
        })
        .collect();
    let groups = all_groups(&sounding, groups);
    let stretches: Vec<Stretch> =
        spans.iter().zip(&groups).map(|(span, &group)| span.stretch(group)).collect();
    let labellings = label_sections(&views_of(&stretches, bars, grid), weights);
    let names = names(&labellings.iter().map(|labelling| labelling.label).collect::<Vec<_>>());
    let downbeats = rhythm.downbeats();
    spans
        .iter()
        .zip(labellings)
        .zip(names)
        .enumerate()
        .map(|(idx, ((span, labelling), name))| {
            let (start, end) = (span.start, span.end);
            let repeats = (0..spans.len()).filter(|&other| other != idx && groups[other] == groups[idx]);
            let similarity = |other: usize| match (sounding[idx], sounding[other]) {
                (Some(i), Some(j)) => kinship.similarity(i, j),
                _ => 1.0,
            };
            Section {
                start,
                end,
                label: labelling.label,
                name,
                group: letter(groups[idx]),
                confidence: labelling.confidence.clamp(0.0, 1.0),
                alternatives: labelling.alternatives,
                boundary: span.boundary.clone(),
                bars: (grid.is_musical && span.bars.is_some()).then(|| bars_between(&downbeats, start, end)),
                key: key_between(harmony, start, end).filter(|_| span.bars.is_some()),
                tempo: tempo_at(rhythm, f64::midpoint(start, end)).filter(|_| span.bars.is_some()),
                loudness_lufs: features.loudness_curve.mean_between(start, end),
                repeats: repeats.map(|section| Repeat { section, similarity: similarity(section) }).collect(),
                timbre: timbre_between(features, start, end),
            }
        })
        .collect()
}

/// Groups of all sections in order of appearance; silence has one of its own.
fn all_groups(sounding: &[Option<usize>], groups: &[usize]) -> Vec<usize> {
    let mut seen: Vec<Option<usize>> = Vec::new();
    sounding
        .iter()
        .map(|section| {
            let group = section.map(|idx| groups[idx]);
            seen.iter().position(|other| *other == group).unwrap_or_else(|| {
                seen.push(group);
                seen.len() - 1
            })
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

fn timbre_between(features: &Features, start: f64, end: f64) -> SectionTimbre {
    let timbre = &features.timbre;
    let frames = frames_between(timbre, start, end);
    let n = frames.len().max(1) as f64;
    let mean = |values: &[f32]| {
        values.get(frames.clone()).unwrap_or_default().iter().map(|&x| f64::from(x)).sum::<f64>() / n
    };
    SectionTimbre {
        spectral_centroid_hz: mean(&timbre.centroid_hz),
        spectral_flatness: mean(&timbre.flatness),
        onset_rate_hz: onsets_between(features, start, end) as f64 / (end - start).max(1e-3),
    }
}

/// Local maxima of the onset activation that stand out from the song's mean.
fn onsets_between(features: &Features, start: f64, end: f64) -> usize {
    let onsets = &features.onsets;
    let all = &onsets.combined;
    let n = all.len().max(1) as f64;
    let mean = all.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let variance = all.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
    let threshold = (mean + 0.5 * variance.sqrt()) as f32;
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
        timbre: SectionTimbre::default(),
    }
}
