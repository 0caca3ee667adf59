//! What is where: the component's routes, counts, files.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use sectionist_api::client::{self, Keys};
use sectionist_api::variables::Level;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, ProxyHandler};

use crate::ROUTES;
use crate::failure::{Failure, whole};
use crate::files::Files;
use crate::log::Log;
use crate::metrics::{self, Metrics};
use crate::queue::Queue;
use crate::upload::{Patience, Upload};
use crate::worker::{Terms, Workers};

/// The route that computes.
const ANALYZE: &str = "/analyze";

/// The route of the counts.
const METRICS: &str = "/metrics";

/// What requests share.
pub(crate) struct Site {
    pub(crate) handler: ProxyHandler<Workers>,
    pub(crate) files: Option<Files>,
    pub(crate) guests: Handle,
    pub(crate) queue: Queue,
    pub(crate) keys: Keys,
    pub(crate) log: Log,
    pub(crate) patience: Patience,
    pub(crate) request_time: Duration,
    pub(crate) ids: RandomState,
    pub(crate) n_requests: AtomicUsize,
}

impl Site {
    /// Answers a request.
    pub(crate) async fn respond(
        self: &Arc<Self>,
        request: Request<Incoming>,
        client: SocketAddr,
    ) -> Response<WasiBody> {
        let started = Instant::now();
        let path = request.uri().path().to_owned();
        let route = ROUTES.iter().copied().find(|route| *route == path);
        let id = self.request_id(request.headers());
        let waits = request.headers().contains_key(header::EXPECT);
        // Whoever answers, the client gets to see it, as what it still sends is read.
        let request = request.map(|body| Upload::new(body, self.patience, waits));
        let (response, permit) = if let Some(route) = route {
            let visit =
                Visit { site: self, route, method: request.method().clone(), id: &id, started, ended: false };
            visit.run(request, client).await
        } else {
            (self.read(&request, &path, &id).await, None)
        };
        let label = route.unwrap_or(if path == METRICS { METRICS } else { "files" });
        let status = response.status().as_u16();
        let sent = Sent { metrics: Arc::clone(&self.log.metrics), route: label, status, started };
        response.map(|body| Held { body, _permit: permit, _sent: sent }.boxed_unsync())
    }

    /// What can only be read: counts and files.
    async fn read(&self, request: &Request<Upload>, path: &str, id: &str) -> Response<WasiBody> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Failure::METHOD.respond(id);
        }
        if path == METRICS {
            let headers = request.headers();
            let value = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
            let given =
                client::given(value(header::AUTHORIZATION), value(HeaderName::from_static("x-api-key")));
            if !self.keys.is_empty() && given.and_then(|given| self.keys.find(given)).is_none() {
                return Failure::UNAUTHORIZED.respond(id);
            }
            let mut response = Response::new(whole(self.log.metrics.render(&self.queue.state()).into()));
            let kind = HeaderValue::from_static(metrics::CONTENT_TYPE);
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            return response;
        }
        let file = match &self.files {
            Some(files) => files.serve(path, request.headers()).await,
            None => None,
        };
        file.map_or_else(|| Failure::NOT_FOUND.respond(id), |file| file.map(whole))
    }

    /// The request as Spin would hand it in: an absolute address, and what the host knows in headers
    /// that clients cannot set.
    fn prepare(&self, request: Request<Upload>, client: SocketAddr, id: &str) -> Request<WasiBody> {
        let (mut parts, body) = request.into_parts();
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = parts.uri.authority().map(|host| host.as_str()).or(host).unwrap_or("localhost");
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let uri = Uri::builder().scheme("http").authority(host).path_and_query(target).build();
        if let Ok(uri) = uri {
            parts.uri = uri;
        }
        let forged: Vec<HeaderName> =
            parts.headers.keys().filter(|name| name.as_str().starts_with("spin-")).cloned().collect();
        for name in forged {
            parts.headers.remove(name);
        }
        for (name, value) in [
            ("spin-client-addr", client.to_string()),
            ("spin-full-url", parts.uri.to_string()),
            ("x-request-id", id.to_owned()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                parts.headers.insert(name, value);
            }
        }
        // Kept from the component: hyper sees to it once the body is read.
        parts.headers.remove(header::EXPECT);
        Request::from_parts(parts, body.boxed_unsync())
    }

    /// The caller's id if it is well formed, else one of our own.
    fn request_id(&self, headers: &HeaderMap) -> String {
        let given = headers.get("x-request-id").and_then(|id| id.to_str().ok()).filter(|id| {
            (1..=128).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
        });
        given.map_or_else(
            || {
                let n = self.n_requests.fetch_add(1, Ordering::Relaxed);
                format!("{:016x}{:016x}", self.ids.hash_one(n), self.ids.hash_one((n, "id")))
            },
            str::to_owned,
        )
    }
}

