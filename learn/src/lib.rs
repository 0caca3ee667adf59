//! Fits the learned numbers of the core to annotated songs.
//!
//! Each stage's numbers come from one module here, which returns the text of the data file beside the
//! stage. Everything is deterministic: the same songs give the same file.

pub mod beats;
pub mod choice;
mod dice;
pub mod folds;
pub mod harmony;
pub mod judge;
pub mod logistic;
pub mod minimise;
pub mod rhythm;
pub mod songs;
pub mod structure;

use std::path::Path;

/// What went wrong.
pub type Failure = Box<dyn std::error::Error>;

/// A number as data files hold it: four significant digits, six decimals at most.
#[must_use]
pub fn stored(x: f64) -> f64 {
    let n_whole = x.abs().max(1e-9).log10().floor() as i32 + 1;
    let scale = 10f64.powi((4 - n_whole).clamp(0, 6));
    (x * scale).round() / scale
}

/// Learns what is called `what` from the songs in `folders` (audio and `STEM.truth.json`).
///
/// Returns the data file's text. How it was found goes to stderr. What is learned without one fold of the
/// recordings is left in the folder `left_out`, for what is learned on top of it and for measuring. In the folder
/// `priors` lie annotations of real songs without audio, where there are any.
///
/// # Errors
/// An unknown name; songs that cannot be read or analysed.
pub fn learn(what: &str, left_out: &Path, priors: &Path, folders: &[String]) -> Result<String, Failure> {
    let songs = songs::list(folders)?;
    match what {
        "beats" => {
            let networks = beats::learn(&songs)?;
            for (fold, text) in networks.folds.iter().enumerate() {
                std::fs::create_dir_all(left_out)?;
                std::fs::write(folds::network_file(left_out, fold), text)?;
            }
            Ok(networks.whole)
        }
        "rhythm" => rhythm::learn(&songs, left_out, priors),
        "harmony" => harmony::learn(&songs),
        "structure" => structure::learn(&songs, priors),
        other => Err(format!("nothing is learned under the name `{other}`").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_as_short_as_they_may_be() {
        for (x, expected) in [
            (0.0, 0.0),
            (0.012_345, 0.012_35),
            (0.000_123_456, 0.000_123),
            (-0.678_91, -0.6789),
            (12.3456, 12.35),
            (-1_234.5, -1_235.0),
            (54_321.0, 54_321.0),
        ] {
            assert_eq!(stored(x), expected);
            assert_eq!(stored(stored(x)), stored(x));
        }
    }
}
