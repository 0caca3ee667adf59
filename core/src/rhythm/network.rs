//! A small temporal convolution that hears beats and downbeats.
//!
//! After Davies & Böck (2019, "Temporal convolutional networks for musical audio beat tracking"): layers of
//! dilated convolutions over some twenty seconds on either side, so that each frame is read in the context of
//! the pattern that it is part of. Theirs hears a spectrogram, ours the rises of twelve bands and changes of
//! harmony; it has 16 channels, nine dilated layers and some 16 000 weights.
//!
//! Activation is x for positive x and x / (1 − x) below: as smooth as the exponential unit and bounded like
//! it, but with no transcendental function, so that every target computes the same.

use super::evidence::ProfileSums;
use crate::features::onset::{FINE_STEP, FineOnsets, N_FINE, N_FINE_BANDS};
use crate::pace::Pace;

/// Channels of every layer.
pub const WIDTH: usize = 16;
/// Values that the network sees of a frame: the onsets' [`N_FINE`] and the changes of harmony over
/// `CHANGE_REACHES`, of chords and of the bass.
pub const N_INPUTS: usize = N_FINE + 2 * CHANGE_REACHES.len();
/// Frames that the first layer sees at once.
pub const INPUT_TAPS: usize = 3;
/// Frames that each dilated layer sees.
pub const TAPS: usize = 5;
/// Dilated layers; the distance between the frames that they see doubles from one to the next.
pub const N_BLOCKS: usize = 9;
/// Seconds on either side of a frame between which the change of harmony is measured.
const CHANGE_REACHES: [f64; 4] = [0.3, 0.6, 1.2, 2.4];
/// What makes rises and changes about as large as levels.
const RISE_SCALE: f32 = 5.0;
const CHANGE_SCALE: f32 = 15.0;
/// Largest magnitude of a stored weight.
#[cfg(feature = "training")]
const LARGEST: f32 = 127.0;

/// The values of one channel set at one frame.
pub type Channels = [f32; WIDTH];

/// A linear layer: one row of weights for each value seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// `[n_taps · n_inputs][WIDTH]`, earliest tap first.
    pub weights: Vec<[f32; WIDTH]>,
    /// `[WIDTH]`.
    pub bias: [f32; WIDTH],
}

/// The network: the first layer, two for each block (the dilated one and one that mixes its channels), the
/// last one, of whose channels the first two count: log odds of a beat and of a downbeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// `[2 + 2 · N_BLOCKS]`.
    pub layers: Vec<Layer>,
}

/// The learned weights.
const LEARNED: &str = include_str!("network.weights");

/// Rows of weights of each layer.
const fn n_rows(layer: usize) -> usize {
    match layer {
        0 => INPUT_TAPS * N_INPUTS,
        _ if layer < 1 + 2 * N_BLOCKS && layer % 2 == 1 => TAPS * WIDTH,
        _ => WIDTH,
    }
}

/// Log odds at frames of 20 ms.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct HeardBeats {
    /// Of a beat, `[n_frames]`.
    pub(super) beat: Vec<f32>,
    /// Of a downbeat, `[n_frames]`.
    pub(super) downbeat: Vec<f32>,
}

impl Network {
    /// A network whose weights are all zero.
    #[must_use]
    pub fn zeros() -> Self {
        let layer = |idx| Layer { weights: vec![[0.0; WIDTH]; n_rows(idx)], bias: [0.0; WIDTH] };
        Self { layers: (0..2 + 2 * N_BLOCKS).map(layer).collect() }
    }

    /// The network that was learned.
    pub(super) fn learned() -> Self {
        Self::parse(LEARNED)
    }

