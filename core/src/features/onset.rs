//! Onset activations in several bands.

use crate::matrix::Matrix;
use crate::params::AnalysisParams;
use crate::signal::{ANALYSIS_RATE, Stft, StftParams};
use crate::units::FrameGrid;

/// Bands of [`OnsetActivations`].
pub const N_ONSET_BANDS: usize = 4;

/// Edges of the bands in Hz: bass drum and bass; the bodies of drums and low notes; voice, chords
/// and the noise of a snare; cymbals and attacks.
pub const ONSET_BAND_EDGES: [f32; N_ONSET_BANDS + 1] = [27.5, 150.0, 600.0, 2_800.0, 11_025.0];

/// How strongly something starts at each frame.
#[derive(Debug, Clone)]
pub struct OnsetActivations {
    /// Where the frames lie.
    pub grid: FrameGrid,
    /// `[n_frames × N_ONSET_BANDS]`, low to high, non-negative: mean rise of the log magnitude (nepers).
    pub bands: Matrix,
    /// All bands together, `[n_frames]`, non-negative: mean of the bands.
    pub combined: Vec<f32>,
    /// The same in more bands, coarser in time.
    pub fine: FineOnsets,
}

/// Bands of [`FineOnsets`].
pub const N_FINE_BANDS: usize = 12;
/// Values of a frame of [`FineOnsets`].
pub const N_FINE: usize = 3 * N_FINE_BANDS;
/// Unit of the values of [`FineOnsets`], in nepers.
pub const FINE_STEP: f32 = 1.0 / 64.0;
/// Edges in Hz between the bands; they divide those of [`ONSET_BAND_EDGES`].
const FINE_EDGES: [f32; N_FINE_BANDS - 1] =
    [80.0, 150.0, 250.0, 400.0, 600.0, 900.0, 1_400.0, 2_000.0, 2_800.0, 4_200.0, 6_500.0];

/// Rises and levels in twelve bands at half the frame rate, a byte each so that hours fit in memory.
#[derive(Debug, Clone)]
pub struct FineOnsets {
    /// Where the first of each pair of frames lies.
    pub grid: FrameGrid,
    /// `[⌈n_frames / 2⌉][N_FINE]`, in units of [`FINE_STEP`]: mean rise in each band from low to high at the first
    /// frame of the pair, the same at the second, mean level over both (nepers, 0 is silence).
    pub frames: Vec<[u8; N_FINE]>,
}

impl FineOnsets {
    /// Seconds from the time of the first frame of a pair to their centre.
    pub const OFFSET: f64 = 0.5 * HOP_LENGTH as f64 / ANALYSIS_RATE as f64;
}

/// Frame length in samples (46 ms): short enough for attacks, long enough to tell 21 Hz apart.
const N_FFT: usize = 1024;
/// Samples from one frame to the next (10 ms, 100.2 frames a second).
const HOP_LENGTH: usize = 220;
/// Filters an octave of the logarithmic filterbank; below 400 Hz the bins are the limit.
const FILTERS_PER_OCTAVE: f32 = 12.0;
/// Frames that the reference spectrum lies back (µ of Böck & Widmer 2013, section 3).
const LAG: usize = 2;
/// Compression: magnitudes that far below the running level count as present.
const COMPRESSION: f32 = 30.0;
/// Frames that the running level looks ahead, half a frame's length: the level is that of an onset
/// already when the window first touches it.
const LOOK_AHEAD: usize = 3;
/// Frames kept.
const RING: usize = LAG + LOOK_AHEAD + 1;
/// Time in seconds for the running level to fall to 1/e.
const LEVEL_RELEASE: f32 = 6.0;
/// A filter's level is at least this share of the loudest filter's, so that the noise in an empty
/// band is not taken for onsets.
const LEVEL_SHARE: f32 = 0.003;
/// Lowest running level: a sine of −66 dBFS. What is softer by more than the compression counts as silence.
const LEVEL_FLOOR: f32 = 5e-4 * N_FFT as f32 / 4.0;

/// Computes [`OnsetActivations`] from a stream of mono samples at [`ANALYSIS_RATE`].
///
/// SuperFlux (Böck & Widmer 2013, "Maximum filter vibrato suppression for onset detection"): the
/// rise of each filter's log magnitude over the largest of its neighbours' `LAG` frames ago. The
/// logarithm is taken of the magnitude relative to a running level, half the filter's own and half
/// the loudest filter's (after the adaptive whitening of Stowell & Plumbley 2007), so that the
/// gain of a recording leaves the activations as they are.
pub struct OnsetExtractor {
    stft: Stft,
    flux: Flux,
}

