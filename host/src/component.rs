//! The component, compiled once and kept on disk.

use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use wasmtime::component::Component;
use wasmtime::{Config, Engine, EngineWeak};

use crate::error::HostError;

/// How often a computing guest lets its host look at the clock.
const TICK: Duration = Duration::from_millis(50);

/// Compiled components that stay in the cache.
const MAX_CACHED: usize = 4;

/// An engine for async components whose guests can be interrupted.
///
/// # Errors
/// [`HostError::Start`] where wasmtime does not run.
pub(crate) fn engine() -> Result<Engine, HostError> {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    config.epoch_interruption(true);
    let engine = Engine::new(&config).map_err(|error| HostError::Start(error.to_string()))?;
    let weak = engine.weak();
    std::thread::Builder::new()
        .name("sectionist-clock".to_owned())
        .spawn(move || tick(&weak))
        .map_err(|error| HostError::Start(error.to_string()))?;
    Ok(engine)
}

/// Advances the engine's epoch for as long as it lives.
fn tick(engine: &EngineWeak) {
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        drop(engine);
        std::thread::sleep(TICK);
    }
}

/// Loads the component at `path`, from the cache if it was compiled before.
///
/// # Errors
/// [`HostError::MissingComponent`], or [`HostError::Component`] if it cannot be compiled. A cache
/// that cannot be used is no error.
pub(crate) fn load(engine: &Engine, path: &Path, cache: Option<&Path>) -> Result<Component, HostError> {
    let unusable =
        |message: String| HostError::Component { path: path.to_owned(), message: message.trim().to_owned() };
    let wasm = match fs::read(path) {
        Ok(wasm) => wasm,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(HostError::MissingComponent { path: path.to_owned() });
        }
        Err(error) => return Err(unusable(error.to_string())),
    };
    let cached = cache.map(|folder| folder.join(cache_name(engine, &wasm)));
    if let Some(component) = cached.as_deref().and_then(|file| from_cache(engine, file)) {
        return Ok(component);
    }
    let compiled = engine.precompile_component(&wasm).map_err(|error| unusable(format!("{error:#}")))?;
    if let Some(file) = &cached
        && into_cache(file, &compiled).is_ok()
        && let Some(component) = from_cache(engine, file)
    {
        return Ok(component);
    }
    Component::new(engine, &wasm).map_err(|error| unusable(format!("{error:#}")))
}

/// A name that differs whenever the component, wasmtime, its settings or the processor do.
fn cache_name(engine: &Engine, wasm: &[u8]) -> String {
    let digest = |half: u8| {
        let mut hasher = std::hash::DefaultHasher::new();
        half.hash(&mut hasher);
        wasm.hash(&mut hasher);
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}.cwasm", digest(0), digest(1))
}

fn from_cache(engine: &Engine, file: &Path) -> Option<Component> {
    if !file.is_file() {
        return None;
    }
    #[expect(
        unsafe_code,
        reason = "the file was written by `into_cache` into the user's own cache folder; wasmtime checks \
                  its version and settings"
    )]
    // SAFETY: the file holds what `precompile_component` made, put there whole by a rename.
    let component = unsafe { Component::deserialize_file(engine, file) };
    component.ok()
}

fn into_cache(file: &Path, compiled: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().ok_or(std::io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let draft = file.with_extension(format!("{}.draft", std::process::id()));
    fs::write(&draft, compiled)?;
    fs::rename(&draft, file)?;
    forget_oldest(folder)
}

fn forget_oldest(folder: &Path) -> std::io::Result<()> {
    let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let path = entry.path();
            (path.extension()? == "cwasm").then_some(())?;
            Some((entry.metadata().ok()?.modified().ok()?, path))
        })
        .collect();
    files.sort();
    let n_old = files.len().saturating_sub(MAX_CACHED);
    files[..n_old].iter().try_for_each(|(_, path)| fs::remove_file(path))
}
