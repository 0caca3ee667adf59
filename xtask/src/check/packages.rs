//! The packages for other languages, each used from the file that is given away.

use std::fs;
use std::process::Command;

use anyhow::Result;

use super::tally::Tally;
use crate::{npm, packages, process, python, tree};

/// The package of npm: packed, installed in an empty folder, and used in Node, in bundlers and in a browser.
pub(crate) fn npm(tally: &mut Tally) -> Result<()> {
    if !npm::found() {
        return tally.missing("npm", npm::ADVICE);
    }
    let packed = packages::npm()?;
    for tool in ["esbuild", "typescript", "vite"] {
        npm::package(tool)?;
    }
    let folder = tree::target().join("npm/user");
    packages::emptied(&folder)?;
    fs::write(folder.join("package.json"), "{ \"type\": \"module\" }\n")?;
    process::run(
        Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--silent"])
            .arg(&packed)
            .current_dir(&folder),
    )?;
    fs::copy(tree::root().join("npm/tests/package.test.js"), folder.join("package.test.js"))?;
    tally.tests(
        Command::new("node")
            .args(["--test", "--test-reporter=tap", "package.test.js"])
            .current_dir(&folder)
            .env("SECTIONIST_FIXTURES", tree::root().join("fixtures/audio"))
            .env("SECTIONIST_TOOLS", tree::target().join("node-tools")),
    )
}

/// What the wheel and its tests need.
const REQUIREMENTS: &str =
    "jams==0.3.5\nlibrosa==0.11.0\nmir_eval==0.8.2\nmypy==2.4.1\nnumpy==2.4.6\npytest==9.2.0\n";

/// The wheel: built, installed in an environment of its own, used and looked at by a type checker; then the program's scores
/// beside those of mir_eval, and the descriptors beside those of librosa and ffmpeg.
pub(crate) fn python(tally: &mut Tally) -> Result<()> {
    if !process::found("python3") {
        return tally.missing("python3", python::ADVICE);
    }
    let wheel = packages::wheel("harness")?;
    let python = python::environment("python-package", REQUIREMENTS)?;
    process::run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"])
            .arg(&wheel),
    )?;
    let folder = tree::target().join("python-package/user");
    packages::emptied(&folder)?;
    let tests = tree::root().join("python/tests");
    let pytest = |path: &std::path::Path| {
        let mut command = Command::new(&python);
        command
            .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"])
            .arg(path)
            .current_dir(&folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SECTIONIST_FIXTURES", tree::root().join("fixtures/audio"))
            .env("SECTIONIST_PROGRAM", tree::target().join("harness/sectionist"));
        command
    };
    tally.tests(&mut pytest(&tests.join("test_sectionist.py")))?;
    tally.tests(&mut pytest(&tree::root().join("tests/compare")))?;
    if !process::found("ffmpeg") {
        tally.missing("ffmpeg", "apt-get install ffmpeg")?;
    }
    tally.tests(&mut pytest(&tree::root().join("tests/descriptors")))?;
    tally.one(|| {
        let mut mypy = Command::new(&python);
        process::run(mypy.args(["-m", "mypy", "--strict"]).arg(tests.join("typed.py")).current_dir(&folder))
    })
}
