//! Core errors → JavaScript `Error` objects.

use js_sys::Reflect;
use sectionist_core::Error;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// The `details` of an error: the same names as in the service's JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Details<'a> {
    Format { container: &'a Option<String>, codec: &'a Option<String> },
    Limit { limit: &'static str, actual: f64, max: f64 },
    Parameter { parameter: &'a str, allowed: &'a [String] },
    None {},
}

/// What is thrown for a core error.
pub(crate) fn thrown_from(error: &Error) -> JsValue {
    let details = match error {
        Error::Unsupported { container, codec, .. } | Error::Malformed { container, codec, .. } => {
            Details::Format { container, codec }
        }
        Error::LimitExceeded { limit, actual, max } => {
            Details::Limit { limit: limit.name(), actual: *actual, max: *max }
        }
        Error::InvalidParams { name, allowed, .. } => Details::Parameter { parameter: name, allowed },
        _ => Details::None {},
    };
    let details = details.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED);
    thrown(&error.to_string(), error.code(), &details)
}

/// An `Error` with `code` and `details`.
pub(crate) fn thrown(message: &str, code: &str, details: &JsValue) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh, extensible object cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    let _ = Reflect::set(&error, &"details".into(), details);
    error.into()
}
