//! The browser module gives the report that the native library gives, for every format.
//! It runs in Node, whose engine is Chromium's; `browser.rs` drives the page itself.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use sectionist_core::{AnalysisParams, FileHint, analyze};
use sectionist_tests::parity::differences;
use sectionist_tests::root;
use serde_json::Value;

#[test]
fn every_fixture_gives_the_native_report() {
    let package = root().join("web-demo/pkg");
    assert!(
        package.join("sectionist_browser_bg.wasm").exists(),
        "the browser module is not built; build it with `cargo xtask wasm --browser`"
    );
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    if node.is_err() && std::env::var_os("CI").is_none() {
        eprintln!("node is missing; get it with: apt-get install nodejs");
        return;
    }
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("fixtures/audio")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 20);

    let start = Instant::now();
    let output = Command::new("node")
        .arg(root().join("tests/analyse_in_node.mjs"))
        .arg(&package)
        .args(&files)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "node: {}", output.status);
    let in_browser = start.elapsed();
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), files.len());

    let start = Instant::now();
    let mut found = Vec::new();
    for (file, answer) in files.iter().zip(&answers) {
        let name = file.file_name().unwrap().to_string_lossy();
        match analyze(fs::read(file).unwrap(), &FileHint::from_name(&*name), &AnalysisParams::default()) {
            Ok(report) => {
                let native = serde_json::to_value(&report).unwrap();
                found.extend(differences(&native, answer).into_iter().map(|d| format!("{name}: {d}")));
            }
            Err(error) => {
                assert_eq!(answer["code"], error.code(), "{name}");
                assert_eq!(answer["error"], error.to_string(), "{name}");
            }
        }
    }
    println!("browser module {in_browser:.2?}, native {:.2?}", start.elapsed());
    assert!(found.is_empty(), "native ≠ browser:\n{}", found.join("\n"));
}
