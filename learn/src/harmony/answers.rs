//! Annotated chords → the answers that the network learns.

use sectionist_core::harmony::training::{Heard, N_NOVELTY, N_PRESENCE, N_WEIGHTS, qualities};
use sectionist_tests::fixtures::Span;

use super::network::Unit;
use crate::Failure;
use crate::logistic::{self, Observation};

/// State of a label in Harte syntax, whatever its bass: `12 · quality + root`, one past them for `N`;
/// `None` for what has no name in the vocabulary.
fn state_of(label: &str) -> Option<usize> {
    let names = qualities();
    if label == "N" {
        return Some(12 * names.len());
    }
    let (root, rest) = label.split_once(':')?;
    let natural = [9, 11, 0, 2, 4, 5, 7][(root.bytes().next()?.checked_sub(b'A')? as usize).min(6)];
    let sharps = root.matches('#').count() as i32 - root.get(1..)?.matches('b').count() as i32;
    let shorthand = rest.split('/').next()?;
    let shorthand = shorthand.split('(').next()?;
    let quality = names.iter().position(|(name, _)| *name == shorthand)?;
    Some(12 * quality + (natural + sharps).rem_euclid(12) as usize)
}

/// The answer for each unit: the state of the chord that holds for most of it, and whether it is inverted.
fn answers(heard: &Heard, chords: &[Span]) -> Vec<Option<(usize, bool)>> {
    let states: Vec<Option<(usize, bool)>> =
        chords.iter().map(|chord| Some((state_of(&chord.label)?, chord.label.contains('/')))).collect();
    heard
        .edges
        .windows(2)
        .map(|unit| {
            let overlap = |chord: &Span| chord.end.min(unit[1]) - chord.start.max(unit[0]);
            let (idx, longest) =
                chords.iter().map(overlap).enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0));
            if longest > 0.5 * (unit[1] - unit[0]) { states[idx] } else { None }
        })
        .collect()
}

/// How much more an inverted chord counts: they are few, and without their weight the bass is taken for
/// the root.
const INVERTED_WEIGHT: f32 = 4.0;

/// Whether the chord changes at the start of a unit.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// How heavy the start is in the meter.
    weight: usize,
    /// How much the pitch classes change there.
    novelty: [f32; N_NOVELTY],
    is_change: bool,
}

/// What one song teaches.
pub(super) struct Lesson {
    pub(super) units: Vec<Unit>,
    /// What spoke for harmony and whether there was some, of each audible unit.
    pub(super) presence: Vec<([f32; N_PRESENCE], bool)>,
    /// Where the chord changed and where it stayed.
    pub(super) changes: Vec<Change>,
}

impl Lesson {
    /// `weight`: how much a second counts.
    pub(super) fn of(heard: &Heard, chords: &[Span], weight: f32, is_drill: bool) -> Self {
        let answers = answers(heard, chords);
        let mut changes = Vec::new();
        for (unit, pair) in answers.windows(2).enumerate() {
            if let [Some((before, _)), Some((after, _))] = pair
                && !is_drill
            {
                let (weight, novelty) = (heard.weights[unit + 1], heard.novelty[unit + 1]);
                changes.push(Change { weight, novelty, is_change: before != after });
            }
        }
        let none = 12 * qualities().len();
        let presence = answers
            .iter()
            .enumerate()
            .filter(|(unit, _)| heard.audible[*unit])
            .filter_map(|(unit, answer)| Some((heard.presence[unit], answer.as_ref()?.0 != none)))
            .collect();
        let units = answers
            .iter()
            .enumerate()
            .filter(|(unit, _)| heard.audible[*unit])
            .filter_map(|(unit, answer)| {
                let (answer, is_inverted) = answer.filter(|(state, _)| *state != none)?;
                let seconds = (heard.edges[unit + 1] - heard.edges[unit]) as f32;
                Some(Unit {
                    inputs: heard.inputs.row(unit).to_vec(),
                    answer,
                    weight: weight * seconds * if is_inverted { INVERTED_WEIGHT } else { 1.0 },
                })
            })
            .collect();
        Self { units, presence, changes }
    }

    /// What a recording teaches of which nobody wrote down the chords: that there are notes in music, and
    /// none in what is no music.
    pub(super) fn of_recording(heard: &Heard, is_music: bool) -> Self {
        let audible = heard.presence.iter().zip(&heard.audible).filter(|(_, audible)| **audible);
        let presence = audible.map(|(&evidence, _)| (evidence, is_music)).collect();
        Self { units: Vec::new(), presence, changes: Vec::new() }
    }
}

/// Part of what novelty says of a change that is believed: the chords' scores say some of it too.
const NOVELTY_TRUST: f64 = 0.5;

/// Log-odds of a change by weight and what novelty adds to them, over some songs.
///
/// # Errors
/// They cannot be fitted.
pub(super) fn change_odds(lessons: &[&Lesson]) -> Result<Vec<f64>, Failure> {
    let mut observations = Vec::new();
    for lesson in lessons {
        // A song counts once, however long.
        let weight = 1.0 / (lessons.len() * lesson.changes.len().max(1)) as f64;
        for change in &lesson.changes {
            let mut x = vec![0.0; 1 + N_WEIGHTS];
            (x[0], x[1 + change.weight]) = (1.0, 1.0);
            x.extend(change.novelty.map(f64::from));
            let yes = f64::from(u8::from(change.is_change));
            observations.push(Observation { x, yes, weight });
        }
    }
    let mut odds = logistic::fit(&observations.iter().collect::<Vec<_>>(), 1e-4)?;
    let constant = odds.remove(0);
    let (of_weight, of_novelty) = odds.split_at_mut(N_WEIGHTS);
    // What novelty is not believed is made up for at its mean over all songs, drills (which tell nothing of
    // changes: 0) among them: chords would change too seldom without, too often if drills were left out.
    let of_mean: f64 = of_novelty
        .iter()
        .enumerate()
        .map(|(idx, w)| w * observations.iter().map(|o| o.weight * o.x[1 + N_WEIGHTS + idx]).sum::<f64>())
        .sum();
    of_weight.iter_mut().for_each(|odds| *odds += constant + (1.0 - NOVELTY_TRUST) * of_mean);
    of_novelty.iter_mut().for_each(|w| *w *= NOVELTY_TRUST);
    Ok(odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_change_where_novelty_is_heard() {
        let change = |beat: usize| {
            let is_change = beat.is_multiple_of(4);
            let heard = if is_change { 0.4 } else { 0.1 } + 0.02 * (beat % 7) as f32;
            Change { weight: 2, novelty: [heard; N_NOVELTY], is_change }
        };
        let lesson =
            Lesson { units: Vec::new(), presence: Vec::new(), changes: (0..40).map(change).collect() };
        let odds = change_odds(&[&lesson]).unwrap_or_default();
        assert_eq!(odds.len(), N_WEIGHTS + N_NOVELTY);
        let at = |novelty: f64| odds[2] + novelty * odds[N_WEIGHTS..].iter().sum::<f64>();
        assert!(at(0.5) > 0.0 && at(0.1) < 0.0, "{odds:?}");
    }

    #[test]
    fn labels_become_states() {
        assert_eq!(state_of("C:maj"), Some(0));
        assert_eq!(state_of("Bb:min/b3"), Some(12 + 10));
        assert_eq!(state_of("F#:sus4(b7)"), Some(12 * 5 + 6));
        assert_eq!(state_of("N"), Some(12 * qualities().len()));
        assert_eq!(state_of("C:maj13"), None);
        assert_eq!(state_of("X"), None);
        assert_eq!(state_of(""), None);
    }
}
