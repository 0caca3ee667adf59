//! The tables of the documentation, from the same types as the contract.

use sectionist_core::params::Format;
use serde_json::{Map, Value};

use crate::answers::holds;
use crate::failure::Code;
use crate::openapi;
use crate::parameters;
use crate::routes::Route;
use crate::variables;

/// The routes.
#[must_use]
pub fn routes() -> String {
    let rows = Route::ALL
        .iter()
        .map(|route| vec![format!("`{} {}`", route.method(), route.path()), route.about().to_owned()]);
    table(&["route", "what"], rows)
}

/// The parameters of an analysis.
#[must_use]
pub fn parameters() -> String {
    let rows = parameters::ALL.iter().map(|parameter| {
        let name = format!("`{}`", parameter.name);
        vec![
            name,
            parameter.about.to_owned(),
            parameter.values.in_words(),
            parameter.values.default_in_words().into(),
        ]
    });
    table(&["name", "what", "values", "default"], rows)
}

/// The formats of answers.
#[must_use]
pub fn formats() -> String {
    let rows = Format::ALL.iter().map(|&format| {
        let or_zip = |text: String, zip: &str| {
            if format.has_a_file_a_kind() { format!("{text}, `{zip}`") } else { text }
        };
        vec![
            format!("`{format}`"),
            holds(format).to_owned(),
            or_zip(format!("`.{}`", format.extension()), ".zip"),
            or_zip(format!("`{}`", format.content_type()), "application/zip"),
        ]
    });
    table(&["`format`", "holds", "extension", "type"], rows)
}

/// The errors.
#[must_use]
pub fn errors() -> String {
    let rows = Code::ALL.iter().map(|code| {
        let details = serde_json::to_value(code.example().details).unwrap_or_default();
        let details: Vec<String> =
            details.as_object().into_iter().flat_map(Map::keys).map(|name| format!("`{name}`")).collect();
        vec![
            code.status().to_string(),
            format!("`{}`", code.name()),
            code.when().to_owned(),
            details.join(", "),
        ]
    });
    table(&["status", "`code`", "when", "`details`"], rows)
}

/// The variables.
#[must_use]
pub fn variables() -> String {
    let rows = variables::ALL.iter().map(|variable| {
        let default =
            if variable.default.is_empty() { String::new() } else { format!("`{}`", variable.default) };
        vec![format!("`{}`", variable.name), variable.about.to_owned(), default]
    });
    table(&["variable", "what", "default"], rows)
}

/// The fields of the report: a table of its own for each type, from the report down.
#[must_use]
pub fn report() -> String {
    let document = openapi::document();
    let schemas = &document["components"]["schemas"];
    let mut text = String::new();
    let mut order = vec!["Report".to_owned()];
    let mut next = 0;
    while let Some(name) = order.get(next).cloned() {
        next += 1;
        let schema = &schemas[&name];
        let Some(properties) = schema["properties"].as_object() else { continue };
        text += &format!("\n## {name}\n\n{}\n\n", words(schema));
        let rows = properties.iter().map(|(field, schema)| {
            gather(schema, schemas, &mut order);
            vec![format!("`{field}`"), kind(schema, schemas), words(schema)]
        });
        text += &table(&["field", "type", "what"], rows);
    }
    text
}

/// Adds the types with fields that a schema names to `order`.
fn gather(schema: &Value, schemas: &Value, order: &mut Vec<String>) {
    if let Some(name) = named(schema) {
        if schemas[name]["properties"].is_object() && !order.iter().any(|known| known == name) {
            order.push(name.to_owned());
        }
        return;
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|schema| gather(schema, schemas, order)),
        Value::Array(items) => items.iter().for_each(|schema| gather(schema, schemas, order)),
        _ => {}
    }
}

/// The name of the type that a schema refers to.
fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// A type in words.
fn kind(schema: &Value, schemas: &Value) -> String {
    if let Some(name) = named(schema) {
        let target = &schemas[name];
        if target["properties"].is_object() {
            return format!("[{name}](#{})", name.to_lowercase());
        }
        return match target["enum"].as_array() {
            Some(names) if names.len() <= 12 => names
                .iter()
                .filter_map(Value::as_str)
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", "),
            Some(names) => format!("text such as `{}`", names[0].as_str().unwrap_or_default()),
            None => kind(target, schemas),
        };
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(|schema| kind(schema, schemas)).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::Array(types) => {
            types.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or ")
        }
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"], schemas)),
        Value::String(name) if name == "object" && schema["additionalProperties"].is_object() => {
            format!("{} by name", kind(&schema["additionalProperties"], schemas))
        }
        Value::String(name) => word(name).to_owned(),
        _ => "anything".to_owned(),
    }
}

fn word(name: &str) -> &str {
    match name {
        "string" => "text",
        name => name,
    }
}

fn words(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace("`None`", "null").replace('\n', " ")
}

/// A table in Markdown.
fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<String> = heads.iter().map(|&head| head.to_owned()).collect();
    let rule = vec!["---".to_owned(); heads.len()];
    std::iter::once(line(&heads)).chain([line(&rule)]).chain(rows.map(|row| line(&row))).collect()
}
