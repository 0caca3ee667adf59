//! What to analyse: files, folders searched for audio, playlists, patterns, standard input.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use sectionist_core::decode::formats;
use walkdir::WalkDir;

use super::playlist::{self, Entry};

/// Something to analyse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// Where its result goes, relative to the output folder, before the extension is changed.
        relative: PathBuf,
    },
}

impl Input {
    /// How messages name it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File { path, .. } => path.display().to_string(),
        }
    }

    /// How tables and pictures name it.
    pub(super) fn short_name(&self) -> String {
        match self {
            Self::Stdin => self.name(),
            Self::File { relative, .. } => relative.display().to_string(),
        }
    }
}

/// A problem with one input: its name and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) name: String,
    pub(super) message: String,
}

/// What arguments name.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// In order, each once.
    pub(super) inputs: Vec<Input>,
    /// What could not be found or searched.
    pub(super) failures: Vec<Failure>,
    /// How many files of folders were left out, by their extensions: these are not of what can be decoded.
    pub(super) left_out: BTreeMap<String, usize>,
    /// Whether there may be several: a folder, a playlist, a pattern, or more than one argument.
    pub(super) is_collection: bool,
}

/// What `args` name.
///
/// Folders are searched recursively for audio by extension, in order of names; hidden files and folders, and the folder
/// `results`, are left out; symbolic links are followed, but never in circles. Files that are named themselves are taken
/// whatever they are called.
pub(super) fn expand(args: &[PathBuf], results: Option<&Path>) -> Inputs {
    let mut expansion =
        Expansion { results: results.and_then(|path| path.canonicalize().ok()), ..Expansion::default() };
    for arg in args {
        if arg.as_os_str() == "-" {
            if !expansion.found.inputs.contains(&Input::Stdin) {
                expansion.found.inputs.push(Input::Stdin);
            }
        } else if arg.is_dir() {
            // With several arguments, the folders' own names keep their files apart.
            let prefix = if args.len() > 1 { arg.file_name().unwrap_or_default() } else { OsStr::new("") };
            expansion.search(arg, Path::new(prefix));
        } else if playlist::is_playlist(arg) {
            expansion.play(arg);
        } else if !arg.exists() && is_pattern(arg) {
            expansion.matching(arg);
        } else {
            expansion.add(arg.clone(), arg.file_name().unwrap_or_default().into());
        }
    }
    let is_single =
        |arg: &PathBuf| !arg.is_dir() && !playlist::is_playlist(arg) && (arg.exists() || !is_pattern(arg));
    expansion.found.is_collection = args.len() > 1 || !args.iter().all(is_single);
    expansion.found
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

#[derive(Default)]
struct Expansion {
    found: Inputs,
    seen: HashSet<PathBuf>,
    results: Option<PathBuf>,
}

impl Expansion {
    fn add(&mut self, path: PathBuf, relative: PathBuf) {
        if self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            self.found.inputs.push(Input::File { path, relative });
        }
    }

    fn search(&mut self, root: &Path, prefix: &Path) {
        let n_failures = self.found.failures.len();
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
        let mut n_found = 0;
        let results = self.results.take();
        // One that is a folder of songs too is searched all the same.
        let is_results = |path: &Path| results.is_some() && path.canonicalize().ok() == results;
        for entry in walk.into_iter().filter_entry(|entry| {
            entry.depth() == 0
                || !(is_hidden(entry.file_name()) || entry.file_type().is_dir() && is_results(entry.path()))
        }) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_audio(entry.path()) => {
                    n_found += 1;
                    let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
                    self.add(entry.path().to_owned(), prefix.join(relative));
                }
                Ok(entry) if entry.file_type().is_file() => {
                    let extension =
                        entry.path().extension().unwrap_or_default().to_string_lossy().to_lowercase();
                    *self.found.left_out.entry(extension).or_default() += 1;
                }
                Ok(_) => {}
                // A link back to a folder above: its files are there already.
                Err(error) if error.loop_ancestor().is_some() => {}
                // A link to nowhere: no file.
                Err(error) if is_dangling_link(error.path()) => {}
                Err(error) => self.found.failures.push(Failure {
                    name: error.path().unwrap_or(root).display().to_string(),
                    message: error.io_error().map_or_else(|| error.to_string(), crate::words_of),
                }),
            }
        }
        self.results = results;
        if n_found == 0 && n_failures == self.found.failures.len() {
            self.found.failures.push(Failure {
                name: root.display().to_string(),
                message: format!("holds no audio files; looked for: {}", extensions().join(", ")),
            });
        }
    }

    /// The files of a playlist, in its order.
    fn play(&mut self, list: &Path) {
        let bytes = match fs::read(list) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = crate::words_of(&error);
                return self.found.failures.push(Failure { name: list.display().to_string(), message });
            }
        };
        let entries = playlist::entries(&bytes, list.parent().unwrap_or(Path::new("")));
        if entries.is_empty() {
            let message = "this playlist names no files".to_owned();
            self.found.failures.push(Failure { name: list.display().to_string(), message });
        }
        for entry in entries {
            match entry {
                Entry::File(path) => {
                    let relative = path.file_name().unwrap_or_default().into();
                    self.add(path, relative);
                }
                Entry::Address(address) => self.found.failures.push(Failure {
                    name: list.display().to_string(),
                    message: format!("`{address}` is an address; only files are analysed"),
                }),
            }
        }
    }

    /// The files that a pattern fits, for shells that leave it as it is.
    fn matching(&mut self, pattern: &Path) {
        let mut fail = |message: String| {
            self.found.failures.push(Failure { name: pattern.display().to_string(), message });
        };
        let paths = match glob::glob(&pattern.to_string_lossy()) {
            Ok(paths) => paths,
            Err(error) => return fail(format!("this is no pattern: {}", error.msg)),
        };
        let paths: Vec<PathBuf> = paths.flatten().filter(|path| path.is_file()).collect();
        if paths.is_empty() {
            return fail("no file fits this pattern".to_owned());
        }
        for path in paths {
            let relative = path.file_name().unwrap_or_default().into();
            self.add(path, relative);
        }
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_dangling_link(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path.is_symlink() && !path.exists())
}

