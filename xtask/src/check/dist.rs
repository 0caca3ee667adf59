//! The archive as who fetches it has it: unpacked in an empty folder, looked through and used.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::tally::Tally;
use crate::{dist, packages, process, python, tree};

/// What looks at the bill of materials.
const REQUIREMENTS: &str = "cyclonedx-python-lib[json-validation]==11.12.0\n";

/// Packs the program that the tests use, and uses it from its archive.
pub(crate) fn run(tally: &mut Tally) -> Result<()> {
    let folder = tree::target().join("dist-check");
    packages::emptied(&folder)?;
    let mut files = Vec::new();
    tally.one(|| {
        files = dist::archive(&tree::target().join("harness/sectionist"), &folder)?;
        dist::sums(&folder, &files)
    })?;
    tally.one(|| {
        process::run(
            Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(&folder),
        )
    })?;
    let user = folder.join("user");
    packages::emptied(&user)?;
    process::run(
        Command::new("tar").arg("xzf").arg(&files[0]).arg("--strip-components=1").current_dir(&user),
    )?;
    tally.one(|| used(&user))?;
    if !process::found("python3") {
        return tally.missing("python3", python::ADVICE);
    }
    let python = python::environment("bill", REQUIREMENTS)?;
    tally.one(|| {
        let code = "import sys; from cyclonedx.schema import SchemaVersion; from cyclonedx.validation.json import \
                    JsonStrictValidator; sys.exit(str(JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read()) or '') \
                    or 0)";
        process::run(Command::new(python).args(["-c", code]).arg(&files[1]))
    })
}

/// What is in the archive, and that it works where it lies.
fn used(user: &Path) -> Result<()> {
    for file in [
        "bin/sectionist_service.wasm",
        "share/sectionist/web/index.html",
        "share/sectionist/web/pkg/sectionist_browser_bg.wasm",
        "share/man/man1/sectionist.1",
        "share/man/man1/sectionist-compare.1",
        "share/bash-completion/completions/sectionist",
        "share/zsh/site-functions/_sectionist",
        "share/fish/vendor_completions.d/sectionist.fish",
        "share/doc/sectionist/LICENSE-MIT",
    ] {
        ensure!(user.join(file).is_file(), "{file} is not in the archive");
    }
    let doc = user.join("share/doc/sectionist");
    let licenses = fs::read_to_string(doc.join("THIRD-PARTY-LICENSES.txt"))?;
    for name in ["symphonia ", "lofty ", "clap ", "wasmtime ", "spin-sdk ", "wasm-bindgen "] {
        ensure!(licenses.contains(&format!("\n{name}")), "the licences do not name {name}");
    }
    ensure!(licenses.contains("Mozilla Public License"), "the text of a licence is missing");
    let program = user.join("bin/sectionist");
    let song = tree::root().join("fixtures/audio/postcard.flac");
    let report =
        process::output(Command::new(program).arg(song).args(["--quality", "fast"]).current_dir(user))?;
    let report: Value = serde_json::from_str(&report).context("the program gives no report")?;
    ensure!(report["key"].is_string(), "the program hears no key");
    Ok(())
}
