//! A linear score with one hidden layer beside it.

use crate::rhythm::model::{Model, dot};

/// How many spreads from its centre a feature may lie before more makes no difference: songs unlike
/// those that were learned from are judged by what they share with them.
const MOST_SPREADS: f64 = 5.0;

/// The learned vectors `name_centre`, `name_spread`, `name` and `name_hidden`; the last has a row of a bias, an
/// outgoing weight and a weight for each feature for each hidden unit.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    centres: &'a [f64],
    spreads: &'a [f64],
    linear: &'a [f64],
    hidden: &'a [f64],
}

impl<'a> Layer<'a> {
    pub(super) fn new(model: &'a Model, name: &str) -> Self {
        let of = |part: &str| model.get(&format!("{name}{part}"));
        Self { centres: of("_centre"), spreads: of("_spread"), linear: of(""), hidden: of("_hidden") }
    }

    /// The score of an alternative. O(n_units · n_features).
    pub(super) fn score(&self, features: &[f64]) -> f64 {
        let seen = standardised(features, self.centres, self.spreads);
        let hidden: f64 = self
            .hidden
            .chunks_exact(features.len() + 2)
            .map(|unit| unit[1] * activate(unit[0] + dot(&unit[2..], &seen)))
            .sum();
        dot(self.linear, &seen) + hidden
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
        let model = Model::parse("x_centre 1 0\nx_spread 2 1\nx 0.5 -1\nx_hidden 1 3 1 0 0 -2 0 1");
        // Seen as 1 and 0.5: linear 0; units of 2 and of 0.5.
        let expected = 3.0 * (2.0 / 3.0) - 2.0 * (0.5 / 1.5);
        assert!((Layer::new(&model, "x").score(&[3.0, 0.5]) - expected).abs() < 1e-12);
    }

    #[test]
    fn one_wild_feature_counts_no_more_than_a_large_one() {
        let model = Model::parse("x_centre 0\nx_spread 1\nx 1\nx_hidden 0 1 1");
        assert_eq!(Layer::new(&model, "x").score(&[1e9]), Layer::new(&model, "x").score(&[5.0]));
        assert!(Layer::new(&model, "x").score(&[5.0]) > Layer::new(&model, "x").score(&[4.0]));
    }
}
