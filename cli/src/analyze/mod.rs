//! `sectionist analyze`: inputs → reports, several at a time, results in the order of the inputs.

mod inputs;
mod outputs;
mod progress;
mod share;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use sectionist_core::error::Limit;
use sectionist_core::params::Format;
use sectionist_core::{
    Analysis, AnalysisParams, Corrections, Error, FileHint, Report, Step, export, export_files,
};

use crate::args::{AnalyzeArgs, Color, Shape, UsageError};
use crate::summary::summary;
use inputs::{Failure, Input};
use progress::Progress;
pub(crate) use share::Share;

/// Narrowest and widest summary in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 48..=120;

/// Width in columns where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// Runs the command.
pub(crate) fn run(args: &AnalyzeArgs) -> Result<ExitCode, UsageError> {
    let (mut params, shape) = args.params.parse()?;
    params.limits.max_bytes = args.max_file_size;
    params.limits.max_duration = args.max_duration;
    let on_terminal = args.output.is_none() && io::stdout().is_terminal();
    let shape = shape.unwrap_or(if on_terminal { Shape::Text } else { Shape::File(Format::Json) });

    let corrections = args.corrections.as_deref().map(read_corrections).transpose()?;
    let (mut inputs, failures) = inputs::expand(&args.inputs);
    if corrections.is_some() && inputs.len() > 1 {
        return Err(UsageError(format!("corrections are of one song, and these are {} files", inputs.len())));
    }
    check_standard_output(args, shape, inputs.len(), on_terminal)?;
    let ends = ends(shape, &params);
    let mut paths = args.output.as_ref().map(|dir| outputs::plan(&inputs, dir, &ends[0]));
    let n_skipped = paths.as_mut().map_or(0, |paths| leave_out(args, &mut inputs, paths));
    let job = Job {
        paths,
        progress: Progress::new(inputs.len(), args.quiet),
        inputs,
        params,
        corrections,
        shape,
        pretty: on_terminal,
        stop: AtomicBool::new(false),
    };

    failures.iter().for_each(report_failure);
    let n_failed = failures.len() + job.run(args)?;
    job.progress.finish();
    if let (Some(dir), false) = (&args.output, args.quiet) {
        let n_written = job.inputs.len().saturating_sub(n_failed - failures.len());
        let skipped =
            if n_skipped == 0 { String::new() } else { format!(", {n_skipped} were there already") };
        eprintln!("{n_written} written to {}{skipped}{}", dir.display(), failed_words(n_failed));
    } else if n_failed > 0 && job.inputs.len() > 1 && !args.quiet {
        eprintln!("{}", failed_words(n_failed).trim_start_matches(", "));
    }
    Ok(ExitCode::from(u8::from(n_failed > 0)))
}

/// Leaves out what is not of the share asked for, and what is done already; returns how many are done.
/// Paths were planned over all inputs, so that every share and every run has the same.
fn leave_out(args: &AnalyzeArgs, inputs: &mut Vec<Input>, paths: &mut Vec<PathBuf>) -> usize {
    let resume = (args.shard.is_some() || args.resume) && !args.force;
    let mut n_skipped = 0;
    let kept = inputs.drain(..).zip(paths.drain(..)).filter(|(input, path)| {
        if args.shard.is_some_and(|share| !share.holds(input)) {
            return false;
        }
        let is_done = resume && outputs::is_done(input, path);
        n_skipped += usize::from(is_done);
        !is_done
    });
    let (kept_inputs, kept_paths) = kept.unzip();
    (*inputs, *paths) = (kept_inputs, kept_paths);
    n_skipped
}

fn failed_words(n_failed: usize) -> String {
    if n_failed == 0 { String::new() } else { format!(", {n_failed} failed") }
}

/// Several files of most formats make no sense one after another, nor does a terminal play MIDI.
fn check_standard_output(
    args: &AnalyzeArgs,
    shape: Shape,
    n_inputs: usize,
    on_terminal: bool,
) -> Result<(), UsageError> {
    let Shape::File(format) = shape else { return Ok(()) };
    if args.output.is_some() {
        return Ok(());
    }
    if (format == Format::Midi || format.has_a_file_a_kind()) && on_terminal {
        return Err(UsageError(format!(
            "`{format}` is not for terminals: give a folder with `--output`, or use a pipe"
        )));
    }
    if n_inputs > 1 && !is_json(format) {
        return Err(UsageError(format!(
            "{n_inputs} files as `{format}` need a folder: give one with `--output`; only json, jams, spotify \
             and text can be written one after another"
        )));
    }
    Ok(())
}

