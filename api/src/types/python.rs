//! Dataclasses for Python. Lists of numbers are arrays of numpy.

use std::fmt::Write;

use super::{Record, Type, Types};
use crate::parameters::{self, Values};

/// The module with the dataclasses of the report and the options of an analysis.
#[must_use]
pub fn python() -> String {
    let types = Types::of_report();
    let mut out = String::from(
        "\"\"\"The report, schema version 1, and the options of an analysis.\n\nMade from the types of the core: `cargo xtask bless`.\n\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from collections.abc import Mapping, Sequence\n\
         from dataclasses import dataclass\n\
         from typing import Any, Literal, TypedDict, TypeVar\n\n\
         import numpy as np\n\
         from numpy.typing import NDArray\n\n\
         _T = TypeVar(\"_T\", bound=\"Report\")\n",
    );
    // The package has a report of its own.
    let records = types.records.iter().map(|record| &record.name).filter(|name| *name != "Report");
    let names = types.choices.iter().map(|(name, _)| name).chain(records);
    out += "\n__all__ = [\n";
    for name in names {
        _ = writeln!(out, "    \"{name}\",");
    }
    out += "    \"Part\",\n    \"Options\",\n    \"Format\",\n]\n";
    for (name, names) in &types.choices {
        _ = write!(out, "\n{name} = {}\n", literal(names));
    }
    for record in &types.records {
        class(&mut out, record, &types);
    }
    out += "\nPart = ";
    out += &literal(&parameters::parts());
    out += "\n\n\nclass Options(TypedDict, total=False):\n    \"\"\"How a song is analysed; the same names as in every other host.\"\"\"\n";
    for parameter in parameters::ALL.iter().filter(|parameter| parameter.name != "format") {
        let kind = match parameter.values {
            Values::Choice { names, .. } => literal(&names()),
            Values::Parts => "Sequence[Part] | Literal[\"all\"]".to_owned(),
            Values::Number { .. } => "float".to_owned(),
        };
        _ = writeln!(out, "\n    {}: {kind}\n    \"\"\"{}.\"\"\"", parameter.name, parameter.about);
    }
    if let Some(Values::Choice { names, .. }) =
        parameters::ALL.iter().find(|parameter| parameter.name == "format").map(|format| format.values)
    {
        _ = write!(out, "\n\nFormat = {}\n", literal(&names()));
    }
    out
}

fn class(out: &mut String, record: &Record, types: &Types) {
    // Arrays are not equal or unequal as a whole.
    let eq = if has_array(record, types) { ", eq=False" } else { "" };
    _ = write!(
        out,
        "\n\n@dataclass(frozen=True{eq})\nclass {}:\n    \"\"\"{}\"\"\"\n",
        record.name, record.about
    );
    for field in &record.fields {
        let kind = shown(&field.kind);
        let kind = match (&field.kind, field.required) {
            (Type::Maybe(_), _) | (_, true) => kind,
            (_, false) => format!("{kind} | None"),
        };
        _ = writeln!(out, "\n    {}: {kind}\n    \"\"\"{}\"\"\"", field.name, field.about);
    }
    // The report is made of by a class of its own.
    let (class, of) = if record.name == "Report" { ("_T", "type[_T]") } else { (record.name.as_str(), "") };
    let argument = if of.is_empty() { "cls".to_owned() } else { format!("cls: {of}") };
    _ = write!(
        out,
        "\n    @classmethod\n    def from_dict({argument}, data: Mapping[str, Any]) -> {class}:\n        \
         \"\"\"Reads what `json.loads` makes of it.\"\"\"\n        return cls(\n"
    );
    for field in &record.fields {
        let value = if field.required {
            format!("data[\"{}\"]", field.name)
        } else {
            format!("data.get(\"{}\")", field.name)
        };
        let read = read(&field.kind, &value, 0);
        let read = match &field.kind {
            Type::Maybe(_) => read,
            _ if field.required || read == value => read,
            _ => format!(
                "None if {value} is None else {}",
                read.replace(&value, &format!("data[\"{}\"]", field.name))
            ),
        };
        _ = writeln!(out, "            {}={read},", field.name);
    }
    out.push_str("        )\n");
}

fn has_array(record: &Record, types: &Types) -> bool {
    fn holds(kind: &Type, types: &Types) -> bool {
        match kind {
            Type::List(item) => is_number(item) || holds(item, types),
            Type::Maybe(inner) | Type::ByName(inner) => holds(inner, types),
            Type::Named(name) => {
                types.records.iter().any(|record| record.name == *name && has_array(record, types))
            }
            _ => false,
        }
    }
    record.fields.iter().any(|field| holds(&field.kind, types))
}

const fn is_number(kind: &Type) -> bool {
    matches!(kind, Type::Number | Type::Integer)
}

fn literal<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect();
    format!("Literal[{}]", names.join(", "))
}

fn shown(kind: &Type) -> String {
    match kind {
        Type::Number => "float".to_owned(),
        Type::Integer => "int".to_owned(),
        Type::Text => "str".to_owned(),
        Type::Choice(names) => literal(names),
        Type::Constant(value) => format!("Literal[{value}]"),
        Type::List(item) if **item == Type::Number => "NDArray[np.float64]".to_owned(),
        Type::List(item) if **item == Type::Integer => "NDArray[np.int64]".to_owned(),
        Type::List(item) => format!("list[{}]", shown(item)),
        Type::ByName(value) => format!("dict[str, {}]", shown(value)),
        Type::Maybe(value) => format!("{} | None", shown(value)),
        Type::Named(name) => name.clone(),
    }
}

/// An expression that makes the type of `value`, JSON.
fn read(kind: &Type, value: &str, depth: usize) -> String {
    match kind {
        Type::Named(name) if is_record(name) => format!("{name}.from_dict({value})"),
        Type::List(item) if **item == Type::Number => format!("np.asarray({value}, dtype=np.float64)"),
        Type::List(item) if **item == Type::Integer => format!("np.asarray({value}, dtype=np.int64)"),
        Type::List(item) => {
            let one = ["one", "inner", "innermost"][depth.min(2)];
            match read(item, one, depth + 1) {
                same if same == one => format!("list({value})"),
                made => format!("[{made} for {one} in {value}]"),
            }
        }
        Type::ByName(_) => format!("dict({value})"),
        Type::Maybe(inner) => match read(inner, value, depth) {
            same if same == value => same,
            made => format!("None if {value} is None else {made}"),
        },
        _ => value.to_owned(),
    }
}

/// Choices are texts.
fn is_record(name: &str) -> bool {
    Types::of_report().records.iter().any(|record| record.name == name)
}
