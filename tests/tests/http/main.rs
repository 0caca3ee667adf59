//! The service over HTTP, on the local host: answers, every error, limits, many at once.

mod cache;
mod clients;
mod contract;
mod limits;
mod load;
mod uploads;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sectionist_tests::service::{FORM, Service, clicks, fixture, form};
use serde_json::Value;

/// A host with the defaults of `spin.toml` but the cache, shared by tests.
fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| Service::start(&[("log_level", "error"), ("cache_ttl", "0")], |_| {}))
}

/// A short song.
fn song() -> Vec<u8> {
    fixture("postcard.clip.stereo.flac")
}

#[test]
fn raw_bytes_and_forms_give_the_same_report() {
    let song = song();
    let raw = service().post("/analyze?quality=fast", &song);
    assert_eq!((raw.status, raw.header("content-type").as_str()), (200, "application/json"));
    let report = raw.json();
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["source"]["codec"], "flac");
    assert_eq!(report["source"]["name"], Value::Null);
    for name in ["features", "rhythm", "harmony", "structure", "upload", "total"] {
        assert!(
            raw.header("server-timing").contains(&format!("{name};dur=")),
            "{}",
            raw.header("server-timing")
        );
    }

    for part in
        ["name=\"audio\"; filename=\"a.flac\"", "name=\"whatever\"; filename=\"a.flac\"", "name=\"file\""]
    {
        let body = form(&[("name=\"quality\"", b"fast"), (part, &song)]);
        let answer = service().send("POST", "/analyze", &[FORM], &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let mut answer = answer.json();
        let name = if part.contains("filename") { Value::from("a.flac") } else { Value::Null };
        assert_eq!(answer["source"]["name"], name);
        answer["source"]["name"] = Value::Null;
        assert_eq!(answer, report, "{part}");
    }

    let body = form(&[("name=\"a\"; filename=\"a.flac\"", &song), ("name=\"include\"", b"key")]);
    let answer = service().send("POST", "/analyze?include=tempo", &[FORM], &body).json();
    assert!(answer.get("key").is_some() && answer.get("tempo").is_none(), "fields override the query");
}

#[test]
fn other_formats_come_as_files() {
    let named = [("content-disposition", "attachment; filename=\"../My <song>.flac\"")];
    let song = song();
    for (format, kind, start) in [
        ("lab", "application/zip", "PK"),
        ("lab&include=chords", "text/plain", ""),
        ("midi", "audio/midi", "MThd"),
        ("jams", "application/json", "{"),
    ] {
        let path = format!("/analyze?quality=fast&format={format}");
        let answer = service().send("POST", &path, &named, &song);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.header("content-type").starts_with(kind), "{}", answer.header("content-type"));
        assert!(answer.text().starts_with(start), "{format}");
        let disposition = answer.header("content-disposition");
        assert!(disposition.starts_with("attachment; filename=\"My _song_."), "{disposition}");
        assert!(disposition.contains("filename*=UTF-8''My%20%3Csong%3E."), "{disposition}");
    }
}

#[test]
fn health_and_formats_answer() {
    let health = service().get("/health");
    assert_eq!((health.status, health.json()["status"].as_str()), (200, Some("healthy")));
    assert_eq!(health.json()["version"], sectionist_core::ANALYSIS_VERSION);
    assert_eq!(service().send("HEAD", "/health", &[], b"").status, 200);
    let formats = service().get("/formats").json();
    let containers = formats["input"]["containers"].as_array().expect("containers");
    assert!(containers.iter().any(|container| container["name"] == "mp3"), "{formats}");
    assert!(formats["output"].as_array().is_some_and(|outputs| outputs.len() > 5));
    assert_eq!(formats["limits"]["max_file_size"], 100 << 20);
}

#[test]
fn every_error_has_its_code() {
    let service = service();
    let song = song();
    let noise: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_eq!(service.post("/analyze", &noise).error(400), "unsupported_format");
    let opus = service.post("/analyze", &fixture("postcard.clip.opus"));
    assert_eq!(opus.error(400), "unsupported_format");
    assert_eq!(opus.json()["details"]["codec"], "opus");
    assert_eq!(service.post("/analyze", &song[..100]).error(400), "malformed");
    assert_eq!(service.post("/analyze", b"").error(400), "empty_file");

    for query in ["quality=best", "sensitivity=2", "qualty=fast", "tempo_min=200&tempo_max=210"] {
        let answer = service.post(&format!("/analyze?{query}"), &song);
        assert_eq!(answer.error(400), "invalid_parameter", "{query}");
    }
    let answer = service.post("/analyze?quality=best", &song).json();
    assert_eq!(answer["details"]["parameter"], "quality");
    assert_eq!(answer["details"]["allowed"][0], "fast");

    let file: (&str, &[u8]) = ("name=\"a\"; filename=\"a\"", &song);
    let post = |parts: &[(&str, &[u8])]| service.send("POST", "/analyze", &[FORM], &form(parts));
    assert_eq!(post(&[("name=\"quality\"", b"fast")]).error(400), "missing_file");
    assert_eq!(post(&[file, file]).error(400), "several_files");
    assert_eq!(post(&[file, ("name=\"style\"", b"polka")]).error(400), "invalid_parameter");
    assert_eq!(post(&[file, ("name=\"style\"", &[b'x'; 2000])]).error(400), "bad_form");
    let cut = &form(&[file])[..200];
    assert_eq!(service.send("POST", "/analyze", &[FORM], cut).error(400), "incomplete_upload");
    let unbounded = [("content-type", "multipart/form-data")];
    assert_eq!(service.send("POST", "/analyze", &unbounded, cut).error(400), "bad_form");

    assert_eq!(service.get("/nothing").error(404), "not_found");
    assert_eq!(service.get("/analyze").error(405), "method_not_allowed");
    assert_eq!(service.get("/analyze").header("allow"), "POST");
    assert_eq!(service.post("/health", b"").error(405), "method_not_allowed");
    assert_eq!(service.post("/index.html", b"").error(405), "method_not_allowed");
    let events = [("accept", "text/event-stream")];
    assert_eq!(service.send("POST", "/analyze?format=midi", &events, &song).error(400), "invalid_parameter");
}

