//! The numbers of the rhythm stage: tempo, phase, bars, meter, and how sure each is.

mod truth;

use std::fmt::Write as _;

use sectionist_core::AnalysisParams;
use sectionist_core::features::Features;
use sectionist_core::rhythm::training::{Alternative, Examined, Model, Outcome, meters};

pub use self::truth::Truth;
use self::truth::{beats_of, sound_alike};
use crate::Failure;
use crate::choice::{self, Choice};
use crate::folds::fold_of;
use crate::judge;
use crate::logistic::{self, Observation};
use crate::songs::{self, Song};

/// Folds of the cross-validation.
const N_FOLDS: usize = 5;
/// Agreement of beats from which a reading is right.
const RIGHT: f64 = 0.5;
/// How much worse than the best a reading may be.
const SLACK: f64 = 0.015;
/// Penalties on the squares of the weights.
const TEMPO_PENALTY: f64 = 4.0;
const DOWNBEAT_PENALTY: f64 = 1.0;
const DIVISION_PENALTY: f64 = 2.0;
/// How much a song without a pulse counts: there are few.
const PULSELESS_WEIGHT: f64 = 2.0;
const PULSE_PENALTY: f64 = 0.5;
const CONFIDENCE_PENALTY: f64 = 0.1;

/// The text of `rhythm/rhythm.weights`.
///
/// # Errors
/// A song cannot be read, none has beats, or a fit fails.
pub fn learn(songs: &[Song]) -> Result<String, Failure> {
    let cases = songs::map(songs, |song| {
        let Some(mut truth) = Truth::read(&song.id, &song.set, &song.truth) else { return Ok(None) };
        truth.is_level_agreed = song.level_ratio().is_none_or(|ratio| (ratio - 1.0).abs() < 0.1);
        Ok(Some(Case::of(truth, song.features(&AnalysisParams::default())?)))
    })?;
    fit(cases.into_iter().flatten().collect())
}

/// A song with what is true of it.
#[derive(Debug)]
pub struct Case {
    truth: Truth,
    fold: usize,
    heard: Examined,
}

impl Case {
    /// Examines a song.
    #[must_use]
    pub fn of(truth: Truth, features: Features) -> Self {
        let fold = fold_of(&truth.id, N_FOLDS);
        Self { heard: Examined::of(features), fold, truth }
    }
}

