//! The documents say what the types say, no more and no less.
//!
//! `cargo xtask bless` rewrites them.

#![cfg(feature = "schema")]

use std::fs;
use std::path::{Path, PathBuf};

use sectionist_api::{openapi, tables, types};

fn document(name: &str) -> PathBuf {
    root("docs").join(name)
}

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Fails unless the document is `wanted`; rewrites it where that is asked for.
fn check(name: &str, wanted: &str) {
    check_file(&format!("docs/{name}"), wanted);
}

fn check_file(name: &str, wanted: &str) {
    let path = root(name);
    let found = fs::read_to_string(&path).unwrap_or_default();
    if found == wanted {
        return;
    }
    if std::env::var_os("SECTIONIST_BLESS").is_some() {
        fs::write(&path, wanted).expect("the document can be written");
        return;
    }
    let line = found.lines().zip(wanted.lines()).position(|(found, wanted)| found != wanted);
    let at = line.unwrap_or_else(|| found.lines().count().min(wanted.lines().count()));
    panic!(
        "{name} differs from line {} on; it should read\n{}\n`cargo xtask bless` rewrites it",
        at + 1,
        wanted.lines().nth(at).unwrap_or("(nothing)")
    );
}

#[test]
fn the_contract_is_that_of_the_types() {
    let json = serde_json::to_string_pretty(&openapi::document()).expect("JSON");
    check("openapi.json", &(json + "\n"));
}

#[test]
fn every_reference_leads_somewhere() {
    let document = openapi::document();
    let mut stack = vec![&document];
    let mut n_references = 0;
    while let Some(value) = stack.pop() {
        if let Some(reference) = value["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').expect("a place in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
            n_references += 1;
        }
        match value {
            serde_json::Value::Object(fields) => stack.extend(fields.values()),
            serde_json::Value::Array(items) => stack.extend(items),
            _ => {}
        }
    }
    assert!(n_references > 50, "{n_references}");
}

#[test]
fn the_tables_of_the_documentation_are_those_of_the_types() {
    let mut text = fs::read_to_string(document("API.md")).expect("docs/API.md");
    for (name, table) in [
        ("routes", tables::routes()),
        ("parameters", tables::parameters()),
        ("formats", tables::formats()),
        ("errors", tables::errors()),
        ("variables", tables::variables()),
    ] {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
        let start = text.find(&open).unwrap_or_else(|| panic!("docs/API.md has no {open}")) + open.len();
        let end = text.find(&close).unwrap_or_else(|| panic!("docs/API.md has no {close}"));
        text.replace_range(start..end, &table);
    }
    check("API.md", &text);
}

#[test]
fn the_fields_of_the_report_are_those_of_the_types() {
    let text = format!(
        "# The report\n\nJSON of schema version 1, as `POST /analyze`, the page and `sectionist analyze` give it. Made from the \
         types by a test.\n\nTimes are seconds from the first sample, rounded to 1 ms. Confidences are probabilities in [0, 1]. \
         What was not found is null or an empty list. Fields of parts that were not asked for are not there.\n{}",
        tables::report()
    );
    check("REPORT.md", &text);
}

#[test]
fn the_types_of_other_languages_are_those_of_the_core() {
    check_file("npm/report.d.ts", &types::typescript());
    check_file("python/sectionist/_report.py", &types::python());
}
