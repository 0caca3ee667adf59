//! Cues: what is heard at each bar line, before anything is decided.
//!
//! Novelty is the checkerboard of Foote (2000) on three similarities and five scales. Repetition is
//! read off the diagonals of the self-similarity, as in Serrà et al. (2014): a passage that starts to
//! run parallel to another, or ceases to, marks a bar line.

use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::structure::bars::BarFeatures;
use crate::structure::similarity::SelfSimilarity;

/// The self-similarities that cues and segments are judged by.
pub(super) struct Similarities {
    /// Mean sound of the bars.
    pub(super) sound: SelfSimilarity,
    /// Sound in detail, position by position.
    pub(super) texture: SelfSimilarity,
    /// Harmony, position by position.
    pub(super) harmony: SelfSimilarity,
    /// Melody, position by position.
    pub(super) melody: SelfSimilarity,
    /// Mean of texture and harmony: what counts as the same passage.
    pub(super) passage: SelfSimilarity,
}

impl Similarities {
    /// Compares all bars.
    pub(super) async fn new(bars: &BarFeatures, pace: &Pace) -> Self {
        let sound = SelfSimilarity::radial(&bars.sound, pace).await;
        let texture = SelfSimilarity::radial(&bars.texture, pace).await;
        let harmony = SelfSimilarity::cosine(&bars.harmony, pace).await;
        let passage = texture.blend(&harmony);
        let melody = SelfSimilarity::cosine(&bars.melody, pace).await;
        Self { sound, texture, harmony, melody, passage }
    }
}

/// Scales of novelty in bars.
const NOVELTY_SCALES: [usize; 5] = [1, 2, 4, 8, 16];
/// Scales of repetition in bars.
const REPETITION_SCALES: [usize; 4] = [2, 4, 8, 16];

/// Names of the cues, in the order of their columns. Each comes as it is, then standardised over the
/// song (`z`), then as prominence over its neighbours (`peak`).
pub(super) const CUES: [&str; 58] = [
    "sound_novelty_1",
    "sound_novelty_2",
    "sound_novelty_4",
    "sound_novelty_8",
    "sound_novelty_16",
    "texture_novelty_1",
    "texture_novelty_2",
    "texture_novelty_4",
    "texture_novelty_8",
    "texture_novelty_16",
    "harmony_novelty_1",
    "harmony_novelty_2",
    "harmony_novelty_4",
    "harmony_novelty_8",
    "harmony_novelty_16",
    "harmony_repeat_start_2",
    "harmony_repeat_end_2",
    "harmony_repeat_change_2",
    "harmony_repeat_start_4",
    "harmony_repeat_end_4",
    "harmony_repeat_change_4",
    "harmony_repeat_start_8",
    "harmony_repeat_end_8",
    "harmony_repeat_change_8",
    "harmony_repeat_start_16",
    "harmony_repeat_end_16",
    "harmony_repeat_change_16",
    "passage_repeat_start_2",
    "passage_repeat_end_2",
    "passage_repeat_change_2",
    "passage_repeat_start_4",
    "passage_repeat_end_4",
    "passage_repeat_change_4",
    "passage_repeat_start_8",
    "passage_repeat_end_8",
    "passage_repeat_change_8",
    "passage_repeat_start_16",
    "passage_repeat_end_16",
    "passage_repeat_change_16",
    "melody_repeat_start_2",
    "melody_repeat_end_2",
    "melody_repeat_change_2",
    "melody_repeat_start_4",
    "melody_repeat_end_4",
    "melody_repeat_change_4",
    "melody_repeat_start_8",
    "melody_repeat_end_8",
    "melody_repeat_change_8",
    "melody_repeat_start_16",
    "melody_repeat_end_16",
    "melody_repeat_change_16",
    "crash",
    "fill",
    "gap",
    "level_step",
    "level_rise",
    "level_rise_4",
    "level_fall_4",
];

/// Computes the cues at the bar lines, `[n_bars × 3 · CUES.len()]`; the first row (the start) is zero.
/// O(n_bars · reach).
pub(super) async fn compute_cues(bars: &BarFeatures, like: &Similarities, pace: &Pace) -> Matrix {
    let n_bars = bars.sound.n_rows();
    let levels: Vec<f32> = bars.level.rows().map(mean).collect();
    let crash: Vec<f32> = bars.high_flux.rows().map(|row| mean(&row[..2])).collect();
    let busy: Vec<f32> = bars.flux.rows().map(|row| mean(&row[row.len() / 2..])).collect();
    let (usual_crash, usual_busy) = (median(&crash), median(&busy));
    let mut raw = Matrix::zeros(n_bars, CUES.len());
    for bar in 1..n_bars {
        let mut row = Vec::with_capacity(CUES.len());
        for similarity in [&like.sound, &like.texture, &like.harmony] {
            row.extend(NOVELTY_SCALES.map(|scale| checkerboard(similarity, bar, scale)));
        }
        for similarity in [&like.harmony, &like.passage, &like.melody] {
            row.extend(REPETITION_SCALES.iter().flat_map(|&scale| repetition_change(similarity, bar, scale)));
        }
        row.push(((crash[bar] + 0.1) / (usual_crash + 0.1)).ln());
        row.push(((busy[bar - 1] + 0.1) / (usual_busy + 0.1)).ln());
        let before = bars.level.row(bar - 1);
        row.push(mean(&before[before.len() - 2..]) - levels[bar - 1]);
        let step = levels[bar] - levels[bar - 1];
        let phrase = mean(&levels[bar..n_bars.min(bar + 4)]) - mean(&levels[bar.saturating_sub(4)..bar]);
        row.extend([step.abs(), step.max(0.0), phrase.max(0.0), (-phrase).max(0.0)]);
        raw.row_mut(bar).copy_from_slice(&row);
        pace.spend(120 * like.harmony.reach() + 5000).await;
    }
    with_contrast(&raw)
}

