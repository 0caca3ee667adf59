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
use sectionist_core::export;
use sectionist_core::params::Format;
use serde_json::{Value, json};

use crate::analysis::Run;
use crate::error::ApiError;
use crate::gate::Context;
use crate::routes::describe;

/// Shortest time between two `progress` events.
const INTERVAL: Duration = Duration::from_millis(100);

/// The response that runs the analysis and tells of it.
pub(crate) fn respond(run: Run, context: Context) -> Response {
    // Holds until the last event says otherwise.
    context.entry.outcome(StatusCode::OK, "cancelled");
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(events(run, context))).into_response()
}

struct State {
    run: Run,
    context: Context,
    last_event: Option<Instant>,
}

fn events(run: Run, context: Context) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let state = State { run, context, last_event: None };
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
                let progress = state.run.progress();
                let data = json!({ "stage": progress.stage.name(), "fraction": progress.fraction });
                state.last_event = Some(Instant::now());
                return (event("progress", data.to_string().as_bytes()), Some(state));
            }
            Ok(Some(report)) => {
                describe(&state.context.entry, &state.run, &report);
                state.context.entry.outcome(StatusCode::OK, "ok");
                return (event("report", &export(&report, Format::Json).bytes), None);
            }
            Err(error) => return (failure(&state.context, &error), None),
        }
    }
}

fn failure(context: &Context, error: &ApiError) -> Bytes {
    context.entry.outcome(error.status, error.code);
    let mut data = error.body();
    if let Value::Object(fields) = &mut data {
        fields.insert("status".to_owned(), error.status.as_u16().into());
    }
    event("error", data.to_string().as_bytes())
}

/// One event. `data` is JSON, so a single line.
fn event(name: &str, data: &[u8]) -> Bytes {
    [b"event: ", name.as_bytes(), b"\ndata: ", data, b"\n\n"].concat().into()
}
