//! The contract as an OpenAPI 3.1 document, made from the types that parse requests and are answered.
//!
//! `docs/openapi.json` is this document, and a test keeps it so; the component serves that file.

mod analyze;
mod headers;
mod schemas;

use serde_json::{Map, Value, json};

use crate::failure::Code;
use crate::routes::Route;

/// The document.
///
/// # Panics
/// Never: what it is made of is all JSON.
#[must_use]
pub fn document() -> Value {
    let schemas = schemas::all();
    let mut paths = Map::new();
    for &route in Route::ALL {
        let operation = match route {
            Route::Analyze => analyze::operation(),
            Route::Health => read(route, "Health", "health"),
            Route::Formats => read(route, "FormatList", "formats"),
            Route::OpenApi => read(route, "OpenApi", "openapi"),
        };
        paths.insert(route.path().to_owned(), json!({ route.method().to_lowercase(): operation }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sectionist",
            "version": sectionist_core::ANALYSIS_VERSION,
            "summary": "Music structure analysis",
            "description": "Takes a song's audio file and answers its sections, key, tempo, meter, beats, bars and \
                chords, and descriptors of rhythm, timbre and loudness.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "http://127.0.0.1:3000", "description": "A local host with its defaults." }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": failures(),
            "headers": headers::all(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "A key of `api_key` or `api_keys`." },
                "key": { "type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same in a header of its own." },
            },
        },
    })
}

/// An operation that only reads.
fn read(route: Route, schema: &str, id: &str) -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({
            "description": route.about(),
            "headers": headers::refs(&["x-request-id", "server-timing"]),
            "content": { "application/json": { "schema": reference("schemas", schema) } },
        }),
    );
    if headers::CACHED.contains(&route) {
        responses["200"]["headers"] =
            headers::refs(&["x-request-id", "server-timing", "etag", "cache-control"]);
        responses.insert("304".to_owned(), headers::not_modified());
    }
    for status in [405, 500, 503, 504] {
        responses.insert(status.to_string(), reference("responses", &status.to_string()));
    }
    let mut operation = json!({ "operationId": id, "summary": route.about(), "responses": responses });
    if headers::CACHED.contains(&route) {
        operation["parameters"] = json!([headers::if_none_match(), headers::request_id()]);
    } else {
        operation["parameters"] = json!([headers::request_id()]);
    }
    operation
}

/// The error responses by status, with an example of each code.
fn failures() -> Map<String, Value> {
    let mut responses = Map::new();
    for &code in Code::ALL {
        let status = code.status();
        let codes: Vec<Code> = Code::ALL.iter().copied().filter(|other| other.status() == status).collect();
        let examples: Map<String, Value> = codes
            .iter()
            .map(|code| (code.name().to_owned(), json!({ "summary": code.when(), "value": code.example() })))
            .collect();
        let when: Vec<String> =
            codes.iter().map(|code| format!("`{}`: {}", code.name(), code.when())).collect();
        let codes: Vec<&str> = codes.iter().map(|code| code.name()).collect();
        let response = json!({
            "description": when.join(". "),
            "headers": headers::refs(headers::of_failure(status)),
            "content": { "application/json": {
                "schema": {
                    "allOf": [reference("schemas", "Failure")],
                    "properties": { "code": { "enum": codes } },
                },
                "examples": examples,
            } },
        });
        responses.insert(status.to_string(), response);
    }
    responses
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}
