//! What every request passes: its id, its line in the log, cross-origin headers, errors as JSON.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use sectionist_api::routes::Route;
use tower_service::Service;

use crate::answer::add_timing;
use crate::context::{Busy, Context};
use crate::error::{ApiError, Outcome};
use crate::log::{Entry, milliseconds, pseudonym};
use crate::{client, config, cors, routes};

/// Serves one request.
pub(crate) async fn serve(request: Request<Body>) -> Response {
    // Before anything is awaited, or the host may have put another request into this instance.
    let busy = routes::is_long(&request).then(Busy::enter);
    let started = Instant::now();
    let id = request_id(request.headers());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let entry = Entry::new(started);
    entry.set("request_id", id.as_str());
    entry.set("method", request.method().as_str());
    entry.set("route", Route::of(request.uri().path()).map_or("other", Route::path));

    let mut response = match config::load().await {
        Ok(settings) => {
            let settings = Arc::new(settings);
            entry.threshold(settings.log_level);
            let client = client::address(request.headers(), &settings);
            if let Some(client) = client {
                entry.set("client", pseudonym(client));
            }
            let context = Context::new(Arc::clone(&settings), entry.clone(), client, busy);
            let preflight = request.method() == Method::OPTIONS;
            let mut response = if preflight {
                StatusCode::NO_CONTENT.into_response()
            } else {
                route(request, context).await
            };
            cors::describe(&settings.cors_origins, origin.as_ref(), response.headers_mut());
            if preflight {
                cors::describe_preflight(response.headers_mut());
            }
            response
        }
        Err(failure) => {
            entry.set("message", failure.error.as_str());
            ApiError(failure).into_response()
        }
    };

    if let Some(&Outcome(outcome)) = response.extensions().get() {
        entry.outcome(response.status(), outcome);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    add_timing(response.headers_mut(), "total", milliseconds(started.elapsed()));
    response
}

async fn route(mut request: Request<Body>, context: Context) -> Response {
    request.extensions_mut().insert(context);
    match routes::router().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The caller's id if it is well formed, else a random one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    match given.filter(|id| is_well_formed(id)) {
        Some(id) => id.to_owned(),
        None => {
            let mut random = [0; 16];
            // Without randomness, ids are equal; nothing depends on them.
            let _ = getrandom::fill(&mut random);
            random.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    }
}

fn is_well_formed(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_only_if_well_formed() {
        let with = |id: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", HeaderValue::from_static(id));
            request_id(&headers)
        };
        assert_eq!(with("abc-123_4.5:6"), "abc-123_4.5:6");
        for bad in ["", "two words", "<script>", "\"quoted\""] {
            assert_eq!(with(bad).len(), 32, "{bad}");
        }
        assert_eq!(request_id(&HeaderMap::new()).len(), 32);
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
