//! Phrases: the level below sections.
//!
//! The conditional random field of the [segmentation](super::segmentation), with weights of its own, tells how
//! probably a phrase starts at each bar line. Where a section starts, a phrase does.

use std::ops::Range;

use crate::pace::Pace;
use crate::structure::groups::Kinship;
use crate::structure::model::Weights;
use crate::structure::scene::Scene;
use crate::structure::segmentation::choose_boundaries;

/// What the names of the weights of phrases start with.
pub(super) const PREFIX: &str = "phrase:";

/// A phrase's place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PhraseSpan {
    pub(super) bars: Range<usize>,
    /// The same for the same material within its section, numbered in order of appearance.
    pub(super) group: usize,
    /// Probability that it starts where it does, in [0, 1].
    pub(super) probability: f32,
}

/// The phrases of a section, given as its bars and the probability of its boundary, from the probability of a
/// phrase at each bar line of the song. They start from the probability `threshold` on; the first may start even
/// if the section does not. O(bars + phrases²).
pub(super) async fn phrases_of(
    (section, boundary): (&Range<usize>, f32),
    posteriors: &[f32],
    threshold: f32,
    scene: &Scene,
    weights: &Weights,
    pace: &Pace,
) -> Vec<PhraseSpan> {
    let posteriors = &posteriors[section.clone()];
    let edges = &scene.grid.edges[section.start..=section.end];
    let starts = choose_boundaries(posteriors, edges, threshold, 0.0);
    let ends = starts.iter().skip(1).copied().chain([section.len()]);
    let bars: Vec<Range<usize>> =
        starts.iter().zip(ends).map(|(&start, end)| section.start + start..section.start + end).collect();
    let groups = Kinship::compare(&scene.bars, &scene.like, &bars, weights, pace).await.cluster(pace).await;
    bars.into_iter()
        .zip(groups)
        .zip(starts)
        .map(|((bars, group), start)| PhraseSpan {
            bars,
            group,
            probability: if start == 0 { boundary.max(posteriors[0]) } else { posteriors[start] },
        })
        .collect()
}
