//! The program `sectionist`: analyses music files from the command line.
//!
//! Results go to standard output, progress and messages to standard error. The exit code is 0 when all
//! went well, 1 when a file failed (the others are done all the same), 2 for a wrong command line.

mod analyze;
mod args;
mod cue;
mod formats;
#[cfg(feature = "serve")]
mod health;
#[cfg(feature = "serve")]
mod serve;
mod summary;

use std::process::ExitCode;

use args::{Command, UsageError};
use clap::{CommandFactory, Parser};

fn main() -> ExitCode {
    let result = match args::Cli::parse().command {
        Command::Analyze(args) => analyze::run(&args),
        Command::Cue(args) => cue::run(&args),
        Command::Formats(args) => Ok(formats::run(&args)),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&args),
        #[cfg(feature = "serve")]
        Command::Health(args) => Ok(health::run(args.address)),
    };
    result.unwrap_or_else(|UsageError(message)| {
        args::Cli::command().error(clap::error::ErrorKind::InvalidValue, message).exit()
    })
}
