//! A judge of alternatives: the mean of two scores that err differently, a layer's and trees'.

mod layer;
mod trees;

use self::layer::Layer;
use self::trees::Trees;
use super::model::Model;

#[cfg(feature = "training")]
pub(super) use self::layer::{activate, standardised};

/// What was learned under a name.
#[derive(Debug)]
pub(super) struct Judge {
    layer: Layer,
    trees: Trees,
}

impl Judge {
    /// The judge that was learned under `name`, of alternatives that have the `features`. O(n_numbers + n_features²).
    pub(super) fn new(model: &Model, name: &str, features: &[String]) -> Self {
        // The trees count the features as the file lists them.
        let listed: Vec<usize> = model
            .rows(name)
            .map(|row| features.iter().position(|feature| feature == row.0).unwrap_or(usize::MAX))
            .collect();
        let trees = Trees::parse(model.get(&format!("{name}_trees")));
        Self { layer: Layer::new(model, name, features), trees: trees.of_features(&listed) }
    }

    /// The score of an alternative, of which softmax makes probabilities. O(n_units · n_features + n_trees · depth).
    pub(super) fn score(&self, features: &[f64]) -> f64 {
        0.5 * (self.layer.score(features) + self.trees.score(features))
    }
}

/// What trees alone give to an alternative.
#[cfg(feature = "training")]
pub(super) fn trees_score(numbers: &[f64], features: &[f64]) -> f64 {
    Trees::parse(numbers).score(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_count_the_same() {
        let model = Model::parse("x:a 0 1 2\nx_trees 0 1 -1 10 -1 20");
        let features = ["a".to_owned()];
        let judge = Judge::new(&model, "x", &features);
        assert_eq!(judge.score(&[1.0]), 6.0);
        assert_eq!(judge.score(&[3.0]), 13.0);
        assert_eq!(Judge::new(&Model::default(), "x", &features).score(&[1.0]), 0.0);
    }

    #[test]
    fn features_are_known_by_their_names() {
        let features = ["a", "b"].map(str::to_owned);
        let score = |text: &str| Judge::new(&Model::parse(text), "x", &features).score(&[1.0, 4.0]);
        let one = score("x_bias 1\nx_out 2\nx:a 0 1 2 1\nx:b 1 2 3 0.5\nx_trees 0 1 -1 10 1 3 -1 5 -1 20");
        let other = score("x_bias 1\nx_out 2\nx:b 1 2 3 0.5\nx:a 0 1 2 1\nx_trees 1 1 -1 10 0 3 -1 5 -1 20");
        assert_eq!(one, other);
        // A tree that asks for what is no longer seen sees 0.
        assert_eq!(score("x:gone 0 1 0\nx_trees 0 1 -1 10 -1 20"), 5.0);
    }
}
