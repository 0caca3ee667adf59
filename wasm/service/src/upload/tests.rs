use std::time::Duration;

use super::*;

fn run<F: Future>(future: F) -> F::Output {
    sectionist_core::pace::complete(future)
}

fn receive(request: Request<Body>, size: u64) -> Result<Upload, ApiError> {
    run(super::receive(request, Bounds { size, time: Duration::from_secs(300) }))
}

fn request(content_type: &str, chunks: Vec<&'static [u8]>) -> Request<Body> {
    let stream =
        futures::stream::iter(chunks.into_iter().map(|chunk| Ok::<_, axum::Error>(Bytes::from(chunk))));
    Request::post("/analyze")
        .header(header::CONTENT_TYPE, content_type)
        .body(Body::from_stream(stream))
        .unwrap()
}

const FORM: &str = "multipart/form-data; boundary=X";

#[test]
fn raw_bytes_are_the_file() {
    let upload = receive(request("audio/flac", vec![b"ab", b"c"]), 3).unwrap();
    assert_eq!(&upload.bytes[..], b"abc");
    assert_eq!(upload.hint.mime.as_deref(), Some("audio/flac"));
    let upload = receive(request("application/x-www-form-urlencoded", vec![b"ab"]), 3).unwrap();
    assert_eq!(upload.hint, FileHint::default());
}

#[test]
fn the_limit_is_noticed_at_once() {
    let error = receive(request("", vec![b"ab", b"cd", b"never read"]), 3).err().unwrap();
    assert_eq!((error.status().as_u16(), error.0.code), (413, Code::FileTooLarge));
    assert!(error.0.to_json().contains("\"actual\":4,\"max\":3"), "{error:?}");
    let mut declared = request("", vec![b"ab"]);
    declared.headers_mut().insert(header::CONTENT_LENGTH, 1000.into());
    let error = receive(declared, 3).err().unwrap();
    assert!(error.0.to_json().contains("\"actual\":1000,\"max\":3"), "{error:?}");
}

#[test]
fn forms_have_one_file_and_fields() {
    let body: &[u8] = b"--X\r\nContent-Disposition: form-data; name=\"quality\"\r\n\r\nfast\r\n\
        --X\r\nContent-Disposition: form-data; name=\"song\"; filename=\"C:\\music\\a.mp3\"\r\n\
        Content-Type: audio/mpeg\r\n\r\nby\r\n--Ytes\r\n--X--\r\n";
    for split in 0..body.len() {
        let upload = receive(request(FORM, vec![&body[..split], &body[split..]]), 100).unwrap();
        assert_eq!(&upload.bytes[..], b"by\r\n--Ytes", "split at {split}");
        assert_eq!(upload.hint.mime.as_deref(), Some("audio/mpeg"));
        assert_eq!(upload.fields, [("quality".to_owned(), "fast".to_owned())]);
    }
}

#[test]
fn corrections_are_no_file_and_longer_than_parameters() {
    let json = format!("{{\"edits\":[{}]}}", " ".repeat(5000));
    let part = |head: &str| {
        format!("--X\r\nContent-Disposition: form-data; name=\"corrections\"{head}\r\n\r\n{json}\r\n")
    };
    let song = "--X\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a\"\r\n\r\nbytes\r\n";
    for head in ["", "; filename=\"c.json\"\r\nContent-Type: application/json"] {
        for body in [format!("{song}{}--X--\r\n", part(head)), format!("{}{song}--X--\r\n", part(head))] {
            let upload = receive(request(FORM, vec![body.leak().as_bytes()]), 100).unwrap();
            assert_eq!(&upload.bytes[..], b"bytes");
            assert_eq!(upload.corrections.as_deref(), Some(json.as_bytes()));
            assert!(upload.fields.is_empty());
        }
    }
    let twice = format!("{song}{}{}--X--\r\n", part(""), part(""));
    let error = receive(request(FORM, vec![twice.leak().as_bytes()]), 100).err().unwrap();
    assert_eq!(error.0.code, Code::InvalidParameter);
    let long = part("").replace(&json, &"x".repeat((1 << 20) + 1));
    let error = receive(request(FORM, vec![format!("{song}{long}--X--\r\n").leak().as_bytes()]), 100);
    assert_eq!(error.err().unwrap().0.code, Code::BadForm);
}

