//! `sectionist compare`: one annotation scored by another.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use sectionist_scoring::{Annotation, Kind, Score, compare};
use serde_json::{Map, Value, json};

use crate::args::{CompareArgs, ListShape};
use crate::words_of;

/// Runs the command. Files that cannot be read, or that tell nothing in common, end it with exit code 1.
pub(crate) fn run(args: &CompareArgs) -> ExitCode {
    match scores(args) {
        Ok(scores) => {
            let on_terminal = io::stdout().is_terminal();
            let shape = args.format.unwrap_or(if on_terminal { ListShape::Text } else { ListShape::Json });
            let text = match shape {
                ListShape::Text => table(&scores),
                ListShape::Json => format!("{:#}\n", object(&scores)),
            };
            // A reader that has seen enough is no failure.
            _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(message) => {
            crate::complain(&message);
            ExitCode::FAILURE
        }
    }
}

fn scores(args: &CompareArgs) -> Result<Vec<Score>, String> {
    let read = |path: &Path| {
        let bytes = fs::read(path).map_err(|error| words_of(&error));
        let read = bytes.and_then(|bytes| Annotation::read(&bytes, args.kind));
        read.map_err(|message| format!("{}: {message}", path.display()))
    };
    let (truth, estimate) = (read(&args.truth)?, read(&args.estimate)?);
    let scores = compare(&truth, &estimate);
    if scores.is_empty() {
        let names = |annotation: &Annotation| {
            annotation.kinds().into_iter().map(Kind::name).collect::<Vec<_>>().join(", ")
        };
        return Err(format!("the two tell nothing in common: {}, and {}", names(&truth), names(&estimate)));
    }
    Ok(scores)
}

/// `{"chords": {"root": 0.93, …}, …}`.
fn object(scores: &[Score]) -> Value {
    let mut kinds = Map::new();
    for score in scores {
        let metrics = kinds.entry(score.kind.name()).or_insert_with(|| json!({}));
        metrics[score.metric] = json!((score.value * 1e6).round() / 1e6);
    }
    kinds.into()
}

fn table(scores: &[Score]) -> String {
    let width = scores.iter().map(|score| score.metric.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    let mut kind = None;
    for score in scores {
        if kind.replace(score.kind) != Some(score.kind) {
            _ = writeln!(out, "{}", score.kind.name());
        }
        _ = writeln!(out, "  {:width$}  {:.3}", score.metric, score.value);
    }
    out
}
