//! The labels of sections.

use std::fmt::Write as _;

use sectionist_core::AnalysisParams;
use sectionist_core::structure::training::{Heard, Seen, Told, label_feature_names, labels};
use sectionist_core::training::Stages;
use sectionist_tests::calibration::Calibration;
use sectionist_tests::fixtures::Span;
use serde_json::Value;

use super::chain::{self, Shape};
use super::priors;
use crate::Failure;
use crate::folds::fold_of;
use crate::songs::{self, Song};

/// Folds of the cross-validation.
const N_FOLDS: usize = 3;
/// Penalties on the distance of the weights from what was believed before: of features, of steps.
const PENALTIES: [f64; 2] = [4.0, 4.0];
/// How much an annotated division of a song counts, against one that was found.
const TOLD_WEIGHT: f64 = 0.5;
/// The same of songs of which intro and outro alone are known.
const ENDS_WEIGHT: f64 = 0.5;
/// Share of a section that a label must fill to be its label.
const MOST: f64 = 0.6;
/// Confidence of annotated boundaries: as found ones have it on the whole.
const USUAL_BOUNDARY: f32 = 0.75;

/// The sections that were found in a song, or that are annotated.
struct Example {
    id: String,
    set: String,
    is_found: bool,
    heard: Heard,
    song: chain::Song,
    /// Share of each section that each label fills; nothing if functions are not annotated.
    shares: Vec<Vec<f64>>,
    seconds: Vec<f64>,
}

/// The text of `structure/labels.weights`.
///
/// # Errors
/// A song cannot be read, none has labels, or the fit fails.
pub fn learn(songs: &[Song]) -> Result<String, Failure> {
    let examples: Vec<Example> = songs::map(songs, examples_of)?.into_iter().flatten().collect();
    eprintln!("{} divisions of songs", examples.len());
    let mut held_out: Vec<(String, Tally)> = Vec::new();
    for fold in 0..N_FOLDS {
        let (unseen, seen): (Vec<&Example>, Vec<&Example>) =
            examples.iter().partition(|example| fold_of(&example.id, N_FOLDS) == fold);
        let weights = fit(&seen)?;
        for example in unseen.into_iter().filter(|example| example.is_found) {
            if !held_out.iter().any(|(set, _)| *set == example.set) {
                held_out.push((example.set.clone(), Tally::default()));
            }
            if let Some((_, tally)) = held_out.iter_mut().find(|(set, _)| *set == example.set) {
                tally.add(example, &weights);
            }
        }
    }
    let mut header = String::from(
        "# Weights of the labels of sections (labels/).\n\
         # Written by `cargo xtask learn labels`: L2-penalised maximum likelihood around what is known of pop songs,\n\
         # on sections as they are found and as they are annotated; of some songs intro and outro alone are known.\n",
    );
    writeln!(
        header,
        "# On songs not seen ({N_FOLDS} folds), intro / outro told rightly, then by time where functions"
    )?;
    writeln!(header, "# are annotated: right label, chorus F, calibration error of the confidence:")?;
    for (set, tally) in &held_out {
        writeln!(header, "#   {set}: {tally}")?;
    }
    eprint!("{header}");
    Ok(header + &fit(&examples.iter().collect::<Vec<_>>())?)
}

/// Lines `name weight`, fitted to some songs.
fn fit(examples: &[&Example]) -> Result<String, Failure> {
    let (labels, features) = (labels(), label_feature_names());
    let shape = Shape {
        n_labels: labels.len(),
        n_features: features.len(),
        prior: priors::weights(),
        penalties: PENALTIES,
    };
    let songs: Vec<&chain::Song> = examples.iter().map(|example| &example.song).collect();
    let weights = chain::fit(&songs, &shape)?;
    let of_features = labels.iter().flat_map(|label| features.map(|name| format!("{label}:{name}")));
    let of_steps = labels.iter().flat_map(|from| labels.map(|to| format!("{from}>{to}")));
    let of_groups = labels.iter().map(|label| format!("{label}:again"));
    let mut text = String::new();
    for (name, weight) in of_features.chain(of_steps).chain(of_groups).zip(weights) {
        writeln!(text, "{name} {weight:.3}")?;
    }
    Ok(text)
}

fn examples_of(song: &Song) -> Result<Vec<Example>, Failure> {
    let annotations = annotations_of(&song.truth);
    if annotations.is_empty() {
        return Ok(Vec::new());
    }
    let Stages { features, rhythm, harmony, structure } = song.analyse(&AnalysisParams::default())?;
    let Some(seen) = Seen::of(&features, &rhythm, &harmony) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for section in structure.sections.iter().filter(|section| section.label.name() != "silence") {
        found.push(Told {
            start: section.start,
            end: section.end,
            group: structure.sections.iter().position(|other| other.group == section.group).unwrap_or(0),
            boundary: section.boundary.confidence,
        });
    }
    let share = 1.0 / annotations.len() as f64;
    let mut examples = Vec::new();
    for annotation in &annotations {
        let told: Vec<Told> = annotation
            .sections
            .iter()
            .filter(|(span, _)| span.label != "silence")
            .map(|(span, group)| Told {
                start: span.start,
                end: span.end,
                group: annotation.sections.iter().position(|(_, other)| other == group).unwrap_or(0),
                boundary: USUAL_BOUNDARY,
            })
            .collect();
        for (is_found, sections) in [(true, &found), (false, &told)] {
            let weight = share
                * if is_found { 1.0 } else { TOLD_WEIGHT }
                * if annotation.has_functions { 1.0 } else { ENDS_WEIGHT };
            examples.push(example(song, &seen, annotation, sections, is_found, weight));
        }
    }
    Ok(examples)
}

