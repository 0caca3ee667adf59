//! The labels of sections.

use std::fmt::Write as _;

use sectionist_core::structure::training::{Seen, Told, label_feature_names, labels};

use super::annotation::Annotation;
use super::chain::{self, Shape, Song};
use crate::Failure;

/// Penalties on the distance of the weights from what was believed before: of features, of steps.
const PENALTIES: [f64; 2] = [2.0, 2.0];
/// How much an annotated division of a song counts, against one that was found.
const TOLD_WEIGHT: f64 = 1.0;
/// The same of songs of which intro and outro alone are known.
const ENDS_WEIGHT: f64 = 0.5;

/// What there is to learn from a song: its sections as they were `found` and as each annotator has them.
pub(super) fn songs(seen: &Seen, annotations: &[Annotation], found: &[Told]) -> Vec<Song> {
    let share = 1.0 / annotations.len().max(1) as f64;
    let mut songs = Vec::new();
    for annotation in annotations {
        let weight = share * if annotation.has_functions { 1.0 } else { ENDS_WEIGHT };
        songs.push(song(seen, annotation, found, weight));
        songs.push(song(seen, annotation, &annotation.told(), weight * TOLD_WEIGHT));
    }
    songs
}

fn song(seen: &Seen, annotation: &Annotation, sections: &[Told], weight: f64) -> Song {
    let heard = seen.heard(sections);
    let allowed = heard.told.iter().map(|&idx| annotation.allows(&sections[idx])).collect();
    let features = heard.features().iter().map(|x| x.iter().map(|&x| f64::from(x)).collect()).collect();
    Song { features, is_again: heard.is_again(), allowed, weight }
}

/// Lines `name weight`, fitted to some songs.
pub(super) fn fit(songs: &[&Song]) -> Result<String, Failure> {
    let (labels, features) = (labels(), label_feature_names());
    let shape =
        Shape { n_labels: labels.len(), n_features: features.len(), penalties: [PENALTIES[0], PENALTIES[1]] };
    let weights = chain::fit(songs, &shape)?;
    let of_features = labels.iter().flat_map(|label| features.map(|name| format!("{label}:{name}")));
    let of_steps = labels.iter().flat_map(|from| labels.map(|to| format!("{from}>{to}")));
    let of_groups = labels.iter().map(|label| format!("{label}:again"));
    let mut text = String::new();
    for (name, weight) in of_features.chain(of_steps).chain(of_groups).zip(weights) {
        writeln!(text, "{name} {weight:.3}")?;
    }
    Ok(text)
}
