//! What goes wrong around a server: crowds, traps, stores, disks and processes that fail.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sectionist_tests::client::Client;
use sectionist_tests::prometheus;
use sectionist_tests::server_process::{ServerProcess, command};
use sectionist_tests::service::{Service, clicks, fixture};

fn song() -> Vec<u8> {
    fixture("postcard.clip.stereo.flac")
}

/// A song that was not there before, so that no report of it is kept.
fn new_song(number: u32) -> Vec<u8> {
    let mut song = clicks(20);
    let n_bytes = song.len();
    song[n_bytes - 4..].copy_from_slice(&number.to_le_bytes());
    song
}

fn count(client: &Client, name: &str) -> f64 {
    let samples = prometheus::parse(&client.get("/metrics").text()).expect("counts");
    samples.iter().filter(|(given, _)| given.starts_with(name)).map(|(_, value)| value).sum()
}

#[test]
fn two_hundred_at_once_are_answered_or_told_to_come_again() {
    const N: u32 = 200;
    let server = ServerProcess::start(&["--api-only", "--variable", "log_level=off"]);
    let client = server.client();
    let before = server.usage();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let posts: Vec<_> = (0..N)
            .map(|i| {
                scope.spawn(move || {
                    let answer = client.post("/analyze?quality=fast", &new_song(i));
                    if answer.status == 503 {
                        assert_eq!(answer.error(503), "busy");
                        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
                    }
                    answer.status
                })
            })
            .collect();
        let health = client.get("/health");
        assert_eq!(health.status, 200);
        posts.into_iter().map(|post| post.join().expect("an answer")).collect()
    });
    let n_done = statuses.iter().filter(|status| **status == 200).count();
    let n_busy = statuses.iter().filter(|status| **status == 503).count();
    assert_eq!(n_done + n_busy, N as usize, "{statuses:?}");
    assert!(n_done >= 60, "{n_done} were answered");
    if let (Some(before), Some(after)) = (before, server.usage()) {
        let grown = after.memory.saturating_sub(before.memory);
        assert!(grown < 400 << 20, "{grown} bytes more");
    }
    assert_eq!(count(&client, "sectionist_queue_refused_total"), n_busy as f64);
    assert_eq!(count(&client, "sectionist_uploads_running"), 0.0);
    println!("of {N} at once {n_done} were answered, {n_busy} told to come again");
}

#[test]
fn an_instance_that_traps_takes_no_other_along() {
    // Room for the upload, but not for what the analysis makes of it.
    let service = Service::start(&[("log_level", "off")], |config| config.max_instance_memory = 24 << 20);
    let alone = service.post("/analyze?quality=fast", &song());
    assert_eq!(alone.status, 200, "{}", alone.text());
    thread::scope(|scope| {
        let long = scope.spawn(|| service.post("/analyze", &clicks(700)));
        for i in 1..=8 {
            let answer = service.post(&format!("/analyze?quality=fast&sensitivity=0.{i}"), &song());
            assert_eq!((answer.status, &answer.json()["tempo"]), (200, &alone.json()["tempo"]));
        }
        assert_eq!(long.join().expect("an answer").error(500), "internal");
    });
    assert!(count(&service, "sectionist_instance_failures_total") >= 1.0);
    assert_eq!(service.get("/health").status, 200);
}

#[test]
fn a_process_that_is_killed_while_it_writes_starts_again_with_what_it_had() {
    let folder = std::env::temp_dir().join(format!("sectionist-killed-{}", std::process::id()));
    let file = folder.join("store.redb").display().to_string();
    let start = || ServerProcess::start(&["--api-only", "--variable", "log_level=off", "--key-value", &file]);
    let post = |client: Client, song: &[u8]| client.try_send("POST", "/analyze?quality=fast", &[], song);
    let mut first = None;
    for round in 0..3 {
        let mut server = start();
        let client = server.client();
        if round == 0 {
            first = post(client, &song()).ok();
            // Then the next write is made to last, and this one with it.
            thread::sleep(Duration::from_millis(1200));
        }
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for writer in 0..2 {
                let stop = &stop;
                scope.spawn(move || {
                    let mut number = round * 10_000 + writer * 1000;
                    while !stop.load(Ordering::Relaxed) {
                        // The last one meets a server that is gone.
                        let _ = post(client, &new_song(number));
                        number += 1;
                    }
                });
            }
            thread::sleep(Duration::from_millis(1500));
            stop.store(true, Ordering::Relaxed);
            server.signal("KILL");
        });
        assert!(!server.ended().success());
    }
    let server = start();
    let again = post(server.client(), &song()).expect("an answer");
    assert_eq!((again.status, again.header("x-cache").as_str()), (200, "hit"), "{}", server.log());
    assert_eq!(Some(again.body), first.map(|first| first.body));
    drop(server);
    std::fs::remove_dir_all(folder).expect("the folder goes");
}

