//! Request bodies that come in time and end politely.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::Error;

/// How long what a client still sends is read after its request was answered.
const LINGER: Duration = Duration::from_secs(3);

/// Bytes a second that an upload must come with. Slower than that, no song arrives within the
/// component's `upload_timeout`.
const MIN_RATE: f64 = 4096.0;

/// How patient the host is with uploads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// How long an upload may stand still.
    pub(crate) stall: Duration,
    /// From when on it must have come at [`MIN_RATE`] on average.
    pub(crate) grace: Duration,
}

/// A request body that fails if it comes too slowly, and that, when it is let go before its end, is read
/// on for a moment and thrown away.
///
/// A server that answers early and closes while the client is still sending resets the connection,
/// and the client may lose the answer.
pub(crate) struct Upload {
    body: Option<Incoming>,
    runtime: Handle,
    patience: Patience,
    /// When it was first waited for; what stands in the queue is not late.
    started: Option<Instant>,
    last: Instant,
    n_bytes: u64,
    sleep: Pin<Box<Sleep>>,
    late: Arc<AtomicBool>,
    /// The client sends nothing before it is asked to, which reading does.
    waits: bool,
}

impl Upload {
    /// Wraps `body`; what is left of it is read on the current runtime. `waits` says that the client
    /// waits for `100 Continue`.
    pub(crate) fn new(body: Incoming, patience: Patience, waits: bool) -> Self {
        let now = Instant::now();
        Self {
            body: Some(body),
            runtime: Handle::current(),
            patience,
            started: None,
            last: now,
            n_bytes: 0,
            sleep: Box::pin(tokio::time::sleep_until(now)),
            late: Arc::default(),
            waits,
        }
    }

    /// Will be set if it comes too slowly.
    pub(crate) fn late(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.late)
    }

    /// Until when something more must have come.
    fn deadline(&mut self) -> Instant {
        let started = *self.started.get_or_insert_with(|| {
            self.last = Instant::now();
            self.last
        });
        let rate = Duration::from_secs_f64(self.n_bytes as f64 / MIN_RATE);
        (self.last + self.patience.stall).min(started + self.patience.grace + rate)
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(context);
        self.waits = false;
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.n_bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
                self.last = Instant::now();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(other) => Poll::Ready(other.map(|result| result.map_err(Into::into))),
            Poll::Pending => {
                let deadline = self.deadline();
                if self.sleep.deadline() != deadline {
                    self.sleep.as_mut().reset(deadline);
                }
                std::task::ready!(self.sleep.as_mut().poll(context));
                self.late.store(true, Ordering::Relaxed);
                self.body = None;
                Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.waits {
            return;
        }
        if let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.runtime.spawn(async move {
                let drain = async { while let Some(Ok(_)) = body.frame().await {} };
                let _ = tokio::time::timeout(LINGER, drain).await;
            });
        }
    }
}
