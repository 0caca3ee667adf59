//! A store in a file.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redb::{
    Database, Durability, Error, ReadableDatabase, ReadableTable, TableDefinition, TableError,
    WriteTransaction,
};

use super::Failure;

/// Keys to values.
const VALUES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("values");
/// Keys by when they were written.
const AGES: TableDefinition<'_, u64, &str> = TableDefinition::new("ages");
/// When keys were written.
const PLACES: TableDefinition<'_, &str, u64> = TableDefinition::new("places");
/// Bytes of all keys and values.
const TOTALS: TableDefinition<'_, &str, u64> = TableDefinition::new("totals");
const BYTES: &str = "bytes";

/// Writes are made to last this often, and what was written since may be lost with the process.
/// Waiting for the disk at each would cost more than what a cache may.
const SYNC: Duration = Duration::from_secs(1);

/// How long a file that could not be used is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// A bounded store in a file, opened when first used. Clones share it.
#[derive(Clone)]
pub(super) struct FileStore {
    path: PathBuf,
    max_bytes: u64,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    database: Option<Arc<Database>>,
    synced: Option<Instant>,
    retry_at: Option<Instant>,
}

impl FileStore {
    /// A store in the file `path` of at most `max_bytes` of keys and values.
    pub(super) fn new(path: PathBuf, max_bytes: u64) -> Self {
        Self { path, max_bytes, state: Arc::default() }
    }

    /// Runs `work`, which waits for the disk, where waiting is allowed. A file that fails is opened
    /// anew, as it must be after an error of the disk.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let store = self.clone();
        let result = tokio::task::spawn_blocking(move || {
            work(&store).map_err(|error| {
                store.give_up();
                error.to_string()
            })
        });
        result.await.unwrap_or_else(|error| Err(error.to_string()))
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.database()?.begin_read()?.open_table(VALUES) {
            Ok(table) => Ok(table.get(key)?.map(|value| value.value().to_vec())),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a value; the oldest ones make room.
    pub(super) fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.write(|write| {
            let removed = remove(write, key)?;
            let mut ages = write.open_table(AGES)?;
            let age = ages.last()?.map_or(0, |(age, _)| age.value() + 1);
            ages.insert(age, key)?;
            write.open_table(PLACES)?.insert(key, age)?;
            write.open_table(VALUES)?.insert(key, value)?;
            drop(ages);
            let mut totals = write.open_table(TOTALS)?;
            let before = totals.get(BYTES)?.map_or(0, |bytes| bytes.value());
            let mut bytes = before.saturating_sub(removed) + (key.len() + value.len()) as u64;
            while bytes > self.max_bytes {
                let oldest = write.open_table(AGES)?.first()?.map(|(_, key)| key.value().to_owned());
                let Some(oldest) = oldest else { break };
                bytes = bytes.saturating_sub(remove(write, &oldest)?);
            }
            totals.insert(BYTES, bytes)?;
            Ok(())
        })
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), Error> {
        self.write(|write| {
            let removed = remove(write, key)?;
            let mut totals = write.open_table(TOTALS)?;
            let before = totals.get(BYTES)?.map_or(0, |bytes| bytes.value());
            totals.insert(BYTES, before.saturating_sub(removed))?;
            Ok(())
        })
    }

    pub(super) fn keys(&self) -> Result<Vec<String>, Error> {
        match self.database()?.begin_read()?.open_table(VALUES) {
            Ok(table) => {
                let keys = table.iter()?.take(super::MAX_KEYS);
                Ok(keys
                    .map(|entry| Ok(entry?.0.value().to_owned()))
                    .collect::<Result<_, redb::StorageError>>()?)
            }
            Err(TableError::TableDoesNotExist(_)) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, change: impl FnOnce(&WriteTransaction) -> Result<(), Error>) -> Result<(), Error> {
        let mut write = self.database()?.begin_write()?;
        let lasting = self.state().synced.is_none_or(|synced| synced.elapsed() > SYNC);
        if !lasting {
            write.set_durability(Durability::None)?;
        }
        change(&write)?;
        write.commit()?;
        if lasting {
            self.state().synced = Some(Instant::now());
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn database(&self) -> Result<Arc<Database>, Error> {
        let mut state = self.state();
        if let Some(database) = &state.database {
            return Ok(Arc::clone(database));
        }
        if state.retry_at.is_some_and(|at| Instant::now() < at) {
            return Err(Error::DatabaseClosed);
        }
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::Io)?;
        }
        let database = Arc::new(Database::create(&self.path)?);
        *state = State { database: Some(Arc::clone(&database)), synced: None, retry_at: None };
        Ok(database)
    }

    /// Closes the file; it is opened again after a moment.
    fn give_up(&self) {
        let mut state = self.state();
        let given_up = state.database.take();
        if given_up.is_some() || state.retry_at.is_none_or(|at| at < Instant::now()) {
            state.retry_at = Some(Instant::now() + RETRY);
        }
        drop(state);
    }
}

/// Removes an entry and returns its bytes.
fn remove(write: &WriteTransaction, key: &str) -> Result<u64, Error> {
    let Some(age) = write.open_table(PLACES)?.remove(key)?.map(|age| age.value()) else { return Ok(0) };
    write.open_table(AGES)?.remove(age)?;
    let size = write.open_table(VALUES)?.remove(key)?.map_or(0, |value| value.value().len());
    Ok((key.len() + size) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_broken_files_are_errors() {
        let folder = std::env::temp_dir().join(format!("sectionist-file-{}", std::process::id()));
        let path = folder.join("store.redb");
        let store = FileStore::new(path.clone(), 30);
        for key in ["a", "b", "c", "a", "d"] {
            store.set(key, &[0; 9]).unwrap();
        }
        assert_eq!(store.keys().unwrap(), ["a", "c", "d"]);
        store.delete("c").unwrap();
        store.set("b", &[1; 9]).unwrap();
        assert_eq!(store.keys().unwrap(), ["a", "b", "d"]);

        assert!(FileStore::new(path.clone(), 30).get("a").is_err(), "one process at a time");
        drop(store);
        assert_eq!(FileStore::new(path.clone(), 30).get("b").unwrap(), Some(vec![1; 9]));
        std::fs::write(&path, b"not a database").unwrap();
        assert!(FileStore::new(path, 30).set("a", b"1").is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
