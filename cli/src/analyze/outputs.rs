//! Where results are written.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::inputs::Input;
use super::template::{Destination, Fields, Template};
use crate::args::Shape;

/// A file that is written of each song: the format's name, and what follows the song's name in the file's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) shape: Shape,
    pub(super) end: String,
}

/// A path of each input's result in each of `columns`: `[input][column]`.
///
/// In a folder, `NAME.END`, with the folder structure kept. No two results share one: where they would, names keep their old
/// extension (`song.mp3.json`), and if that does not help they get a number. No input is overwritten.
pub(super) fn plan(inputs: &[Input], destination: &Destination, columns: &[Column]) -> Vec<Vec<PathBuf>> {
    let mut planner = Planner::new(inputs);
    let by_column: Vec<Vec<PathBuf>> = match destination {
        Destination::Folder(dir) => {
            columns.iter().map(|column| planner.in_folder(inputs, dir, &column.end)).collect()
        }
        Destination::Template(template) => {
            let fields = fields(inputs, template);
            let mut by_column = vec![Vec::new(); columns.len()];
            for song in &fields {
                for (paths, column) in by_column.iter_mut().zip(columns) {
                    paths.push(planner.free(template.path(song, column.shape.name(), &column.end)));
                }
            }
            by_column
        }
    };
    (0..inputs.len()).map(|i| by_column.iter().map(|paths| paths[i].clone()).collect()).collect()
}

/// A path of each input's picture.
pub(super) fn plan_pictures(inputs: &[Input], template: &Template, extension: &str) -> Vec<PathBuf> {
    let mut planner = Planner::new(inputs);
    fields(inputs, template).iter().map(|song| planner.free(template.path(song, "plot", extension))).collect()
}

fn fields(inputs: &[Input], template: &Template) -> Vec<Fields> {
    inputs.iter().map(|input| Fields::of(input, template.needs_tags())).collect()
}

struct Planner {
    sources: HashSet<PathBuf>,
    taken: HashSet<String>,
}

impl Planner {
    fn new(inputs: &[Input]) -> Self {
        let source = |input: &Input| match input {
            Input::Stdin => None,
            Input::File { path, .. } => path.canonicalize().ok(),
        };
        Self { sources: inputs.iter().filter_map(source).collect(), taken: HashSet::new() }
    }

    fn is_source(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|path| self.sources.contains(&path))
    }

    /// `path`, with a number before its extension if it is an input or another result.
    fn free(&mut self, path: PathBuf) -> PathBuf {
        let stem = path.file_stem().unwrap_or_default().to_owned();
        let mut candidate = path.clone();
        for n in 2.. {
            if !self.is_source(&candidate) && self.taken.insert(fold(&candidate)) {
                break;
            }
            let mut name = stem.clone();
            name.push(format!("-{n}"));
            if let Some(extension) = path.extension() {
                name.push(".");
                name.push(extension);
            }
            candidate = path.with_file_name(name);
        }
        candidate
    }

    fn in_folder(&mut self, inputs: &[Input], dir: &Path, extension: &str) -> Vec<PathBuf> {
        let relatives: Vec<PathBuf> = inputs
            .iter()
            .map(|input| match input {
                Input::Stdin => PathBuf::from("stdin"),
                Input::File { relative, .. } => relative.clone(),
            })
            .collect();
        let short: Vec<PathBuf> =
            relatives.iter().map(|relative| dir.join(relative.with_extension(extension))).collect();
        let mut n_wanted: HashMap<String, usize> = HashMap::new();
        for path in &short {
            *n_wanted.entry(fold(path)).or_default() += 1;
        }
        let is_free = |path: &PathBuf, planner: &Self| {
            n_wanted[&fold(path)] == 1 && !planner.is_source(path) && !planner.taken.contains(&fold(path))
        };
        let free: Vec<bool> = short.iter().map(|path| is_free(path, self)).collect();
        self.taken.extend(short.iter().zip(&free).filter(|(_, free)| **free).map(|(path, _)| fold(path)));
        let names = short.into_iter().zip(free).zip(&relatives).map(|((short, is_free), relative)| {
            if is_free {
                return short;
            }
            let numbered = (1..).map(|n| {
                let mut name = relative.file_name().unwrap_or_default().to_owned();
                if n > 1 {
                    name.push(format!("-{n}"));
                }
                name.push(".");
                name.push(extension);
                dir.join(relative.with_file_name(name))
            });
            let mut free = numbered.filter(|path| !self.is_source(path) && !self.taken.contains(&fold(path)));
            let path = free.next().unwrap_or(short);
            self.taken.insert(fold(&path));
            path
        });
        names.collect()
    }
}

