//! A store in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bounded store in memory. Clones share it.
#[derive(Clone)]
pub(super) struct Memory {
    entries: Arc<Mutex<Entries>>,
    max_bytes: u64,
}

#[derive(Default)]
struct Entries {
    values: BTreeMap<String, Entry>,
    /// Keys by when they were written.
    ages: BTreeMap<u64, String>,
    n_written: u64,
    bytes: u64,
}

struct Entry {
    age: u64,
    value: Vec<u8>,
}

impl Memory {
    /// An empty store of at most `max_bytes` of keys and values.
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { entries: Arc::default(), max_bytes }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.entries().values.get(key).map(|entry| entry.value.clone())
    }

    /// Writes a value; the oldest ones make room.
    pub(super) fn set(&self, key: String, value: Vec<u8>) {
        let mut entries = self.entries();
        entries.remove(&key);
        let age = entries.n_written;
        entries.n_written += 1;
        entries.bytes += size(&key, &value);
        entries.ages.insert(age, key.clone());
        entries.values.insert(key, Entry { age, value });
        while entries.bytes > self.max_bytes
            && let Some((_, oldest)) = entries.ages.pop_first()
        {
            entries.remove(&oldest);
        }
    }

    pub(super) fn delete(&self, key: &str) {
        self.entries().remove(key);
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.entries().values.keys().take(super::MAX_KEYS).cloned().collect()
    }
}

impl Entries {
    fn remove(&mut self, key: &str) {
        if let Some(Entry { age, value }) = self.values.remove(key) {
            self.ages.remove(&age);
            self.bytes -= size(key, &value);
        }
    }
}

const fn size(key: &str, value: &[u8]) -> u64 {
    (key.len() + value.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let memory = Memory::new(30);
        for key in ["a", "b", "c", "a"] {
            memory.set(key.to_owned(), vec![0; 9]);
        }
        memory.set("d".to_owned(), vec![0; 9]);
        assert_eq!(memory.keys(), ["a", "c", "d"]);
        memory.set("e".to_owned(), vec![0; 29]);
        assert_eq!(memory.keys(), ["e"]);
        memory.set("f".to_owned(), vec![0; 30]);
        assert!(memory.keys().is_empty(), "what is over the limit alone is not kept");
    }
}
