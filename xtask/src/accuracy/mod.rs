//! `cargo xtask accuracy`: how well annotated songs are analysed, beside other systems.

mod composed;
mod corpus;
mod environment;
mod others;
mod recordings;
mod scorecard;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sectionist_songbook::Set;
use serde_json::{Value, json};

use crate::steps::Steps;
use crate::{process, tree};

/// What was asked for.
pub(crate) struct Options {
    /// The annotated songs: MIDI, truth, scripts.
    corpus: PathBuf,
    /// Where rendered songs are kept, `SET/ID.wav` and `SET/ID.truth.json`.
    cache: PathBuf,
    /// Recordings with their truth: only they are measured, or learned from beside the others.
    real: Option<PathBuf>,
    /// Annotations of real songs without audio.
    priors: PathBuf,
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
            real: None,
            priors: tree::root().join("../shared/priors"),
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
                "--real" => options.real = Some(value.into()),
                "--priors" => options.priors = value.into(),
                "--set" => options.sets.push(value.clone()),
                "--task" => options.tasks.push(value.clone()),
                "--limit" => options.limit = value.parse()?,
                "--jobs" => options.jobs = value.parse()?,
                _ => bail!(
                    "unknown option {name}; known: --real --priors --corpus --cache --set --task --limit --jobs"
                ),
            }
        }
        if options.sets.is_empty() {
            options.sets = all_sets();
        }
        for set in &options.sets {
            ensure!(all_sets().contains(set), "unknown set {set}; known: {}", all_sets().join(" "));
        }
        Ok(options)
    }

    /// Whether the annotated corpus is needed.
    fn wants_corpus(&self) -> bool {
        self.sets.iter().any(|set| Set::from_name(set).is_none())
    }

    /// Whether everything is measured, so that the result may stand in the documentation.
    fn complete(&self) -> bool {
        self.tasks.is_empty() && self.limit == usize::MAX && self.sets == all_sets()
    }
}

/// Every set: those of the corpus, then the composed ones.
fn all_sets() -> Vec<String> {
    ["band", "plain"].into_iter().chain(Set::ALL.map(Set::name)).map(str::to_owned).collect()
}

/// The measurements of one set.
struct Measured {
    set: String,
    /// What `evaluate.py` wrote, or the same of composed songs.
    scores: Value,
    /// What `measure calibrate` printed.
    calibration: Value,
    /// Means by category of composed songs: `[[category, group, n songs, {metric: mean}]]`.
    categories: Value,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    if let Some(folder) = &options.real {
        return of_recordings(&options, folder);
    }
    ensure!(
        !options.wants_corpus() || options.corpus.join("evaluate.py").exists(),
        "no annotated songs in {}; say where they are with --corpus DIR, or measure composed ones with --set {}",
        options.corpus.display(),
        Set::ALL.map(Set::name).join(" or "),
    );
    let mut steps = Steps::default();
    let measure = steps.run("build the measuring program", measuring_program)?;
    let mut measured = Vec::new();
    for set in &options.sets {
        if let Some(composed) = Set::from_name(set) {
            measured.push(steps.run(&format!("{set}: render, analyse and score"), || {
                composed::measure(&options, composed, &measure)
            })?);
            continue;
        }
        let python = steps.run("Python environment", environment::python)?;
        let songs = steps.run(&format!("{set}: render"), || corpus::render(&options, set, &python))?;
        measured.push(steps.run(&format!("{set}: analyse and score"), || {
            measure_set(&options, set, &songs, &python, &measure)
        })?);
    }
    for one in &measured {
        println!("\n{}", scorecard::markdown(one, &options.tasks, scorecard::Detail::All));
        println!("{}", scorecard::worst(one, &options.tasks));
    }
    if options.complete() {
        write_part(scorecard::Part::Rendered, &scorecard::rendered(&measured))?;
    } else {
        println!("docs/ACCURACY.md is left as it is: not everything was measured");
    }
    Ok(())
}

/// Measures recordings.
fn of_recordings(options: &Options, folder: &Path) -> Result<()> {
    let mut steps = Steps::default();
    let measure = steps.run("build the measuring program", measuring_program)?;
    let text =
        steps.run("recordings: analyse and score", || recordings::measure(options, folder, &measure))?;
    println!("\n{text}");
    write_part(scorecard::Part::Recordings, &text)
}

