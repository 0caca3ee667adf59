//! Pictures, tags, and what is installed beside the program.

use std::fs;

use sectionist_core::decode::AudioStream;
use sectionist_core::{FileHint, Limits};

use super::{folder, run, stderr, stdout};

#[test]
fn the_structure_is_drawn() {
    let dir = folder();
    let output = run(&["song.wav", "album", "--plot", "pictures/{folder}{name}.svg", "--quiet"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().count(), 2, "the reports are written all the same");
    let svg = fs::read_to_string(dir.path().join("pictures/albumsong.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains(">album/song.wav<") && svg.contains("0:02"), "{svg}");

    let output = run(&["song.wav", "--plot", "song.png"], dir.path());
    if output.status.success() {
        let png = fs::read(dir.path().join("song.png")).unwrap();
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        let length = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((length(16), length(20)), (3200, 756));
    } else {
        assert!(stderr(&output).contains("needs fonts"), "{}", stderr(&output));
    }

    let several = run(&["song.wav", "album", "--plot", "song.svg"], dir.path());
    assert_eq!(several.status.code(), Some(2));
    assert!(stderr(&several).contains("{name}"), "{}", stderr(&several));
    assert_eq!(run(&["song.wav", "--plot", "song.gif"], dir.path()).status.code(), Some(2));
}

/// The tags and the samples of a file, as the core reads them.
fn heard(bytes: Vec<u8>) -> (std::collections::BTreeMap<String, String>, Vec<Vec<f32>>) {
    let mut stream = AudioStream::open(bytes.into(), &FileHint::default(), &Limits::default()).unwrap();
    let tags = stream.source().tags.clone();
    let (mut samples, mut block) = (vec![Vec::new(); stream.source().channels], Default::default());
    while stream.next_block(&mut block).unwrap() {
        for (all, new) in samples.iter_mut().zip(&block.channels) {
            all.extend(new);
        }
    }
    (tags, samples)
}

#[test]
fn tags_are_written_into_copies_or_in_place() {
    let dir = tempfile::tempdir().unwrap();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/audio");
    let songs = [
        "postcard.mp3",
        "postcard.flac",
        "postcard.aac.m4a",
        "postcard.vorbis.ogg",
        "postcard.aac",
        "postcard.clip.wav",
        "postcard.clip.aiff",
    ];
    for song in songs {
        fs::copy(format!("{fixtures}/{song}"), dir.path().join(song)).unwrap();
    }
    let args = [&songs[..], &["--write-tags=copies", "--table", "csv", "--quality", "fast"]].concat();
    let output = run(&args, dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let table = stdout(&output);
    for (song, line) in songs.iter().zip(table.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        let bpm = format!("{:.0}", cells[4].parse().unwrap_or(0.0));
        let key = cells[1].replace(" major", "").replace(" minor", "m");
        let original = fs::read(dir.path().join(song)).unwrap();
        assert!(original == fs::read(format!("{fixtures}/{song}")).unwrap(), "{song} itself is as it was");
        let (tags, samples) = heard(original);
        let copy = fs::read(dir.path().join("copies").join(song)).unwrap();
        let (new_tags, new_samples) = heard(copy.clone());
        assert!(new_samples == samples, "{song} sounds otherwise");
        for (name, value) in &tags {
            assert_eq!(new_tags.get(name), Some(value), "{song}: {name}");
        }
        // The core knows one of the names that keys have in tags.
        let holds =
            |text: &str| copy.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
        if !cells[4].is_empty() {
            assert_eq!(new_tags.get("bpm"), Some(&bpm), "{song}: {new_tags:?}");
        }
        if !key.is_empty() {
            assert!(
                new_tags.get("initial_key") == Some(&key) || holds(&format!("INITIALKEY={key}")),
                "{song}: {new_tags:?}"
            );
        }
    }

    let output = run(&["postcard.mp3", "--write-tags", "--quality", "fast", "-o", "out"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let written = fs::read(dir.path().join("postcard.mp3")).unwrap();
    assert!(heard(written) == heard(fs::read(dir.path().join("copies/postcard.mp3")).unwrap()));
    let modified = || fs::metadata(dir.path().join("postcard.mp3")).unwrap().modified().unwrap();
    let before = modified();
    // The report is no older than the song, and the same tags are not written twice.
    let again = run(&["postcard.mp3", "--write-tags", "--quality", "fast", "-o", "out"], dir.path());
    assert!(stderr(&again).contains("1 were there already"), "{}", stderr(&again));
    run(&["postcard.mp3", "--write-tags", "--quality", "fast"], dir.path());
    assert_eq!(modified(), before);
}

#[test]
fn what_cannot_be_tagged_is_told_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/audio/postcard.clip.caf");
    fs::copy(fixture, dir.path().join("x.caf")).unwrap();
    let output = run(&["x.caf", "--write-tags", "--quality", "fast"], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("x.caf cannot be written: tags cannot be written"),
        "{}",
        stderr(&output)
    );
    assert!(fs::read(dir.path().join("x.caf")).unwrap() == fs::read(fixture).unwrap());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn completions_and_manual_are_written() {
    let dir = tempfile::tempdir().unwrap();
    for (shell, words) in
        [("bash", "complete "), ("zsh", "#compdef sectionist"), ("fish", "complete -c sectionist")]
    {
        let text = stdout(&run(&["completions", shell], dir.path()));
        assert!(text.contains(words) && text.contains("write-tags"), "{shell}");
    }
    let output = run(&["man", "man1"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let page = fs::read_to_string(dir.path().join("man1/sectionist.1")).unwrap();
    assert!(
        page.contains(".TH sectionist 1") && page.contains("Exit codes") && page.contains("write\\-tags"),
        "{page}"
    );
    assert!(dir.path().join("man1/sectionist-compare.1").is_file());
    assert_eq!(stdout(&run(&["man"], dir.path())), page);
}
