//! Log-frequency spectrum → how strongly each note sounds.
//!
//! Approximate transcription by non-negative least squares against a dictionary of notes, after
//! Mauch & Dixon (2010), "Approximate note transcription for the improved identification of
//! difficult chords". The spectrum is averaged over each unit first, so that the cost is one small
//! problem a unit. The dictionary, not the spectrum, is moved to the song's tuning: nothing is
//! interpolated.

use crate::features::LogFrequencySpectrum;
use crate::features::spectrum::{BINS_PER_SEMITONE, LogKernels, N_LOG_BINS, pitch_hz};
use crate::matrix::Matrix;
use crate::pace::Pace;

use super::grid::Unit;

/// MIDI pitch of the lowest note of the dictionary (C1).
pub(super) const LOWEST_NOTE: usize = 24;
/// Notes of the dictionary: six octaves, C1 to B6.
pub(super) const N_NOTES: usize = 72;

/// How strongly each note sounds in each unit.
#[derive(Debug, Clone)]
pub(super) struct Transcription {
    /// `[n_units × N_NOTES]`, non-negative.
    pub(super) salience: Matrix,
    /// Mean fourth root of the magnitudes, `[n_units]`.
    pub(super) level: Vec<f32>,
    /// Share of the whitened spectrum that the notes explain, in [0, 1], `[n_units]`.
    pub(super) explained: Vec<f32>,
    /// How the whitened spectrum lies on the grid of semitones: a vector of length 0 (evenly, as noise) to 1
    /// (all at one distance from them) that points to the distance, `[n_units]`.
    pub(super) on_grid: Vec<[f32; 2]>,
    /// Whether the spectrum is lines with little between them, which no drum's is, `[n_units]`.
    pub(super) is_lines: Vec<bool>,
}

/// Transcribes the spectrum over `units`, in a song `cents` above A4 = 440 Hz.
pub(super) async fn transcribe(
    spectrum: &LogFrequencySpectrum,
    units: &[Unit],
    cents: f64,
    pace: &Pace,
) -> Transcription {
    let dictionary = Dictionary::new(cents);
    let mut transcription = Transcription {
        salience: Matrix::with_cols(N_NOTES),
        level: Vec::with_capacity(units.len()),
        explained: Vec::with_capacity(units.len()),
        on_grid: Vec::with_capacity(units.len()),
        is_lines: Vec::with_capacity(units.len()),
    };
    let mut notes = vec![0.0f32; N_NOTES];
    let mut mean = vec![0.0f32; N_LOG_BINS];
    let mut whitened = vec![0.0f32; N_LOG_BINS];
    for (idx, unit) in units.iter().enumerate() {
        let n_frames = average(spectrum, unit, &mut mean);
        transcription.level.push(mean.iter().sum::<f32>() / N_LOG_BINS as f32);
        whiten(&mean, &mut whitened);
        let explained = dictionary.solve(&whitened, &mut notes);
        transcription.explained.push(explained);
        transcription.on_grid.push(on_grid(&whitened));
        transcription.is_lines.push(is_lines(&whitened));
        transcription.salience.push_row(&notes);
        if idx % 64 == 0 {
            pace.progress(0.6 * idx as f32 / units.len() as f32);
        }
        pace.spend(N_LOG_BINS * (n_frames + N_NOTES + 40) + N_NOTES * N_NOTES * 20).await;
    }
    transcription
}

/// Seconds to each side that a frame mostly hears: half of its 372 ms, tapered.
const FRAME_REACH: f64 = 0.12;
/// Weight of a frame at the edge of a unit, beside one that hears little else.
const EDGE_WEIGHT: f64 = 0.15;

