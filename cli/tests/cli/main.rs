//! The program as its users call it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod collections;
mod compare;
mod extras;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn sectionist() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sectionist"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("COLUMNS", "80");
    command
}

fn run(args: &[&str], dir: &Path) -> Output {
    sectionist().args(args).current_dir(dir).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with two songs, one of them deeper, and a file that is no audio.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("album")).unwrap();
    fs::write(dir.path().join("song.wav"), wav(3)).unwrap();
    fs::write(dir.path().join("album/song.wav"), wav(2)).unwrap();
    fs::write(dir.path().join("notes.txt"), "not audio at all, only words").unwrap();
    dir
}

/// 16-bit mono PCM: a tone of A4 that is struck twice a second.
fn wav(seconds: u32) -> Vec<u8> {
    const RATE: u32 = 8_000;
    let n_bytes = seconds * RATE * 2;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + n_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1u16, 1].map(u16::to_le_bytes).concat());
    bytes.extend([RATE, RATE * 2].map(u32::to_le_bytes).concat());
    bytes.extend([2u16, 16].map(u16::to_le_bytes).concat());
    bytes.extend(b"data");
    bytes.extend(n_bytes.to_le_bytes());
    for i in 0..seconds * RATE {
        let time = f64::from(i) / f64::from(RATE);
        let decay = (-6.0 * (time % 0.5)).exp();
        let sample = (time * 440.0 * std::f64::consts::TAU).sin() * decay * 20_000.0;
        bytes.extend((sample as i16).to_le_bytes());
    }
    bytes
}