    /// Reads lines `name bias scale weight…`, one for each channel of each layer in order, the weights as
    /// whole numbers in units of `scale`; `#` starts a comment. What is missing stays zero.
    pub(super) fn parse(text: &str) -> Self {
        let mut network = Self::zeros();
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        for (idx, layer) in network.layers.iter_mut().enumerate() {
            for channel in 0..n_channels(idx) {
                let mut numbers = lines
                    .next()
                    .unwrap_or_default()
                    .split_ascii_whitespace()
                    .skip(1)
                    .map(|word| word.parse());
                let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0.0f32);
                let (bias, scale) = (next(), next());
                layer.bias[channel] = bias;
                layer.weights.iter_mut().for_each(|row| row[channel] = scale * next());
            }
        }
        network
    }

    /// The text that [`Network::parse`] reads, weights rounded to a byte.
    #[cfg(feature = "training")]
    pub(super) fn to_text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for (idx, layer) in self.layers.iter().enumerate() {
            for channel in 0..n_channels(idx) {
                let largest = layer.weights.iter().map(|row| row[channel].abs()).fold(0.0f32, f32::max);
                let scale = (largest / LARGEST).max(1e-9);
                // Writing to a string cannot fail.
                let _ = write!(text, "{idx}.{channel} {:.5} {scale:.6e}", layer.bias[channel]);
                for row in &layer.weights {
                    let _ = write!(text, " {:.0}", (row[channel] / scale).round() + 0.0);
                }
                text.push('\n');
            }
        }
        text
    }

    /// Listens to `n` frames, of which `inputs` tells what there is to see. O(n · weights).
    pub(super) async fn hear(
        &self,
        n: usize,
        inputs: impl Fn(usize) -> [f32; N_INPUTS],
        pace: &Pace,
    ) -> HeardBeats {
        let [first, .., last] = self.layers.as_slice() else { return HeardBeats::default() };
        let mut now: Vec<Channels> = Vec::with_capacity(n);
        let mut window = [[0.0f32; N_INPUTS]; INPUT_TAPS];
        for frame in 0..n + INPUT_TAPS / 2 {
            window.rotate_left(1);
            window[INPUT_TAPS - 1] = if frame < n { inputs(frame) } else { [0.0; N_INPUTS] };
            if frame >= INPUT_TAPS / 2 {
                let mut out = first.bias;
                add_rows(&mut out, window.as_flattened(), &first.weights);
                now.push(out.map(activate));
            }
            if frame % SLICE == 0 {
                pace.spend(SLICE * (INPUT_TAPS * N_INPUTS * WIDTH + 2000)).await;
            }
        }
        let mut next = now.clone();
        for (block, layers) in self.layers[1..1 + 2 * N_BLOCKS].chunks_exact(2).enumerate() {
            let [wide, mix] = layers else { break };
            for frame in 0..n {
                let mut out = wide.bias;
                for (tap, weights) in wide.weights.chunks_exact(WIDTH).enumerate() {
                    let at = (frame + (tap << block)).checked_sub((TAPS / 2) << block);
                    if let Some(seen) = at.and_then(|at| now.get(at)) {
                        add_rows(&mut out, seen, weights);
                    }
                }
                let mut sum = mix.bias;
                add_rows(&mut sum, &out.map(activate), &mix.weights);
                for ((next, now), sum) in next[frame].iter_mut().zip(&now[frame]).zip(sum) {
                    *next = now + sum;
                }
                if frame % SLICE == 0 {
                    pace.spend(SLICE * (TAPS + 1) * WIDTH * WIDTH / 2).await;
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        let mut heard = HeardBeats { beat: Vec::with_capacity(n), downbeat: Vec::with_capacity(n) };
        for channels in &now {
            let mut out = last.bias;
            add_rows(&mut out, &channels.map(activate), &last.weights);
            heard.beat.push(out[0]);
            heard.downbeat.push(out[1]);
        }
        heard
    }
}

/// Frames between two accounts of the work done.
const SLICE: usize = 512;

/// Channels of a layer that count.
const fn n_channels(layer: usize) -> usize {
    if layer == 1 + 2 * N_BLOCKS { 2 } else { WIDTH }
}

/// What the network sees of a frame, `[N_INPUTS]`: 0 throughout in silence.
pub(super) fn inputs(
    fine: &FineOnsets,
    chords: &ProfileSums,
    bass: &ProfileSums,
    frame: usize,
) -> [f32; N_INPUTS] {
    let time = fine.grid.time_of(frame) + FineOnsets::OFFSET;
    let mut values = [0.0; N_INPUTS];
    for (idx, (value, &seen)) in values.iter_mut().zip(&fine.frames[frame]).enumerate() {
        let scale = if idx < 2 * N_FINE_BANDS { RISE_SCALE } else { 1.0 };
        *value = scale * FINE_STEP * f32::from(seen);
    }
    for (idx, reach) in CHANGE_REACHES.into_iter().enumerate() {
        values[N_FINE + idx] = CHANGE_SCALE * chords.change(time, reach);
        values[N_FINE + CHANGE_REACHES.len() + idx] = CHANGE_SCALE * bass.change(time, reach);
    }
    values
}

impl HeardBeats {
    /// The same at each of the `n` frames that the pairs were made of, interpolated.
    pub(super) fn at_frames(&self, n: usize) -> Self {
        let spread = |odds: &[f32]| -> Vec<f32> {
            let at = |idx: usize| odds.get(idx.min(odds.len().saturating_sub(1))).copied().unwrap_or(0.0);
            // Frame t lies at t / 2 − 1/4 pairs.
            let half = |t: usize| if t.is_multiple_of(2) { (t / 2).saturating_sub(1) } else { t / 2 + 1 };
            (0..n).map(|t| 0.75 * at(t / 2) + 0.25 * at(half(t))).collect()
        };
        Self { beat: spread(&self.beat), downbeat: spread(&self.downbeat) }
    }
}

/// Adds `seen` times `weights`.
pub(super) fn add_rows(out: &mut Channels, seen: &[f32], weights: &[Channels]) {
    for (&x, row) in seen.iter().zip(weights) {
        for (out, weight) in out.iter_mut().zip(row) {
            *out += x * weight;
        }
    }
}

/// The activation function.
pub(super) fn activate(x: f32) -> f32 {
    if x > 0.0 { x } else { x / (1.0 - x) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::complete;

    fn hear(network: &Network, frames: &[[f32; N_INPUTS]]) -> HeardBeats {
        complete(network.hear(frames.len(), |idx| frames[idx], &Pace::default()))
    }

    #[test]
    fn the_learned_file_is_whole() {
        let rows: Vec<usize> = LEARNED
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                line.split_ascii_whitespace().skip(3).filter(|word| word.parse::<i8>().is_ok()).count()
            })
            .collect();
        let expected: Vec<usize> =
            (0..2 + 2 * N_BLOCKS).flat_map(|idx| vec![n_rows(idx); n_channels(idx)]).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_torn_file_is_still_a_network() {
        let half: String = LEARNED.chars().take(LEARNED.len() / 2).collect();
        for text in ["", "0.0 1 nonsense", &half] {
            let heard = hear(&Network::parse(text), &[[1.0; N_INPUTS]; 50]);
            assert!(heard.beat.iter().chain(&heard.downbeat).all(|odds| odds.is_finite()));
        }
    }

    /// Attacks in all bands every `period` frames.
    fn attacks(n: usize, period: usize, first: usize) -> Vec<[f32; N_INPUTS]> {
        (0..n)
            .map(|frame| {
                let at = (frame + period - first % period) % period;
                let (mut values, rise) = ([0.0; N_INPUTS], if at == 0 { 5.0 } else { 0.0 });
                values[..N_FINE_BANDS].fill(rise);
                values[2 * N_FINE_BANDS..N_FINE].fill(2.0 * (-0.1 * at as f32).exp());
                values
            })
            .collect()
    }

    #[test]
    fn attacks_at_a_walking_pace_are_beats() {
        let (n, period) = (1_500, 28);
        let heard = hear(&Network::learned(), &attacks(n, period, 5));
        let mean = |phase: usize| {
            let odds: Vec<f32> =
                heard.beat.iter().skip(5 + phase + 10 * period).step_by(period).copied().collect();
            odds.iter().sum::<f32>() / odds.len() as f32
        };
        let (on, between) = (mean(0), mean(period / 2).max(mean(period / 4)));
        assert!(on > -1.0 && between < -2.0, "{on} {between}");
    }

    #[test]
    fn silence_has_no_beats() {
        let heard = hear(&Network::learned(), &[[0.0; N_INPUTS]; 400]);
        assert!(heard.beat.iter().all(|odds| *odds < 0.0));
        assert!(hear(&Network::learned(), &[]).beat.is_empty());
    }

    #[test]
    fn a_delay_of_the_sound_delays_the_beats() {
        let (a, b) = (attacks(3_000, 27, 3), attacks(3_000, 27, 10));
        let (a, b) = (hear(&Network::learned(), &a), hear(&Network::learned(), &b));
        // Away from the ends, which the network sees too: 21 s.
        for frame in 1_200..1_800 {
            assert!((a.beat[frame] - b.beat[frame + 7]).abs() < 1e-4, "{frame}");
        }
    }

    #[test]
    fn pairs_of_frames_are_spread_over_their_frames() {
        let heard = HeardBeats { beat: vec![0.0, 4.0, 8.0], downbeat: vec![1.0; 3] };
        let spread = heard.at_frames(7);
        assert_eq!(spread.beat, [0.0, 1.0, 3.0, 5.0, 7.0, 8.0, 8.0]);
        assert_eq!(spread.downbeat, [1.0; 7]);
        assert_eq!(HeardBeats::default().at_frames(2).beat, [0.0; 2]);
    }
}
