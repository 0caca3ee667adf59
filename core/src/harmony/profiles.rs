//! Tone profiles: how much each degree is heard in a key.

use crate::matrix::Matrix;
use crate::params::{KeyProfile, Style};
use crate::units::{Key, Mode};

/// Weights of the twelve semitones above the tonic, major then minor.
pub(super) type Profile = [[f32; 12]; 2];

/// Krumhansl & Kessler (1982), probe-tone ratings.
const KRUMHANSL: Profile = [
    [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
    [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
];

/// Temperley (2007), shares of segments of the Kostka–Payne corpus in which a degree sounds.
const TEMPERLEY: Profile = [
    [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400],
    [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330],
];

/// Albrecht & Shanahan (2013), shares of notes in 982 pieces.
const ALBRECHT: Profile = [
    [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081],
    [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052],
];

/// Faraldo et al. (2016), from electronic dance music.
const EDMA: Profile = [
    [
        0.16519551, 0.04749026, 0.08293076, 0.06687112, 0.09994645, 0.09274123, 0.05294487, 0.13159476,
        0.05218986, 0.07443653, 0.06940723, 0.0642515,
    ],
    [
        0.17235348, 0.05336489, 0.0761009, 0.10043649, 0.05621498, 0.08527853, 0.0497915, 0.13451001,
        0.07458916, 0.05003023, 0.09187879, 0.05545106,
    ],
];

/// The profiles to match with, each with its share.
pub(super) fn profiles_of(choice: KeyProfile, style: Style) -> Vec<(Profile, f32)> {
    match choice {
        KeyProfile::Krumhansl => vec![(KRUMHANSL, 1.0)],
        KeyProfile::Temperley => vec![(TEMPERLEY, 1.0)],
        KeyProfile::Albrecht => vec![(ALBRECHT, 1.0)],
        KeyProfile::Edma => vec![(EDMA, 1.0)],
        KeyProfile::Ensemble => {
            // The profile made for the style counts for half.
            let weights = match style {
                Style::Electronic | Style::HipHop => [0.15, 0.15, 0.2, 0.5],
                Style::Classical => [0.15, 0.2, 0.5, 0.15],
                _ => [0.25; 4],
            };
            [KRUMHANSL, TEMPERLEY, ALBRECHT, EDMA].into_iter().zip(weights).collect()
        }
    }
}

/// Pearson correlation of `chroma`, `[12]`, with the profiles turned to each of the 24 keys, in the
/// order of [`Key::all`]; 0 for a flat chroma.
pub(super) fn correlations(chroma: &[f32], profiles: &[(Profile, f32)]) -> [f32; 24] {
    let mut scores = [0.0; 24];
    for (score, key) in scores.iter_mut().zip(Key::all()) {
        for (profile, share) in profiles {
            *score += share * pearson(chroma, &profile[mode_index(key.mode)], key.tonic.semitones());
        }
    }
    scores
}

pub(super) const fn mode_index(mode: Mode) -> usize {
    match mode {
        Mode::Major => 0,
        Mode::Minor => 1,
    }
}

fn pearson(chroma: &[f32], profile: &[f32; 12], tonic: usize) -> f32 {
    let mean_c = chroma.iter().sum::<f32>() / 12.0;
    let mean_p = profile.iter().sum::<f32>() / 12.0;
    let (mut cross, mut var_c, mut var_p) = (0.0f32, 0.0f32, 0.0f32);
    for (pitch_class, c) in chroma.iter().enumerate().take(12) {
        let p = profile[(pitch_class + 12 - tonic) % 12] - mean_p;
        let c = c - mean_c;
        cross += c * p;
        var_c += c * c;
        var_p += p * p;
    }
    let scale = (var_c * var_p).sqrt();
    if scale > 1e-9 { cross / scale } else { 0.0 }
}

/// Mean of the rows of `chroma` in `range`, weighted by `weights` (one a row).
pub(super) fn weighted_mean(chroma: &Matrix, weights: &[f32], range: std::ops::Range<usize>) -> [f32; 12] {
    let mut mean = [0.0; 12];
    for row in range {
        let weight = weights.get(row).copied().unwrap_or(0.0);
        for (m, x) in mean.iter_mut().zip(chroma.row(row)) {
            *m += weight * x;
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::arg_max;

    #[test]
    fn a_scale_is_matched_with_its_key_by_every_profile() {
        for choice in KeyProfile::ALL {
            let profiles = profiles_of(*choice, Style::Auto);
            for (idx, key) in Key::all().enumerate() {
                let triads: &[(usize, f32)] = match key.mode {
                    Mode::Major => &[(0, 3.0), (4, 2.0), (7, 2.5), (2, 1.0), (5, 1.2), (9, 1.2), (11, 1.0)],
                    Mode::Minor => &[(0, 3.0), (3, 2.0), (7, 2.5), (2, 1.0), (5, 1.2), (8, 1.2), (10, 1.0)],
                };
                let mut chroma = [0.0; 12];
                for &(step, x) in triads {
                    chroma[(key.tonic.semitones() + step) % 12] = x;
                }
                assert_eq!(arg_max(&correlations(&chroma, &profiles)), idx, "{choice} {key}");
            }
        }
    }

    #[test]
    fn flat_chroma_matches_nothing() {
        let profiles = profiles_of(KeyProfile::Ensemble, Style::Auto);
        assert!(correlations(&[0.5; 12], &profiles).iter().all(|&r| r == 0.0));
    }
}
