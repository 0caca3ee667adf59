//! A client's connection: HTTP/1.1, or HTTP/2 without encryption by prior knowledge.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::site::Site;

/// How a connection that speaks HTTP/2 begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// Requests at the same time on a connection of HTTP/2.
const MAX_STREAMS: u32 = 64;

/// How often an HTTP/2 client is asked whether it is still there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);

/// Serves the connection to its end. It ends once `watcher` is told to stop and the requests under way
/// are answered; if it has not begun when `stopped` closes, it ends at once.
pub(crate) async fn serve(
    stream: TcpStream,
    client: SocketAddr,
    site: Arc<Site>,
    watcher: Watcher,
    mut stopped: watch::Receiver<()>,
) {
    let begun = tokio::select! {
        begun = tokio::time::timeout(HEAD_TIME, speaks_http2(&stream)) => begun,
        _ = stopped.changed() => return,
    };
    let Ok(Ok(is_http2)) = begun else { return };
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, std::convert::Infallible>(site.respond(request, client).await) }
    });
    // Broken connections are the client's affair.
    if is_http2 {
        let mut http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS);
        http.keep_alive_interval(PING).keep_alive_timeout(PING);
        let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
    } else {
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
        let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
    }
}

/// Whether the client begins with [`PREFACE`]. Takes nothing from the stream.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut start = [0; PREFACE.len()];
    loop {
        let n_read = stream.peek(&mut start).await?;
        if n_read == 0 || start[..n_read] != PREFACE[..n_read] {
            return if n_read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(false) };
        }
        if n_read == PREFACE.len() {
            return Ok(true);
        }
        // What came is still there, so the stream is ready at once: let the rest come.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
