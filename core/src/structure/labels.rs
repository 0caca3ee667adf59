//! Functional labels: a hidden Markov model over the sections.
//!
//! What is seen of a section (repetition, energy, brightness, density, voice, place, length) scores
//! each label; which label follows which scores their order. The numbers are set by hand: places and
//! frequencies after 912 pop songs (chorus 32 %, verse 21 %, intro 9 %, pre-chorus 7.5 %, bridge 7 %
//! of sections; the first is an intro in 66 %, the last an outro in 42 % and a chorus in 33 %).

use crate::matrix::Matrix;
use crate::sequence::{posteriors, viterbi};
use crate::structure::{LabelAlternative, SectionLabel};

/// What is seen of a section. Relative measures compare it with the song's mean, weighted by time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SectionView {
    /// Group of the same material.
    pub(super) group: usize,
    /// Seconds.
    pub(super) seconds: f32,
    /// Start as a share of the song, in [0, 1].
    pub(super) place: f32,
    /// Level less the song's, in dB.
    pub(super) level: f32,
    /// Brightness less the song's, in octaves.
    pub(super) brightness: f32,
    /// Onset density over the song's, natural logarithm.
    pub(super) density: f32,
    /// Movement of the voice range less the song's, standardised.
    pub(super) voice: f32,
    /// Whether nothing sounds.
    pub(super) is_silent: bool,
}

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

/// The states of the model, in the order of the tables below.
const STATES: [SectionLabel; 12] = [
    Intro,
    Verse,
    PreChorus,
    Chorus,
    PostChorus,
    Bridge,
    Instrumental,
    Solo,
    Breakdown,
    Outro,
    Section,
    Silence,
];

/// How readily a label follows another, as relative weights; rows from, columns to, as [`STATES`].
const FOLLOWS: [[f32; 12]; 12] = [
    [0.1, 6.0, 0.5, 2.0, 0.1, 0.2, 1.0, 0.2, 0.3, 0.1, 1.0, 0.3],
    [0.0, 1.5, 3.0, 6.0, 0.1, 0.6, 0.8, 0.3, 0.4, 0.4, 0.5, 0.3],
    [0.0, 0.3, 0.2, 8.0, 0.1, 0.2, 0.2, 0.1, 0.2, 0.1, 0.3, 0.1],
    [0.0, 4.0, 0.6, 1.5, 1.2, 2.0, 2.0, 0.6, 0.6, 3.0, 0.5, 0.5],
    [0.0, 4.0, 0.5, 1.0, 0.1, 1.5, 1.0, 0.3, 0.5, 2.0, 0.3, 0.3],
    [0.0, 0.8, 0.8, 6.0, 0.2, 0.3, 1.0, 0.5, 0.5, 0.8, 0.3, 0.3],
    [0.0, 4.0, 0.6, 3.0, 0.2, 1.0, 0.6, 0.4, 0.4, 1.0, 0.6, 0.3],
    [0.0, 3.0, 0.5, 3.0, 0.2, 1.0, 0.5, 0.3, 0.4, 1.0, 0.3, 0.3],
    [0.0, 1.5, 0.8, 4.0, 0.2, 0.6, 0.8, 0.3, 0.2, 0.6, 0.5, 0.3],
    [0.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 3.0],
    [0.0, 1.0, 0.4, 1.0, 0.1, 0.5, 0.6, 0.2, 0.3, 0.6, 6.0, 0.5],
    [1.5, 1.5, 0.2, 1.0, 0.1, 0.4, 0.6, 0.2, 0.3, 0.4, 2.0, 0.1],
];

/// How readily a label opens a song, and how readily it closes one.
const OPENS: [f32; 12] = [6.6, 1.6, 0.05, 0.9, 0.01, 0.05, 0.3, 0.05, 0.05, 0.01, 0.8, 2.0];
const CLOSES: [f32; 12] = [0.02, 0.6, 0.05, 3.3, 0.5, 0.2, 0.6, 0.3, 0.1, 4.2, 0.8, 2.0];

/// Weight of an impossible step.
const NEVER: f32 = 1e-4;
/// Alternatives less probable than this are not worth telling.
const MIN_ALTERNATIVE: f32 = 0.03;

