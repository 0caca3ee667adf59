//! Bar-synchronous features: each bar as a fixed number of sub-frames, whatever its tempo.
//!
//! After Marmoret, Cohen & Bimbot (2023), "Barwise music structure analysis with the correlation
//! block-matching algorithm", section 3: bars are compared position by position.

use crate::features::{Features, TimbreFrames};
use crate::harmony::{BeatChroma, Harmony, Melody, N_MELODY_NOTES};
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::structure::grid::BarGrid;

/// Sub-frames of a bar for sound.
const SOUND_STEPS: usize = 8;
/// Sub-frames of a bar for harmony.
const HARMONY_STEPS: usize = 4;
/// Sub-frames of a bar for melody.
const MELODY_STEPS: usize = 8;
/// Sub-frames of a bar for the rhythm of onsets.
const PULSE_STEPS: usize = 16;
/// Mel bands averaged into one.
const MELS_PER_BAND: usize = 2;
/// The bass weighs less than the treble: it changes more with the arrangement.
const BASS_WEIGHT: f32 = 0.7;

/// What each bar sounds like. One row a bar.
#[derive(Debug, Clone, Default)]
pub(super) struct BarFeatures {
    /// Mean log-mel spectrum less the song's, in dB, `[n_bars × 32]`.
    pub(super) sound: Matrix,
    /// The same in 8 sub-frames, `[n_bars × 8 · 32]`.
    pub(super) texture: Matrix,
    /// Treble and bass chroma in 4 sub-frames, unit norm a bar (or all zero), `[n_bars × 4 · 24]`.
    pub(super) harmony: Matrix,
    /// Salience of single notes in 8 sub-frames, unit norm a bar (or all zero), `[n_bars × 8 · 36]`.
    pub(super) melody: Matrix,
    /// Mean rise of the mel spectrum in dB a frame, all bands, in 16 sub-frames, `[n_bars × 16]`.
    pub(super) flux: Matrix,
    /// The same of the highest bands.
    pub(super) high_flux: Matrix,
    /// Mean level in dB in 8 sub-frames, `[n_bars × 8]`.
    pub(super) level: Matrix,
    /// Spectral centroid on a logarithmic scale (octaves), `[n_bars]`.
    pub(super) brightness: Vec<f32>,
    /// How much the range of voices moves, against bass and treble, in dB, `[n_bars]`.
    pub(super) voice: Vec<f32>,
}

/// Describes the bars of a grid. O(frames + bars).
pub(super) async fn describe_bars(
    features: &Features,
    harmony: &Harmony,
    grid: &BarGrid,
    pace: &Pace,
) -> BarFeatures {
    let timbre = &features.timbre;
    let n_bands = timbre.mel_db.n_cols() / MELS_PER_BAND;
    let mut bars = BarFeatures {
        sound: Matrix::with_cols(n_bands),
        texture: Matrix::with_cols(SOUND_STEPS * n_bands),
        harmony: Matrix::with_cols(HARMONY_STEPS * 24),
        melody: Matrix::with_cols(MELODY_STEPS * N_MELODY_NOTES),
        flux: Matrix::with_cols(PULSE_STEPS),
        high_flux: Matrix::with_cols(PULSE_STEPS),
        level: Matrix::with_cols(SOUND_STEPS),
        ..BarFeatures::default()
    };
    for span in grid.edges.windows(2) {
        let (start, end) = (span[0], span[1]);
        push_sound(&mut bars, timbre, start, end);
        push_flux(&mut bars, timbre, start, end);
        bars.harmony.push_row(&harmony_of(harmony, start, end));
        bars.melody.push_row(&melody_of(harmony, start, end));
        let frames = frames_between(timbre, start, end);
        bars.brightness.push(mean(frames.clone().map(|i| timbre.centroid_hz[i].max(20.0).log2())));
        bars.voice.push(voice_of(timbre, frames));
        pace.spend(((end - start) * 40_000.0) as usize).await;
    }
    centre(&mut bars);
    bars
}

/// Frames of `timbre` from `start` to `end` seconds: at least one, if there is any at all.
pub(super) fn frames_between(timbre: &TimbreFrames, start: f64, end: f64) -> std::ops::Range<usize> {
    let n = timbre.mel_db.n_rows();
    let first = timbre.grid.frame_at(start).min(n.saturating_sub(1));
    first..timbre.grid.frame_at(end).clamp(first + 1, n.max(first + 1)).min(n)
}

fn step_edges(start: f64, end: f64, n_steps: usize) -> impl Iterator<Item = (f64, f64)> {
    let at = move |step: usize| start + (end - start) * step as f64 / n_steps as f64;
    (0..n_steps).map(move |step| (at(step), at(step + 1)))
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, n) = values.fold((0.0f64, 0usize), |(sum, n), x| (sum + f64::from(x), n + 1));
    (sum / n.max(1) as f64) as f32
}

fn push_sound(bars: &mut BarFeatures, timbre: &TimbreFrames, start: f64, end: f64) {
    let n_bands = bars.sound.n_cols();
    let (mut texture, mut level) = (Vec::with_capacity(SOUND_STEPS * n_bands), Vec::new());
    let mut sound = vec![0.0f32; n_bands];
    for (from, to) in step_edges(start, end, SOUND_STEPS) {
        let mel = timbre.mel_db.mean_of_rows(frames_between(timbre, from, to));
        let bands = mel.chunks_exact(MELS_PER_BAND).map(|pair| pair.iter().sum::<f32>() / pair.len() as f32);
        let bands: Vec<f32> = bands.collect();
        sound.iter_mut().zip(&bands).for_each(|(s, x)| *s += x / SOUND_STEPS as f32);
        level.push(mean(bands.iter().copied()));
        texture.extend(bands);
    }
    bars.sound.push_row(&sound);
    bars.texture.push_row(&texture);
    bars.level.push_row(&level);
}