/// A request to the component. If its client leaves before there is an answer, the instance goes with
/// it and logs nothing, so the line is written here.
struct Visit<'a> {
    site: &'a Arc<Site>,
    route: &'static str,
    method: Method,
    id: &'a str,
    started: Instant,
    ended: bool,
}

impl Visit<'_> {
    async fn run(
        mut self,
        request: Request<Upload>,
        client: SocketAddr,
    ) -> (Response<WasiBody>, Option<OwnedSemaphorePermit>) {
        let answer = self.ask(request, client).await;
        self.ended = true;
        match answer {
            Ok((response, permit)) => {
                if let Some(result) = response.headers().get("x-cache").and_then(|value| value.to_str().ok())
                {
                    self.site.log.metrics.cached(result);
                }
                (response, Some(permit))
            }
            Err(failure) => (failure.respond(self.id), None),
        }
    }

    /// Hands the request to the component.
    async fn ask(
        &self,
        request: Request<Upload>,
        client: SocketAddr,
    ) -> Result<(Response<WasiBody>, OwnedSemaphorePermit), Failure> {
        let (site, id) = (self.site, self.id);
        let permit = if self.is_upload() { site.queue.upload().await } else { site.queue.light().await };
        let permit = permit.ok_or_else(|| {
            site.log.metrics.refused.add([], 1);
            Failure::BUSY
        })?;
        let late = request.body().late();
        let request = site.prepare(request, client, id);
        let (here, gone) = oneshot::channel();
        let terms = Terms { deadline: Instant::now() + site.request_time, gone };
        let handler = site.handler.clone();
        // On the guests' threads; dropping the receiver does not stop it, dropping `here` does.
        let answer = site.guests.spawn(async move { handler.handle(terms, request).await });
        let answer = answer.await;
        if late.load(Ordering::Relaxed) {
            return Err(Failure::LATE);
        }
        match answer {
            Ok(Ok(response)) => {
                drop(here);
                Ok((response, permit))
            }
            Ok(Err(error)) if error.is::<ExpirationError>() => Err(Failure::TIMEOUT),
            Ok(Err(error)) => {
                site.log.write(Level::Error, "component_failed", &format!("{id}: {error:#}"));
                Err(Failure::INTERNAL)
            }
            Err(error) => {
                site.log.write(Level::Error, "component_failed", &format!("{id}: {error}"));
                Err(Failure::INTERNAL)
            }
        }
    }

    fn is_upload(&self) -> bool {
        self.route == ANALYZE && self.method == Method::POST
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let line = json!({
            "outcome": "cancelled",
            "total_ms": (self.started.elapsed().as_secs_f64() * 1e4).round() / 10.0,
            "request_id": self.id,
            "method": self.method.as_str(),
            "route": self.route,
        });
        self.site.log.metrics.logged(&line);
        self.site.log.put(Level::Info, line);
    }
}

/// Counts an answer when its last byte is gone.
struct Sent {
    metrics: Arc<Metrics>,
    route: &'static str,
    status: u16,
    started: Instant,
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.metrics.answered(self.route, self.status, self.started.elapsed());
    }
}

/// A response body that keeps its permit until it ends.
struct Held {
    body: WasiBody,
    _permit: Option<OwnedSemaphorePermit>,
    _sent: Sent,
}

impl Body for Held {
    type Data = Bytes;
    type Error = wasmtime_wasi_http::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
