//! Keys, and how often who may call.

use std::time::Duration;

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
fn a_client_may_send_so_many() {
    let service = host(&[("rate_limit", "60"), ("rate_burst", "3")]);
    for left in [2, 1, 0] {
        let answer = ask(&service, &[]);
        assert!(passes(&answer));
        assert_eq!(answer.header("ratelimit-policy"), "\"client\";q=60;w=60");
        let limit = answer.header("ratelimit");
        assert!(limit.starts_with(&format!("\"client\";r={left};t=")), "{limit}");
    }
    let refused = ask(&service, &[]);
    assert_eq!(refused.error(429), "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["details"]["limit"], 60);
    assert!(refused.header("ratelimit").starts_with("\"client\";r=0;t="), "{}", refused.header("ratelimit"));
    assert_eq!(service.get("/health").status, 200, "only uploads are counted");
    std::thread::sleep(Duration::from_millis(1100));
    assert!(passes(&ask(&service, &[])));
    assert_eq!(super::service().post("/analyze", b"x").header("ratelimit"), "", "no limit is set");
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
