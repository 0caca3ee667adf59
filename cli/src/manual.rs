//! `sectionist completions` and `sectionist man`: what is installed beside the program.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::words_of;

/// Writes the completions of a shell.
pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sectionist", &mut out);
    // A reader that has seen enough is no failure.
    _ = io::stdout().write_all(&out);
    ExitCode::SUCCESS
}

/// Writes the pages of the manual into `folder`, or the first to standard output.
pub(crate) fn pages(folder: Option<&Path>) -> ExitCode {
    let command = Cli::command().disable_help_subcommand(true);
    let written = match folder {
        Some(folder) => write_all(&command, folder),
        None => page(&command, "sectionist").map(|page| _ = io::stdout().write_all(&page)),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let place = folder.unwrap_or(Path::new("standard output")).display();
            crate::complain(&format!("{place} cannot be written: {}", words_of(&error)));
            ExitCode::FAILURE
        }
    }
}

fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("sectionist.1"), page(command, "sectionist")?)?;
    for sub in command.get_subcommands() {
        let name = format!("sectionist-{}", sub.get_name());
        fs::write(folder.join(format!("{name}.1")), page(sub, &name)?)?;
    }
    Ok(())
}

/// A page in roff.
fn page(command: &Command, name: &str) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let title = name.to_owned();
    let command = command.clone().name(title.clone()).display_name(title);
    let command = if name == "sectionist" { command } else { command.version(env!("CARGO_PKG_VERSION")) };
    clap_mangen::Man::new(command).manual("Sectionist").render(&mut out)?;
    Ok(out)
}
