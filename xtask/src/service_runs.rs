//! `cargo xtask soak` and `cargo xtask load`: the server under many requests; both write docs/PERFORMANCE.md.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::steps::Steps;
use crate::{process, python, tree, wasm};

/// Clients at the same time.
const CLIENTS: [&str; 4] = ["1", "2", "8", "64"];

/// What `tests/flask_librosa.py` needs, and a server that runs it in a process for each processor.
const FLASK: &str = "flask==3.1.3\ngunicorn==27.0.1\nlibrosa==0.11.0\n";

/// How long a server may take to start: librosa compiles itself at first.
const START: Duration = Duration::from_secs(120);

/// Sends mixed requests and looks whether the server grows. `arguments`: how many.
pub(crate) fn soak(arguments: &[String]) -> Result<()> {
    build()?;
    let mut soak = tests_program("soak");
    let output = soak
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{}` cannot be started", process::shown(&soak)))?;
    let report = String::from_utf8_lossy(&output.stdout);
    print!("{report}");
    write_down("soak", &report)?;
    ensure!(output.status.success(), "the server grew, or answered wrongly");
    Ok(())
}

/// Measures songs a minute and latency of this server and of one with Flask and librosa, in one run.
pub(crate) fn load(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.first() {
        bail!("unknown option `{unknown}`; load takes none");
    }
    build()?;
    let python = python::environment("flask", FLASK)?;
    let mut report =
        "| server | clients | songs a minute | median | 99 % | `/health` median | 99 % | memory | failed |\n\
                      | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    let address = free_address()?;
    let mut ours = Command::new(tree::target().join("harness/sectionist"));
    ours.args(["serve", "--api-only", "--variable", "log_level=off", "--listen"]).arg(address.to_string());
    ours.arg("--component").arg(wasm::component());
    report += &measure("Sectionist", ours, address)?;

    let address = free_address()?;
    let n_processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut flask = Command::new(python);
    flask.args(["-m", "gunicorn", "--timeout", "600", "--threads", "2", "--preload", "--bind"]);
    flask.arg(address.to_string()).args(["--workers", &n_processors.to_string(), "flask_librosa:app"]);
    flask.current_dir(tree::root().join("tests"));
    report += &measure("Flask and librosa", flask, address)?;
    print!("{report}");
    write_down("load", &report)
}

/// The component, and the program with what measures it, as for the tests: the analysis is the component's,
/// so it is as fast as in a release.
fn build() -> Result<()> {
    let mut steps = Steps::planned(2);
    wasm::run(&["--service".to_owned()], &mut steps)?;
    steps.run("build the program and what measures it", || {
        process::run(&mut process::cargo(
            "build --profile harness --package sectionist-host --package sectionist-cli --package sectionist-tests",
        ))
    })
}

fn tests_program(name: &str) -> Command {
    let mut command = Command::new(tree::target().join("harness").join(name));
    command
        .env("SECTIONIST_PROGRAM", tree::target().join("harness/sectionist"))
        .env("SECTIONIST_COMPONENT", wasm::component());
    command
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Starts a server, uploads to it, ends it; the rows of the table.
fn measure(name: &str, mut server: Command, address: SocketAddr) -> Result<String> {
    let shown = process::shown(&server);
    let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let server = Running(child.with_context(|| format!("`{shown}` cannot be started"))?);
    let start = Instant::now();
    while TcpStream::connect(address).is_err() {
        ensure!(start.elapsed() < START, "`{shown}` does not listen");
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut load = tests_program("load");
    let pid = server.0.id().to_string();
    // Once to warm up; those figures are not looked at.
    process::output(load.args([name, &address.to_string(), &pid, "1"]))?;
    process::output(tests_program("load").args([name, &address.to_string(), &pid]).args(CLIENTS))
}

/// A process that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // A server of several processes ends them when it is told to, not when it is killed.
        let told = Command::new("kill").arg(self.0.id().to_string()).status();
        if !told.is_ok_and(|status| status.success()) {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// Puts figures where docs/PERFORMANCE.md has a place for them.
pub(crate) fn write_down(place: &str, figures: &str) -> Result<()> {
    let marks = [format!("<!-- {place} -->\n"), format!("<!-- /{place} -->\n")];
    let path = tree::root().join("docs/PERFORMANCE.md");
    let text = fs::read_to_string(&path)?;
    let (before, rest) = text.split_once(&marks[0]).context("docs/PERFORMANCE.md has no place for them")?;
    let (_, after) = rest.split_once(&marks[1]).context("docs/PERFORMANCE.md has no end of the place")?;
    fs::write(&path, format!("{before}{}\n{}\n{}{after}", marks[0], figures.trim_end(), marks[1]))?;
    Ok(())
}
