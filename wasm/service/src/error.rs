//! Failures as clients see them: a status, a stable code, words and details.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use sectionist_core::Error;
use sectionist_core::error::Limit;
use serde_json::{Value, json};

/// An error response: `{"error": words, "code": stable name, "details": {…}}`.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) details: Value,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: json!({}) }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// The upload is over `max` bytes; `actual` is its size as declared, or what was read of it.
    pub(crate) fn too_large(actual: u64, max: u64) -> Self {
        Error::LimitExceeded { limit: Limit::Bytes, actual: actual as f64, max: max as f64 }.into()
    }

    /// The JSON body.
    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.message, "code": self.code, "details": self.details })
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let details = match &error {
            Error::Unsupported { container, codec, .. } | Error::Malformed { container, codec, .. } => {
                json!({ "container": container, "codec": codec })
            }
            Error::LimitExceeded { limit, actual, max } => {
                json!({ "limit": limit.name(), "actual": actual, "max": max })
            }
            Error::InvalidParams { name, allowed, .. } => json!({ "parameter": name, "allowed": allowed }),
            _ => json!({}),
        };
        let status = match error {
            Error::LimitExceeded { limit: Limit::Bytes | Limit::Duration, .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, code: error.code(), message: error.to_string(), details }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, headers, self.body().to_string()).into_response();
        response.extensions_mut().insert(Outcome(self.code));
        response
    }
}

/// The error's code, left on a response for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome(pub(crate) &'static str);
