//! The HTTP server around component and files.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, ProxyHandler};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::ROUTES;
use crate::component;
use crate::config::HostConfig;
use crate::error::HostError;
use crate::files;
use crate::guest::Guest;
use crate::key_value::KeyValue;
use crate::lingering::Lingering;
use crate::worker::{Terms, Workers};

/// The route that computes.
const ANALYZE: &str = "/analyze";

/// Requests other than uploads that are answered at the same time.
const MAX_LIGHT: usize = 256;

/// Seconds after which a client that found the server busy should try again.
const RETRY_AFTER: &str = "2";

/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// Serves until `shutdown` ends, then lets the requests under way end.
///
/// # Errors
/// What keeps the server from starting: see [`Server::bind`].
pub async fn serve(config: HostConfig, shutdown: impl Future<Output = ()>) -> Result<(), HostError> {
    Server::bind(config).await?.run(shutdown).await;
    Ok(())
}

/// A server that listens and whose component is ready.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shutdown_time: Duration,
    site: Arc<Site>,
    guests: Runtime,
    stopping: Arc<AtomicBool>,
}

/// What requests share.
struct Site {
    handler: ProxyHandler<Workers>,
    web_root: Option<PathBuf>,
    guests: Handle,
    uploads: Arc<Semaphore>,
    light: Arc<Semaphore>,
    n_waiting: AtomicUsize,
    max_waiting: usize,
    waiting_time: Duration,
    request_time: Duration,
    ids: RandomState,
    n_requests: AtomicUsize,
}

impl Server {
    /// Compiles the component, or takes it from the cache, and starts to listen.
    ///
    /// # Errors
    /// [`HostError`] if component or demo are missing or unusable, or the address is taken.
    pub async fn bind(config: HostConfig) -> Result<Self, HostError> {
        if let Some(path) = config.web_root.as_ref().filter(|path| !path.is_dir()) {
            return Err(HostError::MissingWebRoot { path: path.clone() });
        }
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| HostError::Listen { address: config.listen, source })?;
        let address =
            listener.local_addr().map_err(|source| HostError::Listen { address: config.listen, source })?;

        let (path, cache) = (config.component.clone(), config.cache_dir.clone());
        let (engine, component) = tokio::task::spawn_blocking(move || {
            let engine = component::engine()?;
            let component = component::load(&engine, &path, cache.as_deref())?;
            let link = || ServicePre::new(Guest::linker(&engine)?.instantiate_pre(&component)?);
            let component = link().map_err(|error| HostError::Component {
                path: path.clone(),
                message: format!("{error:#}"),
            })?;
            Ok::<_, HostError>((engine, component))
        })
        .await
        .map_err(|error| HostError::Start(error.to_string()))??;

        // Analyses compute for long. They have threads of their own, one each and some to spare, so
        // that the system shares the processors fairly and short requests never queue behind them.
        let guests = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(config.max_instances + 2)
            .thread_name("sectionist-guest")
            .enable_all()
            .build()
            .map_err(|error| HostError::Start(error.to_string()))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let workers = Workers {
            engine,
            component,
            variables: Arc::new(config.variables),
            key_value: KeyValue::new(config.key_value),
            max_memory: config.max_instance_memory,
            request_time: config.request_time,
            idle_time: config.idle_time,
            stopping: Arc::clone(&stopping),
        };
        let site = Site {
            handler: ProxyHandler::new(workers),
            web_root: config.web_root,
            guests: guests.handle().clone(),
            uploads: Arc::new(Semaphore::new(config.max_instances.max(1))),
            light: Arc::new(Semaphore::new(MAX_LIGHT)),
            n_waiting: AtomicUsize::new(0),
            max_waiting: config.max_waiting,
            waiting_time: config.waiting_time,
            request_time: config.request_time,
            ids: RandomState::new(),
            n_requests: AtomicUsize::new(0),
        };
        Ok(Self {
            listener,
            address,
            shutdown_time: config.shutdown_time,
            site: Arc::new(site),
            guests,
            stopping,
        })
    }

    /// The address that is listened on.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` ends, then takes no more connections and lets the requests under way
    /// end, for as long as the configuration allows.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let graceful = GracefulShutdown::new();
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
        loop {
            let (stream, client) = tokio::select! {
                () = &mut shutdown => break,
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, most likely: wait for some to come free.
                        log("error", "accept_failed", &error.to_string());
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            // Without it, small answers wait for acknowledgements.
            let _ = stream.set_nodelay(true);
            let site = Arc::clone(&self.site);
            let service = service_fn(move |request| {
                let site = Arc::clone(&site);
                async move { Ok::<_, Infallible>(site.respond(request, client).await) }
            });
            let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
            tokio::spawn(async move {
                // Broken connections are the client's affair.
                let _ = connection.await;
            });
        }
        drop(self.listener);
        if tokio::time::timeout(self.shutdown_time, graceful.shutdown()).await.is_err() {
            log("warn", "shutdown", "requests were cut off");
        }
        self.stopping.store(true, Ordering::Relaxed);
        self.guests.shutdown_background();
    }
}

