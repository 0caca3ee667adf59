//! Self-similarity of bars, kept within a band around the diagonal so that cost stays linear.

use crate::matrix::Matrix;
use crate::pace::Pace;

/// Farthest bars compared with each other: some 4–8 minutes. Shorter songs are compared in full.
const REACH: usize = 160;

/// How the distance of two bars is measured.
#[derive(Debug, Clone, Copy)]
enum Distance {
    SquaredEuclidean,
    /// One minus the scalar product, for rows of unit norm.
    Cosine,
}

impl Distance {
    fn between(self, a: &[f32], b: &[f32]) -> f32 {
        let pairs = a.iter().zip(b);
        match self {
            Self::SquaredEuclidean => pairs.map(|(x, y)| (x - y) * (x - y)).sum(),
            Self::Cosine => 1.0 - pairs.map(|(x, y)| x * y).sum::<f32>(),
        }
    }
}

/// Similarity of bars at most `reach` apart, in [0, 1].
#[derive(Debug, Clone)]
pub(super) struct SelfSimilarity {
    n_bars: usize,
    reach: usize,
    /// `[n_bars × (2 · reach + 1)]`: bar `i` against bar `i + lag`; 0 where there is no such bar.
    by_lag: Matrix,
    /// Distance at which the similarity is 1/e.
    scale: f32,
    kind: Distance,
    /// Mean over all pairs of different bars.
    pub(super) mean: f32,
    /// Median over pairs of different bars.
    pub(super) median: f32,
}

impl SelfSimilarity {
    /// Gaussian of the Euclidean distance; at the median distance it is 1/e (self-tuning).
    pub(super) async fn radial(rows: &Matrix, pace: &Pace) -> Self {
        Self::new(rows, Distance::SquaredEuclidean, pace).await
    }

    /// Exponential of the cosine distance of rows of unit norm, scaled likewise.
    pub(super) async fn cosine(rows: &Matrix, pace: &Pace) -> Self {
        Self::new(rows, Distance::Cosine, pace).await
    }

    async fn new(rows: &Matrix, kind: Distance, pace: &Pace) -> Self {
        let n_bars = rows.n_rows();
        let reach = REACH.min(n_bars.saturating_sub(1));
        let mut by_lag = Matrix::zeros(n_bars, 2 * reach + 1);
        let mut distances = Vec::with_capacity(n_bars * reach);
        for i in 0..n_bars {
            for lag in 1..=reach.min(n_bars - 1 - i) {
                let d = kind.between(rows.row(i), rows.row(i + lag)).max(0.0);
                by_lag.row_mut(i)[reach + lag] = d;
                distances.push(d);
            }
            pace.spend(reach * rows.n_cols()).await;
        }
        let middle = distances.len() / 2;
        let scale = match distances.is_empty() {
            true => 1.0,
            false => distances.select_nth_unstable_by(middle, f32::total_cmp).1.max(1e-6),
        };
        let mut sum = 0.0f64;
        for i in 0..n_bars {
            by_lag.row_mut(i)[reach] = 1.0;
            for lag in 1..=reach.min(n_bars - 1 - i) {
                let similarity = (-by_lag.row(i)[reach + lag] / scale).exp();
                sum += f64::from(similarity);
                by_lag.row_mut(i)[reach + lag] = similarity;
                by_lag.row_mut(i + lag)[reach - lag] = similarity;
            }
            pace.spend(8 * reach).await;
        }
        let mean = (sum / distances.len().max(1) as f64) as f32;
        Self { n_bars, reach, by_lag, scale, kind, mean, median: (-1.0f32).exp() }
    }

    /// Mean of two similarities of the same bars.
    pub(super) fn blend(&self, other: &Self) -> Self {
        let mut blend = self.clone();
        for i in 0..self.n_bars {
            let pairs = blend.by_lag.row_mut(i).iter_mut().zip(other.by_lag.row(i));
            pairs.for_each(|(x, y)| *x = (*x + y) / 2.0);
        }
        blend.mean = (self.mean + other.mean) / 2.0;
        blend.median = (self.median + other.median) / 2.0;
        blend
    }

    /// Similarity of two bars, however far apart, by their rows.
    pub(super) fn of_rows(&self, rows: &Matrix, i: usize, j: usize) -> f32 {
        self.of_distance(self.kind.between(rows.row(i), rows.row(j)))
    }

    /// Similarity at a distance.
    pub(super) fn of_distance(&self, distance: f32) -> f32 {
        (-distance.max(0.0) / self.scale).exp()
    }

    /// Number of bars.
    pub(super) const fn n_bars(&self) -> usize {
        self.n_bars
    }

    /// Largest lag.
    pub(super) const fn reach(&self) -> usize {
        self.reach
    }

    /// Similarities of bar `bar` to the bars `−reach..=reach` from it, 0 where there is none.
    pub(super) fn lags_of(&self, bar: usize) -> &[f32] {
        self.by_lag.row(bar)
    }

    /// Similarity of two bars, 0 if they are too far apart.
    pub(super) fn at(&self, i: usize, j: usize) -> f32 {
        (j + self.reach).checked_sub(i).and_then(|col| self.by_lag.row(i).get(col)).copied().unwrap_or(0.0)
    }

    /// Mean similarity of the bars `rows` to the bars `cols`, with themselves if they overlap.
    pub(super) fn block_mean(&self, rows: std::ops::Range<usize>, cols: std::ops::Range<usize>) -> f32 {
        let n = (rows.len() * cols.len()).max(1);
        rows.map(|i| cols.clone().map(|j| self.at(i, j)).sum::<f32>()).sum::<f32>() / n as f32
    }

    /// How many of the bars `from..to` have a bar `lag` from them.
    pub(super) fn n_pairs(&self, from: usize, to: usize, lag: isize) -> usize {
        let n = self.n_bars as isize;
        let first = (from as isize).max(-lag);
        (to as isize).min(n).min(n - lag).saturating_sub(first).max(0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::complete;

    #[test]
    fn equal_bars_are_alike_and_the_rest_is_not() {
        let mut rows = Matrix::with_cols(2);
        for i in 0..400 {
            rows.push_row(if i / 4 % 2 == 0 { &[1.0, 0.0] } else { &[0.0, 1.0] });
        }
        let similarity = complete(SelfSimilarity::cosine(&rows, &Pace::default()));
        assert_eq!(similarity.reach(), REACH);
        assert_eq!(similarity.at(0, 8), 1.0);
        assert_eq!(similarity.at(8, 0), 1.0);
        assert!(similarity.at(0, 4) < 0.5);
        assert_eq!(similarity.at(0, 399), 0.0, "too far apart");
        assert_eq!(similarity.block_mean(0..4, 8..12), 1.0);
        assert_eq!(similarity.n_pairs(0, 10, -4), 6);
        assert_eq!(similarity.n_pairs(395, 400, 4), 1);
        assert_eq!(similarity.n_pairs(395, 400, 40), 0);
    }
}
