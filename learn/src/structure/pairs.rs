//! Logistic regression for pairs of sections: are they the same material?

use std::fmt::Write as _;

use sectionist_core::structure::training::{Seen, pair_names};

use super::annotation::Annotation;
use crate::Failure;
use crate::logistic::{self, Observation};

/// Penalty on the squares of the weights.
const PENALTY: f64 = 3.0;
/// Seconds of a pair of sections that counts once.
const USUAL_SECONDS: f64 = 20.0;
/// In annotated pop songs the first section is nearly always an introduction and like no other, which
/// is no reason elsewhere. So pairs with the first section are left out and its weight is given.
const FIRST: (&str, f64) = ("pair_first", -1.5);

/// Two sections of an annotator.
pub(super) type Pair = Observation;

/// All pairs of sections that annotators hear.
pub(super) fn of_song(seen: &Seen, annotations: &[Annotation]) -> Vec<Pair> {
    let edges = seen.edges();
    let bar_at = |time: f64| edges.partition_point(|&edge| edge < time - 0.5).min(edges.len() - 1);
    let mut pairs = Vec::new();
    for Annotation { groups: sections, .. } in annotations {
        let ranges: Vec<_> = sections.iter().map(|span| bar_at(span.start)..bar_at(span.end)).collect();
        for (j, b) in sections.iter().enumerate() {
            for (i, a) in sections.iter().enumerate().take(j) {
                if ranges[i].is_empty() || ranges[j].is_empty() {
                    continue;
                }
                pairs.push(Observation {
                    x: seen.pair(&ranges[i], &ranges[j]).iter().map(|&x| f64::from(x)).collect(),
                    yes: f64::from(u8::from(a.label == b.label)),
                    weight: (a.end - a.start) * (b.end - b.start) / USUAL_SECONDS.powi(2),
                });
            }
        }
    }
    pairs
}

/// Lines `name weight`.
pub(super) fn fit(pairs: &[&Pair]) -> Result<String, Failure> {
    let names = pair_names();
    let first = names.iter().position(|name| *name == FIRST.0).ok_or("no pair is told to be the first")?;
    let pairs: Vec<&Pair> = pairs.iter().copied().filter(|pair| pair.x[first] == 0.0).collect();
    let weights = logistic::fit(&pairs, PENALTY)?;
    let mut text = String::new();
    for (name, weight) in names.iter().zip(weights) {
        let weight = if *name == FIRST.0 { FIRST.1 } else { weight };
        writeln!(text, "{name} {weight:.4}")?;
    }
    Ok(text)
}