/// Labels sections in order.
pub(super) fn label_sections(views: &[SectionView]) -> Vec<Labelling> {
    let song = SongView::new(views);
    let mut observation = Matrix::with_cols(STATES.len());
    for (idx, view) in views.iter().enumerate() {
        let mut row = STATES.map(|label| song.score(views, idx, label));
        if view.is_silent {
            row = STATES.map(|label| if label == Silence { 0.0 } else { -30.0 });
        }
        if idx + 1 == views.len() {
            row.iter_mut().zip(CLOSES).for_each(|(score, weight)| *score += weight.max(NEVER).ln());
        }
        observation.push_row(&row);
    }
    let mut transition = Matrix::with_cols(STATES.len());
    for row in FOLLOWS {
        let sum: f32 = row.iter().sum();
        transition.push_row(&row.map(|weight| (weight.max(NEVER) / sum).ln()));
    }
    let initial = OPENS.map(|weight| weight.max(NEVER).ln());
    let path = viterbi(&observation, &transition, &initial);
    let probability = posteriors(&observation, &transition, &initial);
    path.iter().enumerate().map(|(idx, &state)| labelling(state, probability.row(idx))).collect()
}

fn labelling(state: usize, probability: &[f32]) -> Labelling {
    let mut alternatives: Vec<LabelAlternative> = STATES
        .iter()
        .zip(probability)
        .enumerate()
        .filter(|(other, (_, p))| *other != state && **p >= MIN_ALTERNATIVE)
        .map(|(_, (&label, &confidence))| LabelAlternative { label, confidence })
        .collect();
    alternatives.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    Labelling { label: STATES[state], confidence: probability[state], alternatives }
}

/// What is seen of the whole song, and of its groups.
struct SongView {
    /// Sounding sections.
    n_sections: usize,
    groups: Vec<GroupView>,
    /// How far a verse–chorus form can be told, in [0, 1]: several groups, some of which return.
    contrast: f32,
}

/// Means over the sections of a group, weighted by time.
#[derive(Debug, Clone, Copy, Default)]
struct GroupView {
    n_sections: usize,
    seconds: f32,
    /// Level, brightness, density and repetition together; higher is more of a chorus.
    lift: f32,
    voice: f32,
    /// Place of the first.
    first: f32,
}

impl SongView {
    fn new(views: &[SectionView]) -> Self {
        let n_groups = views.iter().map(|view| view.group + 1).max().unwrap_or(0);
        let mut groups = vec![GroupView { first: 1.0, ..GroupView::default() }; n_groups];
        let sounding: Vec<&SectionView> = views.iter().filter(|view| !view.is_silent).collect();
        for view in &sounding {
            let group = &mut groups[view.group];
            group.n_sections += 1;
            group.seconds += view.seconds;
            group.lift += view.seconds * lift(view);
            group.voice += view.seconds * view.voice;
            group.first = group.first.min(view.place);
        }
        for group in &mut groups {
            let seconds = group.seconds.max(1e-3);
            group.lift /= seconds;
            group.voice /= seconds;
        }
        let total: f32 = groups.iter().map(|group| group.seconds).sum();
        let returning: f32 = groups.iter().filter(|g| g.n_sections > 1).map(|g| g.seconds).sum();
        let n_returning = groups.iter().filter(|group| group.n_sections > 1).count();
        let contrast = match n_returning {
            0 => 0.0,
            1 => 0.6 * returning / total.max(1e-3),
            _ => returning / total.max(1e-3),
        };
        Self { n_sections: sounding.len(), groups, contrast }
    }

