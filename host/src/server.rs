//! The HTTP server around component and files.

use std::hash::RandomState;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use sectionist_api::variables::{self, Level, Settings};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use wasmtime_wasi_http::handler::ProxyHandler;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::config::HostConfig;
use crate::error::HostError;
use crate::files::Files;
use crate::guest::Guest;
use crate::key_value::KeyValue;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::site::Site;
use crate::upload::Patience;
use crate::worker::Workers;
use crate::{component, connection};

/// Serves until `shutdown` ends, then lets the requests under way end.
///
/// # Errors
/// What keeps the server from starting: see [`Server::bind`].
pub async fn serve(config: HostConfig, shutdown: impl Future<Output = ()>) -> Result<(), HostError> {
    Server::bind(config).await?.run(shutdown).await;
    Ok(())
}

/// A server that listens and whose component is ready.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shutdown_time: Duration,
    site: Arc<Site>,
    guests: Runtime,
    stopping: Arc<AtomicBool>,
}

impl Server {
    /// Checks the configuration, compiles the component, or takes it from the cache, and starts to listen.
    ///
    /// # Errors
    /// [`HostError`] if a variable is unknown or wrong, component or demo are missing or unusable, or the
    /// address is taken.
    pub async fn bind(config: HostConfig) -> Result<Self, HostError> {
        variables::check(&config.variables)?;
        let settings = Settings::parse(&config.variables)?;
        if let Some(path) = config.web_root.as_ref().filter(|path| !path.is_dir()) {
            return Err(HostError::MissingWebRoot { path: path.clone() });
        }
        let log = Log { metrics: Arc::new(Metrics::default()), threshold: settings.log_level };
        let key_value = KeyValue::new(config.key_value.clone(), log.clone())?;
        let listen = |source| HostError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let (path, cache) = (config.component.clone(), config.cache_dir.clone());
        let (engine, component) = tokio::task::spawn_blocking(move || {
            let engine = component::engine()?;
            let component = component::load(&engine, &path, cache.as_deref())?;
            let link = || ServicePre::new(Guest::linker(&engine)?.instantiate_pre(&component)?);
            let component = link().map_err(|error| HostError::Component {
                path: path.clone(),
                message: format!("{error:#}"),
            })?;
            Ok::<_, HostError>((engine, component))
        })
        .await
        .map_err(|error| HostError::Start(error.to_string()))??;

        // Analyses compute for long, so they have threads of their own.
        let guests = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(config.guest_threads.unwrap_or(config.max_instances + 2))
            .thread_name("sectionist-guest")
            .enable_all()
            .build()
            .map_err(|error| HostError::Start(error.to_string()))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let queue = Queue::new(&config);
        let workers = Workers {
            engine,
            component,
            variables: Arc::new(for_guests(config.variables, settings.log_level)),
            key_value,
            log: log.clone(),
            max_memory: config.max_instance_memory,
            request_time: config.request_time,
            idle_time: config.idle_time,
            stopping: Arc::clone(&stopping),
        };
        let site = Site {
            handler: ProxyHandler::new(workers),
            files: config.web_root.map(Files::new),
            guests: guests.handle().clone(),
            queue,
            keys: settings.keys,
            log,
            patience: Patience { stall: config.upload_stall, grace: config.upload_grace },
            request_time: config.request_time,
            ids: RandomState::new(),
            n_requests: AtomicUsize::new(0),
        };
        Ok(Self {
            listener,
            address,
            shutdown_time: config.shutdown_time,
            site: Arc::new(site),
            guests,
            stopping,
        })
    }

    /// The address that is listened on.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` ends, then takes no more connections and lets the requests under way
    /// end, for as long as the configuration allows.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let graceful = GracefulShutdown::new();
        let (stop, stopped) = watch::channel(());
        let site = Arc::clone(&self.site);
        tokio::spawn(async move {
            if let Some(files) = &site.files {
                files.warm().await;
            }
        });
        loop {
            let (stream, client) = tokio::select! {
                () = &mut shutdown => break,
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, most likely: wait for some to come free.
                        self.site.log.write(Level::Error, "accept_failed", &error.to_string());
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            // Without it, small answers wait for acknowledgements.
            let _ = stream.set_nodelay(true);
            tokio::spawn(connection::serve(
                stream,
                client,
                Arc::clone(&self.site),
                graceful.watcher(),
                stopped.clone(),
            ));
        }
        drop((self.listener, stop));
        if tokio::time::timeout(self.shutdown_time, graceful.shutdown()).await.is_err() {
            self.site.log.write(Level::Warn, "shutdown", "requests were cut off");
        }
        self.stopping.store(true, Ordering::Relaxed);
        self.guests.shutdown_background();
    }
}

/// The variables as the component gets them. It logs every request, as the counts are taken from its
/// lines; those below `level` are not passed on.
fn for_guests(
    mut variables: std::collections::BTreeMap<String, String>,
    level: Level,
) -> std::collections::BTreeMap<String, String> {
    variables.insert("log_level".to_owned(), level.min(Level::Info).name().to_owned());
    variables
}
