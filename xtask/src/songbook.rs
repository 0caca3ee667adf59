//! `cargo xtask songbook`: composed songs as audio with their truth.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use sectionist_songbook::{Set, Split, render_set};

use crate::tree;

/// Where a set's songs are kept unless told otherwise.
pub(crate) fn folder(set: Set, split: Split) -> PathBuf {
    tree::target().join("accuracy/songbook").join(format!("{}-{}", set.name(), split.name()))
}

/// Renders songs: `SET SPLIT N [DIR]`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (set, split, n, folder_wanted) = match words.as_slice() {
        [set, split, n] => (set, split, n, None),
        [set, split, n, folder] => (set, split, n, Some(PathBuf::from(folder))),
        _ => bail!("usage: cargo xtask songbook SET SPLIT N [DIR]"),
    };
    let set = Set::from_name(set).with_context(|| format!("unknown set {set}; known: {}", names()))?;
    let split =
        Split::from_name(split).with_context(|| format!("unknown split {split}; known: train test first"))?;
    let folder = folder_wanted.unwrap_or_else(|| folder(set, split));
    let songs = render_set(set, split, n.parse().context("N is a number of songs")?, &folder)?;
    println!("{} songs in {}", songs.len(), folder.display());
    Ok(())
}

/// The sets, for messages.
pub(crate) fn names() -> String {
    Set::ALL.map(Set::name).join(" ")
}
