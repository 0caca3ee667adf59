//! Repetition groups: which sections are the same material.
//!
//! Two sections are aligned bar by bar, the shorter within the longer, with the harmony also tried in
//! the eleven other keys. A logistic model of the alignment says how probably people give both the
//! same letter; average-linkage clustering of its logits makes the groups.

use std::ops::{Range, RangeInclusive};

use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::structure::bars::BarFeatures;
use crate::structure::cues::Similarities;
use crate::structure::model::Weights;

/// Features of a pair of sections, in order.
pub(super) const PAIR_FEATURES: [&str; 15] = [
    "pair",
    "pair_harmony",
    "pair_texture",
    "pair_sound",
    "pair_level",
    "pair_length",
    "pair_transposed",
    "pair_first",
    "pair_last",
    "pair_short",
    "pair_harmony_mean",
    "pair_harmony_contrast",
    "pair_texture_contrast",
    "pair_melody",
    "pair_melody_contrast",
];

/// Mean log-odds from which groups are joined: a letter too many costs more, as all pairs of its sections are
/// lost, than one too few; found by cross-validation.
const JOINING: f32 = -0.5;

/// How probably sections are the same material.
#[derive(Debug, Clone)]
pub(super) struct Kinship {
    /// Log-odds, `[n × n]`, symmetric.
    log_odds: Matrix,
}

impl Kinship {
    /// Compares all sections, given as ranges of bars. O(pairs · bars).
    pub(super) async fn compare(
        bars: &BarFeatures,
        like: &Similarities,
        sections: &[Range<usize>],
        weights: &Weights,
        pace: &Pace,
    ) -> Self {
        let weights = PAIR_FEATURES.map(|name| weights.get(name));
        let mut log_odds = Matrix::zeros(sections.len(), sections.len());
        for (i, a) in sections.iter().enumerate() {
            for (j, b) in sections.iter().enumerate().skip(i + 1) {
                let features = pair_features(bars, like, a, b);
                let score: f32 = features.iter().zip(&weights).map(|(x, w)| x * w).sum();
                log_odds.row_mut(i)[j] = score;
                log_odds.row_mut(j)[i] = score;
                pace.spend(MAX_ALIGNED * 500 * (12 + MAX_OFFSET)).await;
            }
        }
        Self { log_odds }
    }

    /// Probability that sections `i` and `j` are the same material, in [0, 1].
    pub(super) fn similarity(&self, i: usize, j: usize) -> f32 {
        1.0 / (1.0 + (-self.log_odds.row(i)[j]).exp())
    }

    /// Groups of the sections, `[n]`, numbered from 0 in order of appearance: average-linkage
    /// clustering that stops below [`JOINING`].
    pub(super) async fn cluster(&self, pace: &Pace) -> Vec<usize> {
        let n = self.log_odds.n_rows();
        let mut groups: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
        let mut link = self.log_odds.clone();
        loop {
            let mut best = (JOINING, 0, 0);
            for i in 0..groups.len() {
                for j in i + 1..groups.len() {
                    if link.row(i)[j] > best.0 && !groups[i].is_empty() && !groups[j].is_empty() {
                        best = (link.row(i)[j], i, j);
                    }
                }
            }
            pace.spend(2 * n * n).await;
            let (_, i, j) = best;
            if (i, j) == (0, 0) {
                break;
            }
            let (n_i, n_j) = (groups[i].len() as f32, groups[j].len() as f32);
            for k in 0..groups.len() {
                let joint = (n_i * link.row(i)[k] + n_j * link.row(j)[k]) / (n_i + n_j);
                link.row_mut(i)[k] = joint;
                link.row_mut(k)[i] = joint;
            }
            let joined = std::mem::take(&mut groups[j]);
            groups[i].extend(joined);
        }
        let mut group_of = vec![usize::MAX; n];
        let mut n_groups = 0;
        for i in 0..n {
            if group_of[i] == usize::MAX {
                let members = groups.iter().find(|members| members.contains(&i));
                members.into_iter().flatten().for_each(|&member| group_of[member] = n_groups);
                n_groups += 1;
            }
        }
        group_of
    }
}

/// Letter of a group: `A` to `Z`, then `AA`, `AB` …
pub(super) fn letter(group: usize) -> String {
    let last = char::from(b'A' + (group % 26) as u8);
    if group < 26 { last.to_string() } else { letter(group / 26 - 1) + &last.to_string() }
}

/// Bars of an alignment that are compared at most.
const MAX_ALIGNED: usize = 24;
/// How far into the longer section the shorter may start, in bars.
const MAX_OFFSET: usize = 8;
/// Share of the shorter section that an alignment must cover.
const MIN_OVERLAP: f32 = 0.75;
/// How much better another key must fit to count as transposed.
const TRANSPOSITION_MARGIN: f32 = 0.1;

/// Mean similarity of the harmony of any two bars that songs have: what is more or less says nothing new.
const USUAL_MEAN: RangeInclusive<f32> = 0.38..=0.48;

/// An alignment: means over the aligned bars.
#[derive(Clone, Copy)]
struct Alignment {
    harmony: f32,
    texture: f32,
    offset: isize,
}

