//! Drum kits sampled from real ones: those of Debian's `hydrogen-drumkits`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::Split;
use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;
use super::drum_machine::DrumMachine;

/// Where the package puts them.
const FOLDER: &str = "/usr/share/hydrogen/data/drumkits";
/// Kits to learn from, and others to measure on.
const LEARNED: [&str; 5] =
    ["ColomboAcousticDrumkit", "BJA_Pacific", "Millo_MultiLayered2", "ElectricEmpireKit", "rumpf_kit_z01_h2"];
const MEASURED: [&str; 3] = ["ForzeeStereo", "The Black Pearl 1.0", "VariBreaks"];

/// What instruments that play a stroke of General MIDI are called, the likeliest first.
const NAMES: [(&[u8], &[&str]); 11] = [
    (&[35, 36], &["kick", "bass drum", "bassdrum"]),
    (&[38, 40], &["snare rock", "snare 1", "snare1", "pearl snare", "snare"]),
    (&[37, 75], &["stick", "rim"]),
    (&[39], &["clap"]),
    (&[42], &["closed", "hat 1 cl"]),
    (&[44], &["pedal", "hat 1 pd", "closed"]),
    (&[46], &["open", "hat 1 op"]),
    (&[41, 43, 45], &["floor", "tom low", "low tom"]),
    (&[47, 48, 50], &["tom mid", "middle tom", "tom hi", "high tom", "tom"]),
    (&[49, 52, 55, 57], &["crash"]),
    (&[51, 53, 59], &["ride"]),
];

/// A kit, and what plays the strokes that it has not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kit {
    name: &'static str,
    others: DrumMachine,
    /// Seconds to which long strokes are damped.
    damped: f64,
}

impl Kit {
    pub(crate) fn new(split: Split, chance: &mut Chance) -> Self {
        let name = if split == Split::Test { chance.pick(&MEASURED) } else { chance.pick(&LEARNED) };
        Self { name, others: DrumMachine::new(chance), damped: chance.range(0.4, 2.5) }
    }

    /// Plays strokes into `n` samples.
    pub(crate) fn play(&self, notes: &[Sounding], n: usize) -> Result<Vec<f32>> {
        let folder = Path::new(FOLDER).join(self.name);
        let list = fs::read_to_string(folder.join("drumkit.xml")).with_context(|| {
            format!("the drum kit {} is missing; get it with: apt-get install hydrogen-drumkits", self.name)
        })?;
        let instruments = instruments(&list);
        let mut strokes: Vec<(u8, Option<Vec<f32>>)> = Vec::new();
        for note in notes {
            if strokes.iter().all(|(pitch, _)| *pitch != note.pitch) {
                let file = file_for(note.pitch, &instruments);
                let stroke = file.map(|file| self.read(&folder.join(file))).transpose()?;
                strokes.push((note.pitch, stroke));
            }
        }
        let stroke_of = |pitch: u8| {
            strokes.iter().find(|(other, _)| *other == pitch).and_then(|(_, stroke)| stroke.as_ref())
        };
        let missing: Vec<Sounding> =
            notes.iter().filter(|note| stroke_of(note.pitch).is_none()).cloned().collect();
        let mut samples = self.others.play(&missing, n);
        for note in notes {
            let Some(stroke) = stroke_of(note.pitch) else { continue };
            let gain = (f32::from(note.velocity) / 127.0).powi(2);
            let start = (note.start * RATE) as usize;
            samples.iter_mut().skip(start).zip(stroke).for_each(|(x, y)| *x += gain * y);
        }
        Ok(samples)
    }

    /// A stroke's samples, mixed to mono, without the silence before it.
    fn read(&self, file: &Path) -> Result<Vec<f32>> {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(file)
            .args(["-ac", "1", "-ar", &format!("{RATE:.0}"), "-f", "f32le", "-"])
            .output()
            .context("`ffmpeg` cannot be started; get it with: apt-get install ffmpeg")?;
        ensure!(output.status.success(), "ffmpeg cannot read {}", file.display());
        let all: Vec<f32> = output
            .stdout
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        let peak = all.iter().fold(1e-6f32, |a, x| a.max(x.abs()));
        let start = all.iter().position(|x| x.abs() > 0.05 * peak).unwrap_or(0);
        let n = all.len() - start;
        let fall = |i: usize| (-(i as f64) / (self.damped * RATE)).exp() as f32;
        Ok(all[start..].iter().take(n).enumerate().map(|(i, x)| x * fall(i)).collect())
    }
}

/// Names of instruments, in small letters, and the file of the loudest layer of each.
fn instruments(list: &str) -> Vec<(String, String)> {
    let inner = |text: &str, tag: &str| -> Option<String> {
        let from = text.find(&format!("<{tag}>"))? + tag.len() + 2;
        let to = from + text[from..].find(&format!("</{tag}>"))?;
        Some(text[from..to].replace("&quot;", "\"").replace("&amp;", "&"))
    };
    list.split("<instrument>")
        .skip(1)
        .filter_map(|instrument| {
            let name = inner(instrument, "name")?.to_lowercase();
            let layers = instrument.split("<layer>").skip(1);
            let loudest = layers
                .map(|layer| (inner(layer, "max").and_then(|max| max.parse().ok()).unwrap_or(0.0), layer))
                .max_by(|a: &(f64, &str), b| a.0.total_cmp(&b.0))
                .map_or(instrument, |(_, layer)| layer);
            Some((name, inner(loudest, "filename")?))
        })
        .collect()
}

/// The file of the instrument that plays a pitch of General MIDI's drums.
fn file_for(pitch: u8, instruments: &[(String, String)]) -> Option<&str> {
    let (_, names) = NAMES.iter().find(|(pitches, _)| pitches.contains(&pitch))?;
    names.iter().find_map(|name| {
        instruments.iter().find(|(instrument, _)| instrument.contains(name)).map(|(_, file)| file.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruments_are_found_by_their_names() {
        let list = "<name>Kit</name><instrument><name>Kick 1</name><layer><filename>soft.wav</filename><max>0.5</max></layer>\
                    <layer><filename>loud.wav</filename><max>1</max></layer></instrument>\
                    <instrument><name>Closed HH</name><layer><filename>hh.wav</filename></layer></instrument>";
        let found = instruments(list);
        assert_eq!(file_for(36, &found), Some("loud.wav"));
        assert_eq!((file_for(42, &found), file_for(44, &found)), (Some("hh.wav"), Some("hh.wav")));
        assert_eq!((file_for(38, &found), file_for(70, &found)), (None, None));
    }
}
