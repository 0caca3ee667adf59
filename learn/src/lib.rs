//! Fits the learned numbers of the core to annotated songs.
//!
//! Each stage's numbers come from one module here, which returns the text of the data file beside the
//! stage. Everything is deterministic: the same songs give the same file.

pub mod beats;
pub mod choice;
mod dice;
pub mod folds;
pub mod harmony;
pub mod logistic;
pub mod minimise;
pub mod rhythm;
pub mod songs;
pub mod structure;
pub mod trees;

use std::path::Path;

/// What went wrong.
pub type Failure = Box<dyn std::error::Error>;

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