/// Mean over the frames centred in the unit of the fourth root of the magnitudes: quiet notes count
/// beside loud ones, and what lasts counts more than a drum's hit. Frames near the edges, which hear as much
/// of the neighbouring units, count less. Returns how many frames.
fn average(spectrum: &LogFrequencySpectrum, unit: &Unit, mean: &mut [f32]) -> usize {
    mean.fill(0.0);
    let n_frames = spectrum.magnitudes.n_rows();
    if n_frames == 0 {
        return 0;
    }
    let rate = spectrum.grid.frame_rate();
    let first = ((unit.start * rate).ceil().max(0.0) as usize).min(n_frames - 1);
    let last = ((unit.end * rate).ceil().max(0.0) as usize).clamp(first + 1, n_frames.max(first + 1));
    let mut total = 0.0;
    for t in first..last {
        let at = spectrum.grid.time_of(t);
        let within = (at - unit.start).min(unit.end - at) / FRAME_REACH;
        let weight = within.clamp(EDGE_WEIGHT, 1.0) as f32;
        for (m, x) in mean.iter_mut().zip(spectrum.magnitudes.row(t)) {
            *m += weight * x.sqrt().sqrt();
        }
        total += weight;
    }
    mean.iter_mut().for_each(|m| *m /= total);
    last - first
}

/// Bins to each side over which the spectrum is whitened: a fourth (Mauch & Dixon 2010 take half an
/// octave).
const WHITENING_REACH: usize = 5 * BINS_PER_SEMITONE;

/// Takes the running mean away and divides by the running standard deviation; what is below the
/// mean, noise and the skirts of partials, becomes 0.
fn whiten(spectrum: &[f32], whitened: &mut [f32]) {
    let n = spectrum.len();
    let mut sums = Vec::with_capacity(n + 1);
    sums.push((0.0f64, 0.0f64));
    let (mut sum, mut squares) = (0.0f64, 0.0f64);
    for &x in spectrum {
        sum += f64::from(x);
        squares += f64::from(x) * f64::from(x);
        sums.push((sum, squares));
    }
    for (bin, (out, &x)) in whitened.iter_mut().zip(spectrum).enumerate() {
        let (from, to) = (bin.saturating_sub(WHITENING_REACH), (bin + WHITENING_REACH + 1).min(n));
        let width = (to - from) as f64;
        let mean = (sums[to].0 - sums[from].0) / width;
        let variance = ((sums[to].1 - sums[from].1) / width - mean * mean).max(0.0);
        let deviation = variance.sqrt();
        let above = f64::from(x) - mean;
        *out = if above > 0.0 && deviation > 1e-9 { (above / deviation) as f32 } else { 0.0 };
    }
}

/// First bin in which the transform is fine enough to tell thirds of a semitone apart (D#3).
const GRID_FROM: usize = 90;

/// See [`Transcription::on_grid`].
fn on_grid(whitened: &[f32]) -> [f32; 2] {
    let mut sums = [0.0f32; BINS_PER_SEMITONE];
    for (bin, x) in whitened.iter().enumerate().skip(GRID_FROM) {
        sums[bin % BINS_PER_SEMITONE] += x;
    }
    let total = sums.iter().sum::<f32>().max(1e-9);
    let [below, on, above] = sums.map(|sum| sum / total);
    // Unit vectors at −120°, 0 and 120°.
    [on - 0.5 * (below + above), 0.75f32.sqrt() * (above - below)]
}

/// Where a spectrum is empty but for lines: share of bins at or below their surroundings' mean, and how far
/// above it the third highest is (deviations). In 4000 units of drums 0.1 % reach either 0.7 or 3.5.
const EMPTY_SHARE: f32 = 0.75;
const LINE_HEIGHT: f32 = 2.0;
/// The same, in noise.
const HIGH_LINE: f32 = 4.2;

/// See [`Transcription::is_lines`]. Pure tones are such, of which a dictionary of rich notes explains little.
fn is_lines(whitened: &[f32]) -> bool {
    let bins = &whitened[GRID_FROM.min(whitened.len())..];
    let n_empty = bins.iter().filter(|&&x| x <= 0.0).count();
    let mut highest = [0.0f32; 3];
    for &x in bins {
        if x > highest[2] {
            highest[2] = x;
            highest.sort_by(|a, b| b.total_cmp(a));
        }
    }
    let is_empty = n_empty as f32 >= EMPTY_SHARE * bins.len() as f32;
    highest[2] >= if is_empty { LINE_HEIGHT } else { HIGH_LINE }
}

/// Ratio of a partial's amplitude to the one below it: the middle of the 0.6–0.9 of instruments
/// (Mauch & Dixon 2010 use 0.7).
const PARTIAL_DECAY: f64 = 0.7;
const N_PARTIALS: usize = 16;
/// Sweeps of coordinate descent over all notes.
const N_SWEEPS: usize = 20;

