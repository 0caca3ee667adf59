//! The component gives the report that the native library gives, for every format.

use std::time::Instant;

use sectionist_core::{AnalysisParams, FileHint, analyze};
use sectionist_tests::parity::differences;
use sectionist_tests::service::{FORM, Service, fixture, form, repository};

#[test]
fn every_fixture_gives_the_native_report() {
    let service = Service::start(&[("log_level", "error")], |_| {});
    let folder = repository().join("fixtures/audio");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("fixtures/audio")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");

    let mut found = Vec::new();
    for name in &names {
        let bytes = fixture(name);
        let start = Instant::now();
        let native = analyze(bytes.clone(), &FileHint::from_name(name.as_str()), &AnalysisParams::default());
        let native_time = start.elapsed();
        let start = Instant::now();
        let body = form(&[(&format!("name=\"audio\"; filename=\"{name}\""), &bytes)]);
        let answer = service.send("POST", "/analyze", &[FORM], &body);
        println!("{name}: native {native_time:.2?}, component {:.2?}", start.elapsed());
        match native {
            Ok(report) => {
                assert_eq!(answer.status, 200, "{name}: {}", answer.text());
                let native = serde_json::to_value(&report).expect("a report is JSON");
                found
                    .extend(differences(&native, &answer.json()).into_iter().map(|d| format!("{name}: {d}")));
            }
            Err(error) => {
                assert_eq!(answer.error(400), error.code(), "{name}");
                assert_eq!(answer.json()["error"], error.to_string(), "{name}");
            }
        }
    }
    assert!(found.is_empty(), "native ≠ component:\n{}", found.join("\n"));
}
