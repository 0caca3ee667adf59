//! Reports that were made before, entity tags, compressed answers.

use std::time::Duration;

use sectionist_core::params::Format;
use sectionist_tests::service::{Answer, FORM, Service, clicks, fixture, form};
use serde_json::Value;

use super::{service, song};

/// A host that keeps reports.
fn keeping(variables: &[(&str, &str)]) -> Service {
    Service::start(&[variables, &[("log_level", "error")]].concat(), |_| {})
}

fn hit(answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{}", answer.text());
    match answer.header("x-cache").as_str() {
        "hit" => true,
        "miss" => false,
        other => panic!("x-cache: {other}"),
    }
}

#[test]
fn a_repeated_upload_is_answered_without_an_analysis() {
    let service = keeping(&[]);
    let song = song();
    let first = service.post("/analyze", &song);
    assert!(!hit(&first));
    assert!(first.header("cache-control").starts_with("private, max-age=86400"));
    let mut fastest = f64::INFINITY;
    for _ in 0..30 {
        let again = service.post("/analyze", &song);
        assert!(hit(&again));
        assert_eq!(again.json(), first.json());
        assert_eq!(again.header("etag"), first.header("etag"));
        fastest = fastest.min(timing(&again, "total") - timing(&again, "upload"));
    }
    println!("a hit takes {fastest:.1} ms besides the upload");
    assert!(fastest < 5.0, "{fastest} ms");
    assert!(!hit(&service.post("/analyze?quality=fast", &song)), "another analysis");
    assert!(hit(&service.post("/analyze?quality=balanced", &song)), "the default by its name");
}

/// A measurement of `Server-Timing` in milliseconds.
fn timing(answer: &Answer, name: &str) -> f64 {
    let header = answer.header("server-timing");
    let entry = header.split(", ").find_map(|entry| entry.strip_prefix(name)?.strip_prefix(";dur="));
    entry.and_then(|time| time.parse().ok()).unwrap_or_else(|| panic!("{name} in {header}"))
}

#[test]
fn every_format_comes_from_the_one_report() {
    let keeping = keeping(&[]);
    let song = fixture("postcard.mp3");
    assert!(!hit(&keeping.post("/analyze?include=key", &song)));
    for format in Format::ALL {
        for include in ["all", "sections,chords", "beats"] {
            let path = format!("/analyze?format={format}&include={include}");
            let kept = keeping.post(&path, &song);
            assert!(hit(&kept), "{path}");
            let made = service().post(&path, &song);
            assert_eq!(made.status, 200);
            assert!(kept.body == made.body, "{path}: {} is not {}", kept.text(), made.text());
        }
    }
}

#[test]
fn corrections_are_applied_to_what_was_found_and_not_kept() {
    let service = keeping(&[]);
    let song = fixture("postcard.mp3");
    let post = |path: &str, corrections: &str| {
        let head = "name=\"corrections\"; filename=\"c.json\"\r\nContent-Type: application/json";
        let parts = [("name=\"audio\"; filename=\"a.mp3\"", &song[..]), (head, corrections.as_bytes())];
        service.send("POST", path, &[FORM], &form(&parts))
    };
    let halved = r#"{"version":1,"edits":[{"edit":"halve_tempo"},{"edit":"set_key","key":"D minor"}]}"#;
    let found = service.post("/analyze", &song);
    let corrected = post("/analyze", halved);
    assert!(hit(&corrected));
    let tempo = |answer: &Answer| answer.json()["tempo"].as_f64().expect("a tempo");
    assert!((tempo(&corrected) - 0.5 * tempo(&found)).abs() < 0.02, "{}", tempo(&corrected));
    assert_eq!(corrected.json()["key"], "D minor");
    assert_ne!(corrected.header("etag"), found.header("etag"));
    assert!(post("/analyze?format=chordpro", halved).text().contains("{key: Dm}"));
    assert_eq!(service.post("/analyze", &song).json(), found.json(), "what was found stays");
    for wrong in ["", "{}", r#"{"version":2,"edits":[]}"#, r#"{"version":1,"edits":[{"edit":"dance"}]}"#] {
        let answer = post("/analyze", wrong);
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (400, Some("invalid_parameter")),
            "{wrong}"
        );
        assert_eq!(answer.json()["details"]["parameter"], "corrections");
    }
}

