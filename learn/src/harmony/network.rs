//! Maximum likelihood for the chord network: stochastic gradient descent by Adam (Kingma & Ba 2015).

use std::fmt::Write as _;

use sectionist_core::harmony::training::{N_INPUTS, N_REGISTERS, qualities};

use super::chance::Chance;

/// Units of the hidden layer.
const N_HIDDEN: usize = 64;
/// Room for the qualities, a multiple of the processor's vector width.
const WIDTH: usize = 24;

const N_EPOCHS: usize = 16;
const BATCH: usize = 256;
/// First step; it falls to 0 along a line.
const STEP: f32 = 2e-3;
/// Decay of the weights (not of constants) a step, relative to the step.
const DECAY: f32 = 1e-2;
/// How often a hidden unit is left out (Srivastava et al. 2014).
const DROPOUT: f32 = 0.2;
/// How often the bass and the high register are withheld, so that the network can do without.
const WITHHELD: [f32; N_REGISTERS] = [0.2, 0.0, 0.1];

/// One unit of time to learn from.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// `[N_INPUTS]` from C.
    pub(super) inputs: Vec<f32>,
    /// `12 · quality + root`.
    pub(super) answer: usize,
    /// How much it counts.
    pub(super) weight: f32,
}

/// The parameters, or their gradient.
#[derive(Clone)]
struct Parameters {
    /// Inputs to hidden layer, and its constants: `[(N_INPUTS + 1) × N_HIDDEN]`.
    hidden: Vec<f32>,
    /// Inputs, hidden layer and a constant to the qualities: `[(N_INPUTS + N_HIDDEN + 1) × WIDTH]`.
    quality: Vec<f32>,
}

impl Parameters {
    fn zeros() -> Self {
        Self {
            hidden: vec![0.0; (N_INPUTS + 1) * N_HIDDEN],
            quality: vec![0.0; (N_INPUTS + N_HIDDEN + 1) * WIDTH],
        }
    }

    /// Where learning starts: small random weights in the hidden layer.
    fn random(chance: &mut Chance, n_qualities: usize) -> Self {
        let mut start = Self::zeros();
        let scale = (1.0 / N_INPUTS as f32).sqrt();
        start.hidden[..N_INPUTS * N_HIDDEN].iter_mut().for_each(|w| *w = scale * chance.normal());
        for row in start.quality[N_INPUTS * WIDTH..(N_INPUTS + N_HIDDEN) * WIDTH].chunks_exact_mut(WIDTH) {
            row[..n_qualities].iter_mut().for_each(|w| *w = 0.075 * chance.normal());
        }
        start
    }

    /// The two tables, each with how many of its values are weights: the rest are constants.
    fn tables(&mut self) -> [(&mut Vec<f32>, usize); 2] {
        [(&mut self.hidden, N_INPUTS * N_HIDDEN), (&mut self.quality, (N_INPUTS + N_HIDDEN) * WIDTH)]
    }
}

/// Adds `factor` times a row to another.
fn add(to: &mut [f32], factor: f32, row: &[f32]) {
    to.iter_mut().zip(row).for_each(|(t, r)| *t += factor * r);
}

/// What one unit does to the network, kept for the way back.
struct Trace {
    x: [[f32; N_INPUTS]; 12],
    h: [[f32; N_HIDDEN]; 12],
    scores: [[f32; WIDTH]; 12],
}

