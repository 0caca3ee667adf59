//! Forms: one file, and parameters.

use bytes::Bytes;
use futures::{Stream, stream};
use http::header;
use multer::{Constraints, Field, Multipart, SizeLimit};
use sectionist_api::failure::{Code, Failure};
use sectionist_api::names;
use sectionist_api::parameters::CORRECTIONS;
use sectionist_core::FileHint;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::arrival::{Arrival, broken_off};
use super::buffer::Buffer;
use super::{Upload, audio_type};
use crate::error::ApiError;

/// What a form may be longer than the file and the corrections in it.
const OVERHEAD: u64 = 64 << 10;

/// Longest corrections in bytes.
const MAX_CORRECTIONS: usize = 1 << 20;

/// Longest value of a form field that is a parameter.
const MAX_FIELD: usize = 1 << 10;

/// Most parts of a form.
const MAX_PARTS: usize = 64;

/// Reads a form of `declared` length with a file of at most `max` bytes.
pub(super) async fn receive(
    content_type: &str,
    arrival: Arrival,
    declared: Option<u64>,
    max: u64,
) -> Result<Upload, ApiError> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| form_error(error, max))?;
    let longest = max.saturating_add(OVERHEAD + MAX_CORRECTIONS as u64);
    if declared.is_some_and(|length| length > longest) {
        return Err(Failure::too_large(None, max).into());
    }
    let limit = SizeLimit::new().whole_stream(longest);
    let constraints = Constraints::new().size_limit(limit);
    let mut form = Multipart::with_constraints(chunks(arrival), boundary, constraints);

    let (mut file, mut corrections) = (None, None);
    let mut fields = Vec::new();
    let mut n_parts = 0;
    while let Some(part) = form.next_field().await.map_err(|error| form_error(error, max))? {
        n_parts += 1;
        if n_parts > MAX_PARTS {
            return Err(ApiError::new(Code::BadForm, format!("the form has more than {MAX_PARTS} parts")));
        }
        let head = Head::of(&part);
        if head.name == CORRECTIONS {
            if corrections.replace(receive_field(part, &head.name, MAX_CORRECTIONS, max).await?).is_some() {
                return Err(Failure::parameter(CORRECTIONS, "`corrections` is given more than once").into());
            }
        } else if head.is_file() {
            if file.is_some() {
                return Err(ApiError::new(
                    Code::SeveralFiles,
                    "the form has several files; send one a request",
                ));
            }
            file = Some((receive_file(part, declared, max).await?, head.hint));
        } else {
            let value = receive_field(part, &head.name, MAX_FIELD, max).await?;
            fields.push((head.name, String::from_utf8_lossy(&value).into_owned()));
        }
    }
    let (buffer, hint) = file.ok_or_else(|| {
        ApiError::new(Code::MissingFile, "the form has no file part; send one, for example as `audio`")
    })?;
    Ok(Upload { corrections, fields, ..buffer.into_upload(hint) })
}

/// What a part says of itself.
struct Head {
    name: String,
    /// Whether it has a file name, be it an empty one.
    named: bool,
    hint: FileHint,
    is_text: bool,
}

impl Head {
    fn of(part: &Field<'_>) -> Self {
        let disposition = part.headers().get(header::CONTENT_DISPOSITION);
        let disposition = disposition.map(http::HeaderValue::as_bytes).unwrap_or_default();
        let mime = part.content_type();
        Self {
            name: names::parameter(disposition, "name").unwrap_or_default(),
            named: names::parameter(disposition, "filename").is_some(),
            hint: FileHint {
                name: names::file_name(disposition),
                mime: mime.and_then(|mime| audio_type(mime.essence_str())),
            },
            is_text: mime.is_none_or(|mime| mime.type_() == "text"),
        }
    }

    /// A part is the file if it has a file name, a type that is not text, or the conventional name.
    fn is_file(&self) -> bool {
        self.named || !self.is_text || matches!(self.name.as_str(), "audio" | "file")
    }
}

async fn receive_file(mut part: Field<'_>, declared: Option<u64>, max: u64) -> Result<Buffer, ApiError> {
    let mut buffer = Buffer::new(declared.map(|length| length.min(max)), max)?;
    while let Some(chunk) = part.chunk().await.map_err(|error| form_error(error, max))? {
        buffer.push(&chunk)?;
    }
    Ok(buffer)
}

async fn receive_field(
    mut part: Field<'_>,
    name: &str,
    longest: usize,
    max: u64,
) -> Result<Vec<u8>, ApiError> {
    let mut value = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| form_error(error, max))? {
        if value.len() + chunk.len() > longest {
            let shown: String = name.chars().take(40).collect();
            return Err(ApiError::new(
                Code::BadForm,
                format!("the form field `{shown}` is longer than {longest} bytes"),
            ));
        }
        value.extend_from_slice(&chunk);
    }
    Ok(value)
}

/// The chunks of a body, an error as the last of them.
fn chunks(arrival: Arrival) -> impl Stream<Item = Result<Bytes, Interrupted>> + Send {
    let chunks = stream::try_unfold(arrival, |mut arrival| async {
        let chunk = arrival.next().await.map_err(|ApiError(failure)| Interrupted(failure))?;
        Ok(chunk.map(|chunk| (chunk, arrival)))
    });
    OneAtATime { chunks: Box::pin(chunks), rest: false }
}

/// Yields one chunk and then a pause. The form parser takes all that it is offered at once, so
/// that without pauses the whole upload would be buffered twice.
struct OneAtATime<S> {
    chunks: Pin<Box<S>>,
    rest: bool,
}

impl<S: Stream> Stream for OneAtATime<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::replace(&mut self.rest, false) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.chunks.as_mut().poll_next(context);
        self.rest = polled.is_ready();
        polled
    }
}

/// A failure on its way through the form parser.
#[derive(Debug)]
struct Interrupted(Failure);

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.error)
    }
}

impl std::error::Error for Interrupted {}

fn form_error(error: multer::Error, max: u64) -> ApiError {
    match error {
        multer::Error::StreamSizeExceeded { .. } => Failure::too_large(None, max).into(),
        multer::Error::StreamReadFailed(error) => error
            .downcast::<Interrupted>()
            .map_or_else(|_| broken_off(), |interrupted| ApiError(interrupted.0)),
        multer::Error::IncompleteStream
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteFieldData { .. } => broken_off(),
        error => ApiError::new(Code::BadForm, format!("the form cannot be read: {error}")),
    }
}