#[test]
fn what_depends_on_the_request_is_not_kept() {
    let service = keeping(&[]);
    let song = song();
    let post = |name: &str| {
        let part = format!("name=\"audio\"; filename=\"{name}\"");
        service.send("POST", "/analyze", &[FORM], &form(&[(&part, &song)]))
    };
    let codes = |answer: &Answer| {
        let warnings = answer.json()["warnings"].clone();
        warnings.as_array().into_iter().flatten().map(|w| w["code"].clone()).collect::<Vec<Value>>()
    };
    let first = post("one.mp3");
    assert!(!hit(&first) && codes(&first).contains(&"wrong_extension".into()), "{}", first.text());
    let second = post("two.flac");
    assert!(hit(&second) && !codes(&second).contains(&"wrong_extension".into()), "{}", second.text());
    assert_eq!(
        (&first.json()["source"]["name"], &second.json()["source"]["name"]),
        (&"one.mp3".into(), &"two.flac".into())
    );
    let third = post("three.mp3");
    assert!(hit(&third));
    assert_eq!(codes(&third), codes(&first));
    assert_ne!(first.header("etag"), third.header("etag"));
}

#[test]
fn who_has_the_answer_is_told_so() {
    let service = keeping(&[]);
    let song = song();
    let tag = service.post("/analyze", &song).header("etag");
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = |path: &str, tag: &str| service.send("POST", path, &[("if-none-match", tag)], &song);
    let answer = again("/analyze", &tag);
    assert_eq!((answer.status, answer.body.len()), (304, 0));
    assert_eq!(again("/analyze", &format!("\"x\", {tag}")).status, 304);
    assert_eq!(again("/analyze", "\"x\"").status, 200);
    assert_eq!(again("/analyze?format=midi", &tag).status, 200, "another answer");
    for path in ["/formats", "/openapi.json"] {
        let tag = service.get(path).header("etag");
        let answer = service.send("GET", path, &[("if-none-match", &tag)], b"");
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{path}");
    }
}

#[test]
fn reports_grow_old_and_make_room() {
    let service = keeping(&[("cache_ttl", "2")]);
    let song = song();
    assert!(!hit(&service.post("/analyze?quality=fast", &song)));
    assert!(hit(&service.post("/analyze?quality=fast", &song)));
    std::thread::sleep(Duration::from_millis(3100));
    assert!(!hit(&service.post("/analyze?quality=fast", &song)), "too old");

    let service = keeping(&[("cache_entries", "1")]);
    let other = clicks(12);
    assert!(!hit(&service.post("/analyze?quality=fast", &song)));
    let answer = service.post("/analyze?quality=fast", &other);
    assert!(!hit(&answer), "another one's place is not taken for its own");
    assert_eq!(answer.json()["duration"], 12.0);
    assert!(hit(&service.post("/analyze?quality=fast", &other)));
    assert!(!hit(&service.post("/analyze?quality=fast", &song)), "it made room");

    let answer = super::service().post("/analyze?quality=fast", &song);
    assert_eq!((answer.status, answer.header("x-cache").as_str()), (200, ""), "no cache, nothing told of it");
}

#[test]
fn events_of_a_report_that_is_there_are_one() {
    let service = keeping(&[]);
    let song = song();
    let report = service.post("/analyze", &song).json();
    let answer = service.send("POST", "/analyze", &[("accept", "text/event-stream")], &song);
    assert!(hit(&answer));
    let text = answer.text();
    let data = text.trim_end().strip_prefix("event: report\ndata: ").expect("one event");
    assert_eq!(serde_json::from_str::<Value>(data).expect("JSON"), report);
}

#[test]
fn answers_are_compressed_where_that_is_taken() {
    let song = fixture("postcard.mp3");
    for path in ["/analyze", "/analyze?format=csv"] {
        let plain = service().post(path, &song);
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        let packed = service().send("POST", path, &[("accept-encoding", "br, gzip")], &song);
        assert_eq!((packed.status, packed.header("content-encoding").as_str()), (200, "gzip"), "{path}");
        assert!(packed.header("vary").contains("accept-encoding"));
        assert!(packed.body.len() * 2 < plain.body.len(), "{} of {}", packed.body.len(), plain.body.len());
        let mut unpacked = Vec::new();
        let mut gunzip = sectionist_api::encoding::Gunzip::default();
        let mut take = |part: &[u8]| {
            unpacked.extend_from_slice(part);
            Ok(())
        };
        gunzip.push(&packed.body, |how| how, &mut take).expect("gzip");
        gunzip.finish(|how| how, &mut take).expect("all of it");
        assert!(unpacked == plain.body, "{path}");
    }
}
