//! Who may use an instance, and who waits for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::HostConfig;
use crate::metrics;

/// Requests other than uploads that are answered at the same time.
const MAX_LIGHT: usize = 256;

/// Places for uploads and for everything else.
pub(crate) struct Queue {
    uploads: Arc<Semaphore>,
    light: Arc<Semaphore>,
    n_waiting: AtomicUsize,
    max_running: usize,
    max_waiting: usize,
    waiting_time: Duration,
}

impl Queue {
    /// As long as the configuration says.
    pub(crate) fn new(config: &HostConfig) -> Self {
        let max_running = config.max_instances.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            uploads: Arc::new(Semaphore::new(max_running)),
            light: Arc::new(Semaphore::new(MAX_LIGHT)),
            n_waiting: AtomicUsize::new(0),
            max_running,
            max_waiting: config.max_waiting,
            waiting_time: config.waiting_time,
        }
    }

    /// A permit to use an instance for an upload, after a wait if need be; `None` if too many wait
    /// already, or the wait took too long.
    pub(crate) async fn upload(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.uploads).try_acquire_owned() {
            return Some(permit);
        }
        let _place = Waiting::enter(&self.n_waiting, self.max_waiting)?;
        let permit = Arc::clone(&self.uploads).acquire_owned();
        tokio::time::timeout(self.waiting_time, permit).await.ok()?.ok()
    }

    /// A permit for anything else.
    pub(crate) async fn light(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.light).acquire_owned().await.ok()
    }

    /// How full it is.
    pub(crate) fn state(&self) -> metrics::Queue {
        metrics::Queue {
            running: self.max_running - self.uploads.available_permits().min(self.max_running),
            max_running: self.max_running,
            waiting: self.n_waiting.load(Ordering::Relaxed),
            max_waiting: self.max_waiting,
        }
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
