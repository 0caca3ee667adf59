//! What is heard, on one grid: normalised onsets and changes of harmony.

use super::network::{HeardBeats, Network, inputs};
use crate::features::onset::N_ONSET_BANDS;
use crate::features::spectrum::{BINS_PER_SEMITONE, LOWEST_PITCH, N_SEMITONES};
use crate::features::{Features, LogFrequencySpectrum};
use crate::pace::Pace;
use crate::units::FrameGrid;

/// Framewise evidence that the decoders read, all on the grid of the onset activations.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    /// Where the frames lie.
    pub(super) grid: FrameGrid,
    /// Onset activations per band, `[N_ONSET_BANDS][n_frames]`, in units of their own local RMS.
    pub(super) bands: [Vec<f32>; N_ONSET_BANDS],
    /// Mean of the bands, `[n_frames]`.
    pub(super) novelty: Vec<f32>,
    /// Log odds of a beat and of a downbeat that the network heard, `[n_frames]`.
    pub(super) heard: HeardBeats,
    /// Probability of a beat that the network heard, `[n_frames]`, in units of its own local RMS.
    pub(super) heard_beats: Vec<f32>,
    /// Probability of a downbeat, likewise.
    pub(super) heard_downbeats: Vec<f32>,
    /// Where the harmony changes, `[n_frames]`, in units of its RMS.
    pub(super) harmonic_onsets: Vec<f32>,
    /// Pitch-class profiles of the register of chords.
    pub(super) chords: ProfileSums,
    /// Pitch-class profiles of the register of the bass.
    pub(super) bass: ProfileSums,
}

/// Half-width in seconds of the neighbourhood whose RMS is the unit of an activation.
const UNIT_REACH: f64 = 6.0;
/// Seconds on either side of a frame whose harmony is compared.
const CHANGE_REACH: f64 = 0.6;
/// Half-width in seconds of the neighbourhood that a change of harmony stands out of.
const CHANGE_CONTEXT: f64 = 1.5;
/// Smallest unit, as a share of the whole song's RMS: quiet passages are raised so far only.
const UNIT_FLOOR: f32 = 0.4;

impl Evidence {
    /// Gathers the evidence, of beats as `network` hears them. O(n_frames).
    pub(super) async fn gather(features: &Features, network: &Network, pace: &Pace) -> Self {
        let grid = features.onsets.grid;
        let n_frames = features.onsets.bands.n_rows();
        let reach = (UNIT_REACH * grid.frame_rate()) as usize;
        let mut bands: [Vec<f32>; N_ONSET_BANDS] = Default::default();
        let mut novelty = vec![0.0; n_frames];
        for (idx, band) in bands.iter_mut().enumerate() {
            *band = in_local_units(&smoothed(&features.onsets.bands.col(idx)), reach);
            for (sum, x) in novelty.iter_mut().zip(&*band) {
                *sum += x / N_ONSET_BANDS as f32;
            }
            pace.spend(20 * n_frames).await;
        }
        let spectrum = &features.spectrum;
        let chords = ProfileSums::of_chords(spectrum);
        pace.spend(200 * spectrum.magnitudes.n_rows()).await;
        let bass = ProfileSums::of_bass(spectrum);
        pace.spend(200 * spectrum.magnitudes.n_rows()).await;
        let mut change = Vec::with_capacity(n_frames);
        for frame in 0..n_frames {
            change.push(chords.change(grid.time_of(frame), CHANGE_REACH));
            if frame % 1024 == 0 {
                pace.spend(1024 * 150).await;
            }
        }
        let harmonic_onsets = peaks_above(&change, (CHANGE_CONTEXT * grid.frame_rate()) as usize);
        let fine = &features.onsets.fine;
        let seen = |frame| inputs(fine, &chords, &bass, frame);
        pace.spend(20 * n_frames).await;
        let heard = network.hear(fine.frames.len(), seen, pace).await.at_frames(n_frames);
        pace.spend(20 * n_frames).await;
        let in_units = |odds: &[f32]| {
            let probabilities: Vec<f32> = odds.iter().map(|odds| 1.0 / (1.0 + (-odds).exp())).collect();
            in_local_units(&probabilities, reach)
        };
        let heard_beats = in_units(&heard.beat);
        pace.spend(20 * n_frames).await;
        let heard_downbeats = in_units(&heard.downbeat);
        pace.spend(20 * n_frames).await;
        Self { grid, bands, novelty, heard, heard_beats, heard_downbeats, harmonic_onsets, chords, bass }
    }

    /// Number of frames.
    pub(super) fn n_frames(&self) -> usize {
        self.novelty.len()
    }
}

/// Each value with half of its two neighbours: onsets of one moment that fall into two frames count as one.
fn smoothed(xs: &[f32]) -> Vec<f32> {
    let at = |idx: Option<usize>| idx.and_then(|idx| xs.get(idx)).copied().unwrap_or(0.0);
    (0..xs.len()).map(|idx| 0.5 * xs[idx] + 0.25 * (at(idx.checked_sub(1)) + at(Some(idx + 1)))).collect()
}

