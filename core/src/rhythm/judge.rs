//! A small judge of alternatives: scores that are a linear part and one hidden layer.

use super::model::{Model, dot};

/// How many spreads from its centre a feature may lie before more makes no difference: songs unlike
/// those that were learned from are judged by what they share with them.
const MOST_SPREADS: f64 = 5.0;

/// The score of an alternative by the learned vectors `name_centre`, `name_spread`, `name` and
/// `name_hidden`; the last has a row of a bias, an outgoing weight and a weight for each feature for
/// each hidden unit. O(n_units · n_features).
pub(super) fn score(model: &Model, name: &str, features: &[f64]) -> f64 {
    let of = |part: &str| model.get(&format!("{name}_{part}"));
    let seen = standardised(features, of("centre"), of("spread"));
    let hidden: f64 = of("hidden")
        .chunks_exact(features.len() + 2)
        .map(|unit| unit[1] * activate(unit[0] + dot(&unit[2..], &seen)))
        .sum();
    dot(model.get(name), &seen) + hidden
}

/// Features in spreads from their centres, bounded.
pub(super) fn standardised(features: &[f64], centres: &[f64], spreads: &[f64]) -> Vec<f64> {
    features
        .iter()
        .zip(centres)
        .zip(spreads)
        .map(|((x, centre), spread)| ((x - centre) / spread).clamp(-MOST_SPREADS, MOST_SPREADS))
        .collect()
}

/// What a hidden unit makes of its sum: softsign, the same to the last bit on every machine.
pub(super) fn activate(sum: f64) -> f64 {
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
        assert!((score(&model, "x", &[3.0, 0.5]) - expected).abs() < 1e-12);
    }

    #[test]
    fn one_wild_feature_counts_no_more_than_a_large_one() {
        let model = Model::parse("x_centre 0\nx_spread 1\nx 1\nx_hidden 0 1 1");
        assert_eq!(score(&model, "x", &[1e9]), score(&model, "x", &[5.0]));
        assert!(score(&model, "x", &[5.0]) > score(&model, "x", &[4.0]));
    }
}
