//! Spin's key-value store: in memory, in a file, or in a Redis that several hosts share.
//!
//! Every operation ends within [`MAX_TIME`], with an error where the store does not answer. Memory and
//! file are bounded: what was written longest ago makes room.

mod file;
mod memory;
mod place;
mod redis;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sectionist_api::variables::Level;

use crate::error::HostError;
use crate::log::Log;
use file::FileStore;
use memory::Memory;
pub use place::KeyValuePlace;
use redis::RedisStore;

/// A guest's handle of the store.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct OpenStore;

/// Longest time of an operation.
const MAX_TIME: Duration = Duration::from_secs(1);

/// Longest key in bytes.
const MAX_KEY: usize = 4 << 10;

/// Largest value in bytes: what Spin's other stores allow is less.
const MAX_VALUE: usize = 16 << 20;

/// Most bytes of keys and values in memory.
const MAX_IN_MEMORY: u64 = 64 << 20;

/// Most bytes of keys and values in a file.
const MAX_IN_FILE: u64 = 1 << 30;

/// Most keys that are listed.
const MAX_KEYS: usize = 100_000;

/// Why an operation failed, in words for the log.
type Failure = String;

/// The store of all instances. Clones share it.
#[derive(Clone)]
pub(crate) struct KeyValue {
    store: Store,
    log: Log,
    /// Whether the last operation failed: the log says so once.
    is_down: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Store {
    Memory(Memory),
    File(FileStore),
    Redis(RedisStore),
}

impl KeyValue {
    /// The store at `place`. Nothing is opened before it is first used.
    ///
    /// # Errors
    /// [`HostError::KeyValue`] if the address of a Redis cannot be understood.
    pub(crate) fn new(place: KeyValuePlace, log: Log) -> Result<Self, HostError> {
        let store = match place {
            KeyValuePlace::Memory => Store::Memory(Memory::new(MAX_IN_MEMORY)),
            KeyValuePlace::File(path) => Store::File(FileStore::new(path, MAX_IN_FILE)),
            KeyValuePlace::Redis(address) => {
                Store::Redis(RedisStore::new(&address).map_err(HostError::KeyValue)?)
            }
        };
        Ok(Self { store, log, is_down: Arc::default() })
    }

    pub(crate) async fn get(&self, key: String) -> Result<Option<Vec<u8>>, Failure> {
        self.within("get", async {
            match &self.store {
                Store::Memory(memory) => Ok(memory.get(&key)),
                Store::File(file) => file.run(move |file| file.get(&key)).await,
                Store::Redis(redis) => redis.get(&key).await,
            }
        })
        .await
    }

    pub(crate) async fn set(&self, key: String, value: Vec<u8>) -> Result<(), Failure> {
        if key.len() > MAX_KEY || value.len() > MAX_VALUE {
            return Err("the key or value is too long".to_owned());
        }
        self.within("set", async {
            match &self.store {
                Store::Memory(memory) => {
                    memory.set(key, value);
                    Ok(())
                }
                Store::File(file) => file.run(move |file| file.set(&key, &value)).await,
                Store::Redis(redis) => redis.set(&key, &value).await,
            }
        })
        .await
    }

    pub(crate) async fn delete(&self, key: String) -> Result<(), Failure> {
        self.within("delete", async {
            match &self.store {
                Store::Memory(memory) => {
                    memory.delete(&key);
                    Ok(())
                }
                Store::File(file) => file.run(move |file| file.delete(&key)).await,
                Store::Redis(redis) => redis.delete(&key).await,
            }
        })
        .await
    }

    pub(crate) async fn keys(&self) -> Result<Vec<String>, Failure> {
        self.within("keys", async {
            match &self.store {
                Store::Memory(memory) => Ok(memory.keys()),
                Store::File(file) => file.run(FileStore::keys).await,
                Store::Redis(redis) => redis.keys().await,
            }
        })
        .await
    }

    /// Waits for an operation, but not for long, and counts how it ended.
    async fn within<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let result = tokio::time::timeout(MAX_TIME, work)
            .await
            .unwrap_or_else(|_| Err("the store does not answer".to_owned()));
        let ended = if result.is_ok() { "ok" } else { "error" };
        self.log.metrics.store_operations.add([operation, ended], 1);
        let was_down = self.is_down.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(failure) if !was_down => self.log.write(Level::Warn, "store_failed", failure),
            Ok(_) if was_down => {
                self.log.write(Level::Info, "store_answers", "the key-value store answers again");
            }
            _ => {}
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(place: KeyValuePlace) -> KeyValue {
        KeyValue::new(place, Log { metrics: Arc::default(), threshold: Level::Off }).unwrap()
    }

    async fn check(store: &KeyValue) {
        let text = String::from;
        assert_eq!(store.get(text("a")).await.unwrap(), None);
        assert!(store.keys().await.unwrap().is_empty());
        store.set(text("a"), b"1".to_vec()).await.unwrap();
        store.set(text("b"), b"2".to_vec()).await.unwrap();
        store.set(text("a"), b"3".to_vec()).await.unwrap();
        assert_eq!(store.get(text("a")).await.unwrap().as_deref(), Some(&b"3"[..]));
        assert_eq!(store.keys().await.unwrap(), ["a", "b"]);
        store.delete(text("a")).await.unwrap();
        store.delete(text("a")).await.unwrap();
        assert_eq!(store.get(text("a")).await.unwrap(), None);
        assert!(store.set(text("c"), vec![0; MAX_VALUE + 1]).await.is_err());
    }

    #[tokio::test]
    async fn keeps_values_in_memory_and_on_disk() {
        check(&open(KeyValuePlace::Memory)).await;
        let folder = std::env::temp_dir().join(format!("sectionist-kv-{}", std::process::id()));
        let file = KeyValuePlace::File(folder.join("store.redb"));
        check(&open(file.clone())).await;
        let kept = open(file).get("b".to_owned()).await.unwrap();
        assert_eq!(kept.as_deref(), Some(&b"2"[..]));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_store_that_is_not_there_fails_soon() {
        // The test network of RFC 5737: packets to it are lost, or refused.
        let store = open("redis://192.0.2.1:6379".parse().unwrap());
        let start = std::time::Instant::now();
        assert!(store.get("a".to_owned()).await.is_err());
        assert!(start.elapsed() < 2 * MAX_TIME);
        // And then at once, for a moment.
        let start = std::time::Instant::now();
        assert!(store.get("a".to_owned()).await.is_err());
        assert!(start.elapsed() < MAX_TIME / 4);
    }
}
