//! How many songs a minute servers answer, and how soon: `load NAME ADDRESS PID N…`, where each N is a number of
//! clients that upload one song after another. Prints a row for each, for docs/PERFORMANCE.md.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sectionist_tests::client::Client;
use sectionist_tests::service::fixture;

/// Songs for each number of clients: this many, and at least one for each client.
const N_SONGS: usize = 12;

/// Time between two requests to `/health`.
const HEALTH_INTERVAL: Duration = Duration::from_millis(100);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, address, pid, clients @ ..] = &arguments[..] else {
        eprintln!("load NAME ADDRESS PID N…");
        std::process::exit(2);
    };
    let address: SocketAddr = address.parse().unwrap_or_else(|error| {
        eprintln!("{address}: {error}");
        std::process::exit(2);
    });
    let song = fixture("harbour.mp3");
    for n_clients in clients.iter().filter_map(|n| n.parse().ok()) {
        let figures = measure(Client::new(address), pid, &song, n_clients);
        println!("| {name} | {n_clients} | {figures} |");
    }
}

/// Uploads from `n_clients` at the same time, asks for `/health` meanwhile, and sums it up.
fn measure(client: Client, pid: &str, song: &[u8], n_clients: usize) -> String {
    let n_songs = N_SONGS.max(n_clients);
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let start = Instant::now();
    let (mut times, n_failed, elapsed, mut health, memory) = thread::scope(|scope| {
        let uploads: Vec<_> =
            (0..n_clients).map(|_| scope.spawn(|| upload(client, song, n_songs, &next))).collect();
        let health = scope.spawn(|| ask_health(client, &is_over));
        let memory = scope.spawn(|| watch_memory(pid, &is_over));
        let (mut times, mut n_failed) = (Vec::new(), 0);
        for upload in uploads {
            let (of_client, failed) = upload.join().unwrap_or_default();
            times.extend(of_client);
            n_failed += failed;
        }
        let elapsed = start.elapsed();
        is_over.store(true, Ordering::Relaxed);
        (times, n_failed, elapsed, health.join().unwrap_or_default(), memory.join().unwrap_or_default())
    });
    let per_minute = 60.0 * times.len() as f64 / elapsed.as_secs_f64();
    let (median, high) = (percentile(&mut times, 50), percentile(&mut times, 99));
    let (health_median, health_high) = (percentile(&mut health, 50), percentile(&mut health, 99));
    format!(
        "{per_minute:.1} | {median:.2} s | {high:.2} s | {:.0} ms | {:.0} ms | {:.0} MB | {n_failed}",
        health_median * 1e3,
        health_high * 1e3,
        memory as f64 / 1e6
    )
}

/// One client's uploads: their times in seconds, and how many failed. Every song is a new one: what follows
/// the last frame of an MP3 is no music, and no report of it is kept.
fn upload(client: Client, song: &[u8], n_songs: usize, next: &AtomicUsize) -> (Vec<f64>, usize) {
    let (mut times, mut n_failed) = (Vec::new(), 0);
    let nonce = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= n_songs {
            return (times, n_failed);
        }
        let new = [song, &nonce.to_le_bytes(), &number.to_le_bytes()].concat();
        let start = Instant::now();
        match client.try_send("POST", "/analyze", &[("content-type", "audio/mpeg")], &new) {
            Ok(answer) if answer.status == 200 => times.push(start.elapsed().as_secs_f64()),
            _ => n_failed += 1,
        }
    }
}

/// How long `/health` takes, in seconds, as often as it is asked; no answer counts as a minute.
fn ask_health(client: Client, is_over: &AtomicBool) -> Vec<f64> {
    let mut times = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let start = Instant::now();
        let answered = client.try_send("GET", "/health", &[], b"").is_ok_and(|answer| answer.status == 200);
        times.push(if answered { start.elapsed().as_secs_f64() } else { 60.0 });
        thread::sleep(HEALTH_INTERVAL);
    }
    times
}

/// Most bytes that the process and its children held together.
fn watch_memory(pid: &str, is_over: &AtomicBool) -> u64 {
    let mut most = 0;
    while !is_over.load(Ordering::Relaxed) {
        most = most.max(memory(pid));
        thread::sleep(Duration::from_millis(50));
    }
    most
}

/// Bytes of the process and its children.
fn memory(pid: &str) -> u64 {
    let own = std::fs::read_to_string(format!("/proc/{pid}/status")).ok().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    own.unwrap_or(0) * 1024 + children.split_whitespace().map(memory).sum::<u64>()
}

/// The value that `percent` of all do not exceed.
fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(index).copied().unwrap_or(f64::NAN)
}
