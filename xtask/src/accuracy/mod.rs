//! `cargo xtask accuracy`: how well annotated songs are analysed, beside other systems.

mod corpus;
mod environment;
mod others;
mod scorecard;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::steps::Steps;
use crate::{process, tree};

/// What was asked for.
pub(crate) struct Options {
    /// The annotated songs: MIDI, truth, scripts.
    corpus: PathBuf,
    /// Where rendered songs are kept, `SET/ID.wav` and `SET/ID.truth.json`.
    cache: PathBuf,
    /// Which renderings.
    sets: Vec<String>,
    /// Only metrics whose name starts with one of these; all if empty.
    tasks: Vec<String>,
    /// Only so many songs.
    limit: usize,
    /// Analyses at once.
    jobs: usize,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            corpus: tree::root().join("../shared/corpus"),
            cache: tree::target().join("accuracy/corpus"),
            sets: Vec::new(),
            tasks: Vec::new(),
            limit: usize::MAX,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} wants a value"))?;
            match name.as_str() {
                "--corpus" => options.corpus = value.into(),
                "--cache" => options.cache = value.into(),
                "--set" => options.sets.push(value.clone()),
                "--task" => options.tasks.push(value.clone()),
                "--limit" => options.limit = value.parse()?,
                "--jobs" => options.jobs = value.parse()?,
                _ => bail!("unknown option {name}; known: --corpus --cache --set --task --limit --jobs"),
            }
        }
        if options.sets.is_empty() {
            options.sets = vec!["band".to_owned(), "plain".to_owned()];
        }
        Ok(options)
    }

    /// Whether everything is measured, so that the result may stand in the documentation.
    fn complete(&self) -> bool {
        self.tasks.is_empty() && self.limit == usize::MAX && self.sets == ["band", "plain"]
    }
}

/// The measurements of one set.
struct Measured {
    set: String,
    /// What `evaluate.py` wrote.
    scores: Value,
    /// What `measure calibrate` printed.
    calibration: Value,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    ensure!(
        options.corpus.join("evaluate.py").exists(),
        "no annotated songs in {}; say where they are with --corpus DIR",
        options.corpus.display()
    );
    let mut steps = Steps::default();
    let python = steps.run("Python environment", environment::python)?;
    let measure = steps.run("build the measuring program", measuring_program)?;
    let mut measured = Vec::new();
    for set in &options.sets {
        let songs = steps.run(&format!("{set}: render"), || corpus::render(&options, set, &python))?;
        measured.push(steps.run(&format!("{set}: analyse and score"), || {
            measure_set(&options, set, &songs, &python, &measure)
        })?);
    }
    for one in &measured {
        println!("\n{}", scorecard::markdown(one, &options.tasks));
        println!("{}", scorecard::worst(one, &options.tasks));
    }
    if options.complete() {
        let path = tree::root().join("docs/ACCURACY.md");
        fs::write(&path, scorecard::document(&measured))?;
        println!("wrote {}", path.display());
    } else {
        println!("docs/ACCURACY.md is left as it is: not everything was measured");
    }
    Ok(())
}

/// The folders of songs to learn from: the annotated songs, where `--corpus` says they are.
pub(crate) fn training_songs(arguments: &[String], steps: &mut Steps) -> Result<Vec<PathBuf>> {
    let options = Options::parse(arguments)?;
    let mut folders = Vec::new();
    if options.corpus.join("make_corpus.py").exists() {
        let python = steps.run("Python environment", environment::python)?;
        for set in &options.sets {
            steps.run(&format!("{set}: render"), || corpus::render(&options, set, &python))?;
            folders.push(options.cache.join(set));
        }
        // Which metrical levels are debatable; the learning program looks beside the folders.
        let levels = "tempo_levels.json";
        if options.corpus.join(levels).exists() {
            fs::copy(options.corpus.join(levels), options.cache.join(levels))?;
        }
    }
    Ok(folders)
}

/// Builds `measure`, which analyses in bulk, and says where it is.
pub(crate) fn measuring_program() -> Result<PathBuf> {
    process::run(&mut process::cargo(
        "build --release --package sectionist-tests --bin measure --no-default-features",
    ))?;
    Ok(tree::target().join("release").join(format!("measure{}", std::env::consts::EXE_SUFFIX)))
}

fn measure_set(
    options: &Options,
    set: &str,
    songs: &[PathBuf],
    python: &Path,
    measure: &Path,
) -> Result<Measured> {
    let folder = tree::target().join("accuracy").join(set);
    // Of this run only.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    let (reports, scores) = (folder.join("reports"), folder.join("scores.json"));
    process::run(
        Command::new(measure).arg("predict").arg(&reports).arg(options.jobs.to_string()).args(songs),
    )?;

    let truth = options.cache.join(set);
    let ids = folder.join("ids.txt");
    let names: Vec<_> =
        songs.iter().filter_map(|song| song.file_stem()).map(|s| s.to_string_lossy()).collect();
    fs::write(&ids, names.join("\n"))?;
    let mut evaluate = Command::new(python);
    evaluate.arg(options.corpus.join("evaluate.py")).args(["--quiet", "--missing", "zero"]);
    evaluate.arg("--truth").arg(&truth).arg("--pred").arg(&reports);
    evaluate.arg("--ids").arg(&ids).arg("--out").arg(&scores);
    process::run(&mut evaluate)?;
    let calibration = process::output(Command::new(measure).arg("calibrate").arg(&reports).arg(&truth))?;
    Ok(Measured {
        set: set.to_owned(),
        scores: serde_json::from_slice(&fs::read(&scores)?)?,
        calibration: serde_json::from_str(&calibration)?,
    })
}
