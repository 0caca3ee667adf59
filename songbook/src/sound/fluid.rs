//! MIDI → samples, by the program `fluidsynth`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::{RATE, Soundfont};

/// Where distributions put soundfonts.
const FOLDERS: [&str; 4] = [
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/sounds/sf2",
];

/// The soundfont's file.
pub(crate) fn soundfont(font: Soundfont) -> Result<PathBuf> {
    match FOLDERS.iter().map(|folder| Path::new(folder).join(font.file())).find(|path| path.exists()) {
        Some(path) => Ok(path),
        None => {
            bail!("the soundfont {} is missing; get it with: apt-get install {}", font.file(), font.package())
        }
    }
}

/// Renders a MIDI file, mixed to mono.
pub(crate) fn render(midi: &[u8], scratch: &Path, font: Soundfont, has_room: bool) -> Result<Vec<f32>> {
    fs::write(scratch, midi).with_context(|| format!("{}", scratch.display()))?;
    let output = Command::new("fluidsynth")
        .args(["-ni", "-q", "-g", "0.3", "-C", "0", "-T", "raw", "-O", "s16", "-F", "-"])
        .args(["-R", if has_room { "1" } else { "0" }])
        .args(["-r", &format!("{RATE:.0}")])
        .args(["-o", "synth.polyphony=512"])
        .arg(soundfont(font)?)
        .arg(scratch)
        .stderr(Stdio::null())
        .output();
    drop(fs::remove_file(scratch));
    let output = output.context("`fluidsynth` cannot be started; get it with: apt-get install fluidsynth")?;
    ensure!(output.status.success(), "fluidsynth failed ({})", output.status);
    let mono = output.stdout.chunks_exact(4).map(|frame| {
        let sample = |at: usize| f32::from(i16::from_le_bytes([frame[at], frame[at + 1]]));
        (sample(0) + sample(2)) / 65_536.0
    });
    Ok(mono.collect())
}
