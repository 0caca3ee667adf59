//! Reading an upload: raw bytes or a form, as a stream, into one buffer of bounded size.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::{HeaderMap, Request, StatusCode, header};
use multer::{Constraints, Field, Multipart, SizeLimit};
use sectionist_core::FileHint;
use serde_json::json;

use crate::error::ApiError;

/// What a form may be longer than the file in it.
const FORM_OVERHEAD: u64 = 64 << 10;

/// Longest value of a form field that is a parameter.
const MAX_FIELD: usize = 1 << 10;

/// Most parts of a form.
const MAX_PARTS: usize = 64;

/// A file and what came with it.
pub(crate) struct Upload {
    pub(crate) bytes: Bytes,
    pub(crate) hint: FileHint,
    /// Form fields beside the file, in order.
    pub(crate) fields: Vec<(String, String)>,
}

/// Reads the body of `request`: a form with one file part of any name, or else the file's bytes.
///
/// # Errors
/// 413 as soon as the file is known to be longer than `max` bytes; 400 for a body without a file,
/// with several, with none of its bytes, or that breaks off; 503 when memory is short.
pub(crate) async fn receive(request: Request<Body>, max: u64) -> Result<Upload, ApiError> {
    let (parts, body) = request.into_parts();
    let declared = text(&parts.headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let content_type = text(&parts.headers, header::CONTENT_TYPE).unwrap_or_default();
    let body = body.into_data_stream();
    let upload = if content_type.to_ascii_lowercase().starts_with("multipart/") {
        receive_form(content_type, body, declared, max).await?
    } else {
        Upload {
            bytes: receive_raw(body, declared, max).await?,
            hint: FileHint {
                name: text(&parts.headers, header::CONTENT_DISPOSITION).and_then(file_name),
                mime: audio_type(content_type),
            },
            fields: Vec::new(),
        }
    };
    if upload.bytes.is_empty() {
        return Err(ApiError::bad_request("empty_file", "the upload has no bytes"));
    }
    Ok(upload)
}

async fn receive_raw(mut body: BodyDataStream, declared: Option<u64>, max: u64) -> Result<Bytes, ApiError> {
    let mut buffer = Buffer::new(declared, max)?;
    while let Some(chunk) = body.next().await {
        buffer.push(&chunk.map_err(|_| broken_off())?)?;
    }
    Ok(buffer.bytes.into())
}

async fn receive_form(
    content_type: &str,
    body: BodyDataStream,
    declared: Option<u64>,
    max: u64,
) -> Result<Upload, ApiError> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| form_error(&error, max))?;
    if let Some(length) = declared.filter(|&length| length > max.saturating_add(FORM_OVERHEAD)) {
        return Err(ApiError::too_large(length, max));
    }
    let limit = SizeLimit::new().whole_stream(max.saturating_add(FORM_OVERHEAD));
    let constraints = Constraints::new().size_limit(limit);
    let mut form = Multipart::with_constraints(OneAtATime { body, rest: false }, boundary, constraints);

    let mut file = None;
    let mut fields = Vec::new();
    let mut n_parts = 0;
    while let Some(part) = form.next_field().await.map_err(|error| form_error(&error, max))? {
        n_parts += 1;
        if n_parts > MAX_PARTS {
            return Err(ApiError::bad_request(
                "bad_form",
                format!("the form has more than {MAX_PARTS} parts"),
            ));
        }
        if is_file(&part) {
            if file.is_some() {
                return Err(ApiError::bad_request(
                    "several_files",
                    "the form has several files; send one a request",
                ));
            }
            let hint = FileHint {
                name: part.file_name().map(base_name),
                mime: part.content_type().and_then(|mime| audio_type(mime.essence_str())),
            };
            file = Some((receive_file(part, declared, max).await?, hint));
        } else {
            let name = part.name().unwrap_or_default().to_owned();
            let value = receive_field(part, &name, max).await?;
            fields.push((name, value));
        }
    }
    let (bytes, hint) = file.ok_or_else(|| {
        ApiError::bad_request("missing_file", "the form has no file part; send one, for example as `audio`")
    })?;
    Ok(Upload { bytes, hint, fields })
}

async fn receive_file(mut part: Field<'_>, declared: Option<u64>, max: u64) -> Result<Bytes, ApiError> {
    let mut buffer = Buffer::new(declared.map(|length| length.min(max)), max)?;
    while let Some(chunk) = part.chunk().await.map_err(|error| form_error(&error, max))? {
        buffer.push(&chunk)?;
    }
    Ok(buffer.bytes.into())
}

async fn receive_field(mut part: Field<'_>, name: &str, max: u64) -> Result<String, ApiError> {
    let mut value = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| form_error(&error, max))? {
        if value.len() + chunk.len() > MAX_FIELD {
            let shown: String = name.chars().take(40).collect();
            return Err(ApiError::bad_request(
                "bad_form",
                format!("the form field `{shown}` is longer than {MAX_FIELD} bytes"),
            ));
        }
        value.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&value).into_owned())
}

/// A part is the file if it has a file name, a type that is not text, or the conventional name.
fn is_file(part: &Field<'_>) -> bool {
    part.file_name().is_some()
        || matches!(part.name(), Some("audio" | "file"))
        || part.content_type().is_some_and(|mime| mime.type_() != "text")
}

