//! The Spin component: Sectionist over HTTP.
//!
//! ```text
//! request → gate (request id, log, CORS, JSON errors) → routes → upload → analysis → answer or events
//! ```
//!
//! An instance serves many requests at the same time on one thread. An upload and its analysis keep
//! the instance to themselves by raising the component model's backpressure, and sleep for a
//! moment after each slice of work, so that the host sends everything else to other instances and
//! reaches this one in between. No state outlives a request.

mod analysis;
mod config;
mod cors;
mod error;
mod events;
mod gate;
mod log;
mod routes;
mod upload;

use spin_sdk::http::Request;
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> axum::response::Response {
    gate::serve(request.map(axum::body::Body::new)).await
}