/// Fits everything and says how good it is on songs that were left out.
///
/// # Errors
/// No cases, or a fit fails.
pub fn fit(mut cases: Vec<Case>) -> Result<String, Failure> {
    eprintln!("{} songs", cases.len());
    let mut model = Model::default();
    let mut report = String::new();

    let tempi: Vec<Option<Choice>> = cases.iter().map(|case| tempo_choice(case, &model)).collect();
    model.set("tempo", choice::fit(&tempi.iter().flatten().collect::<Vec<_>>(), TEMPO_PENALTY)?);
    songs::each(&mut cases, |case| case.heard.follow(&model))?;
    let readings: Vec<Option<Choice>> = cases.iter().map(reading_choice).collect();
    let accents: Vec<Vec<Observation>> = cases.iter().map(accent_observations).collect();
    let divisions: Vec<Option<Observation>> = cases.iter().map(division_observation).collect();

    // Fold by fold: choices of songs not seen, for the scores and for the confidences.
    let mut tempo_obs: Vec<Observation> = Vec::new();
    let mut beat_obs: Vec<Observation> = Vec::new();
    let mut meter_obs: Vec<Observation> = Vec::new();
    let mut pulse_obs: Vec<Observation> = Vec::new();
    let mut tally = Tally::default();
    for left in (0..N_FOLDS).map(Some).chain([None]) {
        let mut own = Model::default();
        let seen = |idx: usize, cases: &[Case]| left != Some(cases[idx].fold);
        let pick = |all: &'_ [Option<Choice>], penalty: f64| -> Result<Vec<f64>, Failure> {
            let some: Vec<&Choice> = all
                .iter()
                .enumerate()
                .filter(|(i, _)| seen(*i, &cases))
                .filter_map(|(_, c)| c.as_ref())
                .collect();
            choice::fit(&some, penalty)
        };
        own.set("tempo", pick(&tempi, TEMPO_PENALTY)?);
        let some: Vec<&Choice> = readings
            .iter()
            .enumerate()
            .filter(|(i, _)| seen(*i, &cases))
            .filter_map(|(_, c)| c.as_ref())
            .collect();
        judge::fit(&some, "reading", &mut own)?;
        let some: Vec<&Observation> =
            accents.iter().enumerate().filter(|(i, _)| seen(*i, &cases)).flat_map(|(_, rows)| rows).collect();
        own.set("downbeat", logistic::fit(&some, DOWNBEAT_PENALTY)?);
        let some: Vec<&Observation> = divisions
            .iter()
            .enumerate()
            .filter(|(i, _)| seen(*i, &cases))
            .filter_map(|(_, o)| o.as_ref())
            .collect();
        own.set("division", logistic::fit(&some, DIVISION_PENALTY)?);
        let choices: Vec<Choice> = cases
            .iter()
            .enumerate()
            .filter(|(i, _)| seen(*i, &cases))
            .flat_map(|(_, case)| meter_choices(case, &own))
            .collect();
        judge::fit(&choices.iter().collect::<Vec<_>>(), "meter", &mut own)?;
        if let Some(fold) = left {
            for (idx, case) in cases.iter_mut().enumerate().filter(|(_, case)| case.fold == fold) {
                if let Some(choice) = &tempi[idx] {
                    tally.add(
                        &case.truth.set,
                        "tempo alone",
                        f64::from(u8::from(choice.right[choice.preferred(own.get("tempo")).0])),
                    );
                }
                case.heard.choose(&own);
                let Some(outcome) = case.heard.outcome(&own) else { continue };
                let has_pulse = !case.truth.beats.is_empty();
                pulse_obs.push(Observation {
                    x: outcome.pulse_features.clone(),
                    yes: f64::from(u8::from(has_pulse)),
                    weight: if has_pulse { 1.0 } else { PULSELESS_WEIGHT },
                });
                observe(case, &outcome, &mut tempo_obs, &mut beat_obs, &mut meter_obs, &mut tally);
            }
        } else {
            model = own;
        }
    }
    for (name, obs) in [
        ("pulse", &pulse_obs),
        ("tempo_confidence", &tempo_obs),
        ("beat", &beat_obs),
        ("meter_confidence", &meter_obs),
    ] {
        let penalty = if name == "pulse" { PULSE_PENALTY } else { CONFIDENCE_PENALTY };
        let weights = logistic::fit(&obs.iter().collect::<Vec<_>>(), penalty)?;
        model.set(name, weights);
    }
    for o in &pulse_obs {
        let found = o.x.iter().zip(model.get("pulse")).map(|(x, w)| x * w).sum::<f64>() >= 0.0;
        let what = if o.yes > 0.5 { "with" } else { "without" };
        tally.add(what, "pulse told rightly (seen)", f64::from(u8::from(found == (o.yes > 0.5))));
    }
    tally.write(&mut report);
    eprintln!("{report}");
    Ok(file(&model, &report, cases.len()))
}

/// The text of the data file.
fn file(model: &Model, report: &str, n: usize) -> String {
    let mut text = String::from(
        "# What the rhythm stage learned (rhythm/model.rs): weights of the features of tempi, of readings\n\
         # of the pulse, of downbeats, of meters, of divisions, and of the confidences.\n\
         # Written by `cargo xtask learn rhythm`; conditional and binary logistic regression,\n\
         # with a hidden layer for readings and meters (rhythm/judge.rs).\n",
    );
    let _ = writeln!(text, "# {n} songs. On songs left out (five folds):");
    report.lines().for_each(|line| {
        let _ = writeln!(text, "# {line}");
    });
    for name in NAMES {
        let _ = write!(text, "{name}");
        for x in model.get(name) {
            let _ = write!(text, " {x:.4}");
        }
        text.push('\n');
    }
    text
}

const NAMES: [&str; 15] = [
    "pulse",
    "tempo",
    "reading_centre",
    "reading_spread",
    "reading",
    "reading_hidden",
    "downbeat",
    "division",
    "meter_centre",
    "meter_spread",
    "meter",
    "meter_hidden",
    "tempo_confidence",
    "beat",
    "meter_confidence",
];

/// Which tempo is right.
fn tempo_choice(case: &Case, model: &Model) -> Option<Choice> {
    let wanted = case.truth.tempi();
    if !case.truth.is_level_agreed {
        return None;
    }
    let tempi = case.heard.tempi(model);
    let right = |t: &Alternative| wanted.iter().any(|w| (t.bpm / w).ln().abs() < 0.04);
    chosen(tempi, right, case.truth.weight)
}

/// Which reading of the pulse is right.
fn reading_choice(case: &Case) -> Option<Choice> {
    if case.truth.beats.is_empty() || !case.truth.is_level_agreed {
        return None;
    }
    let readings = case.heard.readings();
    let best = readings.iter().map(|r| case.truth.agreement(&r.times)).fold(0.0, f64::max);
    let right = |r: &Alternative| {
        let agreement = case.truth.agreement(&r.times);
        agreement >= RIGHT && agreement >= best - SLACK
    };
    chosen(readings, right, case.truth.weight)
}

