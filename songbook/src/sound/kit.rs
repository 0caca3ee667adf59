//! Drum kits sampled from real ones: those of Debian's `hydrogen-drumkits`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use crate::chance::Chance;
use crate::score::Sounding;

use super::RATE;
use super::drum_machine::DrumMachine;

/// Where distributions put the kits.
const FOLDERS: [&str; 2] = ["/usr/share/hydrogen/data/drumkits", "/usr/local/share/hydrogen/data/drumkits"];

/// Kits of records to learn from and to measure on, acoustic and electronic; no maker has kits in both.
const LEARN: [&[&str]; 2] = [
    &["BJA_Pacific", "ColomboAcousticDrumkit", "ForzeeStereo", "The Black Pearl 1.0"],
    &["ElectricEmpireKit", "HardElectro1", "Audiophob"],
];
const MEASURE: [&[&str]; 2] =
    [&["Millo_MultiLayered2", "Millo-Drums_v.1", "Millo_MultiLayered3"], &["VariBreaks", "rumpf_kit_z01_h2"]];

/// Strokes of a drum that are read, from soft to loud.
const MOST_STROKES: usize = 3;
/// Longest stroke in seconds.
const LONGEST: usize = 3;

/// A kit, and the drum machine that plays what it does not have, or all where it is not installed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kit {
    name: &'static str,
    machine: DrumMachine,
}

/// A stroke of a drum: up to which velocity of 1, and its samples.
type Stroke = (f64, Vec<f32>);

/// Strokes by General MIDI's drum.
type Drums = HashMap<u8, Vec<Stroke>>;

impl Kit {
    /// A kit for songs to learn from, or to be measured on.
    pub(crate) fn new(is_measured: bool, is_electronic: bool, chance: &mut Chance) -> Self {
        let kits = if is_measured { MEASURE } else { LEARN };
        Self { name: chance.pick(kits[usize::from(is_electronic)]), machine: DrumMachine::new(chance) }
    }

    /// Whether it is installed.
    pub(crate) fn is_there(&self) -> bool {
        self.folder().is_some()
    }

    fn folder(&self) -> Option<PathBuf> {
        let folders = FOLDERS.iter().map(|folder| Path::new(folder).join(self.name));
        folders.into_iter().find(|folder| folder.join("drumkit.xml").exists())
    }

    /// Plays strokes into `n` samples.
    pub(crate) fn play(&self, notes: &[Sounding], n: usize) -> Vec<f32> {
        let drums = self.drums();
        let has = |note: &Sounding| drums.contains_key(&note.pitch);
        let (own, others): (Vec<Sounding>, Vec<Sounding>) = notes.iter().copied().partition(has);
        let mut samples = self.machine.play(&others, n);
        for note in own {
            let velocity = f64::from(note.velocity) / 127.0;
            let Some(strokes) = drums.get(&note.pitch) else { continue };
            let stroke = strokes.iter().find(|stroke| velocity <= stroke.0).or(strokes.last());
            let Some((_, stroke)) = stroke else { continue };
            let gain = velocity.powf(1.5) as f32;
            let start = (note.start * RATE) as usize;
            samples.iter_mut().skip(start).zip(stroke).for_each(|(x, y)| *x += gain * y);
        }
        samples
    }

    /// The kit's strokes, read once.
    fn drums(&self) -> Arc<Drums> {
        static KNOWN: OnceLock<Mutex<HashMap<&'static str, Arc<Drums>>>> = OnceLock::new();
        let known = KNOWN.get_or_init(Mutex::default);
        // Held meanwhile, so that nobody reads the same; what a thread left that panicked is as good.
        let mut known = known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let read = || {
            let drums = self.folder().and_then(|folder| read(&folder)).unwrap_or_default();
            if drums.is_empty() {
                eprintln!(
                    "the drum kit {} cannot be read, so a drum machine plays; get it with: apt-get install \
                     hydrogen-drumkits ffmpeg",
                    self.name
                );
            }
            Arc::new(drums)
        };
        Arc::clone(known.entry(self.name).or_insert_with(read))
    }
}

/// Words in the names of instruments that play a drum, the best first.
const fn words(pitch: u8) -> &'static [&'static str] {
    match pitch {
        35 | 36 => &["kick", "bassdrum", "bass drum"],
        37 => &["stick", "rim click", "click"],
        38 => &["snare rock", "snare 1", "snare"],
        40 => &["snare jazz", "snare 2", "snare rimshot", "snare"],
        39 => &["clap"],
        42 => &["closed hh", "hat closed", "hat 1 cl", "hat low"],
        44 => &["pedal", "hat 1 pd", "closed"],
        46 => &["open hh", "hat open", "hat op", "1 op"],
        45 => &["tom low", "floor", "low tom", "drum 1"],
        48 => &["tom hi", "tom 1", "high tom", "drum 2", "tom"],
        49 => &["crash", "cymbal 1"],
        51 => &["ride", "cymbal 2"],
        54 => &["tambourine"],
        56 => &["cowbell"],
        _ => &[],
    }
}