impl OnsetExtractor {
    /// Plans the extractor.
    #[must_use]
    pub fn new(_params: &AnalysisParams) -> Self {
        Self { stft: Stft::new(StftParams { n_fft: N_FFT, hop_length: HOP_LENGTH }), flux: Flux::new() }
    }

    /// Takes the next samples. O(n_fft · log n_fft) a frame.
    pub fn push(&mut self, samples: &[f32]) {
        let Self { stft, flux } = self;
        stft.push(samples, |magnitudes| flux.push(magnitudes));
    }

    /// The activations of all samples taken.
    #[must_use]
    pub fn finish(mut self) -> OnsetActivations {
        let Self { stft, flux } = &mut self;
        stft.finish(|magnitudes| flux.push(magnitudes));
        flux.finish();
        let combined = flux.bands.rows().map(|row| row.iter().sum::<f32>() / N_ONSET_BANDS as f32).collect();
        let grid = stft.grid(ANALYSIS_RATE);
        let pairs = FrameGrid { hop_length: 2 * grid.hop_length, ..grid };
        let fine = FineOnsets { grid: pairs, frames: self.flux.fine };
        OnsetActivations { grid, bands: self.flux.bands, combined, fine }
    }
}

/// One triangular filter: weights of consecutive bins.
struct Filter {
    first_bin: usize,
    weights: Vec<f32>,
    band: usize,
    fine_band: usize,
}

/// The state of the flux from frame to frame.
struct Flux {
    filters: Vec<Filter>,
    /// Filters in each band.
    n_in_band: [f32; N_ONSET_BANDS],
    /// Filtered magnitudes of the last [`RING`] frames, each `[n_filters]`.
    ring: Vec<Vec<f32>>,
    /// Running level of each filter.
    levels: Vec<f32>,
    release: f32,
    n_frames: usize,
    bands: Matrix,
    /// Filters in each of the finer bands.
    n_in_fine: [f32; N_FINE_BANDS],
    /// Sums of the levels at the first frame of a pair.
    held_levels: [f32; N_FINE_BANDS],
    fine: Vec<[u8; N_FINE]>,
}

impl Flux {
    fn new() -> Self {
        let filters = filterbank();
        let n = filters.len();
        let mut n_in_band = [0.0; N_ONSET_BANDS];
        let mut n_in_fine = [0.0; N_FINE_BANDS];
        for filter in &filters {
            n_in_band[filter.band] += 1.0;
            n_in_fine[filter.fine_band] += 1.0;
        }
        let frames_per_release = LEVEL_RELEASE * ANALYSIS_RATE as f32 / HOP_LENGTH as f32;
        Self {
            filters,
            n_in_band,
            ring: vec![vec![0.0; n]; RING],
            levels: vec![0.0; n],
            release: (-1.0 / frames_per_release).exp(),
            n_frames: 0,
            bands: Matrix::with_cols(N_ONSET_BANDS),
            n_in_fine,
            held_levels: [0.0; N_FINE_BANDS],
            fine: Vec::new(),
        }
    }

    fn push(&mut self, magnitudes: &[f32]) {
        let now = &mut self.ring[self.n_frames % RING];
        for ((filter, now), level) in self.filters.iter().zip(now).zip(&mut self.levels) {
            let bins = &magnitudes[filter.first_bin..][..filter.weights.len()];
            *now = bins.iter().zip(&filter.weights).map(|(m, w)| m * w).sum();
            *level = now.max(*level * self.release);
        }
        self.n_frames += 1;
        if let Some(frame) = (self.n_frames - 1).checked_sub(LOOK_AHEAD) {
            self.measure(frame);
        }
    }

    /// Measures the frames that the look-ahead still holds back.
    fn finish(&mut self) {
        for frame in self.bands.n_rows()..self.n_frames {
            self.measure(frame);
        }
    }