#[test]
fn limits_are_variables() {
    let service = Service::start(
        &[
            ("max_file_size", "200KiB"),
            ("max_duration", "20"),
            ("analysis_timeout", "0.001"),
            ("log_level", "error"),
        ],
        |_| {},
    );
    let answer = service.post("/analyze", &clicks(15));
    assert_eq!(answer.error(413), "file_too_large");
    assert_eq!(answer.json()["details"]["max"], 200 << 10);
    assert_eq!(answer.json()["details"]["actual"], clicks(15).len());
    let answer = service.send("POST", "/analyze", &[FORM], &form(&[("name=\"file\"", &clicks(20))]));
    assert_eq!(answer.error(413), "file_too_large");
    assert_eq!(service.post("/analyze", &clicks(12)).error(504), "timeout");
    assert_eq!(service.get("/formats").json()["limits"]["max_file_size"], 200 << 10);

    // A declared length is refused before any of it is sent; an undeclared one when it is crossed.
    let head = "POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\n";
    assert!(service.exchange(head.as_bytes()).starts_with("HTTP/1.1 413"));
    let mut chunked = b"POST /analyze HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..30 {
        chunked.extend_from_slice(b"2000\r\n");
        chunked.extend_from_slice(&[7; 0x2000]);
        chunked.extend_from_slice(b"\r\n");
    }
    assert!(service.exchange(&chunked).starts_with("HTTP/1.1 413"), "no end of the body was sent");

    let service = Service::start(&[("max_duration", "20"), ("log_level", "off")], |_| {});
    let answer = service.post("/analyze", &clicks(30));
    assert_eq!(answer.error(413), "too_long");
    assert_eq!(answer.json()["details"]["max"], 20.0);
}

