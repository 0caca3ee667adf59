//! Ports for programs that cannot choose one themselves.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what systems hand out: a port from there may go to any connection before the program takes it, and who
/// tries to connect to it may be connected with itself.
const FIRST: u16 = 20_000;
/// Ports to choose from.
const N_PORTS: u16 = 10_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A local port that nobody listens on, another one at each call.
///
/// # Panics
/// When all are taken.
#[must_use]
pub fn free_port() -> u16 {
    // Processes begin far apart.
    let begin = (std::process::id() % u32::from(N_PORTS)) as u16;
    (0..N_PORTS)
        .map(|_| FIRST + begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % N_PORTS)
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .expect("a free local port")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_free_and_differ() {
        let (one, other) = (free_port(), free_port());
        assert_ne!(one, other);
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, one)).expect("a free port");
        assert!((0..20).all(|_| free_port() != one));
        drop(taken);
    }
}
