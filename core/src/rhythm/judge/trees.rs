//! The sum of many small regression trees (Friedman 2001).

/// A node of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    /// At most the threshold leads to the next node, more to the node at `right`.
    Split { feature: usize, threshold: f64, right: usize },
    /// The end.
    Leaf(f64),
}

/// Regression trees whose values are added.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::rhythm) struct Trees {
    /// All trees, one after the other; the left branch of a split follows it.
    nodes: Vec<Node>,
    /// Where each tree begins.
    roots: Vec<usize>,
}

/// Deeper trees are cut: whatever a torn file says, reading it ends.
const MAX_DEPTH: usize = 64;

impl Trees {
    /// Reads pairs of numbers, depth first: feature and threshold of a split, then its left and its right branch;
    /// −1 and value of a leaf. What is missing is a leaf of 0.
    pub(in crate::rhythm) fn parse(numbers: &[f64]) -> Self {
        let mut trees = Self::default();
        let mut pairs = numbers.chunks_exact(2).peekable();
        while pairs.peek().is_some() {
            trees.roots.push(trees.nodes.len());
            trees.read(&mut pairs, MAX_DEPTH);
        }
        trees
    }

    /// The same trees over other features: `listed` has the index of each of those that they were grown on.
    pub(in crate::rhythm) fn of_features(mut self, listed: &[usize]) -> Self {
        for node in &mut self.nodes {
            if let Node::Split { feature, .. } = node {
                *feature = listed.get(*feature).copied().unwrap_or(usize::MAX);
            }
        }
        self
    }

    fn read<'a>(&mut self, pairs: &mut impl Iterator<Item = &'a [f64]>, depth: usize) {
        let at = self.nodes.len();
        match pairs.next() {
            Some(&[feature, threshold]) if feature >= 0.0 && depth > 0 => {
                self.nodes.push(Node::Leaf(0.0));
                self.read(pairs, depth - 1);
                let right = self.nodes.len();
                self.read(pairs, depth - 1);
                self.nodes[at] = Node::Split { feature: feature as usize, threshold, right };
            }
            Some(&[_, value]) => self.nodes.push(Node::Leaf(value)),
            _ => self.nodes.push(Node::Leaf(0.0)),
        }
    }

    /// The score of an alternative; a feature that is missing counts as 0. O(n_trees · depth).
    pub(in crate::rhythm) fn score(&self, features: &[f64]) -> f64 {
        self.roots.iter().map(|&root| self.value(root, features)).sum()
    }

    fn value(&self, root: usize, features: &[f64]) -> f64 {
        let mut at = root;
        loop {
            match self.nodes.get(at) {
                Some(&Node::Split { feature, threshold, right }) => {
                    let is_left = features.get(feature).copied().unwrap_or(0.0) <= threshold;
                    at = if is_left { at + 1 } else { right };
                }
                Some(&Node::Leaf(value)) => return value,
                None => return 0.0,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_walked_and_added() {
        // x0 ≤ 1: 10; else x1 ≤ 0: 20, else 30. A second tree of one leaf.
        let trees = Trees::parse(&[0.0, 1.0, -1.0, 10.0, 1.0, 0.0, -1.0, 20.0, -1.0, 30.0, -1.0, 0.5]);
        for (features, expected) in [([0.0, 5.0], 10.5), ([2.0, 0.0], 20.5), ([2.0, 0.1], 30.5)] {
            assert_eq!(trees.score(&features), expected);
        }
        // A feature that is missing counts as 0.
        assert_eq!(trees.score(&[2.0]), 20.5);
    }

    #[test]
    fn torn_files_are_read() {
        assert_eq!(Trees::parse(&[]).score(&[1.0]), 0.0);
        assert_eq!(Trees::parse(&[0.0, 1.0, -1.0, 3.0]).score(&[0.0]), 3.0);
        assert_eq!(Trees::parse(&[0.0, 1.0, -1.0, 3.0]).score(&[9.0]), 0.0);
        assert!(Trees::parse(&[0.0; 1_000]).score(&[0.0]).is_finite());
    }
}
