//! What `cargo xtask accuracy` and `cargo xtask bench` run: analyses in bulk, calibration, times.

use std::error::Error;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use sectionist_core::{AnalysisParams, FileHint, Report, analyze};
use sectionist_tests::calibration::Calibrations;
use sectionist_tests::examination;
use sectionist_tests::fixtures::{Answers, Span};
use sectionist_tests::timing;
use serde_json::{Value, json};

type Fallible<T> = Result<T, Box<dyn Error>>;
type Outcome = Fallible<()>;

const USAGE: &str = "measure predict OUT_DIR JOBS FILE… | measure calibrate REPORT_DIR TRUTH_DIR | measure examine REPORT_DIR TRUTH_DIR | measure bench FILE… | measure time FILE QUALITY RUNS | measure part NAME FILE";

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["predict", out, jobs, files @ ..] => predict(Path::new(out), jobs.parse()?, files),
        ["calibrate", reports, truth] => calibrate(Path::new(reports), Path::new(truth)),
        ["examine", reports, truth] => examine(Path::new(reports), Path::new(truth)),
        ["part", name, file] => Ok(timing::part(&bytes_of(file)?, &FileHint::from_name(*file), name)?),
        ["time", file, quality, runs] => time(file, quality, runs),
        ["bench", files @ ..] if !files.is_empty() => files.iter().try_for_each(|file| bench(file)),
        _ => Err(USAGE.into()),
    }
}

/// Analyses files, several at a time. Writes `STEM.json` in the scorer's schema, with the whole report
/// under `report`.
fn predict(out: &Path, jobs: usize, files: &[&str]) -> Outcome {
    fs::create_dir_all(out)?;
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let start = Instant::now();
    let seconds = Mutex::new(0.0);
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, 64) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match predict_one(out, Path::new(file)) {
                        Ok(duration) => {
                            if let Ok(mut seconds) = seconds.lock() {
                                *seconds += duration;
                            }
                        }
                        Err(error) => {
                            if let Ok(mut failures) = failures.lock() {
                                failures.push(format!("{file}: {error}"));
                            }
                        }
                    }
                }
            });
        }
    });
    let (elapsed, seconds) = (start.elapsed().as_secs_f64(), seconds.into_inner()?);
    let peak =
        timing::peak_memory().map_or_else(String::new, |bytes| format!(", {} MB at most", bytes / 1_000_000));
    println!("  {} files, {:.0}× real time with {jobs} at once{peak}", files.len(), seconds / elapsed);
    let failures = failures.into_inner()?;
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

fn predict_one(out: &Path, file: &Path) -> Result<f64, Box<dyn Error>> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let report = analyze(fs::read(file)?, &FileHint::from_name(name), &params_for(file)?)?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    fs::write(out.join(format!("{stem}.json")), serde_json::to_vec(&prediction(&report)?)?)?;
    Ok(report.duration)
}

/// The parameters that a composed song asks for in its truth: drills in rare chords want all of them named.
fn params_for(file: &Path) -> Result<AnalysisParams, Box<dyn Error>> {
    let mut params = AnalysisParams::default();
    if let Ok(bytes) = fs::read(file.with_extension("truth.json")) {
        let truth: Value = serde_json::from_slice(&bytes)?;
        for (name, value) in truth["params"].as_object().into_iter().flatten() {
            params.set(name, value.as_str().unwrap_or_default())?;
        }
    }
    Ok(params)
}

/// Prints the scores of composed songs and what they are grouped by as JSON, `{ID: {scores, categories}}`.
fn examine(reports: &Path, truths: &Path) -> Outcome {
    let mut songs = serde_json::Map::new();
    for (stem, truth, report) in pairs(reports, truths)? {
        let scores: serde_json::Map<String, Value> = examination::examine(&truth, &report)
            .into_iter()
            .map(|(metric, value)| (metric.to_owned(), json!(value)))
            .collect();
        let categories: serde_json::Map<String, Value> = examination::categories(&truth)
            .into_iter()
            .map(|(name, group)| (name.to_owned(), json!(group)))
            .collect();
        songs.insert(stem, json!({ "scores": scores, "categories": categories }));
    }
    println!("{}", Value::from(songs));
    Ok(())
}

/// The reports of a folder with their truth: stem, truth, report.
fn pairs(reports: &Path, truths: &Path) -> Fallible<Vec<(String, Value, Value)>> {
    let mut files: Vec<_> = fs::read_dir(reports)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut pairs = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let truth = serde_json::from_slice(&fs::read(truths.join(format!("{stem}.truth.json")))?)?;
        let mut prediction: Value = serde_json::from_slice(&fs::read(file)?)?;
        pairs.push((stem, truth, prediction["report"].take()));
    }
    Ok(pairs)
}

