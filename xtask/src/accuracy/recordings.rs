//! Recordings with charted beats, in a folder of the user's: as shipped, and by numbers that do not know them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::{Options, others, predict, scorecard};
use crate::fixtures::chance::Chance;
use crate::{learn, process};

/// The metrics shown, in order, with what they are.
const METRICS: [(&str, &str); 15] = [
    ("tempo_acc1", "tempo within 4 %"),
    ("tempo_alt", "the same, or of a half or a double"),
    ("beat_F", "beats within 70 ms, F"),
    ("beat_AMLt", "beats continued at an allowed level"),
    ("downbeat_F", "downbeats within 70 ms, F"),
    ("meter", "time signature"),
    ("key_exact", "key, exact"),
    ("sections_HR05F", "section boundaries within 0.5 s, F"),
    ("sections_HR3F", "section boundaries within 3 s, F"),
    ("sections_HR3P", "section boundaries told that are within 3 s"),
    ("labels_time", "function of sections where a name says it, share of time"),
    ("chorus_F", "time of the chorus, F"),
    ("tempo_null", "no tempo told of what is no music"),
    ("key_null", "no key told of what is no music"),
    ("chord_majmin", "chord root and third"),
];
/// Extensions of audio files.
const AUDIO: [&str; 7] = ["wav", "ogg", "mp3", "flac", "m4a", "aiff", "aac"];
/// Songs named as the worst of each metric.
const N_WORST: usize = 8;

/// Songs scored: `{ID: {scores, categories}}` and what `measure calibrate` prints.
struct Scored {
    songs: Map<String, Value>,
    calibration: Value,
}

/// Measures the recordings in a folder and returns the part of docs/ACCURACY.md about them.
pub(super) fn measure(options: &Options, folder: &Path, measure: &Path) -> Result<String> {
    let songs = audio_with_truth(folder)?;
    let reports = predict(options, "recordings", &songs, measure)?;
    let shipped = scored(measure, &reports, folder)?;
    let answers = learn::left_out().join("answers");
    let left_out = if answers.is_dir() {
        let own = only_known(&answers, folder)?;
        Some(scored(measure, &own, folder)?)
    } else {
        println!(
            "no answers of numbers that do not know these songs: `cargo xtask learn rhythm --real DIR` writes them"
        );
        None
    };
    print!("{}", worst(&shipped));
    Ok(section(&shipped, left_out.as_ref()))
}

/// The audio files that have a truth beside them.
fn audio_with_truth(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut songs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    songs.retain(|path| path.extension().is_some_and(|e| AUDIO.iter().any(|known| e == *known)));
    songs.retain(|path| path.with_extension("truth.json").exists());
    songs.sort();
    ensure!(!songs.is_empty(), "{} holds no audio with NAME.truth.json beside it", folder.display());
    Ok(songs)
}

