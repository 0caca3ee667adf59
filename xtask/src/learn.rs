//! `cargo xtask learn WHAT`: fits the learned numbers of a stage and writes the file beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::steps::Steps;
use crate::{accuracy, process, tree};

/// What can be learned, and the file that holds it.
const FILES: &[(&str, &str)] = &[("structure", "core/src/structure/segmentation.weights")];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (what, rest) = arguments.split_first().map_or(("", &[][..]), |(what, rest)| (what.as_str(), rest));
    let Some((_, file)) = FILES.iter().find(|(name, _)| *name == what) else {
        let names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        bail!("nothing is learned under the name `{what}`; known: {}", names.join(" "));
    };
    let mut steps = Steps::default();
    let folders: Vec<PathBuf> = accuracy::training_songs(rest, &mut steps)?;
    steps.run("build the learning program", || {
        process::run(&mut process::cargo("build --release --package sectionist-learn"))
    })?;
    let program = tree::target().join("release").join(format!("learn{}", std::env::consts::EXE_SUFFIX));
    let text = steps
        .run(&format!("learn {what}"), || process::output(Command::new(program).arg(what).args(&folders)))?;
    let path = tree::root().join(file);
    fs::write(&path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}