/// A report in the scorer's schema. What was not found is answered wrongly, not left out: the scorer
/// leaves unanswered tasks out of its means.
fn prediction(report: &Report) -> Result<Value, Box<dyn Error>> {
    let json = serde_json::to_value(report)?;
    let answers = Answers::from_json(&json);
    let sections: Vec<Value> = answers
        .groups
        .iter()
        .map(|span| json!({ "start": span.start, "end": span.end, "label": span.label }))
        .collect();
    Ok(json!({
        "tempo": answers.tempo.unwrap_or(1.0),
        "beats": answers.beats,
        "downbeats": answers.downbeats,
        "key": answers.key.unwrap_or_else(|| "X".to_owned()),
        "keys": json["keys"],
        "chords": json["chords"],
        "sections": sections,
        "time_signature": answers.time_signature.unwrap_or_else(|| "none".to_owned()),
        "report": json,
    }))
}

/// Prints calibration as JSON: for each task the expected error and the bins.
fn calibrate(reports: &Path, truths: &Path) -> Outcome {
    let mut all = Calibrations::default();
    for (_, truth, mut report) in pairs(reports, truths)? {
        // Where the truth says nothing, nothing can be held against an answer.
        let says_nothing = |name: &&str| truth.get(name).is_none() && truth["kind"] != "nonmusic";
        for name in ["tempo", "key", "beats"].into_iter().filter(says_nothing) {
            report[name] = Value::Null;
        }
        let annotators: Vec<Vec<Span>> = ["sections_a1", "sections_a2", "sections"]
            .into_iter()
            .filter(|name| truth[name].is_array())
            .map(|name| Answers::from_json(&json!({ "sections": truth[name] })).sections)
            .collect();
        let mut expected = Answers::from_json(&truth);
        if expected.sections.is_empty() {
            expected.sections = examination::named_sections(&truth);
        }
        all.add(&report, &expected, &annotators);
    }
    let tables: Vec<Value> = all
        .named()
        .into_iter()
        .map(|(name, calibration)| {
            let bins: Vec<Value> = calibration
                .bins()
                .map(|bin| {
                    json!({ "weight": bin.weight, "confidence": bin.mean_confidence(), "right": bin.share_right() })
                })
                .collect();
            json!({ "task": name, "error": calibration.expected_error(), "bins": bins })
        })
        .collect();
    println!("{}", Value::from(tables));
    Ok(())
}

/// Prints the time of each stage, of the whole and of decoding alone, best of three.
fn bench(file: &str) -> Outcome {
    let hint = FileHint::from_name(file);
    let figures = timing::figures(&bytes_of(file)?, &hint, &AnalysisParams::default(), 3)?;
    let number = |value: &Value| value.as_f64().unwrap_or(0.0);
    let duration = number(&figures["duration"]);
    let row = |name: &str, seconds: f64| {
        println!("  {name:22} {:9.1} ms  {:8.0}× real time", 1e3 * seconds, duration / seconds);
    };
    println!("{file}: {duration:.1} s of {}", figures["codec"].as_str().unwrap_or_default());
    for part in figures["streaming"].as_array().into_iter().flatten() {
        row(part["name"].as_str().unwrap_or_default(), number(&part["seconds"]));
    }
    for stage in figures["stages"].as_array().into_iter().flatten() {
        row(stage["name"].as_str().unwrap_or_default(), number(&stage["seconds"]));
    }
    row("whole", number(&figures["whole"]));
    println!("  whole over decoding alone: {:.1}", number(&figures["whole"]) / number(&figures["decoding"]));
    for stage in figures["stages"].as_array().into_iter().flatten() {
        let name = stage["name"].as_str().unwrap_or_default();
        println!("  longest step of {name}: {:.1} ms", 1e3 * number(&stage["longest_step"]));
    }
    Ok(())
}

/// Prints the figures of a file as JSON, best of `runs`.
fn time(file: &str, quality: &str, runs: &str) -> Outcome {
    let mut params = AnalysisParams::default();
    params.set("quality", quality)?;
    println!("{}", timing::figures(&bytes_of(file)?, &FileHint::from_name(file), &params, runs.parse()?)?);
    Ok(())
}

fn bytes_of(file: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    fs::read(file).map_err(|error| format!("{file}: {error}").into())
}
