//! The numbers of the structure stage: segmentation, grouping and labels of sections.

mod annotation;
mod baselines;
mod chain;
mod crf;
mod forms;
mod labels;
mod laplacian;
mod pairs;
mod score;
mod songs;
mod spoilt;
mod temper;

use std::fmt::Write as _;
use std::path::Path;

use sectionist_core::AnalysisParams;
use sectionist_core::structure::training::{Found, PHRASE_PREFIX, Seen, Told};
use sectionist_core::training::Stages;

use self::annotation::Annotation;
use self::baselines::{Baseline, best_setting};
use self::crf::{Case, Model};
use self::forms::Form;
use self::pairs::Pair;
use self::score::Score;
use self::songs::Piece;
use self::temper::Tempering;
use crate::Failure;
use crate::folds::fold_of;
use crate::songs::Song;

/// Folds of the cross-validation.
const N_FOLDS: usize = 3;
/// How much boundaries of composed songs count, against those that people hear.
const COMPOSED_WEIGHT: f64 = 1.0;

/// A song with what its annotators say.
struct Example {
    set: String,
    fold: usize,
    seen: Seen,
    annotations: Vec<Annotation>,
    case: Case,
    phrases: Option<Case>,
    pairs: Vec<Pair>,
}

/// The text of `structure/structure.weights`.
///
/// The labels are learned for the sections that are found, by weights that were fitted to other songs, so
/// that they meet the errors that they will meet, and for the annotated forms of real songs in the folder `priors`;
/// how sure they may be, on songs that they were not fitted to.
///
/// # Errors
/// A song cannot be read, none has sections, or the fit fails.
pub fn learn(songs: &[Song], priors: &Path) -> Result<String, Failure> {
    let (examples, pieces): (Vec<_>, Vec<_>) = crate::songs::map(songs, look)?.into_iter().unzip();
    let examples: Vec<Example> = examples.into_iter().flatten().collect();
    let pieces: Vec<Piece> = pieces.into_iter().flatten().collect();
    eprintln!("{} songs with sections; {} pieces, songs or none", examples.len(), pieces.len());
    let all: Vec<&Example> = examples.iter().collect();
    let divisions: Vec<String> = (0..N_FOLDS)
        .map(|fold| {
            fit_division(&all.iter().copied().filter(|example| example.fold != fold).collect::<Vec<_>>())
        })
        .collect::<Result<_, _>>()?;
    let found: Vec<Vec<Told>> = examples
        .iter()
        .map(|example| {
            example.seen.sections(&divisions[example.fold]).iter().map(|found| found.told).collect()
        })
        .collect();
    let told: Vec<Vec<chain::Song>> = examples
        .iter()
        .zip(&found)
        .map(|(example, found)| labels::songs(&example.seen, &example.annotations, found))
        .collect();
    let forms = forms::read(priors, |song| fold_of(song, N_FOLDS))?;
    let all_forms: Vec<&chain::Song> = forms.iter().map(|form| &form.song).collect();
    let mut labels_of = Vec::new();
    let mut tempering = vec![Tempering::default(); N_FOLDS];
    for (fold, tempering) in tempering.iter_mut().enumerate() {
        let others = examples.iter().zip(&told).filter(|(example, _)| example.fold != fold);
        let heard = others.flat_map(|(_, songs)| songs);
        let other_forms = forms.iter().filter(|form| form.fold != fold).map(|form| &form.song);
        let weights = labels::fit(&heard.chain(other_forms).collect::<Vec<_>>())?;
        for (example, found) in examples.iter().zip(&found).filter(|(example, _)| example.fold == fold) {
            tempering.add(&example.set, &example.seen, &example.annotations, found, &weights);
        }
        labels_of.push(weights);
    }
    let mut scores: Vec<(&str, Score)> = Vec::new();
    for (fold, (division, labels)) in divisions.iter().zip(&labels_of).enumerate() {
        let weights = format!(
            "{division}{labels}{}{}",
            temper(&tempering, Some(fold)),
            songs::fit(&pieces, Some(fold))?
        );
        for example in examples.iter().filter(|example| example.fold == fold) {
            let found: Vec<Found> = example.seen.sections(&weights);
            if !scores.iter().any(|(set, _)| *set == example.set) {
                scores.push((&example.set, Score::default()));
            }
            let score = scores.iter_mut().find(|(set, _)| *set == example.set);
            score.into_iter().for_each(|(_, score)| score.add(&example.annotations, &found));
        }
    }
    scores.sort_by_key(|(set, _)| *set);
    let mut text = String::from(
        "# Weights of the segmentation (segmentation.rs, cues.rs), of the grouping of sections (groups.rs) and of\n\
         # their labels (labels/), by name; cues as they are, `:z` standardised over the song, `:peak` against the\n\
         # neighbouring bars. Written by `cargo xtask learn structure`: L2-penalised maximum likelihood, the\n\
         # boundaries and letters of every annotator; labels of songs that are heard (where annotators give letters,\n\
         # intro and outro alone) and of annotated forms without sound together.\n",
    );
    writeln!(text, "# On songs not seen ({N_FOLDS} folds): {}.", Score::COLUMNS)?;
    for (set, score) in &scores {
        writeln!(text, "#   {set}: {score}")?;
    }
    text += &songs::compare(&pieces)?;
    text += &compare_forms(&forms, &labels_of)?;
    writeln!(text, "# Boundary F of simpler methods on the same bars, for comparison:")?;
    for baseline in Baseline::ALL {
        text += &compare(&examples, baseline)?;
    }
    eprint!("{text}");
    text += &fit_division(&all)?;
    text += &labels::fit(&told.iter().flatten().chain(all_forms).collect::<Vec<_>>())?;
    text += &temper(&tempering, None);
    text += &songs::fit(&pieces, None)?;
    Ok(text)
}

