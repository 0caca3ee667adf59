//! `sectionist compare`.

use std::fs;

use serde_json::Value;

use super::{folder, run, stderr, stdout};

#[test]
fn a_report_is_scored_by_annotations() {
    let dir = folder();
    run(&["song.wav", "--format", "json,jams,lab", "-o", "out"], dir.path());
    let same = run(&["compare", "out/song.json", "out/song.jams"], dir.path());
    assert!(same.status.success(), "{}", stderr(&same));
    let scores: Value = serde_json::from_slice(&same.stdout).unwrap();
    assert_eq!(scores["sections"]["F-measure@0.5"], 1.0);

    fs::write(dir.path().join("truth.lab"), "0 1.5 intro\n1.5 3 verse\n").unwrap();
    let text = stdout(&run(&["compare", "truth.lab", "out/song.json", "--format", "text"], dir.path()));
    assert!(text.starts_with("sections\n") && text.contains("  Recall@0.5 "), "{text}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let dir = folder();
    fs::write(dir.path().join("a.lab"), "0 1 verse\n").unwrap();
    fs::write(dir.path().join("b.lab"), "0.5\n1.0\n").unwrap();
    for (truth, estimate, words) in [
        ("a.lab", "b.lab", "nothing in common: sections, and beats"),
        ("a.lab", "gone.lab", "gone.lab: there is no such file"),
        ("notes.txt", "a.lab", "notes.txt: line 1"),
        ("song.wav", "a.lab", "song.wav: this is no text"),
    ] {
        let output = run(&["compare", truth, estimate], dir.path());
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
    assert_eq!(run(&["compare", "a.lab", "b.lab", "--kind", "lyrics"], dir.path()).status.code(), Some(2));
}
