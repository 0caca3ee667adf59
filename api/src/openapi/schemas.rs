//! The types of bodies.

use schemars::generate::SchemaSettings;
use sectionist_core::Report;
use serde_json::{Map, Value, json};

use crate::answers::{ErrorEvent, FormatList, Health, ProgressEvent};
use crate::failure::Failure;

/// The schemas of all bodies by name, from the types that are serialised.
pub(super) fn all() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
    });
    let mut generator = settings.into_generator();
    generator.subschema_for::<Report>();
    generator.subschema_for::<Failure>();
    generator.subschema_for::<Health>();
    generator.subschema_for::<FormatList>();
    generator.subschema_for::<ProgressEvent>();
    generator.subschema_for::<ErrorEvent<'_>>();
    let mut schemas: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    for (name, schema) in foreign() {
        schemas.insert(name.to_owned(), schema);
    }
    schemas.sort_keys();
    schemas
}

/// JSON whose shape others have defined.
fn foreign() -> [(&'static str, Value); 3] {
    [
        (
            "Jams",
            json!({
                "type": "object",
                "description": "JSON Annotated Music Specification 0.3.",
                "required": ["file_metadata", "annotations", "sandbox"],
                "properties": { "annotations": { "type": "array" } },
            }),
        ),
        (
            "SpotifyAnalysis",
            json!({
                "type": "object",
                "description": "The shape of Spotify's audio analysis object.",
                "required": ["meta", "track", "bars", "beats", "sections", "segments", "tatums"],
            }),
        ),
        (
            "OpenApi",
            json!({
                "type": "object",
                "description": "This document.",
                "required": ["openapi", "info", "paths", "components"],
            }),
        ),
    ]
}
