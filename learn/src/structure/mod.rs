//! The numbers of the structure stage: segmentation and grouping of sections.

mod chain;
mod crf;
mod labels;
mod pairs;
mod priors;

pub use labels::learn as learn_labels;

use std::fmt::Write as _;

use sectionist_core::AnalysisParams;
use sectionist_core::structure::{Section, training as stage};
use sectionist_core::training::Stages;
use sectionist_tests::fixtures::Span;
use sectionist_tests::metrics;

use self::crf::{Case, Model};
use self::pairs::Pair;
use crate::Failure;
use crate::folds::fold_of;
use crate::songs::{self, Song};

/// Folds of the cross-validation.
const N_FOLDS: usize = 3;

/// A song with what its annotators say.
struct Example {
    id: String,
    set: String,
    stages: Stages,
    case: Case,
    pairs: Vec<Pair>,
    annotations: Vec<Vec<Span>>,
}

/// The text of `structure/segmentation.weights`.
///
/// # Errors
/// A song cannot be read, none has sections, or the fit fails.
pub fn learn(songs: &[Song]) -> Result<String, Failure> {
    let songs: Vec<Song> = songs.iter().filter(|song| !annotations_of(song).is_empty()).cloned().collect();
    let examples: Vec<Example> = songs::map(&songs, example)?.into_iter().flatten().collect();
    eprintln!("{} songs with sections", examples.len());

    let mut held_out: Vec<(String, [f64; 3])> = Vec::new();
    for fold in 0..N_FOLDS {
        let (unseen, seen): (Vec<&Example>, Vec<&Example>) =
            examples.iter().partition(|example| fold_of(&example.id, N_FOLDS) == fold);
        let weights = fit(&seen)?;
        for example in unseen {
            let Stages { features, rhythm, harmony, .. } = &example.stages;
            let found = stage::sections_by(features, rhythm, harmony, &weights);
            held_out.push((example.set.clone(), scores(&example.annotations, &found)));
        }
    }
    let mut sets: Vec<&str> = examples.iter().map(|example| example.set.as_str()).collect();
    sets.dedup();
    let mut header = String::from(
        "# Weights of the segmentation model (segmentation.rs, cues.rs) and of the grouping of sections (groups.rs).\n\
         # Written by `cargo xtask learn structure`: L2-penalised maximum likelihood, the boundaries and letters of\n\
         # every annotator, bars and chroma from the stages before.\n",
    );
    writeln!(header, "# On songs not seen ({N_FOLDS} folds), boundary F at 0.5 s / 3 s, pairwise frame F:")?;
    for set in sets {
        let of_set: Vec<[f64; 3]> =
            held_out.iter().filter(|(name, _)| name == set).map(|(_, scores)| *scores).collect();
        let mean = |i: usize| of_set.iter().map(|s| s[i]).sum::<f64>() / of_set.len().max(1) as f64;
        writeln!(
            header,
            "#   {set}: {:.3} / {:.3}, {:.3} ({} songs)",
            mean(0),
            mean(1),
            mean(2),
            of_set.len()
        )?;
    }
    header += "# Names of cues: as they are, `:z` standardised over the song, `:peak` against the neighbouring bars.\n";
    eprint!("{header}");
    Ok(header + &fit(&examples.iter().collect::<Vec<_>>())?)
}

/// Lines `name weight`, fitted to some songs.
fn fit(examples: &[&Example]) -> Result<String, Failure> {
    let cases: Vec<&Case> = examples.iter().map(|example| &example.case).collect();
    let model = Model::fit(&cases)?;
    let pairs: Vec<&Pair> = examples.iter().flat_map(|example| &example.pairs).collect();
    Ok(model.lines() + &pairs::fit(&pairs)?)
}

fn example(song: &Song) -> Result<Option<Example>, Failure> {
    let stages = song.analyse(&AnalysisParams::default())?;
    let annotations = annotations_of(song);
    let Some(seen) = stage::Seen::of(&stages.features, &stages.rhythm, &stages.harmony) else {
        return Ok(None);
    };
    let case = Case::new(&seen, &annotations);
    let pairs = pairs::of_song(&seen, &annotations);
    Ok(Some(Example { id: song.id.clone(), set: song.set.clone(), stages, case, pairs, annotations }))
}

/// The sections as each annotator hears them, labelled by group.
fn annotations_of(song: &Song) -> Vec<Vec<Span>> {
    ["sections", "sections_a1", "sections_a2"]
        .into_iter()
        .filter_map(|name| song.truth[name].as_array())
        .map(|sections| {
            sections
                .iter()
                .filter_map(|section| {
                    let label = section.get("group").unwrap_or(&section["label"]);
                    Some(Span {
                        start: section["start"].as_f64()?,
                        end: section["end"].as_f64()?,
                        label: label.as_str()?.to_owned(),
                    })
                })
                .collect()
        })
        .collect()
}

/// Boundary F at 0.5 s and 3 s, pairwise F: means over the annotators.
fn scores(annotations: &[Vec<Span>], found: &[Section]) -> [f64; 3] {
    let found: Vec<Span> = found
        .iter()
        .map(|section| Span { start: section.start, end: section.end, label: section.group.clone() })
        .collect();
    let mut sums = [0.0; 3];
    for truth in annotations {
        let duration = truth.last().map_or(0.0, |span| span.end);
        sums[0] += metrics::boundaries(truth, &found, 0.5).f;
        sums[1] += metrics::boundaries(truth, &found, 3.0).f;
        sums[2] += metrics::pairwise(truth, &found, duration).f;
    }
    sums.map(|sum| sum / annotations.len() as f64)
}
