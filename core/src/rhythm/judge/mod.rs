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
pub(super) struct Judge<'a> {
    layer: Layer<'a>,
    trees: Trees,
}

impl<'a> Judge<'a> {
    /// The judge of the learned vectors that begin with `name`. O(n_numbers).
    pub(super) fn new(model: &'a Model, name: &str) -> Self {
        Self { layer: Layer::new(model, name), trees: Trees::parse(model.get(&format!("{name}_trees"))) }
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
        let model = Model::parse("x_centre 0\nx_spread 1\nx 2\nx_hidden 0 0 0\nx_trees 0 1 -1 10 -1 20");
        let judge = Judge::new(&model, "x");
        assert_eq!(judge.score(&[1.0]), 6.0);
        assert_eq!(judge.score(&[3.0]), 13.0);
        assert_eq!(Judge::new(&Model::default(), "x").score(&[1.0]), 0.0);
    }
}
