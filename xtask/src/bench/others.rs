//! The same song in other libraries: what each of them does of the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{figures, number};
use crate::{process, python, tree};

/// Libraries with what they are asked for, as `tests/other_libraries.py` knows them, and what it takes to install them.
const LIBRARIES: [(&str, &str, &str); 3] = [
    ("librosa", "tempo, beats, key, chords, sections", "flask==3.1.3\nlibrosa==0.11.0\n"),
    ("essentia", "tempo, beats, key, chords, loudness", "essentia==2.1b6.dev1389\nnumpy\n"),
    ("aubio", "tempo, beats", "aubio==0.4.9\nnumpy<2\n"),
];

/// Seconds of each library for the first song, beside ours. What cannot be installed is said to be missing.
pub(super) fn table(measure: &Path, songs: &[PathBuf]) -> Result<String> {
    let ours = number(&figures(measure, &songs[0], "balanced", 3)?["whole"]);
    let mut table = format!(
        "| MP3, one process | finds | whole | × ours |\n| --- | --- | --- | --- |\n| Sectionist | everything | {:.2} s | 1 |\n",
        ours
    );
    for (name, finds, requirements) in LIBRARIES {
        let seconds = python::environment(&format!("bench-{name}"), requirements).and_then(|python| {
            let mut command = Command::new(python);
            command.arg(tree::root().join("tests/other_libraries.py")).arg(name).arg(&songs[0]);
            Ok(process::output(&mut command)?.trim().parse::<f64>()?)
        });
        table += &match seconds {
            Ok(seconds) => format!("| {name} | {finds} | {seconds:.2} s | {:.1} |\n", seconds / ours),
            Err(_) => format!("| {name} | {finds} | could not be measured | |\n"),
        };
    }
    Ok(table)
}
