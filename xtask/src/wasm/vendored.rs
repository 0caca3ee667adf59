//! What stands beside the browser module: the sample song, and the time-stretcher.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{npm, tree};

/// The song to try the page with.
const SAMPLE: &str = "fixtures/audio/harbour.mp3";

/// The time-stretcher (MIT) and the one file of it that is used.
const STRETCHER: (&str, &str) = ("signalsmith-stretch", "SignalsmithStretch.mjs");

/// Puts both into `folder`. Without npm the page does without the stretcher: the browser's own stretches
/// time then, and nothing changes the pitch.
pub(super) fn gather(folder: &Path) -> Result<()> {
    fs::copy(tree::root().join(SAMPLE), folder.join("sample.mp3")).context(SAMPLE)?;
    let (name, file) = STRETCHER;
    if npm::found() {
        fs::copy(npm::package(name)?.join(file), folder.join("stretch.js")).context(file)?;
    } else {
        println!("  the page goes without {name}, as npm is not there: {}", npm::ADVICE);
    }
    Ok(())
}
