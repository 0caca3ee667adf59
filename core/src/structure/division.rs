//! A song divided: where sections start, which are the same material.

use std::ops::Range;

use crate::features::OnsetActivations;
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::params::{AnalysisParams, Style};
use crate::structure::Boundary;
use crate::structure::boundary::{certain_boundary, inner_boundary};
use crate::structure::grid::BarGrid;
use crate::structure::groups::Kinship;
use crate::structure::labels::{Labelling, Stretch, label_sections, views_of, without_functions};
use crate::structure::model::Weights;
use crate::structure::phrases::{self, PhraseSpan, phrases_of};
use crate::structure::scene::Scene;
use crate::structure::segmentation::{
    Evidence, Level, balanced_threshold, boundary_posteriors, choose_boundaries, score_segments,
};
use crate::structure::snap::to_onset;
use crate::structure::song::song_probability;

/// How far the sensitivity moves the log-odds that a boundary must reach, from 0 to 1.
const SENSITIVITY_SPAN: f32 = 6.0;

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

/// The probability from which a phrase starts, before sensitivity and style.
const PHRASE_THRESHOLD: f32 = 0.4;

/// A probability whose log-odds are moved.
fn shifted(probability: f32, by: f32) -> f32 {
    let log_odds = (probability / (1.0 - probability)).ln() + by;
    1.0 / (1.0 + (-log_odds).exp())
}

/// A section's place before it is described.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
    /// Bars of the grid; `None` for silence.
    pub(super) bars: Option<Range<usize>>,
    pub(super) boundary: Boundary,
}

impl Span {
    fn stretch(&self, group: usize) -> Stretch {
        let (seconds, boundary) = (self.end - self.start, self.boundary.confidence);
        Stretch { bars: self.bars.clone(), seconds, group, boundary }
    }
}

/// The sections of a song, which are alike, and what they are called.
pub(super) struct Division {
    pub(super) spans: Vec<Span>,
    /// Group of each span, numbered in order of appearance.
    pub(super) groups: Vec<usize>,
    pub(super) labellings: Vec<Labelling>,
    /// Phrases of each span; none of silence, and none where there are no bars.
    pub(super) phrases: Vec<Vec<PhraseSpan>>,
    kinship: Kinship,
    /// Index of each span among those that sound.
    sounding: Vec<Option<usize>>,
}

impl Division {
    /// Divides what is seen of a song that lasts `duration` seconds.
    pub(super) async fn of(
        scene: &Scene,
        (onsets, duration): (&OnsetActivations, f64),
        params: &AnalysisParams,
        weights: &Weights,
        pace: &Pace,
    ) -> Self {
        let Scene { grid, bars, like, cues, song } = scene;
        let levels = [Level::new(weights, ""), Level::new(weights, phrases::PREFIX)];
        let seen = Evidence { edges: &grid.edges, cues, like };
        let [scores, phrase_scores] = score_segments(&seen, &levels, pace).await;
        let posteriors = boundary_posteriors(&scores);
        let phrase_posteriors = boundary_posteriors(&phrase_scores);
        pace.progress(0.8);
        let shift = (0.5 - params.sensitivity) * SENSITIVITY_SPAN + style_shift(params.style);
        let threshold = shifted(balanced_threshold(&posteriors), shift);
        let min_section = params.min_section.max(0.5);
        let starts = choose_boundaries(&posteriors, &grid.edges, threshold, min_section);
        let spans = lay_out(&starts, grid, &posteriors, cues, min_section, (onsets, duration));

        let ranges: Vec<Range<usize>> = spans.iter().filter_map(|span| span.bars.clone()).collect();
        let kinship = Kinship::compare(bars, like, &ranges, weights, pace).await;
        let sounding: Vec<Option<usize>> = spans
            .iter()
            .scan(0, |n, span| {
                *n += usize::from(span.bars.is_some());
                Some(span.bars.as_ref().map(|_| *n - 1))
            })
            .collect();
        let groups = all_groups(&sounding, &kinship.cluster(pace).await);
        pace.progress(0.9);
        let threshold = shifted(PHRASE_THRESHOLD, shift);
        let mut phrases = Vec::with_capacity(spans.len());
        for span in &spans {
            phrases.push(match span.bars.as_ref().filter(|_| grid.is_musical) {
                Some(bars) => {
                    let confidence = span.boundary.confidence;
                    phrases_of((bars, confidence), &phrase_posteriors, threshold, scene, weights, pace).await
                }
                None => Vec::new(),
            });
        }
        pace.progress(0.95);
        let stretches: Vec<Stretch> =
            spans.iter().zip(&groups).map(|(span, &group)| span.stretch(group)).collect();
        let views = views_of(&stretches, bars, grid);
        // Functions are those of songs: what has no bars is none, and classical pieces have other forms.
        let has_functions = grid.is_musical && params.style != Style::Classical;
        let is_song = song.as_ref().map_or(1.0, |signs| song_probability(signs, weights));
        let labellings =
            if has_functions { label_sections(&views, is_song, weights) } else { without_functions(&views) };
        Self { spans, groups, labellings, phrases, kinship, sounding }
    }

    /// Probability that two sections are the same material, in [0, 1].
    pub(super) fn similarity(&self, one: usize, other: usize) -> f32 {
        match (self.sounding[one], self.sounding[other]) {
            (Some(i), Some(j)) => self.kinship.similarity(i, j),
            _ => 1.0,
        }
    }
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
