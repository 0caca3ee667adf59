//! What is heard, on one grid: normalised onsets and changes of harmony.

use crate::features::onset::N_ONSET_BANDS;
use crate::features::spectrum::{BINS_PER_SEMITONE, LOWEST_PITCH, N_SEMITONES};
use crate::features::{Features, LogFrequencySpectrum};
use crate::matrix::Matrix;
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
    /// How much the harmony after the frame differs from that before, `[n_frames]`, in [0, 1].
    pub(super) harmonic_change: Vec<f32>,
    /// The same of the bass register.
    pub(super) bass_change: Vec<f32>,
}

/// Half-width in seconds of the neighbourhood whose RMS is the unit of an activation.
const UNIT_REACH: f64 = 6.0;
/// Smallest unit, as a share of the whole song's RMS: quiet passages are raised so far only.
const UNIT_FLOOR: f32 = 0.4;

impl Evidence {
    /// Gathers the evidence. O(n_frames).
    pub(super) async fn gather(features: &Features, pace: &Pace) -> Self {
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
        let harmonic = change_of(&chroma(spectrum, TREBLE_PITCHES), spectrum.grid);
        pace.spend(300 * spectrum.magnitudes.n_rows()).await;
        let bass = change_of(&chroma(spectrum, BASS_PITCHES), spectrum.grid);
        pace.spend(300 * spectrum.magnitudes.n_rows()).await;
        Self {
            grid,
            bands,
            novelty,
            harmonic_change: resampled(&harmonic, spectrum.grid, grid, n_frames),
            bass_change: resampled(&bass, spectrum.grid, grid, n_frames),
        }
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

/// Pitch-class profile of a register, `[n_frames × 12]`, magnitudes compressed by a square root.
fn chroma(spectrum: &LogFrequencySpectrum, pitches: std::ops::Range<usize>) -> Matrix {
    let mut chroma = Matrix::with_cols(12);
    let mut row = [0.0f32; 12];
    for magnitudes in spectrum.magnitudes.rows() {
        row.fill(0.0);
        for pitch in pitches.clone() {
            let semitone = pitch - LOWEST_PITCH;
            if semitone < N_SEMITONES {
                let bins = &magnitudes[semitone * BINS_PER_SEMITONE..][..BINS_PER_SEMITONE];
                row[pitch % 12] += bins.iter().sum::<f32>().sqrt();
            }
        }
        chroma.push_row(&row);
    }
    chroma
}

/// Seconds on either side that are compared.
const CHANGE_REACH: f64 = 0.6;

/// Half the squared distance between the unit vectors of the profiles before and after each frame
/// (1 − cosine), `[n_frames]`.
fn change_of(chroma: &Matrix, grid: FrameGrid) -> Vec<f32> {
    let n = chroma.n_rows();
    let reach = grid.frame_at(CHANGE_REACH).max(1);
    let mut sums = vec![[0.0f64; 12]; n + 1];
    for (idx, row) in chroma.rows().enumerate() {
        for pc in 0..12 {
            sums[idx + 1][pc] = sums[idx][pc] + f64::from(row[pc]);
        }
    }
    (0..n)
        .map(|idx| {
            let (start, end) = (idx.saturating_sub(reach), (idx + reach).min(n));
            let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
            for pc in 0..12 {
                let (a, b) = (sums[idx][pc] - sums[start][pc], sums[end][pc] - sums[idx][pc]);
                ab += a * b;
                aa += a * a;
                bb += b * b;
            }
            let norm = (aa * bb).sqrt();
            if norm > 0.0 { (1.0 - ab / norm).clamp(0.0, 1.0) as f32 } else { 0.0 }
        })
        .collect()
}

/// `xs` on grid `from` read at the `n_frames` frames of grid `to`, linearly interpolated.
fn resampled(xs: &[f32], from: FrameGrid, to: FrameGrid, n_frames: usize) -> Vec<f32> {
    (0..n_frames)
        .map(|frame| {
            let at = to.time_of(frame) * from.frame_rate();
            let (idx, part) = (at as usize, at.fract() as f32);
            match (xs.get(idx), xs.get(idx + 1)) {
                (Some(a), Some(b)) => a + part * (b - a),
                (Some(a), None) => *a,
                _ => 0.0,
            }
        })
        .collect()
}