    /// Appends the activations of a frame in the ring.
    fn measure(&mut self, frame: usize) {
        // Before the first frame the ring holds zeros: silence.
        let (now, reference) = (&self.ring[frame % RING], &self.ring[(frame + RING - LAG) % RING]);
        let loudest = self.levels.iter().copied().fold(0.0, f32::max);
        let n = now.len();
        let mut sums = [0.0f32; N_ONSET_BANDS];
        let (mut rises, mut levels) = ([0.0f32; N_FINE_BANDS], [0.0f32; N_FINE_BANDS]);
        for (idx, filter) in self.filters.iter().enumerate() {
            let neighbours = &reference[idx.saturating_sub(1)..(idx + 2).min(n)];
            let before = neighbours.iter().copied().fold(0.0, f32::max);
            let own = self.levels[idx].max(LEVEL_SHARE * loudest);
            let level = (own * loudest).sqrt().max(LEVEL_FLOOR);
            let above = (1.0 + COMPRESSION * now[idx] / level).ln();
            levels[filter.fine_band] += above;
            if now[idx] > before {
                let rise = above - (1.0 + COMPRESSION * before / level).ln();
                sums[filter.band] += rise;
                rises[filter.fine_band] += rise;
            }
        }
        for (sum, n) in sums.iter_mut().zip(self.n_in_band) {
            *sum /= n.max(1.0);
        }
        self.bands.push_row(&sums);
        self.keep_fine(frame, &rises, &levels);
    }

    /// Keeps the sums over the finer bands, two frames as one; a last frame without a partner counts twice in the level.
    fn keep_fine(&mut self, frame: usize, rises: &[f32; N_FINE_BANDS], levels: &[f32; N_FINE_BANDS]) {
        // Saturates at a rise of 4 nepers, more than the compression lets happen.
        let byte = |value: f32| (value / FINE_STEP).round() as u8;
        if frame.is_multiple_of(2) {
            self.fine.push([0; N_FINE]);
            self.held_levels = *levels;
        }
        let Some(kept) = self.fine.last_mut() else { return };
        let first = frame % 2 * N_FINE_BANDS;
        for band in 0..N_FINE_BANDS {
            let n = self.n_in_fine[band].max(1.0);
            kept[first + band] = byte(rises[band] / n);
            kept[2 * N_FINE_BANDS + band] = byte(0.5 * (self.held_levels[band] + levels[band]) / n);
        }
    }
}