/// Reads a kit: every drum that it has; nothing if it has no bass drum.
fn read(folder: &Path) -> Option<Drums> {
    let text = String::from_utf8_lossy(&fs::read(folder.join("drumkit.xml")).ok()?).into_owned();
    let instruments = instruments(&text);
    let mut drums = Drums::new();
    for pitch in 35..=56 {
        let found = words(pitch).iter().find_map(|word| {
            instruments.iter().find(|(name, layers)| name.contains(word) && !layers.is_empty())
        });
        let Some((_, layers)) = found else { continue };
        let step = layers.len().div_ceil(MOST_STROKES);
        // From the loudest down, which every kit has.
        let strokes = layers
            .iter()
            .rev()
            .step_by(step)
            .filter_map(|(top, file)| Some((*top, decode(&folder.join(file))?)));
        let mut strokes: Vec<Stroke> = strokes.collect();
        strokes.reverse();
        if let Some(loudest) = strokes.last().map(|stroke| peak(&stroke.1)).filter(|peak| *peak > 0.0) {
            let level = match pitch {
                42 | 44 => 0.3,
                46 | 51 | 54 => 0.35,
                49 => 0.5,
                _ => 0.9,
            };
            for (_, samples) in &mut strokes {
                samples.iter_mut().for_each(|x| *x *= level / loudest);
            }
            drums.insert(pitch, strokes);
        }
    }
    drums.contains_key(&36).then_some(drums)
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0f32, |a, x| a.max(x.abs()))
}

/// The text of the first element `name`.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let start = text.find(&format!("<{name}>"))? + name.len() + 2;
    let length = text[start..].find(&format!("</{name}>"))?;
    Some(&text[start..start + length])
}

/// Names in lower case with their layers: highest velocity of 1 and file, ascending.
fn instruments(text: &str) -> Vec<(String, Vec<(f64, String)>)> {
    text.split("<instrument>")
        .skip(1)
        .map(|instrument| {
            let name = element(instrument, "name").unwrap_or_default().to_lowercase();
            let mut layers: Vec<(f64, String)> = instrument
                .split("<layer>")
                .skip(1)
                .filter_map(|layer| {
                    let top = element(layer, "max")?.trim().parse().ok()?;
                    Some((top, element(layer, "filename")?.trim().to_owned()))
                })
                .collect();
            layers.sort_by(|a, b| a.0.total_cmp(&b.0));
            (name, layers)
        })
        .collect()
}

/// A sample at our rate, mono, from its onset; through `ffmpeg`, which is asked for twice the rate so that what it
/// does is exact for the kits' 44.1 kHz.
fn decode(path: &Path) -> Option<Vec<f32>> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-ac", "1", "-ar", &format!("{:.0}", 2.0 * RATE), "-f", "s16le", "-"])
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let double: Vec<f32> = output
        .stdout
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
        .collect();
    let samples = halve(&double);
    let loudest = peak(&samples);
    let onset = samples.iter().position(|x| x.abs() > 0.02 * loudest)?;
    let from = onset.saturating_sub(8);
    Some(samples[from..].iter().take(LONGEST * RATE as usize).copied().collect())
}

/// Every other sample, after a half-band filter (Hann-windowed sinc).
fn halve(double: &[f32]) -> Vec<f32> {
    const REACH: i32 = 15;
    let tap = |k: i32| {
        let x = std::f64::consts::PI * f64::from(k) / 2.0;
        let sinc = if k == 0 { 1.0 } else { x.sin() / x };
        let window = 0.5 + 0.5 * (std::f64::consts::PI * f64::from(k) / f64::from(REACH + 1)).cos();
        (0.5 * sinc * window) as f32
    };
    let taps: Vec<f32> = (-REACH..=REACH).map(tap).collect();
    (0..double.len().div_ceil(2))
        .map(|i| {
            let at = |k: usize| (2 * i + k).checked_sub(REACH as usize).and_then(|at| double.get(at));
            taps.iter().enumerate().filter_map(|(k, tap)| at(k).map(|x| tap * x)).sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Part;

    #[test]
    fn instruments_are_read_with_their_layers() {
        let text = "<drumkit_info><name>K</name><instrumentList><instrument><id>0</id><name>Hi-Hat Closed</name>\
                    <layer><filename>b.wav</filename><min>0.5</min><max>1</max></layer>\
                    <layer><filename>a.wav</filename><min>0</min><max>0.5</max></layer></instrument>\
                    <instrument><name>None</name></instrument></instrumentList></drumkit_info>";
        let found = instruments(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, "hi-hat closed");
        assert_eq!(found[0].1, [(0.5, "a.wav".to_owned()), (1.0, "b.wav".to_owned())]);
        assert!(found[1].1.is_empty());
    }

    #[test]
    fn halving_keeps_low_tones_and_drops_high_ones() {
        let level = |hz: f64| {
            let tone: Vec<f32> = (0..8000)
                .map(|i| (std::f64::consts::TAU * hz * f64::from(i) / (2.0 * RATE)).sin() as f32)
                .collect();
            peak(&halve(&tone)[100..3900])
        };
        assert!(level(1000.0) > 0.97 && level(15_000.0) < 0.03, "{} {}", level(1000.0), level(15_000.0));
    }

    #[test]
    fn drums_sound_whether_or_not_the_kit_is_there() {
        for name in ["no such kit", LEARN[0][0]] {
            let kit = Kit { name, machine: DrumMachine::new(&mut Chance::new(3)) };
            for pitch in [36, 38, 42, 46, 49, 51, 63] {
                let note = Sounding { part: Part::Drums, start: 0.1, end: 0.2, pitch, velocity: 110 };
                let samples = kit.play(&[note], RATE as usize);
                assert!(samples[..2000].iter().all(|x| *x == 0.0), "{name} {pitch}");
                assert!(peak(&samples[2200..4400]) > 0.02, "{name} {pitch}");
                assert!(samples.iter().all(|x| x.is_finite() && x.abs() < 3.0));
            }
        }
    }
}
