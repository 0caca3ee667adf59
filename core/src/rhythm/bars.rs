//! Bars: how many beats they have, where they start, and how the beats are divided.

use super::BarCues;
use super::accents::COLUMNS;
use super::candidates::{comb_contrast, repetition};
use super::judge::Judge;
use super::model::{Model, softmax};
use crate::matrix::Matrix;
use crate::sequence::{posteriors, viterbi};

/// Numbers of beats that a bar may have.
pub(super) const METERS: [usize; 5] = [2, 3, 4, 5, 7];
/// Beats on either side that speak for the meter of a beat.
const REACH: usize = 20;
/// Beats from one judgement of the meter to the next.
const STRIDE: usize = 4;

/// Cost of a change of meter at a bar line.
const METER_CHANGE: f32 = 9.0;
/// Weight of one beat's judgement of the meter: those of a stride are one and the same, those of
/// neighbouring strides nearly so.
const METER_WEIGHT: f64 = 0.1;
/// Weight of the evidence of one beat: neighbouring beats are not independent.
const ACCENT_WEIGHT: f64 = 0.6;

/// What speaks for each meter around a beat, `[METERS.len()][n_features]`.
///
/// `accents` are the log odds of a downbeat. O(REACH).
pub(super) fn meter_features(accents: &[f64], cues: &BarCues, centre: usize) -> Vec<Vec<f64>> {
    let span = centre.saturating_sub(REACH)..(centre + REACH + 1).min(accents.len());
    let near = &accents[span.clone()];
    let heard = &cues.downbeats[span.clone()];
    let returns: Vec<[f64; 2]> =
        (1..=2 * METERS[METERS.len() - 1]).map(|lag| cues.patterns.repetition(span.clone(), lag)).collect();
    METERS
        .iter()
        .enumerate()
        .map(|(which, &m)| {
            let best = comb_contrast(near, m);
            let mut features = vec![best, repetition(near, m), repetition(near, 2 * m)];
            features.push(if m % 2 == 0 { repetition(near, m / 2) } else { 0.0 });
            for column in &cues.columns {
                features.push(repetition(&column[span.clone()], m));
            }
            features.push(best * (m as f64).ln());
            features.extend([comb_contrast(heard, m), repetition(heard, m), repetition(heard, 2 * m)]);
            for of_harmony in [0, 1] {
                let at = |lag: usize| returns[lag - 1][of_harmony];
                // What returns after any number of beats tells of none.
                let others: Vec<f64> = (1..=8).filter(|lag| lag % m != 0).map(at).collect();
                let other = others.iter().sum::<f64>() / others.len() as f64;
                let half = if m % 2 == 0 { at(m / 2) } else { 0.0 };
                features.extend([at(m), at(2 * m), half, other]);
            }
            for own in 0..METERS.len() {
                let is = f64::from(u8::from(own == which));
                features.extend([is, is * cues.octaves, is * cues.triple]);
            }
            features
        })
        .collect()
}

/// Names of the [`meter_features`].
pub(super) fn meter_names() -> Vec<String> {
    let mut names = ["comb", "repeats", "repeats-twice", "repeats-half"].map(str::to_owned).to_vec();
    names.extend(COLUMNS.map(|cue| format!("{cue}-repeats")));
    names.extend(["comb-of-long", "heard-comb", "heard-repeats", "heard-repeats-twice"].map(str::to_owned));
    for what in ["rhythm", "harmony"] {
        names.extend(["", "-twice", "-half", "-otherwise"].map(|when| format!("{what}-returns{when}")));
    }
    for meter in METERS {
        names.extend(["", "-octaves", "-triple"].map(|by| format!("is-{meter}{by}")));
    }
    names
}

/// Logarithms of the probability of each meter at each beat, `[n_beats][n_meters]`.
pub(super) fn meter_odds(accents: &[f64], cues: &BarCues, model: &Model) -> Vec<[f64; METERS.len()]> {
    let judge = Judge::new(model, "meter", &meter_names());
    let mut odds = Vec::with_capacity(accents.len());
    while odds.len() < accents.len() {
        let centre = (odds.len() + STRIDE / 2).min(accents.len() - 1);
        let scores: Vec<f64> =
            meter_features(accents, cues, centre).iter().map(|features| judge.score(features)).collect();
        let ps = softmax(&scores);
        let row = std::array::from_fn(|m| ps[m].max(1e-6).ln());
        odds.extend(std::iter::repeat_n(row, STRIDE.min(accents.len() - odds.len())));
    }
    odds
}

/// A beat's place in its bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Position in the bar from 0.
    pub(super) position: usize,
    /// Beats in the bar.
    pub(super) meter: usize,
}

/// Cost of counting a loop from within a bar.
const UPBEAT: f32 = 4.0;

/// Counts the beats: the most likely bars under a hidden Markov model over meter and position.
///
/// `begins_bar` says that the first beat probably begins a bar. Returns each beat's place and the posterior of each of [`METERS`], `[n_beats]`. O(n_beats).
pub(super) fn count_bars(
    accents: &[f64],
    odds: &[[f64; METERS.len()]],
    begins_bar: bool,
) -> (Vec<Place>, Vec<[f32; METERS.len()]>) {
    let states: Vec<(usize, usize)> =
        METERS.iter().enumerate().flat_map(|(m, &n)| (0..n).map(move |position| (m, position))).collect();
    let mut transition = Matrix::with_cols(states.len());
    for &(from, position) in &states {
        let row: Vec<f32> = states
            .iter()
            .map(|&(to, next)| match (position + 1 == METERS[from], next) {
                (true, 0) if from == to => -0.01,
                (true, 0) => -METER_CHANGE,
                (false, _) if from == to && next == position + 1 => 0.0,
                _ => f32::NEG_INFINITY,
            })
            .collect();
        transition.push_row(&row);
    }
    let mut observation = Matrix::with_cols(states.len());
    for (accent, odds) in accents.iter().zip(odds) {
        let (yes, no) = (-softplus(-accent), -softplus(*accent));
        let row: Vec<f32> = states
            .iter()
            .map(|&(m, position)| {
                let seen = if position == 0 { yes } else { no };
                (METER_WEIGHT * odds[m] + ACCENT_WEIGHT * seen) as f32
            })
            .collect();
        observation.push_row(&row);
    }
    let initial: Vec<f32> = states
        .iter()
        .map(|&(m, position)| {
            -(METERS[m] as f32).ln() - if begins_bar && position > 0 { UPBEAT } else { 0.0 }
        })
        .collect();
    let path = viterbi(&observation, &transition, &initial);
    let places = path.iter().map(|&s| Place { position: states[s].1, meter: METERS[states[s].0] }).collect();
    let posterior = posteriors(&observation, &transition, &initial)
        .rows()
        .map(|row| {
            let mut sums = [0.0; METERS.len()];
            states.iter().zip(row).for_each(|(&(m, _), p)| sums[m] += p);
            sums
        })
        .collect();
    (places, posterior)
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
