//! The rules of Spin's manifest, version 2, as Spin 4.1 reads it.
//!
//! Written down from `crates/manifest` and `crates/serde` of Spin, which are on no registry: the same fields, of which
//! none may be unknown, the same identifiers, and what Spin checks when it loads an application. Held once against
//! `spin-manifest` 4.1.0-pre0 itself: it reads `spin.toml`, and refuses no case of `tests/tests/manifests.rs` that this
//! does not; what it lets pass there, Spin's loader and HTTP trigger refuse later.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// A manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that these can be read is the check")]
struct Manifest {
    spin_manifest_version: u32,
    application: Application,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
    trigger: BTreeMap<String, Vec<Trigger>>,
    #[serde(default)]
    component: BTreeMap<String, Component>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that these can be read is the check")]
struct Application {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default)]
    targets: Vec<toml::Value>,
    #[serde(default)]
    trigger: BTreeMap<String, toml::Table>,
    #[serde(default)]
    tool: BTreeMap<String, toml::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that these can be read is the check")]
struct Variable {
    description: Option<String>,
    #[serde(default)]
    required: bool,
    default: Option<String>,
    #[serde(default)]
    secret: bool,
}

/// Of the trigger `http`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that these can be read is the check")]
struct Trigger {
    #[serde(default)]
    id: String,
    route: toml::Value,
    component: Option<String>,
    executor: Option<toml::Table>,
    static_response: Option<toml::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that these can be read is the check")]
struct Component {
    source: Source,
    #[serde(default)]
    description: String,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    files: Vec<Files>,
    #[serde(default)]
    exclude_files: Vec<String>,
    #[serde(default)]
    allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    key_value_stores: Vec<String>,
    #[serde(default)]
    sqlite_databases: Vec<String>,
    #[serde(default)]
    ai_models: Vec<String>,
    targets: Option<Vec<toml::Value>>,
    build: Option<Build>,
    #[serde(default)]
    tool: BTreeMap<String, toml::Table>,
    dependencies_inherit_configuration: Option<bool>,
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Value>,
    #[serde(default)]
    profile: BTreeMap<String, toml::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
#[expect(dead_code, reason = "that these can be read is the check")]
enum Source {
    Local(String),
    Remote { url: String, digest: String },
    Registry { registry: Option<String>, package: String, version: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
#[expect(dead_code, reason = "that these can be read is the check")]
enum Files {
    Pattern(String),
    Placement { source: String, destination: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that these can be read is the check")]
struct Build {
    command: Commands,
    workdir: Option<String>,
    #[serde(default)]
    watch: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "that these can be read is the check")]
enum Commands {
    Single(String),
    Multiple(Vec<String>),
}

/// Checks a manifest.
///
/// # Errors
/// Words, for the first thing that Spin would refuse.
pub fn check(text: &str) -> Result<(), String> {
    let manifest: Manifest = toml::from_str(text).map_err(|error| error.to_string())?;
    if manifest.spin_manifest_version != 2 {
        return Err(format!("version {}", manifest.spin_manifest_version));
    }
    for (name, variable) in &manifest.variables {
        identifier(name, '_')?;
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(format!("the variable `{name}` is not in lower case"));
        }
        if variable.required == variable.default.is_some() {
            return Err(format!("the variable `{name}` must be required, or else have a default"));
        }
    }
    for (id, component) in &manifest.component {
        identifier(id, '-')?;
        component.check(id, &manifest.variables)?;
    }
    let mut routes = BTreeSet::new();
    if manifest.trigger.keys().any(|kind| kind != "http") {
        return Err(format!("triggers other than http: {:?}", manifest.trigger.keys()));
    }
    for trigger in manifest.trigger.values().flatten() {
        trigger.check(&manifest.component, &mut routes)?;
    }
    Ok(())
}

impl Component {
    fn check(&self, id: &str, variables: &BTreeMap<String, Variable>) -> Result<(), String> {
        for (name, template) in &self.variables {
            identifier(name, '_')?;
            for used in used(template)? {
                if !variables.contains_key(used) {
                    return Err(format!("`{id}` uses the variable `{used}`, which there is not"));
                }
            }
        }
        for label in &self.key_value_stores {
            identifier(label, '-').or_else(|_| identifier(label, '_'))?;
        }
        for host in &self.allowed_outbound_hosts {
            if !host.contains("://") {
                return Err(format!("`{host}` is no host: scheme://name:port"));
            }
        }
        if let Source::Remote { digest, .. } = &self.source {
            let hash = digest.strip_prefix("sha256:").unwrap_or_default();
            if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(format!("`{digest}` is no digest"));
            }
        }
        for files in &self.files {
            if let Files::Placement { destination, .. } = files
                && !destination.starts_with('/')
            {
                return Err(format!("`{destination}` must be absolute"));
            }
        }
        Ok(())
    }
}

impl Trigger {
    fn check(
        &self,
        components: &BTreeMap<String, Component>,
        routes: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        match (&self.component, &self.static_response) {
            (Some(id), None) if components.contains_key(id) => {}
            (None, Some(_)) => {}
            _ => return Err(format!("a trigger of {:?}, which there is not", self.component)),
        }
        // `{ private = true }` is a route too.
        let Some(route) = self.route.as_str() else { return Ok(()) };
        let segments: Vec<&str> = route.strip_prefix('/').unwrap_or(route).split('/').collect();
        if segments.iter().rev().skip(1).any(|segment| *segment == "...") || !route.starts_with('/') {
            return Err(format!("`{route}` is no route"));
        }
        if !routes.insert(route.to_owned()) {
            return Err(format!("`{route}` is there twice"));
        }
        Ok(())
    }
}

/// Words joined by `delimiter`: each starts with a letter, holds letters and digits, and is of one case.
fn identifier(id: &str, delimiter: char) -> Result<(), String> {
    let is_word = |word: &str| {
        let is_upper = word.starts_with(|c: char| c.is_ascii_uppercase());
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| {
                c.is_ascii_digit() || (c.is_ascii_alphabetic() && c.is_ascii_uppercase() == is_upper)
            })
    };
    if id.split(delimiter).all(is_word) { Ok(()) } else { Err(format!("`{id}` is no identifier")) }
}

/// The variables that a template uses.
fn used(template: &str) -> Result<Vec<&str>, String> {
    let (mut used, mut rest) = (Vec::new(), template);
    while let Some((_, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or_else(|| format!("`{template}` has no end"))?;
        used.push(name.trim());
        rest = after;
    }
    Ok(used)
}
