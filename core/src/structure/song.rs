//! Whether what is heard is a song, whose sections have functions: verses and choruses are not of symphonies.

use crate::features::TimbreFrames;
use crate::matrix::Matrix;
use crate::rhythm::Rhythm;
use crate::structure::bars::{BarFeatures, frames_between};
use crate::structure::grid::BarGrid;
use crate::structure::model::Weights;

/// Names of the signs in the order of [`song_signs`].
pub(super) const SONG_SIGNS: [&str; 10] = [
    "song",
    "song_drums",
    "song_drums_again",
    "song_pulse",
    "song_pulse_again",
    "song_levels",
    "song_noise",
    "song_tempo",
    "song_steady",
    "song_voice",
];

/// What a whole piece tells of itself.
pub(super) type SongSigns = [f32; SONG_SIGNS.len()];

/// What speaks for a song: 1; rises of the highest bands, and how alike they are from bar to bar, as drums
/// are; the same of all bands; deviation of the bars' levels in units of 6 dB; flatness of the spectrum; how sure and how steady the
/// tempo is; movement of the voice range in dB. O(frames + bars).
pub(super) fn song_signs(
    bars: &BarFeatures,
    grid: &BarGrid,
    timbre: &TimbreFrames,
    rhythm: &Rhythm,
) -> SongSigns {
    let (Some(&start), Some(&end)) = (grid.edges.first(), grid.edges.last()) else {
        return [0.0; SONG_SIGNS.len()];
    };
    let log_mean = |rows: &Matrix| (mean(rows.rows().map(mean_of)) + 0.1).ln();
    let levels: Vec<f32> = bars.level.rows().map(mean_of).collect();
    let level = mean(levels.iter().copied());
    let spread = mean(levels.iter().map(|x| (x - level).powi(2))).sqrt();
    let flatness = timbre.flatness.get(frames_between(timbre, start, end)).unwrap_or_default();
    [
        1.0,
        log_mean(&bars.high_flux),
        mean(neighbours_alike(&bars.high_flux)),
        log_mean(&bars.flux),
        mean(neighbours_alike(&bars.flux)),
        (spread / 6.0).min(3.0),
        mean(flatness.iter().map(|x| x.max(1e-6).ln())) / 4.0,
        rhythm.tempo_candidates.first().map_or(0.0, |tempo| tempo.confidence),
        rhythm.groove.tempo_stability.unwrap_or(0.0),
        mean(bars.voice.iter().copied()),
    ]
}

/// Probability that the piece is a song; 1 where there are no weights to tell.
pub(super) fn song_probability(signs: &SongSigns, weights: &Weights) -> f32 {
    let score: f32 = SONG_SIGNS.iter().zip(signs).map(|(name, x)| weights.get(name) * x).sum();
    if weights.get(SONG_SIGNS[0]) == 0.0 { 1.0 } else { 1.0 / (1.0 + (-score).exp()) }
}

/// Correlation of each row with the next.
fn neighbours_alike(rows: &Matrix) -> impl Iterator<Item = f32> + '_ {
    rows.rows().zip(rows.rows().skip(1)).map(|(a, b)| {
        let (of_a, of_b) = (mean_of(a), mean_of(b));
        let product =
            |f: &dyn Fn(f32, f32) -> f32| a.iter().zip(b).map(|(&x, &y)| f(x - of_a, y - of_b)).sum::<f32>();
        let norm = (product(&|x, _| x * x) * product(&|_, y| y * y)).sqrt();
        if norm > 1e-9 { product(&|x, y| x * y) / norm } else { 0.0 }
    })
}

fn mean_of(row: &[f32]) -> f32 {
    mean(row.iter().copied())
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, n) = values.fold((0.0f64, 0usize), |(sum, n), x| (sum + f64::from(x), n + 1));
    (sum / n.max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_that_return_are_alike() {
        let mut rows = Matrix::with_cols(4);
        for row in [[1.0, 0.0, 1.0, 0.0], [3.0, 0.0, 3.0, 0.0], [0.0, 1.0, 0.0, 1.0], [5.0, 5.0, 5.0, 5.0]] {
            rows.push_row(&row);
        }
        let alike: Vec<f32> = neighbours_alike(&rows).collect();
        assert!(
            (alike[0] - 1.0).abs() < 1e-6 && (alike[1] + 1.0).abs() < 1e-6 && alike[2] == 0.0,
            "{alike:?}"
        );
    }

    #[test]
    fn without_weights_everything_is_a_song() {
        assert_eq!(song_probability(&[0.0; SONG_SIGNS.len()], &Weights::parse("")), 1.0);
        let even = song_probability(&[1.0; SONG_SIGNS.len()], &Weights::parse("song 1\nsong_noise -1\n"));
        assert!((even - 0.5).abs() < 1e-6, "{even}");
    }
}