fn chosen(all: Vec<Alternative>, is_right: impl Fn(&Alternative) -> bool, weight: f64) -> Option<Choice> {
    let right: Vec<bool> = all.iter().map(&is_right).collect();
    right.contains(&true).then(|| Choice {
        alternatives: all.into_iter().map(|a| a.features).collect(),
        right,
        weight,
    })
}

/// Which beats begin a bar.
fn accent_observations(case: &Case) -> Vec<Observation> {
    let truth = &case.truth;
    if truth.downbeats.is_empty() {
        return Vec::new();
    }
    let n = truth.beats.len() as f64;
    let rows = case.heard.accents(&truth.beats);
    rows.into_iter()
        .zip(&truth.beats)
        .map(|(x, &time)| Observation {
            x,
            yes: f64::from(u8::from(truth.has_downbeat(time))),
            weight: truth.weight * 30.0 / n,
        })
        .collect()
}

/// Whether beats are divided in three.
fn division_observation(case: &Case) -> Option<Observation> {
    let truth = &case.truth;
    let held: f64 = truth
        .signatures
        .iter()
        .filter(|s| beats_of(&s.2).is_some_and(|b| b.1))
        .map(|s| s.1.min(1e4) - s.0)
        .sum();
    let all: f64 = truth.signatures.iter().map(|s| s.1.min(1e4) - s.0).sum();
    if truth.beats.len() < 8 || all <= 0.0 {
        return None;
    }
    let yes = f64::from(u8::from(held > 0.5 * all));
    Some(Observation { x: case.heard.division(&truth.beats), yes, weight: truth.weight })
}

/// Which meter a place has.
fn meter_choices(case: &Case, model: &Model) -> Vec<Choice> {
    let truth = &case.truth;
    if truth.downbeats.is_empty() || truth.beats.len() < 16 {
        return Vec::new();
    }
    let places = case.heard.meter(&truth.beats, model);
    let n = places.len() as f64;
    places
        .into_iter()
        .filter_map(|(centre, alternatives)| {
            let (wanted, _) = beats_of(truth.signature_at(truth.beats[centre])?)?;
            let right: Vec<bool> = meters().iter().map(|&m| m == wanted).collect();
            right.contains(&true).then(|| Choice { alternatives, right, weight: 3.0 * truth.weight / n })
        })
        .collect()
}

/// Takes down how a song left out came out.
fn observe(
    case: &Case,
    outcome: &Outcome,
    tempo: &mut Vec<Observation>,
    beat: &mut Vec<Observation>,
    meter: &mut Vec<Observation>,
    tally: &mut Tally,
) {
    let truth = &case.truth;
    let set = &truth.set;
    let is_right = truth.is_tempo(outcome.tempo);
    if truth.is_level_agreed && !truth.beats.is_empty() {
        tempo.push(Observation {
            x: outcome.tempo_features.clone(),
            yes: f64::from(u8::from(is_right)),
            weight: truth.weight,
        });
    }
    if truth.beats.is_empty() {
        return;
    }
    tally.add(set, "tempo", f64::from(u8::from(is_right)));
    tally.add(set, "beats", truth.agreement(&outcome.beats));
    let n = outcome.beats.len() as f64;
    if truth.is_level_agreed {
        beat.extend(outcome.beats.iter().zip(&outcome.beat_features).map(|(&time, x)| Observation {
            x: x.clone(),
            yes: f64::from(u8::from(truth.has_beat(time))),
            weight: truth.weight * 10.0 / n,
        }));
    }
    let longest = outcome.meters.iter().max_by(|a, b| a.1[3].total_cmp(&b.1[3]));
    let wanted = truth.beats.get(truth.beats.len() / 2).and_then(|&t| truth.signature_at(t));
    if let (Some((found, x)), Some(wanted)) = (longest, wanted) {
        let yes = f64::from(u8::from(sound_alike(found, wanted)));
        tally.add(set, "meter", yes);
        meter.push(Observation { x: x.clone(), yes, weight: truth.weight });
    }
}

/// Means by material and measure.
#[derive(Debug, Default)]
struct Tally(std::collections::BTreeMap<(String, &'static str), (f64, f64)>);

impl Tally {
    fn add(&mut self, set: &str, what: &'static str, value: f64) {
        let entry = self.0.entry((set.to_owned(), what)).or_default();
        entry.0 += value;
        entry.1 += 1.0;
    }

    fn write(&self, out: &mut String) {
        for ((set, what), (sum, n)) in &self.0 {
            let _ = writeln!(out, "{set}: {what} {:.3} ({n:.0} songs)", sum / n);
        }
    }
}