impl Trace {
    /// Adds the gradient of the cross-entropy of `unit`, whose inputs are `inputs`, to `gradient`; returns
    /// the cross-entropy. `kept` scales the hidden units.
    fn learn(
        &mut self,
        unit: (&[f32], usize, f32),
        kept: &[f32; N_HIDDEN],
        parameters: &Parameters,
        gradient: &mut Parameters,
        n_qualities: usize,
    ) -> f32 {
        let (inputs, answer, weight) = unit;
        for root in 0..12 {
            for (turned, register) in self.x[root].chunks_exact_mut(12).zip(inputs.chunks_exact(12)) {
                turned[..12 - root].copy_from_slice(&register[root..]);
                turned[12 - root..].copy_from_slice(&register[..root]);
            }
            let h = &mut self.h[root];
            h.copy_from_slice(&parameters.hidden[N_INPUTS * N_HIDDEN..]);
            for (&x, row) in self.x[root].iter().zip(parameters.hidden.chunks_exact(N_HIDDEN)) {
                add(h, x, row);
            }
            for (h, kept) in h.iter_mut().zip(kept) {
                *h = h.max(0.0) * kept;
            }
            let scores = &mut self.scores[root];
            scores.copy_from_slice(&parameters.quality[(N_INPUTS + N_HIDDEN) * WIDTH..]);
            let rows = parameters.quality.chunks_exact(WIDTH);
            for (&x, row) in self.x[root].iter().chain(&self.h[root]).zip(rows) {
                add(scores, x, row);
            }
        }

        // Scores become probabilities, then how much they are too high.
        let max =
            self.scores.iter().flat_map(|row| &row[..n_qualities]).copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for row in &mut self.scores {
            row[..n_qualities].iter_mut().for_each(|s| *s = (*s - max).exp());
            sum += row[..n_qualities].iter().sum::<f32>();
        }
        let of_answer = self.scores[answer % 12][answer / 12] / sum;
        for row in &mut self.scores {
            row[..n_qualities].iter_mut().for_each(|s| *s *= weight / sum);
            row[n_qualities..].fill(0.0);
        }
        self.scores[answer % 12][answer / 12] -= weight;

        for root in 0..12 {
            let errors = &self.scores[root];
            let inputs = self.x[root].iter().chain(&self.h[root]).chain(&[1.0]);
            for (&x, row) in inputs.zip(gradient.quality.chunks_exact_mut(WIDTH)) {
                if x != 0.0 {
                    add(row, x, errors);
                }
            }
            let mut back = [0.0f32; N_HIDDEN];
            for (idx, back) in back.iter_mut().enumerate() {
                if self.h[root][idx] > 0.0 {
                    let row = &parameters.quality[(N_INPUTS + idx) * WIDTH..][..WIDTH];
                    let of_qualities: f32 = row.iter().zip(errors).map(|(w, e)| w * e).sum();
                    *back = kept[idx] * of_qualities;
                }
            }
            for (&x, row) in self.x[root].iter().chain(&[1.0]).zip(gradient.hidden.chunks_exact_mut(N_HIDDEN))
            {
                if x != 0.0 {
                    add(row, x, &back);
                }
            }
        }
        -weight * of_answer.max(1e-12).ln()
    }
}

/// Adam's running means of the gradient and of its square.
struct Adam {
    mean: Parameters,
    square: Parameters,
    n_steps: i32,
}

impl Adam {
    fn step(&mut self, parameters: &mut Parameters, gradient: &mut Parameters, step: f32) {
        self.n_steps += 1;
        let correct = |decay: f32| 1.0 - decay.powi(self.n_steps);
        let (of_mean, of_square) = (correct(0.9), correct(0.999));
        let tables = parameters.tables().into_iter().zip(gradient.tables());
        let moments = self.mean.tables().into_iter().zip(self.square.tables());
        for (((values, n_weights), (slopes, _)), ((means, _), (squares, _))) in tables.zip(moments) {
            for (idx, value) in values.iter_mut().enumerate() {
                let slope = slopes[idx];
                means[idx] = 0.9 * means[idx] + 0.1 * slope;
                squares[idx] = 0.999 * squares[idx] + 0.001 * slope * slope;
                let decay = if idx < n_weights { DECAY * *value } else { 0.0 };
                let towards = means[idx] / of_mean / ((squares[idx] / of_square).sqrt() + 1e-8);
                *value -= step * (towards + decay);
            }
            slopes.fill(0.0);
        }
    }
}

/// The network's lines of the file, fitted to some units.
pub(super) fn fit(units: &[&Unit]) -> String {
    let names = qualities();
    lines(&fitted(units, names.len()), &names)
}

/// The parameters fitted to some units.
fn fitted(units: &[&Unit], n_qualities: usize) -> Parameters {
    let mut chance = Chance::new(7);
    let mut parameters = Parameters::random(&mut chance, n_qualities);
    let mut gradient = Parameters::zeros();
    let mut adam = Adam { mean: Parameters::zeros(), square: Parameters::zeros(), n_steps: 0 };
    let mut trace = Trace { x: [[0.0; N_INPUTS]; 12], h: [[0.0; N_HIDDEN]; 12], scores: [[0.0; WIDTH]; 12] };
    let mut order: Vec<usize> = (0..units.len()).collect();
    let n_batches = units.len().div_ceil(BATCH);
    let mut loss = 0.0;
    for epoch in 0..N_EPOCHS {
        chance.shuffle(&mut order);
        loss = 0.0;
        for (batch, members) in order.chunks(BATCH).enumerate() {
            let total: f32 = members.iter().map(|&i| units[i].weight).sum::<f32>().max(1e-9);
            for &i in members {
                let unit = units[i];
                let mut inputs = [0.0f32; N_INPUTS];
                inputs.copy_from_slice(&unit.inputs);
                for (register, withheld) in inputs.chunks_exact_mut(12).zip(WITHHELD) {
                    if chance.uniform() < withheld {
                        register.fill(0.0);
                    }
                }
                let kept = [(); N_HIDDEN].map(|()| f32::from(chance.uniform() >= DROPOUT) / (1.0 - DROPOUT));
                let case = (&inputs[..], unit.answer, unit.weight / total);
                loss += trace.learn(case, &kept, &parameters, &mut gradient, n_qualities) / n_batches as f32;
            }
            let done = (epoch * n_batches + batch) as f32 / (N_EPOCHS * n_batches) as f32;
            adam.step(&mut parameters, &mut gradient, STEP * (1.0 - done));
        }
    }
    eprintln!("chord network: {} units, cross-entropy {loss:.4}", units.len());
    parameters
}

