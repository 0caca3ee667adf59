//! `sectionist serve` as a process of its own: to be killed, and to be measured.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;

/// How long a server may take to start or to stop.
const TIME: Duration = Duration::from_secs(60);

/// A server that is killed when this is dropped.
pub struct ServerProcess {
    child: Child,
    client: Client,
    log: Arc<Mutex<String>>,
}

/// What a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of memory in use.
    pub memory: u64,
    /// Open file descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

/// The command that starts the program's server on a free port with these arguments.
#[must_use]
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(crate::program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--component"]).arg(crate::component());
    command.arg("--cache-dir").arg(crate::target().join("components"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

impl ServerProcess {
    /// Starts the program with these arguments beside those of [`command`].
    ///
    /// # Panics
    /// If it does not listen within a minute.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        Self::spawn(command(arguments))
    }

    /// Starts `command`, which is one of [`command`] or comes to run it.
    ///
    /// # Panics
    /// If it does not listen within a minute.
    #[must_use]
    pub fn spawn(mut command: Command) -> Self {
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{}: {error}", crate::program().display()));
        let stderr = child.stderr.take().expect("standard error is piped");
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, address) = mpsc::channel();
        let lines = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(address) = address_in(&line) {
                    let _ = sender.send(address);
                }
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.push_str(&line);
                lines.push('\n');
            }
        });
        match address.recv_timeout(TIME) {
            Ok(address) => Self { child, client: Client::new(address), log },
            Err(_) => {
                let _ = child.kill();
                let log = log.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("the server does not start:\n{log}")
            }
        }
    }

    /// A client of it.
    #[must_use]
    pub const fn client(&self) -> Client {
        self.client
    }

    /// What it wrote to standard error up to now.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends the process a signal by its name.
    ///
    /// # Panics
    /// If the system has no `kill`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name]).arg(self.child.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If that takes more than a minute.
    #[must_use]
    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < TIME {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the server goes on:\n{}", self.log());
    }

    /// What it holds now; `None` where the system does not say.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        let folder = format!("/proc/{}", self.child.id());
        let status = std::fs::read_to_string(format!("{folder}/status")).ok()?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Usage {
            memory: number("VmRSS")? * 1024,
            descriptors: std::fs::read_dir(format!("{folder}/fd")).ok()?.count() as u64,
            threads: number("Threads")?,
        })
    }

    /// Seconds of processor time that it took up to now; `None` where the system does not say.
    #[must_use]
    pub fn processor_time(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // Fields 14 and 15, in hundredths; the name in parentheses is field 2.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let ticks = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
        Some((ticks(14)? + ticks(15)?) / 100.0)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line by which the server says that it listens.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("API ")?;
    let (_, rest) = rest.split_once("at http://")?;
    rest.split_once("/analyze")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found() {
        let line = "Sectionist is at http://127.0.0.1:80/, the API at http://127.0.0.1:80/analyze";
        assert_eq!(address_in(line), Some(([127, 0, 0, 1], 80).into()));
        let line = "Sectionist's API is at http://127.0.0.1:3/analyze; for the page too, …";
        assert_eq!(address_in(line), Some(([127, 0, 0, 1], 3).into()));
        assert_eq!(address_in("{\"level\":\"info\"}"), None);
    }
}
