//! Fits trees that judge alternatives: gradient boosting (Friedman 2001) of the likelihood of right choices.
//!
//! Each tree follows the gradient of the softmax over a choice's alternatives (as LambdaMART does, Burges
//! 2010), is grown where it gains most, leaf by leaf, on some of the choices and some of the features, and
//! looks at features through their quantiles.

use crate::Failure;
use crate::choice::{Choice, probabilities};
use crate::dice::Dice;
use crate::stored;

/// Trees.
const N_TREES: usize = 150;
/// Leaves of a tree.
const N_LEAVES: usize = 15;
/// Share of the features that a tree sees.
const FEATURES_SEEN: f32 = 0.4;
/// Share of its step that each tree takes.
const RATE: f64 = 0.1;
/// Share of the choices that a tree sees.
const CHOICES_SEEN: f32 = 0.7;
/// Penalty on the squares of the values of leaves.
const PENALTY: f64 = 5.0;
/// Fewest alternatives in a leaf, and least curvature.
const MIN_ROWS: usize = 20;
const MIN_CURVATURE: f64 = 0.5;
/// Least curvature of an alternative: sure ones may be wrong.
const LEAST: f64 = 0.02;
/// Quantiles at which a feature may be split.
const N_BINS: usize = 48;

/// The numbers that `Trees::parse` (core `rhythm/judge/trees.rs`) reads, from choices.
///
/// # Errors
/// No choices.
pub fn fit(choices: &[&Choice]) -> Result<Vec<f64>, Failure> {
    let table = Table::of(choices)?;
    let mut dice = Dice::new(1);
    let mut scores = vec![0.0f64; table.n_rows];
    let mut numbers = Vec::new();
    for _ in 0..N_TREES {
        let slopes = slopes(choices, &scores);
        let mut rows: Vec<u32> = Vec::with_capacity(table.n_rows);
        let mut first = 0;
        for choice in choices {
            let n = choice.alternatives.len();
            if dice.chance(CHOICES_SEEN) {
                rows.extend(first as u32..(first + n) as u32);
            }
            first += n;
        }
        let features: Vec<usize> = (0..table.n_features()).filter(|_| dice.chance(FEATURES_SEEN)).collect();
        let tree = Tree::grow(&table, &slopes, rows, &features, N_LEAVES);
        for (row, score) in scores.iter_mut().enumerate() {
            *score += tree.value(&table, row);
        }
        tree.write(&table, 0, &mut numbers);
    }
    Ok(numbers)
}

/// Slope and curvature of the negative log-likelihood at each alternative.
fn slopes(choices: &[&Choice], scores: &[f64]) -> Vec<[f64; 2]> {
    let mut slopes = Vec::with_capacity(scores.len());
    let mut first = 0;
    for choice in choices {
        let n = choice.alternatives.len();
        let ps = probabilities(&scores[first..first + n]);
        let right: f64 = ps.iter().zip(&choice.right).filter(|(_, is)| **is).map(|(p, _)| p).sum();
        for (p, is_right) in ps.iter().zip(&choice.right) {
            let wanted = if *is_right { p / right.max(1e-6) } else { 0.0 };
            slopes.push([choice.weight * (p - wanted), choice.weight * (p * (1.0 - p)).max(LEAST)]);
        }
        first += n;
    }
    slopes
}

/// The alternatives of all choices, feature by feature in bins.
struct Table {
    n_rows: usize,
    /// Upper edges of the bins but the last, rising, `[n_features]`.
    edges: Vec<Vec<f64>>,
    /// `[n_features][n_rows]`.
    bins: Vec<Vec<u8>>,
}

impl Table {
    fn of(choices: &[&Choice]) -> Result<Self, Failure> {
        let rows: Vec<&Vec<f64>> = choices.iter().flat_map(|choice| &choice.alternatives).collect();
        let n_features = rows.first().ok_or("nothing to choose from")?.len();
        let mut edges = Vec::with_capacity(n_features);
        let mut bins = Vec::with_capacity(n_features);
        for feature in 0..n_features {
            let mut values: Vec<f64> = rows.iter().map(|row| row[feature]).collect();
            values.sort_by(f64::total_cmp);
            // As they are stored.
            let at = |k: usize| stored(values[k * (values.len() - 1) / N_BINS]);
            let mut own: Vec<f64> = (1..N_BINS).map(at).collect();
            own.dedup();
            bins.push(
                rows.iter().map(|row| own.partition_point(|&edge| edge < row[feature]) as u8).collect(),
            );
            edges.push(own);
        }
        Ok(Self { n_rows: rows.len(), edges, bins })
    }

    const fn n_features(&self) -> usize {
        self.edges.len()
    }
}

/// The best split of a leaf.
#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    /// The last bin that goes left.
    bin: usize,
}

/// A leaf while its tree grows.
struct Leaf {
    node: usize,
    rows: Vec<u32>,
    best: Option<Split>,
}

/// A node: a split with its branches, or a leaf's value.
enum Node {
    Split { feature: usize, bin: usize, branches: [usize; 2] },
    Leaf(f64),
}

struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    fn grow(table: &Table, slopes: &[[f64; 2]], rows: Vec<u32>, features: &[usize], n_leaves: usize) -> Self {
        let mut nodes = vec![Node::Leaf(value(slopes, &rows))];
        let best = best_split(table, slopes, &rows, features);
        let mut leaves = vec![Leaf { node: 0, rows, best }];
        while leaves.len() < n_leaves {
            let gain = |leaf: &Leaf| leaf.best.map_or(0.0, |split| split.gain);
            let Some(widest) =
                (0..leaves.len()).max_by(|&a, &b| gain(&leaves[a]).total_cmp(&gain(&leaves[b])))
            else {
                break;
            };
            let Some(Split { feature, bin, .. }) = leaves[widest].best else { break };
            let Leaf { node, rows, .. } = leaves.swap_remove(widest);
            let (left, right): (Vec<u32>, Vec<u32>) =
                rows.into_iter().partition(|&row| usize::from(table.bins[feature][row as usize]) <= bin);
            nodes[node] = Node::Split { feature, bin, branches: [nodes.len(), nodes.len() + 1] };
            for rows in [left, right] {
                let best = best_split(table, slopes, &rows, features);
                leaves.push(Leaf { node: nodes.len(), rows, best });
                nodes.push(Node::Leaf(value(slopes, &leaves[leaves.len() - 1].rows)));
            }
        }
        Self { nodes }
    }

    fn value(&self, table: &Table, row: usize) -> f64 {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Split { feature, bin, branches } => {
                    at = branches[usize::from(usize::from(table.bins[feature][row]) > bin)];
                }
                Node::Leaf(value) => return value,
            }
        }
    }

    /// Appends the pairs of numbers of a node and of what is below it.
    fn write(&self, table: &Table, node: usize, numbers: &mut Vec<f64>) {
        match self.nodes[node] {
            Node::Split { feature, bin, branches } => {
                numbers.extend([feature as f64, table.edges[feature][bin]]);
                branches.iter().for_each(|&branch| self.write(table, branch, numbers));
            }
            Node::Leaf(value) => numbers.extend([-1.0, value]),
        }
    }
}

fn sums(slopes: &[[f64; 2]], rows: &[u32]) -> [f64; 2] {
    rows.iter().fold([0.0; 2], |sum, &row| {
        let [slope, curvature] = slopes[row as usize];
        [sum[0] + slope, sum[1] + curvature]
    })
}

/// The value of a leaf: a step of Newton's method, shortened. As it is stored.
fn value(slopes: &[[f64; 2]], rows: &[u32]) -> f64 {
    let [slope, curvature] = sums(slopes, rows);
    stored(-RATE * slope / (curvature + PENALTY))
}

/// The split of some rows that gains most (Chen & Guestrin 2016, equation 7); `None` if none gains.
fn best_split(table: &Table, slopes: &[[f64; 2]], rows: &[u32], features: &[usize]) -> Option<Split> {
    let [slope, curvature] = sums(slopes, rows);
    let score = |slope: f64, curvature: f64| slope * slope / (curvature + PENALTY);
    let whole = score(slope, curvature);
    let mut best: Option<Split> = None;
    for &feature in features {
        let mut bins = [[0.0f64; 3]; N_BINS];
        for &row in rows {
            let bin = &mut bins[usize::from(table.bins[feature][row as usize])];
            let own = slopes[row as usize];
            bin[0] += own[0];
            bin[1] += own[1];
            bin[2] += 1.0;
        }
        let mut left = [0.0f64; 3];
        for (bin, own) in bins.iter().enumerate().take(table.edges[feature].len()) {
            left.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            let n_right = rows.len() as f64 - left[2];
            let is_enough =
                left[2].min(n_right) >= MIN_ROWS as f64 && left[1].min(curvature - left[1]) >= MIN_CURVATURE;
            let gain = score(left[0], left[1]) + score(slope - left[0], curvature - left[1]) - whole;
            if is_enough && gain > best.map_or(1e-9, |split| split.gain) {
                best = Some(Split { gain, feature, bin });
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use sectionist_core::rhythm::training::trees_score;

    use super::*;
    use crate::judge::example::choices;

    #[test]
    fn what_no_linear_score_tells_is_learned() {
        let choices = choices();
        let numbers = fit(&choices.iter().collect::<Vec<_>>()).unwrap();
        for choice in &choices {
            let scores: Vec<f64> = choice.alternatives.iter().map(|x| trees_score(&numbers, x)).collect();
            assert!(scores[1] > scores[0] + 1.0 && scores[1] > scores[2] + 1.0, "{scores:?}");
        }
        assert!(fit(&[]).is_err());
    }

    #[test]
    fn the_core_reads_what_was_grown() {
        let choices = choices();
        let some: Vec<&Choice> = choices.iter().collect();
        let table = Table::of(&some).unwrap();
        let slopes = slopes(&some, &vec![0.0; table.n_rows]);
        let tree = Tree::grow(&table, &slopes, (0..table.n_rows as u32).collect(), &[0, 1, 2], 15);
        let mut numbers = Vec::new();
        tree.write(&table, 0, &mut numbers);
        let rows = choices.iter().flat_map(|choice| &choice.alternatives);
        for (row, features) in rows.enumerate() {
            assert_eq!(trees_score(&numbers, features), tree.value(&table, row));
        }
        assert!(numbers.len() > 10);
    }
}
