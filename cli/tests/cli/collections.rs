//! Many songs: what is done already, shares, playlists, patterns, templates, tables, watching.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::{folder, run, sectionist, stderr, stdout, wav};

/// Names of the files in a folder, in order.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Six songs in a folder.
fn six() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..6 {
        fs::write(dir.path().join(format!("{i}.wav")), wav(1)).unwrap();
    }
    dir
}

#[test]
fn what_is_done_is_skipped_unless_it_changed() {
    let dir = six();
    let analyze = |more: &[&str]| {
        let output = run(&[&[".", "-o", "out"], more].concat(), dir.path());
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    assert_eq!(analyze(&[]), "6 written to out\n");
    assert!(analyze(&[]).starts_with("0 written to out, 6 were there already (`--force`"));
    let future = SystemTime::now() + Duration::from_secs(60);
    let song = fs::File::options().write(true).open(dir.path().join("0.wav")).unwrap();
    song.set_modified(future).unwrap();
    assert!(analyze(&[]).starts_with("1 written to out, 5 were there already"));
    assert_eq!(analyze(&["--force"]), "6 written to out\n");
    // Another format is not there yet.
    assert_eq!(analyze(&["--format", "midi"]), "6 written to out\n");
    fs::remove_file(dir.path().join("out/3.mid")).unwrap();
    assert!(
        analyze(&["--format", "midi,json"]).starts_with("2 written to out, 4 were"),
        "3.mid, and 0.wav of the future"
    );
}

#[test]
fn shares_of_a_collection_are_divided_and_gone_on_with() {
    let dir = six();
    let reports = || names(&dir.path().join("out"));
    let analyze = |more: &[&str]| {
        let output = run(&[&["analyze", ".", "-o", "out"], more].concat(), dir.path());
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    analyze(&["--shard", "1/2"]);
    let first = reports();
    assert!(!first.is_empty() && first.len() < 6, "{first:?}");
    analyze(&["--shard", "2/2"]);
    let all: Vec<String> = (0..6).map(|i| format!("{i}.json")).collect();
    assert_eq!(reports(), all);
    let n_first = first.len();
    assert!(
        analyze(&["--shard", "1/2"]).contains(&format!("0 written to out, {n_first} were there already"))
    );
    fs::remove_file(dir.path().join("out").join(&first[0])).unwrap();
    assert!(analyze(&["--shard", "1/2"]).starts_with("1 written"));
    assert!(analyze(&["--shard", "1/2", "--force"]).starts_with(&format!("{n_first} written to out\n")));

    for (args, words) in [(&["--shard", "3/2", "-o", "out"][..], "N/M"), (&["--shard", "1/2"], "--output")] {
        let output = run(&[&["analyze", "."], args].concat(), dir.path());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(words), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn files_that_are_left_out_are_told() {
    let dir = folder();
    fs::write(dir.path().join("album/cover.jpg"), "").unwrap();
    let output = run(&["."], dir.path());
    assert!(output.status.success());
    assert_eq!(stderr(&output), "left out: 2 files of kinds that are not decoded (1 .jpg, 1 .txt)\n");
    assert_eq!(stderr(&run(&[".", "--quiet"], dir.path())), "");
}

#[test]
fn playlists_and_patterns_are_inputs() {
    let dir = folder();
    fs::write(dir.path().join("list.m3u"), "#EXTM3U\nalbum/song.wav\nsong.wav\ngone.wav\n").unwrap();
    let output = run(&["list.m3u", "-o", "out"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("gone.wav: there is no such file"), "{}", stderr(&output));
    assert_eq!(names(&dir.path().join("out")), ["song.wav-2.json", "song.wav.json"]);
    let report: Value =
        serde_json::from_slice(&fs::read(dir.path().join("out/song.wav.json")).unwrap()).unwrap();
    assert_eq!(report["duration"], 2.0, "the first of the list has the plain name");

    let output = run(&["*/s*.wav"], dir.path());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["duration"], 2.0);
    let output = run(&["*.flac"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no file fits this pattern"), "{}", stderr(&output));
}

#[test]
fn a_table_has_a_line_a_song() {
    let dir = folder();
    let csv = stdout(&run(&[".", "--table", "csv"], dir.path()));
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "name,key,camelot,key_confidence,bpm,bpm_confidence,meter,meter_confidence,length");
    assert!(lines[1].starts_with("album/song.wav,") && lines[1].ends_with(",2.0"), "{csv}");
    assert!(lines[2].starts_with("song.wav,") && lines[2].ends_with(",3.0"), "{csv}");
    let text = stdout(&run(&[".", "--table", "text"], dir.path()));
    assert_eq!(text.lines().count(), 3, "{text}");

    // Beside files, and of what is done already too.
    let args = [".", "--table", "json", "-o", "out", "--format", "json,jams"];
    let first = run(&args, dir.path());
    assert!(stderr(&first).starts_with("2 written to out\n"), "{}", stderr(&first));
    let table: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!((table[0]["length"].as_f64(), table[1]["name"].as_str()), (Some(2.0), Some("song.wav")));
    let again = run(&args, dir.path());
    assert!(stderr(&again).starts_with("0 written to out, 2 were there"), "{}", stderr(&again));
    assert_eq!(again.stdout, first.stdout);

    let both = run(&[".", "--table", "csv", "--format", "jams"], dir.path());
    assert_eq!(both.status.code(), Some(2));
    assert!(stderr(&both).contains("--output"), "{}", stderr(&both));
}

#[test]
fn several_formats_are_written_at_once() {
    let dir = folder();
    let output = run(&["song.wav", "--format", "json,spotify", "--format", "midi", "-o", "out"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(names(&dir.path().join("out")), ["song.json", "song.mid", "song.spotify.json"]);
    let output = run(&["song.wav", "--format", "json,midi"], dir.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("2 formats need a folder"), "{}", stderr(&output));
}

#[test]
fn templates_name_files_by_tags() {
    let dir = tempfile::tempdir().unwrap();
    let mut tagged = wav(1);
    let text = |id: &[u8; 4], text: &str| {
        let mut chunk = id.to_vec();
        chunk.extend((text.len() as u32).to_le_bytes());
        chunk.extend(text.bytes());
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    };
    let info = [b"INFO".to_vec(), text(b"INAM", "A/B: one"), text(b"IART", "..Who?")].concat();
    tagged.extend(b"LIST");
    tagged.extend((info.len() as u32).to_le_bytes());
    tagged.extend(&info);
    let size = (tagged.len() as u32 - 8).to_le_bytes();
    tagged[4..8].copy_from_slice(&size);
    fs::write(dir.path().join("x.wav"), tagged).unwrap();
    fs::write(dir.path().join("plain.wav"), wav(1)).unwrap();

    let template = "out/{artist}/{title}.{ext}";
    let output = run(&["x.wav", "plain.wav", "-o", template, "--format", "json,midi"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(names(&dir.path().join("out")), ["Unknown", "_.Who_"]);
    assert_eq!(names(&dir.path().join("out/_.Who_")), ["A_B_ one.json", "A_B_ one.mid"]);
    assert_eq!(names(&dir.path().join("out/Unknown")), ["plain.json", "plain.mid"]);
    let again = run(&["x.wav", "plain.wav", "-o", template], dir.path());
    assert!(stderr(&again).contains("2 were there already"), "{}", stderr(&again));

    for (template, words) in
        [("{artst}.json", "{artist}"), ("out/{ext}", "{name}"), ("{title}.json", "{ext}")]
    {
        let output = run(&["x.wav", "plain.wav", "-o", template, "--format", "json,midi"], dir.path());
        assert_eq!(output.status.code(), Some(2), "{template}");
        assert!(stderr(&output).contains(words), "{template}: {}", stderr(&output));
    }
}

#[test]
fn what_comes_is_analysed_while_it_is_watched() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.wav"), wav(1)).unwrap();
    let mut child = sectionist()
        .args([".", "-o", "out", "--watch"])
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let came = |name: &str| {
        let path = dir.path().join("out").join(name);
        let start = Instant::now();
        while !path.exists() && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(50));
        }
        path.exists()
    };
    let first = came("a.json");
    fs::write(dir.path().join("b.wav"), wav(1)).unwrap();
    let second = came("b.json");
    let is_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first && second && is_running, "{first} {second} {is_running}");
}
