//! Reports of different hosts, compared within stated tolerances.

use serde_json::Value;

/// Where `actual` differs from `expected` by more than is allowed: empty if the reports agree.
#[must_use]
pub fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("report", expected, actual, &mut found);
    found
}

/// How far numbers may be apart: the SIMD of the two targets sums in another order, which may tip a
/// rounding to milliseconds or a decision at an edge by one analysis frame, and moves measures by
/// far less than a hundredth.
fn tolerance(path: &str, expected: f64) -> f64 {
    let name = path.rsplit('.').next().unwrap_or(path);
    match name {
        _ if path.contains(".downbeats[") => 0.025,
        "time" | "start" | "end" | "earliest" | "latest" | "duration" => 0.025,
        _ => 0.01 + 0.01 * expected.abs(),
    }
}

fn compare(path: &str, expected: &Value, actual: &Value, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            if names(expected) != names(actual) {
                found.push(format!("{path}: {:?} but {:?}", names(expected), names(actual)));
                return;
            }
            for (name, value) in expected {
                compare(&format!("{path}.{name}"), value, &actual[name], found);
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                found.push(format!("{path}: {} items but {}", expected.len(), actual.len()));
                return;
            }
            for (i, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{path}[{i}]"), expected, actual, found);
            }
        }
        (Value::Number(expected), Value::Number(actual)) => {
            let (expected, actual) = (expected.as_f64().unwrap_or(0.0), actual.as_f64().unwrap_or(0.0));
            if (expected - actual).abs() > tolerance(path, expected) {
                found.push(format!("{path}: {expected} but {actual}"));
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => found.push(format!("{path}: {expected} but {actual}")),
    }
}
