//! Functional labels: a conditional random field over the sections.
//!
//! What is seen of a section (repetition, energy, brightness, density, voice, place, length, its
//! neighbours) scores each label; which label follows which scores their order. The probability of each
//! label, summed over all sequences, decides: so confidence falls out of the decision itself. The
//! numbers are learned from songs that are heard and from the annotated forms of others together.

mod chain;
mod features;
mod form;
mod sound;
mod view;

#[cfg(feature = "training")]
pub(super) use features::features_of_form;
pub(super) use features::{LABEL_FEATURES, features_of};
#[cfg(feature = "training")]
pub(super) use sound::USUAL_BOUNDARY;
pub(super) use view::{SectionView, Stretch, views_of};

use self::chain::Chain;
use crate::matrix::Matrix;
use crate::sequence::arg_max;
use crate::structure::model::Weights;
use crate::structure::{LabelAlternative, SectionLabel};

/// A label with what else it might be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Labelling {
    pub(super) label: SectionLabel,
    pub(super) confidence: f32,
    pub(super) alternatives: Vec<LabelAlternative>,
}

use SectionLabel::{
    Breakdown, Bridge, Chorus, Instrumental, Intro, Outro, PostChorus, PreChorus, Section, Silence, Solo,
    Verse,
};

/// The labels that what sounds can have.
pub(super) const LABELS: [SectionLabel; 11] =
    [Intro, Verse, PreChorus, Chorus, PostChorus, Bridge, Instrumental, Solo, Breakdown, Outro, Section];

/// Place of the label of what has no function among them.
const SECTION: usize = LABELS.len() - 1;

/// No label is taken to be less probable.
const IMPROBABLE: f32 = 1e-6;
/// No function is told that is less probable: rather that it is a section.
const MIN_FUNCTION: f32 = 0.25;
/// Nor any where it is more probable that there is none.
const MIN_SECTION: f32 = 0.5;
/// Alternatives less probable than this are not worth telling.
const MIN_ALTERNATIVE: f32 = 0.03;

/// Labels sections in order, of what is a song with the probability `is_song`.
pub(super) fn label_sections(views: &[SectionView], is_song: f32, weights: &Weights) -> Vec<Labelling> {
    let sounding: Vec<SectionView> = views.iter().filter(|view| !view.is_silent).copied().collect();
    if sounding.len() == 1 {
        // Functions are told by contrast, and there is none.
        return without_functions(views);
    }
    let mut probabilities = label_probabilities(&sounding, weights);
    doubt_functions(&mut probabilities, is_song);
    let mut rows = probabilities.rows();
    views
        .iter()
        .map(|view| match (view.is_silent, if view.is_silent { None } else { rows.next() }) {
            (false, Some(row)) => labelling(row),
            _ => Labelling { label: Silence, confidence: 1.0, alternatives: Vec::new() },
        })
        .collect()
}

/// Of what is perhaps no song, each function is as probable as it would be in one, times that it is one.
fn doubt_functions(probabilities: &mut Matrix, is_song: f32) {
    for idx in 0..probabilities.n_rows() {
        let row = probabilities.row_mut(idx);
        row.iter_mut().for_each(|p| *p *= is_song);
        row[SECTION] += 1.0 - is_song;
    }
}

/// Labels of what has no functions: whatever sounds is a section.
pub(super) fn without_functions(views: &[SectionView]) -> Vec<Labelling> {
    views
        .iter()
        .map(|view| Labelling {
            label: if view.is_silent { Silence } else { Section },
            confidence: 1.0,
            alternatives: Vec::new(),
        })
        .collect()
}

/// Probability of each of the [`LABELS`] for each sounding section, `[n × LABELS.len()]`.
pub(super) fn label_probabilities(views: &[SectionView], weights: &Weights) -> Matrix {
    probabilities_by(&features_of(views), views, weights)
}