fn mean(xs: &[f32]) -> f32 {
    xs.iter().sum::<f32>() / xs.len().max(1) as f32
}

fn median(xs: &[f32]) -> f32 {
    let mut sorted = xs.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Similarity within the `scale` bars before and after, less that across.
fn checkerboard(similarity: &SelfSimilarity, bar: usize, scale: usize) -> f32 {
    let before = bar.saturating_sub(scale)..bar;
    let after = bar..(bar + scale).min(similarity.n_bars());
    (similarity.block_mean(before.clone(), before.clone())
        + similarity.block_mean(after.clone(), after.clone()))
        / 2.0
        - similarity.block_mean(before, after)
}

/// Passages closer than this in bars are not counted as repetitions.
const MIN_LAG: usize = 4;

/// How strongly, over all lags, `scale` bars run more parallel after `bar` than before it (start),
/// less (end), and how much that changes on average.
fn repetition_change(similarity: &SelfSimilarity, bar: usize, scale: usize) -> [f32; 3] {
    let reach = similarity.reach();
    let sums = |from: usize, to: usize| {
        let mut sums = vec![0.0f32; 2 * reach + 1];
        for i in from..to.min(similarity.n_bars()) {
            sums.iter_mut().zip(similarity.lags_of(i)).for_each(|(sum, x)| *sum += x);
        }
        sums
    };
    let (after, before) = (sums(bar, bar + scale), sums(bar.saturating_sub(scale), bar));
    let (mut start, mut end, mut change, mut n) = (0.0f32, 0.0f32, 0.0f32, 0);
    for (col, (a, b)) in after.iter().zip(&before).enumerate() {
        let lag = col as isize - reach as isize;
        let n_after = similarity.n_pairs(bar, bar + scale, lag);
        let n_before = similarity.n_pairs(bar.saturating_sub(scale), bar, lag);
        if lag.unsigned_abs() < MIN_LAG || n_after == 0 || n_before == 0 {
            continue;
        }
        let difference = a / n_after as f32 - b / n_before as f32;
        start = start.max(difference);
        end = end.max(-difference);
        change += difference.abs();
        n += 1;
    }
    [start, end, change / n.max(1) as f32]
}

/// Standardised values are clipped here.
const MAX_Z: f32 = 4.0;

/// Appends standardised values and prominences.
fn with_contrast(raw: &Matrix) -> Matrix {
    let (n_bars, n_cues) = (raw.n_rows(), raw.n_cols());
    let mut all = Matrix::zeros(n_bars, 3 * n_cues);
    let n = n_bars.saturating_sub(1).max(1) as f32;
    for cue in 0..n_cues {
        let column = raw.col(cue);
        let inner = column.get(1..).unwrap_or_default();
        let mean = inner.iter().sum::<f32>() / n;
        let spread = (inner.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / n).sqrt() + 1e-6;
        let z: Vec<f32> = column.iter().map(|x| ((x - mean) / spread).clamp(-MAX_Z, MAX_Z)).collect();
        for bar in 1..n_bars {
            let beside = z[bar - 1].max(z[(bar + 1).min(n_bars - 1)]);
            let row = all.row_mut(bar);
            row[cue] = column[bar];
            row[n_cues + cue] = z[bar];
            row[2 * n_cues + cue] = (z[bar] - beside).max(-2.0);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::complete;

    /// Bars of two kinds, in blocks.
    fn blocks(lengths: &[usize]) -> SelfSimilarity {
        let mut rows = Matrix::with_cols(2);
        for (i, &n) in lengths.iter().enumerate() {
            (0..n).for_each(|_| rows.push_row(if i % 2 == 0 { &[1.0, 0.0] } else { &[0.0, 1.0] }));
        }
        complete(SelfSimilarity::cosine(&rows, &Pace::default()))
    }

    #[test]
    fn the_checkerboard_peaks_where_blocks_meet() {
        let similarity = blocks(&[8, 6, 10]);
        let novelty: Vec<f32> = (1..24).map(|bar| checkerboard(&similarity, bar, 4)).collect();
        let peaks: Vec<usize> = (1..22)
            .filter(|&i| novelty[i] > novelty[i - 1] && novelty[i] > novelty[i + 1])
            .map(|i| i + 1)
            .collect();
        assert_eq!(peaks, [8, 14]);
    }

    #[test]
    fn a_repeated_passage_starts_and_ends_at_bar_lines() {
        // Distinct bars but for bars 20..26, which repeat 4..10.
        let mut rows = Matrix::with_cols(40);
        for i in 0..40 {
            let tone = if (20..26).contains(&i) { i - 16 } else { i };
            let mut row = [0.0; 40];
            row[tone] = 1.0;
            rows.push_row(&row);
        }
        let similarity = complete(SelfSimilarity::cosine(&rows, &Pace::default()));
        let starts: Vec<f32> = (0..40).map(|bar| repetition_change(&similarity, bar, 4)[0]).collect();
        let ends: Vec<f32> = (0..40).map(|bar| repetition_change(&similarity, bar, 4)[1]).collect();
        for bar in 1..39 {
            assert!(starts[bar] <= starts[20].max(starts[4]), "start at {bar}");
            assert!(ends[bar] <= ends[26].max(ends[10]), "end at {bar}");
        }
        assert!(starts[20] > 0.5 && ends[26] > 0.5);
    }
}