/// Spectra of single notes, and what least squares needs of them.
struct Dictionary {
    /// `[N_NOTES × N_LOG_BINS]`, each row of unit length.
    notes: Matrix,
    /// Inner products of the rows, `[N_NOTES × N_NOTES]`.
    gram: Matrix,
}

impl Dictionary {
    fn new(cents: f64) -> Self {
        let kernels = LogKernels::new();
        let mut notes = Matrix::with_cols(N_LOG_BINS);
        for note in 0..N_NOTES {
            let fundamental = pitch_hz((LOWEST_NOTE + note) as f64 + cents / 100.0);
            let mut energy = vec![0.0f64; N_LOG_BINS];
            for partial in 1..=N_PARTIALS {
                let amplitude = PARTIAL_DECAY.powi(partial as i32 - 1);
                kernels.add_sine_energy(partial as f64 * fundamental, amplitude, &mut energy);
            }
            let length = energy.iter().sum::<f64>().sqrt().max(1e-12);
            let row: Vec<f32> = energy.iter().map(|e| (e.sqrt() / length) as f32).collect();
            notes.push_row(&row);
        }
        let mut gram = Matrix::zeros(N_NOTES, N_NOTES);
        for a in 0..N_NOTES {
            for b in 0..N_NOTES {
                gram.row_mut(a)[b] = dot(notes.row(a), notes.row(b));
            }
        }
        Self { notes, gram }
    }

    /// Solves `min ‖Dᵀ·x − s‖²` for `x ≥ 0` by coordinate descent on the normal equations.
    /// Returns the share of `‖s‖²` explained.
    fn solve(&self, spectrum: &[f32], x: &mut [f32]) -> f32 {
        let energy = dot(spectrum, spectrum);
        x.fill(0.0);
        if !(energy > 0.0 && energy.is_finite()) {
            return 0.0;
        }
        let projections: Vec<f32> = self.notes.rows().map(|note| dot(note, spectrum)).collect();
        let mut residual = projections.clone();
        let tolerance = 1e-4 * energy.sqrt();
        for _ in 0..N_SWEEPS {
            let mut largest_change = 0.0f32;
            for note in 0..N_NOTES {
                let gram = self.gram.row(note);
                let new = (x[note] + residual[note] / gram[note].max(1e-9)).max(0.0);
                let change = new - x[note];
                if change != 0.0 {
                    x[note] = new;
                    largest_change = largest_change.max(change.abs());
                    for (r, g) in residual.iter_mut().zip(gram) {
                        *r -= change * g;
                    }
                }
            }
            if largest_change < tolerance {
                break;
            }
        }
        // ‖s − Dᵀx‖² = ‖s‖² − xᵀ(b + r), with b the projections and r their residual.
        let fitted: f32 =
            x.iter().zip(projections.iter().zip(&residual)).map(|(x, (b, r))| x * (b + r)).sum();
        (fitted / energy).clamp(0.0, 1.0)
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_notes_is_taken_apart() {
        for cents in [-45.0, 0.0, 30.0] {
            let dictionary = Dictionary::new(cents);
            let played = [(12, 1.0), (31, 0.7), (36, 0.5), (40, 0.6), (43, 0.6)];
            let mut spectrum = vec![0.0; N_LOG_BINS];
            for (note, gain) in played {
                for (s, x) in spectrum.iter_mut().zip(dictionary.notes.row(note)) {
                    *s += gain * x;
                }
            }
            let mut x = vec![0.0; N_NOTES];
            let explained = dictionary.solve(&spectrum, &mut x);
            assert!(explained > 0.999, "{explained}");
            for (note, &found) in x.iter().enumerate() {
                let gain = played.iter().find(|p| p.0 == note).map_or(0.0, |p| p.1);
                assert!((found - gain).abs() < 0.1, "note {note}: {found} for {gain}");
            }
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        let mut x = vec![1.0; N_NOTES];
        assert_eq!(Dictionary::new(0.0).solve(&[0.0; N_LOG_BINS], &mut x), 0.0);
        assert!(x.iter().all(|&x| x == 0.0));
        let mut whitened = vec![1.0; N_LOG_BINS];
        whiten(&[3.0; N_LOG_BINS], &mut whitened);
        assert!(whitened.iter().all(|&x| x == 0.0));
    }
}
