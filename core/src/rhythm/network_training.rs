//! What learning the network needs of this stage. Under the feature `training` only, and no part of the
//! stable interface.

use super::evidence::ProfileSums;
use super::network::{self};
pub use super::network::{Channels, INPUT_TAPS, Layer, N_BLOCKS, N_INPUTS, Network, TAPS, WIDTH};
use crate::features::Features;
use crate::features::onset::FineOnsets;
use crate::pace::{Pace, complete};

/// What the network sees of a song.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// `[n_frames][N_INPUTS]`.
    pub frames: Vec<[f32; N_INPUTS]>,
    /// Seconds at the centre of the first frame.
    pub start: f64,
    /// Frames a second.
    pub frame_rate: f64,
}

impl Inputs {
    /// What the network sees of a song.
    #[must_use]
    pub fn of(features: &Features) -> Self {
        let chords = ProfileSums::of_chords(&features.spectrum);
        let bass = ProfileSums::of_bass(&features.spectrum);
        let fine = &features.onsets.fine;
        let frames = (0..fine.frames.len()).map(|idx| network::inputs(fine, &chords, &bass, idx)).collect();
        Self { frames, start: FineOnsets::OFFSET, frame_rate: fine.grid.frame_rate() }
    }
}

/// Reads the data file.
#[must_use]
pub fn parse(text: &str) -> Network {
    Network::parse(text)
}

/// The data file without its header.
#[must_use]
pub fn to_text(network: &Network) -> String {
    network.to_text()
}

/// Log odds of a beat and of a downbeat at each frame, as the analysis computes them.
#[must_use]
pub fn hear(network: &Network, frames: &[[f32; N_INPUTS]]) -> Vec<[f32; 2]> {
    let heard = complete(network.hear(frames.len(), |idx| frames[idx], &Pace::default()));
    heard.beat.into_iter().zip(heard.downbeat).map(|(beat, downbeat)| [beat, downbeat]).collect()
}

/// The sums of a layer at every frame, its taps `distance` frames apart.
#[must_use]
pub fn convolve<const N: usize>(seen: &[[f32; N]], layer: &Layer, distance: usize) -> Vec<Channels> {
    let mut sums = vec![[0.0; WIDTH]; seen.len()];
    network::convolve(&mut sums, seen, 0, layer, distance);
    sums
}

/// Puts values through the activation function.
pub fn activate_all(values: &mut [Channels]) {
    network::activate_all(values);
}
