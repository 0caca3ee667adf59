//! Channels → one: their mean, or one of them where they cancel each other.

use crate::decode::PcmBlock;

/// Share of the channels' mean energy below which the mean has lost most of the sound (−13 dB): channels
/// that have nothing in common leave half of it.
const LOST: f64 = 0.05;
/// Share from which the mean is taken again.
const FOUND: f64 = 0.15;
/// Time in seconds over which energies are averaged.
const MEMORY: f64 = 5.0;

/// Mixes blocks of a stream to mono.
#[derive(Debug)]
pub(super) struct Mixer {
    sample_rate: u32,
    /// Running energy of the mean of the channels.
    mixed: f64,
    /// Running energy of each channel.
    channels: Vec<f64>,
    /// The channel that stands for all while they cancel each other.
    alone: Option<usize>,
}

impl Mixer {
    /// A mixer of a stream of `sample_rate` Hz.
    pub(super) const fn new(sample_rate: u32) -> Self {
        Self { sample_rate, mixed: 0.0, channels: Vec::new(), alone: None }
    }

    /// Appends the mono samples of a block. O(n_channels · n_samples).
    pub(super) fn mix(&mut self, block: &PcmBlock, mono: &mut Vec<f32>) {
        let Some((first, others)) = block.channels.split_first() else { return };
        let start = mono.len();
        mono.extend_from_slice(first);
        if others.is_empty() {
            return;
        }
        for channel in others {
            mono[start..].iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
        let scale = 1.0 / block.channels.len() as f32;
        mono[start..].iter_mut().for_each(|sum| *sum *= scale);
        self.listen(block, &mono[start..]);
        if let Some(channel) = self.alone.and_then(|idx| block.channels.get(idx)) {
            mono[start..].copy_from_slice(channel);
        }
    }

    /// Decides whether the mean of the channels stands for them.
    fn listen(&mut self, block: &PcmBlock, mixed: &[f32]) {
        let kept = (-(mixed.len() as f64) / (MEMORY * f64::from(self.sample_rate))).exp();
        self.channels.resize(block.channels.len(), 0.0);
        self.mixed = kept * self.mixed + sum_of_squares(mixed);
        for (sum, channel) in self.channels.iter_mut().zip(&block.channels) {
            *sum = kept * *sum + sum_of_squares(channel);
        }
        let mean = self.channels.iter().sum::<f64>() / self.channels.len() as f64;
        let threshold = if self.alone.is_some() { FOUND } else { LOST };
        if self.mixed >= threshold * mean {
            self.alone = None;
        } else if self.alone.is_none() {
            let loudest =
                (0..self.channels.len()).max_by(|&a, &b| self.channels[a].total_cmp(&self.channels[b]));
            self.alone = loudest;
        }
    }
}

/// Sum of squares, gathered side by side.
pub(crate) fn sum_of_squares(xs: &[f32]) -> f64 {
    const LANES: usize = 16;
    let (parts, rest) = xs.as_chunks::<LANES>();
    let mut sums = [0.0f64; LANES];
    // Few enough for single precision.
    for parts in parts.chunks(64) {
        let mut near = [0.0f32; LANES];
        for part in parts {
            near.iter_mut().zip(part).for_each(|(sum, x)| *sum += x * x);
        }
        sums.iter_mut().zip(near).for_each(|(sum, near)| *sum += f64::from(near));
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(n: usize, hz: f32) -> Vec<f32> {
        (0..n).map(|i| (std::f32::consts::TAU * hz * i as f32 / 44_100.0).sin()).collect()
    }

    fn mixed(channels: Vec<Vec<f32>>) -> Vec<f32> {
        let mut mixer = Mixer::new(44_100);
        let mut mono = Vec::new();
        let n = channels[0].len();
        for start in (0..n).step_by(4_096) {
            let part = |channel: &Vec<f32>| channel[start..(start + 4_096).min(n)].to_vec();
            let block = PcmBlock { channels: channels.iter().map(part).collect() };
            mixer.mix(&block, &mut mono);
        }
        mono
    }

    #[test]
    fn channels_are_averaged() {
        let (a, b) = (tone(44_100, 440.0), tone(44_100, 660.0));
        let expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| (a + b) * 0.5).collect();
        assert_eq!(mixed(vec![a.clone(), b]), expected);
        assert_eq!(mixed(vec![a.clone()]), a);
        assert!(mixed(vec![vec![0.0; 9_000]; 2]).iter().all(|&x| x == 0.0));
    }

    #[test]
    fn channels_that_cancel_each_other_are_heard_through_one() {
        let a = tone(44_100, 440.0);
        let inverted: Vec<f32> = a.iter().map(|x| -0.95 * x).collect();
        assert_eq!(mixed(vec![a.clone(), inverted]), a);
    }

    #[test]
    fn the_mean_is_taken_again_where_they_agree() {
        let a = tone(20 * 44_100, 440.0);
        let half = a.len() / 2;
        let turned: Vec<f32> = a.iter().enumerate().map(|(i, x)| if i < half { -x } else { *x }).collect();
        let mono = mixed(vec![a.clone(), turned.iter().map(|x| 0.9 * x).collect()]);
        assert_eq!(mono[1_000], a[1_000]);
        let last = a.len() - 10;
        assert!((mono[last] - 0.95 * a[last]).abs() < 1e-6, "{} {}", mono[last], a[last]);
    }
}
