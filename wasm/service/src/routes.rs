//! The routes.

use axum::body::Body;
use axum::extract::Extension;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use sectionist_core::params::Format;
use sectionist_core::{ANALYSIS_VERSION, AnalysisParams, Report, decode, export};
use serde_json::{Value, json};
use std::time::Instant;

use crate::analysis::Run;
use crate::error::ApiError;
use crate::events;
use crate::gate::{Context, add_timing};
use crate::log::{Entry, milliseconds};
use crate::upload::{self, Upload};

const ANALYZE: &str = "/analyze";
const HEALTH: &str = "/health";
const FORMATS: &str = "/formats";

/// The router.
pub(crate) fn router() -> Router {
    Router::new()
        .route(ANALYZE, post(analyze))
        .route(HEALTH, get(health))
        .route(FORMATS, get(formats))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

/// The path, if it is a route.
pub(crate) fn known(path: &str) -> Option<&'static str> {
    [ANALYZE, HEALTH, FORMATS].into_iter().find(|&route| route == path)
}

/// Whether the request is one that keeps an instance busy.
pub(crate) fn is_long(request: &Request<Body>) -> bool {
    request.method() == Method::POST && request.uri().path() == ANALYZE
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "healthy", "version": ANALYSIS_VERSION }))
}

async fn formats(Extension(context): Extension<Context>) -> Json<Value> {
    let config = &context.config;
    Json(json!({
        "input": decode::formats(),
        "output": Format::ALL.iter().map(output).collect::<Value>(),
        "limits": {
            "max_file_size": config.max_file_size,
            "max_duration": config.max_duration,
            "analysis_timeout": config.analysis_timeout.as_secs_f64(),
        },
    }))
}

fn output(format: &Format) -> Value {
    json!({ "name": format.name(), "extension": format.extension(), "content_type": format.content_type() })
}

async fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
        .with(json!({ "routes": [ANALYZE, HEALTH, FORMATS] }))
}

async fn method_not_allowed(request: Request<Body>) -> ApiError {
    let allowed = if request.uri().path() == ANALYZE { "POST" } else { "GET" };
    let method = request.method();
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{method} means nothing here; use {allowed}"),
    )
    .with(json!({ "allowed": [allowed] }))
}

async fn analyze(
    Extension(context): Extension<Context>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let config = &context.config;
    authorise(request.headers(), config.api_key.as_deref())?;
    let as_events = accepts_events(request.headers());
    let mut params = AnalysisParams::default();
    let query = request.uri().query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        params.set(&name, &value)?;
    }

    let started = Instant::now();
    let Upload { bytes, hint, fields } = upload::receive(request, config.max_file_size).await?;
    let upload_time = milliseconds(started.elapsed());
    context.entry.set("bytes", bytes.len());
    context.entry.set("upload_ms", upload_time);
    if let Some(name) = &hint.name {
        context.entry.set_debug("name", name.as_str());
    }

    for (name, value) in &fields {
        params.set(name, value)?;
    }
    params.limits.max_bytes = config.max_file_size;
    params.limits.max_duration = config.max_duration;
    params.validate()?;
    if as_events && params.format != Format::Json {
        return Err(ApiError::bad_request(
            "invalid_parameter",
            "an event stream carries the report as JSON; ask for other formats without it",
        )
        .with(json!({ "parameter": "format", "allowed": [Format::Json.name()] })));
    }

    let mut run = Run::new(bytes, &hint, &params, config.analysis_timeout)?;
    let mut response = if as_events {
        events::respond(run, context)
    } else {
        let report = loop {
            if let Some(report) = run.advance().await? {
                break report;
            }
        };
        describe(&context.entry, &run, &report);
        let mut response = render(&report, params.format);
        for (stage, time) in run.stage_times() {
            add_timing(response.headers_mut(), stage, time);
        }
        response
    };
    add_timing(response.headers_mut(), "upload", upload_time);
    Ok(response)
}

/// Tells the log about a finished analysis.
pub(crate) fn describe(entry: &Entry, run: &Run, report: &Report) {
    entry.set("format", format!("{}/{}", report.source.container, report.source.codec));
    entry.set("duration", milliseconds(std::time::Duration::from_secs_f64(report.duration.max(0.0))) / 1e3);
    entry.set("stages_ms", Value::Object(run.stage_times().map(|(s, t)| (s.to_owned(), t.into())).collect()));
}

/// The report in the form asked for.
fn render(report: &Report, format: Format) -> Response {
    let exported = export(report, format);
    let mut response = ([(header::CONTENT_TYPE, exported.content_type)], exported.bytes).into_response();
    if format != Format::Json {
        let stem = report.source.name.as_deref().unwrap_or("song");
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let safe: String = stem
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || " -_.()".contains(c) { c } else { '_' })
            .collect();
        let value = format!("attachment; filename=\"{safe}.{}\"", exported.extension);
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
        }
    }
    response
}

fn accepts_events(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).any(|accept| {
        accept.split(',').any(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
        })
    })
}

/// Checks the key, if one is set, in `Authorization: Bearer …` or `x-api-key`.
fn authorise(headers: &HeaderMap, key: Option<&str>) -> Result<(), ApiError> {
    let Some(key) = key else { return Ok(()) };
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let given = bearer.or_else(|| headers.get("x-api-key").map(HeaderValue::as_bytes));
    if given.is_some_and(|given| equal(given, key.as_bytes())) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "this service asks for an API key, as `Authorization: Bearer …` or `x-api-key`",
    ))
}

/// Compares in a time that does not depend on where the first difference is.
fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_compared_whole() {
        let mut headers = HeaderMap::new();
        assert!(authorise(&headers, None).is_ok());
        assert!(authorise(&headers, Some("secret")).is_err());
        headers.insert("x-api-key", HeaderValue::from_static("secret"));
        assert!(authorise(&headers, Some("secret")).is_ok());
        assert!(authorise(&headers, Some("secret2")).is_err());
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer other"));
        assert!(authorise(&headers, Some("secret")).is_err());
    }

    #[test]
    fn events_are_asked_for_by_their_type() {
        let mut headers = HeaderMap::new();
        assert!(!accepts_events(&headers));
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        assert!(!accepts_events(&headers));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, Text/Event-Stream;q=0.9"));
        assert!(accepts_events(&headers));
    }
}
