//! Answers in the form that was asked for.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sectionist_api::cache::matches;
use sectionist_api::encoding::{accepts_gzip, compressed};
use sectionist_api::names::attachment;
use sectionist_core::params::Format;
use sectionist_core::{Report, export};

/// What a client takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    gzip: bool,
    /// Whether events are asked for.
    pub(crate) events: bool,
    if_none_match: Vec<String>,
}

impl Wishes {
    /// What the request's headers say.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self {
            gzip: accepts_gzip(values(headers, &header::ACCEPT_ENCODING)),
            events: accepts_events(headers),
            if_none_match: values(headers, &header::IF_NONE_MATCH).map(str::to_owned).collect(),
        }
    }

    /// Whether the client has the answer of that tag.
    pub(crate) fn has(&self, etag: &str) -> bool {
        matches(self.if_none_match.iter().map(String::as_str), etag)
    }

    /// A response of `content`, compressed where that is taken.
    pub(crate) fn send(&self, content: Vec<u8>, content_type: &'static str) -> Response {
        let encoded = if self.gzip { compressed(&content, content_type) } else { None };
        let is_encoded = encoded.is_some();
        let mut response =
            ([(header::CONTENT_TYPE, content_type)], encoded.unwrap_or(content)).into_response();
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        if is_encoded {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    /// A response that never changes while the service runs as it does: with a tag, or 304 to who has it.
    pub(crate) fn send_tagged(&self, content: Vec<u8>, content_type: &'static str, etag: &str) -> Response {
        let mut response = if self.has(etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.send(content, content_type)
        };
        tag(response.headers_mut(), etag, "public, max-age=60");
        response
    }

    /// The report in `format`.
    pub(crate) fn send_report(&self, report: &Report, format: Format) -> Response {
        let exported = export(report, format);
        let end = exported.end();
        let mut response = self.send(exported.bytes, exported.content_type);
        if format != Format::Json {
            let value = attachment(report.source.name.as_deref(), &end);
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
            }
        }
        response
    }
}

/// The response to who has the answer already.
pub(crate) fn not_modified() -> Response {
    StatusCode::NOT_MODIFIED.into_response()
}

/// Adds an entity tag and how long the answer holds.
pub(crate) fn tag(headers: &mut HeaderMap, etag: &str, cache_control: &str) {
    for (name, value) in [(header::ETAG, etag), (header::CACHE_CONTROL, cache_control)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

/// How long a client may keep a report of that age.
pub(crate) fn cache_control(ttl: Option<Duration>, age: Duration) -> String {
    match ttl {
        Some(ttl) => format!("private, max-age={}", ttl.saturating_sub(age).as_secs()),
        None => "private, no-cache".to_owned(),
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

fn accepts_events(headers: &HeaderMap) -> bool {
    values(headers, &header::ACCEPT).any(|accept| {
        accept.split(',').any(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
        })
    })
}

/// Appends a measurement to the `Server-Timing` header.
pub(crate) fn add_timing(headers: &mut HeaderMap, name: &str, milliseconds: f64) {
    if let Ok(value) = HeaderValue::from_str(&format!("{name};dur={milliseconds}")) {
        headers.append("server-timing", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_asked_for_by_their_type() {
        let mut headers = HeaderMap::new();
        assert!(!Wishes::of(&headers).events);
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        assert!(!Wishes::of(&headers).events);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, Text/Event-Stream;q=0.9"));
        assert!(Wishes::of(&headers).events);
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"a\""));
        let wishes = Wishes::of(&headers);
        let send = |etag| wishes.send_tagged(vec![b' '; 5000], "application/json", etag);
        assert_eq!(send("W/\"a\"").status(), StatusCode::NOT_MODIFIED);
        let response = send("W/\"b\"");
        assert_eq!(
            (response.status(), &response.headers()[header::ETAG]),
            (StatusCode::OK, &"W/\"b\"".parse().unwrap())
        );
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn what_gains_by_it_is_compressed() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip"));
        let response = Wishes::of(&headers).send(vec![b' '; 5000], "application/json");
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(response.headers()[header::VARY], "accept-encoding");
    }
}
