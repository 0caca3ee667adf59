//! Annotated songs, analysed as far as features.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sectionist_core::features::Features;
use sectionist_core::{AnalysisParams, FileHint, training};
use serde_json::Value;

use crate::Failure;

/// An annotated song on disk.
#[derive(Debug, Clone)]
pub struct Song {
    /// Which song it is, whichever way it is rendered: the file's stem. Renderings of one song share a fold.
    pub id: String,
    /// The folder it lies in.
    pub set: String,
    audio: PathBuf,
    /// The annotation, in the scorer's schema.
    pub truth: Value,
}

/// Extensions of audio files.
const AUDIO: [&str; 5] = ["wav", "ogg", "mp3", "flac", "m4a"];

/// The songs of some folders, in order of folder and name.
///
/// # Errors
/// A folder or an annotation cannot be read, or there are no songs.
pub fn list(folders: &[String]) -> Result<Vec<Song>, Failure> {
    let mut songs = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(folder).map_err(|error| format!("{folder}: {error}"))?;
        let mut audio: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        audio.retain(|path| path.extension().is_some_and(|e| AUDIO.iter().any(|known| e == *known)));
        audio.retain(|path| path.with_extension("truth.json").exists());
        audio.sort();
        for audio in audio {
            let id = audio.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let annotation = audio.with_file_name(format!("{id}.truth.json"));
            let text = fs::read(&annotation).map_err(|error| format!("{}: {error}", annotation.display()))?;
            let truth = serde_json::from_slice(&text)
                .map_err(|error| format!("{}: {error}", annotation.display()))?;
            let set = Path::new(folder).file_name().unwrap_or_default().to_string_lossy().into_owned();
            songs.push(Song { id, set, audio, truth });
        }
    }
    if songs.is_empty() { Err("no songs in these folders".into()) } else { Ok(songs) }
}

impl Song {
    /// Where a recording comes from; `None` of a song that was composed or rendered. What one maker recorded
    /// sounds alike, so such songs share a fold.
    #[must_use]
    pub fn repository(&self) -> Option<&str> {
        let source = self.truth["source"].as_str()?;
        let named = self.truth["repository"].as_str();
        named.or_else(|| source.rsplit_once(':').map(|(repository, _)| repository))
    }

    /// What decides the song's fold.
    #[must_use]
    pub fn group(&self) -> &str {
        self.repository().unwrap_or(&self.id)
    }

    /// The metrical level that people hear over that of the annotation, where `tempo_levels.json` beside
    /// the folder says so.
    #[must_use]
    pub fn level_ratio(&self) -> Option<f64> {
        let levels = self.audio.parent()?.parent()?.join("tempo_levels.json");
        let levels: Value = serde_json::from_slice(&fs::read(levels).ok()?).ok()?;
        levels.get(&self.id)?.as_f64()
    }

    /// Runs the analysis as far as the features.
    ///
    /// # Errors
    /// The file cannot be read or analysed.
    pub fn features(&self, params: &AnalysisParams) -> Result<Features, Failure> {
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", self.audio.display());
        let bytes = fs::read(&self.audio).map_err(|error| fail(&error))?;
        let hint = FileHint::from_name(file_name(&self.audio));
        Ok(training::features(bytes, &hint, params).map_err(|error| fail(&error))?)
    }

    /// Runs all stages.
    ///
    /// # Errors
    /// The file cannot be read or analysed.
    pub fn analyse(&self, params: &AnalysisParams) -> Result<training::Stages, Failure> {
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", self.audio.display());
        let bytes = fs::read(&self.audio).map_err(|error| fail(&error))?;
        let hint = FileHint::from_name(file_name(&self.audio));
        Ok(training::stages(bytes, &hint, params).map_err(|error| fail(&error))?)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Applies `f` to all songs, as many at once as there are processors; the results keep the songs' order.
///
/// # Errors
/// The first song's that failed.
pub fn map<T: Send>(
    songs: &[Song],
    f: impl Fn(&Song) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T, String>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let idx = next.fetch_add(1, Ordering::Relaxed);
                    let Some(song) = songs.get(idx) else { break };
                    let result = f(song).map_err(|error| error.to_string());
                    if let Ok(mut done) = done.lock() {
                        done.push((idx, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|_| "an analysis panicked")?;
    done.sort_by_key(|(idx, _)| *idx);
    done.into_iter().map(|(_, result)| result.map_err(Failure::from)).collect()
}

/// Applies `f` to all items, as many at once as there are processors.
///
/// # Errors
/// One of them panicked.
pub fn each<T: Send>(items: &mut [T], f: impl Fn(&mut T) + Sync) -> Result<(), Failure> {
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(n_threads).max(1);
    std::thread::scope(|scope| {
        let f = &f;
        let workers: Vec<_> =
            items.chunks_mut(share).map(|chunk| scope.spawn(move || chunk.iter_mut().for_each(f))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "an analysis panicked".into()))
    })
}
