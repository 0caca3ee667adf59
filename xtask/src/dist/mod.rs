//! `cargo xtask dist`: what is given away, in `target/dist`.

mod archive;
mod crates;
mod expression;
mod licenses;
mod sbom;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::steps::Steps;
use crate::{npm, packages, process, tree, wasm};

/// What the page needs of its folder.
const PAGE: [&str; 9] = [
    "index.html",
    "style.css",
    "css",
    "src",
    "pkg",
    "sw.js",
    "manifest.webmanifest",
    "icon.svg",
    "icon-192.png",
];

/// Makes the archive, the package of npm and the wheel, with checksums.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    ensure!(arguments.is_empty(), "`cargo xtask dist` takes no options");
    let mut steps = Steps::default();
    wasm::run(&[], &mut steps)?;
    steps.run("build the program", || {
        process::run(&mut process::cargo("build --release --package sectionist-cli"))
    })?;
    let folder = tree::target().join("dist");
    packages::emptied(&folder)?;
    let mut files = steps.run("archive", || archive(&tree::target().join("release/sectionist"), &folder))?;
    let mut keep = |made: PathBuf| -> Result<()> {
        let kept = folder.join(made.file_name().context("a file has a name")?);
        fs::copy(&made, &kept)?;
        files.push(kept);
        Ok(())
    };
    if npm::found() {
        steps.run("package of npm", || keep(packages::npm()?))?;
    } else {
        println!("  no package of npm without npm: {}", npm::ADVICE);
    }
    if process::found("python3") {
        steps.run("wheel", || keep(packages::wheel("release")?))?;
    } else {
        println!("  no wheel without python3: {}", crate::python::ADVICE);
    }
    archive::write_sums(&folder, &files)?;
    print!("{}", steps.table());
    for file in &files {
        println!("  {}", file.display());
    }
    Ok(())
}

/// The triple of this machine.
fn target() -> Result<String> {
    let version = process::output(Command::new("rustc").arg("-vV").current_dir(tree::root()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what this machine is")?.to_owned())
}

/// Puts program, component, page, completions, manual and licences together in `folder`, packs them, and writes the list of what they
/// are made of. Returns the files.
pub(crate) fn archive(program: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let (version, target) = (packages::version()?, target()?);
    let name = format!("sectionist-{version}-{target}");
    let stage = folder.join(&name);
    packages::emptied(&stage)?;
    let at = |path: &str| stage.join(path);
    copy(program, &at("bin/sectionist"))?;
    copy(&wasm::component(), &at("bin/sectionist_service.wasm"))?;
    for part in PAGE.iter().chain(&["icon-512.png"]) {
        copy(&tree::root().join("web-demo").join(part), &at("share/sectionist/web").join(part))?;
    }
    for (shell, path) in [
        ("bash", "share/bash-completion/completions/sectionist"),
        ("zsh", "share/zsh/site-functions/_sectionist"),
        ("fish", "share/fish/vendor_completions.d/sectionist.fish"),
    ] {
        write(&at(path), &process::output(Command::new(program).args(["completions", shell]))?)?;
    }
    process::run(Command::new(program).arg("man").arg(at("share/man/man1")))?;
    for name in packages::LICENSES.iter().chain(&["README.md", "CHANGELOG.md"]) {
        copy(&tree::root().join(name), &at("share/doc/sectionist").join(name))?;
    }
    let crates = crates::shipped(&target)?;
    write(&at("share/doc/sectionist/THIRD-PARTY-LICENSES.txt"), &licenses::text(&crates)?)?;
    let bill = format!("{:#}\n", sbom::bill(&crates, &version));
    write(&at("share/doc/sectionist/sbom.cdx.json"), &bill)?;
    let list = folder.join(format!("{name}.cdx.json"));
    write(&list, &bill)?;
    let packed = folder.join(format!("{name}.tar.gz"));
    archive::pack(&stage, &name, &packed)?;
    println!("  {} crates, {} bytes", crates.len(), fs::metadata(&packed)?.len());
    Ok(vec![packed, list])
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)?.flatten() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if !from.is_file() {
        bail!("{} is not there; `cargo xtask wasm` builds the modules", from.display());
    }
    fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

/// The checksums of files in a folder.
pub(crate) fn sums(folder: &Path, files: &[PathBuf]) -> Result<()> {
    archive::write_sums(folder, files)
}
