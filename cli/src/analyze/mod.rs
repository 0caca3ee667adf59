//! `sectionist FILE…`: inputs → reports, several at a time, results in the order of the inputs.

mod inputs;
mod job;
mod outputs;
mod playlist;
mod plot;
mod progress;
mod render;
mod share;
mod song_tags;
mod table;
mod template;
mod watch;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use sectionist_core::params::Format;
use sectionist_core::{AnalysisParams, Corrections, Report};

use crate::args::{AnalyzeArgs, Shape, TableShape, UsageError};
use crate::words_of;
use inputs::{Failure, Input, Inputs};
use job::{Item, Job, Targets};
use outputs::Column;
pub(crate) use plot::Picture;
pub(crate) use share::Share;
use table::Row;
pub(crate) use template::Destination;

/// Runs the command.
pub(crate) fn run(args: &AnalyzeArgs) -> Result<ExitCode, UsageError> {
    let request = Request::new(args)?;
    let found = request.find();
    request.check(&found)?;
    let end = request.pass(&found, |_| true)?;
    if args.watch {
        return watch::run(&request, &found);
    }
    Ok(ExitCode::from(u8::from(end.n_failed > 0)))
}

/// What is asked for.
struct Request<'a> {
    args: &'a AnalyzeArgs,
    params: AnalysisParams,
    corrections: Option<Corrections>,
    /// What was asked for by name.
    shapes: Vec<Shape>,
    on_terminal: bool,
}

/// How a pass over the inputs ended.
struct End {
    n_failed: usize,
}

impl<'a> Request<'a> {
    fn new(args: &'a AnalyzeArgs) -> Result<Self, UsageError> {
        let (mut params, shapes) = args.params.parse()?;
        params.limits.max_bytes = args.max_file_size;
        params.limits.max_duration = args.max_duration;
        let corrections = args.corrections.as_deref().map(read_corrections).transpose()?;
        let on_terminal = args.output.is_none() && io::stdout().is_terminal();
        Ok(Self { args, params, corrections, shapes, on_terminal })
    }

    fn find(&self) -> Inputs {
        let results = match &self.args.output {
            Some(Destination::Folder(folder)) => Some(folder.as_path()),
            _ => None,
        };
        inputs::expand(&self.args.inputs, results)
    }

    /// The table: on a terminal several songs have one.
    fn table(&self, found: &Inputs) -> Option<TableShape> {
        let is_natural = self.on_terminal && self.shapes.is_empty() && found.is_collection;
        self.args.table.or_else(|| is_natural.then_some(TableShape::Text))
    }

    /// The shapes of files, or the one of standard output.
    fn shapes(&self) -> Vec<Shape> {
        if self.shapes.is_empty() {
            return vec![if self.on_terminal { Shape::Text } else { Shape::File(Format::Json) }];
        }
        self.shapes.clone()
    }

    /// The files that are written of each song.
    fn columns(&self) -> Vec<Column> {
        let of = |shape: Shape| {
            shape.file_ends(self.params.include).into_iter().map(move |end| Column { shape, end })
        };
        self.shapes().into_iter().flat_map(of).collect()
    }

    /// Refuses what makes no sense together.
    fn check(&self, found: &Inputs) -> Result<(), UsageError> {
        let n_inputs = found.inputs.len();
        let wrong = |message: String| Err(UsageError(message));
        if self.corrections.is_some() && n_inputs > 1 {
            return wrong(format!("corrections are of one song, and these are {n_inputs} files"));
        }
        if let Some(picture) = &self.args.plot
            && n_inputs > 1
            && !picture.template.tells_songs_apart()
        {
            return wrong(format!(
                "{n_inputs} pictures need a name each: give `--plot` a template like `{{name}}.svg`"
            ));
        }
        if self.args.write_tags.is_some() && found.inputs.contains(&Input::Stdin) {
            return wrong("standard input has no tags to write: `--write-tags` is for files".to_owned());
        }
        match &self.args.output {
            Some(Destination::Template(template)) => {
                if n_inputs > 1 && !template.tells_songs_apart() {
                    return wrong(format!(
                        "{n_inputs} songs need a name each: use a field like `{{name}}` in `--output`"
                    ));
                }
                if self.shapes.len() > 1 && !template.has("ext") && !template.has("format") {
                    return wrong(
                        "several formats need a name each: use `{ext}` or `{format}` in `--output`"
                            .to_owned(),
                    );
                }
                Ok(())
            }
            Some(Destination::Folder(_)) => Ok(()),
            None => self.check_standard_output(n_inputs),
        }
    }

    /// Several files of most formats make no sense one after another, nor does a terminal play MIDI.
    fn check_standard_output(&self, n_inputs: usize) -> Result<(), UsageError> {
        if self.args.table.is_some() && !self.shapes.is_empty() {
            return Err(UsageError(
                "standard output has the table already: give a folder for the formats with `--output`"
                    .to_owned(),
            ));
        }
        let format = match self.shapes() {
            shapes if shapes.len() > 1 => {
                return Err(UsageError(format!(
                    "{} formats need a folder: give one with `--output`",
                    shapes.len()
                )));
            }
            shapes => match shapes.first() {
                Some(Shape::File(format)) => *format,
                _ => return Ok(()),
            },
        };
        if (format == Format::Midi || format.has_a_file_a_kind()) && self.on_terminal {
            return Err(UsageError(format!(
                "`{format}` is not for terminals: give a folder with `--output`, or use a pipe"
            )));
        }
        if n_inputs > 1 && self.args.table.is_none() && !render::is_json(format) {
            return Err(UsageError(format!(
                "{n_inputs} files as `{format}` need a folder: give one with `--output`; only json, jams, spotify \
                 and text can be written one after another, and `--table csv` is one table of all songs"
            )));
        }
        Ok(())
    }

