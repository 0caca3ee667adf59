//! An analysis in steps.

use sectionist_core::{Analysis as CoreAnalysis, AnalysisParams, Error, Report, Step};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::error::{thrown, thrown_from};
use crate::options::{hint_of, params_of};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
/** One call of `Analysis.step`: where the analysis is, and at the end the report. */
export interface AnalysisStep { stage: string; fraction: number; report?: any }
/** What is known of the bytes. */
export interface FileDescription { name?: string; mime?: string }
/** Parameters by name, as text, numbers or lists of texts. */
export type AnalysisOptions = Record<string, string | number | string[]>;
/** What is thrown. */
export interface AnalysisError extends Error { code: string; details: Record<string, any> }
";

#[wasm_bindgen]
extern "C" {
    /// `AnalysisStep` in TypeScript.
    #[wasm_bindgen(typescript_type = "AnalysisStep")]
    pub type AnalysisStep;

    /// `FileDescription` in TypeScript.
    #[wasm_bindgen(typescript_type = "FileDescription")]
    pub type FileDescription;

    /// `AnalysisOptions` in TypeScript.
    #[wasm_bindgen(typescript_type = "AnalysisOptions")]
    pub type AnalysisOptions;
}

/// An analysis under way.
#[wasm_bindgen]
pub struct Analysis {
    /// `None` once it has answered or failed.
    running: Option<CoreAnalysis>,
}

#[wasm_bindgen]
impl Analysis {
    /// Checks the options, recognises the format and opens the file. Cheap.
    ///
    /// # Errors
    /// Throws an `Error` with `code` and `details` for bad options and for files that cannot be analysed.
    #[wasm_bindgen(constructor)]
    pub fn new(
        bytes: Vec<u8>,
        file: Option<FileDescription>,
        options: Option<AnalysisOptions>,
    ) -> Result<Self, JsValue> {
        let params = params_of(options.as_deref()).map_err(|error| thrown_from(&error))?;
        let hint = hint_of(file.as_deref());
        let running = CoreAnalysis::new(bytes, &hint, &params).map_err(|error| thrown_from(&error))?;
        Ok(Self { running: Some(running) })
    }

    /// Does a bounded piece of work (some 10 ms) and tells how far it is; at the end `report` is there.
    ///
    /// # Errors
    /// Throws an `Error` with `code` and `details` when the file turns out to be damaged or over a
    /// limit, and with the code `finished` when there is nothing left to do.
    pub fn step(&mut self) -> Result<AnalysisStep, JsValue> {
        let Some(analysis) = &mut self.running else {
            return Err(thrown("the analysis is over", "finished", &JsValue::UNDEFINED));
        };
        let step = match analysis.step() {
            Ok(Step::Working(progress)) => {
                StepObject { stage: progress.stage.name(), fraction: progress.fraction, report: None }
            }
            Ok(Step::Done(report)) => {
                self.running = None;
                StepObject { stage: "done", fraction: 1.0, report: Some(report) }
            }
            Err(error) => {
                self.running = None;
                return Err(thrown_from(&error));
            }
        };
        // JSON-compatible: objects instead of Maps, null instead of undefined.
        let value = step
            .serialize(&Serializer::json_compatible())
            .map_err(|error| thrown(&error.to_string(), "internal", &JsValue::UNDEFINED))?;
        Ok(value.unchecked_into())
    }
}

#[derive(Serialize)]
struct StepObject {
    stage: &'static str,
    fraction: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Box<Report>>,
}

/// Throws what [`Analysis`] would throw for a file of so many bytes, before it is read.
///
/// # Errors
/// Throws an `Error` with the code `file_too_large`.
#[wasm_bindgen]
pub fn check_size(bytes: f64) -> Result<(), JsValue> {
    let max = AnalysisParams::default().limits.max_bytes as f64;
    if bytes > max {
        let limit = sectionist_core::error::Limit::Bytes;
        return Err(thrown_from(&Error::LimitExceeded { limit, actual: bytes, max }));
    }
    Ok(())
}

/// Version of the numbers: the report's `analysis_version`.
#[wasm_bindgen]
#[must_use]
pub fn analysis_version() -> String {
    sectionist_core::ANALYSIS_VERSION.to_owned()
}
