//! The routes.

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use sectionist_api::answers::{FormatList, Health};
use sectionist_api::failure::Code;
use sectionist_api::routes::Route;
use serde::Serialize;

use crate::analyze::analyze;
use crate::answer::Wishes;
use crate::context::Context;
use crate::error::ApiError;

/// The contract, as it is made from the types that this crate answers with.
const CONTRACT: &str = include_str!("../../../docs/openapi.json");

const JSON: &str = "application/json";

/// The router.
pub(crate) fn router() -> Router {
    Router::new()
        .route(Route::Analyze.path(), post(analyze))
        .route(Route::Health.path(), get(health))
        .route(Route::Formats.path(), get(formats))
        .route(Route::OpenApi.path(), get(contract))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

/// Whether the request is one that keeps an instance busy.
pub(crate) fn is_long(request: &Request<Body>) -> bool {
    request.method() == Method::POST && request.uri().path() == Route::Analyze.path()
}

async fn health() -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    (no_store, Wishes::default().send(json(&Health::default()), JSON)).into_response()
}

async fn formats(Extension(context): Extension<Context>, headers: HeaderMap) -> Response {
    tagged(&headers, json(&FormatList::new(&context.settings)))
}

async fn contract(headers: HeaderMap) -> Response {
    tagged(&headers, CONTRACT.into())
}

fn tagged(headers: &HeaderMap, content: Vec<u8>) -> Response {
    let etag = sectionist_api::cache::etag_of(&content);
    Wishes::of(headers).send_tagged(content, JSON, &etag)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers are JSON")
}

async fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "there is nothing at this address")
}

async fn method_not_allowed(request: Request<Body>) -> Response {
    let allowed = Route::of(request.uri().path()).map_or("GET, HEAD", Route::allow);
    let words = format!("{} means nothing here; use {allowed}", request.method());
    let mut response = ApiError::new(Code::MethodNotAllowed, words).into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}
