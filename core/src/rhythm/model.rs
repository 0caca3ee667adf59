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

/// Learned vectors by name; those of a table's features are called `TABLE:FEATURE`.
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

    /// All vectors with their names, in order.
    #[cfg(feature = "training")]
    pub fn vectors(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.vectors.iter().map(|(name, vector)| (&name[..], &vector[..]))
    }

    /// Replaces or adds the weights of a table's features.
    #[cfg(feature = "training")]
    pub fn set_weights(&mut self, table: &str, features: &[String], weights: &[f64]) {
        features.iter().zip(weights).for_each(|(name, w)| self.set(&format!("{table}:{name}"), vec![*w]));
    }

    /// The weights of a table's `features`, in their order; 0 for those that it does not have.
    #[must_use]
    pub fn weights(&self, table: &str, features: &[impl AsRef<str>]) -> Vec<f64> {
        let weight = |name: &str| self.rows(table).find(|row| row.0 == name)?.1.first().copied();
        features.iter().map(|name| weight(name.as_ref()).unwrap_or(0.0)).collect()
    }

    /// The features of a table with their numbers, in the order of the file.
    pub(super) fn rows<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a str, &'a [f64])> {
        let feature = move |name: &'a str| name.strip_prefix(table)?.strip_prefix(':');
        self.vectors.iter().filter_map(move |(name, numbers)| Some((feature(name)?, &numbers[..])))
    }

    /// The vector of this name; empty if there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &[f64] {
        self.vectors.iter().find(|(other, _)| other == name).map_or(&[], |(_, vector)| vector)
    }
}

/// Sum of the products of as many weights and features.
pub(super) fn dot(weights: &[f64], features: &[f64]) -> f64 {
    debug_assert_eq!(weights.len(), features.len(), "features and their names");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_go_by_the_names_of_features() {
        let model = Model::parse("# x:a 9\nx:b 2\nx:a 1 5\nxy:c 3\nx_trees 0 1");
        assert_eq!(model.weights("x", &["a", "b", "c"]), [1.0, 2.0, 0.0]);
        assert_eq!(model.rows("x").map(|row| row.0).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(model.get("x_trees"), [0.0, 1.0]);
    }
}
