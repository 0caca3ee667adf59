//! Segmentation: a semi-Markov conditional random field over bars (Sarawagi & Cohen 2004).
//!
//! Each bar line has a score from its [cues](super::cues), each possible segment one from its length,
//! its homogeneity and its best repetition, in the spirit of the correlation block-matching of
//! Marmoret, Cohen & Bimbot (2023). Summing over all segmentations gives the probability of each
//! boundary, so that confidence falls out of the decision itself.

use std::ops::Range;

use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::structure::cues::{CUES, Similarities};
use crate::structure::model::Weights;
use crate::structure::similarity::SelfSimilarity;

/// Longest segment in bars; longer sections are pieced together when groups are found.
pub(super) const MAX_BARS: usize = 64;

/// Features of a segment, in the order of [`segment_features`].
pub(super) const SEGMENT_FEATURES: [&str; 58] = [
    "segment",
    "bars_even",
    "bars_by_4",
    "bars_by_8",
    "bars_by_16",
    "bars_by_4_plus_1",
    "bars_16",
    "bars_32",
    "bars_8",
    "bars_4",
    "bars_1",
    "bars_2",
    "bars_3",
    "bars_over_4",
    "bars_over_8",
    "bars_over_16",
    "bars_over_32",
    "bars_beyond_16",
    "bars_beyond_32",
    "bars_from_8_to_16",
    "seconds_over_8",
    "seconds_over_12",
    "seconds_over_16",
    "seconds_over_24",
    "seconds_over_32",
    "seconds_over_48",
    "first_bars",
    "first_seconds",
    "first_over_26_s",
    "first_by_4",
    "first_by_8",
    "last_bars",
    "last_seconds",
    "last_over_26_s",
    "last_by_4",
    "last_by_4_plus_1",
    "sound_homogeneity",
    "sound_homogeneity_bars",
    "texture_homogeneity",
    "texture_homogeneity_bars",
    "harmony_homogeneity",
    "harmony_homogeneity_bars",
    "passage_repetition",
    "passage_repetition_bars",
    "harmony_repetition",
    "bars_12",
    "passage_tandem",
    "harmony_tandem",
    "passage_period",
    "harmony_period",
    "melody_repetition",
    "melody_tandem",
    "melody_homogeneity",
    "bars_24",
    "bars_by_12",
    "bars_12_harmony_tandem",
    "bars_12_harmony_period",
    "bars_by_12_harmony_period",
];

/// The weights of one level: of sections, or of the phrases inside them.
pub(super) struct Level {
    any_line: f32,
    /// Of the cues at a bar line, `[3 · CUES.len()]`.
    lines: Vec<f32>,
    segments: [f32; SEGMENT_FEATURES.len()],
}

impl Level {
    /// The level whose weights have names that start with `prefix`.
    pub(super) fn new(weights: &Weights, prefix: &str) -> Self {
        let get = |name: &str| weights.get(&format!("{prefix}{name}"));
        let kinds = ["", ":z", ":peak"];
        let lines = kinds.iter().flat_map(|kind| CUES.iter().map(move |cue| format!("{cue}{kind}")));
        Self {
            any_line: get("line"),
            lines: lines.map(|name| get(&name)).collect(),
            segments: SEGMENT_FEATURES.map(get),
        }
    }

    /// Score of a bar line.
    fn line(&self, cues: &[f32]) -> f32 {
        self.any_line + cues.iter().zip(&self.lines).map(|(x, w)| x * w).sum::<f32>()
    }

    /// Score of a segment.
    fn segment(&self, features: &[f32]) -> f32 {
        features.iter().zip(&self.segments).map(|(x, w)| x * w).sum()
    }
}

/// What the segmentation model sees of a song.
pub(super) struct Evidence<'a> {
    /// Edges of the bars in seconds, `[n_bars + 1]`.
    pub(super) edges: &'a [f64],
    /// Cues at the bar lines.
    pub(super) cues: &'a Matrix,
    /// Similarities of the bars.
    pub(super) like: &'a Similarities,
}

