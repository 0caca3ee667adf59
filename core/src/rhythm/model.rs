//! The learned numbers of the stage, read from `rhythm.weights`.

#![cfg_attr(
    not(feature = "training"),
    expect(
        unreachable_pub,
        reason = "public for the fitting of the numbers, which is built with `training`"
    )
)]

/// What `cargo xtask learn rhythm` wrote.
pub(super) const LEARNED: &str = include_str!("rhythm.weights");

/// Learned vectors by name.
#[derive(Debug, Clone, Default)]
pub struct Model {
    vectors: Vec<(String, Vec<f64>)>,
}

impl Model {
    /// Reads a file of lines `name number number …`; `#` starts a comment. What cannot be read is
    /// left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let vectors = lines
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                Some((words.next()?.to_owned(), words.filter_map(|word| word.parse().ok()).collect()))
            })
            .collect();
        Self { vectors }
    }

    /// Replaces or adds a vector.
    #[cfg(feature = "training")]
    pub fn set(&mut self, name: &str, vector: Vec<f64>) {
        self.vectors.retain(|(other, _)| other != name);
        self.vectors.push((name.to_owned(), vector));
    }

    /// The vector of this name; empty if there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &[f64] {
        self.vectors.iter().find(|(other, _)| other == name).map_or(&[], |(_, vector)| vector)
    }
}

/// Sum of the products of weights and features; weights that are missing count as 0.
pub(super) fn dot(weights: &[f64], features: &[f64]) -> f64 {
    weights.iter().zip(features).map(|(w, x)| w * x).sum()
}

/// The logistic function.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Log odds of a probability, bounded.
pub(super) fn log_odds(p: f64) -> f64 {
    let p = p.clamp(1e-4, 1.0 - 1e-4);
    (p / (1.0 - p)).ln()
}

/// Probabilities in proportion to the exponentials of scores.
pub(super) fn softmax(scores: &[f64]) -> Vec<f64> {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f64 = exps.iter().sum();
    exps.iter().map(|e| e / total).collect()
}
