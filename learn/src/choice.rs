//! Choices among alternatives, of which some are right (McFadden 1974).

use sectionist_core::rhythm::training::{Model, judge_score};

/// A choice that was made: at least one alternative is right.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Features of each alternative, `[n_alternatives][n_features]`.
    pub alternatives: Vec<Vec<f64>>,
    /// Which are right.
    pub right: Vec<bool>,
    /// How much it counts.
    pub weight: f64,
}

impl Choice {
    /// Whether the alternative that the judge of that name prefers is right, by features that have `names`.
    #[must_use]
    pub fn is_right(&self, model: &Model, name: &str, names: &[String]) -> bool {
        let scores: Vec<f64> = self.alternatives.iter().map(|x| judge_score(model, name, names, x)).collect();
        let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        best.is_some_and(|best| self.right[best])
    }
}

/// Probabilities in proportion to the exponentials of scores.
pub(crate) fn probabilities(scores: &[f64]) -> Vec<f64> {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f64 = exps.iter().sum();
    exps.iter().map(|e| e / total).collect()
}
