//! What to analyse: files, folders searched for audio, standard input.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use sectionist_core::decode::formats;
use walkdir::WalkDir;

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
}

/// A problem with one input: its name and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) name: String,
    pub(super) message: String,
}

/// The inputs that `args` name, in order, each file once, and what could not be found or searched.
///
/// Folders are searched recursively for audio by extension, in order of names; hidden files and folders
/// are left out; symbolic links are followed, but never in circles. Files that are named themselves are
/// taken whatever they are called.
pub(super) fn expand(args: &[PathBuf]) -> (Vec<Input>, Vec<Failure>) {
    let mut expansion = Expansion::default();
    for arg in args {
        if arg.as_os_str() == "-" {
            if !expansion.inputs.contains(&Input::Stdin) {
                expansion.inputs.push(Input::Stdin);
            }
        } else if arg.is_dir() {
            // With several arguments, the folders' own names keep their files apart.
            let prefix = if args.len() > 1 { arg.file_name().unwrap_or_default() } else { OsStr::new("") };
            expansion.search(arg, Path::new(prefix));
        } else {
            expansion.add(arg.clone(), arg.file_name().unwrap_or_default().into());
        }
    }
    (expansion.inputs, expansion.failures)
}

#[derive(Default)]
struct Expansion {
    inputs: Vec<Input>,
    failures: Vec<Failure>,
    seen: HashSet<PathBuf>,
}

impl Expansion {
    fn add(&mut self, path: PathBuf, relative: PathBuf) {
        if self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            self.inputs.push(Input::File { path, relative });
        }
    }

    fn search(&mut self, root: &Path, prefix: &Path) {
        let n_failures = self.failures.len();
        let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
        let mut n_found = 0;
        for entry in
            walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()))
        {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_audio(entry.path()) => {
                    n_found += 1;
                    let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
                    self.add(entry.path().to_owned(), prefix.join(relative));
                }
                Ok(_) => {}
                // A link back to a folder above: its files are there already.
                Err(error) if error.loop_ancestor().is_some() => {}
                // A link to nowhere: no file.
                Err(error) if is_dangling_link(error.path()) => {}
                Err(error) => self.failures.push(Failure {
                    name: error.path().unwrap_or(root).display().to_string(),
                    message: error.io_error().map_or_else(|| error.to_string(), super::words_of),
                }),
            }
        }
        if n_found == 0 && n_failures == self.failures.len() {
            self.failures.push(Failure {
                name: root.display().to_string(),
                message: format!("holds no audio files; looked for: {}", extensions().join(", ")),
            });
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
        let (inputs, failures) = expand(&[root.path().to_owned()]);
        assert_eq!(names(&inputs), ["a/b/c.flac", "a/x.WAV", "b.mp3"]);
        assert_eq!(failures, []);

        // Named twice, analysed once; with several arguments the folder's name comes first.
        let folder = root.path().join("a");
        let (inputs, _) =
            expand(&[root.path().join("b.mp3"), folder.clone(), folder, "-".into(), "-".into()]);
        assert_eq!(names(&inputs), ["b.mp3", "a/b/c.flac", "a/x.WAV", "-"]);
    }

    #[test]
    fn a_folder_without_audio_says_so() {
        let root = tempfile::tempdir().unwrap();
        let (inputs, failures) = expand(&[root.path().to_owned()]);
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
        let (inputs, failures) = expand(&[root.path().to_owned()]);
        assert_eq!((names(&inputs), failures), (vec!["a/x.mp3".to_owned()], Vec::new()));
    }
}
