//! `cargo xtask bench`: how long analyses take and what they hold, in one run; writes docs/PERFORMANCE.md.

mod counts;
mod growth;
mod hosts;
mod others;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::service_runs::write_down;
use crate::{accuracy, process, tree, wasm};

/// Times stage by stage, of the given files; without any, everything, for docs/PERFORMANCE.md. `--release` keeps the
/// counts of instructions as those that later ones are compared with.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let measure = accuracy::measuring_program()?;
    let is_release = arguments.iter().any(|argument| argument == "--release");
    let files: Vec<&String> = arguments.iter().filter(|argument| *argument != "--release").collect();
    if !files.is_empty() {
        return process::run(Command::new(measure).arg("bench").args(files));
    }
    process::require("ffmpeg", "apt-get install ffmpeg")?;
    let folder = tree::target().join("bench");
    fs::create_dir_all(&folder)?;
    let songs = ["mp3", "flac", "m4a"]
        .map(|format| song(&folder, 240, format, 192))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;

    let mut report = format!(
        "Four minutes (240 s) of stereo at 44.1 kHz: MP3 and AAC at 192 kbit/s, and FLAC; best of three, all in one run of `cargo xtask bench`. {}\n\n",
        machine()
    );
    report += &stages(&measure, &songs)?;
    report += "\n";
    report += &hosts::table(&measure, &songs)?;
    report += "\n";
    report += &others::table(&measure, &songs)?;
    report += "\n";
    report += &batch(&measure, &folder, &songs[0])?;
    report += "\n";
    report += &sizes()?;
    report += "\n";
    report += &growth::table(&measure, &folder)?;
    report += "\n";
    report += &counts::table(&measure, &folder, is_release)?;
    print!("{report}");
    write_down("bench", &report)
}

/// `harbour.mp3` of the fixtures over and over, for so many seconds, at so many kbit/s.
fn song(folder: &Path, seconds: u32, format: &str, kbit: u32) -> Result<PathBuf> {
    let path = folder.join(format!("{seconds}s-{kbit}.{format}"));
    if !path.exists() {
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-y", "-stream_loop", "-1", "-i"]);
        ffmpeg.arg(tree::root().join("fixtures/audio/harbour.mp3"));
        ffmpeg
            .args([
                "-t",
                &seconds.to_string(),
                "-vn",
                "-ar",
                "44100",
                "-ac",
                "2",
                "-b:a",
                &format!("{kbit}k"),
            ])
            .arg(&path);
        process::run(&mut ffmpeg)?;
    }
    Ok(path)
}

/// What `measure time` says of a file.
fn figures(measure: &Path, file: &Path, quality: &str, n_runs: u32) -> Result<Value> {
    let mut command = Command::new(measure);
    let text = process::output(command.arg("time").arg(file).args([quality, &n_runs.to_string()]))?;
    serde_json::from_str(&text).context("reading what `measure time` printed")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

/// The processor, as far as the system tells.
fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let n = std::thread::available_parallelism().map_or(1, usize::from);
    model.map_or_else(String::new, |(_, name)| format!("{}, {n} processors.", name.trim()))
}

/// Decoding, each extractor, each stage, and the whole at each quality.
fn stages(measure: &Path, songs: &[PathBuf]) -> Result<String> {
    let balanced: Vec<Value> =
        songs.iter().map(|file| figures(measure, file, "balanced", 3)).collect::<Result<_>>()?;
    let codec = |figures: &Value| figures["codec"].as_str().unwrap_or_default().to_uppercase();
    let head: Vec<String> =
        balanced.iter().map(|figures| format!(" {} | × decoding |", codec(figures))).collect();
    let mut table = format!("| native |{}\n| --- |{}\n", head.concat(), " --- | --- |".repeat(songs.len()));
    let mut row = |name: &str, seconds: &[f64]| {
        let cells: Vec<String> = seconds
            .iter()
            .zip(&balanced)
            .map(|(s, of)| format!(" {:.0} ms | {:.2} |", 1e3 * s, s / number(&of["decoding"])))
            .collect();
        table += &format!("| {name} |{}\n", cells.concat());
    };
    let each = |get: &dyn Fn(&Value) -> f64| balanced.iter().map(get).collect::<Vec<f64>>();
    row("decoding alone", &each(&|figures| number(&figures["decoding"])));
    for (list, skipped) in [("streaming", "decoding"), ("stages", "")] {
        let names =
            balanced[0][list].as_array().into_iter().flatten().filter_map(|part| part["name"].as_str());
        for (idx, name) in names.enumerate().filter(|(_, name)| *name != skipped) {
            let shown = if name == "features" { "decoding and features" } else { name };
            row(shown, &each(&|figures| number(&figures[list][idx]["seconds"])));
        }
    }
    row("**whole**", &each(&|figures| number(&figures["whole"])));
    for quality in ["fast", "thorough"] {
        let others: Vec<f64> = songs
            .iter()
            .map(|file| Ok(number(&figures(measure, file, quality, 3)?["whole"])))
            .collect::<Result<_>>()?;
        row(&format!("whole, `quality={quality}`"), &others);
    }
    let list = |get: &dyn Fn(&Value) -> String| balanced.iter().map(get).collect::<Vec<_>>().join(", ");
    let speeds = list(&|figures| format!("{:.0}×", number(&figures["duration"]) / number(&figures["whole"])));
    let steps = list(&|figures| format!("{:.1} ms", 1e3 * number(&figures["longest_step"])));
    let memory = list(&|figures| {
        format!("{:.0} MB", (number(&figures["peak_memory"]) - 2.0 * number(&figures["bytes"])) / 1e6)
    });
    Ok(format!(
        "{table}\nThe whole in real time: {speeds}. Longest step: {steps}. Peak memory of the process beyond its two copies of the file: {memory}.\n"
    ))
}

/// One and two analyses at a time.
fn batch(measure: &Path, folder: &Path, song: &Path) -> Result<String> {
    let copies: Vec<PathBuf> = (0..8).map(|idx| folder.join(format!("copy{idx}.mp3"))).collect();
    for copy in &copies {
        fs::copy(song, copy)?;
    }
    let mut table = "| eight songs | × real time, peak memory |\n| --- | --- |\n".to_owned();
    for jobs in ["1", "2"] {
        let mut command = Command::new(measure);
        let text =
            process::output(command.arg("predict").arg(folder.join("reports")).arg(jobs).args(&copies))?;
        let figures = text.trim().split_once(", ").map_or(text.trim(), |(_, figures)| figures);
        table += &format!("| `--jobs {jobs}` | {figures} |\n");
    }
    Ok(table)
}

/// What the wasm artefacts weigh.
fn sizes() -> Result<String> {
    let mut table = "| artefact | bytes | gzip | brotli |\n| --- | --- | --- | --- |\n".to_owned();
    let package = wasm::package();
    for (name, path) in [
        ("page's module", package.join("sectionist_browser_bg.wasm")),
        ("module for corrections and exports", package.join("sectionist_desk_bg.wasm")),
        ("component", wasm::component()),
    ] {
        let wasm::Size { plain, gzip, brotli } = wasm::Size::of(&fs::read(&path)?)?;
        table += &format!("| {name} | {plain} | {gzip} | {brotli} |\n");
    }
    Ok(table)
}
