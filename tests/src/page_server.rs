//! A static file server for the page, which can be stopped to see what the page does without it.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Serves a folder on a free local port until it is stopped or dropped.
pub struct PageServer {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl PageServer {
    /// Serves the files under `root`.
    ///
    /// # Errors
    /// When no local port can be had.
    pub fn start(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = Arc::new(root.into());
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (root, log) = (Arc::clone(&root), Arc::clone(&log));
                // A client that goes away in the middle is no failure of the test.
                thread::spawn(move || drop(answer(&stream, &root, &log)));
            }
        });
        Ok(Self { address, stopped, asked })
    }

    /// Where the page is, with a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The first lines of all requests so far.
    ///
    /// # Panics
    /// When an answer panicked.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no answer panics").clone()
    }

    /// Answers nobody any more: connections are refused.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread, which then closes its port.
        drop(TcpStream::connect(self.address));
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn answer(mut stream: &TcpStream, root: &Path, log: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    if !request.is_empty()
        && let Ok(mut log) = log.lock()
    {
        log.push(request.clone());
    }
    // The rest of the head means nothing here, but is read before the answer.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}

    let path = request.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/");
    let relative = PathBuf::from(path.trim_start_matches('/'));
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let file = if path == "/" { root.join("index.html") } else { root.join(relative) };
    match fs::read(&file) {
        Ok(body) if inside => {
            let mime = mime_of(&file);
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            )?;
            stream.write_all(&body)
        }
        _ => write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}

fn mime_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("mp3") => "audio/mpeg",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
