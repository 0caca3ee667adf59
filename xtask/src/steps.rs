//! Steps with a name and a time.

use std::time::{Duration, Instant};

use anyhow::Result;

/// The steps of a command so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, bool)>,
}

impl Steps {
    /// Runs a step, telling what it does and how long it took.
    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("▶ {name}");
        let start = Instant::now();
        let result = step();
        let elapsed = start.elapsed();
        let mark = if result.is_ok() { "✔" } else { "✘" };
        println!("{mark} {name}: {:.1} s", elapsed.as_secs_f64());
        self.done.push((name.to_owned(), elapsed, result.is_ok()));
        result
    }

    /// A table of the steps.
    pub(crate) fn table(&self) -> String {
        let width = self.done.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
        let mut table = String::new();
        for (name, elapsed, ok) in &self.done {
            let mark = if *ok { "ok" } else { "FAILED" };
            table += &format!("  {name:width$}  {:8.1} s  {mark}\n", elapsed.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|(_, elapsed, _)| elapsed).sum();
        table + &format!("  {:width$}  {:8.1} s\n", "together", total.as_secs_f64())
    }
}
