//! `sectionist health`: asks a server whether it is healthy.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

/// Longest wait for each part of the answer.
const TIME: Duration = Duration::from_secs(2);

/// Longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 16 << 10;

/// Asks the server at `address` and says what it answers.
pub(crate) fn run(address: SocketAddr) -> ExitCode {
    match ask(address) {
        Ok(answer) if answer.starts_with("HTTP/1.1 200 ") => {
            println!("{}", answer.lines().next_back().unwrap_or_default());
            ExitCode::SUCCESS
        }
        Ok(answer) => {
            eprintln!("{address} answers {}", answer.lines().next().unwrap_or("nothing"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{address} cannot be asked: {error}");
            ExitCode::FAILURE
        }
    }
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIME)?;
    stream.set_read_timeout(Some(TIME))?;
    stream.set_write_timeout(Some(TIME))?;
    write!(stream, "GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