/// `xs` in units of the root mean square within `reach` values on either side; zeros stay zeros.
fn in_local_units(xs: &[f32], reach: usize) -> Vec<f32> {
    let mut energy_before = Vec::with_capacity(xs.len() + 1);
    let mut total = 0.0f64;
    energy_before.push(total);
    for &x in xs {
        total += f64::from(x).powi(2);
        energy_before.push(total);
    }
    let floor = UNIT_FLOOR * (total / xs.len().max(1) as f64).sqrt() as f32;
    xs.iter()
        .enumerate()
        .map(|(idx, &x)| {
            let (start, end) = (idx.saturating_sub(reach), (idx + reach + 1).min(xs.len()));
            let mean = (energy_before[end] - energy_before[start]).max(0.0) / (end - start) as f64;
            let unit = (mean.sqrt() as f32).max(floor);
            if unit > 0.0 { x / unit } else { 0.0 }
        })
        .collect()
}

/// MIDI pitches that carry chords.
const TREBLE_PITCHES: std::ops::Range<usize> = 48..88;
/// MIDI pitches that carry the bass.
const BASS_PITCHES: std::ops::Range<usize> = 28..52;

/// Sums of pitch-class profiles from the start on, so that the mean of any stretch is cheap.
#[derive(Debug, Clone)]
pub(super) struct ProfileSums {
    frame_rate: f64,
    /// Sum of the first `idx` profiles at `[idx]`, `[n_frames + 1]`.
    sums: Vec<[f64; 12]>,
}

impl ProfileSums {
    /// Of the register of chords.
    pub(super) fn of_chords(spectrum: &LogFrequencySpectrum) -> Self {
        Self::of(spectrum, TREBLE_PITCHES)
    }

    /// Of the register of the bass.
    pub(super) fn of_bass(spectrum: &LogFrequencySpectrum) -> Self {
        Self::of(spectrum, BASS_PITCHES)
    }

    fn of(spectrum: &LogFrequencySpectrum, pitches: std::ops::Range<usize>) -> Self {
        let mut sums = Vec::with_capacity(spectrum.magnitudes.n_rows() + 1);
        let mut total = [0.0f64; 12];
        sums.push(total);
        for magnitudes in spectrum.magnitudes.rows() {
            for pitch in pitches.clone() {
                let semitone = pitch - LOWEST_PITCH;
                if semitone < N_SEMITONES {
                    let bins = &magnitudes[semitone * BINS_PER_SEMITONE..][..BINS_PER_SEMITONE];
                    total[pitch % 12] += f64::from(bins.iter().sum::<f32>().sqrt());
                }
            }
            sums.push(total);
        }
        Self { frame_rate: spectrum.grid.frame_rate(), sums }
    }

    /// Sum up to `time` seconds, interpolated.
    fn until(&self, time: f64) -> [f64; 12] {
        let last = self.sums.len() - 1;
        // A frame stands for the time half-way to its neighbours.
        let at = (time * self.frame_rate + 0.5).clamp(0.0, last as f64);
        let idx = (at as usize).min(last);
        let (a, b) = (&self.sums[idx], &self.sums[(idx + 1).min(last)]);
        std::array::from_fn(|pc| a[pc] + (at - idx as f64) * (b[pc] - a[pc]))
    }

    /// The profile of a stretch in seconds, its values summing to 1; zeros where nothing sounds.
    pub(super) fn share(&self, start: f64, end: f64) -> [f64; 12] {
        let (start, end) = (self.until(start), self.until(end));
        let total: f64 = end.iter().zip(&start).map(|(e, s)| e - s).sum();
        std::array::from_fn(|pc| if total > 1e-9 { (end[pc] - start[pc]) / total } else { 0.0 })
    }

    /// How much the profile of the `reach` seconds after `time` differs from that of the `reach`
    /// seconds before: 1 − cosine, in [0, 1]; 0 where nothing sounds.
    pub(super) fn change(&self, time: f64, reach: f64) -> f32 {
        let (start, middle, end) = (self.until(time - reach), self.until(time), self.until(time + reach));
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        for pc in 0..12 {
            let (a, b) = (middle[pc] - start[pc], end[pc] - middle[pc]);
            ab += a * b;
            aa += a * a;
            bb += b * b;
        }
        let norm = (aa * bb).sqrt();
        if norm > 1e-12 { (1.0 - ab / norm).clamp(0.0, 1.0) as f32 } else { 0.0 }
    }
}

/// Peaks of a curve above its mean within `reach` values, in units of their RMS.
fn peaks_above(xs: &[f32], reach: usize) -> Vec<f32> {
    let means = local_means(xs, reach);
    let mut peaks: Vec<f32> = xs.iter().zip(&means).map(|(x, mean)| (x - mean).max(0.0)).collect();
    let rms =
        (peaks.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / peaks.len().max(1) as f64).sqrt() as f32;
    if rms > 0.0 {
        peaks.iter_mut().for_each(|x| *x /= rms);
    }
    peaks
}

/// Mean of the values within `reach` on either side of each.
fn local_means(xs: &[f32], reach: usize) -> Vec<f32> {
    let mut before = Vec::with_capacity(xs.len() + 1);
    let mut total = 0.0f64;
    before.push(total);
    for &x in xs {
        total += f64::from(x);
        before.push(total);
    }
    (0..xs.len())
        .map(|idx| {
            let (start, end) = (idx.saturating_sub(reach), (idx + reach + 1).min(xs.len()));
            ((before[end] - before[start]) / (end - start) as f64) as f32
        })
        .collect()
}