const fn is_json(format: Format) -> bool {
    matches!(format, Format::Json | Format::Jams | Format::Spotify)
}

/// The ends of a shape's files' names: at least one.
fn ends(shape: Shape, params: &AnalysisParams) -> Vec<String> {
    match shape {
        Shape::Text => vec!["txt".to_owned()],
        Shape::File(format) => {
            let ends = format.file_ends(params.include);
            if ends.is_empty() { vec![format.extension().to_owned()] } else { ends }
        }
    }
}

/// All that the workers share.
struct Job {
    inputs: Vec<Input>,
    /// Where results are written; standard output without.
    paths: Option<Vec<PathBuf>>,
    params: AnalysisParams,
    corrections: Option<Corrections>,
    shape: Shape,
    /// JSON with line breaks, for a person to read.
    pretty: bool,
    progress: Progress,
    /// Set when nobody reads the results any more.
    stop: AtomicBool,
}

impl Job {
    /// Analyses all inputs and returns how many failed.
    fn run(&self, args: &AnalyzeArgs) -> Result<usize, UsageError> {
        let n_processors = thread::available_parallelism().map_or(1, usize::from);
        let n_workers = args.jobs.map_or(n_processors, usize::from).clamp(1, self.inputs.len().max(1));
        let width = width();
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::sync_channel(n_workers);
        thread::scope(|scope| {
            for _ in 0..n_workers {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    loop {
                        let idx = next.fetch_add(1, Ordering::Relaxed);
                        if idx >= self.inputs.len() || self.stop.load(Ordering::Relaxed) {
                            return;
                        }
                        if sender.send((idx, self.result(idx, width))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            self.write_in_order(receiver, args.color)
        })
        .map_err(|error| UsageError(format!("standard output cannot be written: {error}")))
    }

    /// Writes results in the order of inputs as they come in, and returns how many failed.
    fn write_in_order(
        &self,
        results: mpsc::Receiver<(usize, Result<Vec<u8>, Failure>)>,
        color: Color,
    ) -> io::Result<usize> {
        let mut colored = AutoStream::new(io::stdout(), color_choice(color));
        let mut raw = io::stdout();
        let mut waiting = BTreeMap::new();
        let (mut next, mut n_failed) = (0, 0);
        for (idx, result) in results {
            waiting.insert(idx, result);
            while let Some(result) = waiting.remove(&next) {
                next += 1;
                let bytes = match result {
                    Ok(bytes) => bytes,
                    Err(failure) => {
                        n_failed += 1;
                        self.progress.suspend(|| report_failure(&failure));
                        continue;
                    }
                };
                let written = self.progress.suspend(|| match self.shape {
                    Shape::Text => colored.write_all(&bytes).and_then(|()| colored.flush()),
                    Shape::File(_) => raw.write_all(&bytes).and_then(|()| raw.flush()),
                });
                match written {
                    Ok(()) => {}
                    // The reader, `head` say, has seen enough.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        self.stop.store(true, Ordering::Relaxed);
                        return Ok(n_failed);
                    }
                    Err(error) => {
                        self.stop.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        }
        Ok(n_failed)
    }

    /// What to write to standard output for an input; nothing where it went into a file.
    fn result(&self, idx: usize, width: usize) -> Result<Vec<u8>, Failure> {
        let input = &self.inputs[idx];
        let fail = |message| Failure { name: input.name(), message };
        // A bug in a decoder must not take the other files along.
        let report = catch_unwind(AssertUnwindSafe(|| self.report(input)))
            .unwrap_or_else(|_| Err("internal error; please report this file".to_owned()))
            .map_err(fail)?;
        let report = self.corrections.as_ref().map_or_else(|| report.clone(), |made| made.apply(&report));
        let files = self.render(report, input, width);
        match &self.paths {
            None => Ok(files.into_iter().flat_map(|(_, bytes)| bytes).collect()),
            Some(paths) => match outputs::write_files(&paths[idx], &files) {
                Ok(()) => Ok(Vec::new()),
                Err(error) => {
                    Err(fail(format!("{} cannot be written: {}", paths[idx].display(), words_of(&error))))
                }
            },
        }
    }

    fn report(&self, input: &Input) -> Result<Report, String> {
        let name = input.name();
        let mut progress = self.progress.file(&name);
        let bytes = read(input, self.params.limits.max_bytes)?;
        let hint = match input {
            Input::Stdin => FileHint::default(),
            Input::File { path, .. } => FileHint {
                name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
                ..FileHint::default()
            },
        };
        let words = |error: Error| match error {
            Error::LimitExceeded { limit: Limit::Duration, .. } => format!("{error}; see --max-duration"),
            Error::LimitExceeded { limit: Limit::Bytes, .. } => format!("{error}; see --max-file-size"),
            error => error.to_string(),
        };
        let mut analysis = Analysis::new(bytes, &hint, &self.params).map_err(words)?;
        loop {
            match analysis.step().map_err(words)? {
                Step::Done(report) => return Ok(*report),
                Step::Working(now) => progress.set(now.fraction, now.stage.name()),
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err("stopped".to_owned());
            }
        }
    }

    /// The files of a report: the ends of their names, and what is in them. One, where they go to standard output.
    fn render(&self, mut report: Report, input: &Input, width: usize) -> Vec<(String, Vec<u8>)> {
        let format = match self.shape {
            Shape::Text => {
                let text = summary(&report, &input.name(), width);
                // Files are not for terminals only.
                let plain = self.paths.is_some().then(|| strip_str(&text).to_string());
                return vec![("txt".to_owned(), plain.unwrap_or(text).into_bytes())];
            }
            Shape::File(format) => format,
        };
        if let (Format::Rekordbox | Format::Traktor, Input::File { path, .. }) = (format, input) {
            // DJ programs find tracks by their full path.
            if let Ok(path) = path.canonicalize() {
                report.source.name = Some(path.to_string_lossy().into_owned());
            }
        }
        let files =
            if self.paths.is_some() { export_files(&report, format) } else { vec![export(&report, format)] };
        files.into_iter().map(|file| (file.end(), self.finished(file.bytes, format))).collect()
    }

    /// JSON as lines, with line breaks where a person reads it.
    fn finished(&self, mut bytes: Vec<u8>, format: Format) -> Vec<u8> {
        if is_json(format) {
            if self.pretty
                && let Ok(value) = serde_json::from_slice::<serde_json::Value>(&bytes)
                && let Ok(pretty) = serde_json::to_vec_pretty(&value)
            {
                bytes = pretty;
            }
            bytes.push(b'\n');
        }
        bytes
    }
}

/// The corrections in a file.
fn read_corrections(path: &Path) -> Result<Corrections, UsageError> {
    let wrong = |why: String| UsageError(format!("{}: {why}", path.display()));
    let json = fs::read(path).map_err(|error| wrong(words_of(&error)))?;
    Corrections::from_json(&json).map_err(|error| wrong(error.to_string()))
}

/// The whole input, unless it is larger than `max` bytes.
fn read(input: &Input, max: u64) -> Result<Vec<u8>, String> {
    let too_large = |size: u64| {
        let [size, max] = [size, max].map(|bytes| format!("{:.1} MB", bytes as f64 / 1e6));
        format!("{size} are over the limit of {max}; see --max-file-size")
    };
    let mut bytes = Vec::new();
    let read = match input {
        Input::Stdin => io::stdin().lock().take(max + 1).read_to_end(&mut bytes),
        Input::File { path, .. } => {
            let file = File::open(path).map_err(|error| words_of(&error))?;
            let size = file.metadata().map_or(0, |metadata| metadata.len());
            if size > max {
                return Err(too_large(size));
            }
            file.take(max + 1).read_to_end(&mut bytes)
        }
    };
    read.map_err(|error| words_of(&error))?;
    if bytes.len() as u64 > max { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// What an error of the system means, in words.
fn words_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn report_failure(failure: &Failure) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{red}error:{red:#} {}: {}", failure.name, failure.message);
}

fn color_choice(color: Color) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        Color::Auto => AutoStream::choice(&io::stdout()),
    }
}

/// Columns of the terminal.
fn width() -> usize {
    let of_terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let of_environment = || std::env::var("COLUMNS").ok()?.parse().ok();
    of_terminal.or_else(of_environment).unwrap_or(DEFAULT_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}
