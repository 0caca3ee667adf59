//! Beats that are right in a row, at the annotated level or another (Hainsworth 2004; Davies, Degara &
//! Plumbley 2009), as mir_eval.beat.continuity counts them.

/// How far phase and period may be off, as shares of the annotated period.
const TOLERANCE: f64 = 0.175;

/// Shares of the beats that are right.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Continuity {
    /// In all, at the annotated level.
    pub cmlt: f64,
    /// In all, at the best of the allowed levels: as annotated, twice as fast, half as fast, off the beat.
    pub amlt: f64,
}

/// Compares beats after those of the first five seconds are dropped.
#[must_use]
pub fn continuity(truth: &[f64], estimate: &[f64]) -> Continuity {
    let (truth, estimate) = (super::trimmed(truth), super::trimmed(estimate));
    if truth.len() < 2 || estimate.len() < 2 {
        return Continuity::default();
    }
    let mut double = Vec::with_capacity(2 * truth.len());
    for pair in truth.windows(2) {
        double.extend([pair[0], (pair[1] - pair[0]) * 0.5 + pair[0]]);
    }
    double.extend(truth.last());
    let every_other =
        |from: usize, list: &[f64]| list.iter().copied().skip(from).step_by(2).collect::<Vec<_>>();
    let levels = [
        truth.clone(),
        every_other(1, &double),
        double.clone(),
        every_other(0, &truth),
        every_other(1, &truth),
    ];
    let shares = levels.map(|level| share_right(&level, &estimate));
    Continuity { cmlt: shares[0], amlt: shares.into_iter().fold(0.0, f64::max) }
}

/// Share of the beats (of whichever list is longer) that fit an annotation and its period.
fn share_right(truth: &[f64], estimate: &[f64]) -> f64 {
    if truth.len() < 2 {
        return 0.0;
    }
    let mut used = vec![false; truth.len()];
    let mut n_right = 0usize;
    for (m, &beat) in estimate.iter().enumerate() {
        let after = truth.partition_point(|&t| t < beat);
        let nearest = match (after.checked_sub(1), truth.get(after)) {
            (Some(before), Some(&next)) if beat - truth[before] > next - beat => after,
            (Some(before), _) => before,
            (None, _) => 0,
        };
        if used[nearest] {
            continue;
        }
        // The interval before the beat, or after it where nothing is before.
        let is_first = m == 0 || nearest == 0;
        let interval = |list: &[f64], at: usize| {
            let from = if is_first { at.min(list.len() - 2) } else { at - 1 };
            list[from + 1] - list[from]
        };
        let (expected, given) = (interval(truth, nearest), interval(estimate, m));
        let phase = (beat - truth[nearest]).abs() / expected;
        let period = (1.0 - given / expected).abs();
        if phase < TOLERANCE && period < TOLERANCE {
            used[nearest] = true;
            n_right += 1;
        }
    }
    n_right as f64 / truth.len().max(estimate.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(start: f64, period: f64, n: usize) -> Vec<f64> {
        (0..n).map(|k| start + k as f64 * period).collect()
    }

    #[test]
    fn other_levels_are_allowed() {
        let truth = beats(5.0, 0.5, 40);
        let score = |estimate: &[f64]| continuity(&truth, estimate);
        assert_eq!(score(&truth), Continuity { cmlt: 1.0, amlt: 1.0 });
        assert!(score(&beats(5.0, 1.0, 20)).cmlt < 0.1);
        assert_eq!(score(&beats(5.0, 1.0, 20)).amlt, 1.0);
        assert!(score(&beats(5.25, 0.5, 39)).amlt > 0.99);
        assert!(score(&beats(5.0, 0.25, 79)).amlt > 0.99);
        assert!(score(&beats(5.0, 0.35, 57)).amlt < 0.3);
        assert_eq!(score(&[]), Continuity::default());
    }

    #[test]
    fn a_lost_stretch_costs_its_share() {
        let truth = beats(5.0, 0.5, 40);
        let mut estimate = truth.clone();
        estimate[20..].iter_mut().for_each(|time| *time += 0.2);
        // Twenty beats are right; the first of the others has a wrong phase, the rest too.
        assert!((continuity(&truth, &estimate).cmlt - 0.5).abs() < 1e-9);
    }
}
