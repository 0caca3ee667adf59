//! The program `sectionist`: analyses music files from the command line.
//!
//! Results go to standard output, progress and messages to standard error. The exit code is 0 when all
//! went well, 1 when a file failed (the others are done all the same), 2 for a wrong command line.

mod analyze;
mod args;
mod compare;
mod cue;
mod formats;
#[cfg(feature = "serve")]
mod health;
mod manual;
#[cfg(feature = "serve")]
mod serve;
mod summary;

use std::io;
use std::process::ExitCode;

use args::{Command, UsageError};
use clap::{CommandFactory, Parser};

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let result = match cli.command {
        None => analyze::run(&cli.analyze),
        Some(Command::Analyze(args)) => analyze::run(&args),
        Some(Command::Compare(args)) => Ok(compare::run(&args)),
        Some(Command::Cue(args)) => cue::run(&args),
        Some(Command::Formats(args)) => Ok(formats::run(&args)),
        #[cfg(feature = "serve")]
        Some(Command::Serve(args)) => serve::run(&args),
        #[cfg(feature = "serve")]
        Some(Command::Health(args)) => Ok(health::run(args.address)),
        Some(Command::Completions { shell }) => Ok(manual::completions(shell)),
        Some(Command::Man { folder }) => Ok(manual::pages(folder.as_deref())),
    };
    result.unwrap_or_else(|UsageError(message)| {
        args::Cli::command().error(clap::error::ErrorKind::InvalidValue, message).exit()
    })
}

/// An error, on standard error.
fn complain(message: &str) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{red}error:{red:#} {message}");
}

/// What an error of the system means, in words.
fn words_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
