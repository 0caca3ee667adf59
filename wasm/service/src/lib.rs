//! The Spin component: Sectionist over HTTP.
//!
//! ```text
//! request → gate (request id, log, CORS, JSON errors) → routes → analyze:
//!     client (key, limit) → upload → cache, or else analysis → answer or events
//! ```
//!
//! An instance serves many requests at the same time on one thread. An upload and its analysis keep
//! the instance to themselves by raising the component model's backpressure, and sleep for a
//! moment after each slice of work, so that the host sends everything else to other instances and
//! reaches this one in between. No state outlives a request but what is in the key-value store.
//!
//! What can be told without the host, as what parameters, variables and errors there are, is in `sectionist_api`.

mod analysis;
mod analyze;
mod answer;
mod cache;
mod client;
mod clock;
mod config;
mod context;
mod cors;
mod error;
mod events;
mod gate;
mod log;
mod question;
mod rest;
mod routes;
mod store;
mod upload;

use spin_sdk::http::Request;
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> axum::response::Response {
    gate::serve(request.map(axum::body::Body::new)).await
}