    /// Where the results of all inputs go. Planned over all, so that every share and every pass has the same.
    fn targets(&self, inputs: &[Input]) -> Vec<Targets> {
        let mut targets: Vec<Targets> = inputs.iter().map(|_| Targets::default()).collect();
        if let Some(destination) = &self.args.output {
            let planned = outputs::plan(inputs, destination, &self.columns());
            for (target, files) in targets.iter_mut().zip(planned) {
                target.files = files;
            }
        }
        if let Some(picture) = &self.args.plot {
            let planned = outputs::plan_pictures(inputs, &picture.template, picture.extension());
            for (target, path) in targets.iter_mut().zip(planned) {
                target.picture = Some(path);
            }
        }
        if let Some(folder) = &self.args.write_tags {
            for (target, input) in targets.iter_mut().zip(inputs) {
                if let Input::File { path, relative } = input {
                    target.tagged =
                        Some(folder.as_ref().map_or_else(|| path.clone(), |dir| dir.join(relative)));
                    target.is_copied = folder.is_some();
                }
            }
        }
        targets
    }

    /// Analyses what is found and `wanted`, but for what is of another share or done already.
    fn pass(&self, found: &Inputs, wanted: impl Fn(&Input) -> bool) -> Result<End, UsageError> {
        let table = self.table(found);
        let mut n_skipped = 0;
        let mut items = Vec::new();
        for (input, targets) in found.inputs.iter().zip(self.targets(&found.inputs)) {
            if !wanted(input) || self.args.shard.is_some_and(|share| !share.holds(input)) {
                continue;
            }
            let mut item = Item { input: input.clone(), targets, row: None };
            if self.is_done(&item) {
                // A table has a line for it all the same, if its report can be read.
                item.row = table.and_then(|_| self.row_of(&item));
                if table.is_none() || item.row.is_some() {
                    n_skipped += 1;
                }
                if table.is_none() {
                    continue;
                }
            }
            items.push(item);
        }
        let job = Job::new(self, items, table.is_some());
        found.failures.iter().for_each(report_failure);
        let n_items = job.n_new();
        let end = job.run(self.args)?;
        if let Some(shape) = table {
            // A reader that has seen enough is no failure.
            _ = io::stdout().write_all(table::written(&end.rows, shape).as_bytes());
        }
        let n_failed = found.failures.len() + end.n_failed;
        if !self.args.quiet {
            self.say(n_items.saturating_sub(end.n_failed), n_skipped, n_failed, found);
        }
        Ok(End { n_failed })
    }

    /// Whether all that is asked for is there, no older than what it is made of.
    fn is_done(&self, item: &Item) -> bool {
        !self.args.force
            && item.targets.all().next().is_some()
            && outputs::is_done(&item.input, item.targets.all(), self.args.corrections.as_deref())
    }

    /// The line of a song whose report is there.
    fn row_of(&self, item: &Item) -> Option<Row> {
        let is_report = |column: &Column| column.shape == Shape::File(Format::Json);
        let path = item.targets.files.get(self.columns().iter().position(is_report)?)?;
        Some(Row::of(&Report::from_json(&fs::read(path).ok()?).ok()?, &item.input.short_name()))
    }

    /// What was done and what was not.
    fn say(&self, n_done: usize, n_skipped: usize, n_failed: usize, found: &Inputs) {
        let failed = if n_failed == 0 { String::new() } else { format!(", {n_failed} failed") };
        let skipped = match n_skipped {
            0 => String::new(),
            n => format!(", {n} were there already (`--force` makes them again)"),
        };
        if let Some(destination) = &self.args.output {
            eprintln!("{n_done} written to {}{skipped}{failed}", destination.shown());
        } else if n_skipped > 0 {
            eprintln!("{n_done} done{skipped}{failed}");
        } else if n_failed > 0 && found.inputs.len() > 1 {
            eprintln!("{}", failed.trim_start_matches(", "));
        }
        let n_left_out: usize = found.left_out.values().sum();
        if n_left_out > 0 {
            let kind = |(extension, n): (&String, &usize)| match extension.as_str() {
                "" => format!("{n} without an extension"),
                extension => format!("{n} .{extension}"),
            };
            let kinds: Vec<String> = found.left_out.iter().map(kind).collect();
            let noun = if n_left_out == 1 { "file of a kind that is" } else { "files of kinds that are" };
            eprintln!("left out: {n_left_out} {noun} not decoded ({})", kinds.join(", "));
        }
    }
}

/// The corrections in a file.
fn read_corrections(path: &Path) -> Result<Corrections, UsageError> {
    let wrong = |why: String| UsageError(format!("{}: {why}", path.display()));
    let json = fs::read(path).map_err(|error| wrong(words_of(&error)))?;
    Corrections::from_json(&json).map_err(|error| wrong(error.to_string()))
}

fn report_failure(failure: &Failure) {
    crate::complain(&format!("{}: {}", failure.name, failure.message));
}
