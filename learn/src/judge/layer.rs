//! Conditional logistic regression with one hidden layer beside the linear part.

use sectionist_core::rhythm::training::{Model, activate, standardised};

use crate::Failure;
use crate::choice::{Choice, probabilities};
use crate::dice::Dice;
use crate::minimise::minimise;

/// Hidden units.
const N_HIDDEN: usize = 16;
/// Penalty on the squares of the weights into and out of the hidden units, against that of the linear part.
const HIDDEN: f64 = 2.0;
const N_ITERATIONS: u64 = 300;
/// Parts whose sums are made at once; always as many, so that the sums are the same everywhere.
const N_PARTS: usize = 8;

/// Learns a row for each of the features that have `names`, `name_bias` and `name_out` (core `rhythm/judge/layer.rs`)
/// from choices, and puts them into the model, under a `penalty` on half the squares of the weights of the linear part.
///
/// # Errors
/// No choices, others than of so many features, or they cannot be fitted.
pub fn fit(
    choices: &[&Choice],
    name: &str,
    names: &[String],
    penalty: f64,
    model: &mut Model,
) -> Result<(), Failure> {
    let (centres, spreads) = moments(choices)?;
    if names.len() != centres.len() {
        return Err(format!("`{name}` has {} features and names for {}", centres.len(), names.len()).into());
    }
    let seen: Vec<Choice> = choices
        .iter()
        .map(|choice| Choice {
            alternatives: choice.alternatives.iter().map(|x| standardised(x, &centres, &spreads)).collect(),
            right: choice.right.clone(),
            weight: choice.weight,
        })
        .collect();
    let shape = Shape { n_features: centres.len(), penalty };
    let weights = minimise(|w| shape.objective(w, &seen), shape.start(), N_ITERATIONS)?;
    let (linear, hidden) = weights.split_at(shape.n_features);
    let units: Vec<&[f64]> = hidden.chunks_exact(shape.n_features + 2).collect();
    model.set(&format!("{name}_bias"), units.iter().map(|unit| unit[0]).collect());
    model.set(&format!("{name}_out"), units.iter().map(|unit| unit[1]).collect());
    for (idx, feature) in names.iter().enumerate() {
        let mut row = vec![centres[idx], spreads[idx], linear[idx]];
        row.extend(units.iter().map(|unit| unit[2 + idx]));
        model.set(&format!("{name}:{feature}"), row);
    }
    Ok(())
}

/// The layout of the weights: the linear part, then for each hidden unit a bias, an outgoing weight,
/// and a weight for each feature.
#[derive(Debug, Clone, Copy)]
struct Shape {
    n_features: usize,
    /// Of the linear part.
    penalty: f64,
}

impl Shape {
    /// Small random weights.
    fn start(self) -> Vec<f64> {
        let mut dice = Dice::new(1);
        let deviation = 0.3 / (self.n_features as f64).sqrt();
        let mut weights = vec![0.0; self.n_features];
        for _ in 0..N_HIDDEN {
            weights.extend([0.0, 0.3 * f64::from(dice.normal())]);
            weights.extend((0..self.n_features).map(|_| deviation * f64::from(dice.normal())));
        }
        weights
    }

    /// Negative log-likelihood of the right choices with the penalties, and its gradient.
    fn objective(self, weights: &[f64], choices: &[Choice]) -> (f64, Vec<f64>) {
        let share = choices.len().div_ceil(N_PARTS).max(1);
        let parts: Vec<(f64, Vec<f64>)> = std::thread::scope(|scope| {
            let workers: Vec<_> =
                choices.chunks(share).map(|part| scope.spawn(move || self.loss(weights, part))).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        });
        let (mut loss, mut gradient) = (0.0, vec![0.0; weights.len()]);
        for (part, slope) in parts {
            loss += part;
            gradient.iter_mut().zip(slope).for_each(|(g, s)| *g += s);
        }
        for (idx, (w, g)) in weights.iter().zip(&mut gradient).enumerate() {
            let penalty = self.penalty(idx);
            loss += penalty * w * w / 2.0;
            *g += penalty * w;
        }
        (loss, gradient)
    }

    fn penalty(self, idx: usize) -> f64 {
        match idx.checked_sub(self.n_features) {
            None => self.penalty,
            Some(of_hidden) if of_hidden % (self.n_features + 2) == 0 => 0.0,
            Some(_) => HIDDEN * self.penalty,
        }
    }