#[test]
fn a_pipe_gets_the_report_as_one_line_of_json() {
    let dir = folder();
    let output = run(&["analyze", "song.wav"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    assert_eq!(stdout(&output).lines().count(), 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["source"]["name"], "song.wav");
    assert_eq!(report["duration"], 3.0);
    for name in ["sections", "key", "tempo", "chords"] {
        assert!(report.get(name).is_some(), "{name}");
    }
}

#[test]
fn text_is_for_people_and_without_colour_in_a_pipe() {
    let dir = folder();
    let plain = stdout(&run(&["analyze", "song.wav", "--format", "text"], dir.path()));
    assert!(plain.starts_with("song.wav\n") && plain.contains("0:03"), "{plain}");
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let args = ["analyze", "song.wav", "--format", "text", "--color", "always"];
    let coloured = stdout(&run(&args, dir.path()));
    assert!(coloured.contains("\u{1b}[1m"), "{coloured:?}");
}

#[test]
fn several_files_are_lines_in_order_whatever_the_jobs() {
    let dir = folder();
    let sequence = |jobs: &str| -> Vec<f64> {
        let output = run(&["analyze", "song.wav", "album", "song.wav", "--jobs", jobs], dir.path());
        assert!(output.status.success(), "{}", stderr(&output));
        let report = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        stdout(&output).lines().map(|line| report(line)["duration"].as_f64().unwrap()).collect()
    };
    assert_eq!(sequence("1"), [3.0, 2.0], "a file named twice is analysed once");
    assert_eq!(sequence("8"), [3.0, 2.0]);
}

#[test]
fn a_file_that_fails_does_not_stop_the_others() {
    let dir = folder();
    let output = run(&["analyze", "notes.txt", "missing.mp3", "song.wav"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output).lines().count(), 1);
    let messages = stderr(&output);
    assert!(messages.contains("error: notes.txt: "), "{messages}");
    assert!(messages.contains("error: missing.mp3: there is no such file"), "{messages}");
}

#[test]
fn folders_are_searched_and_keep_their_structure() {
    let dir = folder();
    let output = run(&["analyze", ".", "-o", "out"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("2 written to out"), "{}", stderr(&output));
    for (name, duration) in [("out/song.json", 3.0), ("out/album/song.json", 2.0)] {
        let report: Value = serde_json::from_slice(&fs::read(dir.path().join(name)).unwrap()).unwrap();
        assert_eq!(report["duration"], duration, "{name}");
    }
    let left: Vec<PathBuf> =
        fs::read_dir(dir.path().join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 2, "nothing else is left behind: {left:?}");
}

#[test]
fn inputs_of_one_name_do_not_overwrite_each_other() {
    let dir = folder();
    let output = run(&["analyze", "song.wav", "album/song.wav", "-o", "out", "--quiet"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let mut durations: Vec<f64> = fs::read_dir(dir.path().join("out"))
        .unwrap()
        .map(|entry| serde_json::from_slice::<Value>(&fs::read(entry.unwrap().path()).unwrap()).unwrap())
        .map(|report| report["duration"].as_f64().unwrap())
        .collect();
    durations.sort_by(f64::total_cmp);
    assert_eq!(durations, [2.0, 3.0]);
}

#[test]
fn every_format_can_be_written() {
    let dir = folder();
    let formats = [
        ("json", "json"),
        ("jams", "jams"),
        ("lab", "sections.lab"),
        ("lab", "beats.lab"),
        ("audacity", "sections.txt"),
        ("audacity", "chords.txt"),
        ("sonic-visualiser", "beats.svl"),
        ("sonic-visualiser", "session.xml"),
        ("csv", "csv"),
        ("midi", "mid"),
        ("chordpro", "cho"),
        ("chordpro-grid", "grid.cho"),
        ("rekordbox", "rekordbox.xml"),
        ("traktor", "nml"),
        ("reaper", "regions.csv"),
        ("musicxml", "musicxml"),
        ("ireal", "html"),
        ("spotify", "spotify.json"),
        ("text", "txt"),
    ];
    for (format, extension) in formats {
        let output = run(&["analyze", "song.wav", "--format", format, "-o", format], dir.path());
        assert!(output.status.success(), "{format}: {}", stderr(&output));
        assert!(dir.path().join(format).join("song").with_extension(extension).is_file(), "{format}");
    }
    let text = fs::read_to_string(dir.path().join("text/song.txt")).unwrap();
    assert!(text.starts_with("song.wav\n") && !text.contains('\u{1b}'), "{text:?}");
    let midi = fs::read(dir.path().join("midi/song.mid")).unwrap();
    assert!(midi.starts_with(b"MThd"));
    let collection = fs::read_to_string(dir.path().join("rekordbox/song.rekordbox.xml")).unwrap();
    assert!(collection.contains("Location=\"file://localhost/"), "{collection}");
    let piped = run(&["analyze", "song.wav", "--format", "midi"], dir.path());
    assert_eq!(piped.stdout, midi, "a pipe gets the same bytes");
}

#[test]
fn wav_files_get_cue_points() {
    let dir = folder();
    let output = run(&["cue", "song.wav"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let (plain, cued) =
        (fs::read(dir.path().join("song.wav")).unwrap(), fs::read(dir.path().join("song.cued.wav")).unwrap());
    assert_eq!(cued[12..plain.len()], plain[12..], "the sound stays");
    assert_eq!(&cued[plain.len()..plain.len() + 4], b"cue ");
    assert_eq!(run(&["cue", "song.wav", "-o", "song.wav"], dir.path()).status.code(), Some(2));
    assert_eq!(run(&["cue", "nowhere.wav"], dir.path()).status.code(), Some(1));
}

#[test]
fn standard_input_is_a_file_too() {
    let mut child = sectionist()
        .args(["analyze", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&wav(2)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["duration"], &report["source"]["name"]), (&Value::from(2.0), &Value::Null));
}

#[test]
fn parameters_are_flags() {
    let dir = folder();
    let output =
        run(&["analyze", "song.wav", "--include", "sections,waveform", "--quality", "fast"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report.get("waveform").is_some() && report.get("chords").is_none());
}

#[test]
fn corrections_are_applied_to_the_one_song() {
    let dir = folder();
    let made = r#"{"version":1,"edits":[{"edit":"add_boundary","at":1.0},{"edit":"set_section","at":0.5,"name":"Hook"}]}"#;
    fs::write(dir.path().join("made.json"), made).unwrap();
    let output = run(&["analyze", "song.wav", "--corrections", "made.json"], dir.path());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["sections"][0]["name"], "Hook");
    assert_eq!(report["sections"][1]["start"], 1.0);

    let several = run(&["analyze", "song.wav", "album/song.wav", "--corrections", "made.json"], dir.path());
    assert_eq!(several.status.code(), Some(2));
    assert!(stderr(&several).contains("one song"), "{}", stderr(&several));
    let wrong = run(&["analyze", "song.wav", "--corrections", "notes.txt"], dir.path());
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("notes.txt"), "{}", stderr(&wrong));
}

#[test]
fn a_wrong_command_line_says_what_is_allowed() {
    let dir = folder();
    for (args, words) in [
        (&["analyze", "song.wav", "--quality", "best"][..], "fast, balanced, thorough"),
        (&["analyze", "song.wav", "--format", "pdf"], "jams"),
        (&["analyze", "song.wav", "--tempo-min", "200", "--tempo-max", "220"], "1.5 times"),
        (&["analyze", "song.wav", "--qualty", "fast"], "--quality"),
        (&["analyze", "song.wav", "--jobs", "0"], "--jobs"),
        (&["analyze"], "FILE"),
        (&["analyze", "song.wav", "album/song.wav", "--format", "lab"], "--output"),
    ] {
        let output = run(args, dir.path());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(words), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn large_and_long_files_are_refused_by_name_and_limit() {
    let dir = folder();
    let output = run(&["analyze", "song.wav", "--max-file-size", "10kB"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("song.wav: ") && stderr(&output).contains("--max-file-size"));
    let output = run(&["analyze", "song.wav", "--max-duration", "1"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--max-duration"), "{}", stderr(&output));
}

#[test]
fn a_folder_without_audio_fails() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(&["analyze", "."], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no audio files"), "{}", stderr(&output));
}

#[test]
fn an_output_folder_that_is_a_file_fails_by_name() {
    let dir = folder();
    let output = run(&["analyze", "song.wav", "-o", "notes.txt"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot be written"), "{}", stderr(&output));
    assert_eq!(fs::read(dir.path().join("notes.txt")).unwrap(), b"not audio at all, only words");
}

#[test]
fn formats_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let list: Value = serde_json::from_slice(&run(&["formats"], dir.path()).stdout).unwrap();
    assert!(list["containers"].as_array().unwrap().iter().any(|container| container["name"] == "flac"));
    let text = stdout(&run(&["formats", "--format", "text"], dir.path()));
    assert!(text.contains("MP3") && text.contains(".mp3") && text.contains("Opus"), "{text}");
}

#[cfg(feature = "serve")]
#[test]
fn a_server_that_is_not_there_is_not_healthy() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(&["health", "127.0.0.1:9"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("127.0.0.1:9"), "{}", stderr(&output));
}
