//! The network's loss and gradient by hand, and its descent.

use sectionist_core::rhythm::network_training::{
    Channels, Layer, N_BLOCKS, N_INPUTS, Network, WIDTH, activate_all, convolve,
};

use super::examples::Excerpt;
use crate::dice::Dice;

/// A network with random weights (He et al. 2015) that at first hears few beats.
pub(super) fn random_network(dice: &mut Dice) -> Network {
    let mut network = Network::zeros();
    let last = network.layers.len() - 1;
    for (idx, layer) in network.layers.iter_mut().enumerate() {
        let deviation = match idx {
            0 => (1.5 / layer.weights.len() as f32).sqrt(),
            _ if idx == last || idx % 2 == 0 => 0.3 / (WIDTH as f32).sqrt(),
            _ => (1.5 / layer.weights.len() as f32).sqrt(),
        };
        for weight in layer.weights.as_flattened_mut() {
            *weight = deviation * dice.normal();
        }
    }
    network.layers[last].bias[..2].copy_from_slice(&[-3.0, -4.0]);
    network
}

/// Rows of the gradient that are summed at once; every layer sees a multiple of so many values.
const AT_ONCE: usize = 4;
const _: () = assert!(N_INPUTS.is_multiple_of(AT_ONCE) && WIDTH.is_multiple_of(AT_ONCE));
/// Channels that are summed at once.
const LANES: usize = 16;

/// Adds to `gradient` what the errors `ds` of the sums of a layer mean for its weights.
fn backward_weights<const N: usize>(xs: &[[f32; N]], ds: &[Channels], gradient: &mut Layer, distance: usize) {
    for d in ds {
        gradient.bias.iter_mut().zip(d).for_each(|(sum, d)| *sum += d);
    }
    let n_taps = gradient.weights.len() / N;
    for (tap, rows) in gradient.weights.chunks_exact_mut(N).enumerate() {
        let (late, early) = (tap * distance, n_taps / 2 * distance);
        let from = early.saturating_sub(late).min(ds.len());
        let to = (xs.len() + early).saturating_sub(late).min(ds.len());
        if from >= to {
            continue;
        }
        let (xs, ds) = (&xs[from + late - early..to + late - early], &ds[from..to]);
        let (blocks, _) = rows.as_chunks_mut::<AT_ONCE>();
        for (block, rows) in blocks.iter_mut().enumerate() {
            for first in (0..WIDTH).step_by(LANES) {
                let mut held = [[0.0f32; LANES]; AT_ONCE];
                for (x, d) in xs.iter().zip(ds) {
                    let x: [f32; AT_ONCE] = std::array::from_fn(|i| x[block * AT_ONCE + i]);
                    let d: [f32; LANES] = std::array::from_fn(|lane| d[first + lane]);
                    for i in 0..AT_ONCE {
                        for lane in 0..LANES {
                            held[i][lane] += x[i] * d[lane];
                        }
                    }
                }
                for (row, held) in rows.iter_mut().zip(&held) {
                    row[first..first + LANES].iter_mut().zip(held).for_each(|(sum, own)| *sum += own);
                }
            }
        }
    }
}

/// What the errors `ds` of the sums of a layer mean for what it saw, `[n_frames]`: a convolution with its
/// weights transposed and its taps reversed.
fn backward_values(ds: &[Channels], layer: &Layer, distance: usize) -> Vec<Channels> {
    let transposed = |tap: &[Channels]| -> Vec<Channels> {
        (0..WIDTH).map(|channel| std::array::from_fn(|i| tap[i][channel])).collect()
    };
    let weights = layer.weights.chunks_exact(WIDTH).rev().flat_map(transposed).collect();
    convolve(ds, &Layer { weights, bias: [0.0; WIDTH] }, distance)
}

fn activated(xs: &[Channels]) -> Vec<Channels> {
    let mut values = xs.to_vec();
    activate_all(&mut values);
    values
}

/// `ds` through the activation function of `sums`.
fn through_activation(ds: &mut [Channels], sums: &[Channels]) {
    for (d, sum) in ds.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
        // 1 above zero, (1 − x)⁻² below.
        let slope = 1.0 / (1.0 - sum.min(0.0));
        *d *= slope * slope;
    }
}

