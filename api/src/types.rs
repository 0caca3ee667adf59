//! The types of the report in other languages, from the same schema as the contract.

mod python;
mod typescript;

use serde_json::Value;

use crate::openapi;

pub use python::python;
pub use typescript::typescript;

/// A type, as every language has it.
#[derive(Debug, Clone, PartialEq)]
enum Type {
    Number,
    Integer,
    Text,
    /// One text of a few.
    Choice(Vec<String>),
    /// One number only.
    Constant(u64),
    List(Box<Self>),
    /// Values by names that are not known before.
    ByName(Box<Self>),
    Maybe(Box<Self>),
    /// A type with a name of its own.
    Named(String),
}

/// A type with fields.
#[derive(Debug)]
struct Record {
    name: String,
    about: String,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    about: String,
    kind: Type,
    /// Whether it is there in every report.
    required: bool,
}

/// The report's types: choices that are used more than once by their names, then records, each after those that it is made of,
/// the report last.
struct Types {
    choices: Vec<(String, Vec<String>)>,
    records: Vec<Record>,
}

impl Types {
    fn of_report() -> Self {
        let document = openapi::document();
        let mut types = Self { choices: Vec::new(), records: Vec::new() };
        types.add("Report", &document["components"]["schemas"]);
        types
    }

    /// Adds a named type after those that it needs.
    fn add(&mut self, name: &str, schemas: &Value) {
        let known = self.records.iter().any(|record| record.name == name)
            || self.choices.iter().any(|(choice, _)| choice == name);
        if known {
            return;
        }
        let schema = &schemas[name];
        if let Some(names) = schema["enum"].as_array() {
            let names = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            self.choices.push((name.to_owned(), names));
        }
        let Some(properties) = schema["properties"].as_object() else { return };
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let fields = properties
            .iter()
            .map(|(field, schema)| Field {
                name: field.clone(),
                about: words(schema),
                kind: self.kind(schema, schemas),
                required: required.iter().any(|name| name == field),
            })
            .collect();
        self.records.push(Record { name: name.to_owned(), about: words(schema), fields });
    }

    /// The type that a schema describes. Named types that are neither records nor choices are what they stand for.
    fn kind(&mut self, schema: &Value, schemas: &Value) -> Type {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            let target = &schemas[name];
            if target["properties"].is_object() || target["enum"].is_array() {
                self.add(name, schemas);
                return Type::Named(name.to_owned());
            }
            return self.kind(target, schemas);
        }
        if let Some(value) = schema["const"].as_u64() {
            return Type::Constant(value);
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            let is_null = |choice: &&Value| choice["type"] == "null";
            let kind =
                choices.iter().find(|choice| !is_null(choice)).map(|choice| self.kind(choice, schemas));
            let kind = kind.unwrap_or(Type::Text);
            return if choices.iter().any(|choice| is_null(&choice)) {
                Type::Maybe(kind.into())
            } else {
                kind
            };
        }
        if let Some(names) = schema["type"].as_array() {
            let name = names.iter().find(|name| *name != "null").cloned().unwrap_or_default();
            let kind = self.plain(name.as_str().unwrap_or_default(), schema, schemas);
            return if names.iter().any(|name| name == "null") { Type::Maybe(kind.into()) } else { kind };
        }
        self.plain(schema["type"].as_str().unwrap_or_default(), schema, schemas)
    }

    fn plain(&mut self, name: &str, schema: &Value, schemas: &Value) -> Type {
        match name {
            "number" => Type::Number,
            "integer" => Type::Integer,
            "array" => Type::List(self.kind(&schema["items"], schemas).into()),
            "object" => Type::ByName(self.kind(&schema["additionalProperties"], schemas).into()),
            _ => match schema["enum"].as_array() {
                Some(names) => {
                    Type::Choice(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                }
                None => Type::Text,
            },
        }
    }
}

/// What a schema says of itself, on one line.
fn words(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ").replace("`None`", "null")
}

/// A sentence from what stands in a table.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_follow_what_they_are_made_of() {
        let types = Types::of_report();
        assert_eq!(types.records.last().map(|record| record.name.as_str()), Some("Report"));
        let mut known: Vec<&str> = types.choices.iter().map(|(name, _)| name.as_str()).collect();
        for record in &types.records {
            for field in &record.fields {
                let mut kind = &field.kind;
                while let Type::List(inner) | Type::Maybe(inner) | Type::ByName(inner) = kind {
                    kind = inner;
                }
                if let Type::Named(name) = kind {
                    assert!(known.contains(&name.as_str()), "{}.{}: {name}", record.name, field.name);
                }
                assert!(!field.about.is_empty(), "{}.{}", record.name, field.name);
            }
            known.push(&record.name);
        }
        assert!(types.records.len() > 15 && types.choices.len() >= 3, "{known:?}");
    }
}
