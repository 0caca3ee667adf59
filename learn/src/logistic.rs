//! Binary logistic regression.

use crate::Failure;
use crate::minimise::minimise;

/// One observation.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Features; the first is 1 and carries the constant, which is not penalised.
    pub x: Vec<f64>,
    /// Whether, or how probably, the answer is yes, in [0, 1].
    pub yes: f64,
    /// How much it counts.
    pub weight: f64,
}

/// Weights of the features that make the observations most probable, under a penalty of
/// `penalty`/2 times the sum of the squares of the weights of the standardised features.
///
/// # Errors
/// No observations, or they cannot be fitted.
pub fn fit(observations: &[&Observation], penalty: f64) -> Result<Vec<f64>, Failure> {
    let n_features = observations.first().ok_or("nothing to learn from")?.x.len();
    let total: f64 = observations.iter().map(|o| o.weight).sum();
    let mean_of =
        |f: &dyn Fn(&Observation) -> f64| observations.iter().map(|o| o.weight * f(o)).sum::<f64>() / total;
    let means: Vec<f64> = (0..n_features).map(|i| if i == 0 { 0.0 } else { mean_of(&|o| o.x[i]) }).collect();
    let scales: Vec<f64> = (0..n_features)
        .map(|i| {
            let variance = mean_of(&|o| (o.x[i] - means[i]).powi(2));
            if i == 0 || variance < 1e-12 { 1.0 } else { variance.sqrt() }
        })
        .collect();
    let standardised: Vec<f64> = observations
        .iter()
        .flat_map(|o| o.x.iter().zip(means.iter().zip(&scales)).map(|(x, (mean, scale))| (x - mean) / scale))
        .collect();
    let objective = |w: &[f64]| {
        let (mut loss, mut gradient) = (0.0, vec![0.0; n_features]);
        for (o, x) in observations.iter().zip(standardised.chunks_exact(n_features)) {
            let score: f64 = w.iter().zip(x).map(|(w, x)| w * x).sum();
            loss += o.weight * (softplus(score) - o.yes * score);
            let excess = o.weight * (1.0 / (1.0 + (-score).exp()) - o.yes);
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g += excess * x);
        }
        for i in 1..n_features {
            loss += penalty * w[i] * w[i] / 2.0;
            gradient[i] += penalty * w[i];
        }
        (loss, gradient)
    };
    let mut weights = minimise(objective, vec![0.0; n_features], 200)?;
    for i in 1..n_features {
        weights[i] /= scales[i];
        weights[0] -= weights[i] * means[i];
    }
    Ok(weights)
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_are_found() {
        // Yes in three of four where x is 1, in one of four where it is 0: log-odds ± ln 3.
        let observation = |x: f64, yes: f64| Observation { x: vec![1.0, x], yes, weight: 50.0 };
        let all = [observation(1.0, 0.75), observation(0.0, 0.25)];
        let weights = fit(&all.iter().collect::<Vec<_>>(), 1e-6).unwrap_or_default();
        assert!(
            (weights[0] + 3f64.ln()).abs() < 1e-3 && (weights[1] - 2.0 * 3f64.ln()).abs() < 1e-3,
            "{weights:?}"
        );
    }
}
