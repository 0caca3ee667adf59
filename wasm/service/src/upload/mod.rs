//! Reading an upload: raw bytes or a form, as a stream, into one buffer of bounded size.

mod arrival;
mod buffer;
mod form;

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header};
use sectionist_api::cache::ContentHash;
use sectionist_api::encoding::Encoding;
use sectionist_api::failure::Code;
use sectionist_api::names::file_name;
use sectionist_core::FileHint;

use crate::error::ApiError;
use arrival::Arrival;
use buffer::Buffer;

/// A file and what came with it.
pub(crate) struct Upload {
    pub(crate) bytes: Bytes,
    /// Of the bytes.
    pub(crate) hash: ContentHash,
    pub(crate) hint: FileHint,
    /// Form fields beside the file, in order.
    pub(crate) fields: Vec<(String, String)>,
    /// The form's `corrections`, as JSON.
    pub(crate) corrections: Option<Vec<u8>>,
}

/// What an upload may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Largest file in bytes.
    pub(crate) size: u64,
    /// Longest time.
    pub(crate) time: Duration,
}

/// Reads the body of `request`: a form with one file part of any name, or else the file's bytes.
///
/// # Errors
/// 413 as soon as the file is known to be too long; 408 when it takes too long or stands still; 415
/// for an unknown encoding; 400 for a body without a file, with several, with none of its bytes, or
/// that breaks off; 503 when memory is short.
pub(crate) async fn receive(request: Request<Body>, bounds: Bounds) -> Result<Upload, ApiError> {
    let (parts, body) = request.into_parts();
    let encoding = encoding(&parts.headers)?;
    let declared = text(&parts.headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    // Of what is compressed the length says nothing.
    let declared = declared.filter(|_| encoding == Encoding::Identity);
    let content_type = text(&parts.headers, header::CONTENT_TYPE).unwrap_or_default();
    let arrival = Arrival::new(body.into_data_stream(), encoding, bounds);
    let upload = if content_type.to_ascii_lowercase().starts_with("multipart/") {
        form::receive(content_type, arrival, declared, bounds.size).await?
    } else {
        let disposition = parts.headers.get(header::CONTENT_DISPOSITION).map(HeaderValue::as_bytes);
        let hint = FileHint { name: disposition.and_then(file_name), mime: audio_type(content_type) };
        receive_raw(arrival, declared, bounds.size).await?.into_upload(hint)
    };
    if upload.bytes.is_empty() {
        return Err(ApiError::new(Code::EmptyFile, "the upload has no bytes"));
    }
    Ok(upload)
}

async fn receive_raw(mut arrival: Arrival, declared: Option<u64>, max: u64) -> Result<Buffer, ApiError> {
    let mut buffer = Buffer::new(declared, max)?;
    while let Some(chunk) = arrival.next().await? {
        buffer.push(&chunk)?;
    }
    Ok(buffer)
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, ApiError> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let values: Vec<&str> = values.map(|value| value.to_str().unwrap_or("?")).collect();
    Encoding::parse(&values.join(",")).map_err(|name| {
        ApiError::new(
            Code::UnsupportedEncoding,
            format!("the body is encoded as `{name}`; send it as it is, or as gzip"),
        )
    })
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

#[cfg(test)]
mod tests;
