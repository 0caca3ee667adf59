//! The key-value store behind the service: shared by two hosts, lost and found, and in a file.

use std::time::{Duration, Instant};

use sectionist_host::KeyValuePlace;
use sectionist_tests::client::Answer;
use sectionist_tests::service::{Service, fixture};
use sectionist_tests::valkey::Valkey;

fn host(place: &str, variables: &[(&str, &str)]) -> Service {
    let mut all = vec![("log_level", "error")];
    all.extend(variables);
    Service::start(&all, |config| config.key_value = place.parse::<KeyValuePlace>().expect("a place"))
}

fn upload(host: &Service) -> Answer {
    let answer = host.post("/analyze?quality=fast", &fixture("postcard.clip.stereo.flac"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

#[test]
fn two_hosts_share_reports_and_limits() {
    let Some(valkey) = Valkey::start() else { return };
    let [one, two] = [(); 2].map(|()| host(&valkey.url(), &[]));
    let first = upload(&one);
    assert_eq!(first.header("x-cache"), "miss");
    let second = upload(&two);
    assert_eq!(second.header("x-cache"), "hit");
    assert_eq!(first.json(), second.json());

    let limits = [("rate_limit", "1"), ("rate_burst", "2")];
    let [three, four] = [(); 2].map(|()| host(&valkey.url(), &limits));
    let _ = (upload(&three), upload(&four));
    for host in [three, four] {
        let refused = host.post("/analyze", &fixture("postcard.clip.stereo.flac"));
        assert_eq!(refused.error(429), "rate_limited");
    }
}

#[test]
fn a_store_that_is_lost_delays_nobody_and_comes_back() {
    let Some(mut valkey) = Valkey::start() else { return };
    let host = host(&valkey.url(), &[("rate_limit", "1000"), ("rate_burst", "1000")]);
    let report = upload(&host).json();
    assert_eq!(upload(&host).header("x-cache"), "hit");
    valkey.kill();
    for _ in 0..3 {
        let start = Instant::now();
        let answer = upload(&host);
        assert_eq!((answer.header("x-cache").as_str(), answer.json()), ("miss", report.clone()));
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
    valkey.restart();
    // After a failure the store is left alone for a second.
    std::thread::sleep(Duration::from_millis(1200));
    let _ = upload(&host);
    assert_eq!(upload(&host).header("x-cache"), "hit");
}

#[test]
fn a_store_that_answers_nothing_delays_little() {
    let Some(valkey) = Valkey::start() else { return };
    let host = host(&valkey.url(), &[("rate_limit", "1000"), ("rate_burst", "1000")]);
    let alone = Instant::now();
    let _ = upload(&host);
    let alone = alone.elapsed();
    valkey.signal("STOP");
    let start = Instant::now();
    for _ in 0..4 {
        assert_eq!(upload(&host).header("x-cache"), "miss");
    }
    // It is asked about once a second, for half a second, and no request waits for it twice.
    let waited = start.elapsed().saturating_sub(4 * alone);
    assert!(waited < Duration::from_secs(6), "{waited:?}");
    valkey.signal("CONT");
    std::thread::sleep(Duration::from_millis(1600));
    let _ = upload(&host);
    assert_eq!(upload(&host).header("x-cache"), "hit");
}

#[test]
fn an_address_where_nobody_listens_is_no_end() {
    let host = host("redis://127.0.0.1:9/0", &[]);
    assert_eq!(upload(&host).header("x-cache"), "miss");
    assert_eq!(host.get("/health").status, 200);
    let metrics = host.get("/metrics").text();
    assert!(
        metrics.contains("sectionist_store_operations_total{operation=\"get\",outcome=\"error\"}"),
        "{metrics}"
    );
}

#[test]
fn reports_in_a_file_outlive_the_host() {
    let folder = std::env::temp_dir().join(format!("sectionist-stores-{}", std::process::id()));
    let file = folder.join("store.redb").display().to_string();
    assert_eq!(upload(&host(&file, &[])).header("x-cache"), "miss");
    assert_eq!(upload(&host(&file, &[])).header("x-cache"), "hit");
    std::fs::remove_dir_all(folder).expect("the folder goes");
}
