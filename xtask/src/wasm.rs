//! `cargo xtask wasm`: the component, and the browser module with its JavaScript glue.

mod imports;
mod vendored;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

use crate::steps::Steps;
use crate::{process, setup, tree};

/// Largest browser module in bytes: as it is, and as web servers send it (gzip and brotli, best). Somewhat above
/// what it is now: the goal is 1 500 000, and 600 000 as brotli, and this budget should only fall on the way there.
const BROWSER_BUDGET: Size = Size { plain: 2_130_000, gzip: 840_000, brotli: 680_000 };

/// The same of the module that corrects and exports, which is loaded when it is needed.
const DESK_BUDGET: Size = Size { plain: 565_000, gzip: 231_000, brotli: 189_000 };

/// The built component.
pub(crate) fn component() -> PathBuf {
    tree::target().join(setup::SERVICE_TARGET).join("component/sectionist_service.wasm")
}

/// Where the page finds the browser module.
pub(crate) fn package() -> PathBuf {
    tree::root().join("web-demo/pkg")
}

/// Builds what is asked for; both if nothing is.
pub(crate) fn run(arguments: &[String], steps: &mut Steps) -> Result<()> {
    let asked = |flag: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == flag);
    if let Some(unknown) = arguments.iter().find(|a| *a != "--service" && *a != "--browser") {
        return Err(anyhow!("unknown option `{unknown}`; known: --service --browser"));
    }
    // What the page needs comes first.
    if asked("--browser") {
        steps.run("build the page's modules", browser)?;
    }
    if asked("--service") {
        steps.run("build the component", service)?;
    }
    Ok(())
}

fn service() -> Result<()> {
    setup::wasm_target(setup::SERVICE_TARGET)?;
    process::run(&mut process::cargo(
        "build --package sectionist-service --target wasm32-wasip2 --profile component",
    ))?;
    let bytes = read(&component())?;
    println!("  {}: {}", shown(&component()), Size::of(&bytes)?);
    ensure!(bytes.get(4..8) == Some(&[0x0d, 0, 1, 0][..]), "the service is no component");
    Ok(())
}

/// A module of the page: what of the crate is in it, how it is built, and what it may weigh.
struct Module {
    feature: &'static str,
    profile: &'static str,
    name: &'static str,
    budget: Size,
}

const MODULES: [Module; 2] = [
    Module { feature: "analysis", profile: "browser", name: "sectionist_browser", budget: BROWSER_BUDGET },
    Module { feature: "song", profile: "desk", name: "sectionist_desk", budget: DESK_BUDGET },
];

fn browser() -> Result<()> {
    setup::wasm_target(setup::BROWSER_TARGET)?;
    for module in MODULES {
        module.build()?;
    }
    vendored::gather(&package())
}

impl Module {
    fn build(&self) -> Result<()> {
        let Self { feature, profile, name, budget } = self;
        process::run(&mut process::cargo(&format!(
            "build --package sectionist-browser --target wasm32-unknown-unknown --profile {profile} \
             --no-default-features --features {feature}"
        )))?;
        let built = tree::target().join(setup::BROWSER_TARGET).join(profile).join("sectionist_browser.wasm");
        Bindgen::new()
            .input_path(&built)
            .out_name(name)
            .web(true)
            .and_then(|bindgen| {
                let bindgen = bindgen.typescript(true).omit_default_module_path(false);
                bindgen.remove_name_section(true).remove_producers_section(true).generate(package())
            })
            .map_err(|error| error.context("making the JavaScript glue"))?;

        let linked = package().join(format!("{name}_bg.wasm"));
        let bytes = read(&linked)?;
        println!("  {}: {}", shown(&linked), Size::of(&bytes)?);
        let glue = format!("./{name}_bg.js");
        let foreign: Vec<String> =
            imports::modules(&bytes)?.into_iter().filter(|module| *module != glue).collect();
        ensure!(foreign.is_empty(), "the browser module imports more than its glue: {foreign:?}");
        ensure!(Size::of(&bytes)?.fits(budget), "{name} is over its budget of {budget}");
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(tree::root()).unwrap_or(path).display().to_string()
}

/// How large a file is, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) plain: usize,
    pub(crate) gzip: usize,
    pub(crate) brotli: usize,
}

impl Size {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes)?;
        let mut brotli = Vec::new();
        let params = BrotliEncoderParams { quality: 11, ..BrotliEncoderParams::default() };
        brotli::BrotliCompress(&mut &*bytes, &mut brotli, &params)?;
        Ok(Self { plain: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
    }

    const fn fits(&self, budget: &Self) -> bool {
        self.plain <= budget.plain && self.gzip <= budget.gzip && self.brotli <= budget.brotli
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes, gzip {}, brotli {}", self.plain, self.gzip, self.brotli)
    }
}
