//! Forms as they might be found: the analysis misses boundaries, sets some too many, and mistakes letters.

use sectionist_core::structure::training::labels;

use super::annotation::allowed_by;
use crate::dice::Dice;

/// The forms that are found are not those that are annotated. Share of the boundaries that are missed between
/// sections of different letters and of one; of long sections that are cut; of letters that are taken for another
/// throughout; of sections with a letter of their own by mistake, and of those with another's.
const MISSED: [f32; 2] = [0.1, 0.3];
const CUT: f32 = 0.12;
const JOINED: f32 = 0.06;
const SPLIT_LETTER: f32 = 0.12;
const OTHER_LETTER: f32 = 0.06;
/// Sections of this many seconds are cut as often as [`CUT`] says, longer ones up to twice as often, those of less
/// than the other never.
const CUT_SECONDS: [f64; 2] = [20.0, 12.0];
/// Where they are cut, as shares of their length; and how many of their second parts keep the letter.
const CUTS: [f64; 5] = [0.5, 0.5, 0.5, 0.25, 0.75];
const KEPT_LETTER: f32 = 0.6;

/// A section as annotated, or as it might be found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) letter: String,
    /// Bars; 0 where they are not known.
    pub(super) bars: f64,
    /// Stretches in seconds of what annotators call something, with the labels that this may mean.
    pub(super) stretches: Vec<(f64, Vec<bool>)>,
}

impl Part {
    pub(super) fn seconds(&self) -> f64 {
        self.stretches.iter().map(|stretch| stretch.0).sum()
    }

    /// The labels that it may have: those of the stretches that fill most of it.
    pub(super) fn allowed(&self) -> Vec<bool> {
        let total = self.seconds();
        let mut shares = vec![0.0; labels().len()];
        for (seconds, allowed) in self.known() {
            let n = allowed.iter().filter(|may| **may).count().max(1) as f64;
            let own = shares.iter_mut().zip(allowed).filter(|(_, may)| **may);
            own.for_each(|(share, _)| *share += seconds / n / total);
        }
        allowed_by(&shares, shares.iter().sum())
    }

    /// The stretches of which something is known.
    pub(super) fn known(&self) -> impl Iterator<Item = &(f64, Vec<bool>)> {
        self.stretches.iter().filter(|stretch| stretch.1.contains(&false))
    }

    /// Its part before a share of its length, and that after it.
    fn cut(self, share: f64) -> [Self; 2] {
        let at = self.seconds() * share;
        let mut parts = [(share, Vec::new()), (1.0 - share, Vec::new())];
        let mut time = 0.0;
        for (seconds, allowed) in self.stretches {
            let before = (at - time).clamp(0.0, seconds);
            for ((_, stretches), seconds) in parts.iter_mut().zip([before, seconds - before]) {
                if seconds > 0.0 {
                    stretches.push((seconds, allowed.clone()));
                }
            }
            time += seconds;
        }
        parts.map(|(share, stretches)| Self {
            letter: self.letter.clone(),
            bars: self.bars * share,
            stretches,
        })
    }
}

/// The form as it might be found: some boundaries missed, some too many, some letters wrong.
pub(super) fn found(parts: Vec<Part>, dice: &mut Dice) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if dice.chance(MISSED[usize::from(last.letter == part.letter)]) => {
                if part.seconds() > last.seconds() {
                    last.letter = part.letter;
                }
                last.bars += part.bars;
                last.stretches.extend(part.stretches);
            }
            _ => joined.push(part),
        }
    }
    let mut found = Vec::with_capacity(joined.len());
    for part in joined {
        let seconds = part.seconds();
        let often = (seconds / CUT_SECONDS[0]).min(2.0) as f32;
        if seconds > CUT_SECONDS[1] && dice.chance(CUT * often) {
            let [first, mut second] = part.cut(CUTS[dice.below(CUTS.len())]);
            if !dice.chance(KEPT_LETTER) {
                second.letter += " cut";
            }
            found.extend([first, second]);
        } else {
            found.push(part);
        }
    }
    mistake_letters(&mut found, dice);
    found
}

/// Gives some sections wrong letters.
fn mistake_letters(parts: &mut [Part], dice: &mut Dice) {
    let mut letters: Vec<String> = parts.iter().map(|part| part.letter.clone()).collect();
    let mut distinct = letters.clone();
    distinct.sort();
    distinct.dedup();
    for letter in &distinct {
        if dice.chance(JOINED) {
            let other = &distinct[dice.below(distinct.len())];
            letters.iter_mut().filter(|own| *own == letter).for_each(|own| own.clone_from(other));
        }
    }
    for (idx, part) in parts.iter_mut().enumerate() {
        part.letter.clone_from(&letters[idx]);
        if dice.chance(SPLIT_LETTER) {
            part.letter = format!("new {idx}");
        } else if dice.chance(OTHER_LETTER) {
            part.letter.clone_from(&letters[dice.below(letters.len())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use sectionist_core::structure::SectionLabel;

    use super::*;

    use SectionLabel::{Chorus, Verse};

    fn meant(part: &Part) -> Vec<SectionLabel> {
        labels().into_iter().zip(part.allowed()).filter(|(_, may)| *may).map(|(label, _)| label).collect()
    }

    /// Sixteen seconds that may have a label; any if `None`.
    fn part(letter: &str, label: Option<SectionLabel>) -> Part {
        let allowed = labels().iter().map(|other| label.is_none_or(|label| label == *other)).collect();
        Part { letter: letter.to_owned(), bars: 8.0, stretches: vec![(16.0, allowed)] }
    }

    #[test]
    fn what_is_found_is_made_of_what_is_annotated() {
        let label = |i: usize| if i.is_multiple_of(2) { Some(Verse) } else { Some(Chorus) };
        let all: Vec<Part> = (0..400).map(|i| part(&(i % 7).to_string(), label(i))).collect();
        let found = found(all, &mut Dice::new(3));
        let sum = |value: fn(&Part) -> f64| found.iter().map(value).sum::<f64>();
        assert!(
            (sum(Part::seconds) - 6_400.0).abs() < 1e-6 && (sum(|part| part.bars) - 3_200.0).abs() < 1e-6
        );
        assert!(
            found.iter().any(|part| part.seconds() > 16.0) && found.iter().any(|part| part.seconds() < 16.0)
        );
        assert!(found.iter().any(|part| meant(part) == [Verse, Chorus]), "two halves may be either");
    }

    #[test]
    fn a_part_is_called_what_fills_most_of_it() {
        let mut both = part("A", Some(Verse));
        both.stretches.push((40.0, part("A", Some(Chorus)).stretches.remove(0).1));
        assert_eq!(meant(&both), [Chorus]);
        let [first, second] = both.cut(0.25);
        assert_eq!((first.seconds(), meant(&first)), (14.0, vec![Verse]));
        assert_eq!((second.seconds(), meant(&second)), (42.0, vec![Chorus]));
        assert_eq!(meant(&part("A", None)).len(), labels().len());
    }
}