/// Scores the segments at some levels, each by last bar and length, `[(n_bars + 1) × (MAX_BARS + 1)]`: row
/// `end`, column `length`; `-∞` where there is no such segment. O(n_bars · MAX_BARS · reach).
pub(super) async fn score_segments<const N: usize>(
    seen: &Evidence<'_>,
    levels: &[Level; N],
    pace: &Pace,
) -> [Matrix; N] {
    let n_bars = seen.cues.n_rows();
    let mut scores = [(); N].map(|()| {
        let mut none = Matrix::zeros(n_bars + 1, MAX_BARS + 1);
        (0..=n_bars).for_each(|end| none.row_mut(end).fill(f32::NEG_INFINITY));
        none
    });
    let at_line: Vec<[f32; N]> =
        seen.cues.rows().map(|cues| std::array::from_fn(|level| levels[level].line(cues))).collect();
    for_each_segment(seen, pace, |start, end, features| {
        for (idx, level) in levels.iter().enumerate() {
            let line = if start > 0 { at_line[start][idx] } else { 0.0 };
            scores[idx].row_mut(end)[end - start] = level.segment(features) + line;
        }
    })
    .await;
    scores
}

/// Calls `visit(start, end, features)` for every segment of at most [`MAX_BARS`] bars.
pub(super) async fn for_each_segment(
    seen: &Evidence<'_>,
    pace: &Pace,
    mut visit: impl FnMut(usize, usize, &[f32; SEGMENT_FEATURES.len()]),
) {
    let n_bars = seen.cues.n_rows();
    let reach = seen.like.passage.reach();
    let width = 2 * reach + 1;
    let periods = [periodicity(&seen.like.passage), periodicity(&seen.like.harmony)];
    pace.spend(2 * n_bars * MAX_BARS).await;
    for start in 0..n_bars {
        let mut all_sums = [(); 3].map(|()| vec![0.0f32; width]);
        // Sums of the similarities of different bars within the segment.
        let mut within = [0.0f32; 4];
        for end in start + 1..=n_bars.min(start + MAX_BARS) {
            let last = end - 1;
            let length = end - start;
            let likes = [&seen.like.passage, &seen.like.harmony, &seen.like.melody];
            for (sums, like) in all_sums.iter_mut().zip(likes) {
                // Bars beyond the ends of the song count as half-way unlike.
                let (row, missing) = (like.lags_of(last), like.median / 2.0);
                let there = reach - last.min(reach)..reach + (n_bars - last).min(reach + 1);
                sums[..there.start].iter_mut().for_each(|sum| *sum += missing);
                sums[there.end..].iter_mut().for_each(|sum| *sum += missing);
                sums[there.clone()].iter_mut().zip(&row[there]).for_each(|(sum, x)| *sum += x);
            }
            for (sum, like) in within.iter_mut().zip([
                &seen.like.sound,
                &seen.like.texture,
                &seen.like.harmony,
                &seen.like.melody,
            ]) {
                *sum += 2.0 * (start..last).map(|i| like.at(i, last)).sum::<f32>();
            }
            let repetition = Repetition {
                best: all_sums.each_ref().map(|sums| best_repetition(sums, length)),
                tandem: all_sums.each_ref().map(|sums| tandem(sums, length)),
                period: [periods[0][length], periods[1][length]],
            };
            let features = segment_features(seen, start..end, within, &repetition);
            visit(start, end, &features);
        }
        pace.spend(MAX_BARS * (4 * width + 200)).await;
    }
}

/// How a segment repeats, in passages and in harmony.
struct Repetition {
    /// Highest mean along a diagonal at least its length away.
    best: [f32; 3],
    /// Mean along the better of the diagonals just its length away: it comes twice in a row.
    tandem: [f32; 3],
    /// How much the whole song repeats after its length, standardised over lengths.
    period: [f32; 2],
}

/// How alike bars are that are so many bars apart, by lag up to [`MAX_BARS`], standardised over the lags
/// that songs divide by, `[MAX_BARS + 1]`; 0 where too few bars are so far apart.
fn periodicity(like: &SelfSimilarity) -> [f32; MAX_BARS + 1] {
    let n_bars = like.n_bars();
    let lags = MIN_PERIOD..(n_bars / 2 + 1).min(MAX_BARS + 1);
    let mut by_lag = [0.0f32; MAX_BARS + 1];
    if lags.is_empty() {
        return by_lag;
    }
    for lag in lags.clone() {
        by_lag[lag] = (lag..n_bars).map(|bar| like.at(bar, bar - lag)).sum::<f32>() / (n_bars - lag) as f32;
    }
    let n = lags.len().max(1) as f32;
    let mean = by_lag[lags.clone()].iter().sum::<f32>() / n;
    let spread = (by_lag[lags.clone()].iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n).sqrt();
    by_lag[lags].iter_mut().for_each(|x| *x = ((*x - mean) / (spread + 0.01)).clamp(-2.0, 4.0));
    by_lag
}

