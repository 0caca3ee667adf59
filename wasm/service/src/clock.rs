//! Time, as the host tells it.

use std::time::{Duration, SystemTime};

use futures::future::{Either, select};
use std::pin::pin;

/// Sleeps; the host has its turn meanwhile.
#[cfg(target_arch = "wasm32")]
pub(crate) async fn sleep(time: Duration) {
    spin_sdk::time::sleep(time).await;
}

/// Never wakes: unit tests have no host.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn sleep(_: Duration) {
    std::future::pending::<()>().await;
}

/// What `work` gives, or `None` if that takes longer than `time`. What is under way is dropped then.
pub(crate) async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(sleep(time))).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

/// Time since the Unix epoch.
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
