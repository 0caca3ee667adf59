//! The modules' order is the data's: each uses only those before it, plus the foundations.

#![expect(clippy::disallowed_methods, reason = "the sources are read from disk")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What every module may use.
const FOUNDATIONS: [&str; 6] = ["error", "matrix", "pace", "params", "sequence", "units"];

/// What runs the stages and may use all of them; none of them may use it.
const OUTER: [&str; 2] = ["analyze", "training"];

/// What foundations may use of stages: types that are theirs to carry, not to compute with.
const CARRIED: [(&str, &str); 1] = [("params", "decode")];

/// The floors of `decode/`, from the ground: each rests on those below it.
const DECODE: [&str; 5] = ["contract", "bytes", "packets", "containers", "timeline"];

/// The stages in order, as the crate's documentation draws them.
fn stages() -> Vec<String> {
    let lib = fs::read_to_string(sources().join("lib.rs")).unwrap();
    let line = lib.lines().find(|line| line.starts_with("//!") && line.contains('→')).unwrap();
    line.trim_start_matches("//!").split('→').map(|name| name.trim().to_owned()).collect()
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of a module with its code: without tests, comments and strings' worth of noise.
fn code_of(module: &str) -> Vec<(PathBuf, String)> {
    fn gather(path: &Path, files: &mut Vec<PathBuf>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                gather(&entry.unwrap().path(), files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path.to_owned());
        }
    }
    let mut files = Vec::new();
    gather(&sources().join(module), &mut files);
    let single = sources().join(format!("{module}.rs"));
    if single.exists() {
        files.push(single);
    }
    assert!(!files.is_empty(), "module {module} has no file");
    files
        .into_iter()
        .filter(|path| path.file_stem().is_none_or(|stem| stem != "tests"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            (path, code)
        })
        .collect()
}

/// Top-level modules that `code` names through `crate::`.
fn used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        // `use crate::{a, b::c}` names several.
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => top_level(list),
            None => vec![rest],
        };
        for name in names {
            used.insert(name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used
}

/// The items of a brace list, without their own braces.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(list[start..i].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(list[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    items
}

#[test]
fn each_stage_uses_only_those_before_it() {
    let stages = stages();
    assert_eq!(stages.first().map(String::as_str), Some("decode"));
    let mut wrong = Vec::new();
    for (position, stage) in stages.iter().enumerate() {
        for (path, code) in code_of(stage) {
            for name in used(&code) {
                let later = stages[position + 1..].contains(&name) || OUTER.contains(&name.as_str());
                if later {
                    wrong.push(format!("{}: {stage} comes before {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files of `decode/` as `floor::file`, each with those that it names.
fn decode_files() -> Vec<(String, BTreeSet<String>)> {
    let root = sources().join("decode");
    code_of("decode")
        .into_iter()
        .filter_map(|(path, code)| {
            let path = path.strip_prefix(&root).unwrap().with_extension("");
            let name = path.to_str().unwrap().replace(std::path::MAIN_SEPARATOR, "::");
            let marker = "crate::decode::";
            let named = code.match_indices(marker).flat_map(|(at, _)| {
                let rest = code[at + marker.len()..].split([';', '(', '<', ' ']).next().unwrap_or_default();
                let floor = rest.split("::").next().unwrap_or_default();
                // `containers::{a, b}` names several files.
                let files = rest.strip_prefix(floor).unwrap_or_default().trim_start_matches("::");
                let list = match files.strip_prefix('{') {
                    Some(_) => top_level(&code[at + marker.len() + floor.len() + 3..]),
                    None => vec![files],
                };
                list.into_iter()
                    .map(|file| format!("{floor}::{}", file.split("::").next().unwrap_or_default()))
                    .collect::<Vec<_>>()
            });
            (!name.ends_with("mod")).then(|| (name, named.collect()))
        })
        .collect()
}

#[test]
fn each_floor_of_decode_rests_on_those_below() {
    let floor = |name: &str| {
        let floor = name.split("::").next().unwrap_or_default();
        DECODE.iter().position(|known| *known == floor).unwrap_or_else(|| panic!("{name} is on no floor"))
    };
    let files = decode_files();
    assert!(files.len() > 15, "{files:?}");
    for (name, used) in &files {
        for other in used {
            assert!(floor(other) <= floor(name), "{name} uses {other}, which is above it");
        }
    }
}

#[test]
fn no_files_of_decode_know_each_other() {
    let mut left = decode_files();
    // Those that use none of the others that are left are taken away, until none is left.
    loop {
        let names: BTreeSet<String> = left.iter().map(|(name, _)| name.clone()).collect();
        let n = left.len();
        left.retain(|(name, used)| used.iter().any(|other| other != name && names.contains(other)));
        if left.is_empty() {
            break;
        }
        assert!(left.len() < n, "these use each other: {left:?}");
    }
}

#[test]
fn foundations_use_only_foundations() {
    let stages = stages();
    let mut wrong = Vec::new();
    for foundation in FOUNDATIONS {
        for (path, code) in code_of(foundation) {
            for name in used(&code) {
                let stage = stages.contains(&name) || OUTER.contains(&name.as_str());
                if stage && !CARRIED.contains(&(foundation, name.as_str())) {
                    wrong.push(format!("{}: {foundation} uses {name}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place() {
    let lib = fs::read_to_string(sources().join("lib.rs")).unwrap();
    let stages = stages();
    for line in lib.lines() {
        let Some(name) =
            line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|l| l.strip_suffix(';'))
        else {
            continue;
        };
        let placed =
            FOUNDATIONS.contains(&name) || stages.iter().any(|stage| stage == name) || OUTER.contains(&name);
        assert!(placed, "module {name} is neither a foundation nor in the order of lib.rs");
    }
}

#[test]
fn only_decode_names_symphonia() {
    for module in
        FOUNDATIONS.into_iter().map(str::to_owned).chain(stages()).filter(|module| module != "decode")
    {
        for (path, code) in code_of(&module) {
            assert!(!code.contains("symphonia"), "{} names symphonia", path.display());
        }
    }
}

#[test]
fn uses_are_seen() {
    let code = "use crate::{a::x, b::{c, d}, e};\nlet y = crate::f::g();\nuse crate::h;";
    let expected: BTreeSet<String> = ["a", "b", "e", "f", "h"].map(str::to_owned).into();
    assert_eq!(used(code), expected);
}
