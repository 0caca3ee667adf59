//! The manifests: Spin's, and those of deploy/.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sectionist_api::variables::{self, check as check_variables};
use sectionist_tests::{root, spin_manifest};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn spin_reads_its_manifest() {
    let manifest = read("spin.toml");
    assert_eq!(spin_manifest::check(&manifest), Ok(()));
    // What Spin refuses is refused; the first was once here.
    for (from, to) in [
        ("\n[variables]\n", "\n[application.variables]\n"),
        ("spin_manifest_version = 2", "spin_manifest_version = 1"),
        ("name = \"sectionist\"", "title = \"sectionist\""),
        ("[component.analyzer]", "[component.analyzer]\nmemory = 1"),
        ("[component.analyzer]", "[component.analyzer_]"),
        ("component = \"demo\"", "component = \"page\""),
        ("route = \"/health\"", "route = \"/analyze\""),
        ("route = \"/health\"", "route = \"health\""),
        ("route = \"/...\"", "route = \"/.../x\""),
        ("route = \"/health\"", "path = \"/health\""),
        ("max_duration = { default = \"7200\" }", "max_duration = { default = 7200 }"),
        ("max_duration = { default = \"7200\" }", "max_duration = {}"),
        ("max_duration = { default = \"7200\" }", "max_duration = { default = \"1\", required = true }"),
        ("max_duration = { default = \"7200\" }", "max-duration = { default = \"7200\" }"),
        ("max_duration = { default = \"7200\" }", "max_durations = { default = \"7200\" }"),
        ("max_duration = { default = \"7200\" }", "max_duration = { default = \"1\", secrets = true }"),
        ("\"{{ max_duration }}\"", "\"{{ max_duration\""),
        ("digest = \"sha256:", "digest = \"md5:"),
        ("destination = \"/\"", "destination = \"page\""),
        ("key_value_stores = [\"default\"]", "key_value_stores = [\"the default\"]"),
        ("allowed_outbound_hosts = []", "allowed_outbound_hosts = [\"example.org\"]"),
        ("[[trigger.http]]", "[[triggers.http]]"),
    ] {
        assert!(manifest.contains(from), "{from} is not in the manifest");
        let changed = manifest.replacen(from, to, 1);
        assert!(spin_manifest::check(&changed).is_err(), "{from} → {to}");
    }
}

#[test]
fn spin_has_the_variables_and_routes_of_the_contract() {
    let manifest: toml::Table = read("spin.toml").parse().expect("TOML");
    let declared = manifest["variables"].as_table().expect("variables");
    let names: BTreeSet<&str> = declared.keys().map(String::as_str).collect();
    assert_eq!(names, variables::ALL.iter().map(|variable| variable.name).collect());
    for variable in variables::ALL {
        assert_eq!(declared[variable.name]["default"].as_str(), Some(variable.default), "{}", variable.name);
        let secret = declared[variable.name].get("secret").and_then(toml::Value::as_bool).unwrap_or(false);
        assert_eq!(secret, variable.secret, "{}", variable.name);
        let passed_on = &manifest["component"]["analyzer"]["variables"][variable.name];
        assert_eq!(passed_on.as_str(), Some(format!("{{{{ {} }}}}", variable.name).as_str()));
    }
    let triggers = manifest["trigger"]["http"].as_array().expect("triggers");
    let of = |component: &str| -> BTreeSet<&str> {
        let of_it = triggers.iter().filter(|trigger| trigger["component"].as_str() == Some(component));
        of_it.filter_map(|trigger| trigger["route"].as_str()).collect()
    };
    assert_eq!(of("analyzer"), sectionist_api::routes::PATHS.iter().copied().collect());
    assert_eq!(of("demo"), ["/..."].into());
}

/// The Python that has kubernetes-validate: made by `cargo xtask test`, or named by SECTIONIST_MANIFESTS.
fn python() -> PathBuf {
    let made = || sectionist_tests::target().join("manifests/venv/bin/python");
    std::env::var_os("SECTIONIST_MANIFESTS").map_or_else(made, PathBuf::from)
}

/// What is wrong with the manifests in a folder.
fn wrong(folder: &Path) -> String {
    let program = root().join("tests/manifests/validate.py");
    let output = Command::new(python()).arg(program).arg(folder).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask test --only manifests` makes it", python().display())
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn manifests_keep_to_their_schemas() {
    assert_eq!(wrong(&root().join("deploy")), "");
    // And a schema that lets everything pass would be none.
    let folder = std::env::temp_dir().join(format!("sectionist-manifests-{}", std::process::id()));
    fs::create_dir_all(folder.join("kubernetes")).expect("a folder");
    for (file, from, to) in [
        ("kubernetes/spinapp.yaml", "  executor: ", "  executer: "),
        ("kubernetes/spinapp.yaml", "enableAutoscaling: true", "enableAutoscaling: often"),
        ("kubernetes/spinapp.yaml", "maxReplicas: 20", "maxReplica: 20"),
        ("kubernetes/batch.yaml", "completions: 16", "completions: many"),
        ("kubernetes/local-host.yaml", "readOnlyRootFilesystem", "readonlyRootFilesystem"),
        ("compose.yaml", "    read_only: true", "    readonly: true"),
    ] {
        let text = read(&format!("deploy/{file}"));
        assert!(text.contains(from), "{from} is not in {file}");
        fs::write(folder.join("compose.yaml"), read("deploy/compose.yaml")).expect("a file");
        fs::write(folder.join("kubernetes/valkey.yaml"), read("deploy/kubernetes/valkey.yaml"))
            .expect("a file");
        fs::write(folder.join(file), text.replacen(from, to, 1)).expect("a file");
        assert_ne!(wrong(&folder), "", "{file}: {from} → {to}");
        fs::remove_file(folder.join(file)).expect("the file goes");
    }
    fs::remove_dir_all(folder).expect("the folder goes");
}

#[test]
fn variables_of_the_manifests_can_be_used() {
    let mut seen = 0;
    for file in ["compose.yaml", "kubernetes/local-host.yaml", "small.env"] {
        let text = read(&format!("deploy/{file}"));
        let mut values = BTreeMap::new();
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((_, rest)) = line.split_once("SPIN_VARIABLE_") else { continue };
            let end = rest.find(|c: char| !(c.is_ascii_uppercase() || c == '_')).expect("a value");
            let (name, value) = rest.split_at(end);
            let value = value.trim_start_matches([':', '=', ',', ' ']).trim_start_matches("value:");
            let value = value.trim().trim_end_matches('}').trim().trim_matches('"');
            values.insert(name.to_lowercase(), value.to_owned());
            seen += 1;
        }
        assert_eq!(check_variables(&values), Ok(()), "{file}");
    }
    assert!(seen > 6, "{seen}");
    for file in ["kubernetes/spinapp.yaml", "kubernetes/spinapp-small.yaml"] {
        let text = read(&format!("deploy/{file}"));
        let (_, list) = text.split_once("  variables:\n").expect("variables");
        let names = list
            .split("\n---")
            .next()
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.strip_prefix("    - name: ").filter(|name| !name.is_empty()));
        for name in names {
            assert!(variables::ALL.iter().any(|variable| variable.name == name), "{file}: {name}");
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen}");
}

#[test]
fn the_small_profile_is_the_smaller_one() {
    let text = read("deploy/small.env");
    assert!(text.contains(&format!("SPIN_MAX_INSTANCE_MEMORY={}\n", 128 << 20)), "{text}");
    assert!(text.contains("SPIN_VARIABLE_MAX_FILE_SIZE=10MiB\n"), "{text}");
}