/// Shorter periods are of no section.
const MIN_PERIOD: usize = 4;

/// Highest mean along the diagonals `length` bars away.
fn tandem(sums: &[f32], length: usize) -> f32 {
    let reach = sums.len() / 2;
    let at = |idx: Option<usize>| idx.and_then(|idx| sums.get(idx)).copied().unwrap_or(0.0);
    at(reach.checked_sub(length)).max(at(Some(reach + length))) / length as f32
}

/// Highest mean along a diagonal at least `length` bars away.
fn best_repetition(sums: &[f32], length: usize) -> f32 {
    let reach = sums.len() / 2;
    let near = length.max(3);
    let before = sums[..(reach + 1).saturating_sub(near)].iter();
    let after = sums.get(reach + near..).unwrap_or_default().iter();
    before.chain(after).copied().fold(0.0f32, f32::max) / length as f32
}

fn segment_features(
    seen: &Evidence<'_>,
    bars: Range<usize>,
    within: [f32; 4],
    repetition: &Repetition,
) -> [f32; SEGMENT_FEATURES.len()] {
    let n = bars.len();
    let seconds = (seen.edges[bars.end] - seen.edges[bars.start]) as f32;
    let flag = |yes: bool| f32::from(u8::from(yes));
    let beyond = |limit: f32| 1.0 / (1.0 + (-(seconds - limit) / 1.5).exp());
    let (first, last) = (flag(bars.start == 0), flag(bars.end == seen.cues.n_rows()));
    let length = n as f32;
    let pairs = (n * (n - 1)).max(1) as f32;
    let likes = [&seen.like.sound, &seen.like.texture, &seen.like.harmony, &seen.like.melody];
    let homogeneity: [f32; 4] =
        std::array::from_fn(|i| if n > 1 { within[i] / pairs - likes[i].mean } else { 0.0 });
    let excess = |best: f32, median: f32| if n > 2 { (best - median).max(0.0) } else { 0.0 };
    let passage = excess(repetition.best[0], seen.like.passage.median);
    let long = length.min(24.0) / 8.0;
    let harmony_tandem = excess(repetition.tandem[1], seen.like.harmony.median);
    // Twelve bars fall into eight and four, unless all of them return.
    let (is_12, by_12) = (flag(n == 12), flag(n.is_multiple_of(12)));
    [
        1.0,
        flag(n.is_multiple_of(2)),
        flag(n.is_multiple_of(4)),
        flag(n.is_multiple_of(8)),
        flag(n.is_multiple_of(16)),
        flag(n % 4 == 1),
        flag(n == 16),
        flag(n == 32),
        flag(n == 8),
        flag(n == 4),
        flag(n == 1),
        flag(n == 2),
        flag(n == 3),
        flag(n > 4),
        flag(n > 8),
        flag(n > 16),
        flag(n > 32),
        (length - 16.0).max(0.0) / 8.0,
        (length - 32.0).max(0.0) / 8.0,
        (length - 8.0).clamp(0.0, 8.0) / 8.0,
        beyond(8.0),
        beyond(12.0),
        beyond(16.0),
        beyond(24.0),
        beyond(32.0),
        beyond(48.0),
        first * length.min(16.0) / 8.0,
        first * seconds.min(40.0) / 20.0,
        first * flag(seconds > 26.0),
        first * flag(n.is_multiple_of(4)),
        first * flag(n.is_multiple_of(8)),
        last * length.min(16.0) / 8.0,
        last * seconds.min(40.0) / 20.0,
        last * flag(seconds > 26.0),
        last * flag(n.is_multiple_of(4)),
        last * flag(n % 4 == 1),
        homogeneity[0],
        homogeneity[0] * long,
        homogeneity[1],
        homogeneity[1] * long,
        homogeneity[2],
        homogeneity[2] * long,
        passage,
        passage * long,
        excess(repetition.best[1], seen.like.harmony.median),
        is_12,
        excess(repetition.tandem[0], seen.like.passage.median),
        harmony_tandem,
        repetition.period[0],
        repetition.period[1],
        excess(repetition.best[2], seen.like.melody.median),
        excess(repetition.tandem[2], seen.like.melody.median),
        homogeneity[3],
        flag(n == 24),
        by_12,
        is_12 * harmony_tandem * 4.0,
        is_12 * repetition.period[1],
        by_12 * repetition.period[1],
    ]
}

