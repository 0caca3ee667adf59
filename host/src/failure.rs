//! Requests that the host answers with an error of its own.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use sectionist_api::failure::{self, Code};
use wasmtime_wasi_http::WasiBody;

/// Seconds after which a client that found the server busy should try again.
const RETRY_AFTER: &str = "2";

/// A request that the component does not answer: the contract's code, and words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure(Code, &'static str);

impl Failure {
    pub(crate) const BUSY: Self = Self(Code::Busy, "too many analyses are under way; try again in a moment");
    pub(crate) const TIMEOUT: Self = Self(Code::Timeout, "the request took longer than it may here");
    pub(crate) const LATE: Self = Self(Code::UploadTimeout, "the upload stood still or came too slowly");
    pub(crate) const INTERNAL: Self = Self(
        Code::Internal,
        "something went wrong here; the file may need more memory than an analysis may use",
    );
    pub(crate) const UNAUTHORIZED: Self =
        Self(Code::Unauthorized, "this asks for an API key, as `Authorization: Bearer …` or `x-api-key`");
    pub(crate) const NOT_FOUND: Self = Self(Code::NotFound, "there is nothing at this address");
    pub(crate) const METHOD: Self = Self(Code::MethodNotAllowed, "this can only be read");

    /// The answer to the request `id`.
    pub(crate) fn respond(self, id: &str) -> Response<WasiBody> {
        let Self(code, words) = self;
        let mut response = Response::new(whole(failure::Failure::new(code, words).to_json().into()));
        *response.status_mut() =
            StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let more = match code {
            Code::Busy => Some((header::RETRY_AFTER, RETRY_AFTER)),
            Code::Unauthorized => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Code::MethodNotAllowed => Some((header::ALLOW, "GET, HEAD")),
            _ => None,
        };
        if let Some((name, value)) = more {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert("x-request-id", id);
        }
        response
    }
}

/// A body that is there already.
pub(crate) fn whole(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}
