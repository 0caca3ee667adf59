//! Conditional logistic regression: which of several alternatives is right (McFadden 1974).

use crate::Failure;
use crate::minimise::minimise;

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
    /// Index of the alternative that the weights prefer, and its probability.
    #[must_use]
    pub fn preferred(&self, weights: &[f64]) -> (usize, f64) {
        let ps = probabilities(&self.alternatives, |x| x.iter().zip(weights).map(|(x, w)| x * w).sum());
        let best = (0..ps.len()).max_by(|&a, &b| ps[a].total_cmp(&ps[b])).unwrap_or(0);
        (best, ps.get(best).copied().unwrap_or(0.0))
    }
}

/// Weights that make right choices most probable, under a penalty of `penalty`/2 times the sum of
/// the squares of the weights of the standardised features.
///
/// # Errors
/// No choices, or they cannot be fitted.
pub fn fit(choices: &[&Choice], penalty: f64) -> Result<Vec<f64>, Failure> {
    let of_all = || choices.iter().flat_map(|choice| &choice.alternatives);
    let n_features = of_all().next().ok_or("nothing to choose from")?.len();
    let n = of_all().count() as f64;
    let scales: Vec<f64> = (0..n_features)
        .map(|i| {
            let mean = of_all().map(|x| x[i]).sum::<f64>() / n;
            let variance = of_all().map(|x| (x[i] - mean).powi(2)).sum::<f64>() / n;
            if variance < 1e-12 { 1.0 } else { variance.sqrt() }
        })
        .collect();
    let scaled: Vec<Vec<Vec<f64>>> = choices
        .iter()
        .map(|choice| {
            let scale = |x: &Vec<f64>| x.iter().zip(&scales).map(|(x, scale)| x / scale).collect();
            choice.alternatives.iter().map(scale).collect()
        })
        .collect();
    let objective = |w: &[f64]| {
        let (mut loss, mut gradient) = (0.0, vec![0.0; n_features]);
        for (choice, alternatives) in choices.iter().zip(&scaled) {
            let ps = probabilities(alternatives, |x| w.iter().zip(x).map(|(w, x)| w * x).sum());
            let right: f64 = ps.iter().zip(&choice.right).filter(|(_, r)| **r).map(|(p, _)| p).sum();
            let right = right.max(1e-12);
            loss -= choice.weight * right.ln();
            for ((x, p), is_right) in alternatives.iter().zip(&ps).zip(&choice.right) {
                let wanted = if *is_right { p / right } else { 0.0 };
                let excess = choice.weight * (p - wanted);
                gradient.iter_mut().zip(x).for_each(|(g, x)| *g += excess * x);
            }
        }
        for i in 0..n_features {
            loss += penalty * w[i] * w[i] / 2.0;
            gradient[i] += penalty * w[i];
        }
        (loss, gradient)
    };
    let weights = minimise(objective, vec![0.0; n_features], 150)?;
    Ok(weights.iter().zip(&scales).map(|(w, scale)| w / scale).collect())
}

fn probabilities(alternatives: &[Vec<f64>], score: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let scores: Vec<f64> = alternatives.iter().map(|x| score(x)).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f64 = exps.iter().sum();
    exps.iter().map(|e| e / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_is_found() {
        // The second feature decides, seven times of eight; the first, spread evenly, does not.
        let choices: Vec<Choice> = (0..40)
            .map(|idx| {
                let a = f64::from(idx % 5) - 2.0;
                Choice {
                    alternatives: vec![vec![a, 1.0], vec![-a, 0.0], vec![0.5 * a, -1.0]],
                    right: vec![idx % 8 != 0, idx % 8 == 0, false],
                    weight: 1.0,
                }
            })
            .collect();
        let weights = fit(&choices.iter().collect::<Vec<_>>(), 1e-3).unwrap_or_default();
        assert!(weights[1] > 1.5 && weights[0].abs() < 0.3, "{weights:?}");
        assert!(choices.iter().all(|choice| choice.preferred(&weights).0 == 0));
    }
}
