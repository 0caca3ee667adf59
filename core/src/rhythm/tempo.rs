//! Ranked tempo hypotheses, and the tempo's path through the song.

use super::judge::Judge;
use super::model::Model;
use super::tempogram::{N_SIGNALS, Tempogram};
use crate::params::{AnalysisParams, Style};

/// A tempo that might be the song's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hypothesis {
    /// Beats per minute.
    pub(super) bpm: f64,
    /// Natural logarithm of its weight.
    pub(super) score: f64,
}

/// Centre in BPM and width in octaves of the tempi that each style is tapped at, besides what the
/// onsets say; `None` leaves it to them.
///
/// Centres are the geometric means of the 912 songs of the Harmonix set (Nieto et al. 2019) by genre (folk: its
/// country; jazz is not in it), widths their spreads and half as much again, since readings are judged by their tempi already.
const fn style_prior(style: Style) -> Option<(f64, f64)> {
    match style {
        Style::Auto | Style::Classical => None,
        Style::Pop => Some((111.0, 0.48)),
        Style::Rock => Some((122.0, 0.68)),
        Style::Electronic => Some((126.0, 0.3)),
        Style::HipHop => Some((100.0, 0.46)),
        Style::Jazz => Some((150.0, 0.9)),
        Style::Folk => Some((96.0, 0.48)),
    }
}

/// How unlikely a style makes a tempo: minus the logarithm, up to a constant.
pub(super) fn style_penalty(style: Style, bpm: f64) -> f64 {
    let octaves = style_prior(style).map_or(0.0, |(centre, width)| (bpm / centre).log2() / width);
    0.5 * octaves * octaves
}

/// Lowest mean autocorrelation at some period that is a pulse: noise of 5 s reaches 0.09, music of any
/// length and style rarely less than 0.2.
const PULSE_FLOOR: f32 = 0.06;
/// Hypotheses taken from the tempogram's peaks.
const MAX_PEAKS: usize = 6;
/// The first of them that simple ratios are tried of.
const N_ROOTS: usize = 3;
const RATIOS: [f64; 6] = [2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0];

/// Ranks the tempi of the whole song, most likely first; empty without a pulse.
///
/// The tempogram's peaks and simple ratios of the strongest are weighed by the learned judge over
/// [`metrical_features`].
pub(super) fn rank_tempi(tempogram: &Tempogram, params: &AnalysisParams, model: &Model) -> Vec<Hypothesis> {
    let (autocorrelation, fourier) = tempogram.means();
    let salience: Vec<f32> =
        autocorrelation.iter().zip(&fourier).map(|(a, f)| a.max(1e-3) * f.max(1e-3)).collect();
    let n = tempogram.bpm.len();
    if autocorrelation.iter().all(|a| *a < PULSE_FLOOR) {
        return Vec::new();
    }
    let mut peaks: Vec<usize> = (0..n)
        .filter(|&idx| autocorrelation[idx] > 0.5 * PULSE_FLOOR)
        .filter(|&idx| {
            let near = &salience[idx.saturating_sub(3)..(idx + 4).min(n)];
            near.iter().all(|other| *other <= salience[idx])
        })
        .collect();
    peaks.sort_by(|&a, &b| salience[b].total_cmp(&salience[a]));
    peaks.truncate(MAX_PEAKS);
    let mut tempi: Vec<f64> = peaks.iter().map(|&idx| tempogram.bpm[idx]).collect();
    for root in tempi.clone().into_iter().take(N_ROOTS) {
        for bpm in RATIOS.map(|ratio| ratio * root) {
            if tempi.iter().all(|other| (bpm / other).ln().abs() >= 0.05) {
                tempi.push(bpm);
            }
        }
    }
    let judge = Judge::new(model, "tempo", &metrical_names());
    let mut found: Vec<Hypothesis> = tempi
        .into_iter()
        .filter(|&bpm| bpm >= params.tempo_min.get() && bpm <= params.tempo_max.get())
        .map(|bpm| Hypothesis {
            bpm,
            score: judge.score(&metrical_features(tempogram, bpm)) - style_penalty(params.style, bpm),
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// Names of the signals: the onset bands from low to high, changes of harmony, beats heard by the network.
pub(super) const SIGNALS: [&str; N_SIGNALS] = ["bass", "low", "mid", "high", "harmony", "heard"];
/// Multiples of a tempo at which events are looked for.
const RATES: [f64; 5] = [0.5, 1.0, 2.0, 3.0, 4.0];
/// Beats after which the onsets may repeat.
const SPANS: [f64; 4] = [0.5, 1.0, 2.0, 4.0];

/// The first of the [`metrical_features`], which are of the tempo itself.
pub(super) const N_OF_TEMPO: usize = 2;

/// What the tempogram says of a tempo: its distance in octaves from 110 BPM and the square of it, and
/// for each signal its magnitude at simple multiples and its repetition after simple numbers of beats.
pub(super) fn metrical_features(tempogram: &Tempogram, bpm: f64) -> Vec<f64> {
    let octaves = (bpm / 110.0).log2();
    let mut features = vec![octaves, octaves * octaves];
    for signal in 0..N_SIGNALS {
        features
            .extend(RATES.map(|rate| f64::from(100.0 * tempogram.magnitude(signal, rate * bpm) + 0.05).ln()));
        features.extend(SPANS.map(|n_beats| f64::from(tempogram.repetition(signal, bpm / n_beats))));
    }
    features
}

/// Names of the [`metrical_features`].
pub(super) fn metrical_names() -> Vec<String> {
    let mut names = vec!["octaves".to_owned(), "octaves-squared".to_owned()];
    for signal in SIGNALS {
        names.extend(RATES.map(|rate| format!("{signal}-rate-{rate}")));
        names.extend(SPANS.map(|n_beats| format!("{signal}-after-{n_beats}")));
    }
    names
}
