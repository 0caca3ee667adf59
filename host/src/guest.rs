//! What an instance may see and use.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use http::Request;
use wasmtime::component::{HasSelf, Linker, ResourceTable};
use wasmtime::{Engine, ResourceLimiter, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::bindings::spin::key_value::key_value;
use crate::bindings::spin::variables::variables;
use crate::key_value::KeyValue;
use crate::log::Log;

/// The host's side of an instance.
pub(crate) struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: NoOutbound,
    pub(crate) table: ResourceTable,
    memory: MemoryLimit,
    variables: Arc<BTreeMap<String, String>>,
    pub(crate) key_value: KeyValue,
}

impl Guest {
    /// A store for one instance: no files, no network, no environment; standard error is the log.
    pub(crate) fn store(
        engine: &Engine,
        variables: Arc<BTreeMap<String, String>>,
        key_value: KeyValue,
        log: Log,
        memory: MemoryLimit,
    ) -> Store<Self> {
        let guest = Self {
            wasi: WasiCtx::builder().inherit_stdout().stderr(log).build(),
            http: WasiHttpCtx::new(),
            outbound: NoOutbound,
            table: ResourceTable::new(),
            memory,
            variables,
            key_value,
        };
        let mut store = Store::new(engine, guest);
        store.limiter(|guest| &mut guest.memory);
        store.epoch_deadline_async_yield_and_update(1);
        store.set_epoch_deadline(1);
        store
    }

    /// A linker of all that an instance may import.
    pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Self>> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        variables::add_to_linker::<_, HasSelf<Self>>(&mut linker, |guest| guest)?;
        key_value::add_to_linker::<_, HasSelf<Self>>(&mut linker, |guest| guest)?;
        Ok(linker)
    }

    /// The view that requests are handed in by.
    pub(crate) fn http_view(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.outbound }
    }

    /// The variable `name`.
    pub(crate) fn variable(&self, name: &str) -> Result<String, variables::Error> {
        let well_formed = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !well_formed {
            return Err(variables::Error::InvalidName(name.to_owned()));
        }
        self.variables.get(name).cloned().ok_or_else(|| variables::Error::Undefined(name.to_owned()))
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.http_view()
    }
}

/// Refuses every outgoing request, as `allowed_outbound_hosts = []` does.
struct NoOutbound;

type Sent = Result<(http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

impl WasiHttpHooks for NoOutbound {
    fn send_request(
        &mut self,
        _: Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

/// Bounds the memory of an instance and tells how much it has.
#[derive(Debug, Clone)]
pub(crate) struct MemoryLimit {
    max: usize,
    used: Arc<AtomicUsize>,
}

impl MemoryLimit {
    pub(crate) fn new(max: usize) -> Self {
        Self { max, used: Arc::default() }
    }

    /// The same number for those who only look on, for as long as the instance lives.
    pub(crate) fn watch(&self) -> Weak<AtomicUsize> {
        Arc::downgrade(&self.used)
    }

    /// Bytes of the instance's largest memory.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= self.max;
        if allowed {
            self.used.fetch_max(desired, Ordering::Relaxed);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000)
    }
}