/// Paths that differ only in case are the same file on some systems.
fn fold(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// Whether all results of `input` are there, no older than it and than `also`. Results are written whole or not at all, so one that
/// is there is complete.
pub(super) fn is_done<'a>(
    input: &Input,
    mut results: impl Iterator<Item = &'a Path>,
    also: Option<&Path>,
) -> bool {
    let Input::File { path: source, .. } = input else { return false };
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let Some(mut newest) = modified(source) else { return false };
    newest = also.and_then(modified).map_or(newest, |also| newest.max(also));
    results.all(|result| modified(result).is_some_and(|modified| modified >= newest))
}

/// Writes a file whole or not at all, with the folders it lies in.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, |part| fs::write(part, bytes))
}

/// Makes the file at `path` by `make`, which writes one beside it that then takes its place.
pub(super) fn put<E: From<Words>>(path: &Path, make: impl FnOnce(&Path) -> Result<(), E>) -> Result<(), E> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(Words)?;
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = dir.join(name);
    let made = make(&part).and_then(|()| Ok(fs::rename(&part, path).map_err(Words)?));
    if made.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&part);
    }
    made
}

/// An error of the system on its way to a caller's own.
pub(super) struct Words(io::Error);

impl From<Words> for io::Error {
    fn from(Words(error): Words) -> Self {
        error
    }
}

impl From<Words> for String {
    fn from(Words(error): Words) -> Self {
        crate::words_of(&error)
    }
}

#[cfg(test)]
mod tests {
    use sectionist_core::params::{Format, Parts};

    use super::*;

    fn columns(formats: &[Format]) -> Vec<Column> {
        let of = |&format: &Format| {
            let shape = Shape::File(format);
            shape.file_ends(Parts::default()).into_iter().map(move |end| Column { shape, end })
        };
        formats.iter().flat_map(of).collect()
    }

    fn json() -> Vec<Column> {
        columns(&[Format::Json])
    }

    fn inputs(relatives: &[&str]) -> Vec<Input> {
        let input = |relative: &&str| Input::File {
            path: Path::new("/nowhere").join(relative),
            relative: relative.into(),
        };
        relatives.iter().map(input).collect()
    }

    fn shown(paths: Vec<Vec<PathBuf>>) -> Vec<String> {
        paths.into_iter().flatten().map(|path| path.to_string_lossy().replace('\\', "/")).collect()
    }

    fn planned(relatives: &[&str]) -> Vec<String> {
        shown(plan(&inputs(relatives), &Destination::Folder("out".into()), &json()))
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
    fn formats_have_files_of_their_own() {
        let folder = Destination::Folder("out".into());
        let paths = shown(plan(
            &inputs(&["x.mp3"]),
            &folder,
            &columns(&[Format::Spotify, Format::Json, Format::Lab]),
        ));
        assert_eq!(paths[..3], ["out/x.spotify.json", "out/x.json", "out/x.sections.lab"]);
        let all = shown(plan(&inputs(&["x.mp3", "y.mp3"]), &folder, &columns(Format::ALL)));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "{all:?}");
        assert!(all.iter().all(|path| !path.contains("mp3")), "{all:?}");
    }

    #[test]
    fn templates_name_songs_each_on_its_own() {
        let template = Destination::parse("out/{folder}/{name}.{ext}").unwrap();
        let songs = inputs(&["a/x.mp3", "a/x.wav", "y.mp3"]);
        assert_eq!(
            shown(plan(&songs, &template, &json())),
            ["out/a/x.json", "out/a/x-2.json", "out//y.json"]
        );
    }

    #[test]
    fn no_input_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("song.json");
        write(&path, b"audio under an odd name").unwrap();
        let input = Input::File { path: path.clone(), relative: "song.json".into() };
        let folder = Destination::Folder(dir.path().to_owned());
        let wanted = vec![vec![dir.path().join("song.json.json")]];
        assert_eq!(plan(std::slice::from_ref(&input), &folder, &json()), wanted);
        let template = Destination::parse(&format!("{}/{{name}}.json", dir.path().display())).unwrap();
        assert_eq!(plan(&[input], &template, &json()), [[dir.path().join("song-2.json")]]);
    }
}