/// Triangular filters with peaks a twelfth of an octave apart, each of height 1, where the bins
/// can tell neighbours apart; else one bin a filter.
fn filterbank() -> Vec<Filter> {
    let bin_hz = ANALYSIS_RATE as f32 / N_FFT as f32;
    let n_bins = N_FFT / 2 + 1;
    let mut peaks: Vec<usize> = Vec::new();
    let [lowest, .., highest] = ONSET_BAND_EDGES;
    let mut step = 0.0;
    loop {
        let hz = lowest * (step / FILTERS_PER_OCTAVE).exp2();
        let bin = (hz / bin_hz).round() as usize;
        if hz > highest || bin >= n_bins {
            break;
        }
        if bin > 0 && peaks.last() != Some(&bin) {
            peaks.push(bin);
        }
        step += 1.0;
    }
    peaks
        .windows(3)
        .map(|edges| {
            let (low, peak, high) = (edges[0], edges[1], edges[2]);
            let weights = (low + 1..high)
                .map(|bin| {
                    let width = if bin <= peak { peak - low } else { high - peak };
                    1.0 - bin.abs_diff(peak) as f32 / width as f32
                })
                .collect();
            let hz = peak as f32 * bin_hz;
            let band = ONSET_BAND_EDGES[1..N_ONSET_BANDS].iter().filter(|&&edge| hz >= edge).count();
            let fine_band = FINE_EDGES.iter().filter(|&&edge| hz >= edge).count();
            Filter { first_bin: low + 1, weights, band, fine_band }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activations(samples: &[f32]) -> OnsetActivations {
        let mut extractor = OnsetExtractor::new(&AnalysisParams::default());
        samples.chunks(1_000).for_each(|chunk| extractor.push(chunk));
        extractor.finish()
    }

    #[test]
    fn fine_bands_rise_where_coarse_ones_do() {
        let found = activations(&notes(&[110.0, 220.0, 880.0, 3_000.0], 0.3));
        let (n, fine) = (found.bands.n_rows(), &found.fine.frames);
        assert_eq!(fine.len(), n.div_ceil(2));
        assert_eq!(found.fine.grid.hop_length, 2 * found.grid.hop_length);
        let rise = |frame: usize| -> u32 {
            let first = frame % 2 * N_FINE_BANDS;
            fine[frame / 2][first..first + N_FINE_BANDS].iter().map(|&x| u32::from(x)).sum()
        };
        let coarse: Vec<f32> = found.bands.rows().map(|row| row.iter().sum()).collect();
        let loudest = crate::sequence::arg_max(&coarse);
        assert!(rise(loudest) > 10, "{}", rise(loudest));
        // Less than half a step in every finer band.
        let quiet: Vec<usize> = (0..n).filter(|&frame| coarse[frame] < 0.1 * FINE_STEP).collect();
        assert!(quiet.len() > n / 8, "{} of {n}", quiet.len());
        assert!(quiet.iter().all(|&frame| rise(frame) == 0));
    }

    /// Sines that start one after the other, half a second apart.
    fn notes(frequencies: &[f32], gain: f32) -> Vec<f32> {
        let n = ANALYSIS_RATE as usize / 2;
        let mut samples = vec![0.0; n / 2];
        for &hz in frequencies {
            samples.extend((0..n).map(|i| {
                let time = i as f32 / ANALYSIS_RATE as f32;
                gain * (time / 0.02).min(1.0)
                    * (-6.0 * time).exp()
                    * (std::f32::consts::TAU * hz * time).sin()
            }));
        }
        samples
    }

    #[test]
    fn every_band_has_filters_and_every_filter_lies_in_the_spectrum() {
        let filters = filterbank();
        for band in 0..N_ONSET_BANDS {
            assert!(filters.iter().filter(|f| f.band == band).count() >= 4, "band {band}");
        }
        assert!(filters.iter().all(|f| f.first_bin + f.weights.len() <= N_FFT / 2 + 1));
        assert!(filters.iter().all(|f| f.weights.iter().all(|&w| w > 0.0 && w <= 1.0)));
    }

    #[test]
    fn notes_start_in_their_band_at_their_time() {
        for (band, hz) in [(0, 80.0), (1, 330.0), (2, 1_500.0), (3, 6_000.0)] {
            let found = activations(&notes(&[hz, hz, hz], 0.5));
            for note in 0..3 {
                let start = 0.25 + 0.5 * note as f64;
                let frames = found.grid.frame_at(start - 0.1)..found.grid.frame_at(start + 0.1);
                let best =
                    frames.clone().max_by(|&a, &b| found.combined[a].total_cmp(&found.combined[b])).unwrap();
                let late = found.grid.time_of(best) - start;
                assert!(late.abs() < 0.025, "{hz} Hz is {late} s late");
                if note > 0 {
                    let row = found.bands.row(best);
                    let most = row.iter().copied().fold(0.0, f32::max);
                    assert!(row[band] > 0.9 * most, "{hz} Hz: {row:?}");
                }
            }
        }
    }

    #[test]
    fn gain_changes_nothing() {
        let loud = activations(&notes(&[110.0, 440.0, 660.0, 3_000.0], 0.9));
        let soft = activations(&notes(&[110.0, 440.0, 660.0, 3_000.0], 0.05));
        assert_eq!(loud.combined.len(), soft.combined.len());
        for (a, b) in loud.combined.iter().zip(&soft.combined) {
            assert!((a - b).abs() < 0.1, "{a} vs {b}");
        }
    }

    #[test]
    fn a_steady_tone_with_vibrato_has_one_onset() {
        let mut phase = 0.0f32;
        let tone: Vec<f32> = (0..3 * ANALYSIS_RATE)
            .map(|i| {
                let time = i as f32 / ANALYSIS_RATE as f32;
                let hz = 880.0 * (0.02 * (std::f32::consts::TAU * 6.0 * time).sin()).exp();
                phase += std::f32::consts::TAU * hz / ANALYSIS_RATE as f32;
                0.5 * phase.sin()
            })
            .collect();
        let found = activations(&tone);
        let (start, rest) = found.combined.split_at(20);
        let peak = start.iter().copied().fold(0.0, f32::max);
        let later = rest[..260].iter().copied().fold(0.0, f32::max);
        assert!(later < 0.1 * peak, "{later} against {peak}");
    }

    #[test]
    fn silence_and_nothing_have_no_onsets() {
        assert!(activations(&[]).combined.is_empty());
        assert!(activations(&[0.0; 50_000]).combined.iter().all(|&x| x == 0.0));
        assert!(activations(&[1e-6; 50_000]).combined.iter().all(|&x| x < 1e-2));
    }
}