/// Probability that a segment starts at each bar, `[n_bars]` (1 for the first), by forward–backward
/// over all segmentations. O(n_bars · MAX_BARS).
pub(super) fn boundary_posteriors(scores: &Matrix) -> Vec<f32> {
    let n = scores.n_rows().saturating_sub(1);
    let score = |start: usize, length: usize| f64::from(scores.row(start + length)[length]);
    let mut forward = vec![f64::NEG_INFINITY; n + 1];
    let mut backward = forward.clone();
    forward[0] = 0.0;
    backward[n] = 0.0;
    for end in 1..=n {
        let lengths = 1..=end.min(MAX_BARS);
        forward[end] = log_sum(lengths.map(|length| forward[end - length] + score(end - length, length)));
    }
    for start in (0..n).rev() {
        let lengths = 1..=(n - start).min(MAX_BARS);
        backward[start] = log_sum(lengths.map(|length| backward[start + length] + score(start, length)));
    }
    let total = forward[n];
    (0..n).map(|bar| (forward[bar] + backward[bar] - total).exp().min(1.0) as f32).collect()
}

fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY { max } else { max + terms.map(|x| (x - max).exp()).sum::<f64>().ln() }
}

/// The probability from which taking a boundary raises the expected F-measure: half of the highest F
/// that can be expected (Lipton, Elkan & Naryanaswamy 2014), so that songs with faint boundaries get
/// about as many as people set, and songs with clear ones no faint ones besides.
pub(super) fn balanced_threshold(posteriors: &[f32]) -> f32 {
    let mut sorted: Vec<f32> = posteriors.iter().skip(1).copied().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let expected: f32 = sorted.iter().sum();
    let mut hits = 0.0;
    let mut best = 0.0f32;
    for (n, p) in sorted.iter().enumerate() {
        hits += p;
        best = best.max(2.0 * hits / (n as f32 + 1.0 + expected));
    }
    (best / 2.0).clamp(MIN_THRESHOLD, 0.5)
}

/// No boundary is set that is less probable, at the usual sensitivity.
const MIN_THRESHOLD: f32 = 0.18;

