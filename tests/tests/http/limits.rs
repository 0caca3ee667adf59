//! Keys, and how often who may call.

use std::time::{Duration, Instant};

use sectionist_tests::server_process::ServerProcess;
use sectionist_tests::service::{Answer, Service};

fn host(variables: &[(&str, &str)]) -> Service {
    Service::start(&[variables, &[("log_level", "off")]].concat(), |_| {})
}

/// A request that is quick to answer: no audio.
fn ask(service: &Service, headers: &[(&str, &str)]) -> Answer {
    service.send("POST", "/analyze", headers, b"no audio at all")
}

/// Whether the request was let through to be refused for its file.
fn passes(answer: &Answer) -> bool {
    match answer.status {
        400 => true,
        429 => false,
        _ => panic!("{}", answer.text()),
    }
}

#[test]
fn a_key_is_asked_for_where_one_is_set() {
    let service = host(&[("api_key", "secret"), ("api_keys", "app:other, guest:third:5")]);
    for headers in [vec![], vec![("x-api-key", "wrong")], vec![("authorization", "Basic secret")]] {
        let answer = ask(&service, &headers);
        assert_eq!(answer.error(401), "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"sectionist\"");
    }
    for header in [
        ("x-api-key", "secret"),
        ("authorization", "Bearer secret"),
        ("authorization", "bearer secret"),
        ("Authorization", "BEARER other"),
        ("x-api-key", "third"),
    ] {
        assert_eq!(ask(&service, &[header]).error(400), "unsupported_format", "{header:?}");
    }
    for path in ["/health", "/formats", "/openapi.json"] {
        assert_eq!(service.get(path).status, 200);
    }
}

#[test]
fn keys_are_logged_by_their_names_only() {
    let server = ServerProcess::start(&[
        "--api-only",
        "--variable",
        "log_level=debug",
        "--variable",
        "api_keys=app:hunter2",
        "--variable",
        "api_key=hunter3",
    ]);
    let client = server.client();
    for key in ["hunter2", "hunter3", "hunter4"] {
        for (name, value) in [("x-api-key", key.to_owned()), ("authorization", format!("Bearer {key}"))] {
            let answer = client.send("POST", "/analyze", &[(name, &value)], b"no audio at all");
            assert_eq!(answer.status, if key == "hunter4" { 401 } else { 400 });
            assert!(!answer.text().contains(key), "{}", answer.text());
        }
    }
    let start = Instant::now();
    let log = loop {
        let log = server.log();
        if log.matches("\"route\":\"/analyze\"").count() == 6 {
            break log;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{log}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(log.contains("\"key\":\"app\"") && !log.contains("hunter"), "{log}");
}

#[test]
fn a_client_may_send_so_many() {
    // One more every ten seconds, which is longer than this takes.
    let service = host(&[("rate_limit", "6"), ("rate_burst", "3")]);
    for left in [2, 1, 0] {
        let answer = ask(&service, &[]);
        assert!(passes(&answer));
        assert_eq!(answer.header("ratelimit-policy"), "\"client\";q=6;w=60");
        let limit = answer.header("ratelimit");
        assert!(limit.starts_with(&format!("\"client\";r={left};t=")), "{limit}");
    }
    let refused = ask(&service, &[]);
    assert_eq!(refused.error(429), "rate_limited");
    assert!((1..=10).contains(&retry_after(&refused)), "{}", refused.header("retry-after"));
    assert_eq!(refused.json()["details"]["limit"], 6);
    assert!(refused.header("ratelimit").starts_with("\"client\";r=0;t="), "{}", refused.header("ratelimit"));
    assert_eq!(service.get("/health").status, 200, "only uploads are counted");
    assert_eq!(super::service().post("/analyze", b"x").header("ratelimit"), "", "no limit is set");
}

#[test]
fn who_waits_as_told_is_let_in() {
    let service = host(&[("rate_limit", "60"), ("rate_burst", "1")]);
    let refused = (0..100).map(|_| ask(&service, &[])).find(|answer| !passes(answer)).expect("a refusal");
    std::thread::sleep(Duration::from_secs(retry_after(&refused)));
    assert!(passes(&ask(&service, &[])));
}

/// Seconds.
fn retry_after(answer: &Answer) -> u64 {
    answer.header("retry-after").parse().expect("seconds")
}

#[test]
fn keys_have_limits_of_their_own() {
    let service =
        host(&[("api_keys", "app:a, batch:b:0, guest:c:1"), ("rate_limit", "2"), ("rate_burst", "2")]);
    let n_passed = |key: &str| (0..6).filter(|_| passes(&ask(&service, &[("x-api-key", key)]))).count();
    assert_eq!((n_passed("a"), n_passed("b"), n_passed("c")), (2, 6, 2));
    let guest = ask(&service, &[("x-api-key", "c")]);
    assert_eq!(guest.error(429), "rate_limited");
    assert_eq!(guest.header("ratelimit-policy"), "\"client\";q=1;w=60");
    assert_eq!(ask(&service, &[]).error(401), "unauthorized");
}

#[test]
fn a_stranger_does_not_say_who_it_is() {
    let limits = [("rate_limit", "1"), ("rate_burst", "1")];
    let forwarded = |service: &Service, by: &str| passes(&ask(service, &[("x-forwarded-for", by)]));
    let service = host(&limits);
    assert!(forwarded(&service, "1.1.1.1"));
    assert!(!forwarded(&service, "2.2.2.2"), "a stranger claims to be another");
    assert!(!passes(&ask(&service, &[("spin-client-addr", "3.3.3.3:1")])));

    let service = host(&[&limits[..], &[("trusted_proxies", "127.0.0.0/8")]].concat());
    assert!(forwarded(&service, "1.1.1.1") && forwarded(&service, "2.2.2.2"));
    assert!(!forwarded(&service, "9.9.9.9, 1.1.1.1"), "only the last address is the proxy's word");
    assert!(!forwarded(&service, "2.2.2.2"));
}
