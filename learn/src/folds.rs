//! Cross-validation: songs are dealt into folds, and nothing is tested on a song it was fitted to.

use std::path::{Path, PathBuf};

/// Folds of the cross-validation of networks and of what is learned on top of them.
pub const N_FOLDS: usize = 4;

/// Which of `n_folds` a song belongs to, by its name alone: all renderings of a song share a fold.
#[must_use]
pub fn fold_of(id: &str, n_folds: usize) -> usize {
    // FNV-1a, then the finalizer of SplitMix64: names that differ in a last digit must not share a fold.
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((hash ^ (hash >> 31)) % n_folds as u64) as usize
}

/// Where the network lies that was learned without the recordings of a fold.
#[must_use]
pub fn network_file(left_out: &Path, fold: usize) -> PathBuf {
    left_out.join(format!("network-{fold}.weights"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_about_even() {
        let mut counts = [0; 5];
        for song in 0..500 {
            counts[fold_of(&format!("song-{song:04}"), 5)] += 1;
        }
        assert!(counts.iter().all(|count| (70..130).contains(count)), "{counts:?}");
    }
}