    /// Log-score of a label for a section.
    fn score(&self, views: &[SectionView], idx: usize, label: SectionLabel) -> f32 {
        let view = &views[idx];
        let Some(group) = self.groups.get(view.group).copied().filter(|_| !view.is_silent) else {
            return 0.0;
        };
        let repeats = group.n_sections.saturating_sub(1).min(4) as f32;
        let returns = if group.n_sections > 1 { 1.0 } else { 0.0 };
        let alone = 1.0 - returns;
        let lift = 0.7 * group.lift + 0.3 * lift(view);
        let short = (1.0 - view.seconds / 14.0).clamp(0.0, 1.0);
        let brief = (1.6 - view.seconds / 14.0).clamp(0.0, 1.0);
        let leads = views
            .get(idx + 1)
            .map_or(0.0, |next| (lift_of(&self.groups, next) - group.lift).clamp(-0.5, 1.5));
        let long = (view.seconds / 30.0 - 1.0).clamp(0.0, 1.0);
        let middle = 1.0 - ((view.place - 0.62) / 0.25).abs().min(1.5);
        let sounding_before = views[..idx].iter().filter(|view| !view.is_silent).count();
        let is_first = sounding_before == 0;
        let is_last = sounding_before + 1 == self.n_sections;
        let below = |other: Option<&SectionView>| {
            other.map_or(0.0, |other| (other.level - view.level).clamp(-6.0, 6.0))
        };
        let thin =
            below(idx.checked_sub(1).and_then(|i| views.get(i))).min(below(views.get(idx + 1))).max(0.0);
        let lost = 1.0 - self.contrast;
        match label {
            Intro => {
                (if is_first { 0.8 } else { -6.0 }) - 0.5 * lift - 0.6 * view.voice + alone
                    - 0.4 * repeats
                    - long
            }
            Verse => {
                0.3 + 0.8 * returns - 0.9 * lift + 0.3 * view.voice + 1.5 * (0.4 - group.first) - short - lost
            }
            PreChorus => {
                -1.4 + 0.7 * returns + 1.5 * brief + leads - 0.3 * lift.abs() + 0.2 * view.voice
                    - 2.0 * long
                    - 2.0 * lost
            }
            Chorus => {
                0.3 * repeats + 0.6 * returns - 1.2 * alone + 1.5 * lift + 0.2 * view.voice
                    - short
                    - lost
                    - if is_first { 1.0 } else { 0.0 }
            }
            PostChorus => -2.2 + 0.8 * lift + short - 0.3 * view.voice - 2.0 * lost,
            Bridge => -1.2 + 1.4 * alone + 0.9 * middle - 0.2 * lift.abs() + 0.2 * view.voice - 1.5 * lost,
            Instrumental => -0.9 + 0.6 * alone - 0.9 * view.voice + 0.5 * short - 0.3 * lost,
            Solo => -2.2 + 0.8 * alone + 0.4 * lift + 0.5 * middle - lost,
            Breakdown => -2.5 + 0.5 * thin - 0.3 * lift - if is_first || is_last { 2.0 } else { 0.0 },
            Outro => {
                (if is_last { 0.4 } else { -6.0 }) - 0.4 * lift - 0.6 * view.voice + alone - 0.4 * repeats
                    + 1.5 * short
                    - long
            }
            Section => -2.2 + 3.6 * lost,
            Silence => -30.0,
        }
    }
}

/// Lift of the group that a section belongs to.
fn lift_of(groups: &[GroupView], view: &SectionView) -> f32 {
    groups.get(view.group).map_or(0.0, |group| group.lift)
}

/// Level, brightness and density together.
fn lift(view: &SectionView) -> f32 {
    (view.level / 2.5 + view.brightness / 0.3 + view.density / 0.3).clamp(-6.0, 6.0) / 3.0
}

/// Names for people: `Verse 2`, unnumbered where the label occurs once.
pub(super) fn names(labels: &[SectionLabel]) -> Vec<String> {
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
            ..SectionView::default()
        }
    }

    fn labels_of(mut views: Vec<SectionView>) -> Vec<SectionLabel> {
        let total: f32 = views.iter().map(|view| view.seconds).sum();
        let mut at = 0.0;
        for view in &mut views {
            view.place = at / total;
            at += view.seconds;
        }
        label_sections(&views).into_iter().map(|labelling| labelling.label).collect()
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
        let found = labels_of((0..6).map(|group| view(group, 40.0, 0.0, 0.0)).collect());
        assert!(found[1..5].iter().all(|label| *label == Section), "{found:?}");
        assert_eq!(labels_of(vec![view(0, 60.0, 0.0, 0.0)]), [Section]);
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
        for labelling in
            label_sections(&[view(0, 10.0, 1.0, 0.0), view(1, 20.0, 0.0, 1.0), view(0, 9.0, 0.0, 0.0)])
        {
            let rest: f32 = labelling.alternatives.iter().map(|other| other.confidence).sum();
            assert!((0.6..=1.001).contains(&(labelling.confidence + rest)));
        }
    }
}
