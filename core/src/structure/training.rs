//! What fitting the stage's learned numbers needs to see. Under the feature `training` only.

use std::ops::Range;

use crate::features::{Features, OnsetActivations};
use crate::harmony::Harmony;
use crate::matrix::Matrix;
use crate::pace::{Pace, complete};
use crate::params::AnalysisParams;
use crate::rhythm::Rhythm;
use crate::structure::SectionLabel;
use crate::structure::cues::CUES;
use crate::structure::division::Division;
use crate::structure::groups::{PAIR_FEATURES, pair_features};
use crate::structure::labels::{
    LABEL_FEATURES, LABELS, SectionView, Stretch, features_of, features_of_form, label_probabilities,
    probabilities_by, views_of,
};
use crate::structure::model::Weights;
use crate::structure::phrases::PhraseSpan;
use crate::structure::scene::Scene;
use crate::structure::segmentation::{Evidence, SEGMENT_FEATURES, for_each_segment};
use crate::structure::song::SONG_SIGNS;

/// Longest segment in bars.
pub const MAX_BARS: usize = crate::structure::segmentation::MAX_BARS;

/// A song as the stage sees it.
pub struct Seen {
    pub(super) scene: Scene,
    pub(super) onsets: OnsetActivations,
    pub(super) duration: f64,
}

impl Seen {
    /// What is seen of an analysed song; `None` without sound.
    #[must_use]
    pub fn of(features: &Features, rhythm: &Rhythm, harmony: &Harmony) -> Option<Self> {
        let scene = complete(Scene::of(features, rhythm, harmony, &Pace::default()))?;
        Some(Self { scene, onsets: features.onsets.clone(), duration: features.duration })
    }

    /// The sections that some weights find, silence at the ends left out.
    #[must_use]
    pub fn sections(&self, weights: &str) -> Vec<Found> {
        let weights = Weights::parse(weights);
        let (params, pace) = (AnalysisParams::default(), Pace::default());
        let song = (&self.onsets, self.duration);
        let division = complete(Division::of(&self.scene, song, &params, &weights, &pace));
        let found = division.spans.iter().zip(&division.groups).zip(&division.labellings);
        found
            .zip(&division.phrases)
            .filter(|(((span, _), _), _)| span.bars.is_some())
            .map(|(((span, &group), labelling), phrases)| Found {
                told: Told { start: span.start, end: span.end, group, boundary: span.boundary.confidence },
                label: labelling.label,
                confidence: labelling.confidence,
                phrases: phrases.iter().map(|phrase| self.told(phrase)).collect(),
            })
            .collect()
    }

    fn told(&self, phrase: &PhraseSpan) -> Told {
        let PhraseSpan { bars, group, probability } = phrase;
        let edges = self.edges();
        Told { start: edges[bars.start], end: edges[bars.end], group: *group, boundary: *probability }
    }

    /// Edges of the bars in seconds, `[n_bars + 1]`.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.scene.grid.edges
    }

    /// Cues at the bar lines, `[n_bars × line_names()]`; the first row is zero.
    #[must_use]
    pub const fn lines(&self) -> &Matrix {
        &self.scene.cues
    }

    /// How alike two bars are as parts of passages, in [0, 1].
    #[must_use]
    pub fn alike(&self, i: usize, j: usize) -> f32 {
        self.scene.like.passage.at(i, j)
    }

    /// Calls `visit(start, end, features)` for every segment of at most [`MAX_BARS`] bars.
    pub fn for_each_segment(&self, visit: impl FnMut(usize, usize, &[f32; SEGMENT_FEATURES.len()])) {
        let seen = Evidence { edges: &self.scene.grid.edges, cues: &self.scene.cues, like: &self.scene.like };
        complete(for_each_segment(&seen, &Pace::default(), visit));
    }

    /// What speaks for a song, `[song_names()]`; the first is 1.
    #[must_use]
    pub fn song(&self) -> [f32; SONG_SIGNS.len()] {
        self.scene.song.unwrap_or_default()
    }

    /// Features of a pair of sections, `[pair_names()]`.
    #[must_use]
    pub fn pair(&self, a: &Range<usize>, b: &Range<usize>) -> [f32; PAIR_FEATURES.len()] {
        pair_features(&self.scene.bars, &self.scene.like, a, b)
    }

    /// What the labels of sections are decided from.
    #[must_use]
    pub fn heard(&self, sections: &[Told]) -> Heard {
        let edges = &self.scene.grid.edges;
        let nearest = |time: f64| {
            let after = edges.partition_point(|&edge| edge < time).min(edges.len() - 1);
            let before = after.saturating_sub(1);
            if time - edges[before] < edges[after] - time { before } else { after }
        };
        let stretches: Vec<Stretch> = sections
            .iter()
            .map(|section| Stretch {
                bars: Some(nearest(section.start)..nearest(section.end)),
                seconds: section.end - section.start,
                group: section.group,
                boundary: section.boundary,
            })
            .collect();
        let views = views_of(&stretches, &self.scene.bars, &self.scene.grid);
        let told: Vec<usize> = (0..views.len()).filter(|&idx| !views[idx].is_silent).collect();
        Heard { views: told.iter().map(|&idx| views[idx]).collect(), told }
    }
}