#[test]
fn broken_forms_are_refused_in_words() {
    let part = "--X\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a\"\r\n\r\nbytes\r\n";
    for (body, code) in [
        (format!("{part}--X--\r\n"), None),
        (format!("{part}{part}--X--\r\n"), Some("several_files")),
        (part.to_owned(), Some("incomplete_upload")),
        ("--X--\r\n".to_owned(), Some("missing_file")),
        ("no boundary".to_owned(), Some("incomplete_upload")),
        (String::new(), Some("incomplete_upload")),
        (part.replace("bytes", "") + "--X--\r\n", Some("empty_file")),
        (part.replace("bytes", &"b".repeat(101)) + "--X--\r\n", Some("file_too_large")),
    ] {
        let body: &'static [u8] = body.leak().as_bytes();
        let result = receive(request(FORM, vec![body]), 100);
        assert_eq!(result.err().map(|error| error.0.code.name()), code, "{}", String::from_utf8_lossy(body));
    }
    let error = receive(request("multipart/form-data", vec![b"x"]), 100).err().unwrap();
    assert_eq!(error.0.code, Code::BadForm);
}

/// As clients compress.
fn gzip(content: &[u8]) -> Vec<u8> {
    sectionist_api::encoding::compressed(content, "text/plain").unwrap()
}

fn encoded(content_type: &str, encoding: &'static str, body: &[u8], cut: usize) -> Request<Body> {
    let body: &'static [u8] = body.to_vec().leak();
    let mut request = request(content_type, body.chunks(cut).collect());
    request.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    request.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
    request
}

#[test]
fn bodies_may_be_compressed() {
    let song = b"song ".repeat(1000);
    for cut in [1, 100, 10_000] {
        let upload = receive(encoded("audio/flac", "gzip", &gzip(&song), cut), 5000).unwrap();
        assert_eq!(upload.bytes, song);
        let part = "--X\r\nContent-Disposition: form-data; name=\"audio\"\r\n\r\n";
        let form = [part.as_bytes(), &song, b"\r\n--X--\r\n"].concat();
        let upload = receive(encoded(FORM, "gzip", &gzip(&form), cut), 5000).unwrap();
        assert_eq!(upload.bytes, song);
    }
    let code = |encoding, body: &[u8], max| {
        let error = receive(encoded("", encoding, body, 1000), max).err().unwrap();
        error.0.code
    };
    assert_eq!(code("br", &song, 5000), Code::UnsupportedEncoding);
    assert_eq!(code("gzip", &song, 5000), Code::BadEncoding);
    assert_eq!(code("gzip", &gzip(&song)[..20], 5000), Code::IncompleteUpload);
    assert_eq!(code("gzip", &gzip(&song), 4999), Code::FileTooLarge);
    assert_eq!(code("gzip", &gzip(&vec![0; 50_000_000]), 100_000), Code::FileTooLarge);
}

#[test]
fn names_of_any_language_arrive() {
    let mut named = request("audio/mpeg", vec![b"bytes"]);
    let disposition = "attachment; filename=\"_.mp3\"; filename*=UTF-8''%C3%BC%20%E2%98%83.mp3";
    named.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    assert_eq!(receive(named, 100).unwrap().hint.name.as_deref(), Some("ü ☃.mp3"));
    let body = "--X\r\nContent-Disposition: form-data; name=\"song\"; filename=\"../ü ☃.mp3\"\r\n\r\nbytes\r\n--X--\r\n";
    let upload = receive(request(FORM, vec![body.as_bytes()]), 100).unwrap();
    assert_eq!(upload.hint.name.as_deref(), Some("ü ☃.mp3"));
}
