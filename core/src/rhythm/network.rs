//! A temporal convolution that hears beats and downbeats.
//!
//! After Davies & Böck (2019, "Temporal convolutional networks for musical audio beat tracking"): layers of
//! dilated convolutions over some twenty seconds on either side, so that each frame is read in the context of
//! the pattern that it is part of. Theirs hears a spectrogram, ours the rises of twelve bands and changes of
//! harmony; it has 32 channels, nine dilated layers and some 60 000 weights.
//!
//! Activation is x for positive x and x / (1 − x) below: as smooth as the exponential unit and bounded like
//! it, but with no transcendental function, so that every target computes the same.

use super::base64;
use super::evidence::ProfileSums;
use crate::features::onset::{FINE_STEP, FineOnsets, N_FINE, N_FINE_BANDS};
use crate::pace::Pace;

/// Channels of every layer.
pub const WIDTH: usize = 32;
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
    pub weights: Vec<Channels>,
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

    /// Reads lines `name bias scale weights`, one for each channel of each layer in order, the weights as
    /// bytes in base 64 (RFC 4648) in units of `scale`; `#` starts a comment. What is missing stays zero.
    pub(super) fn parse(text: &str) -> Self {
        let mut network = Self::zeros();
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        for (idx, layer) in network.layers.iter_mut().enumerate() {
            for channel in 0..n_channels(idx) {
                let mut words = lines.next().unwrap_or_default().split_ascii_whitespace().skip(1);
                let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0.0f32);
                let (bias, scale) = (number(), number());
                layer.bias[channel] = bias;
                let stored = base64::decode(words.next().unwrap_or_default());
                for (row, weight) in layer.weights.iter_mut().zip(stored) {
                    row[channel] = scale * f32::from(weight);
                }
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
                let stored: Vec<i8> =
                    layer.weights.iter().map(|row| (row[channel] / scale).round() as i8).collect();
                // Writing to a string cannot fail.
                let _ = writeln!(
                    text,
                    "{idx}.{channel} {:.5} {scale:.6e} {}",
                    layer.bias[channel],
                    base64::encode(&stored)
                );
            }
        }
        text
    }

    /// Listens to `n` frames, of which `inputs` tells what there is to see. O(n · weights).
    ///
    /// Long songs are heard in parts that overlap by what the layers see, so that memory stays bounded.
    pub(super) async fn hear(
        &self,
        n: usize,
        inputs: impl Fn(usize) -> [f32; N_INPUTS],
        pace: &Pace,
    ) -> HeardBeats {
        let mut heard = HeardBeats { beat: Vec::with_capacity(n), downbeat: Vec::with_capacity(n) };
        for start in (0..n).step_by(PART) {
            let end = (start + PART).min(n);
            let seen = start.saturating_sub(SEEN)..(end + SEEN).min(n);
            let first = seen.start;
            let out = self.hear_part(seen, &inputs, pace).await;
            for channels in &out[start - first..end - first] {
                heard.beat.push(channels[0]);
                heard.downbeat.push(channels[1]);
            }
        }
        heard
    }

    /// The last layer's channels at some frames, as if there was silence around them.
    async fn hear_part(
        &self,
        span: std::ops::Range<usize>,
        inputs: &impl Fn(usize) -> [f32; N_INPUTS],
        pace: &Pace,
    ) -> Vec<Channels> {
        let n = span.len();
        let [first, .., last] = self.layers.as_slice() else { return vec![[0.0; WIDTH]; n] };
        let seen: Vec<[f32; N_INPUTS]> = span.map(inputs).collect();
        let mut now = vec![[0.0; WIDTH]; n];
        for slice in slices(n) {
            convolve(&mut now[slice.clone()], &seen, slice.start, first, 1);
            activate_all(&mut now[slice.clone()]);
            pace.spend(slice.len() * (INPUT_TAPS * N_INPUTS * WIDTH / 4 + 2000)).await;
        }
        drop(seen);
        let mut next = now.clone();
        let mut inner = vec![[0.0; WIDTH]; SLICE];
        for (block, layers) in self.layers[1..1 + 2 * N_BLOCKS].chunks_exact(2).enumerate() {
            let [wide, mix] = layers else { break };
            for slice in slices(n) {
                let inner = &mut inner[..slice.len()];
                convolve(inner, &now, slice.start, wide, 1 << block);
                activate_all(inner);
                let out = &mut next[slice.clone()];
                convolve(out, inner, 0, mix, 1);
                add_all(out, &now[slice.clone()]);
                pace.spend(slice.len() * (TAPS + 1) * WIDTH * WIDTH / 4).await;
            }
            std::mem::swap(&mut now, &mut next);
        }
        for slice in slices(n) {
            activate_all(&mut now[slice.clone()]);
            convolve(&mut next[slice.clone()], &now, slice.start, last, 1);
        }
        next
    }
}

/// Frames heard at once (5.5 minutes).
const PART: usize = 16_384;
/// Frames on either side that a frame's answer depends on.
const SEEN: usize = INPUT_TAPS / 2 + TAPS / 2 * ((1 << N_BLOCKS) - 1);

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

/// Consecutive ranges of at most [`SLICE`] frames.
fn slices(n: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..n).step_by(SLICE).map(move |start| start..(start + SLICE).min(n))
}

