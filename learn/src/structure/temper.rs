//! How sure the labels may be: what they are learned from is cleaner than the songs that they are told of.

use std::collections::BTreeMap;

use sectionist_core::structure::training::{Seen, TEMPER, Told};

use super::annotation::Annotation;

/// Exponents that are tried: from, to, by hundredths.
const TRIED: [u32; 3] = [20, 120, 2];
/// Less probable than this is no label.
const IMPROBABLE: f64 = 1e-6;

/// Sections of songs that the labels were not fitted to.
#[derive(Debug, Clone, Default)]
pub(super) struct Tempering {
    /// By set of songs.
    sections: BTreeMap<String, Vec<Section>>,
}

#[derive(Debug, Clone)]
struct Section {
    probabilities: Vec<f64>,
    /// Seconds of each label.
    real: Vec<f64>,
}

impl Tempering {
    /// Adds the sections that are found in a song, labelled by weights that do not know it.
    pub(super) fn add(
        &mut self,
        set: &str,
        seen: &Seen,
        annotations: &[Annotation],
        found: &[Told],
        weights: &str,
    ) {
        let heard = seen.heard(found);
        let probabilities = heard.label_probabilities(weights);
        for annotation in annotations.iter().filter(|annotation| annotation.has_functions) {
            for (&idx, row) in heard.told.iter().zip(probabilities.rows()) {
                let seconds = found[idx].end - found[idx].start;
                let real = annotation.shares(&found[idx]).iter().map(|share| share * seconds).collect();
                let probabilities = row.iter().map(|&p| f64::from(p)).collect();
                self.sections.entry(set.to_owned()).or_default().push(Section { probabilities, real });
            }
        }
    }

    /// The line of weights that makes these sections most probable, each set counting the same; none without
    /// sections.
    pub(super) fn line(&self) -> String {
        let [from, to, by] = TRIED;
        let powers = (from..=to).step_by(by as usize).map(|hundredths| f64::from(hundredths) / 100.0);
        let best = powers.max_by(|&a, &b| self.score(a).total_cmp(&self.score(b)));
        best.filter(|_| !self.sections.is_empty())
            .map_or_else(String::new, |power| format!("{TEMPER} {power:.2}\n"))
    }

    /// Mean log-likelihood of what is real under probabilities raised to a power.
    fn score(&self, power: f64) -> f64 {
        let of_set = |sections: &Vec<Section>| {
            let seconds: f64 = sections.iter().flat_map(|section| &section.real).sum();
            sections.iter().map(|section| section.score(power)).sum::<f64>() / seconds.max(1e-9)
        };
        self.sections.values().map(of_set).sum()
    }

    /// Those of some songs and others together.
    pub(super) fn extend(&mut self, other: &Self) {
        for (set, sections) in &other.sections {
            self.sections.entry(set.clone()).or_default().extend(sections.iter().cloned());
        }
    }
}

impl Section {
    fn score(&self, power: f64) -> f64 {
        let raised: Vec<f64> = self.probabilities.iter().map(|p| p.max(IMPROBABLE).powf(power)).collect();
        let sum: f64 = raised.iter().sum();
        self.real.iter().zip(&raised).map(|(seconds, p)| seconds * (p / sum).ln()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(power: f64) -> Tempering {
        // Right as often as probabilities raised to the power say.
        let sections = [[0.9, 0.1], [0.7, 0.3], [0.6, 0.4]].map(|p: [f64; 2]| {
            let raised = p.map(|p| p.powf(power));
            let sum = raised[0] + raised[1];
            Section { probabilities: p.to_vec(), real: raised.map(|p| p / sum).to_vec() }
        });
        Tempering { sections: BTreeMap::from([("set".to_owned(), sections.to_vec())]) }
    }

    #[test]
    fn the_power_is_found() {
        assert_eq!(of(0.5).line(), format!("{TEMPER} 0.50\n"));
        assert_eq!(of(0.8).line(), format!("{TEMPER} 0.80\n"));
        assert_eq!(Tempering::default().line(), "");
    }

    #[test]
    fn sets_count_the_same() {
        let mut both = of(0.5);
        both.sections.insert(
            "other".to_owned(),
            [of(1.0), of(1.0)].iter().flat_map(|of| of.sections["set"].clone()).collect(),
        );
        let mut equal = of(0.5);
        equal.sections.insert("other".to_owned(), of(1.0).sections["set"].clone());
        assert_eq!(both.line(), equal.line());
        let mut more = of(0.5);
        more.extend(&of(0.5));
        assert_eq!(more.line(), of(0.5).line());
    }
}