fn example(
    song: &Song,
    seen: &Seen,
    annotation: &Annotation,
    sections: &[Told],
    is_found: bool,
    weight: f64,
) -> Example {
    let heard = seen.heard(sections);
    let names = labels().map(|label| label.name());
    let (mut allowed, mut shares, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    for told in heard.told.iter().map(|&idx| &sections[idx]) {
        let length = told.end - told.start;
        let filled = |name: &str| -> f64 {
            let own = annotation.sections.iter().filter(|(span, _)| span.label == name);
            own.map(|(span, _)| (span.end.min(told.end) - span.start.max(told.start)).max(0.0)).sum::<f64>()
                / length.max(1e-9)
        };
        let share: Vec<f64> = names.iter().map(|name| filled(name)).collect();
        allowed.push(annotation.allows(&share));
        shares.push(share);
        seconds.push(length);
    }
    let features = heard.features().iter().map(|x| x.iter().map(|&x| f64::from(x)).collect()).collect();
    let is_again = heard.is_again();
    Example {
        id: song.id.clone(),
        set: song.set.clone(),
        is_found,
        heard,
        song: chain::Song { features, is_again, allowed, weight },
        shares,
        seconds,
    }
}

/// Sections of an annotator, with their groups.
struct Annotation {
    sections: Vec<(Span, String)>,
    /// Whether every label is a function; else intro and outro alone are, and the rest is letters.
    has_functions: bool,
}

impl Annotation {
    /// Which labels a section may have of which each label fills some share.
    fn allows(&self, shares: &[f64]) -> Vec<bool> {
        let labels = labels();
        if self.has_functions {
            let most = shares.iter().copied().fold(0.0, f64::max);
            // What is divided among several functions may be any of them.
            return shares
                .iter()
                .map(|&share| share >= if most >= MOST { most } else { 0.3f64.min(most) })
                .collect();
        }
        let is_end = |name: &str| name == "intro" || name == "outro";
        let at_end: f64 = shares.iter().sum();
        labels
            .iter()
            .zip(shares)
            .map(|(label, &share)| match is_end(label.name()) {
                true => share > 1.0 - MOST,
                false => at_end < MOST,
            })
            .collect()
    }
}

fn annotations_of(truth: &Value) -> Vec<Annotation> {
    let names = ["sections", "sections_a1", "sections_a2"];
    let lists = names.into_iter().filter_map(|name| truth[name].as_array());
    lists
        .map(|list| {
            let sections: Vec<(Span, String)> = list
                .iter()
                .filter_map(|section| {
                    let label = section["label"].as_str()?.to_owned();
                    let group = section["group"].as_str().unwrap_or(&label).to_owned();
                    let (start, end) = (section["start"].as_f64()?, section["end"].as_f64()?);
                    Some((Span { start, end, label }, group))
                })
                .collect();
            let has_functions = list.iter().all(|section| section.get("group").is_some());
            Annotation { sections, has_functions }
        })
        .filter(|annotation| !annotation.sections.is_empty())
        .collect()
}

/// What was right on songs not seen.
#[derive(Default)]
struct Tally {
    n_songs: usize,
    intro: f64,
    outro: f64,
    seconds: f64,
    right: f64,
    chorus: [f64; 3],
    calibration: Calibration,
}

impl Tally {
    fn add(&mut self, example: &Example, weights: &str) {
        let labels = labels();
        let at = |name: &str| labels.iter().position(|label| label.name() == name).unwrap_or(0);
        let probabilities = example.heard.label_probabilities(weights);
        let best: Vec<(usize, f64)> = probabilities
            .rows()
            .map(|row| {
                let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
                (best, f64::from(row[best]))
            })
            .collect();
        let (Some(first), Some(last)) = (best.first(), best.last()) else { return };
        let n = best.len() - 1;
        let has = |idx: usize, name: &str| example.shares[idx][at(name)] > 0.5;
        self.n_songs += 1;
        self.intro += f64::from(u8::from((first.0 == at("intro")) == has(0, "intro")));
        self.outro += f64::from(u8::from((last.0 == at("outro")) == has(n, "outro")));
        let total: f64 = example.shares.iter().flatten().sum();
        if total < 0.8 * best.len() as f64 {
            return;
        }
        let chorus = at("chorus");
        for ((shares, seconds), (label, confidence)) in example.shares.iter().zip(&example.seconds).zip(best)
        {
            self.seconds += seconds;
            self.right += seconds * shares[label];
            self.calibration.add(confidence, shares[label], *seconds);
            self.chorus[0] += seconds * if label == chorus { shares[chorus] } else { 0.0 };
            self.chorus[1] += seconds * if label == chorus { 1.0 } else { 0.0 };
            self.chorus[2] += seconds * shares[chorus];
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n = self.n_songs.max(1) as f64;
        write!(f, "{:.2} / {:.2}", self.intro / n, self.outro / n)?;
        if self.seconds > 0.0 {
            let [hits, told, real] = self.chorus;
            let error = self.calibration.expected_error().unwrap_or(0.0);
            let right = self.right / self.seconds;
            write!(f, ", {right:.2}, {:.2}, {error:.3}", 2.0 * hits / (told + real).max(1e-9))?;
        }
        write!(f, " ({} divisions)", self.n_songs)
    }
}