/// The same by given features, `[n × LABEL_FEATURES.len()]`.
pub(super) fn probabilities_by(
    features: &[[f32; LABEL_FEATURES.len()]],
    views: &[SectionView],
    weights: &Weights,
) -> Matrix {
    let mut own = Matrix::with_cols(LABELS.len());
    let by_label = LABELS.map(|label| LABEL_FEATURES.map(|name| weights.get(&format!("{label}:{name}"))));
    for features in features {
        own.push_row(&by_label.map(|weights| weights.iter().zip(features).map(|(w, x)| w * x).sum::<f32>()));
    }
    let mut follows = Matrix::with_cols(LABELS.len());
    for from in LABELS {
        follows.push_row(&LABELS.map(|to| weights.get(&format!("{from}>{to}"))));
    }
    let again = LABELS.map(|label| weights.get(&format!("{label}:again")));
    let steps = views.windows(2).map(|pair| {
        let mut step = follows.clone();
        if pair[0].group == pair[1].group {
            again.iter().enumerate().for_each(|(idx, score)| step.row_mut(idx)[idx] += score);
        }
        step
    });
    let mut probabilities = Chain { steps: steps.collect(), own }.marginals();
    share_in_groups(views, &mut probabilities);
    temper(&mut probabilities, weights.get(TEMPER));
    probabilities
}

/// Name of the exponent that makes probabilities mean what they say.
pub(super) const TEMPER: &str = "label_temper";

/// Raises probabilities to a power, so that they are as sure as they are right; by nothing where the power is 0.
fn temper(probabilities: &mut Matrix, power: f32) {
    if power <= 0.0 {
        return;
    }
    for idx in 0..probabilities.n_rows() {
        let row = probabilities.row_mut(idx);
        row.iter_mut().for_each(|p| *p = p.max(IMPROBABLE).powf(power));
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|p| *p /= sum);
    }
}

/// How much the sections of a group say for each other's labels, against what each says for itself.
const SHARED: f32 = 0.75;

/// The same material mostly has the same function, wherever it stands, but for the ends: blends the
/// log-probabilities of a section with the mean of its group, weighted by time, of all labels but intro and
/// outro, which a section keeps to itself.
fn share_in_groups(views: &[SectionView], probabilities: &mut Matrix) {
    let is_shared = LABELS.map(|label| !matches!(label, Intro | Outro));
    let inner: Vec<f32> = probabilities
        .rows()
        .map(|row| row.iter().zip(is_shared).filter(|(_, shared)| *shared).map(|(p, _)| p).sum::<f32>())
        .collect();
    let log = |p: f32, idx: usize| (p / inner[idx].max(IMPROBABLE)).max(IMPROBABLE).ln();
    let n_groups = views.iter().map(|view| view.group + 1).max().unwrap_or(0);
    let mut seconds = vec![0.0f32; n_groups];
    let mut sums = Matrix::zeros(n_groups, LABELS.len());
    for (idx, view) in views.iter().enumerate() {
        let weight = view.seconds * inner[idx];
        seconds[view.group] += weight;
        let row = sums.row_mut(view.group).iter_mut();
        row.zip(probabilities.row(idx)).for_each(|(sum, &p)| *sum += weight * log(p, idx));
    }
    for (idx, view) in views.iter().enumerate() {
        let total = seconds[view.group].max(1e-3);
        let row = probabilities.row(idx).iter().zip(sums.row(view.group)).zip(is_shared);
        let mut blended: Vec<f32> = row
            .map(|((&p, sum), is_shared)| match is_shared {
                true => ((1.0 - SHARED) * log(p, idx) + SHARED * sum / total).exp(),
                false => p,
            })
            .collect();
        let of = |blended: &[f32]| -> f32 {
            blended.iter().zip(is_shared).filter(|(_, shared)| *shared).map(|(p, _)| p).sum()
        };
        let scale = inner[idx] / of(&blended).max(IMPROBABLE);
        blended.iter_mut().zip(is_shared).filter(|(_, shared)| *shared).for_each(|(p, _)| *p *= scale);
        probabilities.row_mut(idx).copy_from_slice(&blended);
    }
}

