//! Declarations for TypeScript.

use std::fmt::Write;

use super::{Type, Types, capitalised};
use crate::parameters::{self, Values};

/// The declarations of the report and of the options of an analysis.
#[must_use]
pub fn typescript() -> String {
    let types = Types::of_report();
    let mut out = String::from(
        "// The report, schema version 1, and the options of an analysis. Made from the types of the core: `cargo xtask bless`.\n",
    );
    for (name, names) in &types.choices {
        _ = write!(out, "\nexport type {name} = {};\n", union(names));
    }
    for record in &types.records {
        _ = write!(out, "\n/** {} */\nexport interface {} {{\n", record.about, record.name);
        for field in &record.fields {
            let mark = if field.required { "" } else { "?" };
            _ = writeln!(out, "  /** {} */\n  {}{mark}: {};", field.about, field.name, shown(&field.kind));
        }
        out += "}\n";
    }
    out += "\n/** Parts of a report. */\n";
    _ = writeln!(out, "export type Part = {};", union(&parameters::parts()));
    out += "\n/** How a song is analysed; the same names as in every other host. */\nexport interface AnalysisOptions {\n";
    for parameter in parameters::ALL.iter().filter(|parameter| parameter.name != "format") {
        let (kind, default) = match parameter.values {
            Values::Choice { names, default } => (union(&names()), format!("Default: {default}.")),
            Values::Parts => {
                ("Part[] | 'all'".to_owned(), format!("Default: {}.", parameter.values.default_in_words()))
            }
            Values::Number { min, max, default } => {
                ("number".to_owned(), format!("From {min} to {max}; default: {default}."))
            }
        };
        let about = capitalised(parameter.about);
        _ = writeln!(out, "  /** {about}. {default} */\n  {}?: {kind};", parameter.name);
    }
    out += "}\n\n/** Formats that a report can be written in. */\n";
    if let Some(Values::Choice { names, .. }) =
        parameters::ALL.iter().find(|parameter| parameter.name == "format").map(|format| format.values)
    {
        _ = writeln!(out, "export type Format = {};", union(&names()));
    }
    out
}

fn union<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("'{}'", name.as_ref())).collect::<Vec<_>>().join(" | ")
}

fn shown(kind: &Type) -> String {
    match kind {
        Type::Number | Type::Integer => "number".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Choice(names) => union(names),
        Type::Constant(value) => value.to_string(),
        Type::List(item) => match shown(item) {
            item if item.contains('|') => format!("({item})[]"),
            item => format!("{item}[]"),
        },
        Type::ByName(value) => format!("Record<string, {}>", shown(value)),
        Type::Maybe(value) => format!("{} | null", shown(value)),
        Type::Named(name) => name.clone(),
    }
}
