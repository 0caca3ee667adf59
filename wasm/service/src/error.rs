//! Failures as responses.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sectionist_api::failure::{Code, Details, Failure};

/// A failure on its way to the client.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Failure);

impl ApiError {
    pub(crate) fn new(code: Code, words: impl Into<String>) -> Self {
        Self(Failure::new(code, words))
    }

    pub(crate) fn with(self, details: Details) -> Self {
        Self(self.0.with(details))
    }

    /// The status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl<T: Into<Failure>> From<T> for ApiError {
    fn from(failure: T) -> Self {
        Self(failure.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.0.to_json()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match (self.0.code, &self.0.details) {
            (Code::Unauthorized, _) => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"sectionist\""),
                );
            }
            (Code::UnsupportedEncoding, _) => {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, identity"));
            }
            (Code::RateLimited, &Details::Rate { retry_after, .. }) => {
                headers.insert(header::RETRY_AFTER, retry_after.into());
            }
            _ => {}
        }
        response.extensions_mut().insert(Outcome(self.0.code.name()));
        response
    }
}

/// The error's code, left on a response for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome(pub(crate) &'static str);
