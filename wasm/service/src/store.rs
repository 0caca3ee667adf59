//! The key-value store. It may be slow, full or broken: what is asked of it is done without then.

use std::time::Duration;

use spin_sdk::key_value::{Error, Store};

use crate::clock::within;
use crate::log::Entry;

/// Longest wait for the store.
const PATIENCE: Duration = Duration::from_millis(250);

/// The value of `key`; `None` if there is none, or the store does not tell in time.
pub(crate) async fn get(key: &str, entry: &Entry) -> Option<Vec<u8>> {
    let work = async { Store::open_default().await?.get(key).await };
    settle(within(PATIENCE, work).await, entry).flatten()
}

/// Keeps `value` under `key`, if the store does so in time.
pub(crate) async fn set(key: &str, value: &[u8], entry: &Entry) {
    let work = async { Store::open_default().await?.set(key, value).await };
    settle(within(PATIENCE, work).await, entry);
}

/// Tells the log what went wrong.
fn settle<T>(result: Option<Result<T, Error>>, entry: &Entry) -> Option<T> {
    match result {
        Some(Ok(value)) => return Some(value),
        Some(Err(error)) => entry.set("store", error.to_string()),
        None => entry.set("store", "too slow"),
    }
    None
}