/// The bar lines that start segments, from 0: those for which the sum of probability above
/// `threshold` is greatest, none closer than `min_seconds` to another or to the end. O(n_bars²) at
/// worst, linear for short minima.
pub(super) fn choose_boundaries(
    posteriors: &[f32],
    edges: &[f64],
    threshold: f32,
    min_seconds: f64,
) -> Vec<usize> {
    let n_bars = posteriors.len();
    if n_bars == 0 {
        return Vec::new();
    }
    // gain[i]: best sum with the last boundary at i; lead[i]: the best of gain[..=i].
    let mut gain = vec![f32::NEG_INFINITY; n_bars];
    let mut came_from = vec![0; n_bars];
    let mut lead: Vec<usize> = vec![0; n_bars];
    gain[0] = 0.0;
    for bar in 1..n_bars {
        let latest = edges.partition_point(|&edge| edge <= edges[bar] - min_seconds + 1e-6);
        if latest > 0 && edges[n_bars] - edges[bar] >= min_seconds - 1e-6 {
            let from = lead[latest.min(bar) - 1];
            gain[bar] = gain[from] + posteriors[bar] - threshold;
            came_from[bar] = from;
        }
        lead[bar] = if gain[bar] > gain[lead[bar - 1]] { bar } else { lead[bar - 1] };
    }
    let mut chosen = vec![lead[n_bars - 1]];
    while let Some(&bar) = chosen.last().filter(|&&bar| bar > 0) {
        chosen.push(came_from[bar]);
    }
    chosen.reverse();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::complete;
    use crate::structure::model::MODEL;
    use crate::structure::phrases::PREFIX;

    #[test]
    fn every_feature_has_its_weight() {
        let weights = Weights::parse(MODEL);
        let of_lines = CUES.iter().flat_map(|cue| ["", ":z", ":peak"].map(|kind| format!("{cue}{kind}")));
        let names: Vec<String> =
            of_lines.chain(SEGMENT_FEATURES.map(str::to_owned)).chain(["line".to_owned()]).collect();
        for prefix in ["", PREFIX] {
            for name in &names {
                assert!(weights.has(&format!("{prefix}{name}")), "{prefix}{name}");
            }
        }
    }

    #[test]
    fn posteriors_match_enumeration_of_all_segmentations() {
        let n = 6;
        let mut scores = Matrix::zeros(n + 1, MAX_BARS + 1);
        let score = |start: usize, end: usize| ((start * 7 + end * 3) % 5) as f32 / 2.0 - 1.0;
        for end in 0..=n {
            for length in 0..=MAX_BARS {
                scores.row_mut(end)[length] =
                    if length == 0 || length > end { f32::NEG_INFINITY } else { score(end - length, end) };
            }
        }
        let (mut sums, mut total) = (vec![0.0f64; n], 0.0f64);
        for mask in 0..1usize << (n - 1) {
            let mut starts = vec![0];
            starts.extend((1..n).filter(|bar| mask >> (bar - 1) & 1 == 1));
            let ends = starts.iter().skip(1).copied().chain([n]);
            let p = f64::from(starts.iter().zip(ends).map(|(&a, b)| score(a, b)).sum::<f32>()).exp();
            starts.iter().for_each(|&bar| sums[bar] += p);
            total += p;
        }
        for (found, expected) in boundary_posteriors(&scores).iter().zip(&sums) {
            assert!((f64::from(*found) - expected / total).abs() < 1e-5);
        }
    }

    #[test]
    fn a_song_has_the_period_that_it_repeats_after() {
        let mut rows = Matrix::with_cols(12);
        for bar in 0..60 {
            let mut row = [0.0; 12];
            row[bar % 12] = 1.0;
            rows.push_row(&row);
        }
        let like = complete(SelfSimilarity::cosine(&rows, &Pace::default()));
        let by_lag = periodicity(&like);
        assert!((MIN_PERIOD..=30).all(|lag| (by_lag[lag] > 1.0) == (lag % 12 == 0)), "{by_lag:?}");
        assert!(by_lag[31..].iter().all(|x| *x == 0.0));
        // Twelve bars come again at once, eight do not.
        let sums = |n: usize| -> Vec<f32> {
            (0..=2 * like.reach()).map(|lag| (20..20 + n).map(|bar| like.lags_of(bar)[lag]).sum()).collect()
        };
        assert!((tandem(&sums(12), 12) - 1.0).abs() < 1e-6);
        assert!(tandem(&sums(8), 8) < 0.5);
        assert_eq!(
            periodicity(&complete(SelfSimilarity::cosine(&Matrix::with_cols(12), &Pace::default()))),
            [0.0; MAX_BARS + 1]
        );
    }

    #[test]
    fn the_threshold_is_half_the_expected_f_measure() {
        // Three sure boundaries: F = 1. Four equal ones of 0.5: F = 2 · 2 / (4 + 2).
        assert!((balanced_threshold(&[1.0, 1.0, 1.0, 0.0, 1.0]) - 0.5).abs() < 1e-6);
        assert!((balanced_threshold(&[1.0, 0.5, 0.5, 0.5, 0.5]) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(balanced_threshold(&[]), MIN_THRESHOLD);
    }

    #[test]
    fn boundaries_keep_their_distance_and_follow_the_threshold() {
        let edges: Vec<f64> = (0..=10).map(|i| 2.0 * f64::from(i)).collect();
        let p = [1.0, 0.1, 0.2, 0.9, 0.8, 0.1, 0.4, 0.1, 0.1, 0.5];
        assert_eq!(choose_boundaries(&p, &edges, 0.3, 0.0), [0, 3, 4, 6, 9]);
        assert_eq!(choose_boundaries(&p, &edges, 0.3, 4.0), [0, 3, 6]);
        assert_eq!(choose_boundaries(&p, &edges, 0.85, 4.0), [0, 3]);
        assert_eq!(choose_boundaries(&p, &edges, 0.3, 100.0), [0]);
        assert!(choose_boundaries(&[], &[], 0.3, 1.0).is_empty());
    }
}
