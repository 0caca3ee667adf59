//! A store in a Redis or Valkey.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};
use tokio::sync::Mutex;

use super::{Failure, MAX_KEYS};

/// Longest time to connect, and of a command.
const TIME: Duration = Duration::from_millis(500);

/// How long a server that cannot be reached is left alone: meanwhile every operation fails at once.
const RETRY: Duration = Duration::from_secs(1);

/// Keys that a step of a listing asks for.
const PAGE: usize = 1_000;

/// A server that is connected to when first used, and again when it was lost. Clones share the connection.
#[derive(Clone)]
pub(super) struct RedisStore {
    client: Client,
    link: Arc<Mutex<Link>>,
}

#[derive(Default)]
struct Link {
    connection: Option<MultiplexedConnection>,
    /// Counts connections, so that a lost one is not taken for its successor.
    n_made: u64,
    retry_at: Option<Instant>,
}

impl RedisStore {
    /// The server at `address`.
    ///
    /// # Errors
    /// Words, if that is no address.
    pub(super) fn new(address: &str) -> Result<Self, String> {
        let client = Client::open(address).map_err(|error| error.to_string())?;
        Ok(Self { client, link: Arc::default() })
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.ask(redis::cmd("GET").arg(key)).await
    }

    pub(super) async fn set(&self, key: &str, value: &[u8]) -> Result<(), Failure> {
        self.ask(redis::cmd("SET").arg(key).arg(value)).await
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Failure> {
        self.ask(redis::cmd("DEL").arg(key)).await
    }

    pub(super) async fn keys(&self) -> Result<Vec<String>, Failure> {
        let (mut keys, mut cursor) = (Vec::new(), 0u64);
        loop {
            let page: (u64, Vec<String>) =
                self.ask(redis::cmd("SCAN").arg(cursor).arg("COUNT").arg(PAGE)).await?;
            keys.extend(page.1);
            cursor = page.0;
            if cursor == 0 || keys.len() >= MAX_KEYS {
                keys.sort_unstable();
                keys.dedup();
                return Ok(keys);
            }
        }
    }

    /// Sends a command, once more if the connection turns out to be lost.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        let mut lost_before = false;
        loop {
            let (mut connection, number) = self.connection().await?;
            match command.query_async(&mut connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    let lost = error.is_io_error() || error.is_unrecoverable_error();
                    if lost {
                        self.forget(number, &error).await;
                    }
                    if !lost || lost_before || error.is_timeout() {
                        return Err(error.to_string());
                    }
                    lost_before = true;
                }
            }
        }
    }

    /// The connection and its number.
    async fn connection(&self) -> Result<(MultiplexedConnection, u64), Failure> {
        let mut link = self.link.lock().await;
        if let Some(connection) = &link.connection {
            return Ok((connection.clone(), link.n_made));
        }
        if link.retry_at.is_some_and(|at| Instant::now() < at) {
            return Err("the store could not be reached a moment ago".to_owned());
        }
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(TIME)).set_response_timeout(Some(TIME));
        match self.client.get_multiplexed_async_connection_with_config(&config).await {
            Ok(connection) => {
                *link =
                    Link { connection: Some(connection.clone()), n_made: link.n_made + 1, retry_at: None };
                Ok((connection, link.n_made))
            }
            Err(error) => {
                link.retry_at = Some(Instant::now() + RETRY);
                Err(error.to_string())
            }
        }
    }

    /// Lets go of a connection that failed. A server that stopped answering is left alone for a moment.
    async fn forget(&self, number: u64, error: &RedisError) {
        let mut link = self.link.lock().await;
        if link.n_made == number {
            link.connection = None;
            if error.is_timeout() {
                link.retry_at = Some(Instant::now() + RETRY);
            }
        }
    }
}
