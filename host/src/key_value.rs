//! Spin's variables and key-value store.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableError};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::bindings::spin::key_value::key_value::{self, Error};
use crate::bindings::spin::variables::variables;
use crate::guest::Guest;

/// The only store there is, as `spin.toml` says.
const LABEL: &str = "default";

const TABLE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(LABEL);

/// Longest key in bytes.
const MAX_KEY: usize = 4 << 10;

/// Largest value in bytes: what Spin's other stores allow is less.
const MAX_VALUE: usize = 16 << 20;

/// A key-value store on disk or in memory, opened when first used. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct KeyValue {
    file: Option<PathBuf>,
    database: Arc<Mutex<Option<Arc<Database>>>>,
}

/// A guest's handle of the store.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct OpenStore;

impl KeyValue {
    /// A store in `file`, or in memory.
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        Self { file, database: Arc::default() }
    }

    fn database(&self) -> Result<Arc<Database>, redb::Error> {
        let mut opened = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = &*opened {
            return Ok(Arc::clone(database));
        }
        let database = match &self.file {
            Some(file) => {
                if let Some(folder) = file.parent() {
                    std::fs::create_dir_all(folder).map_err(redb::Error::Io)?;
                }
                Database::create(file)?
            }
            None => Database::builder().create_with_backend(InMemoryBackend::new())?,
        };
        Ok(Arc::clone(opened.insert(Arc::new(database))))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, redb::Error> {
        match self.database()?.begin_read()?.open_table(TABLE) {
            Ok(table) => Ok(table.get(key)?.map(|value| value.value().to_vec())),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), redb::Error> {
        let write = self.database()?.begin_write()?;
        write.open_table(TABLE)?.insert(key, value)?;
        Ok(write.commit()?)
    }

    fn delete(&self, key: &str) -> Result<(), redb::Error> {
        let write = self.database()?.begin_write()?;
        write.open_table(TABLE)?.remove(key)?;
        Ok(write.commit()?)
    }

    fn keys(&self) -> Result<Vec<String>, redb::Error> {
        match self.database()?.begin_read()?.open_table(TABLE) {
            Ok(table) => Ok(table
                .iter()?
                .map(|entry| entry.map(|(key, _)| key.value().to_owned()))
                .collect::<Result<_, _>>()?),
            Err(TableError::TableDoesNotExist(_)) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Runs `work`, which waits for the disk, where waiting is allowed.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Self) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, Error> {
        match tokio::task::spawn_blocking(move || work(&self)).await {
            Ok(result) => result.map_err(|error| Error::Other(error.to_string())),
            Err(error) => Err(Error::Other(error.to_string())),
        }
    }
}

impl variables::Host for Guest {}

impl<T: Send> variables::HostWithStore<T> for HasSelf<Guest> {
    async fn get(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, variables::Error>> {
        Ok(accessor.with(|mut access| access.get().variable(&name)))
    }
}

impl key_value::Host for Guest {}

impl key_value::HostStore for Guest {
    async fn drop(&mut self, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}

fn store<T>(accessor: &Accessor<T, HasSelf<Guest>>) -> KeyValue {
    accessor.with(|mut access| access.get().key_value.clone())
}

impl<T: Send> key_value::HostStoreWithStore<T> for HasSelf<Guest> {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<OpenStore>, Error>> {
        if label != LABEL {
            return Ok(Err(Error::NoSuchStore));
        }
        Ok(accessor.with(|mut access| access.get().table.push(OpenStore)).map_err(|_| Error::StoreTableFull))
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        _: Resource<OpenStore>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(store(accessor).run(move |store| store.get(&key)).await)
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        _: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        if key.len() > MAX_KEY || value.len() > MAX_VALUE {
            return Ok(Err(Error::Other("the key or value is too long".to_owned())));
        }
        Ok(store(accessor).run(move |store| store.set(&key, &value)).await)
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        _: Resource<OpenStore>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor).run(move |store| store.delete(&key)).await)
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        _: Resource<OpenStore>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(store(accessor).run(move |store| Ok(store.get(&key)?.is_some())).await)
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        _: Resource<OpenStore>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let (keys, result) = match store(accessor).run(KeyValue::keys).await {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            Ok((keys, FutureReader::new(&mut access, async { wasmtime::error::Ok(result) })?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(store: &KeyValue) {
        assert_eq!(store.get("a").unwrap(), None);
        assert!(store.keys().unwrap().is_empty());
        store.set("a", b"1").unwrap();
        store.set("b", b"2").unwrap();
        store.set("a", b"3").unwrap();
        assert_eq!(store.get("a").unwrap().as_deref(), Some(&b"3"[..]));
        assert_eq!(store.keys().unwrap(), ["a", "b"]);
        store.delete("a").unwrap();
        store.delete("a").unwrap();
        assert_eq!(store.get("a").unwrap(), None);
    }

    #[test]
    fn keeps_values_in_memory_and_on_disk() {
        check(&KeyValue::new(None));
        let folder = std::env::temp_dir().join(format!("sectionist-kv-{}", std::process::id()));
        let file = folder.join("store.redb");
        check(&KeyValue::new(Some(file.clone())));
        assert_eq!(KeyValue::new(Some(file)).get("b").unwrap().as_deref(), Some(&b"2"[..]));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
