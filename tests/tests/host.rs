//! The local host around the component: configuration, counts, compression, how clients send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use sectionist_tests::prometheus;
use sectionist_tests::server_process::command;
use sectionist_tests::service::{FORM, Service, clicks, fixture, form, repository};

fn song() -> Vec<u8> {
    fixture("postcard.clip.stereo.flac")
}

fn quiet(variables: &[(&str, &str)]) -> Service {
    let mut all = vec![("log_level", "off")];
    all.extend(variables);
    Service::start(&all, |_| {})
}

#[test]
fn a_wrong_configuration_is_told_at_the_start() {
    for (arguments, words) in [
        (["--variable", "max_file_size=lots"], "max_file_size"),
        (["--variable", "max_filesize=1"], "there is no variable `max_filesize`"),
        (["--key-value", "redis://host:port"], "key-value"),
        (["--key-value", "rediss://host:6379"], "key-value"),
    ] {
        let output = command(&arguments).output().expect("the program");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("http://"), "it never said that it is up: {stderr}");
    }
    let output = command(&[]).env("SPIN_VARIABLE_API_KEY", "two words").output().expect("the program");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("api_key") && !stderr.contains("two words"), "{stderr}");
}

#[test]
fn counts_are_told_to_prometheus() {
    let host = quiet(&[]);
    let _ = host.post("/analyze?quality=fast", &song());
    let _ = host.post("/analyze?quality=fast", &song());
    let _ = host.post("/analyze", b"no music");
    let _ = host.send(
        "POST",
        "/analyze?quality=fast&sensitivity=0.4",
        &[("accept", "text/event-stream")],
        &song(),
    );
    let _ = (host.get("/health"), host.get("/nothing"));
    let answer = host.get("/metrics");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    let samples = prometheus::parse(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let value = |name: &str| {
        let sample = samples.iter().find(|(given, _)| given == name);
        sample.unwrap_or_else(|| panic!("no {name} in\n{text}")).1
    };
    assert_eq!(value("sectionist_requests_total{route=\"/analyze\",status=\"200\"}"), 3.0);
    assert_eq!(value("sectionist_requests_total{route=\"/analyze\",status=\"400\"}"), 1.0);
    assert_eq!(value("sectionist_requests_total{route=\"/health\",status=\"200\"}"), 1.0);
    assert_eq!(value("sectionist_requests_total{route=\"files\",status=\"404\"}"), 1.0);
    assert_eq!(value("sectionist_analyses_total{format=\"flac/flac\",outcome=\"ok\"}"), 3.0);
    assert_eq!(value("sectionist_analyses_total{format=\"unknown\",outcome=\"unsupported_format\"}"), 1.0);
    assert_eq!(value("sectionist_cache_requests_total{result=\"hit\"}"), 1.0);
    // Two analyses; the third answer was kept.
    assert_eq!(value("sectionist_stage_duration_seconds_count{stage=\"harmony\"}"), 2.0);
    assert_eq!(value("sectionist_request_duration_seconds_count{route=\"/analyze\"}"), 4.0);
    assert!(value("sectionist_instance_memory_bytes") > 1e6);
    assert!(value("process_resident_memory_bytes") > 1e6);
    if let Some(words) = prometheus::promtool(&text) {
        assert!(words.is_empty(), "promtool: {words}");
    }
}

#[test]
fn counts_are_behind_the_key() {
    let host = quiet(&[("api_key", "secret"), ("api_keys", "app:other")]);
    let answer = host.get("/metrics");
    assert_eq!(answer.error(401), "unauthorized");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    for header in [("x-api-key", "secret"), ("authorization", "bearer other")] {
        assert_eq!(host.send("GET", "/metrics", &[header], b"").status, 200);
    }
    assert_eq!(host.post("/metrics", b"").error(405), "method_not_allowed");
}

#[test]
fn files_of_the_page_are_compressed() {
    let root = repository().join("web-demo");
    let host = Service::start(&[("log_level", "off")], |config| config.web_root = Some(root.clone()));
    let plain = std::fs::read(root.join("src/main.js")).expect("the page");
    let get = |coding: &str, tag: &str| {
        // The client itself would undo the coding, so ask by hand.
        let answer = host.exchange_bytes(
            format!(
                "GET /src/main.js HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{coding}if-none-match: {tag}\r\n\r\n"
            )
            .as_bytes(),
        );
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        (String::from_utf8_lossy(&answer[..end]).to_lowercase(), answer[end..].to_vec())
    };
    let (head, body) = get("", "\"none\"");
    assert!(!head.contains("content-encoding") && head.contains("vary: accept-encoding"), "{head}");
    assert_eq!(body, plain);
    for (name, coding) in [("br", "accept-encoding: gzip, br\r\n"), ("gzip", "accept-encoding: gzip\r\n")] {
        // While the page's modules are compressed, smaller files come as they are.
        let start = Instant::now();
        let (head, body) = loop {
            let (head, body) = get(coding, "\"none\"");
            if head.contains(&format!("content-encoding: {name}\r\n")) {
                break (head, body);
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{head}");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(body.len() < plain.len() / 2, "{name}: {} of {}", body.len(), plain.len());
        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
        assert!(tag.contains(name));
        assert!(get(coding, tag).0.starts_with("http/1.1 304"), "the tag of {name} holds");
        assert!(get("", tag).0.starts_with("http/1.1 200"), "and not without");
    }
    // What `Service::get` unpacks, if it does, is the file.
    assert_eq!(host.get("/src/main.js").body, plain);
}

#[test]
fn http2_without_encryption_is_spoken() {
    let host = quiet(&[]);
    let Some(output) =
        curl(&["--http2-prior-knowledge", "-w", "%{http_version} %{http_code}"], &host, "/health")
    else {
        return;
    };
    assert!(output.contains("healthy") && output.ends_with("2 200"), "{output}");
    let file = std::env::temp_dir().join(format!("sectionist-host-{}.flac", std::process::id()));
    std::fs::write(&file, song()).expect("a file");
    let body = format!("audio=@{}", file.display());
    let output = curl(&["--http2-prior-knowledge", "-F", &body], &host, "/analyze?quality=fast&include=key");
    std::fs::remove_file(file).expect("the file goes");
    assert!(output.is_some_and(|output| output.contains("\"key\":")));
}

/// What curl prints; `None`, after saying so, where there is none that speaks HTTP/2.
fn curl(arguments: &[&str], host: &Service, path: &str) -> Option<String> {
    let version = Command::new("curl").arg("--version").output().ok();
    if !version.is_some_and(|version| String::from_utf8_lossy(&version.stdout).contains("HTTP2")) {
        println!("skipped: there is no curl with HTTP/2; apt-get install curl");
        return None;
    }
    let address = format!("http://{}{path}", host.address());
    let output = Command::new("curl").args(["-sS", "--max-time", "60"]).args(arguments).arg(address).output();
    let output = output.expect("curl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes `first`, waits for what comes back until it contains `until`, and returns the stream with it.
fn begin(host: &Service, first: &[u8], until: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(host.address()).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time");
    stream.write_all(first).expect("a head");
    let mut answer = String::new();
    let mut piece = [0; 4096];
    while !answer.contains(until) {
        match stream.read(&mut piece) {
            Ok(n_read) if n_read > 0 => answer.push_str(&String::from_utf8_lossy(&piece[..n_read])),
            other => panic!("{other:?} after {answer}"),
        }
    }
    (stream, answer)
}

#[test]
fn uploads_are_asked_for_where_the_client_waits() {
    let host = quiet(&[("max_file_size", "1MiB")]);
    let song = song();
    let head = format!(
        "POST /analyze?quality=fast HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        song.len()
    );
    let (mut stream, _) = begin(&host, head.as_bytes(), "100 Continue\r\n\r\n");
    stream.write_all(&song).expect("a body");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");

    // What is too large is refused before it is sent.
    let head =
        "POST /analyze HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n";
    let start = Instant::now();
    let answer = host.exchange(head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(start.elapsed() < Duration::from_secs(3), "the connection closes at once");
}

#[test]
fn uploads_that_stand_still_or_trickle_are_cut() {
    let host = Service::start(&[("log_level", "off")], |config| {
        config.max_instances = 1;
        config.upload_stall = Duration::from_millis(500);
        config.upload_grace = Duration::from_secs(1);
    });
    let head = b"POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    let start = Instant::now();
    let (_, answer) = begin(&host, head, "\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());

    let mut stream = TcpStream::connect(host.address()).expect("the server listens");
    stream.write_all(head).expect("a head");
    let mut sent = 0;
    // A byte every tenth of a second never stands still.
    while stream.write_all(b"x").is_ok() && sent < 100 {
        sent += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(sent < 100, "a trickle of {sent} bytes was borne");
    assert_eq!(host.post("/analyze", b"x").error(400), "unsupported_format", "the instance is free again");
}

#[test]
fn bodies_that_lie_about_their_length_harm_nobody() {
    let host = quiet(&[]);
    // Shorter than it says: the client goes away.
    let mut stream = TcpStream::connect(host.address()).expect("the server listens");
    stream
        .write_all(b"POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nshort")
        .expect("a part");
    drop(stream);
    // Longer than it says: the rest is no request.
    let answer =
        host.exchange(b"POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nfour and more\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    // Two lengths, or a length and chunks, are how requests are smuggled.
    for head in ["content-length: 4\r\ncontent-length: 5", "content-length: five", "content-length: -1"] {
        let answer =
            host.exchange(format!("POST /analyze HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\nfour").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}: {answer}");
    }
    let answer = host.exchange(
        b"POST /analyze HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nfour\r\n0\r\n\r\n",
    );
    assert!(!answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.1 2"), "{answer}");
    assert_eq!(host.get("/health").status, 200);
}

#[test]
fn a_client_that_leaves_is_logged_and_counted() {
    let mut server = command(&["--api-only"]);
    server.env_remove("SPIN_VARIABLE_LOG_LEVEL");
    let server = sectionist_tests::server_process::ServerProcess::spawn(server);
    let client = server.client();
    let mut stream = TcpStream::connect(client.address()).expect("the server listens");
    let song = clicks(1800);
    write!(
        stream,
        "POST /analyze HTTP/1.1\r\nhost: x\r\nx-request-id: leaver\r\ncontent-length: {}\r\n\r\n",
        song.len()
    )
    .expect("a head");
    stream.write_all(&song).expect("a body");
    std::thread::sleep(Duration::from_millis(300));
    drop(stream);
    let start = Instant::now();
    let line = loop {
        let log = server.log();
        if let Some(line) = log.lines().find(|line| line.contains("leaver")) {
            break line.to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "nothing in {log}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(line.contains("\"outcome\":\"cancelled\""), "{line}");
    let metrics = client.get("/metrics").text();
    assert!(metrics.contains("outcome=\"cancelled\"} 1"), "{metrics}");
}

#[test]
fn parts_of_a_form_come_in_any_order() {
    let host = quiet(&[]);
    let song = song();
    let file: (&str, &[u8]) = ("name=\"audio\"; filename=\"a.flac\"", &song);
    let answers = [
        form(&[file, ("name=\"include\"", b"key"), ("name=\"quality\"", b"fast")]),
        form(&[("name=\"quality\"", b"fast"), file, ("name=\"include\"", b"key")]),
    ]
    .map(|body| host.send("POST", "/analyze", &[FORM], &body).json());
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn the_dashboard_asks_for_counts_that_there_are() {
    let host = quiet(&[]);
    let _ = host.post("/analyze?quality=fast", &song());
    let text = host.get("/metrics").text();
    let dashboard = std::fs::read_to_string(repository().join("deploy/dashboard.json")).expect("a dashboard");
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).expect("JSON");
    let mut n_names = 0;
    for target in
        dashboard["panels"].as_array().expect("panels").iter().flat_map(|panel| panel["targets"].as_array())
    {
        for expression in target.iter().filter_map(|target| target["expr"].as_str()) {
            let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            for name in words.filter(|word| word.starts_with("sectionist_") || word.starts_with("process_")) {
                let family =
                    ["_bucket", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
                assert!(text.contains(&format!("# TYPE {family} ")), "{name} of {expression}");
                n_names += 1;
            }
        }
    }
    assert!(n_names > 20, "{n_names}");
}
