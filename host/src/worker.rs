//! Instances: how they are made, how long they live, what they take on.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use sectionist_api::variables::Level;
use tokio::sync::oneshot;
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::guest::{Guest, MemoryLimit};
use crate::key_value::KeyValue;
use crate::log::Log;

/// Requests that an instance answers before another takes its place.
const MAX_REQUESTS: usize = 256;

/// Requests that an instance answers at the same time; one that analyses refuses further ones itself.
const MAX_CONCURRENT: usize = 16;

/// An instance whose memory has grown beyond this is not used again: wasm memory never shrinks.
const MAX_KEPT_MEMORY: usize = 256 << 20;

/// What an instance gets beyond its time before it is dropped.
const GRACE: Duration = Duration::from_secs(1);

/// Makes instances.
pub(crate) struct Workers {
    pub(crate) engine: Engine,
    pub(crate) component: ServicePre<Guest>,
    pub(crate) variables: Arc<BTreeMap<String, String>>,
    pub(crate) key_value: KeyValue,
    pub(crate) log: Log,
    pub(crate) max_memory: usize,
    pub(crate) request_time: Duration,
    pub(crate) idle_time: Duration,
    /// Set when the server stops: instances that are dropped then have not failed.
    pub(crate) stopping: Arc<AtomicBool>,
}

impl HandlerState for Workers {
    type StoreData = Guest;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Guest, Expiration, Worker>> {
        let memory = MemoryLimit::new(self.max_memory);
        self.log.metrics.instance(memory.watch());
        let mut store = Guest::store(
            &self.engine,
            Arc::clone(&self.variables),
            self.key_value.clone(),
            self.log.clone(),
            memory.clone(),
        );
        let proxy = ProxyPre::P3(self.component.clone()).instantiate_async(&mut store).await?;
        let abandoned = Arc::new(AtomicBool::new(false));
        Ok(Instance {
            store,
            proxy,
            view: Guest::http_view,
            expiration: Expiration {
                sleep: Box::pin(tokio::time::sleep(self.idle_time)),
                abandoned: Arc::clone(&abandoned),
                request_time: self.request_time,
                idle_time: self.idle_time,
            },
            state: Worker { memory, abandoned, stopping: Arc::clone(&self.stopping), log: self.log.clone() },
        })
    }
}

/// What comes with a request: until when it may run, and whether its client is still there.
pub(crate) struct Terms {
    pub(crate) deadline: Instant,
    /// Ends when the client went away.
    pub(crate) gone: oneshot::Receiver<()>,
}

/// What an instance takes on.
pub(crate) struct Worker {
    memory: MemoryLimit,
    abandoned: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
    log: Log,
}

impl WorkerState for Worker {
    type StoreData = Guest;
    type RequestData = Terms;

    fn should_accept_request(&self, n_concurrent: usize, n_total: usize) -> ShouldAccept {
        let spent = n_total >= MAX_REQUESTS || self.memory.used() > MAX_KEPT_MEMORY;
        if spent || self.abandoned.load(Ordering::Relaxed) {
            ShouldAccept::Never
        } else if n_concurrent >= MAX_CONCURRENT {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Guest>,
        terms: Terms,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let abandoned = Arc::clone(&self.abandoned);
        Box::pin(async move {
            tokio::select! {
                () = tokio::time::sleep_until(terms.deadline.into()) => {}
                _ = terms.gone => {}
            }
            // Nobody will take the response, so the instance need not go on with it.
            abandoned.store(true, Ordering::Relaxed);
        })
    }

    fn drop(&self, store: Store<Guest>, result: wasmtime::Result<()>) {
        drop(store);
        if let Err(error) = result
            && !self.abandoned.load(Ordering::Relaxed)
            && !self.stopping.load(Ordering::Relaxed)
        {
            self.log.metrics.instance_failures.add([], 1);
            self.log.write(Level::Error, "instance_failed", &format!("{error:#}"));
        }
    }
}

/// When an instance is dropped.
pub(crate) struct Expiration {
    sleep: Pin<Box<Sleep>>,
    abandoned: Arc<AtomicBool>,
    request_time: Duration,
    idle_time: Duration,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let time = match status {
            WorkerStatus::Idle => self.idle_time,
            WorkerStatus::Requests => self.request_time + GRACE,
            WorkerStatus::PostReturn if self.abandoned.load(Ordering::Relaxed) => return Poll::Ready(()),
            WorkerStatus::PostReturn => self.request_time,
        };
        let deadline = (start + time).into();
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(context)
    }
}