/// A folder with those answers whose truth is there.
fn only_known(answers: &Path, truth: &Path) -> Result<PathBuf> {
    let folder = answers.with_file_name("known");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(answers)?.flatten() {
        let name = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if truth.join(format!("{name}.truth.json")).exists() {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    Ok(folder)
}

fn scored(measure: &Path, reports: &Path, truth: &Path) -> Result<Scored> {
    let examined = process::output(Command::new(measure).arg("examine").arg(reports).arg(truth))?;
    let calibration = process::output(Command::new(measure).arg("calibrate").arg(reports).arg(truth))?;
    let Value::Object(songs) = serde_json::from_str(&examined)? else {
        anyhow::bail!("`measure examine` prints an object")
    };
    Ok(Scored { songs, calibration: serde_json::from_str(&calibration)? })
}

impl Scored {
    /// The scores of a metric by repository.
    fn by_repository(&self, metric: &str) -> Vec<Vec<f64>> {
        let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for song in self.songs.values() {
            let repository = song["categories"]["repository"].as_str().unwrap_or_default();
            if let Some(score) = song["scores"][metric].as_f64() {
                groups.entry(repository).or_default().push(score);
            }
        }
        groups.into_values().collect()
    }

    /// Mean over songs, its interval over repositories, songs.
    fn cell(&self, metric: &str) -> Option<String> {
        let groups = self.by_repository(metric);
        let n: usize = groups.iter().map(Vec::len).sum();
        if n == 0 {
            return None;
        }
        let (low, high) = interval(&groups);
        Some(format!("**{:.3}** [{low:.2}, {high:.2}] | {n}", mean(&groups)))
    }

    /// Means by genre: name, songs, one for each metric.
    fn by_genre(&self, metrics: &[&str]) -> Vec<(String, usize, Vec<Option<f64>>)> {
        let mut groups: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for song in self.songs.values() {
            groups.entry(song["categories"]["genre"].as_str().unwrap_or_default()).or_default().push(song);
        }
        let mean_of = |songs: &[&Value], metric: &str| {
            let scores: Vec<f64> = songs.iter().filter_map(|song| song["scores"][metric].as_f64()).collect();
            (!scores.is_empty()).then(|| mean(&[scores]))
        };
        let mut rows: Vec<_> = groups
            .into_iter()
            .map(|(genre, songs)| {
                let means = metrics.iter().map(|metric| mean_of(&songs, metric)).collect();
                (genre.to_owned(), songs.len(), means)
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.1));
        rows
    }
}

fn mean(groups: &[Vec<f64>]) -> f64 {
    let n: usize = groups.iter().map(Vec::len).sum();
    groups.iter().flatten().sum::<f64>() / n.max(1) as f64
}

/// Bootstrap interval of 95 % for the mean over songs, repositories being resampled: songs of one maker are alike.
fn interval(groups: &[Vec<f64>]) -> (f64, f64) {
    const N: usize = 2000;
    let mut chance = Chance::new(1);
    let mut means: Vec<f64> = (0..N)
        .map(|_| {
            let (mut sum, mut n) = (0.0, 0);
            for _ in 0..groups.len() {
                let group = &groups[((chance.unit() * groups.len() as f64) as usize).min(groups.len() - 1)];
                sum += group.iter().sum::<f64>();
                n += group.len();
            }
            sum / n.max(1) as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    (means[N / 40], means[N - 1 - N / 40])
}

const INTRODUCTION: &str = "\
Songs of rhythm games with the tempo maps that people set by hand: game soundtracks of many styles, metal, punk, pop, rock, \
electronic. `cargo xtask accuracy --real DIR` measures any folder of audio with `NAME.truth.json` beside each file. Scores are means \
over songs by mir_eval's definitions, with bootstrap intervals over repositories. Beats are scored from the start; the charted level is the one that \
a player reads at, so half or double is sometimes as right: read the tempo with AMLt. Charters cut parts finer than listeners would.

**Left out** is what counts: each song is answered by weights (network, judge, bars) learned without any song of its repository; its \
confidences alone are fitted on all. **As shipped** knows these songs. The other systems were measured once on kept-back songs of the \
same kind: Essentia 2.1b6 and librosa 0.11 on 73, madmom on 26 of them, each at its defaults.
";

fn section(shipped: &Scored, left_out: Option<&Scored>) -> String {
    let repositories: std::collections::BTreeSet<&str> =
        shipped.songs.values().filter_map(|song| song["categories"]["repository"].as_str()).collect();
    let mut text = format!(
        "{INTRODUCTION}\n{} recordings from {} repositories.\n\n",
        shipped.songs.len(),
        repositories.len()
    );
    text += "| metric | left out [95 % interval] | n | as shipped [95 % interval] | n |";
    for (name, _) in others::on("recordings") {
        let _ = write!(text, " {name} |");
    }
    text += &format!("\n|{}\n", " --- |".repeat(others::on("recordings").len() + 5));
    for (metric, meaning) in METRICS {
        let Some(own) = shipped.cell(metric) else { continue };
        let unknown = left_out.and_then(|scored| scored.cell(metric)).unwrap_or_else(|| " | ".to_owned());
        let _ = write!(text, "| {meaning} (`{metric}`) | {unknown} | {own} |");
        for (_, scores) in others::on("recordings") {
            let peer = scores.iter().find(|(name, _)| *name == metric);
            text += &peer.map_or_else(|| "  |".to_owned(), |(_, value)| format!(" {value:.2} |"));
        }
        text.push('\n');
    }
    let best = left_out.unwrap_or(shipped);
    let columns = ["tempo_acc1", "tempo_alt", "beat_F", "beat_AMLt", "downbeat_F"];
    text += "\n| genre | songs | tempo | or half, double | beats | AMLt | downbeats |\n|";
    text += &" --- |".repeat(columns.len() + 2);
    text.push('\n');
    for (genre, n, means) in best.by_genre(&columns) {
        let _ = write!(text, "| {genre} | {n} |");
        for mean in means {
            text += &mean.map_or_else(|| "  |".to_owned(), |mean| format!(" {mean:.2} |"));
        }
        text.push('\n');
    }
    if let Some(scored) = left_out {
        text += "\nCalibration, left out:\n\n";
        text += &scorecard::calibration(&scored.calibration);
    }
    text += "\nCalibration, as shipped:\n\n";
    text + &scorecard::calibration(&shipped.calibration)
}

/// The songs that score worst, for the terminal only.
fn worst(scored: &Scored) -> String {
    let mut text = String::from("worst songs:\n");
    for (metric, _) in METRICS {
        let mut songs: Vec<(f64, &String)> = scored
            .songs
            .iter()
            .filter_map(|(id, song)| Some((song["scores"][metric].as_f64()?, id)))
            .filter(|(score, _)| *score < 1.0)
            .collect();
        songs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let named: Vec<String> =
            songs.iter().take(N_WORST).map(|(score, id)| format!("{id} {score:.2}")).collect();
        if !named.is_empty() {
            let _ = writeln!(text, "  {metric:16} {}", named.join("  "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn song(repository: &str, score: f64) -> Value {
        json!({ "scores": { "beat_F": score }, "categories": { "repository": repository, "genre": "rock" } })
    }

    #[test]
    fn intervals_are_over_repositories() {
        let of = |names: [&str; 4]| {
            let songs: Map<String, Value> = names
                .iter()
                .zip([0.0, 0.0, 1.0, 1.0])
                .enumerate()
                .map(|(idx, (name, score))| (format!("s{idx}"), song(name, score)))
                .collect();
            Scored { songs, calibration: json!([]) }
        };
        // Two makers, one always right: anything may come of other makers.
        let (low, high) = interval(&of(["a", "a", "b", "b"]).by_repository("beat_F"));
        assert_eq!((low, high), (0.0, 1.0));
        let even = of(["a", "b", "a", "b"]);
        assert_eq!(interval(&even.by_repository("beat_F")), (0.5, 0.5));
        assert!(section(&even, None).contains("**0.500** [0.50, 0.50] | 4 |"));
    }
}
