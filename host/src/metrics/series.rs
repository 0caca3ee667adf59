//! Counters and histograms with labels, and their text.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most label sets of a series: labels come from lists, and this holds should one grow by mistake.
const MAX_SETS: usize = 500;

type Labels<const N: usize> = [Box<str>; N];

/// A count for each set of `N` labels.
pub(crate) struct Counter<const N: usize>(Mutex<BTreeMap<Labels<N>, u64>>);

impl<const N: usize> Default for Counter<N> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<const N: usize> Counter<N> {
    /// Adds `amount` to the count of these labels.
    pub(crate) fn add(&self, labels: [&str; N], amount: u64) {
        let mut counts = locked(&self.0);
        let labels = labels.map(Into::into);
        if counts.len() < MAX_SETS || counts.contains_key(&labels) {
            *counts.entry(labels).or_default() += amount;
        }
    }
}

/// A distribution for each set of `N` labels.
pub(super) struct Histogram<const N: usize> {
    bounds: &'static [f64],
    series: Mutex<BTreeMap<Labels<N>, Distribution>>,
}

struct Distribution {
    /// Values at most the bound of the same index and above the one before; the last is of those above all.
    counts: Vec<u64>,
    sum: f64,
}

impl<const N: usize> Histogram<N> {
    /// An empty one with these upper bounds, which rise.
    pub(super) const fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, series: Mutex::new(BTreeMap::new()) }
    }

    /// Counts `value` under these labels.
    pub(super) fn observe(&self, labels: [&str; N], value: f64) {
        let mut series = locked(&self.series);
        let labels = labels.map(Into::into);
        if series.len() >= MAX_SETS && !series.contains_key(&labels) {
            return;
        }
        let distribution = series
            .entry(labels)
            .or_insert_with(|| Distribution { counts: vec![0; self.bounds.len() + 1], sum: 0.0 });
        distribution.counts[self.bounds.partition_point(|bound| *bound < value)] += 1;
        distribution.sum += value;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prometheus' text format, version 0.0.4.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn counter<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; N],
        counter: &Counter<N>,
    ) {
        self.head(name, help, "counter");
        let counts = locked(&counter.0);
        if N == 0 && counts.is_empty() {
            self.sample(name, &[], 0.0);
        }
        for (values, count) in &*counts {
            self.sample(name, &pairs(labels, values), *count as f64);
        }
    }

    pub(super) fn histogram<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; N],
        histogram: &Histogram<N>,
    ) {
        self.head(name, help, "histogram");
        for (values, distribution) in &*locked(&histogram.series) {
            let pairs = pairs(labels, values);
            let mut below = 0;
            for (i, count) in distribution.counts.iter().enumerate() {
                below += count;
                let bound = histogram.bounds.get(i).map_or("+Inf".to_owned(), f64::to_string);
                let mut labels = pairs.clone();
                labels.push(("le", &bound));
                self.sample(&format!("{name}_bucket"), &labels, below as f64);
            }
            self.sample(&format!("{name}_sum"), &pairs, distribution.sum);
            self.sample(&format!("{name}_count"), &pairs, below as f64);
        }
    }

    /// A gauge with one label.
    pub(super) fn gauge(&mut self, name: &str, help: &str, label: &str, of: &str, value: f64) {
        self.head(name, help, "gauge");
        self.sample(name, &[(label, of)], value);
    }

    pub(super) fn plain_gauge(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, help, "gauge");
        self.sample(name, &[], value);
    }

    pub(super) fn plain_counter(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, help, "counter");
        self.sample(name, &[], value);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        for (i, (label, text)) in labels.iter().enumerate() {
            let before = if i == 0 { '{' } else { ',' };
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{before}{label}=\"{escaped}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

fn pairs<'a, const N: usize>(labels: [&'a str; N], values: &'a Labels<N>) -> Vec<(&'a str, &'a str)> {
    labels.into_iter().zip(values.iter().map(AsRef::as_ref)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_sets_are_bounded_and_escaped() {
        let counter = Counter::<1>::default();
        for i in 0..2 * MAX_SETS {
            counter.add([&format!("{i}")], 1);
        }
        counter.add(["7"], 1);
        assert_eq!(locked(&counter.0).len(), MAX_SETS);
        assert_eq!(locked(&counter.0)[&["7".into()]], 2);

        let odd = Counter::<1>::default();
        odd.add(["a\"\\\nb"], 3);
        let mut text = Text::default();
        text.counter("odd_total", "Odd.", ["of"], &odd);
        assert!(text.finish().ends_with("odd_total{of=\"a\\\"\\\\\\nb\"} 3\n"));
    }
}
