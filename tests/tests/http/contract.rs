//! The running service against its contract.

use std::path::PathBuf;
use std::process::Command;

use sectionist_tests::service::{Service, fixture, repository};

use super::service;

/// The Python that has schemathesis: made by `cargo xtask test`, or named by SECTIONIST_CONTRACT.
fn python() -> PathBuf {
    std::env::var_os("SECTIONIST_CONTRACT")
        .map_or_else(|| sectionist_tests::target().join("contract/venv/bin/python"), Into::into)
}

#[test]
fn the_contract_is_served() {
    let answer = service().get("/openapi.json");
    assert_eq!((answer.status, answer.header("content-type").as_str()), (200, "application/json"));
    let file = std::fs::read(repository().join("docs/openapi.json")).expect("docs/openapi.json");
    assert!(answer.body == file);
    let head = service().send("HEAD", "/openapi.json", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn formats_are_listed_with_what_they_hold_and_the_limits_in_force() {
    let formats = service().get("/formats").json();
    let midi = formats["output"].as_array().into_iter().flatten().find(|format| format["name"] == "midi");
    let midi = midi.expect("MIDI");
    assert_eq!(
        (midi["extension"].as_str(), midi["content_type"].as_str()),
        (Some("mid"), Some("audio/midi"))
    );
    assert!(midi["holds"].as_str().is_some_and(|words| words.contains("markers")), "{midi}");
    assert_eq!(formats["limits"]["upload_timeout"], 300.0);
}

/// Requests made from the contract, right and wrong ones, and real songs: no 500, no status and no
/// body that the contract does not name.
#[test]
fn the_running_service_keeps_its_contract() {
    let service = Service::start(&[("log_level", "off"), ("max_duration", "30")], |_| {});
    // What schemathesis writes beside itself goes there too.
    let folder = std::env::temp_dir().join(format!("sectionist-contract-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("song.flac"), fixture("postcard.clip.stereo.flac")).expect("a song");
    let python = python();
    let output = Command::new(&python)
        .arg(repository().join("tests/contract/check.py"))
        .arg(format!("http://{}", service.address()))
        .arg("song.flac")
        .current_dir(&folder)
        .output()
        .unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo xtask test --only http` makes it", python.display())
        });
    std::fs::remove_dir_all(folder).expect("the folder goes");
    let printed = String::from_utf8_lossy(&output.stdout);
    print!("{printed}");
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
}
