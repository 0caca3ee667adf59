//! Weights of what speaks for a key: multinomial logistic regression over the 24 keys.

use std::fmt::Write as _;

use sectionist_core::harmony::training::{KeyCase, N_KEY_FEATURES};
use sectionist_core::units::Key;
use sectionist_tests::fixtures::Span;
use sectionist_tests::metrics;

use crate::Failure;
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
        let overlap = |span: &Span| span.end.min(case.end) - span.start.max(case.start);
        let span = annotated.iter().max_by(|a, b| overlap(a).total_cmp(&overlap(b)))?;
        let length = case.end - case.start;
        let key = Key::all().position(|key| metrics::same_key(&key.to_string(), &span.label))?;
        (overlap(span) > MIN_SHARE * length).then(|| Answer {
            features: case.features.clone(),
            key,
            weight: weight * length / total,
        })
    };
    cases.iter().filter_map(answer).collect()
}

/// The line of the file, fitted to some stretches.
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
    let mut line = "key".to_owned();
    for (w, scale) in weights.iter().zip(scales) {
        write!(line, " {:.4}", w / scale)?;
    }
    line.push('\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
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
        let line = fit(&answers.iter().collect::<Vec<_>>())?;
        let weights: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        assert!(weights[2] > 5.0 && weights[1].abs() < 1.0, "{line}");
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
