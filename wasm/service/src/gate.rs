//! What every request passes: its id, its line in the log, cross-origin headers, errors as JSON.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use spin_sdk::wit_bindgen::{backpressure_dec, backpressure_inc};
use tower_service::Service;

use crate::config::Config;
use crate::error::Outcome;
use crate::log::{Entry, milliseconds, pseudonym};
use crate::routes;

/// What handlers know of the request beside the request itself.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) config: Arc<Config>,
    pub(crate) entry: Entry,
    /// Held for as long as the instance takes no further requests.
    _busy: Option<Arc<Busy>>,
}

/// While this lives, the host sends further requests to other instances.
#[derive(Debug)]
struct Busy;

impl Busy {
    fn enter() -> Self {
        backpressure_inc();
        Self
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        backpressure_dec();
    }
}

/// Serves one request.
pub(crate) async fn serve(request: Request<Body>) -> Response {
    // Before anything is awaited, or the host may have put another request into this instance.
    let busy = routes::is_long(&request).then(|| Arc::new(Busy::enter()));
    let started = Instant::now();
    let id = request_id(request.headers());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let entry = Entry::new(started);
    entry.set("request_id", id.as_str());
    entry.set("method", request.method().as_str());
    entry.set("route", routes::known(request.uri().path()).unwrap_or("other"));
    if let Some(client) = client_address(request.headers()) {
        entry.set("client", pseudonym(client));
    }

    let mut response = match Config::load().await {
        Ok(config) => {
            let config = Arc::new(config);
            entry.threshold(config.log_level);
            let context = Context { config: Arc::clone(&config), entry: entry.clone(), _busy: busy };
            let preflight = request.method() == Method::OPTIONS;
            let mut response = if preflight {
                StatusCode::NO_CONTENT.into_response()
            } else {
                route(request, context).await
            };
            config.cors_origins.describe(origin.as_ref(), response.headers_mut());
            if preflight {
                config.cors_origins.describe_preflight(response.headers_mut());
            }
            response
        }
        Err(error) => {
            entry.set("message", error.message.as_str());
            error.into_response()
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

/// Appends a measurement to the `Server-Timing` header.
pub(crate) fn add_timing(headers: &mut HeaderMap, name: &str, milliseconds: f64) {
    if let Ok(value) = HeaderValue::from_str(&format!("{name};dur={milliseconds}")) {
        headers.append("server-timing", value);
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

/// The client's address without its port, as the host tells it.
fn client_address(headers: &HeaderMap) -> Option<&str> {
    let address = headers.get("spin-client-addr")?.to_str().ok()?;
    Some(address.rsplit_once(':').map_or(address, |(host, _)| host))
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

    #[test]
    fn the_port_is_not_part_of_a_client() {
        let mut headers = HeaderMap::new();
        assert_eq!(client_address(&headers), None);
        headers.insert("spin-client-addr", HeaderValue::from_static("[::1]:50000"));
        assert_eq!(client_address(&headers), Some("[::1]"));
    }
}
