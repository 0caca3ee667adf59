//! `sectionist cue`: a copy of a WAV file with cue points.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use sectionist_core::{AnalysisParams, FileHint, analyze, with_cues};

use crate::args::{CueArgs, UsageError};

/// Runs the command.
pub(crate) fn run(args: &CueArgs) -> Result<ExitCode, UsageError> {
    let output = args.output.clone().unwrap_or_else(|| args.input.with_extension("cued.wav"));
    if is_same(&args.input, &output) {
        return Err(UsageError("the copy cannot take the place of the file".to_owned()));
    }
    match copy(&args.input, &output) {
        Ok(n_cues) => {
            println!("{}: {n_cues} cue points", output.display());
            Ok(ExitCode::SUCCESS)
        }
        Err(message) => {
            eprintln!("error: {}: {message}", args.input.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Writes the copy and returns how many cue points it has.
fn copy(input: &Path, output: &Path) -> Result<usize, String> {
    let wav = fs::read(input).map_err(|error| error.to_string())?;
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let report = analyze(wav.clone(), &FileHint::from_name(&name), &AnalysisParams::default())
        .map_err(|error| error.to_string())?;
    let cued = with_cues(&wav, &report).map_err(|error| error.to_string())?;
    fs::write(output, cued).map_err(|error| format!("{} cannot be written: {error}", output.display()))?;
    Ok(report.sections.len())
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