/// Cross-entropy a frame of beats and of downbeats, added up, and its gradient.
pub(super) fn loss_and_gradient(network: &Network, excerpt: &Excerpt) -> (f32, Network) {
    let frames: &[[f32; N_INPUTS]] = &excerpt.frames;
    let layers = &network.layers;
    let last = layers.len() - 1;
    let mut gradient = Network::zeros();

    let first = convolve(frames, &layers[0], 1);
    let mut streams = vec![activated(&first)];
    let mut wide_sums = Vec::with_capacity(N_BLOCKS);
    for block in 0..N_BLOCKS {
        let stream = &streams[block];
        let wide = convolve(stream, &layers[1 + 2 * block], 1 << block);
        let mut next = convolve(&activated(&wide), &layers[2 + 2 * block], 1);
        for (next, now) in next.as_flattened_mut().iter_mut().zip(stream.as_flattened()) {
            *next += now;
        }
        wide_sums.push(wide);
        streams.push(next);
    }
    let top = activated(&streams[N_BLOCKS]);
    let outputs = convolve(&top, &layers[last], 1);

    let mut loss = 0.0;
    let mut ds = vec![[0.0f32; WIDTH]; frames.len()];
    for (which, targets) in excerpt.targets.iter().enumerate() {
        let n_known = targets.iter().flatten().count().max(1) as f32;
        for ((d, output), target) in ds.iter_mut().zip(&outputs).zip(targets) {
            let (Some(target), x) = (target, output[which]) else { continue };
            loss += (x.max(0.0) - x * target + (-x.abs()).exp().ln_1p()) / n_known;
            d[which] = (1.0 / (1.0 + (-x).exp()) - target) / n_known;
        }
    }

    backward_weights(&top, &ds, &mut gradient.layers[last], 1);
    let mut ds = backward_values(&ds, &layers[last], 1);
    through_activation(&mut ds, &streams[N_BLOCKS]);
    for block in (0..N_BLOCKS).rev() {
        let (wide, mix) = (1 + 2 * block, 2 + 2 * block);
        backward_weights(&activated(&wide_sums[block]), &ds, &mut gradient.layers[mix], 1);
        let mut inner = backward_values(&ds, &layers[mix], 1);
        through_activation(&mut inner, &wide_sums[block]);
        backward_weights(&streams[block], &inner, &mut gradient.layers[wide], 1 << block);
        let below = backward_values(&inner, &layers[wide], 1 << block);
        ds.as_flattened_mut().iter_mut().zip(below.as_flattened()).for_each(|(sum, d)| *sum += d);
    }
    through_activation(&mut ds, &first);
    backward_weights(frames, &ds, &mut gradient.layers[0], 1);
    (loss, gradient)
}

/// All numbers of a network, in a fixed order.
pub(super) fn flat(network: &Network) -> Vec<f32> {
    let layers = network.layers.iter();
    layers.flat_map(|layer| layer.weights.as_flattened().iter().chain(&layer.bias)).copied().collect()
}

/// The network of these numbers.
pub(super) fn shaped(numbers: &[f32]) -> Network {
    let mut network = Network::zeros();
    let layers = network.layers.iter_mut();
    let places = layers.flat_map(|layer| layer.weights.as_flattened_mut().iter_mut().chain(&mut layer.bias));
    places.zip(numbers).for_each(|(place, number)| *place = *number);
    network
}

/// Decay of the mean gradient and of the mean square gradient (Kingma & Ba 2015).
const MEAN_DECAY: f32 = 0.9;
const SQUARE_DECAY: f32 = 0.999;
/// Decay of the mean of the weights over the last steps, which is the result (Polyak & Juditsky 1992).
const RESULT_DECAY: f32 = 0.995;
/// Longest gradient followed.
const LONGEST: f32 = 1.0;

/// Adam (Kingma & Ba 2015) with averaged weights.
#[derive(Debug)]
pub(super) struct Descent {
    pub(super) weights: Vec<f32>,
    pub(super) averaged: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
    n_steps: i32,
}

impl Descent {
    pub(super) fn new(start: Vec<f32>) -> Self {
        let zeros = vec![0.0; start.len()];
        Self { averaged: start.clone(), weights: start, mean: zeros.clone(), square: zeros, n_steps: 0 }
    }

