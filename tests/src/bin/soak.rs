//! Mixed requests by the thousand, and whether the server grows by them: `soak [N]`. Prints a table for
//! docs/PERFORMANCE.md; fails if it grows, or answers what it should not.

use std::io::Write;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sectionist_tests::client::Client;
use sectionist_tests::server_process::{ServerProcess, Usage};
use sectionist_tests::service::{FORM, clicks, fixture, form, repository};

/// Requests unless it is said otherwise.
const N_REQUESTS: usize = 2_000;
/// Clients at the same time.
const N_CLIENTS: usize = 8;
/// How often it is measured, in requests.
const INTERVAL: usize = 250;
/// Measures that are not yet compared: pools fill, instances come.
const N_WARM: usize = 2;
/// Growth that is none: allocators keep some, and connections come and go.
const SLACK: Usage = Usage { memory: 48 << 20, descriptors: 16, threads: 4 };

fn main() -> ExitCode {
    let n_requests = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(N_REQUESTS);
    let page = repository().join("web-demo");
    let server =
        ServerProcess::start(&["--web-root", &page.display().to_string(), "--variable", "log_level=off"]);
    let songs = Songs::read();
    let start = Instant::now();
    let (mut rows, mut wrong) = (vec![(0, quiet_usage(&server))], Vec::new());
    let mut done = 0;
    while done < n_requests {
        let until = (done + INTERVAL).min(n_requests);
        wrong.extend(run(server.client(), &songs, done..until));
        done = until;
        rows.push((done, quiet_usage(&server)));
    }
    println!(
        "{n_requests} mixed requests by {N_CLIENTS} clients in {:.0} s:\n",
        start.elapsed().as_secs_f64()
    );
    println!("| requests | memory | descriptors | threads |\n| --- | --- | --- | --- |");
    for (done, usage) in &rows {
        let megabytes = usage.memory as f64 / 1e6;
        println!("| {done} | {megabytes:.1} MB | {} | {} |", usage.descriptors, usage.threads);
    }
    let warm = rows.get(N_WARM).unwrap_or(&rows[0]).1;
    let last = rows[rows.len() - 1].1;
    let grown = last.memory > warm.memory + SLACK.memory
        || last.descriptors > warm.descriptors + SLACK.descriptors
        || last.threads > warm.threads + SLACK.threads;
    println!("\n{}, {} wrong answers.", if grown { "It grew" } else { "No growth" }, wrong.len());
    for words in wrong.iter().take(10) {
        eprintln!("wrong: {words}");
    }
    if grown || !wrong.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What the server holds once idle instances are gone.
fn quiet_usage(server: &ServerProcess) -> Usage {
    thread::sleep(Duration::from_millis(2500));
    server.usage().unwrap_or_else(|| {
        eprintln!("this system does not say what a process holds");
        std::process::exit(1);
    })
}

/// What is uploaded.
struct Songs {
    flac: Vec<u8>,
    mp3: Vec<u8>,
    wav: Vec<u8>,
}

impl Songs {
    fn read() -> Self {
        Self { flac: fixture("postcard.clip.stereo.flac"), mp3: fixture("postcard.mp3"), wav: clicks(12) }
    }

    /// A song that was not there before.
    fn new_one(&self, number: usize) -> Vec<u8> {
        let mut song = self.wav.clone();
        let n_bytes = song.len();
        song[n_bytes - 4..].copy_from_slice(&(number as u32).to_le_bytes());
        song
    }
}

/// Sends the requests of these numbers, several at a time; what was answered wrongly.
fn run(client: Client, songs: &Songs, numbers: std::ops::Range<usize>) -> Vec<String> {
    let next = AtomicUsize::new(numbers.start);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..N_CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let mut wrong = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= numbers.end {
                            return wrong;
                        }
                        wrong.extend(request(client, songs, number).err());
                    }
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap_or_default()).collect()
    })
}

/// The request of a number: one of sixteen kinds.
fn request(client: Client, songs: &Songs, number: usize) -> Result<(), String> {
    let events = ("accept", "text/event-stream");
    let file: (&str, &[u8]) = ("name=\"audio\"; filename=\"ü ☃.mp3\"", &songs.mp3);
    let (method, path, headers, body, wanted): (_, _, &[(&str, &str)], Vec<u8>, u16) = match number % 16 {
        0 | 1 => ("GET", "/health", &[], Vec::new(), 200),
        2 => ("GET", "/formats", &[], Vec::new(), 200),
        3 => ("GET", "/metrics", &[], Vec::new(), 200),
        4 => ("GET", "/src/main.js", &[("accept-encoding", "br")], Vec::new(), 200),
        5 => ("GET", "/nothing", &[], Vec::new(), 404),
        6 => ("POST", "/analyze", &[], b"no music at all".to_vec(), 400),
        7 => ("POST", "/analyze?quality=best", &[], songs.flac.clone(), 400),
        8 => ("POST", "/analyze", &[FORM], form(&[file])[..5000].to_vec(), 400),
        9 => return leave(client, songs, number),
        10 => ("POST", "/analyze", &[FORM], form(&[file, ("name=\"format\"", b"midi")]), 200),
        11 => ("POST", "/analyze?format=jams", &[], songs.flac.clone(), 200),
        12 => ("POST", "/analyze?quality=fast", &[events], songs.new_one(number), 200),
        13 => ("POST", "/analyze", &[], songs.mp3[..songs.mp3.len() / 2].to_vec(), 200),
        14 => ("POST", "/analyze?quality=fast", &[], songs.new_one(number), 200),
        _ => ("POST", "/analyze", &[], songs.flac.clone(), 200),
    };
    let answer = client.try_send(method, path, headers, &body)?;
    if answer.status == wanted {
        Ok(())
    } else {
        Err(format!("{method} {path}: {} instead of {wanted}: {}", answer.status, answer.text()))
    }
}

/// Uploads a part, or all, and goes away.
fn leave(client: Client, songs: &Songs, number: usize) -> Result<(), String> {
    let song = songs.new_one(number);
    let send = || {
        let mut stream = TcpStream::connect(client.address())?;
        write!(stream, "POST /analyze HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", song.len())?;
        let n_sent = if number % 32 < 16 { song.len() } else { song.len() / 3 };
        stream.write_all(&song[..n_sent])
    };
    send().map_err(|error| error.to_string())
}