impl Site {
    async fn respond(&self, request: Request<Incoming>, client: SocketAddr) -> Response<WasiBody> {
        let path = request.uri().path().to_owned();
        if ROUTES.contains(&path.as_str()) {
            let id = self.request_id(request.headers());
            return match self.ask_component(request, client, &id).await {
                Ok(response) => response,
                Err(failure) => failure.respond(&id),
            };
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = Failure::METHOD.respond(&self.request_id(request.headers()));
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let file = match &self.web_root {
            Some(root) => files::serve(root, &path, request.headers()).await,
            None => None,
        };
        match file {
            Some(file) => file.map(whole),
            None => Failure::NOT_FOUND.respond(&self.request_id(request.headers())),
        }
    }

    /// Hands a request to the component.
    async fn ask_component(
        &self,
        request: Request<Incoming>,
        client: SocketAddr,
        id: &str,
    ) -> Result<Response<WasiBody>, Failure> {
        let permit = if request.method() == Method::POST && request.uri().path() == ANALYZE {
            self.wait_for_instance().await?
        } else {
            Arc::clone(&self.light).acquire_owned().await.map_err(|_| Failure::BUSY)?
        };
        let request = self.prepare(request, client, id);
        let (here, gone) = oneshot::channel();
        let terms = Terms { deadline: Instant::now() + self.request_time, gone };
        let handler = self.handler.clone();
        // On the guests' threads; dropping the receiver does not stop it, dropping `here` does.
        let answer = self.guests.spawn(async move { handler.handle(terms, request).await });
        match answer.await {
            Ok(Ok(response)) => {
                drop(here);
                Ok(response.map(|body| Held { body, _permit: permit }.boxed_unsync()))
            }
            Ok(Err(error)) if error.is::<ExpirationError>() => Err(Failure::TIMEOUT),
            Ok(Err(error)) => {
                log("error", "component_failed", &format!("{id}: {error:#}"));
                Err(Failure::INTERNAL)
            }
            Err(error) => {
                log("error", "component_failed", &format!("{id}: {error}"));
                Err(Failure::INTERNAL)
            }
        }
    }

    /// A permit to use an instance for an upload, after a wait if need be.
    async fn wait_for_instance(&self) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(permit) = Arc::clone(&self.uploads).try_acquire_owned() {
            return Ok(permit);
        }
        let place = Waiting::enter(&self.n_waiting, self.max_waiting).ok_or(Failure::BUSY)?;
        let permit = tokio::time::timeout(self.waiting_time, Arc::clone(&self.uploads).acquire_owned()).await;
        drop(place);
        permit.map_err(|_| Failure::BUSY)?.map_err(|_| Failure::BUSY)
    }

    /// The request as Spin would hand it in: an absolute address, and what the host knows in headers
    /// that clients cannot set.
    fn prepare(&self, request: Request<Incoming>, client: SocketAddr, id: &str) -> Request<WasiBody> {
        let (mut parts, body) = request.into_parts();
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
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
        let body = Lingering::new(body, Handle::current()).map_err(Into::into).boxed_unsync();
        Request::from_parts(parts, body)
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

/// A place among those who wait.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, max: usize) -> Option<Self> {
        if count.fetch_add(1, Ordering::Relaxed) < max {
            Some(Self(count))
        } else {
            count.fetch_sub(1, Ordering::Relaxed);
            None
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A response body that keeps its permit until it ends.
struct Held {
    body: WasiBody,
    _permit: OwnedSemaphorePermit,
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

/// A request that the component does not answer.
struct Failure {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl Failure {
    const BUSY: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "busy",
        message: "too many analyses are under way; try again in a moment",
    };
    const TIMEOUT: Self = Self {
        status: StatusCode::GATEWAY_TIMEOUT,
        code: "timeout",
        message: "the request took longer than it may here",
    };
    const INTERNAL: Self = Self {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "internal",
        message: "something went wrong here; the file may need more memory than an analysis may use",
    };
    const NOT_FOUND: Self = Self {
        status: StatusCode::NOT_FOUND,
        code: "not_found",
        message: "there is nothing at this address",
    };
    const METHOD: Self = Self {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "method_not_allowed",
        message: "files can only be read",
    };

    fn respond(&self, id: &str) -> Response<WasiBody> {
        let body = json!({ "error": self.message, "code": self.code, "details": {} }).to_string();
        let mut response = Response::new(whole(body.into()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert("x-request-id", id);
        }
        response
    }
}

fn whole(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Writes a line to the log, on standard error as the component does.
pub(crate) fn log(level: &str, outcome: &str, message: &str) {
    let line = json!({ "level": level, "outcome": outcome, "message": message });
    // Nobody is left to tell that standard error is closed.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
