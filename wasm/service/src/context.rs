//! What handlers know of a request.

use std::net::IpAddr;
use std::sync::Arc;

use sectionist_api::variables::Settings;
use spin_sdk::wit_bindgen::{backpressure_dec, backpressure_inc};

use crate::log::Entry;

/// What handlers know of the request beside the request itself.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) settings: Arc<Settings>,
    pub(crate) entry: Entry,
    /// The client's address, as far as it is known.
    pub(crate) client: Option<IpAddr>,
    /// Held for as long as the instance takes no further requests.
    _busy: Option<Arc<Busy>>,
}

impl Context {
    pub(crate) fn new(
        settings: Arc<Settings>,
        entry: Entry,
        client: Option<IpAddr>,
        busy: Option<Busy>,
    ) -> Self {
        Self { settings, entry, client, _busy: busy.map(Arc::new) }
    }
}

/// While this lives, the host sends further requests to other instances.
#[derive(Debug)]
pub(crate) struct Busy;

impl Busy {
    pub(crate) fn enter() -> Self {
        backpressure_inc();
        Self
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        backpressure_dec();
    }
}
