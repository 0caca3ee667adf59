//! Instructions of each part of an analysis, which do not depend on what else a machine does, beside those of the
//! last release.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::song;
use crate::{process, tree};

/// Parts as `measure part` names them, each with what it holds besides and is taken off.
const PARTS: [(&str, Option<&str>); 8] = [
    ("decoding", None),
    ("loudness", Some("decoding")),
    ("mixing and resampling", Some("decoding")),
    ("onsets", Some("mixing and resampling")),
    ("spectrum", Some("mixing and resampling")),
    ("timbre", Some("mixing and resampling")),
    ("waveform", Some("mixing and resampling")),
    ("whole", None),
];

/// Seconds of music that are counted.
const SECONDS: u32 = 30;

fn kept() -> PathBuf {
    tree::root().join("docs/performance/instructions.tsv")
}

/// Counts, and compares; with `is_release` keeps the counts.
pub(super) fn table(measure: &Path, folder: &Path, is_release: bool) -> Result<String> {
    if !process::found("valgrind") {
        return Ok("Instructions were not counted: `apt-get install valgrind`.\n".to_owned());
    }
    let file = song(folder, SECONDS, "mp3", 192)?;
    let mut totals = BTreeMap::new();
    for (part, _) in PARTS {
        totals.insert(part, count(measure, part, &file)?);
    }
    let before: BTreeMap<String, u64> = fs::read_to_string(kept())
        .unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let (name, count) = line.split_once('\t')?;
            Some((name.to_owned(), count.parse().ok()?))
        })
        .collect();
    let mut table = format!(
        "| {SECONDS} s of MP3 | million instructions | last release | |\n| --- | --- | --- | --- |\n"
    );
    let mut lines = String::new();
    for (part, besides) in PARTS {
        let own = totals[part].saturating_sub(besides.map_or(0, |besides| totals[besides]));
        let was = before.get(part).map_or_else(
            || "– | –".to_owned(),
            |&was| format!("{:.1} | {:+.1} %", was as f64 / 1e6, 100.0 * (own as f64 / was as f64 - 1.0)),
        );
        table += &format!("| {part} | {:.1} | {was} |\n", own as f64 / 1e6);
        lines += &format!("{part}\t{own}\n");
    }
    if is_release {
        fs::create_dir_all(tree::root().join("docs/performance"))?;
        fs::write(kept(), lines)?;
    }
    Ok(table)
}

/// Instructions of `measure part`, by callgrind.
fn count(measure: &Path, part: &str, file: &Path) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(measure);
    let output = valgrind.args(["part", part]).arg(file).output().context("starting valgrind")?;
    ensure!(output.status.success(), "`{}` failed", process::shown(&valgrind));
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    counted.context("callgrind told no count")
}
