//! Steps with a name and a time.

use std::time::{Duration, Instant};

use anyhow::Result;

/// How a step ended.
#[derive(Clone, Copy)]
pub(crate) enum End {
    Done,
    /// Left out, or a part of it, since something is missing.
    Skipped,
    Failed,
}

/// The steps of a command so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, End)>,
    /// How many there will be; 0 is not known.
    n_planned: usize,
}

impl Steps {
    /// Of a command that has `n_planned` steps.
    pub(crate) const fn planned(n_planned: usize) -> Self {
        Self { done: Vec::new(), n_planned }
    }

    /// Runs a step, telling what it does and how long it took.
    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.run_or_skip(name, || Ok((step()?, false)))
    }

    /// The same for a step that says whether it left something out.
    pub(crate) fn run_or_skip<T>(
        &mut self,
        name: &str,
        step: impl FnOnce() -> Result<(T, bool)>,
    ) -> Result<T> {
        let number = self.done.len() + 1;
        let place = if self.n_planned > 0 { format!("{number}/{} ", self.n_planned) } else { String::new() };
        println!("▶ {place}{name}");
        let start = Instant::now();
        let result = step();
        let elapsed = start.elapsed();
        let (mark, end) = match &result {
            Ok((_, false)) => ("✔", End::Done),
            Ok((_, true)) => ("–", End::Skipped),
            Err(_) => ("✘", End::Failed),
        };
        println!("{mark} {name}: {:.1} s", elapsed.as_secs_f64());
        self.done.push((name.to_owned(), elapsed, end));
        result.map(|(value, _)| value)
    }

    /// A table of the steps.
    pub(crate) fn table(&self) -> String {
        let width = self.done.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
        let mut table = String::new();
        for (name, elapsed, end) in &self.done {
            let mark = match end {
                End::Done => "ok",
                End::Skipped => "skipped",
                End::Failed => "FAILED",
            };
            table += &format!("  {name:width$}  {:8.1} s  {mark}\n", elapsed.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|(_, elapsed, _)| elapsed).sum();
        table + &format!("  {:width$}  {:8.1} s\n", "together", total.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_not_called_ok() {
        let mut steps = Steps::planned(3);
        steps.run("one", || Ok(())).unwrap();
        steps.run_or_skip("two", || Ok(((), true))).unwrap();
        assert!(steps.run("three", || Err::<(), _>(anyhow::anyhow!("no"))).is_err());
        let table = steps.table();
        let ends: Vec<_> = table.lines().map(|line| line.rsplit(' ').next().unwrap_or_default()).collect();
        assert_eq!(ends[..3], ["ok", "skipped", "FAILED"]);
    }
}
