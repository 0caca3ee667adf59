//! `POST /analyze`.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Extension;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Request, StatusCode};
use sectionist_api::failure::{Code, Details, Failure};
use sectionist_api::parameters::{CORRECTIONS, Reader};
use sectionist_core::params::Format;
use sectionist_core::report::Corrections;

use crate::analysis::Run;
use crate::answer::{self, Wishes, add_timing};
use crate::context::Context;
use crate::error::ApiError;
use crate::log::milliseconds;
use crate::question::Question;
use crate::upload::{self, Bounds, Upload};
use crate::{cache, client, events};

/// The route.
pub(crate) async fn analyze(Extension(context): Extension<Context>, request: Request<Body>) -> Response {
    // Holds if the client leaves and this ends here.
    context.entry.outcome(StatusCode::OK, "cancelled");
    let key = match client::authorise(request.headers(), &context.settings) {
        Ok(key) => key,
        Err(error) => return error.into_response(),
    };
    if let Some(key) = key {
        context.entry.set("key", key.name.as_str());
    }
    let (limit, refusal) = client::count(&context.settings, key, context.client, &context.entry).await;
    let mut response = match refusal {
        Some(refusal) => refusal.into_response(),
        None => answer(context.clone(), request).await.unwrap_or_else(IntoResponse::into_response),
    };
    response.headers_mut().extend(limit);
    response
}

async fn answer(context: Context, request: Request<Body>) -> Result<Response, ApiError> {
    let settings = &context.settings;
    let wishes = Wishes::of(request.headers());
    let mut reader = Reader::default();
    reader.take(form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()))?;

    let started = Instant::now();
    let bounds = Bounds { size: settings.max_file_size, time: settings.upload_timeout };
    let Upload { bytes, hash, hint, fields, corrections: json } = upload::receive(request, bounds).await?;
    let upload_time = milliseconds(started.elapsed());
    context.entry.set("bytes", bytes.len());
    context.entry.set("upload_ms", upload_time);
    if let Some(name) = &hint.name {
        context.entry.set_debug("name", name.as_str());
    }

    reader.take(fields)?;
    let mut params = reader.finish()?;
    params.limits.max_bytes = settings.max_file_size;
    params.limits.max_duration = settings.max_duration;
    if wishes.events && params.format != Format::Json {
        return Err(ApiError::new(
            Code::InvalidParameter,
            "an event stream carries the report as JSON; ask for other formats without it",
        )
        .with(Details::Parameter {
            parameter: "format".to_owned(),
            allowed: vec![Format::Json.name().to_owned()],
        }));
    }
    let corrections = json.as_deref().map(read_corrections).transpose()?;
    let fingerprint = hash.fingerprint(&params);
    let etag = fingerprint.etag(&params, &hint, json.as_deref().unwrap_or_default());
    let question = Question { context, params, hint, corrections, fingerprint };
    let mut response = if wishes.has(&etag) {
        unchanged(&question)
    } else {
        report(question, bytes, &wishes, &etag).await?
    };
    add_timing(response.headers_mut(), "upload", upload_time);
    Ok(response)
}

fn read_corrections(json: &[u8]) -> Result<Corrections, ApiError> {
    Corrections::from_json(json).map_err(|error| {
        Failure::parameter(CORRECTIONS, format!("`{CORRECTIONS}` cannot be read: {error}")).into()
    })
}

/// The answer to who has it already.
fn unchanged(question: &Question) -> Response {
    question.context.entry.outcome(StatusCode::NOT_MODIFIED, "ok");
    answer::not_modified()
}

/// The report, found or made, or the events of its making.
async fn report(
    question: Question,
    bytes: bytes::Bytes,
    wishes: &Wishes,
    etag: &str,
) -> Result<Response, ApiError> {
    let context = question.context.clone();
    let ttl = context.settings.cache_ttl;
    let found = cache::find(&context, &question.fingerprint).await;
    let outcome = if found.is_some() { "hit" } else { "miss" };
    context.entry.set("cache", if ttl.is_some() { outcome } else { "off" });
    let mut age = Duration::ZERO;
    let mut response = match found {
        Some((report, kept_for)) => {
            age = kept_for;
            let report = question.dress(report);
            context.entry.describe(&report);
            context.entry.outcome(StatusCode::OK, "ok");
            if wishes.events {
                events::respond_with(&report)
            } else {
                wishes.send_report(&report, question.params.format)
            }
        }
        None => {
            let run = Run::new(bytes, &question.params, context.settings.analysis_timeout)?;
            if wishes.events { events::respond(run, question) } else { make(run, &question, wishes).await? }
        }
    };
    let headers = response.headers_mut();
    if ttl.is_some() {
        headers.insert("x-cache", HeaderValue::from_static(outcome));
    }
    if !wishes.events {
        answer::tag(headers, etag, &answer::cache_control(ttl, age));
    }
    Ok(response)
}

/// The report of an analysis that is run to its end.
async fn make(mut run: Run, question: &Question, wishes: &Wishes) -> Result<Response, ApiError> {
    let report = loop {
        if let Some(report) = run.advance().await? {
            break question.settle(*report).await;
        }
    };
    let entry = &question.context.entry;
    entry.describe(&report);
    entry.describe_stages(run.stage_times());
    entry.outcome(StatusCode::OK, "ok");
    let mut response = wishes.send_report(&report, question.params.format);
    for (stage, time) in run.stage_times() {
        add_timing(response.headers_mut(), stage, time);
    }
    Ok(response)
}