/// The file's bytes up to now.
struct Buffer {
    bytes: Vec<u8>,
    max: u64,
}

impl Buffer {
    /// A buffer for `declared` bytes, of which no more than `max` will be taken.
    fn new(declared: Option<u64>, max: u64) -> Result<Self, ApiError> {
        let declared = declared.unwrap_or(0);
        if declared > max {
            return Err(ApiError::too_large(declared, max));
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(declared as usize).map_err(|_| out_of_memory(declared))?;
        Ok(Self { bytes, max })
    }

    fn push(&mut self, chunk: &[u8]) -> Result<(), ApiError> {
        let length = (self.bytes.len() + chunk.len()) as u64;
        if length > self.max {
            return Err(ApiError::too_large(length, self.max));
        }
        self.bytes.try_reserve(chunk.len()).map_err(|_| out_of_memory(length))?;
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

/// Yields one chunk and then a pause. The form parser takes all that it is offered at once, so
/// that without pauses the whole upload would be buffered twice.
struct OneAtATime {
    body: BodyDataStream,
    rest: bool,
}

impl Stream for OneAtATime {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::replace(&mut self.rest, false) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.body).poll_next(context);
        self.rest = polled.is_ready();
        polled
    }
}

fn form_error(error: &multer::Error, max: u64) -> ApiError {
    match error {
        multer::Error::StreamSizeExceeded { limit } => ApiError::too_large(*limit, max),
        multer::Error::StreamReadFailed(_)
        | multer::Error::IncompleteStream
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteFieldData { .. } => broken_off(),
        error => ApiError::bad_request("bad_form", format!("the form cannot be read: {error}")),
    }
}

fn broken_off() -> ApiError {
    ApiError::bad_request("incomplete_upload", "the upload broke off")
}

fn out_of_memory(bytes: u64) -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "out_of_memory", "there is no memory for this file here")
        .with(json!({ "bytes": bytes }))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The declared type, if it says anything: clients call bytes they know nothing of by general types.
fn audio_type(content_type: &str) -> Option<String> {
    let essence = content_type.split(';').next()?.trim().to_ascii_lowercase();
    let general = ["", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"];
    (!general.contains(&essence.as_str())).then_some(essence)
}

/// The `filename` of a `Content-Disposition` header.
fn file_name(disposition: &str) -> Option<String> {
    let parameters = disposition.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("filename"))?;
    Some(base_name(value.trim().trim_matches('"'))).filter(|name| !name.is_empty())
}

/// A file name without folders, which some clients send along, of at most 255 characters.
fn base_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(255).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<F: Future>(future: F) -> F::Output {
        sectionist_core::pace::complete(future)
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
        let upload = run(receive(request("audio/flac", vec![b"ab", b"c"]), 3)).unwrap();
        assert_eq!(&upload.bytes[..], b"abc");
        assert_eq!(upload.hint.mime.as_deref(), Some("audio/flac"));
        let upload = run(receive(request("application/x-www-form-urlencoded", vec![b"ab"]), 3)).unwrap();
        assert_eq!(upload.hint, FileHint::default());
    }

    #[test]
    fn the_limit_is_noticed_at_once() {
        let error = run(receive(request("", vec![b"ab", b"cd", b"never read"]), 3)).err().unwrap();
        assert_eq!((error.status, error.code), (StatusCode::PAYLOAD_TOO_LARGE, "file_too_large"));
        assert_eq!(error.details["actual"], 4.0);
        let mut declared = request("", vec![b"ab"]);
        declared.headers_mut().insert(header::CONTENT_LENGTH, 1000.into());
        let error = run(receive(declared, 3)).err().unwrap();
        assert_eq!(error.details["actual"], 1000.0);
    }

    #[test]
    fn forms_have_one_file_and_fields() {
        let body: &[u8] = b"--X\r\nContent-Disposition: form-data; name=\"quality\"\r\n\r\nfast\r\n\
            --X\r\nContent-Disposition: form-data; name=\"song\"; filename=\"C:\\music\\a.mp3\"\r\n\
            Content-Type: audio/mpeg\r\n\r\nby\r\n--Ytes\r\n--X--\r\n";
        for split in 0..body.len() {
            let upload = run(receive(request(FORM, vec![&body[..split], &body[split..]]), 100)).unwrap();
            assert_eq!(&upload.bytes[..], b"by\r\n--Ytes", "split at {split}");
            assert_eq!(upload.hint.mime.as_deref(), Some("audio/mpeg"));
            assert_eq!(upload.fields, [("quality".to_owned(), "fast".to_owned())]);
        }
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
            let result = run(receive(request(FORM, vec![body]), 100));
            assert_eq!(result.err().map(|error| error.code), code, "{}", String::from_utf8_lossy(body));
        }
        let error = run(receive(request("multipart/form-data", vec![b"x"]), 100)).err().unwrap();
        assert_eq!(error.code, "bad_form");
    }

    #[test]
    fn names_lose_their_folders() {
        assert_eq!(file_name("attachment; filename=\"../a b.mp3\"").as_deref(), Some("a b.mp3"));
        assert_eq!(file_name("attachment"), None);
        assert_eq!(base_name("C:\\music\\a.mp3"), "a.mp3");
    }
}
