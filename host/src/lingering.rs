//! Request bodies that end politely.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;

/// How long what a client still sends is read after its request was answered.
const TIME: Duration = Duration::from_secs(3);

/// A request body that, when it is let go before its end, is read on for a moment and thrown away.
///
/// A server that answers early and closes while the client is still sending resets the connection,
/// and the client may lose the answer.
pub(crate) struct Lingering {
    body: Option<Incoming>,
    runtime: Handle,
}

impl Lingering {
    /// Wraps `body`; what is left of it is read on `runtime`.
    pub(crate) const fn new(body: Incoming, runtime: Handle) -> Self {
        Self { body: Some(body), runtime }
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.runtime.spawn(async move {
                let drain = async { while let Some(Ok(_)) = body.frame().await {} };
                let _ = tokio::time::timeout(TIME, drain).await;
            });
        }
    }
}
