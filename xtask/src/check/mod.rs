//! `cargo xtask test`: every check, cheap ones first.
//!
//! All tests, and the program that they call, are built in the profile `harness`: optimised, since they
//! analyse songs; without link-time optimisation, since there are many binaries; with overflow and debug
//! assertions in the core. So wasmtime, by far the largest dependency, is compiled once.

mod dist;
mod hygiene;
mod packages;
mod page;
mod publish;
mod tally;

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::steps::Steps;
use crate::{npm, process, python, setup, tree, wasm};
use tally::Tally;

/// The packages that share one build. Always named together, so that cargo unifies their
/// features in one way only.
const PACKAGES: &str =
    "--profile harness --package sectionist-host --package sectionist-cli --package sectionist-tests";

/// A check: its name for `--only`, and what it does.
struct Check {
    name: &'static str,
    run: fn(&mut Tally) -> Result<()>,
}

const CHECKS: &[Check] = &[
    Check { name: "hygiene", run: |tally| tally.one(hygiene::run) },
    Check {
        name: "format",
        run: |tally| tally.one(|| process::run(&mut process::cargo("fmt --all --check"))),
    },
    Check {
        name: "xtask",
        run: |tally| {
            tally.tests(&mut process::cargo(
                "test --quiet --profile xtask --package xtask --package xtask-start --package sectionist-songbook",
            ))
        },
    },
    Check { name: "page", run: page::run },
    Check {
        name: "core",
        run: |tally| {
            tally
                .tests(&mut process::cargo("test --profile harness --package sectionist-core --no-fail-fast"))
        },
    },
    Check { name: "clippy", run: |tally| tally.one(clippy) },
    Check { name: "clippy-wasm", run: |tally| tally.one(clippy_wasm) },
    Check { name: "docs", run: |tally| tally.one(docs) },
    Check { name: "wasm", run: |tally| tally.one(|| wasm::run(&[], &mut Steps::default())) },
    Check { name: "fuzz", run: fuzz },
    Check {
        name: "program",
        run: |tally| tally.one(|| process::run(&mut process::cargo(&format!("build {PACKAGES}")))),
    },
    Check {
        name: "units",
        run: |tally| {
            tally.tests(&mut harness("--lib --bins"))?;
            tally.tests(&mut process::cargo(
                "test --profile harness --package sectionist-service --package sectionist-learn \
                 --package sectionist-api --features sectionist-api/schema",
            ))
        },
    },
    Check {
        name: "accuracy",
        run: |tally| tally.tests(&mut harness("--test accuracy_floors --test properties")),
    },
    Check { name: "formats", run: |tally| tally.tests(&mut harness("--test formats")) },
    Check { name: "exports", run: exports },
    Check { name: "golden", run: |tally| tally.tests(&mut harness("--test golden")) },
    Check { name: "cli", run: |tally| tally.tests(&mut harness("--test cli")) },
    Check {
        name: "parity",
        run: |tally| tally.tests(&mut harness("--test parity_component --test parity_browser")),
    },
    Check { name: "npm", run: packages::npm },
    Check { name: "python", run: packages::python },
    Check { name: "dist", run: dist::run },
    Check { name: "publish", run: publish::run },
    Check { name: "http", run: http },
    Check { name: "host", run: host },
    Check { name: "manifests", run: manifests },
    Check { name: "browser", run: browser },
];

/// Runs all checks, or those named after `--only`. Stops at the first that fails unless `--keep-going`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut keep_going = false;
    let mut only: Vec<&str> = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--keep-going" => keep_going = true,
            "--only" => {}
            name if CHECKS.iter().any(|check| check.name == name) => only.push(name),
            other => {
                let names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
                bail!("unknown check or option `{other}`; checks: {}", names.join(" "));
            }
        }
    }
    let chosen: Vec<&Check> =
        CHECKS.iter().filter(|check| only.is_empty() || only.contains(&check.name)).collect();
    let (mut steps, mut tally, mut failure) = (Steps::planned(chosen.len()), Tally::default(), None);
    for check in chosen {
        let (failed_before, notes_before) = (tally.failed, tally.notes.len());
        let run = || (check.run)(&mut tally).map(|()| ((), tally.notes.len() > notes_before));
        if let Err(error) = steps.run_or_skip(check.name, run) {
            eprintln!("error: {}: {error:#}", check.name);
            // A step that broke before it could count counts itself.
            tally.failed = tally.failed.max(failed_before + 1);
            failure.get_or_insert(check.name);
            if !keep_going {
                break;
            }
        }
    }
    print!("\n{}", steps.table());
    for note in &tally.notes {
        println!("  note: {note}");
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    std::process::exit(i32::from(failure.is_some() || tally.failed > 0));
}

/// Rewrites the golden reports, and the documents that follow from the types of the contract.
pub(crate) fn bless() -> Result<()> {
    process::run(harness("--test golden").env("SECTIONIST_BLESS", "1"))?;
    let documents = "test --profile harness --package sectionist-api --features schema --test documents";
    process::run(process::cargo(documents).env("SECTIONIST_BLESS", "1"))?;
    let mut git = Command::new("git");
    process::run(
        git.args(["--no-pager", "diff", "--stat", "--", "fixtures/golden", "docs"]).current_dir(tree::root()),
    )
}