/// The sums of a layer at the frames from `start` on; its taps lie `distance` frames apart, and beyond the
/// ends of `seen` there is nothing.
pub(super) fn convolve<const N: usize>(
    sums: &mut [Channels],
    seen: &[[f32; N]],
    start: usize,
    layer: &Layer,
    distance: usize,
) {
    sums.fill(layer.bias);
    let n_taps = layer.weights.len() / N;
    let n = sums.len();
    for (tap, weights) in layer.weights.chunks_exact(N).enumerate() {
        // Frame `idx` of the sums sees the frame `idx + start + late − early`.
        let (late, early) = (start + tap * distance, n_taps / 2 * distance);
        let from = early.saturating_sub(late).min(n);
        let to = (seen.len() + early).saturating_sub(late).min(n);
        if from < to {
            add_products(&mut sums[from..to], &seen[from + late - early..to + late - early], weights);
        }
    }
}

/// Channels and frames that are summed at once: as many as processors have registers for.
const LANES: usize = 16;
const AT_ONCE: usize = if cfg!(target_feature = "avx2") { 4 } else { 2 };

/// Adds to each frame's sums what it sees times the weights. The order of the additions to each sum is that
/// of the weights, however many are made at once.
fn add_products<const N: usize>(sums: &mut [Channels], seen: &[[f32; N]], weights: &[Channels]) {
    let (blocks, rest) = sums.as_chunks_mut::<AT_ONCE>();
    let (seen, seen_rest) = seen.as_chunks::<AT_ONCE>();
    for (sums, seen) in blocks.iter_mut().zip(seen) {
        for first in (0..WIDTH).step_by(LANES) {
            let part = |row: &Channels| -> [f32; LANES] { std::array::from_fn(|lane| row[first + lane]) };
            let mut held = [[0.0f32; LANES]; AT_ONCE];
            for frame in 0..AT_ONCE {
                held[frame] = part(&sums[frame]);
            }
            for (idx, row) in weights.iter().enumerate() {
                let row = part(row);
                for frame in 0..AT_ONCE {
                    let x = seen[frame][idx];
                    for lane in 0..LANES {
                        held[frame][lane] += x * row[lane];
                    }
                }
            }
            for frame in 0..AT_ONCE {
                sums[frame][first..first + LANES].copy_from_slice(&held[frame]);
            }
        }
    }
    for (sums, seen) in rest.iter_mut().zip(seen_rest) {
        for (x, row) in seen.iter().zip(weights) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += x * weight);
        }
    }
}

fn add_all(sums: &mut [Channels], others: &[Channels]) {
    sums.as_flattened_mut().iter_mut().zip(others.as_flattened()).for_each(|(sum, other)| *sum += other);
}

pub(super) fn activate_all(values: &mut [Channels]) {
    values.as_flattened_mut().iter_mut().for_each(|x| *x = activate(*x));
}

/// The activation function.
pub(super) fn activate(x: f32) -> f32 {
    let below = x.min(0.0);
    x.max(0.0) + below / (1.0 - below)
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
            .map(|line| base64::decode(line.split_ascii_whitespace().nth(3).unwrap_or_default()).len())
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
    fn parts_of_a_long_song_are_heard_as_the_whole() {
        let frames = attacks(PART + 3_000, 31, 4);
        let heard = hear(&Network::learned(), &frames);
        // Far from the ends, what is heard depends on the surroundings alone, and they come again.
        let (before, across) = (PART - 5 * 31 - 3 * SEEN.next_multiple_of(31), PART - 5 * 31);
        for frame in 0..10 * 31 {
            let (a, b) = (heard.beat[before + frame], heard.beat[across + frame]);
            assert!((a - b).abs() < 1e-3, "{frame}: {a} {b}");
        }
        assert_eq!(heard.beat.len(), frames.len());
    }

    #[test]
    fn layers_see_their_taps() {
        let mut dice = 1u32;
        let mut random = || {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 16) as f32 / 65_536.0 - 0.5
        };
        let layer = Layer {
            weights: (0..5 * WIDTH).map(|_| std::array::from_fn(|_| random())).collect(),
            bias: std::array::from_fn(|_| random()),
        };
        let seen: Vec<Channels> = (0..37).map(|_| std::array::from_fn(|_| random())).collect();
        for (start, n, distance) in [(0, 37, 1), (0, 37, 4), (5, 11, 2), (30, 7, 8), (0, 1, 64)] {
            let mut sums = vec![[0.0; WIDTH]; n];
            convolve(&mut sums, &seen, start, &layer, distance);
            for (idx, sums) in sums.iter().enumerate() {
                for channel in 0..WIDTH {
                    let expected: f32 = layer.bias[channel]
                        + (0..5)
                            .filter_map(|tap| {
                                let at = (start + idx + tap * distance).checked_sub(2 * distance)?;
                                let rows = &layer.weights[tap * WIDTH..];
                                Some(
                                    seen.get(at)?
                                        .iter()
                                        .zip(rows)
                                        .map(|(x, row)| x * row[channel])
                                        .sum::<f32>(),
                                )
                            })
                            .sum::<f32>();
                    assert!((sums[channel] - expected).abs() < 1e-4, "{start} {distance} {idx}");
                }
            }
        }
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
