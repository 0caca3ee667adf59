//! How many checks passed.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Counts of checks and tests.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// What was left out and why.
    pub(crate) notes: Vec<String>,
}

impl Tally {
    /// Runs a check that counts as one.
    pub(crate) fn one(&mut self, check: impl FnOnce() -> Result<()>) -> Result<()> {
        let result = check();
        match result {
            Ok(()) => self.passed += 1,
            Err(_) => self.failed += 1,
        }
        result
    }

    /// Runs `cargo test`, `node --test` or pytest and counts its tests.
    pub(crate) fn tests(&mut self, command: &mut Command) -> Result<()> {
        let (mut passed, mut failed) = (0, 0);
        let result = process::run_watched(command, |line| {
            if let Some((p, f)) = counts(line) {
                passed += p;
                failed += f;
            }
        });
        self.passed += passed;
        self.failed += failed;
        result?;
        if passed == 0 {
            bail!("`{}` ran no tests", process::shown(command));
        }
        Ok(())
    }

    /// A tool is missing: fatal where `CI` is set, else noted.
    pub(crate) fn missing(&mut self, program: &str, how: &str) -> Result<()> {
        if std::env::var_os("CI").is_some() {
            bail!("`{program}` is missing; get it with: {how}");
        }
        self.notes.push(format!("`{program}` is missing, so its checks were left out; get it with: {how}"));
        Ok(())
    }
}

/// Passed and failed tests that a line of a test runner reports.
fn counts(line: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.trim().parse().ok();
    if let Some(rest) = line.strip_prefix("test result: ") {
        let mut counts = rest.split(';');
        let passed = counts.next()?.trim().strip_suffix(" passed")?.rsplit(' ').next()?;
        return Some((number(passed)?, number(counts.next()?.trim().strip_suffix(" failed")?)?));
    }
    // Test Anything Protocol, as node writes it.
    if let Some(passed) = line.strip_prefix("# pass ") {
        return Some((number(passed)?, 0));
    }
    if let Some(failed) = line.strip_prefix("# fail ") {
        return Some((0, number(failed)?));
    }
    pytest(line)
}

/// `1 failed, 12 passed in 3.45s`, as pytest ends, with or without signs around it.
fn pytest(line: &str) -> Option<(usize, usize)> {
    let (counts, time) = line.trim_matches(['=', ' ']).rsplit_once(" in ")?;
    time.split(' ').next()?.strip_suffix('s')?.parse::<f64>().ok()?;
    let count = |word: &str| {
        let part = counts.split(", ").find_map(|part| part.strip_suffix(word))?;
        part.trim().parse::<usize>().ok()
    };
    let (passed, failed, errors) =
        (count("passed"), count("failed"), count("error").or_else(|| count("errors")));
    passed.or(failed).or(errors)?;
    Some((passed.unwrap_or(0), failed.unwrap_or(0) + errors.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_are_understood() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(counts(line), Some((12, 3)));
        assert_eq!(counts("# pass 7"), Some((7, 0)));
        assert_eq!(counts("# fail 2"), Some((0, 2)));
        assert_eq!(counts("1 failed, 12 passed, 2 warnings in 3.45s"), Some((12, 1)));
        assert_eq!(counts("===== 7 passed in 61.20s (0:01:01) ====="), Some((7, 0)));
        assert_eq!(counts("1 error in 0.20s"), Some((0, 1)));
        assert_eq!(counts("no tests ran in 0.01s"), None);
        assert_eq!(counts("test result"), None);
        assert_eq!(counts("running 3 tests"), None);
    }
}
