//! A strict reader of Prometheus' text format, and the one that Prometheus brings.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::process::{Command, Stdio};

/// The samples of a text: names with their labels as written, and values.
///
/// # Errors
/// Words, if a line is none of the format's, a sample has no `# TYPE` before it, is there twice or is
/// not of its type's names, or a histogram's counts do not rise to its `_count`.
pub fn parse(text: &str) -> Result<Vec<(String, f64)>, String> {
    let mut types = HashMap::new();
    let (mut samples, mut seen) = (Vec::new(), HashSet::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or_else(|| format!("no type: {line}"))?;
            if types.insert(name, kind).is_some() {
                return Err(format!("a second type: {line}"));
            }
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').ok_or_else(|| format!("no sample: {line}"))?;
        let value: f64 = value.parse().map_err(|_| format!("no number: {line}"))?;
        let name = series.split('{').next().unwrap_or_default();
        let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && (name.len() == series.len() || series.ends_with("\"}"));
        if !well_formed || !seen.insert(series) {
            return Err(format!("badly named, or there twice: {line}"));
        }
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end).filter(|family| types.get(family) == Some(&"histogram")));
        match types.get(family.unwrap_or(name)) {
            Some(&"counter") if !name.ends_with("_total") => return Err(format!("no `_total`: {line}")),
            Some(&"histogram") if family.is_none() => return Err(format!("no part of a histogram: {line}")),
            Some(&("counter" | "gauge" | "histogram")) => {}
            other => return Err(format!("of type {other:?}: {line}")),
        }
        samples.push((series.to_owned(), value));
    }
    histograms_rise(&samples)?;
    Ok(samples)
}

fn histograms_rise(samples: &[(String, f64)]) -> Result<(), String> {
    let mut highest: HashMap<String, f64> = HashMap::new();
    for (series, value) in samples {
        let Some((name, labels)) = series.split_once("_bucket{") else { continue };
        let (others, bound) = labels.split_once("le=\"").ok_or_else(|| format!("no bound: {series}"))?;
        let others = others.trim_end_matches(',');
        let series =
            if others.is_empty() { format!("{name}_count") } else { format!("{name}_count{{{others}}}") };
        let before = highest.insert(series.clone(), *value).unwrap_or(0.0);
        if *value < before {
            return Err(format!("{series} falls at {bound}"));
        }
    }
    for (series, value) in highest {
        if !samples.contains(&(series.clone(), value)) {
            return Err(format!("{series} is not {value}"));
        }
    }
    Ok(())
}

/// What `promtool check metrics` complains of; `None` where there is none.
///
/// # Panics
/// If it starts and then breaks.
#[must_use]
pub fn promtool(text: &str) -> Option<String> {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        println!("skipped: there is no promtool; apt-get install prometheus");
        return None;
    };
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("promtool reads");
    let output = child.wait_with_output().expect("promtool ends");
    let words = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    Some(if output.status.success() { String::new() } else { words.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_refused() {
        let good = "# TYPE a_total counter\na_total{b=\"c\"} 1\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\n\
                    h_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n# TYPE g gauge\ng -1.5\n";
        assert_eq!(parse(good).map(|samples| samples.len()), Ok(6));
        for (from, to) in [
            ("# TYPE a_total counter\n", ""),
            ("a_total{b=\"c\"} 1", "a_total{b=\"c\"} one"),
            ("a_total{b=\"c\"} 1", "a_total{b=\"c\" 1"),
            ("a_total", "a"),
            ("h_count 2", "h_count 3"),
            ("h_bucket{le=\"1\"} 1", "h_bucket{le=\"1\"} 3"),
            ("g -1.5", "g -1.5\ng 2"),
            ("gauge", "guage"),
        ] {
            assert!(parse(&good.replace(from, to)).is_err(), "{from} → {to}");
        }
    }
}
