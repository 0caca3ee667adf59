//! The same song in every host.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{figures, number};
use crate::steps::Steps;
use crate::{process, tree, wasm};

const N_RUNS: usize = 3;

/// Whole analyses in seconds, natively, in the component, in the browser module under Node.js, and on the page.
pub(super) fn table(measure: &Path, songs: &[PathBuf]) -> Result<String> {
    wasm::run(&[], &mut Steps::default())?;
    process::run(&mut process::cargo(
        "build --profile harness --package sectionist-host --package sectionist-cli",
    ))?;
    let mut table =
        "| host | MP3 | FLAC | AAC | × native, MP3 | peak memory |\n| --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    let mut natively = 0.0;
    let mut row = |name: &str, seconds: Option<Vec<f64>>, memory: Option<f64>| {
        let Some(seconds) = seconds else {
            table += &format!("| {name} | not measured: a program is missing | | | | |\n");
            return;
        };
        if natively == 0.0 {
            natively = seconds[0];
        }
        let cells: Vec<String> = seconds.iter().map(|s| format!("{:.0} ms", 1e3 * s)).collect();
        let memory = memory.map_or_else(String::new, |bytes| format!("{:.0} MB", bytes / 1e6));
        table += &format!("| {name} | {} | {:.2} | {memory} |\n", cells.join(" | "), seconds[0] / natively);
    };
    let native: Vec<_> =
        songs.iter().map(|file| figures(measure, file, "balanced", 3)).collect::<Result<_>>()?;
    let memory = number(&native[0]["peak_memory"]);
    row("native", Some(native.iter().map(|of| number(&of["whole"])).collect()), Some(memory));
    let (component, memory) = component(songs)?;
    row("component, under `sectionist serve`", Some(component), memory);
    row("page's module, under Node.js", node(songs)?, None);
    row("page in Chromium, from choosing the file to the painted result", chromium(songs)?, None);
    Ok(table)
}

/// Uploads to the local host; the seconds, and what the process held at most.
fn component(songs: &[PathBuf]) -> Result<(Vec<f64>, Option<f64>)> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let mut serve = Command::new(tree::target().join("harness/sectionist"));
    serve.args([
        "serve",
        "--api-only",
        "--variable",
        "log_level=off",
        "--variable",
        "cache_ttl=0",
        "--listen",
    ]);
    serve.arg(address.to_string()).arg("--component").arg(wasm::component());
    let server =
        Server(serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("starting the host")?);
    let start = Instant::now();
    while TcpStream::connect(address).is_err() {
        ensure!(start.elapsed() < Duration::from_secs(120), "the host does not listen");
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut seconds = Vec::new();
    for song in songs {
        let mut best = f64::INFINITY;
        for _ in 0..N_RUNS {
            let mut curl = Command::new("curl");
            curl.args([
                "--silent",
                "--fail",
                "--output",
                "/dev/null",
                "--write-out",
                "%{time_total}",
                "--data-binary",
            ]);
            curl.arg(format!("@{}", song.display())).arg(format!("http://{address}/analyze"));
            best = best.min(process::output(&mut curl)?.trim().parse()?);
        }
        seconds.push(best);
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?
            .split_ascii_whitespace()
            .next()?
            .parse::<f64>()
            .ok()
            .map(|kb| 1024.0 * kb)
    });
    Ok((seconds, peak))
}

/// A process that ends with this.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The browser module in V8.
fn node(songs: &[PathBuf]) -> Result<Option<Vec<f64>>> {
    if !process::found("node") {
        return Ok(None);
    }
    let mut best = vec![f64::INFINITY; songs.len()];
    for _ in 0..N_RUNS {
        let mut node = Command::new("node");
        node.arg(tree::root().join("tests/analyse_in_node.mjs")).arg(wasm::package()).args(songs);
        let output = node.output().context("starting node")?;
        let text = String::from_utf8_lossy(&output.stderr);
        let times =
            text.lines().filter_map(|line| line.strip_suffix(" ms")?.rsplit(' ').next()?.parse::<f64>().ok());
        best.iter_mut().zip(times).for_each(|(best, ms)| *best = best.min(ms / 1e3));
    }
    Ok(Some(best))
}

/// The page itself.
fn chromium(songs: &[PathBuf]) -> Result<Option<Vec<f64>>> {
    if !process::found("chromium") || !process::found("chromedriver") {
        return Ok(None);
    }
    let mut command = process::cargo(
        "run --quiet --profile harness --package sectionist-tests --no-default-features --bin page-bench --",
    );
    let text = process::output(command.args(songs))?;
    Ok(Some(text.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect()))
}
