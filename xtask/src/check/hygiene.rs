//! The tree itself: sizes, unfinished marks, foreign paths.

use std::fs;

use anyhow::{Result, bail};

use crate::tree;

/// Longest source file in lines.
const MAX_LINES: usize = 500;
/// Largest tracked file in bytes.
const MAX_FILE: u64 = 1_000_000;
/// Largest sum of the fixtures in bytes.
const MAX_FIXTURES: u64 = 8_000_000;

/// Looks at every tracked file.
pub(crate) fn run() -> Result<()> {
    // Written so that this file does not find itself.
    let marks = [concat!("to", "do!("), concat!("FIX", "ME"), concat!("unimpl", "emented!(")];
    let mut found = Vec::new();
    let mut fixtures = 0;
    for name in super::tracked()? {
        let path = tree::root().join(&name);
        let Ok(meta) = fs::metadata(&path) else { continue };
        if name.starts_with("fixtures/audio/") {
            fixtures += meta.len();
        }
        if meta.len() > MAX_FILE && !name.ends_with(".lock") {
            found.push(format!("{name}: {} bytes, over {MAX_FILE}", meta.len()));
        }
        let Some((_, extension)) = name.rsplit_once('.') else { continue };
        if !["rs", "js", "css", "html", "toml"].contains(&extension) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().count();
        if lines > MAX_LINES {
            found.push(format!("{name}: {lines} lines, over {MAX_LINES}"));
        }
        for (i, line) in text.lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| line.contains(**mark)) {
                found.push(format!("{name}:{}: {mark}", i + 1));
            }
        }
    }
    if fixtures > MAX_FIXTURES {
        found.push(format!("fixtures/audio: {fixtures} bytes, over {MAX_FIXTURES}"));
    }
    if !found.is_empty() {
        bail!("\n  {}", found.join("\n  "));
    }
    Ok(())
}
