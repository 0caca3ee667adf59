//! Decoding of the most likely state sequence, shared by beats, chords, keys and labels.

use crate::matrix::Matrix;

/// The most likely state sequence of a small, fully connected hidden Markov model (Viterbi 1967).
///
/// `log_observation` is `[n_steps × n_states]`, `log_transition` `[n_states × n_states]` (from row
/// to column), `log_initial` `[n_states]`; natural logarithms, `-∞` for impossible.
///
/// Returns `n_steps` state indices; empty without observations. O(n_steps · n_states²).
#[must_use]
pub fn viterbi(log_observation: &Matrix, log_transition: &Matrix, log_initial: &[f32]) -> Vec<usize> {
    let (n_steps, n_states) = (log_observation.n_rows(), log_observation.n_cols());
    if n_steps == 0 {
        return Vec::new();
    }
    let mut score: Vec<f32> = log_initial.iter().zip(log_observation.row(0)).map(|(a, b)| a + b).collect();
    let mut next = vec![0.0f32; n_states];
    let mut came_from = vec![0u32; n_steps * n_states];
    for step in 1..n_steps {
        next.fill(f32::NEG_INFINITY);
        let origin = &mut came_from[step * n_states..][..n_states];
        for (from, &so_far) in score.iter().enumerate() {
            for (to, &log_p) in log_transition.row(from).iter().enumerate() {
                if so_far + log_p > next[to] {
                    next[to] = so_far + log_p;
                    origin[to] = from as u32;
                }
            }
        }
        for (n, &seen) in next.iter_mut().zip(log_observation.row(step)) {
            *n += seen;
        }
        std::mem::swap(&mut score, &mut next);
    }
    let mut state = arg_max(&score);
    let mut path = vec![0; n_steps];
    for step in (0..n_steps).rev() {
        path[step] = state;
        state = came_from[step * n_states + state] as usize;
    }
    path
}

/// Posterior probability of each state at each step (forward–backward), `[n_steps × n_states]`,
/// each row summing to 1. Arguments as for [`viterbi`]. O(n_steps · n_states²).
#[must_use]
pub fn posteriors(log_observation: &Matrix, log_transition: &Matrix, log_initial: &[f32]) -> Matrix {
    let (n_steps, n_states) = (log_observation.n_rows(), log_observation.n_cols());
    let mut posterior = Matrix::zeros(n_steps, n_states);
    if n_steps == 0 {
        return posterior;
    }
    let transition: Vec<f32> = log_transition.as_slice().iter().map(|x| x.exp()).collect();
    let observation = |step: usize| {
        let row = log_observation.row(step);
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter().map(move |x| (x - max).exp())
    };

    for (p, (initial, seen)) in posterior.row_mut(0).iter_mut().zip(log_initial.iter().zip(observation(0))) {
        *p = initial.exp() * seen;
    }
    normalise(posterior.row_mut(0));
    for step in 1..n_steps {
        let mut forward = vec![0.0f32; n_states];
        for (from, &p) in posterior.row(step - 1).iter().enumerate() {
            for (f, &t) in forward.iter_mut().zip(&transition[from * n_states..]) {
                *f += p * t;
            }
        }
        for (f, seen) in forward.iter_mut().zip(observation(step)) {
            *f *= seen;
        }
        normalise(&mut forward);
        posterior.row_mut(step).copy_from_slice(&forward);
    }

    let mut backward = vec![1.0f32; n_states];
    for step in (0..n_steps - 1).rev() {
        let ahead: Vec<f32> = backward.iter().zip(observation(step + 1)).map(|(b, seen)| b * seen).collect();
        for (from, b) in backward.iter_mut().enumerate() {
            *b = ahead.iter().zip(&transition[from * n_states..]).map(|(a, t)| a * t).sum();
        }
        normalise(&mut backward);
        for (p, b) in posterior.row_mut(step).iter_mut().zip(&backward) {
            *p *= b;
        }
        normalise(posterior.row_mut(step));
    }
    posterior
}

/// Index of the largest value, the first of equals; 0 for an empty slice.
#[must_use]
pub fn arg_max(xs: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (idx, &x) in xs.iter().enumerate() {
        if x > best.1 {
            best = (idx, x);
        }
    }
    best.0
}

/// Scales to sum 1; uniform when all are zero.
fn normalise(ps: &mut [f32]) {
    let sum: f32 = ps.iter().sum();
    if sum > 0.0 {
        ps.iter_mut().for_each(|p| *p /= sum);
    } else {
        let uniform = 1.0 / ps.len() as f32;
        ps.fill(uniform);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f32]]) -> Matrix {
        let mut m = Matrix::with_cols(rows[0].len());
        rows.iter().for_each(|row| m.push_row(&row.iter().map(|p| p.ln()).collect::<Vec<_>>()));
        m
    }

    /// The fever example of Wikipedia's article on the Viterbi algorithm.
    #[test]
    fn viterbi_solves_the_textbook_case() {
        let transition = matrix(&[&[0.7, 0.3], &[0.4, 0.6]]);
        let observation = matrix(&[&[0.5, 0.1], &[0.4, 0.3], &[0.1, 0.6]]);
        assert_eq!(viterbi(&observation, &transition, &[0.6f32.ln(), 0.4f32.ln()]), [0, 0, 1]);
    }

    #[test]
    fn posteriors_match_enumeration_of_all_paths() {
        let transition = matrix(&[&[0.7, 0.3], &[0.4, 0.6]]);
        let observation = matrix(&[&[0.5, 0.1], &[0.4, 0.3], &[0.1, 0.6]]);
        let initial = [0.6f32.ln(), 0.4f32.ln()];
        let mut expected = [[0.0f32; 2]; 3];
        for path in 0..8usize {
            let state = |step: usize| path >> step & 1;
            let mut p = initial[state(0)] + observation.row(0)[state(0)];
            for step in 1..3 {
                p += transition.row(state(step - 1))[state(step)] + observation.row(step)[state(step)];
            }
            (0..3).for_each(|step| expected[step][state(step)] += p.exp());
        }
        let found = posteriors(&observation, &transition, &initial);
        for (step, row) in expected.iter().enumerate() {
            let total: f32 = row.iter().sum();
            assert!((found.row(step)[0] - row[0] / total).abs() < 1e-5, "step {step}: {:?}", found.row(step));
        }
    }

    #[test]
    fn nothing_seen_gives_no_path() {
        let none = Matrix::with_cols(2);
        assert!(viterbi(&none, &Matrix::zeros(2, 2), &[0.0, 0.0]).is_empty());
        assert_eq!(posteriors(&none, &Matrix::zeros(2, 2), &[0.0, 0.0]).n_rows(), 0);
    }
}