fn clippy() -> Result<()> {
    process::run(&mut process::cargo(
        "clippy --workspace --all-targets --exclude sectionist-service --exclude sectionist-browser \
         --exclude sectionist-fuzz -- -D warnings",
    ))
}

fn clippy_wasm() -> Result<()> {
    for (package, target) in
        [("sectionist-service", setup::SERVICE_TARGET), ("sectionist-browser", setup::BROWSER_TARGET)]
    {
        setup::wasm_target(target)?;
        process::run(&mut process::cargo(&format!(
            "clippy --package {package} --target {target} -- -D warnings"
        )))?;
    }
    Ok(())
}

fn docs() -> Result<()> {
    process::run(
        process::cargo(
            "doc --workspace --no-deps --exclude sectionist-service --exclude sectionist-browser \
             --exclude sectionist-fuzz",
        )
        .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// The fuzz targets build, and what they do holds on the seeds and on many mutations of them.
fn fuzz(tally: &mut Tally) -> Result<()> {
    if !process::found("c++") {
        return tally.missing("c++", "apt-get install g++ (libFuzzer is C++)");
    }
    tally.tests(&mut process::cargo(
        "test --profile harness --package sectionist-fuzz --lib --tests --no-fail-fast",
    ))?;
    tally.one(|| {
        process::run(&mut process::cargo("clippy --package sectionist-fuzz --all-targets -- -D warnings"))
    })
}

/// The service over HTTP, against its contract too, and with the clients of its documentation.
fn http(tally: &mut Tally) -> Result<()> {
    if !process::found("python3") {
        return tally.missing("python3", python::ADVICE);
    }
    python::environment("contract", CONTRACT)?;
    for (program, how) in [("curl", "apt-get install curl"), ("node", "apt-get install nodejs")] {
        if !process::found(program) {
            tally.missing(program, how)?;
        }
    }
    tally.tests(&mut harness("--test http"))
}

/// What `tests/contract/check.py` makes requests with.
const CONTRACT: &str = "schemathesis==4.32.5\n";

/// The local host: how clients send, stores that are shared and lost, and what fails around it.
fn host(tally: &mut Tally) -> Result<()> {
    if !process::found("valkey-server") && !process::found("redis-server") {
        tally.missing("redis-server", "apt-get install redis-server (or valkey-server)")?;
    }
    tally.tests(&mut harness("--test host --test stores"))?;
    // They measure memory and processor time, so one after the other.
    tally.tests(harness("--test faults").args(["--", "--test-threads=1"]))
}

/// Spin's manifest, and those of deploy/.
fn manifests(tally: &mut Tally) -> Result<()> {
    if !process::found("python3") {
        return tally.missing("python3", python::ADVICE);
    }
    python::environment("manifests", MANIFESTS)?;
    tally.tests(&mut harness("--test manifests"))
}

/// What `tests/manifests/validate.py` reads with.
const MANIFESTS: &str = "jsonschema==4.26.0\nkubernetes-validate==1.37.0\nPyYAML==6.0.4\n";

/// Every format of reports, by readers of it that are not ours.
fn exports(tally: &mut Tally) -> Result<()> {
    if !process::found("python3") {
        return tally.missing("python3", python::ADVICE);
    }
    if !process::found("node") || !npm::found() {
        return tally.missing("npm", npm::ADVICE);
    }
    python::environment("readers", READERS)?;
    npm::package("chordsheetjs")?;
    tally.tests(&mut harness("--test exports"))
}

fn browser(tally: &mut Tally) -> Result<()> {
    for program in ["chromium", "chromedriver"] {
        if !process::found(program) {
            return tally.missing(program, "apt-get install chromium chromium-driver");
        }
    }
    if !process::found("firefox-esr") && !process::found("firefox") {
        tally.missing("firefox-esr", "apt-get install firefox-esr")?;
    }
    if !process::found("python3") {
        return tally.missing("python3", python::ADVICE);
    }
    // What the page exports is read by the reference readers of its formats.
    python::environment("readers", READERS)?;
    tally.tests(&mut harness(
        "--test browser --test browser_correct --test browser_practise --test browser_tools --test browser_timeline \
         --test browser_library --test browser_leaving --test firefox",
    ))
}

/// What `tests/readers/read.py` reads with.
const READERS: &str = "jams==0.3.4\nmido==1.3.3\nmir_eval==0.8.2\nmusic21==10.5.1\npypdf==7.1.1\npyRealParser==0.1.0\n\
                       pyrekordbox==0.5.0\ntraktor-nml-utils==4.1.0\nwavinfo==4.0.1\n";

/// Tests of those packages, which find what was built through the environment.
fn harness(which: &str) -> Command {
    let mut command = process::cargo(&format!("test {PACKAGES} {which} --no-fail-fast"));
    command
        .env("SECTIONIST_PROGRAM", tree::target().join("harness/sectionist"))
        .env("SECTIONIST_COMPONENT", wasm::component());
    command
}

/// Fails unless `git` lists the tree.
fn tracked() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z"]).current_dir(tree::root());
    let files = process::output(&mut git)?;
    let files: Vec<String> = files.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    ensure!(!files.is_empty(), "git lists no files");
    Ok(files)
}
