//! The chain of labels: a linear-chain conditional random field (Lafferty, McCallum & Pereira 2001).

use crate::matrix::Matrix;

/// Scores of a chain: of each label at each section, and of each label after another.
pub(super) struct Chain {
    /// `[n_sections × n_labels]`.
    pub(super) own: Matrix,
    /// Scores of a step, row by row `[n_labels × n_labels]`, to every section but the first.
    pub(super) steps: Vec<Matrix>,
}

impl Chain {
    /// Probability of each label at each section, `[n_sections × n_labels]`, by forward–backward over
    /// all sequences. O(n_sections · n_labels²).
    pub(super) fn marginals(&self) -> Matrix {
        let (n, n_labels) = (self.own.n_rows(), self.own.n_cols());
        let mut forward = self.own.clone();
        for idx in 1..n {
            let sums: Vec<f32> = (0..n_labels)
                .map(|to| {
                    let before = forward.row(idx - 1).iter().enumerate();
                    log_sum(before.map(|(from, score)| score + self.steps[idx - 1].row(from)[to]))
                })
                .collect();
            forward.row_mut(idx).iter_mut().zip(sums).for_each(|(score, sum)| *score += sum);
        }
        let mut after = vec![0.0f32; n_labels];
        let mut marginals = forward;
        for idx in (0..n).rev() {
            if idx + 1 < n {
                let ahead: Vec<f32> =
                    after.iter().zip(self.own.row(idx + 1)).map(|(score, own)| score + own).collect();
                after = (0..n_labels)
                    .map(|from| log_sum(self.steps[idx].row(from).iter().zip(&ahead).map(|(a, b)| a + b)))
                    .collect();
            }
            let row = marginals.row_mut(idx);
            row.iter_mut().zip(&after).for_each(|(score, after)| *score += after);
            let total = log_sum(row.iter().copied());
            row.iter_mut().for_each(|score| *score = (*score - total).exp());
        }
        marginals
    }
}

fn log_sum(terms: impl Iterator<Item = f32> + Clone) -> f32 {
    let max = terms.clone().fold(f32::NEG_INFINITY, f32::max);
    max + terms.map(|x| (x - max).exp()).sum::<f32>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marginals_match_enumeration_of_all_sequences() {
        let mut own = Matrix::with_cols(2);
        [[0.3, -0.2], [1.0, 0.4], [-0.7, 0.1]].iter().for_each(|row| own.push_row(row));
        let mut steps = Vec::new();
        for scores in [[[0.2, -1.0], [0.5, 0.0]], [[-0.3, 0.8], [0.1, 0.6]]] {
            let mut step = Matrix::with_cols(2);
            scores.iter().for_each(|row| step.push_row(row));
            steps.push(step);
        }
        let mut expected = [[0.0f32; 2]; 3];
        let mut total = 0.0;
        for path in 0..8usize {
            let label = |idx: usize| path >> idx & 1;
            let own: f32 = (0..3).map(|idx| own.row(idx)[label(idx)]).sum();
            let between: f32 = (0..2).map(|idx| steps[idx].row(label(idx))[label(idx + 1)]).sum();
            let p = (own + between).exp();
            (0..3).for_each(|idx| expected[idx][label(idx)] += p);
            total += p;
        }
        let found = Chain { own, steps }.marginals();
        for (idx, row) in expected.iter().enumerate() {
            for (label, sum) in row.iter().enumerate() {
                assert!((found.row(idx)[label] - sum / total).abs() < 1e-5);
            }
        }
    }
}
