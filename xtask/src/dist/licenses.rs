//! The licences of everything that is given away.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::crates::Crate;
use super::expression;
use crate::npm;

/// All crates with their licences, then each text once, with the crates whose it is.
pub(super) fn text(crates: &[Crate]) -> Result<String> {
    let wrong: Vec<String> = crates
        .iter()
        .filter(|one| !expression::is_allowed(&one.license))
        .map(|one| format!("{} {} ({})", one.name, one.version, one.license))
        .collect();
    ensure!(wrong.is_empty(), "these crates may not be given away: {}", wrong.join(", "));

    let mut out = String::from("Sectionist is made of these crates, under these licences.\n\n");
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in crates {
        out += &format!("{} {}  {}  {}\n", one.name, one.version, one.license, one.repository);
        for text in texts(&one.folder) {
            by_text.entry(text).or_default().push(format!("{} {}", one.name, one.version));
        }
    }
    if npm::found() {
        // The page's time-stretcher.
        let (name, folder) = ("signalsmith-stretch", npm::package("signalsmith-stretch")?);
        out += &format!("{name} (npm)  MIT\n");
        for text in texts(&folder) {
            by_text.entry(text).or_default().push(name.to_owned());
        }
    }
    out += "\nWhere a crate brings no text of its own, that of its licence above stands below with others.\n";
    for (text, names) in by_text {
        out += &format!("\n{}\n{}\n{}\n\n{text}\n", "=".repeat(79), names.join(", "), "=".repeat(79));
    }
    Ok(out)
}

/// The licences and notices in a folder, in the order of their names.
fn texts(folder: &Path) -> Vec<String> {
    let is_license = |name: &str| {
        let name = name.to_ascii_uppercase();
        let kinds = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE", "COPYRIGHT"];
        kinds.iter().any(|kind| name.starts_with(kind))
    };
    let mut names: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    names.sort_by_key(fs::DirEntry::file_name);
    names
        .iter()
        .filter(|entry| is_license(&entry.file_name().to_string_lossy()) && entry.path().is_file())
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .map(|text| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned())
        .collect()
}
