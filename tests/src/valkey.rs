//! A Valkey or Redis server of one's own.

use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::ports::free_port;

/// The programs that will do, in order.
const PROGRAMS: [&str; 2] = ["valkey-server", "redis-server"];

/// A server in memory, killed when this is dropped.
pub struct Valkey {
    program: &'static str,
    port: u16,
    child: Option<Child>,
}

impl Valkey {
    /// Starts one on a free port. `None`, after saying so, where there is no such program.
    ///
    /// # Panics
    /// Where `CI` is set and there is none, or if it does not listen.
    #[must_use]
    pub fn start() -> Option<Self> {
        let version =
            |program: &&str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
        let Some(program) = PROGRAMS.into_iter().find(version) else {
            assert!(std::env::var_os("CI").is_none(), "there is no {}", PROGRAMS.join(" nor "));
            println!("skipped: there is no {}; apt-get install redis-server", PROGRAMS.join(" nor "));
            return None;
        };
        let mut server = Self { program, port: free_port(), child: None };
        server.restart();
        Some(server)
    }

    /// What hosts are given to find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Sends it a signal by its name: after `STOP` it takes connections and answers nothing, until `CONT`.
    pub fn signal(&self, name: &str) {
        if let Some(child) = &self.child {
            let _ = Command::new("kill").args(["-s", name]).arg(child.id().to_string()).status();
        }
    }

    /// Kills it. All that it knew is gone.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again at the same address.
    ///
    /// # Panics
    /// If it does not listen within ten seconds.
    pub fn restart(&mut self) {
        self.kill();
        let child = Command::new(self.program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"])
            .arg(self.port.to_string())
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap_or_else(|error| panic!("{}: {error}", self.program)));
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("{} does not listen", self.program);
    }
}

impl Drop for Valkey {
    fn drop(&mut self) {
        self.kill();
    }
}