fn labelling(probability: &[f32]) -> Labelling {
    let best = match arg_max(&probability[..SECTION]) {
        _ if probability[SECTION] > MIN_SECTION => SECTION,
        function if probability[function] < MIN_FUNCTION => SECTION,
        function => function,
    };
    let mut alternatives: Vec<LabelAlternative> = LABELS
        .iter()
        .zip(probability)
        .enumerate()
        .filter(|(other, (_, p))| *other != best && **p >= MIN_ALTERNATIVE)
        .map(|(_, (&label, &confidence))| LabelAlternative { label, confidence })
        .collect();
    alternatives.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    Labelling { label: LABELS[best], confidence: probability[best], alternatives }
}

/// Names for people: `Verse 2`, unnumbered where the label occurs once.
pub(crate) fn names(labels: &[SectionLabel]) -> Vec<String> {
    labels
        .iter()
        .enumerate()
        .map(|(idx, label)| {
            let words = label.name();
            let (initial, rest) = words.split_at(1);
            let name = initial.to_uppercase() + rest;
            let same = |labels: &[SectionLabel]| labels.iter().filter(|other| *other == label).count();
            if same(labels) == 1 { name } else { format!("{name} {}", same(&labels[..=idx])) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section of `seconds` in `group` with a lift in levels: 0 is the song's mean.
    fn view(group: usize, seconds: f32, level: f32, voice: f32) -> SectionView {
        SectionView {
            group,
            seconds,
            level,
            brightness: level / 12.0,
            density: level / 12.0,
            voice,
            boundary: 0.75,
            ..SectionView::default()
        }
    }

    #[test]
    fn every_feature_has_its_weight() {
        let weights = weights();
        for label in LABELS {
            let follows = LABELS.map(|next| format!("{label}>{next}"));
            let features = LABEL_FEATURES.map(|name| format!("{label}:{name}"));
            for name in follows.iter().chain(&features).chain([&format!("{label}:again")]) {
                assert!(weights.has(name), "{name}");
            }
        }
    }

    fn weights() -> Weights {
        Weights::parse(crate::structure::model::MODEL)
    }

    fn labels_of(mut views: Vec<SectionView>) -> Vec<SectionLabel> {
        let total: f32 = views.iter().map(|view| view.seconds).sum();
        let mut at = 0.0;
        for view in &mut views {
            view.place = at / total;
            at += view.seconds;
        }
        label_sections(&views, 1.0, &weights()).into_iter().map(|labelling| labelling.label).collect()
    }

    #[test]
    fn a_pop_song_is_named_as_people_name_it() {
        let (verse, chorus) = (|| view(1, 30.0, -2.0, 0.4), || view(2, 28.0, 3.0, 0.4));
        let found = labels_of(vec![
            view(0, 12.0, -4.0, -1.5),
            verse(),
            chorus(),
            verse(),
            chorus(),
            view(3, 20.0, -1.0, 0.0),
            chorus(),
            view(4, 9.0, -4.0, -1.5),
        ]);
        assert_eq!(found, [Intro, Verse, Chorus, Verse, Chorus, Bridge, Chorus, Outro]);
    }

    #[test]
    fn a_pre_chorus_leads_to_the_chorus() {
        let part = |group| match group {
            1 => view(1, 28.0, -2.5, 0.3),
            2 => view(2, 12.0, -0.2, 0.3),
            _ => view(3, 28.0, 3.0, 0.3),
        };
        let mut views = vec![view(0, 10.0, -4.0, -1.5)];
        views.extend([1, 2, 3, 1, 2, 3, 3].map(part));
        assert_eq!(labels_of(views), [Intro, Verse, PreChorus, Chorus, Verse, PreChorus, Chorus, Chorus]);
    }

    #[test]
    fn music_without_returning_parts_gets_modest_labels() {
        let views: Vec<SectionView> = (0..6)
            .map(|group| SectionView { place: group as f32 / 6.0, ..view(group, 40.0, 0.0, 0.0) })
            .collect();
        let found = label_sections(&views, 1.0, &weights());
        assert!(found[1..5].iter().all(|told| told.confidence < 0.45), "{found:?}");
        let perhaps = label_sections(&views, 0.3, &weights());
        assert!(perhaps.iter().all(|told| told.label == Section), "{perhaps:?}");
        assert_eq!(labels_of(vec![view(0, 60.0, 0.0, 0.0)]), [Section]);
    }

    #[test]
    fn groups_share_all_labels_but_the_ends() {
        let views = [view(0, 10.0, 0.0, 0.0), view(0, 10.0, 0.0, 0.0), view(1, 10.0, 0.0, 0.0)];
        let mut probabilities = Matrix::zeros(3, LABELS.len());
        let place = |label| LABELS.iter().position(|other| *other == label).unwrap_or(0);
        let rows = [(Intro, 0.8, Verse, 0.2), (Chorus, 0.6, Verse, 0.4), (Solo, 0.7, Bridge, 0.3)];
        for (idx, (one, p, other, q)) in rows.into_iter().enumerate() {
            probabilities.row_mut(idx)[place(one)] = p;
            probabilities.row_mut(idx)[place(other)] = q;
        }
        let before = probabilities.row(2).to_vec();
        share_in_groups(&views, &mut probabilities);
        assert!((probabilities.row(0)[place(Intro)] - 0.8).abs() < 1e-5);
        assert!(probabilities.row(0)[place(Chorus)] > 1e-3, "a chorus says so to the other section");
        assert!(probabilities.rows().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-4));
        assert!(probabilities.row(2).iter().zip(&before).all(|(a, b)| (a - b).abs() < 1e-4), "alone");
    }

    #[test]
    fn a_function_that_is_not_known_is_not_told() {
        assert_eq!(LABELS[SECTION], Section);
        let mut unsure = [0.0; LABELS.len()];
        (unsure[1], unsure[2], unsure[3], unsure[5], unsure[SECTION]) = (0.24, 0.23, 0.22, 0.21, 0.1);
        let told = labelling(&unsure);
        assert_eq!((told.label, told.confidence), (Section, 0.1));
        assert_eq!(told.alternatives.first().map(|other| other.label), Some(Verse));
        (unsure[1], unsure[2]) = (0.4, 0.13);
        assert_eq!(labelling(&unsure).label, Verse);
    }

    #[test]
    fn tempering_evens_out() {
        let mut probabilities = Matrix::with_cols(3);
        probabilities.push_row(&[0.9, 0.09, 0.01]);
        let before = probabilities.row(0).to_vec();
        temper(&mut probabilities, 0.0);
        assert_eq!(probabilities.row(0), before);
        temper(&mut probabilities, 0.5);
        let row = probabilities.row(0);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((row[0] / row[1] - 10f32.sqrt()).abs() < 1e-4 && row[2] > 0.05);
    }

    #[test]
    fn silence_is_silence() {
        let silent = SectionView { group: 9, seconds: 5.0, is_silent: true, ..SectionView::default() };
        let mut views = vec![view(0, 40.0, 0.0, 0.0), view(0, 40.0, 0.0, 0.0)];
        views.push(silent);
        assert_eq!(labels_of(views)[2], Silence);
    }

    #[test]
    fn names_count_what_occurs_more_than_once() {
        assert_eq!(names(&[Intro, Verse, PreChorus, Verse]), ["Intro", "Verse 1", "Pre-chorus", "Verse 2"]);
    }

    #[test]
    fn probabilities_are_probabilities() {
        for labelling in label_sections(
            &[view(0, 10.0, 1.0, 0.0), view(1, 20.0, 0.0, 1.0), view(0, 9.0, 0.0, 0.0)],
            1.0,
            &weights(),
        ) {
            let rest: f32 = labelling.alternatives.iter().map(|other| other.confidence).sum();
            assert!((0.6..=1.001).contains(&(labelling.confidence + rest)));
        }
    }
}
