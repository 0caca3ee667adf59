//! Annotated chords → the answers that the network learns.

use sectionist_core::harmony::training::{Heard, N_PRESENCE, N_WEIGHTS, qualities};
use sectionist_tests::fixtures::Span;

use super::network::Unit;

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
const INVERTED_WEIGHT: f32 = 3.0;

/// What one song teaches.
pub(super) struct Lesson {
    pub(super) units: Vec<Unit>,
    /// What spoke for harmony and whether there was some, of each audible unit.
    pub(super) presence: Vec<([f32; N_PRESENCE], bool)>,
    /// How often the chord changed and how often it stayed at units of each weight.
    pub(super) changes: [[f64; 2]; N_WEIGHTS],
}

impl Lesson {
    /// `weight`: how much a second counts.
    pub(super) fn of(heard: &Heard, chords: &[Span], weight: f32, is_drill: bool) -> Self {
        let answers = answers(heard, chords);
        let mut changes = [[0.0; 2]; N_WEIGHTS];
        for (pair, &weight) in answers.windows(2).zip(heard.weights.iter().skip(1)) {
            if let [Some((before, _)), Some((after, _))] = pair
                && !is_drill
            {
                changes[weight][usize::from(before == after)] += 1.0;
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
}

/// Log-odds of a change by weight, over some songs.
pub(super) fn change_odds(lessons: &[&Lesson]) -> [f64; N_WEIGHTS] {
    let mut odds = [0.0; N_WEIGHTS];
    for (weight, odds) in odds.iter_mut().enumerate() {
        // A song counts once, however long; one change and two stays that nobody saw.
        let (mut changed, mut stayed) = (1.0, 2.0);
        for lesson in lessons {
            let [c, s] = lesson.changes[weight];
            if c + s > 0.0 {
                changed += c / (c + s);
                stayed += s / (c + s);
            }
        }
        *odds = f64::ln(changed / stayed);
    }
    odds
}

#[cfg(test)]
mod tests {
    use super::*;

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
