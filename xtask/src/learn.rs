//! `cargo xtask learn WHAT`: fits the learned numbers of a stage and writes the file beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use sectionist_songbook::{Set, Split, render_set};

use crate::steps::Steps;
use crate::{accuracy, process, songbook, tree};

/// Something that can be learned.
struct Lesson {
    /// As on the command line.
    name: &'static str,
    /// The file that holds the numbers.
    file: &'static str,
    /// Composed songs to learn from, and how many.
    songs: &'static [(Set, usize)],
}

const LESSONS: &[Lesson] = &[
    Lesson {
        name: "structure",
        file: "core/src/structure/segmentation.weights",
        songs: &[(Set::Forms, 120)],
    },
    // After `structure`: labels are learned for the sections that are found.
    Lesson { name: "labels", file: "core/src/structure/labels.weights", songs: &[(Set::Forms, 120)] },
];

/// Learns from composed songs and, where there are any, from the annotated ones besides.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (what, rest) = arguments.split_first().map_or(("", &[][..]), |(what, rest)| (what.as_str(), rest));
    let Some(lesson) = LESSONS.iter().find(|lesson| lesson.name == what) else {
        let names: Vec<_> = LESSONS.iter().map(|lesson| lesson.name).collect();
        bail!("nothing is learned under the name `{what}`; known: {}", names.join(" "));
    };
    let mut steps = Steps::default();
    let mut folders: Vec<PathBuf> = accuracy::training_songs(rest, &mut steps)?;
    for &(set, n) in lesson.songs {
        let folder = songbook::folder(set, Split::Train);
        steps.run(&format!("compose {n} songs for {}", set.name()), || {
            render_set(set, Split::Train, n, &folder)
        })?;
        folders.push(folder);
    }
    steps.run("build the learning program", || {
        process::run(&mut process::cargo("build --release --package sectionist-learn"))
    })?;
    let program = tree::target().join("release").join(format!("learn{}", std::env::consts::EXE_SUFFIX));
    let text = steps
        .run(&format!("learn {what}"), || process::output(Command::new(program).arg(what).args(&folders)))?;
    let path = tree::root().join(lesson.file);
    fs::write(&path, text)?;
    println!("wrote {}", path.display());
    Ok(())
}
