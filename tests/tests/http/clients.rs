//! The clients of docs/API.md, run as they stand there.

use std::process::Command;

use sectionist_tests::service::{Service, fixture, repository};

/// The code blocks of the section "Clients": language and text.
fn blocks() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(repository().join("docs/API.md")).expect("docs/API.md");
    let section =
        text.split("\n## Clients\n").nth(1).expect("a section").split("\n## ").next().expect("text");
    let fences: Vec<&str> = section.split("```").collect();
    fences
        .chunks(2)
        .filter_map(|pair| {
            let (language, code) = pair.get(1)?.split_once('\n')?;
            Some((language.to_owned(), code.to_owned()))
        })
        .collect()
}

/// Whether `program` is there. Where `CI` is set, it has to be.
fn found(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "{program} is missing");
    if !there {
        eprintln!("{program} is missing, so its client was not run");
    }
    there
}

#[test]
fn clients_work_as_they_are_documented() {
    let service = Service::start(&[("log_level", "error")], |_| {});
    let folder = std::env::temp_dir().join(format!("sectionist-clients-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let song = fixture("postcard.mp3");
    std::fs::write(folder.join("song.mp3"), &song).expect("a song");
    let report = service.post("/analyze", &song).json();
    let key = report["key"].as_str().expect("a key");
    let sections: Vec<&str> = report["sections"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|section| section["name"].as_str())
        .collect();
    assert!(!sections.is_empty());

    let blocks = blocks();
    let languages: Vec<&str> = blocks.iter().map(|(language, _)| language.as_str()).collect();
    assert_eq!(languages, ["sh", "python", "js"]);
    for (language, code) in &blocks {
        assert!(code.lines().count() <= 14, "{language}: a client of some ten lines");
        let (program, needed, file) = match language.as_str() {
            "sh" => ("sh", "curl", "client.sh"),
            "python" => ("python3", "python3", "client.py"),
            _ => ("node", "node", "client.mjs"),
        };
        if !found(needed) {
            continue;
        }
        let code = code.replace("127.0.0.1:3000", &service.address().to_string());
        std::fs::write(folder.join(file), code).expect("a file");
        let output = Command::new(program).arg(file).current_dir(&folder).output().expect("it starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{language}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(printed.contains(key), "{language}: {printed}");
        assert!(sections.iter().all(|name| printed.contains(name)), "{language}: {printed}");
    }
    std::fs::remove_dir_all(folder).expect("the folder goes");
}
