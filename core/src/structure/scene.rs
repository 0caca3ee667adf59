//! What the stage sees of a song before it decides anything.

use crate::features::Features;
use crate::harmony::Harmony;
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::rhythm::Rhythm;
use crate::structure::bars::{BarFeatures, describe_bars};
use crate::structure::cues::{Similarities, compute_cues};
use crate::structure::grid::BarGrid;
use crate::structure::song::{SongSigns, song_signs};
use crate::structure::sound::sounding_span;

/// Bars, how alike they are, and what is heard at the lines between them.
pub(super) struct Scene {
    pub(super) grid: BarGrid,
    pub(super) bars: BarFeatures,
    pub(super) like: Similarities,
    /// Cues at the bar lines, `[n_bars × 3 · CUES.len()]`.
    pub(super) cues: Matrix,
    /// What speaks for a song; `None` where only bars are known.
    pub(super) song: Option<SongSigns>,
}

impl Scene {
    /// Looks at what sounds of a song; `None` if nothing does. O(frames + bars · reach).
    pub(super) async fn of(
        features: &Features,
        rhythm: &Rhythm,
        harmony: &Harmony,
        pace: &Pace,
    ) -> Option<Self> {
        let (start, end) = sounding_span(&features.timbre, features.duration)?;
        let grid = BarGrid::new(rhythm, start, end);
        let bars = describe_bars(features, harmony, &grid, pace).await;
        let song = song_signs(&bars, &grid, &features.timbre, rhythm);
        pace.progress(0.2);
        Some(Self { song: Some(song), ..Self::from_bars(grid, bars, pace).await })
    }

    /// Compares bars that have been described.
    pub(super) async fn from_bars(grid: BarGrid, bars: BarFeatures, pace: &Pace) -> Self {
        let like = Similarities::new(&bars, pace).await;
        let cues = compute_cues(&bars, &like, pace).await;
        pace.progress(0.5);
        Self { grid, bars, like, cues, song: None }
    }
}
