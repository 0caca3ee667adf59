//! What is seen of a section before it has a name.

use std::ops::Range;

use crate::structure::bars::BarFeatures;
use crate::structure::grid::BarGrid;

/// What is seen of a section. Relative measures compare it with the song's mean, weighted by time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::structure) struct SectionView {
    /// Group of the same material.
    pub group: usize,
    /// Seconds.
    pub seconds: f32,
    /// Bars; 0 where they are not known.
    pub bars: usize,
    /// Start as a share of the song, in [0, 1].
    pub place: f32,
    /// Level less the song's, in dB.
    pub level: f32,
    /// Brightness less the song's, in octaves.
    pub brightness: f32,
    /// Onset density over the song's, natural logarithm.
    pub density: f32,
    /// The same of the highest bands, where cymbals are.
    pub drums: f32,
    /// Level of the lowest bands less the song's, in dB.
    pub bass: f32,
    /// Movement of the voice range less the song's, standardised.
    pub voice: f32,
    /// How much the level rises from the first half to the second, in dB.
    pub rise: f32,
    /// Level of the last bar less the section's, in dB.
    pub tail: f32,
    /// Probability of the boundary at its start, in [0, 1].
    pub boundary: f32,
    /// Whether nothing sounds.
    pub is_silent: bool,
}

/// Bands of the bars' sound, from the lowest, that count as bass: up to some 200 Hz.
const BASS_BANDS: usize = 3;

/// A part of the song, to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::structure) struct Stretch {
    /// Bars of the grid; `None` for silence.
    pub(in crate::structure) bars: Option<Range<usize>>,
    pub(in crate::structure) seconds: f64,
    pub(in crate::structure) group: usize,
    /// Probability of the boundary at its start.
    pub(in crate::structure) boundary: f32,
}

/// What the labels are decided from.
pub(in crate::structure) fn views_of(
    stretches: &[Stretch],
    bars: &BarFeatures,
    grid: &BarGrid,
) -> Vec<SectionView> {
    let n_bars = grid.n_bars();
    let lengths: Vec<f32> = grid.edges.windows(2).map(|edge| (edge[1] - edge[0]) as f32).collect();
    let total: f32 = lengths.iter().sum::<f32>().max(1e-3);
    let over = |range: Range<usize>, value: &dyn Fn(usize) -> f32| {
        let seconds: f32 = lengths[range.clone()].iter().sum::<f32>().max(1e-3);
        range.map(|bar| lengths[bar] * value(bar)).sum::<f32>() / seconds
    };
    let mean = |row: &[f32]| row.iter().sum::<f32>() / row.len().max(1) as f32;
    let level = |bar: usize| mean(bars.level.row(bar));
    let bass = |bar: usize| mean(bars.sound.row(bar).get(..BASS_BANDS).unwrap_or_default());
    let brightness = |bar: usize| bars.brightness[bar];
    let density = |bar: usize| (mean(bars.flux.row(bar)) + 0.1).ln();
    let drums = |bar: usize| (mean(bars.high_flux.row(bar)) + 0.1).ln();
    let voice = |bar: usize| bars.voice[bar];
    let all: [&dyn Fn(usize) -> f32; 6] = [&level, &bass, &brightness, &density, &drums, &voice];
    let of_song = all.map(|value| over(0..n_bars, value));
    let spread = over(0..n_bars, &|bar| (voice(bar) - of_song[5]).powi(2)).sqrt().max(1e-3);
    stretches
        .iter()
        .map(|stretch| {
            let seconds = stretch.seconds as f32;
            let Some(range) = stretch.bars.clone().filter(|range| !range.is_empty()) else {
                return SectionView {
                    group: stretch.group,
                    seconds,
                    is_silent: true,
                    ..SectionView::default()
                };
            };
            let own = all.map(|value| over(range.clone(), value));
            let middle = range.start + range.len().div_ceil(2);
            let last = range.end - 1;
            SectionView {
                group: stretch.group,
                seconds,
                bars: if grid.is_musical { range.len() } else { 0 },
                place: (lengths[..range.start].iter().sum::<f32>() / total).clamp(0.0, 1.0),
                level: own[0] - of_song[0],
                bass: own[1] - of_song[1],
                brightness: own[2] - of_song[2],
                density: own[3] - of_song[3],
                drums: own[4] - of_song[4],
                voice: (own[5] - of_song[5]) / spread,
                rise: if range.len() > 1 {
                    over(middle..range.end, &level) - over(range.start..middle, &level)
                } else {
                    0.0
                },
                tail: level(last) - own[0],
                boundary: stretch.boundary,
                is_silent: false,
            }
        })
        .collect()
}