/// Onsets come a little before the bar line as often as after it, so steps start this early, in seconds.
const ONSET_LEAD: f64 = 0.02;
/// Lowest of the high mel bands (of 64): about 4 kHz.
const HIGH_BAND: usize = 44;

fn push_flux(bars: &mut BarFeatures, timbre: &TimbreFrames, start: f64, end: f64) {
    let (mut flux, mut high_flux) = (Vec::new(), Vec::new());
    for (from, to) in step_edges(start - ONSET_LEAD, end - ONSET_LEAD, PULSE_STEPS) {
        let frames = frames_between(timbre, from, to);
        let rises = |lowest: usize| {
            mean(frames.clone().filter(|&i| i > 0).map(|i| {
                let pairs = timbre.mel_db.row(i).iter().zip(timbre.mel_db.row(i - 1)).skip(lowest);
                mean(pairs.map(|(now, before)| (now - before).max(0.0)))
            }))
        };
        flux.push(rises(0));
        high_flux.push(rises(HIGH_BAND));
    }
    bars.flux.push_row(&flux);
    bars.high_flux.push_row(&high_flux);
}

/// Salience of single notes in each sub-frame.
fn melody_of(harmony: &Harmony, start: f64, end: f64) -> Vec<f32> {
    let mut all = Vec::with_capacity(MELODY_STEPS * N_MELODY_NOTES);
    for (from, to) in step_edges(start, end, MELODY_STEPS) {
        let Melody { edges, notes } = &harmony.melody;
        let mut sums: [f32; N_MELODY_NOTES] = sounding(edges, &[notes], from, to);
        normalise(&mut sums, 1.0);
        all.extend(sums);
    }
    normalise(&mut all, 1.0);
    all
}

/// Treble and bass chroma in each sub-frame.
fn harmony_of(harmony: &Harmony, start: f64, end: f64) -> Vec<f32> {
    let mut all = Vec::with_capacity(HARMONY_STEPS * 24);
    for (from, to) in step_edges(start, end, HARMONY_STEPS) {
        let BeatChroma { edges, treble, bass } = &harmony.beat_chroma;
        let mut sums: [f32; 24] = sounding(edges, &[treble, bass], from, to);
        normalise(&mut sums[..12], 1.0);
        normalise(&mut sums[12..], BASS_WEIGHT);
        all.extend(sums);
    }
    normalise(&mut all, 1.0);
    all
}

/// Sum of rows of `N` values, those of several matrices side by side, weighted by how many seconds of the
/// interval between `edges` that each row stands for lie between `from` and `to`.
fn sounding<const N: usize>(edges: &[f64], rows: &[&Matrix], from: f64, to: f64) -> [f32; N] {
    let mut sums = [0.0f32; N];
    let n = rows.iter().map(|rows| rows.n_rows()).fold(edges.len().saturating_sub(1), usize::min);
    let first = edges.partition_point(|&edge| edge <= from).saturating_sub(1);
    for i in (first..n).take_while(|&i| edges[i] < to) {
        let overlap = (edges[i + 1].min(to) - edges[i].max(from)).max(0.0) as f32;
        let values = rows.iter().flat_map(|rows| rows.row(i));
        sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += overlap * x);
    }
    sums
}

/// Scales to the norm `norm`; leaves zeros.
fn normalise(xs: &mut [f32], norm: f32) {
    let length = xs.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 1e-9 {
        xs.iter_mut().for_each(|x| *x *= norm / length);
    }
}

/// Mel bands (of 64) of about 300–3400 Hz, where voices and lead instruments move.
const VOICE_BANDS: std::ops::Range<usize> = 8..42;

/// Movement of the voice range less that of the rest: standard deviation over time, mean over bands.
fn voice_of(timbre: &TimbreFrames, frames: std::ops::Range<usize>) -> f32 {
    let n_mels = timbre.mel_db.n_cols();
    let n = frames.len().max(1) as f32;
    let mut sums = vec![(0.0f32, 0.0f32); n_mels];
    for i in frames {
        for ((sum, squares), &x) in sums.iter_mut().zip(timbre.mel_db.row(i)) {
            *sum += x;
            *squares += x * x;
        }
    }
    let deviation = |band: &usize| (sums[*band].1 / n - (sums[*band].0 / n).powi(2)).max(0.0).sqrt();
    let is_voice = |band: &usize| VOICE_BANDS.contains(band);
    mean((0..n_mels).filter(is_voice).map(|b| deviation(&b)))
        - mean((0..n_mels).filter(|b| !is_voice(b)).map(|b| deviation(&b)))
}

/// Takes the song's mean spectrum out, so that distances compare what differs.
fn centre(bars: &mut BarFeatures) {
    let n = bars.sound.n_rows();
    let mean = bars.sound.mean_of_rows(0..n);
    for i in 0..n {
        bars.sound.row_mut(i).iter_mut().zip(&mean).for_each(|(x, m)| *x -= m);
        let steps = bars.texture.row_mut(i).chunks_exact_mut(mean.len().max(1));
        steps.for_each(|step| step.iter_mut().zip(&mean).for_each(|(x, m)| *x -= m));
    }
}
