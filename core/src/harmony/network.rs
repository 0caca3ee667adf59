//! What sounds → how likely each chord is: a network with one hidden layer.

/// Bass, middle and high chroma.
pub(super) const N_REGISTERS: usize = 3;
/// Inputs of the network: the square roots of the registers' chroma, from the root up.
pub(super) const N_INPUTS: usize = 12 * N_REGISTERS;

/// Scores chords by the pitch classes that sound, turned to each root in turn.
///
/// The weights are the same for all roots, so that what is learned in one key is known in all. One
/// layer of rectified sums, `h = max(0, W·x + b)`; the score of a quality is linear in `x` and `h`. Scores are
/// log-probabilities up to a constant; whether any chord sounds is not asked here (presence.rs).
#[derive(Debug, Clone, Default)]
pub(super) struct Network {
    /// `[n_hidden]`, each [`N_INPUTS`] weights and a constant.
    hidden: Vec<Vec<f32>>,
    /// Harte shorthand; weights of the inputs, of the hidden layer, and a constant.
    qualities: Vec<(String, Vec<f32>)>,
}

impl Network {
    /// Takes one line of the file of learned numbers.
    pub(super) fn take(&mut self, name: &str, values: &[f32]) {
        match name {
            "hidden" => self.hidden.push(values.to_vec()),
            name => {
                if let Some(quality) = name.strip_prefix("quality-") {
                    self.qualities.push((quality.to_owned(), values.to_vec()));
                }
            }
        }
    }

    /// Whether all layers fit together.
    #[cfg(test)]
    pub(super) fn is_complete(&self) -> bool {
        let n_hidden = self.hidden.len();
        n_hidden > 0
            && self.hidden.iter().all(|unit| unit.len() == N_INPUTS + 1)
            && !self.qualities.is_empty()
            && self.qualities.iter().all(|(_, weights)| weights.len() == N_INPUTS + n_hidden + 1)
    }

    /// Whether a quality was learned.
    #[cfg(test)]
    pub(super) fn knows(&self, harte: &str) -> bool {
        self.qualities.iter().any(|(name, _)| name == harte)
    }

    /// The weights of a quality, to hand to [`score`](Self::score); empty if it was not learned.
    pub(super) fn quality(&self, harte: &str) -> &[f32] {
        self.qualities.iter().find(|(name, _)| name == harte).map_or(&[], |(_, weights)| weights)
    }

    /// Estimated operations of [`score`](Self::score) for so many qualities.
    pub(super) fn cost(&self, n_qualities: usize) -> usize {
        12 * (N_INPUTS * self.hidden.len() + (N_INPUTS + self.hidden.len()) * n_qualities) / 4
    }

    /// Scores every quality on every root, `[12 · n_qualities]` (quality by quality), for one unit's `inputs`: per register, the roots of the chroma from C.
    pub(super) fn score(&self, inputs: &[[f32; 12]; N_REGISTERS], qualities: &[&[f32]], scores: &mut [f32]) {
        let n_hidden = self.hidden.len();
        let mut x = [0.0f32; N_INPUTS];
        let mut h = vec![0.0f32; n_hidden];
        for root in 0..12 {
            for (turned, register) in x.chunks_exact_mut(12).zip(inputs) {
                turned[..12 - root].copy_from_slice(&register[root..]);
                turned[12 - root..].copy_from_slice(&register[..root]);
            }
            for (value, unit) in h.iter_mut().zip(&self.hidden) {
                *value = (dot(unit, &x) + unit.last().copied().unwrap_or(0.0)).max(0.0);
            }
            for (quality, weights) in qualities.iter().enumerate() {
                let constant = weights.last().copied().unwrap_or(0.0);
                let (of_inputs, of_hidden) = weights.split_at(N_INPUTS.min(weights.len()));
                scores[12 * quality + root] = dot(of_inputs, &x) + dot(of_hidden, &h) + constant;
            }
        }
    }
}

/// Sum of products over the shorter of the two.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harmony::numbers::Numbers;
    use crate::sequence::arg_max;

    fn scores_of(inputs: &[[f32; 12]; N_REGISTERS]) -> Vec<f32> {
        let network = Numbers::learned().network;
        let qualities = [network.quality("maj"), network.quality("min")];
        let mut scores = vec![0.0; 24];
        network.score(inputs, &qualities, &mut scores);
        scores
    }

    #[test]
    fn a_triad_is_heard_on_every_root() {
        for root in 0..12 {
            for (quality, third) in [(0, 4), (1, 3)] {
                let mut inputs = [[0.0; 12]; N_REGISTERS];
                inputs[0][root] = 1.0;
                for step in [0, third, 7] {
                    inputs[1][(root + step) % 12] = 1.0;
                }
                assert_eq!(arg_max(&scores_of(&inputs)), 12 * quality + root);
            }
        }
    }

    #[test]
    fn turning_the_input_turns_the_scores() {
        let mut inputs = [[0.0f32; 12]; N_REGISTERS];
        for (i, x) in inputs.iter_mut().flatten().enumerate() {
            *x = ((i * 7) % 11) as f32 / 11.0;
        }
        let mut turned = inputs;
        turned.iter_mut().for_each(|register| register.rotate_right(5));
        let (a, b) = (scores_of(&inputs), scores_of(&turned));
        for quality in 0..2 {
            for root in 0..12 {
                let (x, y) = (a[12 * quality + root], b[12 * quality + (root + 5) % 12]);
                assert!((x - y).abs() < 1e-4, "{x} {y}");
            }
        }
    }
}
