//! `cargo xtask learn WHAT`: fits the learned numbers of a stage and writes the file beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use sectionist_songbook::{Set, Split, count_songs, render_set};

use crate::steps::Steps;
use crate::{accuracy, process, songbook, tree};

/// Something that can be learned.
struct Lesson {
    /// As on the command line.
    name: &'static str,
    /// The file that holds the numbers.
    file: &'static str,
    /// Whether the annotated songs are learned from too, where there are any. Not by the network: its
    /// answers on them are what the numbers above it are learned from. Recordings (`--real DIR`) are learned
    /// from by both: the network is learned once more without each fold of them.
    wants_corpus: bool,
    /// Composed songs to learn from, and how many.
    songs: &'static [(Set, Split, usize)],
}

const LESSONS: &[Lesson] = &[
    Lesson {
        name: "beats",
        file: "core/src/rhythm/network.weights",
        wants_corpus: false,
        songs: &[(Set::Rhythm, Split::First, 420)],
    },
    Lesson {
        name: "rhythm",
        file: "core/src/rhythm/rhythm.weights",
        wants_corpus: true,
        songs: &[(Set::Rhythm, Split::Train, 800)],
    },
    Lesson {
        name: "structure",
        file: "core/src/structure/structure.weights",
        wants_corpus: true,
        songs: &[(Set::Forms, Split::Train, 120)],
    },
    Lesson {
        name: "harmony",
        file: "core/src/harmony/harmony.weights",
        wants_corpus: true,
        songs: &[(Set::Harmony, Split::Train, 320)],
    },
];

/// What is counted rather than fitted: forms, tempi and chords of real songs, which the songbook composes after.
const COUNTED: (&str, &str) = ("songs", "songbook/src/life/life.counts");

/// Learns from composed songs and, where the lesson wants them and they are there, from the annotated ones.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (what, rest) = arguments.split_first().map_or(("", &[][..]), |(what, rest)| (what.as_str(), rest));
    if what == COUNTED.0 {
        let priors = accuracy::Materials::gather(rest, false, &mut Steps::default())?.priors;
        let path = tree::root().join(COUNTED.1);
        fs::write(&path, count_songs(&priors)?)?;
        println!("wrote {}", path.display());
        return Ok(());
    }
    let Some(lesson) = LESSONS.iter().find(|lesson| lesson.name == what) else {
        let names: Vec<_> = LESSONS.iter().map(|lesson| lesson.name).chain([COUNTED.0]).collect();
        bail!("nothing is learned under the name `{what}`; known: {}", names.join(" "));
    };
    let mut steps = Steps::default();
    let materials = accuracy::Materials::gather(rest, lesson.wants_corpus, &mut steps)?;
    let priors = materials.priors;
    let mut folders: Vec<PathBuf> = materials.folders;
    for &(set, split, n) in lesson.songs {
        let folder = songbook::folder(set, split);
        steps.run(&format!("compose {n} songs for {}", set.name()), || render_set(set, split, n, &folder))?;
        folders.push(folder);
    }
    let program = steps.run("build the learning program", learning_program)?;
    let text = steps.run(&format!("learn {what}"), || {
        process::output(Command::new(program).arg(what).arg(left_out()).arg(&priors).args(&folders))
    })?;
    let path = tree::root().join(lesson.file);
    fs::write(&path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}

/// Where networks and answers lie that do not know some of the recordings.
pub(crate) fn left_out() -> PathBuf {
    tree::target().join("learn/left-out")
}

/// Builds `learn` for this very processor: descents take hours of arithmetic, and wider vectors give the same
/// sums, as nothing is fused or reordered. It lies apart, lest all else be built twice.
fn learning_program() -> Result<PathBuf> {
    let folder = tree::target().join("learn");
    let mut build = process::cargo("build --release --package sectionist-learn");
    build.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-cpu=native").arg("--target-dir").arg(&folder);
    process::run(&mut build)?;
    Ok(folder.join("release").join(format!("learn{}", std::env::consts::EXE_SUFFIX)))
}
