//! The annotated songs as audio, rendered once and kept outside the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Options;
use crate::process;

/// The audio files of a set; those that are missing are rendered first.
pub(crate) fn render(options: &Options, set: &str, python: &Path) -> Result<Vec<PathBuf>> {
    let ids = options.corpus.join("ids.txt");
    let text = fs::read_to_string(&ids).with_context(|| format!("{}", ids.display()))?;
    let ids_wanted: Vec<&str> = text.split_whitespace().take(options.limit).collect();
    let folder = options.cache.join(set);
    let audio = |id: &str| folder.join(format!("{id}.wav"));
    let there = |id: &str| audio(id).exists() && folder.join(format!("{id}.truth.json")).exists();

    let missing: Vec<&str> = ids_wanted.iter().copied().filter(|id| !there(id)).collect();
    if !missing.is_empty() {
        println!("  {} of {} songs are to be rendered, some 20 s each", missing.len(), ids_wanted.len());
        process::require("fluidsynth", "apt-get install fluidsynth fluid-soundfont-gm timgm6mb-soundfont")?;
        process::require("ffmpeg", "apt-get install ffmpeg")?;
        fs::create_dir_all(&folder)?;
        let list = folder.join("ids.txt");
        fs::write(&list, missing.join("\n"))?;
        let source = options.corpus.join("source");
        let mut command = Command::new(python);
        command.arg(options.corpus.join("make_corpus.py")).arg("render");
        command.arg("--pop909").arg(&source).arg("--structure").arg(&source);
        command.arg("--ids").arg(&list).arg("--set").arg(set).arg("--out").arg(&folder).arg("--skip");
        process::run(&mut command)?;
    }
    let songs: Vec<PathBuf> = ids_wanted.iter().copied().filter(|id| there(id)).map(audio).collect();
    ensure!(!songs.is_empty(), "no song of the set {set} could be rendered");
    Ok(songs)
}
