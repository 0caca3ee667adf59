//! `sectionist formats`: what can be decoded.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use sectionist_core::decode::formats;

use crate::args::{FormatsArgs, ListShape};

/// Runs the command: a table for people, or the JSON that the service gives at `/formats`.
pub(crate) fn run(args: &FormatsArgs) -> ExitCode {
    let on_terminal = io::stdout().is_terminal();
    let shape = args.format.unwrap_or(if on_terminal { ListShape::Text } else { ListShape::Json });
    let text = match shape {
        ListShape::Text => table(),
        ListShape::Json => serde_json::json!(formats()).to_string() + "\n",
    };
    // A reader that has seen enough is no failure.
    _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn table() -> String {
    let formats = formats();
    let width = formats.containers.iter().map(|container| container.title.chars().count()).max().unwrap_or(0);
    let mut out = String::from("Decoded:\n");
    for container in formats.containers {
        let pad = " ".repeat(width - container.title.chars().count());
        out += &format!(
            "  {}{pad}  .{}\n  {:width$}  {}\n",
            container.title,
            container.extensions.join(" ."),
            "",
            container.codecs.join(", ")
        );
    }
    out += "\nRecognised, but not decoded:\n";
    for format in formats.recognised {
        out += &format!("  {}\n", format.title);
    }
    out
}
