//! A linear score with one hidden layer beside it.

use crate::rhythm::model::{Model, dot};

/// How many spreads from its centre a feature may lie before more makes no difference: songs unlike
/// those that were learned from are judged by what they share with them.
const MOST_SPREADS: f64 = 5.0;

/// What was learned of each feature: centre, spread, weight, and its weight for each hidden unit.
#[derive(Debug)]
pub(super) struct Layer {
    centres: Vec<f64>,
    spreads: Vec<f64>,
    linear: Vec<f64>,
    hidden: Vec<Unit>,
}

/// A hidden unit.
#[derive(Debug)]
struct Unit {
    bias: f64,
    outgoing: f64,
    /// `[n_features]`.
    weights: Vec<f64>,
}

impl Layer {
    /// Reads the rows `name:FEATURE`, and the biases and outgoing weights of the hidden units in `name_bias` and
    /// `name_out`. A feature without a row counts for nothing.
    pub(super) fn new(model: &Model, name: &str, features: &[String]) -> Self {
        let rows: Vec<&[f64]> = features
            .iter()
            .map(|feature| model.rows(name).find(|row| row.0 == feature).map_or(&[][..], |row| row.1))
            .collect();
        let column = |idx: usize, missing: f64| {
            rows.iter().map(|row| row.get(idx).copied().unwrap_or(missing)).collect::<Vec<f64>>()
        };
        let (biases, outgoing) = (model.get(&format!("{name}_bias")), model.get(&format!("{name}_out")));
        let unit = |(idx, (&bias, &outgoing)): (usize, (&f64, &f64))| Unit {
            bias,
            outgoing,
            weights: column(3 + idx, 0.0),
        };
        let hidden = biases.iter().zip(outgoing).enumerate().map(unit).collect();
        Self { centres: column(0, 0.0), spreads: column(1, 1.0), linear: column(2, 0.0), hidden }
    }

    /// The score of an alternative. O(n_units · n_features).
    pub(super) fn score(&self, features: &[f64]) -> f64 {
        let seen = standardised(features, &self.centres, &self.spreads);
        let of_unit = |unit: &Unit| unit.outgoing * activate(unit.bias + dot(&unit.weights, &seen));
        dot(&self.linear, &seen) + self.hidden.iter().map(of_unit).sum::<f64>()
    }
}

/// Features in spreads from their centres, bounded.
pub(in crate::rhythm) fn standardised(features: &[f64], centres: &[f64], spreads: &[f64]) -> Vec<f64> {
    features
        .iter()
        .zip(centres)
        .zip(spreads)
        .map(|((x, centre), spread)| ((x - centre) / spread).clamp(-MOST_SPREADS, MOST_SPREADS))
        .collect()
}

/// What a hidden unit makes of its sum: softsign, the same to the last bit on every machine.
pub(in crate::rhythm) fn activate(sum: f64) -> f64 {
    sum / (1.0 + sum.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_linear_part_and_the_hidden_units() {
        let model = Model::parse("x_bias 1 0\nx_out 3 -2\nx:b 0 1 -1 0 1\nx:a 1 2 0.5 1 0");
        // Seen as 1 and 0.5: linear 0; units of 2 and of 0.5.
        let expected = 3.0 * (2.0 / 3.0) - 2.0 * (0.5 / 1.5);
        let features = ["a", "b", "unknown"].map(str::to_owned);
        assert!((Layer::new(&model, "x", &features).score(&[3.0, 0.5, 7.0]) - expected).abs() < 1e-12);
    }

    #[test]
    fn one_wild_feature_counts_no_more_than_a_large_one() {
        let model = Model::parse("x_bias 0\nx_out 1\nx:a 0 1 1 1");
        let layer = Layer::new(&model, "x", &["a".to_owned()]);
        assert_eq!(layer.score(&[1e9]), layer.score(&[5.0]));
        assert!(layer.score(&[5.0]) > layer.score(&[4.0]));
    }
}
