//! Where results are written in an output folder.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::inputs::Input;

/// A path for each input's result: `DIR/NAME.EXT`, with the folder structure kept.
///
/// No two inputs share one: where they would, names keep their old extension (`song.mp3.json`), and if
/// that does not help they get a number. No input is overwritten.
pub(super) fn plan(inputs: &[Input], dir: &Path, extension: &str) -> Vec<PathBuf> {
    let relatives: Vec<PathBuf> = inputs
        .iter()
        .map(|input| match input {
            Input::Stdin => PathBuf::from("stdin"),
            Input::File { relative, .. } => relative.clone(),
        })
        .collect();
    let short: Vec<PathBuf> = relatives.iter().map(|relative| relative.with_extension(extension)).collect();
    let mut n_wanted: HashMap<String, usize> = HashMap::new();
    for path in &short {
        *n_wanted.entry(fold(path)).or_default() += 1;
    }
    let sources: HashSet<PathBuf> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Stdin => None,
            Input::File { path, .. } => path.canonicalize().ok(),
        })
        .collect();
    let is_source = |path: &Path| dir.join(path).canonicalize().is_ok_and(|path| sources.contains(&path));
    let is_free = |path: &PathBuf| n_wanted[&fold(path)] == 1 && !is_source(path);

    let mut taken: HashSet<String> =
        short.iter().filter(|path| is_free(path)).map(|path| fold(path)).collect();
    let names = short.iter().zip(&relatives).map(|(short, relative)| {
        if is_free(short) {
            return short.clone();
        }
        let numbered = (1..).map(|n| {
            let mut name = relative.file_name().unwrap_or_default().to_owned();
            if n > 1 {
                name.push(format!("-{n}"));
            }
            name.push(".");
            name.push(extension);
            relative.with_file_name(name)
        });
        let mut free = numbered.filter(|path| !is_source(path) && taken.insert(fold(path)));
        free.next().unwrap_or_else(|| short.clone())
    });
    names.map(|name| dir.join(name)).collect()
}

/// Paths that differ only in case are the same file on some systems.
fn fold(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// Whether the result of `input` is at `path`, no older than the input. Results are written whole or not
/// at all, so one that is there is complete.
pub(super) fn is_done(input: &Input, path: &Path) -> bool {
    let Input::File { path: source, .. } = input else { return false };
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    matches!((modified(source), modified(path)), (Ok(source), Ok(result)) if result >= source)
}

/// Writes the files of a report, each its name's end and its content, of which the first is to be at `first`.
pub(super) fn write_files(first: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    let name = first.file_name().unwrap_or_default().to_string_lossy();
    let stem = files.first().and_then(|(end, _)| name.strip_suffix(end.as_str()));
    for (i, (end, bytes)) in files.iter().enumerate() {
        match stem {
            Some(stem) if i > 0 => write(&first.with_file_name(format!("{stem}{end}")), bytes)?,
            _ => write(first, bytes)?,
        }
    }
    Ok(())
}

/// Writes a file whole or not at all, with the folders it lies in.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = dir.join(name);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(relatives: &[&str]) -> Vec<String> {
        let inputs: Vec<Input> = relatives
            .iter()
            .map(|relative| Input::File {
                path: Path::new("/nowhere").join(relative),
                relative: relative.into(),
            })
            .collect();
        let paths = plan(&inputs, Path::new("out"), "json");
        paths.iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn names_keep_their_folders() {
        assert_eq!(
            planned(&["a/x.mp3", "b/x.mp3", "y.v2.wav"]),
            ["out/a/x.json", "out/b/x.json", "out/y.v2.json"]
        );
    }

    #[test]
    fn no_two_inputs_share_a_file() {
        assert_eq!(planned(&["x.mp3", "x.wav", "y.mp3"]), ["out/x.mp3.json", "out/x.wav.json", "out/y.json"]);
        assert_eq!(planned(&["x.mp3", "X.mp3"]), ["out/x.mp3.json", "out/X.mp3-2.json"]);
        // `x.mp3.mp3` alone would become `x.mp3.json`, which the others need.
        let all = planned(&["x.mp3", "x.mp3", "x.mp3.mp3", "x"]);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 4, "{all:?}");
    }

    #[test]
    fn no_input_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("song.json");
        write(&path, b"audio under an odd name").unwrap();
        let input = Input::File { path: path.clone(), relative: "song.json".into() };
        assert_eq!(plan(&[input], dir.path(), "json"), [dir.path().join("song.json.json")]);
    }
}