fn is_audio(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    extensions().iter().any(|known| known.eq_ignore_ascii_case(extension))
}

/// Extensions of files that can be decoded, each once.
fn extensions() -> Vec<&'static str> {
    let mut extensions = Vec::new();
    for extension in formats().containers.iter().flat_map(|container| container.extensions) {
        if !extensions.contains(extension) {
            extensions.push(*extension);
        }
    }
    extensions
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(inputs: &[Input]) -> Vec<String> {
        let name = |input: &Input| match input {
            Input::Stdin => "-".to_owned(),
            Input::File { relative, .. } => relative.to_string_lossy().replace('\\', "/"),
        };
        inputs.iter().map(name).collect()
    }

    #[test]
    fn folders_are_searched_in_order_without_hidden_files() {
        let root = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        ["b.mp3", "a/x.WAV", "a/notes.txt", ".hidden.mp3", ".git/y.mp3", "a/b/c.flac"]
            .into_iter()
            .for_each(file);
        let found = expand(&[root.path().to_owned()], None);
        assert_eq!(names(&found.inputs), ["a/b/c.flac", "a/x.WAV", "b.mp3"]);
        assert_eq!(found.failures, []);
        assert_eq!(found.left_out, [("txt".to_owned(), 1)].into());
        assert!(found.is_collection);

        // Named twice, analysed once; with several arguments the folder's name comes first.
        let folder = root.path().join("a");
        let found =
            expand(&[root.path().join("b.mp3"), folder.clone(), folder, "-".into(), "-".into()], None);
        assert_eq!(names(&found.inputs), ["b.mp3", "a/b/c.flac", "a/x.WAV", "-"]);
    }

    #[test]
    fn playlists_and_patterns_name_files() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b.mp3", "a.mp3", "c.txt"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let list = root.path().join("list.m3u8");
        fs::write(&list, "#EXTM3U\nb.mp3\na.mp3\nb.mp3\nhttps://x.example/y.mp3\n").unwrap();
        let found = expand(&[list], None);
        assert_eq!(names(&found.inputs), ["b.mp3", "a.mp3"]);
        assert!(found.failures[0].message.contains("address") && found.is_collection, "{found:?}");

        let found = expand(&[root.path().join("*.mp3")], None);
        assert_eq!(names(&found.inputs), ["a.mp3", "b.mp3"]);
        let found = expand(&[root.path().join("*.flac")], None);
        assert!(found.failures[0].message.contains("no file fits"), "{found:?}");
        // A file is called like a pattern.
        fs::write(root.path().join("[x].mp3"), "").unwrap();
        let found = expand(&[root.path().join("[x].mp3")], None);
        assert_eq!((names(&found.inputs), found.is_collection), (vec!["[x].mp3".to_owned()], false));
    }

    #[test]
    fn results_are_not_searched() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("out")).unwrap();
        for name in ["a.mp3", "out/a.json", "out/a.mp3"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let found = expand(&[root.path().to_owned()], Some(&root.path().join("out")));
        assert_eq!((names(&found.inputs), found.left_out.len()), (vec!["a.mp3".to_owned()], 0));
    }

    #[test]
    fn a_folder_without_audio_says_so() {
        let root = tempfile::tempdir().unwrap();
        let Inputs { inputs, failures, .. } = expand(&[root.path().to_owned()], None);
        assert_eq!(inputs, []);
        assert!(failures[0].message.contains("mp3"), "{failures:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_end() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("a/x.mp3"), "").unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("a/up")).unwrap();
        std::os::unix::fs::symlink(root.path().join("nowhere.mp3"), root.path().join("a/gone.mp3")).unwrap();
        let Inputs { inputs, failures, .. } = expand(&[root.path().to_owned()], None);
        assert_eq!((names(&inputs), failures), (vec!["a/x.mp3".to_owned()], Vec::new()));
    }
}