#[cfg(unix)]
#[test]
fn a_full_disk_costs_the_cache_and_nothing_else() {
    let folder = std::env::temp_dir().join(format!("sectionist-full-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("store.redb").display().to_string();
    let arguments = ["--api-only", "--variable", "log_level=off", "--key-value", &file];
    // Files may grow to 100 blocks of 512 bytes, and then writes fail as on a full disk.
    let program = command(&arguments);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\""]).arg(program.get_program());
    limited.args(program.get_args()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let server = ServerProcess::spawn(limited);
    let client = server.client();
    let report = client.post("/analyze?quality=fast", &song());
    assert_eq!((report.status, report.header("x-cache").as_str()), (200, "miss"));
    for _ in 0..3 {
        let answer = client.post("/analyze?quality=fast", &song());
        assert_eq!((answer.status, answer.body), (200, report.body.clone()));
    }
    assert!(count(&client, "sectionist_store_operations_total{operation=\"set\",outcome=\"error\"}") >= 1.0);
    assert_eq!(client.get("/health").status, 200);
    drop(server);
    // With room again, it is a store again.
    let server = ServerProcess::start(&arguments);
    for cache in ["miss", "hit"] {
        assert_eq!(server.client().post("/analyze?quality=fast", &song()).header("x-cache"), cache);
    }
    drop(server);
    std::fs::remove_dir_all(folder).expect("the folder goes");
}

/// Seconds that the server computes in the next half second, once a tenth has passed.
fn computing(server: &ServerProcess) -> Option<f64> {
    thread::sleep(Duration::from_millis(100));
    let before = server.processor_time()?;
    thread::sleep(Duration::from_millis(500));
    Some(server.processor_time()? - before)
}

#[test]
fn a_deadline_ends_an_analysis_and_frees_the_processor() {
    let server = ServerProcess::start(&[
        "--api-only",
        "--variable",
        "log_level=off",
        "--variable",
        "analysis_timeout=0.3",
    ]);
    let answer = server.client().post("/analyze", &clicks(3000));
    assert_eq!(answer.error(504), "timeout");
    if let Some(seconds) = computing(&server) {
        assert!(seconds < 0.1, "it computed on for {seconds} s");
    }
}

#[test]
fn a_client_that_leaves_frees_the_processor() {
    let server = ServerProcess::start(&["--api-only", "--variable", "log_level=off"]);
    let mut stream = TcpStream::connect(server.client().address()).expect("the server listens");
    let song = clicks(3000);
    write!(stream, "POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", song.len())
        .expect("a head");
    stream.write_all(&song).expect("a body");
    thread::sleep(Duration::from_millis(200));
    drop(stream);
    if let Some(seconds) = computing(&server) {
        assert!(seconds < 0.1, "it computed on for {seconds} s");
    }
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_end_ends_its_requests_first() {
    let mut server = ServerProcess::start(&["--api-only", "--variable", "log_level=off"]);
    let client = server.client();
    let (upload, idle) = (TcpStream::connect(client.address()), TcpStream::connect(client.address()));
    let (mut upload, _idle) = (upload.expect("the server listens"), idle.expect("the server listens"));
    let song = clicks(600);
    write!(upload, "POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", song.len())
        .expect("a head");
    upload.write_all(&song).expect("a body");
    thread::sleep(Duration::from_millis(200));
    server.signal("TERM");
    let start = Instant::now();
    let mut status = String::new();
    BufReader::new(upload).read_line(&mut status).expect("an answer");
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    assert!(server.ended().success(), "{}", server.log());
    assert!(start.elapsed() < Duration::from_secs(25), "an idle connection does not hold it up");
    assert!(TcpStream::connect(client.address()).is_err());
}

#[test]
fn the_small_profile_takes_the_largest_upload_that_it_allows() {
    let service = Service::start(&[("log_level", "off"), ("max_file_size", "10MiB")], |config| {
        config.max_instance_memory = 128 << 20;
    });
    // 8 kHz of 16 bits: 655 seconds are 10 MiB less some bytes.
    let answer = service.post("/analyze", &clicks(655));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(service.post("/analyze", &clicks(656)).error(413), "file_too_large");
    let ogg = service.post("/analyze", &fixture("almanac.ogg"));
    assert_eq!(ogg.status, 200, "{}", ogg.text());
}
