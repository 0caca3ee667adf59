//! Plain JavaScript objects → file hint and parameters.

use js_sys::{Array, Object, Reflect};
use sectionist_core::{AnalysisParams, Error, FileHint};
use wasm_bindgen::{JsCast, JsValue};

/// The hint in `{ name, mime }`; what is missing or empty is unknown.
pub(crate) fn hint_of(file: Option<&JsValue>) -> FileHint {
    let text = |key: &str| {
        let value = Reflect::get(file?, &key.into()).ok()?;
        value.as_string().filter(|text| !text.is_empty())
    };
    FileHint { name: text("name"), mime: text("mime") }
}

/// Default parameters changed by an object of the parameters' names.
///
/// Texts, numbers and lists of texts are taken; `undefined` and `null` leave the default.
pub(crate) fn params_of(options: Option<&JsValue>) -> Result<AnalysisParams, Error> {
    let mut params = AnalysisParams::default();
    let Some(options) = options.and_then(|options| options.dyn_ref::<Object>()) else {
        return Ok(params);
    };
    for entry in Object::entries(options) {
        let entry: Array = entry.unchecked_into();
        let (name, value) = (entry.get(0), entry.get(1));
        if !value.is_null_or_undefined() {
            params.set(&text_of(&name), &text_of(&value))?;
        }
    }
    params.validate()?;
    Ok(params)
}

/// A text as it is, a number in decimals, a list's texts and numbers separated by commas; else nothing,
/// which no parameter takes.
fn text_of(value: &JsValue) -> String {
    match value.dyn_ref::<Array>() {
        Some(list) => list.iter().filter_map(|item| scalar_of(&item)).collect::<Vec<_>>().join(","),
        None => scalar_of(value).unwrap_or_default(),
    }
}

fn scalar_of(value: &JsValue) -> Option<String> {
    value.as_string().or_else(|| value.as_f64().map(|number| number.to_string()))
}