/// What labels that do not know them, by fold, find in forms alone, a line a set.
fn compare_forms(forms: &[Form], labels_of: &[String]) -> Result<String, Failure> {
    let mut text = String::new();
    let mut sets: Vec<&str> = forms.iter().map(|form| form.set).collect();
    sets.dedup();
    if !sets.is_empty() {
        writeln!(
            text,
            "# Of annotated forms not seen, spoilt as they might be found: label by time, chorus F,"
        )?;
    }
    for set in sets {
        let own = forms.iter().filter(|form| form.set == set);
        let scores: Vec<[Option<f64>; 2]> = own.map(|form| form.score(&labels_of[form.fold])).collect();
        let mean = |i: usize| {
            let known: Vec<f64> = scores.iter().filter_map(|score| score[i]).collect();
            known.iter().sum::<f64>() / known.len().max(1) as f64
        };
        writeln!(text, "#   {set}: {:.2}, {:.2} ({} forms)", mean(0), mean(1), scores.len())?;
    }
    Ok(text)
}

/// The line of the labels' exponent by all folds but one.
fn temper(tempering: &[Tempering], left_out: Option<usize>) -> String {
    let mut all = Tempering::default();
    let others = tempering.iter().enumerate().filter(|(fold, _)| Some(*fold) != left_out);
    others.for_each(|(_, one)| all.extend(one));
    all.line()
}

/// What a simpler method finds in songs that its setting was not chosen on, a line a set.
fn compare(examples: &[Example], baseline: Baseline) -> Result<String, Failure> {
    let scores: Vec<Vec<[f64; 2]>> =
        examples.iter().map(|example| baseline.scores(&example.seen, &example.annotations)).collect();
    let settings: Vec<usize> = (0..N_FOLDS)
        .map(|fold| {
            let others = examples.iter().zip(&scores).filter(|(example, _)| example.fold != fold);
            best_setting(others.map(|(_, scores)| scores.as_slice()))
        })
        .collect();
    let mut sets: Vec<&str> = examples.iter().map(|example| example.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    let mut text = String::new();
    for set in sets {
        let own: Vec<[f64; 2]> = examples
            .iter()
            .zip(&scores)
            .filter(|(example, _)| example.set == set)
            .map(|(example, scores)| scores[settings[example.fold]])
            .collect();
        let mean = |i: usize| own.iter().map(|score| score[i]).sum::<f64>() / own.len().max(1) as f64;
        writeln!(text, "#   {}, {set}: {:.3} / {:.3}", baseline.name(), mean(0), mean(1))?;
    }
    Ok(text)
}

/// Lines `name weight` of the segmentations and of grouping, fitted to some songs.
fn fit_division(examples: &[&Example]) -> Result<String, Failure> {
    let cases: Vec<&Case> = examples.iter().map(|example| &example.case).collect();
    let phrases: Vec<&Case> = examples.iter().flat_map(|example| &example.phrases).collect();
    let pairs: Vec<&Pair> = examples.iter().flat_map(|example| &example.pairs).collect();
    let (sections, phrases) = (Model::fit(&cases)?, Model::fit(&phrases)?);
    Ok(sections.lines("") + &phrases.lines(PHRASE_PREFIX) + &pairs::fit(&pairs)?)
}

/// What is seen of a song: its sections, where they are annotated; and whether it is one.
fn look(song: &Song) -> Result<(Option<Example>, Option<Piece>), Failure> {
    let Stages { features, rhythm, harmony, .. } = song.analyse(&AnalysisParams::default())?;
    let Some(seen) = Seen::of(&features, &rhythm, &harmony) else { return Ok((None, None)) };
    let piece = songs::piece(song, &seen, N_FOLDS);
    Ok((example(song, seen), piece))
}

fn example(song: &Song, seen: Seen) -> Option<Example> {
    let annotations = Annotation::all(&song.truth);
    if annotations.is_empty() {
        return None;
    }
    let is_composed = annotations.iter().all(|annotation| annotation.has_functions);
    let weight = if is_composed { COMPOSED_WEIGHT } else { 1.0 };
    let case = Case::sections(&seen, &annotations, weight);
    let phrases = case.phrases(&seen, &annotations);
    let pairs = pairs::of_song(&seen, &annotations);
    let fold = fold_of(song.group(), N_FOLDS);
    Some(Example { set: song.set.clone(), fold, seen, annotations, case, phrases, pairs })
}
