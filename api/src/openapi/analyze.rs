//! `POST /analyze`.

use std::collections::BTreeMap;

use sectionist_core::params::Format;
use serde_json::{Map, Value, json};

use super::{headers, reference};
use crate::answers::holds;
use crate::parameters::{self, Parameter, Values};
use crate::routes::Route;

/// A report to look at, of some parts.
const EXAMPLE: &str = include_str!("example.json");

/// The operation.
pub(super) fn operation() -> Value {
    let mut inputs: Vec<Value> = parameters::ALL.iter().map(query).collect();
    inputs.extend([
        headers::if_none_match(),
        headers::request_id(),
        json!({
            "name": "content-disposition",
            "in": "header",
            "description": "Names the file where the body is the file: `attachment; filename=\"song.mp3\"`, or \
                `filename*=UTF-8''…` after RFC 8187.",
            "schema": { "type": "string" },
            "example": "attachment; filename=\"song.mp3\"",
        }),
        json!({
            "name": "content-encoding",
            "in": "header",
            "description": "How the whole body is encoded. Limits hold for what it decodes to.",
            "schema": { "type": "string", "enum": ["gzip", "identity"] },
        }),
    ]);
    json!({
        "operationId": "analyze",
        "summary": Route::Analyze.about(),
        "description": "The format is recognised by the bytes; a file name or media type that does not fit gives a \
            warning in the report. With `accept: text/event-stream` the answer is a stream of events: `progress`, \
            then `report` or `error`.",
        "parameters": inputs,
        "security": [{}, { "bearer": [] }, { "key": [] }],
        "requestBody": body(),
        "responses": responses(),
    })
}

/// A parameter in the query.
fn query(parameter: &Parameter) -> Value {
    let mut input = json!({
        "name": parameter.name,
        "in": "query",
        "description": sentence(parameter.about),
        "schema": schema(&parameter.values),
    });
    if matches!(parameter.values, Values::Parts) {
        input["style"] = "form".into();
        input["explode"] = false.into();
        input["example"] = json!(["sections", "key"]);
    }
    input
}

fn schema(values: &Values) -> Value {
    match values {
        Values::Choice { names, default } => json!({ "type": "string", "enum": names(), "default": default }),
        Values::Parts => {
            let mut names = parameters::parts();
            names.push("all");
            json!({ "type": "array", "items": { "type": "string", "enum": names } })
        }
        Values::Number { min, max, default } => {
            json!({ "type": "number", "minimum": min, "maximum": max, "default": default })
        }
    }
}

fn body() -> Value {
    let mut fields = Map::new();
    fields.insert(
        "audio".to_owned(),
        json!({
            "type": "string",
            "format": "binary",
            "description": "The file. The part may have any name: it is the file if it has a file name, a media type \
                that is not text, or the name `audio` or `file`.",
        }),
    );
    for parameter in parameters::ALL {
        let mut field = schema(&parameter.values);
        field["description"] = format!("{} Overrides the query.", sentence(parameter.about)).into();
        if matches!(parameter.values, Values::Parts) {
            field = json!({ "type": "string", "description": field["description"], "examples": ["sections,key"] });
        }
        fields.insert(parameter.name.to_owned(), field);
    }
    fields.insert(
        parameters::CORRECTIONS.to_owned(),
        json!({
            "type": "string",
            "contentMediaType": "application/json",
            "description": "Corrections over the report, as the page writes them under Take along: what depends on them follows.",
            "examples": ["{\"version\":1,\"edits\":[{\"edit\":\"halve_tempo\"}]}"],
        }),
    );
    json!({
        "required": true,
        "description": "A form with one file, or the bytes of the file.",
        "content": {
            "multipart/form-data": { "schema": {
                "type": "object",
                "properties": fields,
                "required": ["audio"],
                "additionalProperties": false,
            } },
            "application/octet-stream": { "schema": { "type": "string", "format": "binary" } },
        },
    })
}

fn responses() -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "The report, in the format asked for.",
            "headers": headers::refs(&[
                "x-request-id", "server-timing", "etag", "cache-control", "x-cache", "content-disposition",
                "content-encoding", "ratelimit", "ratelimit-policy",
            ]),
            "content": contents(),
        }),
    );
    responses.insert("304".to_owned(), headers::not_modified());
    for status in [400, 401, 405, 408, 413, 415, 429, 500, 503, 504] {
        responses.insert(status.to_string(), reference("responses", &status.to_string()));
    }
    responses.into()
}

/// The answers by media type.
fn contents() -> Map<String, Value> {
    let mut formats: BTreeMap<&str, Vec<Format>> = BTreeMap::new();
    for &format in Format::ALL {
        let essence = format.content_type().split(';').next().unwrap_or_default();
        formats.entry(essence).or_default().push(format);
        if format.has_a_file_a_kind() {
            formats.entry("application/zip").or_default().push(format);
        }
    }
    let mut contents = Map::new();
    for (content_type, formats) in formats {
        let about: Vec<String> =
            formats.iter().map(|&format| format!("`format={format}`: {}.", holds(format))).collect();
        let mut content = json!({ "schema": { "type": "string", "description": about.join(" ") } });
        if content_type == "application/json" {
            let report: Value = serde_json::from_str(EXAMPLE).expect("the example is JSON");
            let shapes = ["Report", "Jams", "SpotifyAnalysis"].map(|name| reference("schemas", name));
            content = json!({
                "schema": { "description": about.join(" "), "anyOf": shapes },
                "examples": { "report": {
                    "summary": "`include=sections,key,tempo,meter` of a song",
                    "value": report,
                } },
            });
        }
        contents.insert(content_type.to_owned(), content);
    }
    contents.insert(
        "text/event-stream".to_owned(),
        json!({
            "schema": {
                "type": "string",
                "description": "Events `progress` (data: ProgressEvent), then `report` (data: Report) or `error` (data: ErrorEvent).",
            },
            "example": "event: progress\ndata: {\"stage\":\"features\",\"fraction\":0.31}\n\n",
        }),
    );
    contents
}

/// Words that stand in a table as a sentence.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use sectionist_core::{Report, export};

    use super::*;

    #[test]
    fn the_example_is_a_report() {
        let report = Report::from_json(EXAMPLE.as_bytes()).unwrap();
        let written: Value = serde_json::from_slice(&export(&report, Format::Json).bytes).unwrap();
        let example: Value = serde_json::from_str(EXAMPLE).unwrap();
        assert_eq!(written, example);
    }
}
