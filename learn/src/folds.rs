//! Cross-validation: songs are dealt into folds, and nothing is tested on a song it was fitted to.

/// Which of `n_folds` a song belongs to, by its name alone: all renderings of a song share a fold.
#[must_use]
pub fn fold_of(id: &str, n_folds: usize) -> usize {
    // FNV-1a.
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (hash >> 32) as usize % n_folds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_about_even() {
        let mut counts = [0; 5];
        for song in 0..500 {
            counts[fold_of(&format!("song {song}"), 5)] += 1;
        }
        assert!(counts.iter().all(|count| (70..130).contains(count)), "{counts:?}");
    }
}