#[test]
fn request_ids_are_kept_if_well_formed() {
    let id = |given: &str| {
        service().send("GET", "/health", &[("x-request-id", given)], b"").header("x-request-id")
    };
    assert_eq!(id("mine-1.2_3"), "mine-1.2_3");
    assert_ne!(id("not mine"), "not mine");
    let (one, two) = (service().get("/health"), service().get("/health"));
    assert_eq!(one.header("x-request-id").len(), 32);
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[test]
fn pages_of_allowed_origins_may_call() {
    let allowed = |service: &Service, origin: &str| {
        let answer = service.send("GET", "/health", &[("origin", origin)], b"");
        assert!(answer.header("vary").contains("origin"));
        answer.header("access-control-allow-origin")
    };
    assert_eq!(allowed(service(), "http://localhost:8080"), "http://localhost:8080");
    assert_eq!(allowed(service(), "https://music.example"), "");
    let listed = Service::start(&[("cors_origins", "https://music.example"), ("log_level", "error")], |_| {});
    assert_eq!(allowed(&listed, "https://music.example"), "https://music.example");
    assert_eq!(allowed(&listed, "http://localhost:8080"), "");

    let preflight = [
        ("origin", "http://localhost:8080"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = service().send("OPTIONS", "/analyze", &preflight, b"");
    assert_eq!(answer.status, 204);
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    assert!(answer.header("access-control-allow-headers").contains("content-type"));
    let answer = service().send("OPTIONS", "/analyze", &[("origin", "https://music.example")], b"");
    assert_eq!(answer.header("access-control-allow-methods"), "");
}

#[test]
fn events_tell_of_progress_and_then_the_report() {
    let song = song();
    let answer = service().send("POST", "/analyze", &[("accept", "text/event-stream")], &song);
    assert_eq!((answer.status, answer.header("content-type").as_str()), (200, "text/event-stream"));
    let text = answer.text();
    let events: Vec<(&str, Value)> = text
        .trim_end()
        .split("\n\n")
        .map(|event| {
            let (name, data) = event.split_once('\n').expect("two lines");
            let data = data.strip_prefix("data: ").expect("data");
            (name.strip_prefix("event: ").expect("a name"), serde_json::from_str(data).expect("JSON"))
        })
        .collect();
    let (last, progress) = events.split_last().expect("events");
    assert!(!progress.is_empty() && progress.iter().all(|(name, _)| *name == "progress"), "{text}");
    let fractions: Vec<f64> = progress.iter().filter_map(|(_, data)| data["fraction"].as_f64()).collect();
    assert_eq!(fractions.len(), progress.len());
    assert!(fractions.is_sorted() && fractions.iter().all(|f| (0.0..=1.0).contains(f)), "{fractions:?}");
    assert_eq!(last.0, "report");
    assert_eq!(last.1, service().post("/analyze", &song).json());

    let service = Service::start(&[("analysis_timeout", "0.05"), ("log_level", "off")], |_| {});
    let answer = service.send("POST", "/analyze", &[("accept", "text/event-stream")], &clicks(600));
    assert_eq!(answer.status, 200);
    let text = answer.text();
    let event = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    assert!(event.starts_with("event: error\ndata: {"), "{event}");
    assert!(event.contains("\"code\":\"timeout\"") && event.contains("\"status\":504"), "{event}");
}

/// How long `/health` may take while analyses run: the goal is 100 ms on an idle machine, and a
/// machine that builds things meanwhile gets more.
const HEALTH_TIME: Duration = Duration::from_millis(500);

#[test]
fn ten_analyses_run_at_once_and_health_answers() {
    let service = service();
    let song = song();
    let alone = service.post("/analyze", &song).json();
    std::thread::scope(|scope| {
        let analyses: Vec<_> = (0..10)
            .map(|i| {
                let song = &song;
                scope.spawn(move || {
                    if i % 2 == 0 {
                        service.post("/analyze", song)
                    } else {
                        service.send("POST", "/analyze", &[FORM], &form(&[("name=\"audio\"", song)]))
                    }
                })
            })
            .collect();
        let mut times = Vec::new();
        while analyses.iter().any(|analysis| !analysis.is_finished()) {
            let start = Instant::now();
            assert_eq!(service.get("/health").status, 200);
            times.push(start.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
        for analysis in analyses {
            let answer = analysis.join().expect("an answer");
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.json(), alone);
        }
        times.sort();
        let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
        println!("/health during ten analyses: median {median:?}, longest {longest:?} of {}", times.len());
        assert!(median < HEALTH_TIME, "median {median:?}");
        assert!(longest < 4 * HEALTH_TIME, "longest {longest:?}");
    });
}

#[test]
fn a_full_server_says_so() {
    let service = Service::start(&[("log_level", "off")], |config| {
        config.max_instances = 1;
        config.max_waiting = 1;
        config.waiting_time = Duration::from_millis(300);
    });
    // One upload that never ends keeps the only instance.
    let mut stuck = TcpStream::connect(service.address()).expect("the server listens");
    stuck
        .write_all(b"POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nsome")
        .expect("the start of an upload");
    std::thread::sleep(Duration::from_millis(200));
    let answer = service.post("/analyze", b"x");
    assert_eq!(answer.error(503), "busy");
    assert_eq!(answer.header("retry-after"), "2");
    assert_eq!(service.get("/health").status, 200);
    // When its client goes away, the instance is free again.
    drop(stuck);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(service.post("/analyze", b"x").error(400), "unsupported_format");
}

#[test]
fn instances_are_bounded_in_time_and_memory() {
    let service = Service::start(&[("log_level", "off")], |config| {
        config.request_time = Duration::from_millis(300);
    });
    assert_eq!(service.post("/analyze", &clicks(3000)).error(504), "timeout");
    assert_eq!(service.get("/health").status, 200);

    let service = Service::start(&[("log_level", "off")], |config| config.max_instance_memory = 16 << 20);
    let answer = service.post("/analyze", &clicks(2400));
    assert_eq!(answer.error(503), "out_of_memory");
    assert_eq!(service.get("/health").status, 200);
}

#[test]
fn requests_under_way_end_before_the_server_does() {
    let mut service = Service::start(&[("log_level", "error")], |_| {});
    let mut stream = TcpStream::connect(service.address()).expect("the server listens");
    let song = song();
    write!(stream, "POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", song.len())
        .expect("a head");
    stream.write_all(&song).expect("a body");
    std::thread::sleep(Duration::from_millis(100));
    let address = service.address();
    service.stop();
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status).expect("an answer");
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn files_of_the_page_have_types_and_validators() {
    let root = sectionist_tests::service::repository().join("web-demo");
    let service = Service::start(&[("log_level", "error")], |config| config.web_root = Some(root));
    let page = service.get("/");
    assert_eq!((page.status, page.header("content-type").as_str()), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(service.get("/index.html").body, page.body);
    assert_eq!(service.get("/src/main.js").header("content-type"), "text/javascript; charset=utf-8");
    let tag = page.header("etag");
    let again = service.send("GET", "/", &[("if-none-match", &tag)], b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(service.send("HEAD", "/", &[], b"").body.len(), 0);
    for outside in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/src/../../Cargo.toml", "/nothing.js"] {
        let answer = service
            .exchange(format!("GET {outside} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 404"), "{outside}: {answer}");
    }
}
