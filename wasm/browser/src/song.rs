//! A report that is kept: corrected, and written in every format.

use js_sys::{Object, Reflect, Uint8Array};
use sectionist_core::params::{Format, Part};
use sectionist_core::{Corrections, Error, Report, export, with_cues};
use wasm_bindgen::prelude::*;

use crate::error::{thrown, thrown_from};

/// A song that was analysed, as its report tells.
#[wasm_bindgen]
pub struct Song {
    found: Report,
}

#[wasm_bindgen]
impl Song {
    /// Reads a report in JSON.
    ///
    /// # Errors
    /// Throws an `Error` with the code `malformed` if it is no report of schema version 1.
    #[wasm_bindgen(constructor)]
    pub fn new(report: &str) -> Result<Self, JsValue> {
        let found = Report::from_json(report.as_bytes()).map_err(|error| thrown_from(&error))?;
        Ok(Self { found })
    }

    /// The report in JSON with corrections, themselves in JSON, applied.
    ///
    /// # Errors
    /// Throws an `Error` with the code `malformed` if they are no corrections.
    pub fn corrected(&self, corrections: &str) -> Result<String, JsValue> {
        let report = self.with(corrections)?;
        serde_json::to_string(&report)
            .map_err(|error| thrown(&error.to_string(), "internal", &JsValue::UNDEFINED))
    }

    /// The corrected report as a file: `{ bytes, type, extension }`, a ZIP archive where the format is several. Formats are named as in every host.
    ///
    /// # Errors
    /// Throws an `Error` with the code `malformed` for what are no corrections, `invalid_parameter` for an
    /// unknown format.
    pub fn export(&self, corrections: &str, format: &str) -> Result<ExportedFile, JsValue> {
        let format: Format = format.parse().map_err(|allowed| {
            let message = format!("`{format}` is no format");
            thrown_from(&Error::InvalidParams { name: "format".to_owned(), message, allowed })
        })?;
        let mut report = self.with(corrections)?;
        // What every other host writes unless it is asked for more.
        report.include = report.include.without(Part::Waveform).without(Part::Segments);
        let exported = export(&report, format);
        let file = Object::new();
        let entries: [(&str, JsValue); 3] = [
            ("bytes", Uint8Array::from(&exported.bytes[..]).into()),
            ("type", exported.content_type.into()),
            ("extension", exported.end().into()),
        ];
        for (name, value) in entries {
            // Setting a property of a fresh, extensible object cannot fail.
            let _ = Reflect::set(&file, &name.into(), &value);
        }
        Ok(file.unchecked_into())
    }

    /// A WAV file with a cue point at each section of the corrected report, as `Uint8Array`.
    ///
    /// # Errors
    /// Throws an `Error` with the code `malformed` for what are no corrections or a damaged file, and
    /// `unsupported_format` for what is no WAV file.
    pub fn cued(&self, corrections: &str, wav: &[u8]) -> Result<Vec<u8>, JsValue> {
        with_cues(wav, &self.with(corrections)?).map_err(|error| thrown_from(&error))
    }
}

impl Song {
    fn with(&self, corrections: &str) -> Result<Report, JsValue> {
        let corrections =
            Corrections::from_json(corrections.as_bytes()).map_err(|error| thrown_from(&error))?;
        Ok(corrections.apply(&self.found))
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
/** A file that was written. */
export interface ExportedFile { bytes: Uint8Array; type: string; extension: string }
";

#[wasm_bindgen]
extern "C" {
    /// `ExportedFile` in TypeScript.
    #[wasm_bindgen(typescript_type = "ExportedFile")]
    pub type ExportedFile;
}