/// Replaces a part of docs/ACCURACY.md; the other stays.
fn write_part(part: scorecard::Part, text: &str) -> Result<()> {
    let path = tree::root().join("docs/ACCURACY.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, scorecard::document(&before, part, text))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// What there is to learn from.
pub(crate) struct Materials {
    /// Folders of annotated songs: recordings (`--real DIR`), then the corpus where `--corpus` says it is.
    pub(crate) folders: Vec<PathBuf>,
    /// Annotations of real songs without audio (`--priors DIR`).
    pub(crate) priors: PathBuf,
}

impl Materials {
    /// Finds or renders them; what is not there is left out.
    pub(crate) fn gather(arguments: &[String], wants_corpus: bool, steps: &mut Steps) -> Result<Self> {
        let options = Options::parse(arguments)?;
        let mut folders: Vec<PathBuf> = options.real.iter().cloned().collect();
        let is_there = options.corpus.join("make_corpus.py").exists();
        if wants_corpus && is_there {
            let python = steps.run("Python environment", environment::python)?;
            // The composed sets are no part of the corpus.
            for set in options.sets.iter().filter(|set| Set::from_name(set).is_none()) {
                steps.run(&format!("{set}: render"), || corpus::render(&options, set, &python))?;
                folders.push(options.cache.join(set));
            }
            // Which metrical levels are debatable; the learning program looks beside the folders.
            let levels = "tempo_levels.json";
            if options.corpus.join(levels).exists() {
                fs::copy(options.corpus.join(levels), options.cache.join(levels))?;
            }
        }
        Ok(Self { folders, priors: options.priors })
    }
}

/// Builds `measure`, which analyses in bulk, and says where it is.
pub(crate) fn measuring_program() -> Result<PathBuf> {
    process::run(&mut process::cargo(
        "build --release --package sectionist-tests --bin measure --no-default-features",
    ))?;
    Ok(tree::target().join("release").join(format!("measure{}", std::env::consts::EXE_SUFFIX)))
}

/// Analyses songs and says in which folder their reports are.
fn predict(options: &Options, set: &str, songs: &[PathBuf], measure: &Path) -> Result<PathBuf> {
    let folder = tree::target().join("accuracy").join(set);
    // Of this run only.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    let reports = folder.join("reports");
    process::run(
        Command::new(measure).arg("predict").arg(&reports).arg(options.jobs.to_string()).args(songs),
    )?;
    Ok(reports)
}

fn measure_set(
    options: &Options,
    set: &str,
    songs: &[PathBuf],
    python: &Path,
    measure: &Path,
) -> Result<Measured> {
    let reports = predict(options, set, songs, measure)?;
    let folder = tree::target().join("accuracy").join(set);
    let truth = options.cache.join(set);
    let ids = folder.join("ids.txt");
    let names: Vec<_> =
        songs.iter().filter_map(|song| song.file_stem()).map(|s| s.to_string_lossy()).collect();
    fs::write(&ids, names.join("\n"))?;
    let evaluate = |reports: &Path, scores: &str| -> Result<Value> {
        let scores = folder.join(scores);
        let mut evaluate = Command::new(python);
        evaluate.arg(options.corpus.join("evaluate.py")).args(["--quiet", "--missing", "zero"]);
        evaluate.arg("--truth").arg(&truth).arg("--pred").arg(reports);
        evaluate.arg("--ids").arg(&ids).arg("--out").arg(&scores);
        process::run(&mut evaluate)?;
        Ok(serde_json::from_slice(&fs::read(&scores)?)?)
    };
    let mut scores = evaluate(&reports, "scores.json")?;
    let of_phrases = evaluate(&phrases_as_sections(&reports)?, "phrase-scores.json")?;
    for metric in ["phrases_HR05F", "phrases_HR3F"] {
        scores["metrics"][metric] = of_phrases["metrics"][metric].clone();
        for (song, own) in scores["per_song"].as_object_mut().into_iter().flatten() {
            own[metric] = of_phrases["per_song"][song][metric].clone();
        }
    }
    let calibration = process::output(Command::new(measure).arg("calibrate").arg(&reports).arg(&truth))?;
    Ok(Measured {
        set: set.to_owned(),
        scores,
        calibration: serde_json::from_str(&calibration)?,
        categories: Value::Null,
    })
}

/// Reports whose sections are the phrases of others, as the scorer knows one level only; says where they are.
fn phrases_as_sections(reports: &Path) -> Result<PathBuf> {
    let folder = reports.with_file_name("phrases");
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(reports)? {
        let path = entry?.path();
        let mut report: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let mut phrases = Vec::new();
        // The sections that are scored have only what the scorer reads.
        for section in report["report"]["sections"].as_array().into_iter().flatten() {
            let own = section["phrases"].as_array().filter(|own| !own.is_empty());
            let label = &section["group"];
            let spans = own.map_or(std::slice::from_ref(section), Vec::as_slice).iter();
            phrases.extend(spans.map(|s| json!({ "start": s["start"], "end": s["end"], "label": label })));
        }
        report["sections"] = Value::Array(phrases);
        let name = path.file_name().context("a report has a name")?;
        fs::write(folder.join(name), report.to_string())?;
    }
    Ok(folder)
}