fn lines(parameters: &Parameters, names: &[(&str, &[u8])]) -> String {
    let mut text = String::new();
    let mut line = |name: &str, values: &mut dyn Iterator<Item = f32>| {
        text.push_str(name);
        for value in values {
            // Writing to a string cannot fail.
            let _ = write!(text, " {value:.3}");
        }
        text.push('\n');
    };
    for unit in 0..N_HIDDEN {
        line("hidden", &mut parameters.hidden.chunks_exact(N_HIDDEN).map(|row| row[unit]));
    }
    for (idx, (name, _)) in names.iter().enumerate() {
        line(&format!("quality-{name}"), &mut parameters.quality.chunks_exact(WIDTH).map(|row| row[idx]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_slope() {
        let n_qualities = qualities().len();
        let mut chance = Chance::new(3);
        let parameters = Parameters::random(&mut chance, n_qualities);
        let inputs: Vec<f32> = (0..N_INPUTS).map(|_| chance.uniform()).collect();
        let mut trace =
            Trace { x: [[0.0; N_INPUTS]; 12], h: [[0.0; N_HIDDEN]; 12], scores: [[0.0; WIDTH]; 12] };
        let mut loss = |parameters: &Parameters, answer: usize| {
            let mut gradient = Parameters::zeros();
            let kept = [1.0; N_HIDDEN];
            let loss = trace.learn((&inputs, answer, 1.0), &kept, parameters, &mut gradient, n_qualities);
            (loss, gradient)
        };
        for answer in [17, 12 * n_qualities - 1] {
            let (_, mut gradient) = loss(&parameters, answer);
            for table in 0..2 {
                for idx in [0, 5, 16] {
                    let mut moved = |by: f32| {
                        let mut other = parameters.clone();
                        other.tables()[table].0[idx] += by;
                        loss(&other, answer).0
                    };
                    let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                    let found = gradient.tables()[table].0[idx];
                    assert!((slope - found).abs() < 2e-3, "table {table}, {idx}: {found} for {slope}");
                }
            }
        }
    }

    #[test]
    fn triads_are_learned() {
        let third = |quality: usize| if quality == 0 { 4 } else { 3 };
        let units: Vec<Unit> = (0..24)
            .map(|answer| {
                let mut inputs = vec![0.0; N_INPUTS];
                for step in [0, third(answer / 12), 7] {
                    inputs[12 + (answer + step) % 12] = 1.0;
                }
                Unit { inputs, answer, weight: 1.0 }
            })
            .collect();
        let many: Vec<&Unit> = units.iter().cycle().take(24 * 400).collect();
        let n_qualities = qualities().len();
        let parameters = fitted(&many, n_qualities);
        let mut trace =
            Trace { x: [[0.0; N_INPUTS]; 12], h: [[0.0; N_HIDDEN]; 12], scores: [[0.0; WIDTH]; 12] };
        for unit in &units {
            let case = (&unit.inputs[..], unit.answer, 1.0);
            let mut gradient = Parameters::zeros();
            let loss = trace.learn(case, &[1.0; N_HIDDEN], &parameters, &mut gradient, n_qualities);
            assert!(loss < 0.3, "triad {}: cross-entropy {loss}", unit.answer);
        }
    }

    #[test]
    fn every_parameter_has_its_line() {
        let names = qualities();
        let text = lines(&Parameters::random(&mut Chance::new(1), names.len()), &names);
        assert_eq!(text.lines().filter(|line| line.starts_with("hidden ")).count(), N_HIDDEN);
        assert_eq!(text.lines().filter(|line| line.starts_with("quality-")).count(), names.len());
    }
}
