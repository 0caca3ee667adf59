//! Maximum likelihood for the linear-chain conditional random field of the labels (Lafferty, McCallum &
//! Pereira 2001), where of some sections it is only known which labels they do not have.

use std::thread;

use crate::Failure;
use crate::minimise::minimise;

const MAX_ITERATIONS: u64 = 120;
/// Parts of the songs that are summed each by a thread: always as many, so that rounding is the same everywhere.
const N_PARTS: usize = 8;

/// The labels, the features, and how freely the weights may differ from none.
pub(super) struct Shape {
    pub(super) n_labels: usize,
    pub(super) n_features: usize,
    /// Penalties on the squares of the weights: of features, of what follows what.
    pub(super) penalties: [f64; 2],
}

impl Shape {
    /// Where the scores of steps start.
    pub(super) const fn steps(&self) -> usize {
        self.n_labels * self.n_features
    }

    /// Where the scores of repeated groups start.
    pub(super) const fn again(&self) -> usize {
        self.steps() + self.n_labels * self.n_labels
    }

    /// All weights: of the features by label, of each label after another, of a label that the same group has
    /// again.
    const fn n_weights(&self) -> usize {
        self.again() + self.n_labels
    }
}

/// The sections of a song and what is known of their labels.
#[derive(Debug, Clone)]
pub(super) struct Song {
    /// Features of each section.
    pub(super) features: Vec<Vec<f64>>,
    /// Whether each section but the first is of the group of the one before.
    pub(super) is_again: Vec<bool>,
    /// Which labels each section may have.
    pub(super) allowed: Vec<Vec<bool>>,
    /// How much the song counts.
    pub(super) weight: f64,
}

/// Expected counts and their normaliser under the labels that `may` be.
struct Expected {
    log_total: f64,
    /// Probability of each label at each section.
    labels: Vec<Vec<f64>>,
    /// Probability of each step into each section but the first, `[n_labels²]`.
    steps: Vec<Vec<f64>>,
}

/// Exponentials of the scores of steps, row by row: between sections of different groups, and of one group.
struct Steps([Vec<f64>; 2]);

impl Steps {
    fn new(shape: &Shape, weights: &[f64]) -> Self {
        let different: Vec<f64> = weights[shape.steps()..shape.again()].iter().map(|w| w.exp()).collect();
        let mut same = different.clone();
        for (label, w) in weights[shape.again()..].iter().enumerate() {
            same[label * shape.n_labels + label] *= w.exp();
        }
        Self([different, same])
    }

    fn between(&self, is_again: bool) -> &[f64] {
        &self.0[usize::from(is_again)]
    }
}

/// Scales to sum 1; returns the logarithm of the sum.
fn normalise(values: &mut [f64]) -> f64 {
    let sum = values.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    values.iter_mut().for_each(|x| *x /= sum);
    sum.ln()
}

impl Song {
    /// Forward–backward over the sequences that are allowed, or over all. `own` are exponentials of scores.
    fn expect(&self, steps: &Steps, own: &[Vec<f64>], is_known: bool) -> Expected {
        let n_labels = own.first().map_or(0, Vec::len);
        let score = |idx: usize, label: usize| {
            if is_known && !self.allowed[idx][label] { 0.0 } else { own[idx][label] }
        };
        let mut log_total = 0.0;
        let mut forward: Vec<Vec<f64>> = Vec::with_capacity(own.len());
        for idx in 0..own.len() {
            let mut row: Vec<f64> = (0..n_labels).map(|label| score(idx, label)).collect();
            if let Some(before) = forward.last() {
                let step = steps.between(self.is_again[idx - 1]);
                for (to, x) in row.iter_mut().enumerate() {
                    *x *= before
                        .iter()
                        .enumerate()
                        .map(|(from, p)| p * step[from * n_labels + to])
                        .sum::<f64>();
                }
            }
            log_total += normalise(&mut row);
            forward.push(row);
        }
        let mut labels = forward.clone();
        let mut pairs = vec![Vec::new(); own.len().saturating_sub(1)];
        let mut after = vec![1.0; n_labels];
        for idx in (1..own.len()).rev() {
            let step = steps.between(self.is_again[idx - 1]);
            let ahead: Vec<f64> = (0..n_labels).map(|to| after[to] * score(idx, to)).collect();
            let mut pair: Vec<f64> = (0..n_labels * n_labels)
                .map(|i| forward[idx - 1][i / n_labels] * step[i] * ahead[i % n_labels])
                .collect();
            normalise(&mut pair);
            pairs[idx - 1] = pair;
            after = step
                .chunks_exact(n_labels)
                .map(|row| row.iter().zip(&ahead).map(|(a, b)| a * b).sum())
                .collect();
            normalise(&mut after);
            labels[idx - 1].iter_mut().zip(&after).for_each(|(p, after)| *p *= after);
            normalise(&mut labels[idx - 1]);
        }
        Expected { log_total, labels, steps: pairs }
    }

