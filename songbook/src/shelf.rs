//! Rendered songs in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::chance::Chance;
use crate::sound::layer::Player;
use crate::sound::{RATE, effects, fluid, wav};
use crate::{Composition, Set, Split};

/// Raised when rendering changes without the songs or their sounds changing.
const RENDERING: u32 = 4;

/// Renders the first `n` songs of a set into `folder`, several at a time, and returns the audio files in
/// order. Songs already there are kept, unless they would be composed or rendered otherwise today; songs
/// of this set and split beyond the first `n` are removed, so that who learns from the folder learns from
/// the same songs on every machine.
///
/// # Errors
/// If `fluidsynth` or the split's soundfont is missing, or a file cannot be written.
pub fn render_set(set: Set, split: Split, n: usize, folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    prune(set, split, n, folder)?;
    let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(n.max(1));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= n {
                        return;
                    }
                    if let Err(error) = shelve(&Composition::new(set, split, index), folder) {
                        // The others have nothing better to do than to stop.
                        next.store(n, Ordering::Relaxed);
                        if let Ok(mut failure) = failure.lock() {
                            *failure = Some(error);
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = failure.into_inner().map_err(|_| anyhow!("a rendering thread panicked"))? {
        return Err(error);
    }
    Ok((0..n).map(|index| folder.join(format!("{}.wav", stem(set, split, index)))).collect())
}

/// File stem of a song.
pub(crate) fn stem(set: Set, split: Split, index: usize) -> String {
    format!("{}-{}-{index:04}", set.name(), split.name())
}

/// Removes songs beyond the first `n`.
fn prune(set: Set, split: Split, n: usize, folder: &Path) -> Result<()> {
    let prefix = format!("{}-{}-", set.name(), split.name());
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let index =
            name.strip_prefix(&prefix).and_then(|rest| rest.split('.').next()).and_then(|i| i.parse().ok());
        if index.is_some_and(|index: usize| index >= n) {
            fs::remove_file(&path).with_context(|| format!("{}", path.display()))?;
        }
    }
    Ok(())
}

/// Renders a song unless it is there as it would be rendered.
fn shelve(song: &Composition, folder: &Path) -> Result<()> {
    let audio = folder.join(format!("{}.wav", song.name));
    let truth = folder.join(format!("{}.truth.json", song.name));
    let fingerprint = song.fingerprint();
    let is_there = audio.exists()
        && fs::read(&truth)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            .is_some_and(|truth| truth["fingerprint"].as_str() == Some(fingerprint.as_str()));
    if is_there {
        return Ok(());
    }
    wav::write(&audio, &song.samples(&folder.join(format!("{}.mid", song.name)))?)?;
    let mut answers = song.truth.clone();
    answers["audio"] = format!("{}.wav", song.name).into();
    answers["fingerprint"] = fingerprint.into();
    // Last, since it says that the audio is right.
    fs::write(&truth, serde_json::to_vec_pretty(&answers)?).with_context(|| format!("{}", truth.display()))
}

impl Composition {
    /// A hash (FNV-1a) of all that shapes the files.
    fn fingerprint(&self) -> String {
        // A kit that is not installed sounds otherwise.
        let kits = self.sound.layers.iter().filter(|layer| match &layer.player {
            Player::Kit(kit) => kit.is_there(),
            _ => false,
        });
        let words = format!("{RENDERING} {:?} {} {} {}", self.sound, kits.count(), self.duration, self.truth);
        let hash = self.midi.iter().chain(words.as_bytes()).fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{hash:016x}")
    }

    /// The song's samples. `scratch` is a file for the notes meanwhile.
    fn samples(&self, scratch: &Path) -> Result<Vec<f32>> {
        let mut chance = Chance::new(self.sound.seed);
        let n = (self.duration * RATE).ceil() as usize;
        let mut samples = fluid::render(&self.midi, scratch, self.sound.soundfont, self.sound.has_room)?;
        samples.resize(n, 0.0);
        effects::normalise(&mut samples, 1.0);
        if let Some(texture) = self.sound.texture {
            let mut layer = texture.render(self.duration, &mut chance);
            effects::normalise(&mut layer, 1.0);
            layer.resize(n, 0.0);
            samples.iter_mut().zip(layer).for_each(|(x, y)| *x += y);
            effects::normalise(&mut samples, 1.0);
        }
        let cents = self.truth["tuning_cents"].as_f64().unwrap_or(0.0);
        // Loudness is compared where there is any, so that a player of few notes is not a loud one.
        let reference = effects::loudness(&samples);
        for layer in &self.sound.layers {
            let mut played = layer.render(n, cents, &mut chance);
            if reference > 0.0 {
                let gain = layer.level as f32 * reference / effects::loudness(&played).max(1e-6);
                played.iter_mut().for_each(|x| *x *= gain);
            }
            samples.iter_mut().zip(played).for_each(|(x, y)| *x += y);
        }
        effects::normalise(&mut samples, 1.0);
        for effect in &self.sound.effects {
            effect.apply(&mut samples, &mut chance);
        }
        effects::normalise(&mut samples, self.sound.peak);
        Ok(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_songs_of_the_set_beyond_those_wanted_are_removed() {
        let folder = std::env::temp_dir().join(format!("songbook-prune-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let names = [
            "rhythm-test-0001.wav",
            "rhythm-test-0002.wav",
            "rhythm-test-0002.truth.json",
            "notes.txt",
            "forms-test-0009.wav",
        ];
        for name in names {
            fs::write(folder.join(name), "").unwrap();
        }
        prune(Set::Rhythm, Split::Test, 2, &folder).unwrap();
        let left: Vec<bool> = names.iter().map(|name| folder.join(name).exists()).collect();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(left, [true, false, false, true, true]);
    }

    #[test]
    fn a_fingerprint_tells_songs_apart() {
        let print = |split, index| Composition::new(Set::Rhythm, split, index).fingerprint();
        assert_eq!(print(Split::Test, 1), print(Split::Test, 1));
        assert_ne!(print(Split::Test, 1), print(Split::Test, 2));
        assert_ne!(print(Split::Test, 1), print(Split::Train, 1));
    }
}