/// Features of a pair, in the order of [`PAIR_FEATURES`].
pub(super) fn pair_features(
    bars: &BarFeatures,
    like: &Similarities,
    a: &Range<usize>,
    b: &Range<usize>,
) -> [f32; PAIR_FEATURES.len()] {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let slack = (long.len() - short.len()).min(MAX_OFFSET) as isize;
    let mut best = Alignment { harmony: 0.0, texture: 0.0, offset: 0 };
    for offset in -1..=slack + 1 {
        let pairs = aligned(short, long, offset);
        if (pairs.len() as f32) < MIN_OVERLAP * short.len().min(MAX_ALIGNED) as f32 || pairs.is_empty() {
            continue;
        }
        let harmony = mean(pairs.iter().map(|&(i, j)| like.harmony.of_rows(&bars.harmony, i, j)));
        let texture = mean(pairs.iter().map(|&(i, j)| like.texture.of_rows(&bars.texture, i, j)));
        if harmony + texture > best.harmony + best.texture {
            best = Alignment { harmony, texture, offset };
        }
    }
    let mut transposed = 0.0;
    let pairs = aligned(short, long, best.offset);
    for semitones in 1..12 {
        let harmony = mean(pairs.iter().map(|&(i, j)| {
            like.harmony
                .of_distance(1.0 - rotated_product(bars.harmony.row(i), bars.harmony.row(j), semitones))
        }));
        if harmony > best.harmony + TRANSPOSITION_MARGIN * (1.0 - transposed) {
            best.harmony = harmony;
            transposed = 1.0;
        }
    }
    // Two passages over the same few chords are alike anyhow; more so in step if they are the same.
    let melody = mean(pairs.iter().map(|&(i, j)| like.melody.of_rows(&bars.melody, i, j)));
    let (mut unaligned, mut n_unaligned) = ([0.0f32; 3], 0);
    for (i, _) in &pairs {
        for (_, j) in &pairs {
            unaligned[0] += like.harmony.of_rows(&bars.harmony, *i, *j);
            unaligned[1] += like.texture.of_rows(&bars.texture, *i, *j);
            unaligned[2] += like.melody.of_rows(&bars.melody, *i, *j);
            n_unaligned += 1;
        }
    }
    let usual = unaligned.map(|sum| sum / n_unaligned.max(1) as f32);
    let contrast = [if transposed > 0.0 { 0.0 } else { best.harmony - usual[0] }, best.texture - usual[1]];
    let level =
        |bars_of: &Range<usize>| mean(bars_of.clone().map(|i| mean(bars.level.row(i).iter().copied())));
    let sound = {
        let (x, y) = (bars.sound.mean_of_rows(a.clone()), bars.sound.mean_of_rows(b.clone()));
        like.sound.of_distance(x.iter().zip(&y).map(|(x, y)| (x - y) * (x - y)).sum())
    };
    let flag = |yes: bool| f32::from(u8::from(yes));
    let n_bars = bars.sound.n_rows();
    [
        1.0,
        best.harmony,
        best.texture,
        sound,
        (level(a) - level(b)).abs() / 10.0,
        (long.len() as f32 / short.len() as f32).ln(),
        transposed,
        flag(a.start == 0 || b.start == 0),
        flag(a.end == n_bars || b.end == n_bars),
        flag(short.len() < 4),
        like.harmony.mean.clamp(*USUAL_MEAN.start(), *USUAL_MEAN.end()),
        contrast[0],
        contrast[1],
        melody - like.melody.mean,
        melody - usual[2],
    ]
}

/// Pairs of bars of `short` and `long` when `short` starts `offset` bars into `long`.
fn aligned(short: &Range<usize>, long: &Range<usize>, offset: isize) -> Vec<(usize, usize)> {
    short
        .clone()
        .enumerate()
        .filter_map(|(k, i)| Some((i, long.start.checked_add_signed(k as isize + offset)?)))
        .filter(|(_, j)| long.contains(j))
        .take(MAX_ALIGNED)
        .collect()
}

/// Scalar product of a bar's chroma with another's moved up by `semitones`.
fn rotated_product(a: &[f32], b: &[f32], semitones: usize) -> f32 {
    let octaves = a.chunks_exact(12).zip(b.chunks_exact(12));
    octaves.map(|(a, b)| (0..12).map(|tone| a[(tone + semitones) % 12] * b[tone]).sum::<f32>()).sum()
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), x| (sum + x, n + 1));
    sum / n.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::complete;

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 25, 26, 51, 52, 702].map(letter), ["A", "Z", "AA", "AZ", "BA", "AAA"]);
    }

    #[test]
    fn sections_of_one_material_share_a_group() {
        let mut log_odds = Matrix::zeros(5, 5);
        for (i, j, score) in [(0, 1, -3.0), (0, 2, 2.0), (0, 3, -1.0), (1, 3, 3.0), (2, 4, 1.0), (0, 4, -0.5)]
        {
            log_odds.row_mut(i)[j] = score;
            log_odds.row_mut(j)[i] = score;
        }
        for (i, j) in [(1, 2), (1, 4), (2, 3), (3, 4)] {
            log_odds.row_mut(i)[j] = -2.0;
            log_odds.row_mut(j)[i] = -2.0;
        }
        let pace = Pace::default();
        assert_eq!(complete(Kinship { log_odds }.cluster(&pace)), [0, 1, 0, 1, 0]);
        assert!(complete(Kinship { log_odds: Matrix::zeros(0, 0) }.cluster(&pace)).is_empty());
    }

    #[test]
    fn transposed_chroma_matches_when_rotated_back() {
        let mut low = [0.0; 24];
        let mut high = [0.0; 24];
        for (block, tones) in [(0, [0, 4, 7]), (12, [0, 0, 7])] {
            for tone in tones {
                low[block + tone] = 0.5;
                high[block + (tone + 2) % 12] = 0.5;
            }
        }
        let best = (0..12)
            .max_by(|&a, &b| rotated_product(&high, &low, a).total_cmp(&rotated_product(&high, &low, b)));
        assert_eq!(best, Some(2));
    }
}
