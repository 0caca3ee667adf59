//! The native half of the Python package: bytes and texts in, texts out. What users see is in `sectionist/`.

use std::time::{Duration, Instant};

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sectionist_core::decode::formats;
use sectionist_core::params::Format;
use sectionist_core::{Analysis, AnalysisParams, Corrections, Error, FileHint, Report, Step};

create_exception!(_native, Failure, PyException, "A failure of the core: its words and its code.");

/// Time between looks for signals and words of progress.
const PAUSE: Duration = Duration::from_millis(50);

fn failure(error: &Error) -> PyErr {
    Failure::new_err((error.to_string(), error.code()))
}

fn params_of(options: &[(String, String)]) -> PyResult<AnalysisParams> {
    let pairs = options.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut params = AnalysisParams::from_pairs(pairs).map_err(|error| failure(&error))?;
    // Whoever has the bytes has room for them.
    params.limits.max_bytes = u64::MAX;
    Ok(params)
}

/// Analyses an encoded file; `progress` is called with a stage and a fraction. The report in JSON.
#[pyfunction]
fn analyze_bytes(
    py: Python<'_>,
    bytes: &Bound<'_, PyBytes>,
    name: Option<String>,
    options: Vec<(String, String)>,
    max_duration: f64,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut params = params_of(&options)?;
    params.limits.max_duration = max_duration;
    let bytes = bytes.as_bytes().to_vec();
    let hint = FileHint { name, ..FileHint::default() };
    let mut analysis = py.detach(|| Analysis::new(bytes, &hint, &params)).map_err(|error| failure(&error))?;
    loop {
        let done = py.detach(|| {
            let start = Instant::now();
            loop {
                if let Step::Done(report) = analysis.step()? {
                    return Ok(Some(report));
                }
                if start.elapsed() >= PAUSE {
                    return Ok(None);
                }
            }
        });
        if let Some(report) = done.map_err(|error| failure(&error))? {
            return json(py, &report);
        }
        py.check_signals()?;
        if let Some(progress) = &progress {
            let now = analysis.progress();
            progress.call1((now.stage.name(), now.fraction))?;
        }
    }
}

/// Analyses mono samples: 32-bit floats in the order of this machine. The report in JSON.
#[pyfunction]
fn analyze_samples(
    py: Python<'_>,
    samples: &Bound<'_, PyBytes>,
    sample_rate: u32,
    options: Vec<(String, String)>,
    max_duration: f64,
) -> PyResult<String> {
    let mut params = params_of(&options)?;
    params.limits.max_duration = max_duration;
    let (samples, _) = samples.as_bytes().as_chunks::<4>();
    let samples: Vec<f32> = samples.iter().map(|bytes| f32::from_ne_bytes(*bytes)).collect();
    let report = py.detach(|| sectionist_core::analyze_samples(&samples, sample_rate, &params));
    json(py, &report.map_err(|error| failure(&error))?)
}

fn json(py: Python<'_>, report: &Report) -> PyResult<String> {
    py.detach(|| serde_json::to_string(report)).map_err(|error| PyException::new_err(error.to_string()))
}

fn report_of(json: &str) -> PyResult<Report> {
    Report::from_json(json.as_bytes()).map_err(|error| failure(&error))
}

/// Writes a report, JSON, in a format: the file's content, its media type, its extension.
#[pyfunction]
fn export<'py>(
    py: Python<'py>,
    report: &str,
    format: &str,
) -> PyResult<(Bound<'py, PyBytes>, &'static str, &'static str)> {
    let format: Format = format.parse().map_err(|allowed: Vec<String>| {
        let message = format!("`{format}` is no format; allowed: {}", allowed.join(", "));
        Failure::new_err((message, "invalid_parameter"))
    })?;
    let exported = sectionist_core::export(&report_of(report)?, format);
    Ok((PyBytes::new(py, &exported.bytes), exported.content_type, exported.extension))
}

/// The report with corrections, both in JSON.
#[pyfunction]
fn corrected(py: Python<'_>, report: &str, corrections: &str) -> PyResult<String> {
    let corrections = Corrections::from_json(corrections.as_bytes()).map_err(|error| failure(&error))?;
    json(py, &corrections.apply(&report_of(report)?))
}

/// What can be decoded, in JSON.
#[pyfunction]
fn decodable() -> String {
    serde_json::json!(formats()).to_string()
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MAX_DURATION", sectionist_core::Limits::default().max_duration)?;
    module.add("Failure", module.py().get_type::<Failure>())?;
    module.add_function(wrap_pyfunction!(analyze_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(analyze_samples, module)?)?;
    module.add_function(wrap_pyfunction!(export, module)?)?;
    module.add_function(wrap_pyfunction!(corrected, module)?)?;
    module.add_function(wrap_pyfunction!(decodable, module)?)
}
