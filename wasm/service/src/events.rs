//! Server-sent events: progress while an analysis runs, then its report or error.
//!
//! The body computes as it is read: if the client goes away, the analysis ends.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, stream};
use http::{StatusCode, header};
use sectionist_api::answers::{ErrorEvent, ProgressEvent};
use sectionist_core::params::Format;
use sectionist_core::{Report, export};
use serde::Serialize;

use crate::analysis::Run;
use crate::error::ApiError;
use crate::question::Question;

/// Shortest time between two `progress` events.
const INTERVAL: Duration = Duration::from_millis(100);

/// The response that runs the analysis and tells of it.
pub(crate) fn respond(run: Run, question: Question) -> Response {
    response(Body::from_stream(events(run, question)))
}

/// The response that tells of a report that is there.
pub(crate) fn respond_with(report: &Report) -> Response {
    response(Body::from(event("report", &export(report, Format::Json).bytes)))
}

fn response(body: Body) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, body).into_response()
}

struct State {
    run: Run,
    question: Question,
    last_event: Option<Instant>,
}

fn events(run: Run, question: Question) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let state = State { run, question, last_event: None };
    stream::unfold(Some(state), |state| async {
        let (event, state) = next(state?).await;
        Some((Ok(event), state))
    })
}

/// The next event, and the state if others may follow.
async fn next(mut state: State) -> (Bytes, Option<State>) {
    loop {
        match state.run.advance().await {
            Ok(None) if state.last_event.is_some_and(|last| last.elapsed() < INTERVAL) => {}
            Ok(None) => {
                let data = json(&ProgressEvent::from(state.run.progress()));
                state.last_event = Some(Instant::now());
                return (event("progress", &data), Some(state));
            }
            Ok(Some(report)) => {
                let report = state.question.settle(*report).await;
                let entry = &state.question.context.entry;
                entry.describe(&report);
                entry.describe_stages(state.run.stage_times());
                entry.outcome(StatusCode::OK, "ok");
                return (event("report", &export(&report, Format::Json).bytes), None);
            }
            Err(error) => return (failure(&state.question, &error), None),
        }
    }
}

fn failure(question: &Question, error: &ApiError) -> Bytes {
    question.context.entry.outcome(error.status(), error.0.code.name());
    event("error", &json(&ErrorEvent::from(&error.0)))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts and numbers are JSON")
}

/// One event. `data` is JSON, so a single line.
fn event(name: &str, data: &[u8]) -> Bytes {
    [b"event: ", name.as_bytes(), b"\ndata: ", data, b"\n\n"].concat().into()
}
