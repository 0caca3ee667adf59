//! Weights of what speaks for a key (multinomial logistic regression over the 24 keys), for there being one,
//! and for a change of key.

use sectionist_core::harmony::training::{KeyCase, KeyCases, N_KEY_FEATURES};
use sectionist_core::units::Key;
use sectionist_tests::fixtures::Span;
use sectionist_tests::metrics;

use super::lines;
use crate::Failure;
use crate::logistic::{self, Observation};
use crate::minimise::minimise;

/// Penalty on the squares of the weights of standardised features.
const PENALTY: f64 = 0.003;
const MAX_ITERATIONS: u64 = 100;
/// Share of a stretch that has to be in one key by the annotation to teach it.
const MIN_SHARE: f64 = 0.7;

/// A stretch whose key is known.
pub(super) struct Answer {
    features: Vec<[f32; N_KEY_FEATURES]>,
    key: usize,
    weight: f64,
}

/// What the stretches of one song teach; `weight` is what they count together.
pub(super) fn answers(cases: &[KeyCase], annotated: &[Span], weight: f64) -> Vec<Answer> {
    let total: f64 = cases.iter().map(|case| case.end - case.start).sum();
    let answer = |case: &KeyCase| {
        let weight = weight * (case.end - case.start) / total;
        Some(Answer { features: case.features.clone(), key: key_of(case, annotated)?, weight })
    };
    cases.iter().filter_map(answer).collect()
}

/// The key that most of a stretch is in by the annotation; `None` between keys.
fn key_of(case: &KeyCase, annotated: &[Span]) -> Option<usize> {
    let overlap = |span: &Span| span.end.min(case.end) - span.start.max(case.start);
    let span = annotated.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b)))?;
    let key = Key::all().position(|key| metrics::same_key(&key.to_string(), &span.label))?;
    (overlap(span) > MIN_SHARE * (case.end - case.start)).then_some(key)
}

/// How much the songs without a key count beside those with one: few songs have none.
const KEYLESS_WEIGHT: f64 = 0.5;

/// The lines of the file that tell songs with a key from those without, fitted to songs of which it is known.
pub(super) fn fit_tonality(songs: &[(&KeyCases, bool)]) -> Result<String, Failure> {
    let n_of = |keyed: bool| songs.iter().filter(|(_, has_key)| *has_key == keyed).count().max(1) as f64;
    let (keyed, keyless) = (n_of(true), n_of(false));
    let observations: Vec<Observation> = songs
        .iter()
        .map(|(cases, has_key)| Observation {
            x: cases.tonality.map(f64::from).to_vec(),
            yes: f64::from(u8::from(*has_key)),
            weight: if *has_key { 1.0 / keyed } else { KEYLESS_WEIGHT / keyless },
        })
        .collect();
    lines("tonality", &logistic::fit(&observations.iter().collect::<Vec<_>>(), 1e-2)?)
}

/// The lines of the file that tell modulations from other changes, fitted to songs with their annotated keys
/// and what each of their changes counts.
pub(super) fn fit_modulation(songs: &[(&KeyCases, &[Span], f64)]) -> Result<String, Failure> {
    let mut observations = Vec::new();
    for &(cases, annotated, weight) in songs {
        for (signs, pair) in cases.changes.iter().zip(cases.stretches.windows(2)) {
            let (Some(before), Some(after)) = (key_of(&pair[0], annotated), key_of(&pair[1], annotated))
            else {
                continue;
            };
            let yes = f64::from(u8::from(before != after));
            observations.push(Observation { x: signs.map(f64::from).to_vec(), yes, weight });
        }
    }
    let total = observations.iter().map(|observation| observation.weight).sum::<f64>().max(1e-9);
    observations.iter_mut().for_each(|observation| observation.weight /= total);
    lines("modulation", &logistic::fit(&observations.iter().collect::<Vec<_>>(), 1e-2)?)
}

/// The lines of the file, fitted to some stretches.
pub(super) fn fit(answers: &[&Answer]) -> Result<String, Failure> {
    let total: f64 = answers.iter().map(|answer| answer.weight).sum();
    let n = (24 * answers.len()).max(1) as f64;
    let mut scales = [0.0f64; N_KEY_FEATURES];
    for (idx, scale) in scales.iter_mut().enumerate() {
        let values = || answers.iter().flat_map(|a| a.features.iter().map(move |row| f64::from(row[idx])));
        let mean = values().sum::<f64>() / n;
        *scale = (values().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-6);
    }
    let objective = |w: &[f64]| {
        let (mut loss, mut gradient) = (0.0, vec![0.0; N_KEY_FEATURES]);
        for answer in answers {
            let x = |key: usize, idx: usize| f64::from(answer.features[key][idx]) / scales[idx];
            let scores: Vec<f64> =
                (0..24).map(|key| (0..N_KEY_FEATURES).map(|idx| w[idx] * x(key, idx)).sum()).collect();
            let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.iter().map(|s| (s - max).exp()).sum();
            loss += answer.weight * (max + sum.ln() - scores[answer.key]);
            for (key, score) in scores.iter().enumerate() {
                let p = (score - max).exp() / sum - f64::from(u8::from(key == answer.key));
                for (idx, slope) in gradient.iter_mut().enumerate() {
                    *slope += answer.weight * p * x(key, idx);
                }
            }
        }
        loss /= total;
        for (slope, w) in gradient.iter_mut().zip(w) {
            loss += PENALTY * w * w;
            *slope = *slope / total + 2.0 * PENALTY * w;
        }
        (loss, gradient)
    };
    let weights = minimise(objective, vec![0.0; N_KEY_FEATURES], MAX_ITERATIONS)?;
    lines("key", &weights.iter().zip(scales).map(|(w, scale)| w / scale).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use sectionist_core::harmony::training::features_named;

    use super::*;

    #[test]
    fn the_feature_that_tells_gets_the_weight() -> Result<(), Failure> {
        let answer = |key: usize| {
            let mut features = vec![[0.0; N_KEY_FEATURES]; 24];
            features[key][2] = 1.0;
            features[(key * 7 + 3) % 24][1] = 1.0;
            Answer { features, key, weight: 1.0 }
        };
        let answers: Vec<Answer> = (0..24).map(answer).collect();
        let text = fit(&answers.iter().collect::<Vec<_>>())?;
        let weight = |name: &str| -> Option<f64> {
            text.lines().find_map(|line| line.strip_prefix("key:")?.strip_prefix(name)?.trim().parse().ok())
        };
        let names = features_named("key");
        assert!(weight(names[2]).is_some_and(|w| w > 5.0), "{text}");
        assert!(weight(names[1]).is_some_and(|w| w.abs() < 1.0), "{text}");
        Ok(())
    }

    #[test]
    fn stretches_between_keys_teach_nothing() {
        let case = |start, end| KeyCase { start, end, features: vec![[0.0; N_KEY_FEATURES]; 24] };
        let key = |start, end, label: &str| Span { start, end, label: label.to_owned() };
        let annotated = [key(0.0, 10.0, "C major"), key(10.0, 20.0, "A# minor")];
        let found = answers(&[case(0.0, 9.0), case(9.0, 11.5), case(11.5, 20.0)], &annotated, 1.0);
        assert_eq!(found.iter().map(|a| a.key).collect::<Vec<_>>(), [0, 22]);
    }
}