    /// Negative log-likelihood of what is known; adds its gradient.
    fn loss(&self, shape: &Shape, weights: &[f64], steps: &Steps, gradient: &mut [f64]) -> f64 {
        let own: Vec<Vec<f64>> = self
            .features
            .iter()
            .map(|x| {
                let rows = weights[..shape.steps()].chunks_exact(shape.n_features);
                let scores: Vec<f64> = rows.map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect();
                // What all labels have in common cancels out.
                let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                scores.iter().map(|score| (score - most).exp()).collect()
            })
            .collect();
        let (all, known) = (self.expect(steps, &own, false), self.expect(steps, &own, true));
        for (idx, x) in self.features.iter().enumerate() {
            for label in 0..shape.n_labels {
                let excess = self.weight * (all.labels[idx][label] - known.labels[idx][label]);
                let row = &mut gradient[label * shape.n_features..][..shape.n_features];
                row.iter_mut().zip(x).for_each(|(sum, x)| *sum += excess * x);
            }
        }
        for (idx, (all, known)) in all.steps.iter().zip(&known.steps).enumerate() {
            for (pair, (p, q)) in all.iter().zip(known).enumerate() {
                let excess = self.weight * (p - q);
                gradient[shape.steps() + pair] += excess;
                let (from, to) = (pair / shape.n_labels, pair % shape.n_labels);
                if from == to && self.is_again[idx] {
                    gradient[shape.again() + to] += excess;
                }
            }
        }
        self.weight * (all.log_total - known.log_total)
    }
}

/// Sum of loss and gradient over the songs.
fn in_parallel(songs: &[&Song], shape: &Shape, weights: &[f64]) -> (f64, Vec<f64>) {
    let steps = &Steps::new(shape, weights);
    let parts: Vec<(f64, Vec<f64>)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..N_PARTS)
            .map(|part| {
                scope.spawn(move || {
                    let mut gradient = vec![0.0; weights.len()];
                    let own = songs.iter().skip(part).step_by(N_PARTS);
                    let loss = own.map(|song| song.loss(shape, weights, steps, &mut gradient)).sum::<f64>();
                    (loss, gradient)
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut sum = vec![0.0; weights.len()];
    parts.iter().for_each(|(_, part)| sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
    (parts.iter().map(|(loss, _)| loss).sum(), sum)
}

/// The weights that make what is known most probable.
pub(super) fn fit(songs: &[&Song], shape: &Shape) -> Result<Vec<f64>, Failure> {
    // By section, so that the first step is no leap.
    let n: f64 = songs.iter().map(|song| song.weight * song.features.len() as f64).sum::<f64>().max(1.0);
    let objective = |weights: &[f64]| {
        let (mut loss, mut gradient) = in_parallel(songs, shape, weights);
        for (idx, w) in weights.iter().enumerate() {
            let penalty = shape.penalties[usize::from(idx >= shape.steps())];
            loss += penalty * w * w / 2.0;
            gradient[idx] += penalty * w;
        }
        gradient.iter_mut().for_each(|slope| *slope /= n);
        (loss / n, gradient)
    };
    minimise(objective, vec![0.0; shape.n_weights()], MAX_ITERATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_slope() {
        let shape = Shape { n_labels: 3, n_features: 2, penalties: [0.0; 2] };
        let song = Song {
            features: vec![vec![1.0, 0.3], vec![1.0, -0.8], vec![1.0, 0.5], vec![1.0, 0.1]],
            is_again: vec![false, true, false],
            allowed: vec![
                vec![true, false, false],
                vec![false, true, true],
                vec![false, false, true],
                vec![true, true, true],
            ],
            weight: 0.7,
        };
        let weights: Vec<f64> = (0..shape.n_weights()).map(|i| ((i * 37) % 11) as f64 / 10.0 - 0.5).collect();
        let mut gradient = vec![0.0; weights.len()];
        song.loss(&shape, &weights, &Steps::new(&shape, &weights), &mut gradient);
        for idx in 0..weights.len() {
            let at = |step: f64| {
                let mut moved = weights.clone();
                moved[idx] += step;
                song.loss(&shape, &moved, &Steps::new(&shape, &moved), &mut vec![0.0; weights.len()])
            };
            let slope = (at(1e-4) - at(-1e-4)) / 2e-4;
            assert!((slope - gradient[idx]).abs() < 1e-6, "{idx}: {slope} {}", gradient[idx]);
        }
    }
}
