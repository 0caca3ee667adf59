//! The work itself: each input read, analysed and written, several at the same time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anstream::{AutoStream, ColorChoice};
use sectionist_core::error::Limit;
use sectionist_core::{Analysis, AnalysisParams, Corrections, Error, FileHint, Report, Step};

use super::inputs::{Failure, Input};
use super::progress::Progress;
use super::table::Row;
use super::{Picture, Request, outputs, render, report_failure, song_tags};
use crate::args::{AnalyzeArgs, Color, Shape, UsageError};
use crate::words_of;

/// Where the results of an input go.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Those of each shape, one after another.
    pub(super) files: Vec<PathBuf>,
    pub(super) picture: Option<PathBuf>,
    /// The song whose tags are written.
    pub(super) tagged: Option<PathBuf>,
    /// Whether that is a copy.
    pub(super) is_copied: bool,
}

impl Targets {
    /// All that is written and not there before.
    pub(super) fn all(&self) -> impl Iterator<Item = &Path> {
        let copy = self.tagged.as_deref().filter(|_| self.is_copied);
        self.files.iter().map(PathBuf::as_path).chain(self.picture.as_deref()).chain(copy)
    }
}

/// An input with what is wanted of it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) input: Input,
    pub(super) targets: Targets,
    /// Its line of the table, where that is known without an analysis.
    pub(super) row: Option<Row>,
}

/// How a job ended.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) n_failed: usize,
    /// The table's lines, in the order of the items.
    pub(super) rows: Vec<Row>,
}

/// All that the workers share.
pub(super) struct Job<'a> {
    items: Vec<Item>,
    params: AnalysisParams,
    corrections: Option<&'a Corrections>,
    shapes: Vec<Shape>,
    picture: Option<&'a Picture>,
    /// Whether results go to files, and whether into a table; else they go to standard output.
    to_files: bool,
    to_table: bool,
    /// JSON with line breaks, for a person to read.
    pretty: bool,
    progress: Progress,
    /// Set when nobody reads the results any more.
    stop: AtomicBool,
}

/// What an input gives: bytes for standard output, a line for the table.
type Outcome = (Vec<u8>, Option<Row>);

impl<'a> Job<'a> {
    pub(super) fn new(request: &'a Request<'_>, items: Vec<Item>, to_table: bool) -> Self {
        Self {
            progress: Progress::new(
                items.iter().filter(|item| item.row.is_none()).count(),
                request.args.quiet,
            ),
            items,
            params: request.params.clone(),
            corrections: request.corrections.as_ref(),
            shapes: request.shapes(),
            picture: request.args.plot.as_ref(),
            to_files: request.args.output.is_some(),
            to_table,
            pretty: request.on_terminal,
            stop: AtomicBool::new(false),
        }
    }

    /// How many have to be analysed.
    pub(super) fn n_new(&self) -> usize {
        self.items.iter().filter(|item| item.row.is_none()).count()
    }

    /// Analyses all items.
    pub(super) fn run(&self, args: &AnalyzeArgs) -> Result<Done, UsageError> {
        let n_processors = thread::available_parallelism().map_or(1, usize::from);
        let n_workers = args.jobs.map_or(n_processors, usize::from).clamp(1, self.items.len().max(1));
        let width = render::width();
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::sync_channel(n_workers);
        let done = thread::scope(|scope| {
            for _ in 0..n_workers {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    loop {
                        let idx = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = self.items.get(idx) else { return };
                        if self.stop.load(Ordering::Relaxed)
                            || sender.send((idx, self.result(item, width))).is_err()
                        {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            self.write_in_order(receiver, args.color)
        });
        self.progress.finish();
        done.map_err(|error| UsageError(format!("standard output cannot be written: {error}")))
    }

    /// Writes results in the order of items as they come in.
    fn write_in_order(
        &self,
        results: mpsc::Receiver<(usize, Result<Outcome, Failure>)>,
        color: Color,
    ) -> io::Result<Done> {
        let mut colored = AutoStream::new(io::stdout(), color_choice(color));
        let mut raw = io::stdout();
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        let mut done = Done::default();
        for (idx, result) in results {
            waiting.insert(idx, result);
            while let Some(result) = waiting.remove(&next) {
                next += 1;
                let bytes = match result {
                    Ok((bytes, row)) => {
                        done.rows.extend(row);
                        bytes
                    }
                    Err(failure) => {
                        done.n_failed += 1;
                        self.progress.suspend(|| report_failure(&failure));
                        continue;
                    }
                };
                let written = self.progress.suspend(|| match self.shapes.first() {
                    Some(Shape::Text) => colored.write_all(&bytes).and_then(|()| colored.flush()),
                    _ => raw.write_all(&bytes).and_then(|()| raw.flush()),
                });
                match written {
                    Ok(()) => {}
                    // The reader, `head` say, has seen enough.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        self.stop.store(true, Ordering::Relaxed);
                        return Ok(done);
                    }
                    Err(error) => {
                        self.stop.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        }
        Ok(done)
    }

    /// What an item gives.
    fn result(&self, item: &Item, width: usize) -> Result<Outcome, Failure> {
        if let Some(row) = &item.row {
            return Ok((Vec::new(), Some(row.clone())));
        }
        let name = item.input.name();
        let fail = |message| Failure { name: name.clone(), message };
        // The core does not panic; if it does all the same, the other files are still analysed.
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let report = self.analyze(&item.input, &name)?;
            let row = self.to_table.then(|| Row::of(&report, &item.input.short_name()));
            Ok((self.write(item, report, width)?, row))
        }));
        caught.unwrap_or_else(|_| Err("the analysis failed by a fault of its own".to_owned())).map_err(fail)
    }

    /// Writes all that is asked for; returns what goes to standard output.
    fn write(&self, item: &Item, report: Report, width: usize) -> Result<Vec<u8>, String> {
        let cannot = |path: &Path| {
            let path = path.display().to_string();
            move |why: String| format!("{path} cannot be written: {why}")
        };
        let put = |path: &Path, bytes: &[u8]| {
            outputs::write(path, bytes).map_err(|error| words_of(&error)).map_err(cannot(path))
        };
        // First, so that reports are no older than a song whose tags are changed.
        if let (Some(target), Input::File { path, .. }) = (&item.targets.tagged, &item.input) {
            song_tags::write(path, target, &report).map_err(cannot(target))?;
        }
        if let (Some(path), Some(picture)) = (&item.targets.picture, self.picture) {
            put(path, &picture.draw(&report, &item.input.short_name())?)?;
        }
        if self.to_files {
            let files = self.shapes.iter().flat_map(|&shape| render::files(&report, shape, &item.input));
            for (path, bytes) in item.targets.files.iter().zip(files) {
                put(path, &bytes)?;
            }
        }
        if self.to_files || self.to_table {
            return Ok(Vec::new());
        }
        let shape = self.shapes.first().copied().unwrap_or(Shape::Text);
        Ok(render::for_stdout(&report, shape, &item.input, self.pretty, width))
    }

    fn analyze(&self, input: &Input, name: &str) -> Result<Report, String> {
        let mut progress = self.progress.file(name);
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
                Step::Done(report) => {
                    return Ok(self
                        .corrections
                        .map_or_else(|| (*report).clone(), |made| made.apply(&report)));
                }
                Step::Working(now) => progress.set(now.fraction, now.stage.name()),
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err("stopped".to_owned());
            }
        }
    }
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

fn color_choice(color: Color) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        Color::Auto => AutoStream::choice(&io::stdout()),
    }
}
