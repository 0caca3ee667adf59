//! Fits the learned numbers of the core to annotated songs.
//!
//! Each stage's numbers come from one module here, which returns the text of the data file beside the
//! stage. Everything is deterministic: the same songs give the same file.

pub mod beats;
pub mod choice;
pub mod folds;
pub mod logistic;
pub mod minimise;
pub mod rhythm;
pub mod songs;
pub mod structure;

/// What went wrong.
pub type Failure = Box<dyn std::error::Error>;

/// Learns what is called `what` from the songs in `folders` (`STEM.wav` and `STEM.truth.json`).
///
/// Returns the data file's text. How it was found goes to stderr.
///
/// # Errors
/// An unknown name; songs that cannot be read or analysed.
pub fn learn(what: &str, folders: &[String]) -> Result<String, Failure> {
    let songs = songs::list(folders)?;
    match what {
        "beats" => beats::learn(&songs),
        "rhythm" => rhythm::learn(&songs),
        "structure" => structure::learn(&songs),
        other => Err(format!("nothing is learned under the name `{other}`").into()),
    }
}