/// A section to be labelled.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
    /// The same for the same material.
    pub group: usize,
    /// Probability of the boundary at its start.
    pub boundary: f32,
}

/// A section with the label it was given.
#[derive(Debug, Clone)]
pub struct Found {
    /// The section.
    pub told: Told,
    /// Its label.
    pub label: SectionLabel,
    /// Probability of the label.
    pub confidence: f32,
    /// Its phrases, the probability of each start as its `boundary`.
    pub phrases: Vec<Told>,
}

/// What is heard of the sections that last at least a bar.
#[derive(Debug, Clone)]
pub struct Heard {
    views: Vec<SectionView>,
    /// Which of the sections they are.
    pub told: Vec<usize>,
}

impl Heard {
    /// Features of each section, `[n × label_feature_names()]`.
    #[must_use]
    pub fn features(&self) -> Vec<[f32; LABEL_FEATURES.len()]> {
        features_of(&self.views)
    }

    /// Whether each section but the first is of the same group as the one before.
    #[must_use]
    pub fn is_again(&self) -> Vec<bool> {
        self.views.windows(2).map(|pair| pair[0].group == pair[1].group).collect()
    }

    /// Probability of each of [`labels`] for each section, by the weights of a data file.
    #[must_use]
    pub fn label_probabilities(&self, weights: &str) -> Matrix {
        label_probabilities(&self.views, &Weights::parse(weights))
    }
}

/// A section of which the form alone is known.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Seconds.
    pub seconds: f64,
    /// Bars; 0 where they are not known.
    pub bars: usize,
    /// The same for the same material.
    pub group: usize,
}

/// Features of sections of which the form alone is known, `[n × label_feature_names()]`; those of the sound are
/// 0, as of sections that sound like their song.
#[must_use]
pub fn form_features(parts: &[Part]) -> Vec<[f32; LABEL_FEATURES.len()]> {
    features_of_form(&views_of_form(parts))
}

/// Probability of each of [`labels`] for sections of which the form alone is known, by the weights of a data file.
#[must_use]
pub fn form_probabilities(parts: &[Part], weights: &str) -> Matrix {
    let views = views_of_form(parts);
    probabilities_by(&features_of_form(&views), &views, &Weights::parse(weights))
}

fn views_of_form(parts: &[Part]) -> Vec<SectionView> {
    let total: f64 = parts.iter().map(|part| part.seconds).sum::<f64>().max(1e-3);
    let mut at = 0.0;
    parts
        .iter()
        .map(|part| {
            let place = (at / total) as f32;
            at += part.seconds;
            let (group, seconds, bars) = (part.group, part.seconds as f32, part.bars);
            SectionView { group, seconds, bars, place, boundary: USUAL_BOUNDARY, ..SectionView::default() }
        })
        .collect()
}

/// Probability of a boundary as those that are found have it on the whole.
pub const USUAL_BOUNDARY: f32 = crate::structure::labels::USUAL_BOUNDARY;

/// The labels of what sounds.
#[must_use]
pub const fn labels() -> [SectionLabel; LABELS.len()] {
    LABELS
}

/// Name of the exponent of the labels' probabilities.
pub const TEMPER: &str = crate::structure::labels::TEMPER;

/// Names of the features of a section.
#[must_use]
pub const fn label_feature_names() -> [&'static str; LABEL_FEATURES.len()] {
    LABEL_FEATURES
}

/// What the names of the weights of phrases start with.
pub const PHRASE_PREFIX: &str = crate::structure::phrases::PREFIX;

/// Names of the cues at a bar line.
#[must_use]
pub fn line_names() -> Vec<String> {
    ["", ":z", ":peak"].iter().flat_map(|kind| CUES.iter().map(move |cue| format!("{cue}{kind}"))).collect()
}

/// Names of the features of a segment.
#[must_use]
pub const fn segment_names() -> [&'static str; SEGMENT_FEATURES.len()] {
    SEGMENT_FEATURES
}

/// Names of the signs of a song.
#[must_use]
pub const fn song_names() -> [&'static str; SONG_SIGNS.len()] {
    SONG_SIGNS
}

/// Names of the features of a pair of sections.
#[must_use]
pub const fn pair_names() -> [&'static str; PAIR_FEATURES.len()] {
    PAIR_FEATURES
}