    fn loss(self, weights: &[f64], choices: &[Choice]) -> (f64, Vec<f64>) {
        let (linear, hidden) = weights.split_at(self.n_features);
        let (mut loss, mut gradient) = (0.0, vec![0.0; weights.len()]);
        for choice in choices {
            let sums: Vec<Vec<f64>> = choice
                .alternatives
                .iter()
                .map(|x| {
                    hidden
                        .chunks_exact(self.n_features + 2)
                        .map(|unit| unit[0] + dot(&unit[2..], x))
                        .collect()
                })
                .collect();
            let scores: Vec<f64> = choice
                .alternatives
                .iter()
                .zip(&sums)
                .map(|(x, sums)| {
                    let units = hidden.chunks_exact(self.n_features + 2);
                    dot(linear, x) + units.zip(sums).map(|(unit, &sum)| unit[1] * activate(sum)).sum::<f64>()
                })
                .collect();
            let ps = probabilities(&scores);
            let right = ps.iter().zip(&choice.right).filter(|(_, r)| **r).map(|(p, _)| p).sum::<f64>();
            let right = right.max(1e-12);
            loss -= choice.weight * right.ln();
            for (((x, p), is_right), sums) in
                choice.alternatives.iter().zip(&ps).zip(&choice.right).zip(&sums)
            {
                let excess = choice.weight * (p - if *is_right { p / right } else { 0.0 });
                let (of_linear, of_hidden) = gradient.split_at_mut(self.n_features);
                add(of_linear, x, excess);
                let units = hidden.chunks_exact(self.n_features + 2);
                for ((g, unit), &sum) in of_hidden.chunks_exact_mut(self.n_features + 2).zip(units).zip(sums)
                {
                    let back = excess * unit[1] / (1.0 + sum.abs()).powi(2);
                    g[0] += back;
                    g[1] += excess * activate(sum);
                    add(&mut g[2..], x, back);
                }
            }
        }
        (loss, gradient)
    }
}

/// Mean and standard deviation of each feature; a deviation of 1 where a feature is always the same.
fn moments(choices: &[&Choice]) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let of_all = || choices.iter().flat_map(|choice| &choice.alternatives);
    let n_features = of_all().next().ok_or("nothing to choose from")?.len();
    let n = of_all().count() as f64;
    let moments = (0..n_features).map(|i| {
        let mean = of_all().map(|x| x[i]).sum::<f64>() / n;
        let variance = of_all().map(|x| (x[i] - mean).powi(2)).sum::<f64>() / n;
        (mean, if variance < 1e-12 { 1.0 } else { variance.sqrt() })
    });
    Ok(moments.unzip())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], xs: &[f64], factor: f64) {
    to.iter_mut().zip(xs).for_each(|(t, x)| *t += factor * x);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::example::{choices, names};
    use sectionist_core::rhythm::training::judge_score;

    #[test]
    fn what_no_linear_score_tells_is_learned() {
        let choices = choices();
        let mut model = Model::default();
        assert!(fit(&choices.iter().collect::<Vec<_>>(), "x", &names(), 3.0, &mut model).is_ok());
        for choice in &choices {
            let scores: Vec<f64> =
                choice.alternatives.iter().map(|x| judge_score(&model, "x", &names(), x)).collect();
            assert!(scores[1] > scores[0] && scores[1] > scores[2], "{scores:?}");
        }
        assert!(fit(&choices.iter().collect::<Vec<_>>(), "x", &names()[1..], 3.0, &mut model).is_err());
    }

    #[test]
    fn the_gradient_is_the_slope() {
        let choices = choices();
        let shape = Shape { n_features: 3, penalty: 3.0 };
        let weights: Vec<f64> =
            shape.start().iter().enumerate().map(|(i, w)| w + 0.1 * (i as f64).sin()).collect();
        let (_, gradient) = shape.objective(&weights, &choices);
        for idx in 0..weights.len() {
            let at = |step: f64| {
                let mut moved = weights.clone();
                moved[idx] += step;
                shape.objective(&moved, &choices).0
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!(
                (slope - gradient[idx]).abs() < 1e-3 * (1.0 + slope.abs()),
                "{idx}: {slope} {}",
                gradient[idx]
            );
        }
    }
}
