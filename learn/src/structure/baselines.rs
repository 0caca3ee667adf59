//! What simpler methods find on the same bars.
//!
//! Peaks of novelty, that of Foote (2000), on sound, texture and harmony; or of structure features (Serrà et al.
//! 2014), how much what a passage runs parallel to changes at a bar line. Both over eight bars, standardised over
//! the song. Changes of cluster in a [Laplacian decomposition](super::laplacian). The setting of each, the height
//! from which a peak counts or the number of clusters, is chosen on the songs that are learned from.

use sectionist_core::structure::training::{Seen, line_names};
use sectionist_tests::fixtures::Span;
use sectionist_tests::metrics;

use super::annotation::Annotation;
use super::laplacian;

/// A peak is the highest of so many bars before and after.
const REACH: usize = 4;
/// Heights to choose from: so many steps of a quarter of a standard deviation, from −1.
const N_HEIGHTS: usize = 17;

/// Numbers of clusters to choose from.
const CLUSTERS: [usize; 11] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// A simpler method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Baseline {
    Novelty,
    StructureFeatures,
    Laplacian,
}

impl Baseline {
    pub(super) const ALL: [Self; 3] = [Self::Novelty, Self::StructureFeatures, Self::Laplacian];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Novelty => "novelty",
            Self::StructureFeatures => "structure features",
            Self::Laplacian => "Laplacian decomposition",
        }
    }

    /// The cues whose mean is the curve.
    const fn cues(self) -> &'static [&'static str] {
        match self {
            Self::Novelty => &["sound_novelty_8:z", "texture_novelty_8:z", "harmony_novelty_8:z"],
            Self::StructureFeatures => &["harmony_repeat_change_8:z", "passage_repeat_change_8:z"],
            Self::Laplacian => &[],
        }
    }

    /// F of the boundaries at 0.5 s and 3 s for each setting, means over the annotators.
    pub(super) fn scores(self, seen: &Seen, annotations: &[Annotation]) -> Vec<[f64; 2]> {
        let starts = match self {
            Self::Laplacian => laplacian::starts(seen, &CLUSTERS),
            Self::Novelty | Self::StructureFeatures => self.peaks(seen),
        };
        starts.iter().map(|starts| score(&sections(starts, seen.edges()), annotations)).collect()
    }

    /// The bars at which sections start for each height.
    fn peaks(self, seen: &Seen) -> Vec<Vec<usize>> {
        let columns: Vec<usize> = line_names()
            .iter()
            .enumerate()
            .filter(|(_, name)| self.cues().contains(&name.as_str()))
            .map(|(i, _)| i)
            .collect();
        let curve: Vec<f64> = seen
            .lines()
            .rows()
            .map(|row| columns.iter().map(|&i| f64::from(row[i])).sum::<f64>() / columns.len().max(1) as f64)
            .collect();
        (0..N_HEIGHTS).map(|step| peaks_of(&curve, step as f64 / 4.0 - 1.0)).collect()
    }
}

/// The bars at which a curve has its peaks, and the first.
fn peaks_of(curve: &[f64], height: f64) -> Vec<usize> {
    let is_peak = |bar: usize| {
        let near = &curve[bar.saturating_sub(REACH).max(1)..(bar + REACH + 1).min(curve.len())];
        curve[bar] >= height && near.iter().all(|&other| other <= curve[bar])
    };
    (0..curve.len()).filter(|&bar| bar == 0 || is_peak(bar)).collect()
}

fn sections(starts: &[usize], edges: &[f64]) -> Vec<Span> {
    let ends = starts.iter().skip(1).map(|&bar| edges[bar]).chain(edges.last().copied());
    starts.iter().zip(ends).map(|(&bar, end)| Span { start: edges[bar], end, label: String::new() }).collect()
}

fn score(found: &[Span], annotations: &[Annotation]) -> [f64; 2] {
    [0.5, 3.0].map(|window| {
        let of = |annotation: &Annotation| metrics::boundaries(&annotation.sections, found, window).f;
        annotations.iter().map(of).sum::<f64>() / annotations.len().max(1) as f64
    })
}

/// The setting that is best at 3 s over some songs.
pub(super) fn best_setting<'a>(songs: impl Iterator<Item = &'a [[f64; 2]]>) -> usize {
    let mut sums: Vec<f64> = Vec::new();
    for song in songs {
        sums.resize(song.len(), 0.0);
        sums.iter_mut().zip(song).for_each(|(sum, score)| *sum += score[1]);
    }
    (0..sums.len()).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_start_at_peaks_that_are_high_enough() {
        let edges: Vec<f64> = (0..=20).map(f64::from).collect();
        let mut curve = vec![0.0; 20];
        (curve[6], curve[7], curve[14]) = (1.5, 2.0, 1.0);
        let starts = |height: f64| -> Vec<f64> {
            sections(&peaks_of(&curve, height), &edges).iter().map(|span| span.start).collect()
        };
        assert_eq!(starts(0.5), [0.0, 7.0, 14.0]);
        assert_eq!(starts(1.5), [0.0, 7.0]);
    }
}