    /// Goes a step of length `rate` down the gradient.
    pub(super) fn step(&mut self, gradient: &[f32], rate: f32) {
        self.n_steps += 1;
        let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
        let shrink = (LONGEST / length.max(1e-9)).min(1.0);
        let unbias = |decay: f32| 1.0 / (1.0 - decay.powi(self.n_steps));
        let (mean_unit, square_unit) = (unbias(MEAN_DECAY), unbias(SQUARE_DECAY));
        for (idx, g) in gradient.iter().enumerate() {
            let g = g * shrink;
            self.mean[idx] += (1.0 - MEAN_DECAY) * (g - self.mean[idx]);
            self.square[idx] += (1.0 - SQUARE_DECAY) * (g * g - self.square[idx]);
            let deviation = (self.square[idx] * square_unit).sqrt() + 1e-8;
            self.weights[idx] -= rate * self.mean[idx] * mean_unit / deviation;
            self.averaged[idx] += (1.0 - RESULT_DECAY) * (self.weights[idx] - self.averaged[idx]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sectionist_core::rhythm::network_training as stage;

    fn excerpt(dice: &mut Dice, n: usize) -> Excerpt {
        let frames = (0..n).map(|_| std::array::from_fn(|_| dice.normal())).collect();
        let mut targets = || (0..n).map(|_| (!dice.chance(0.1)).then(|| dice.unit())).collect();
        Excerpt { targets: [targets(), targets()], frames }
    }

    #[test]
    fn gradients_are_those_of_the_loss() {
        let mut dice = Dice::new(5);
        let excerpt = excerpt(&mut dice, 200);
        let start = flat(&random_network(&mut dice));
        let gradient = flat(&loss_and_gradient(&shaped(&start), &excerpt).1);
        // Along a random direction, so that all of them count.
        let direction: Vec<f32> = start.iter().map(|_| 1e-3 * dice.normal()).collect();
        let moved = |by: f32| {
            let there: Vec<f32> = start.iter().zip(&direction).map(|(w, d)| w + by * d).collect();
            loss_and_gradient(&shaped(&there), &excerpt).0
        };
        let slope = 0.5 * (moved(1.0) - moved(-1.0));
        let told: f32 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
        assert!((slope - told).abs() < 0.02 * told.abs() + 1e-5, "{slope} {told}");
        for idx in (0..start.len()).step_by(977) {
            let at = |by: f32| {
                let mut there = start.clone();
                there[idx] += by;
                loss_and_gradient(&shaped(&there), &excerpt).0
            };
            let slope = (at(0.01) - at(-0.01)) / 0.02;
            assert!(
                (slope - gradient[idx]).abs() < 0.05 * slope.abs() + 1e-3,
                "{idx}: {slope} {}",
                gradient[idx]
            );
        }
    }

    #[test]
    fn the_analysis_hears_what_was_trained() {
        let mut dice = Dice::new(6);
        let mut excerpt = excerpt(&mut dice, 300);
        let network = random_network(&mut dice);
        let heard = stage::hear(&network, &excerpt.frames);
        for which in 0..2 {
            excerpt.targets = [vec![None; 300], vec![None; 300]];
            for (frame, heard) in heard.iter().enumerate().step_by(13) {
                excerpt.targets[which][frame] = Some(1.0);
                let loss = loss_and_gradient(&network, &excerpt).0;
                let expected = (-heard[which]).exp().ln_1p();
                assert!((loss - expected).abs() < 1e-3 * (1.0 + expected), "{frame}: {loss} {expected}");
                excerpt.targets[which][frame] = None;
            }
        }
    }

    #[test]
    fn files_hold_networks() {
        let network = random_network(&mut Dice::new(7));
        let text = stage::to_text(&network);
        let again = stage::parse(&text);
        // What was stored once stays as it is.
        let twice = stage::parse(&stage::to_text(&again));
        for (a, b) in flat(&again).iter().zip(&flat(&twice)) {
            assert!((a - b).abs() <= 1e-5 * a.abs(), "{a} {b}");
        }
        let far = |a: &f32, b: &f32| (a - b).abs() > 0.01;
        let n_far = flat(&network).iter().zip(&flat(&again)).filter(|(a, b)| far(a, b)).count();
        // Only the channels of the last layer that do not count are lost.
        assert!(n_far <= WIDTH * (WIDTH - 2), "{n_far}");
    }
}
