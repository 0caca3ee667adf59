//! Uploads as clients send them.

use sectionist_tests::service::{FORM, Service, clicks, form};

use super::{service, song};

#[test]
fn names_come_and_go_in_any_language() {
    let song = song();
    for name in ["filename=\"ü ☃.wav\"", "filename=\"_.wav\"; filename*=UTF-8''%C3%BC%20%E2%98%83.wav"] {
        let part = format!("name=\"audio\"; {name}");
        let body = form(&[(&part, &song)]);
        let json = service().send("POST", "/analyze?quality=fast", &[FORM], &body).json();
        assert_eq!(json["source"]["name"], "ü ☃.wav");
        let answer = service().send("POST", "/analyze?quality=fast&format=midi", &[FORM], &body);
        assert_eq!(
            answer.header("content-disposition"),
            "attachment; filename=\"_ _.mid\"; filename*=UTF-8''%C3%BC%20%E2%98%83.mid"
        );
    }
    let hostile = form(&[("name=\"audio\"; filename=\"..\\\\..\\\\a\u{202e}.flac\"", &song)]);
    let answer = service().send("POST", "/analyze?quality=fast", &[FORM], &hostile);
    assert_eq!(answer.json()["source"]["name"], "a.flac");
    let bell = form(&[("name=\"audio\"; filename=\"a\u{7}.flac\"", &song)]);
    assert_eq!(service().send("POST", "/analyze", &[FORM], &bell).error(400), "bad_form");
}

#[test]
fn a_name_by_itself_is_no_place() {
    let answer = service().send(
        "POST",
        "/analyze?quality=fast&format=rekordbox",
        &[("content-disposition", "attachment; filename=\"a.flac\"")],
        &song(),
    );
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("<TRACK") && !answer.text().contains("Location"), "{}", answer.text());
}

#[test]
fn a_parameter_that_is_there_twice_is_refused() {
    let song = song();
    for query in ["quality=fast&quality=fast", "tempo_min=50&tempo-min=60"] {
        let answer = service().post(&format!("/analyze?{query}"), &song);
        assert_eq!(answer.error(400), "invalid_parameter", "{query}");
        assert!(answer.text().contains("more than once"), "{}", answer.text());
    }
    let twice: [(&str, &[u8]); 3] =
        [("name=\"style\"", b"rock"), ("name=\"audio\"", &song), ("name=\"style\"", b"pop")];
    assert_eq!(service().send("POST", "/analyze", &[FORM], &form(&twice)).error(400), "invalid_parameter");
    let once = form(&twice[..2]);
    assert_eq!(service().send("POST", "/analyze?style=pop&quality=fast", &[FORM], &once).status, 200);
}

#[test]
fn compressed_uploads_are_the_same_song() {
    let song = clicks(12);
    let packed = sectionist_api::encoding::compressed(&song, "text/plain").expect("it gains");
    let path = "/analyze?quality=fast";
    let gzip = ("content-encoding", "gzip");
    let answer = service().send("POST", path, &[gzip], &packed);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json(), service().post(path, &song).json());
    let body = form(&[("name=\"audio\"", &song), ("name=\"quality\"", b"fast")]);
    let body = sectionist_api::encoding::compressed(&body, "text/plain").expect("it gains");
    assert_eq!(service().send("POST", "/analyze", &[gzip, FORM], &body).json(), answer.json());

    assert_eq!(service().send("POST", path, &[gzip], &song).error(400), "bad_encoding");
    assert_eq!(
        service().send("POST", path, &[gzip], &packed[..packed.len() / 2]).error(400),
        "incomplete_upload"
    );
    let br = service().send("POST", path, &[("content-encoding", "br")], &song);
    assert_eq!(br.error(415), "unsupported_encoding");
    assert_eq!(br.header("accept-encoding"), "gzip, identity");

    // A gigabyte of silence in a megabyte, sent to a host that takes a megabyte.
    let service = Service::start(&[("max_file_size", "1MiB"), ("log_level", "off")], |_| {});
    let silence = vec![0; 64 << 20];
    let packed = sectionist_api::encoding::compressed(&silence, "text/plain").expect("it gains");
    let bomb = packed.repeat(16);
    assert!(bomb.len() < 2 << 20, "{}", bomb.len());
    assert_eq!(service.send("POST", "/analyze", &[gzip], &bomb).error(413), "file_too_large");
}

#[test]
fn numbers_in_errors_are_what_they_are() {
    let service =
        Service::start(&[("max_file_size", "100KiB"), ("max_duration", "2"), ("log_level", "off")], |_| {});
    let long = clicks(90);
    let raw = service.post("/analyze", &long);
    assert_eq!(raw.error(413), "file_too_large");
    assert!(raw.text().contains(&format!("size in bytes is {}, over", long.len())), "{}", raw.text());
    // Of a form only its own length is known in advance, which is not the file's; it may hold corrections too.
    let in_form = service.send("POST", "/analyze", &[FORM], &form(&[("name=\"audio\"", &long)]));
    assert_eq!(in_form.error(413), "file_too_large");
    assert!(in_form.json()["details"]["actual"].is_null(), "{}", in_form.text());
    let answer = service.post("/analyze", &clicks(3));
    assert_eq!(answer.error(413), "too_long");
    let actual = answer.json()["details"]["actual"].to_string();
    assert!(actual.len() <= 4, "{actual}");

    let mut still = clicks(1);
    still[24..28].copy_from_slice(&0u32.to_le_bytes());
    let answer = service.post("/analyze", &still);
    assert_eq!(answer.error(400), "limit_exceeded");
    assert!(answer.text().contains("is 0, below the limit of 8000"), "{}", answer.text());
    assert_eq!(answer.json()["details"]["max"], 8000);
}

#[test]
fn an_upload_has_its_time() {
    let service = Service::start(&[("upload_timeout", "0.5"), ("log_level", "off")], |_| {});
    let head = "POST /analyze HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\nsome";
    let answer = service.exchange(head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"upload_timeout\""), "{answer}");
}
