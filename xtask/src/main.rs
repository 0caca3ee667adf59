//! Every build and check step: `cargo xtask COMMAND`.

mod accuracy;
mod bench;
mod check;
mod dist;
mod fixtures;
mod learn;
mod npm;
mod packages;
mod page_bench;
mod process;
mod python;
mod serve;
mod service_runs;
mod setup;
mod songbook;
mod steps;
mod tree;
mod wasm;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  serve [OPTION…]        build all, then serve the page and the API on 127.0.0.1:3000;
                         options go to `sectionist serve` (--listen ADDR …)
  test [--keep-going] [--only CHECK…]
                         run every check, or those named
  wasm [--service] [--browser]
                         build the component, the browser module, or both
  accuracy [--corpus DIR] [--cache DIR] [--set SET] [--task PREFIX] [--limit N] [--jobs N]
                         score annotated songs beside other systems, and composed ones;
                         writes docs/ACCURACY.md (sets: band plain rhythm harmony forms)
  songbook SET SPLIT N [DIR]
                         render N composed songs with their truth (sets: rhythm, harmony, forms; splits: train, test)
  bench [--release] [FILE…]
                         time the stages of an analysis of the files; without any, in every host and beside
                         other libraries; writes docs/PERFORMANCE.md (--release keeps the counts of instructions)
  page-bench             weigh and time the page in Chromium; writes docs/PERFORMANCE.md
  soak [N]               send N mixed requests (2000) and see whether the server grows; writes docs/PERFORMANCE.md
  load                   songs a minute and latency, beside a server with Flask and librosa;
                         writes docs/PERFORMANCE.md
  learn WHAT [--corpus DIR] [--cache DIR]
                         fit the learned numbers of a stage; writes the data file beside it
  learn songs [--priors DIR]
                         count forms, tempi and chords of annotated real songs, for the songbook
  dist                   make what is given away, in target/dist: an archive for this platform, the package of npm, a
                         wheel, checksums and a bill of materials
  bless                  approve the reports of the fixtures as they are now (fixtures/golden)
  fixtures               synthesise the songs in fixtures/ (needs ffmpeg)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let (command, rest) = arguments.split_first().map_or(("help", &[][..]), |(c, r)| (c.as_str(), r));
    match command {
        "serve" => serve::run(rest),
        "test" => check::run(rest),
        "wasm" => {
            let mut steps = steps::Steps::default();
            wasm::run(rest, &mut steps)?;
            print!("{}", steps.table());
            Ok(())
        }
        "accuracy" => accuracy::run(rest),
        "songbook" => songbook::run(rest),
        "bench" => bench::run(rest),
        "page-bench" => page_bench::run(rest),
        "soak" => service_runs::soak(rest),
        "load" => service_runs::load(rest),
        "dist" => dist::run(rest),
        "learn" => learn::run(rest),
        "bless" => check::bless(),
        "fixtures" => fixtures::run(),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("unknown command `{other}`\n\n{USAGE}"),
    }
}
