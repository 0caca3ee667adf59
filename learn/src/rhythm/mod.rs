//! The numbers of the rhythm stage: tempo, phase, bars, meter, and how sure each is.

mod life;
mod truth;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sectionist_core::AnalysisParams;
use sectionist_core::rhythm::network_training::{Network, parse};
use sectionist_core::rhythm::training::{
    Alternative, Examined, FoundMeter, JUDGES, Model, ODDS, Outcome, meters, names_of,
};
use serde_json::{Value, json};

use self::life::Life;
use self::truth::{Truth, agreement, beats_of, sound_alike};
use crate::Failure;
use crate::choice::Choice;
use crate::folds::{N_FOLDS, fold_of, network_file};
use crate::logistic::{self, Observation};
use crate::songs::{self, Song};
use crate::{judge, stored};

/// Agreement of beats from which a reading is right.
const RIGHT: f64 = 0.5;
/// How much worse than the best a reading may be.
const SLACK: f64 = 0.015;
/// Penalties on the squares of the weights.
const TEMPO_PENALTY: f64 = 3.0;
const READING_PENALTY: f64 = 9.0;
const METER_PENALTY: f64 = 3.0;
const FIRST_PENALTY: f64 = 9.0;
const DOWNBEAT_PENALTY: f64 = 1.0;
const DIVISION_PENALTY: f64 = 2.0;
/// How much a song says of meters, and the most that one may count: recordings are in 4/4 nearly all, and say
/// little of other meters.
const METER_WEIGHT: f64 = 3.0;
const MOST_METER: f64 = 2.0;
/// How much a song without a pulse counts.
const PULSELESS_WEIGHT: f64 = 1.0;
const PULSE_PENALTY: f64 = 0.5;
const CONFIDENCE_PENALTY: f64 = 0.1;

/// The text of `rhythm/rhythm.weights`.
///
/// Recordings are heard by the networks in the folder `left_out` that know no song of their repository; what
/// is found in them by numbers that do not know them either is written there, `answers/ID.json`.
///
/// # Errors
/// A song cannot be read, none has beats, or a fit fails.
pub fn learn(songs: &[Song], left_out: &Path, priors: &Path) -> Result<String, Failure> {
    let networks: Vec<Option<Network>> = (0..N_FOLDS)
        .map(|fold| fs::read_to_string(network_file(left_out, fold)).ok().map(|text| parse(&text)))
        .collect();
    let cases = songs::map(songs, |song| {
        let Some(mut truth) = Truth::read(song) else { return Ok(None) };
        truth.is_level_agreed = song.level_ratio().is_none_or(|ratio| (ratio - 1.0).abs() < 0.1);
        let fold = fold_of(song.group(), N_FOLDS);
        let network = song.repository().and_then(|_| networks[fold].as_ref());
        let heard = Examined::of(song.features(&AnalysisParams::default())?, network);
        Ok(Some(Case { truth, fold, heard }))
    })?;
    let mut cases: Vec<Case> = cases.into_iter().flatten().collect();
    weigh_as_in_life(&mut cases, &Life::read(priors)?);
    let learned = fit(cases)?;
    let folder = left_out.join("answers");
    // Of this run only.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    for (id, answer) in &learned.answers {
        fs::write(folder.join(format!("{id}.json")), answer.to_string())?;
    }
    Ok(learned.text)
}

/// A song with what is true of it.
#[derive(Debug)]
struct Case {
    truth: Truth,
    fold: usize,
    heard: Examined,
}

/// Lets composed songs count, where levels are learned, so that their tempi are spread as in life.
fn weigh_as_in_life(cases: &mut [Case], life: &Life) {
    let mut composed: Vec<&mut Case> =
        cases.iter_mut().filter(|case| case.truth.is_composed && case.truth.tempo().is_some()).collect();
    let tempi: Vec<f64> = composed.iter().filter_map(|case| case.truth.tempo()).collect();
    for (case, weight) in composed.iter_mut().zip(life.weights(&tempi)) {
        case.truth.level_weight = weight;
    }
}

/// What was learned.
struct Learned {
    /// The data file.
    text: String,
    /// Answers to recordings by what does not know their repository, by song.
    answers: Vec<(String, Value)>,
}

/// Fits everything and says how good it is on songs that were left out.
fn fit(mut cases: Vec<Case>) -> Result<Learned, Failure> {
    eprintln!("{} songs", cases.len());
    let mut model = Model::default();
    let mut report = String::new();

    let tempi: Vec<Option<Choice>> = cases.iter().map(|case| tempo_choice(case, &model)).collect();
    let tempo_names = names_of("tempo");
    // Which tempi are followed is told by what does not know the song, as it will be.
    let mut unknowing = Vec::with_capacity(N_FOLDS);
    for left in 0..N_FOLDS {
        let others = cases.iter().zip(&tempi).filter(|(case, _)| case.fold != left);
        let some: Vec<&Choice> = others.filter_map(|(_, tempo)| tempo.as_ref()).collect();
        let mut own = Model::default();
        judge::fit(&some, "tempo", &tempo_names, TEMPO_PENALTY, &mut own)?;
        unknowing.push(own);
    }
    songs::each(&mut cases, |case| case.heard.follow(&unknowing[case.fold]))?;
    let readings: Vec<Option<Choice>> = cases.iter().map(reading_choice).collect();
    let accents: Vec<Vec<Observation>> = cases.iter().map(accent_observations).collect();
    let divisions: Vec<Option<Observation>> = cases.iter().map(division_observation).collect();

    // Fold by fold: choices of songs not seen, for the scores and for the confidences.
    let mut tempo_obs: Vec<Observation> = Vec::new();
    let mut beat_obs: Vec<Observation> = Vec::new();
    let mut meter_obs: Vec<Observation> = Vec::new();
    let mut pulse_obs: Vec<Observation> = Vec::new();
    let mut tally = Tally::default();
    let mut unseen: Vec<(usize, Outcome)> = Vec::new();
    for left in (0..N_FOLDS).map(Some).chain([None]) {
        let mut own = Model::default();
        let seen = |idx: usize, cases: &[Case]| left != Some(cases[idx].fold);
        for (name, penalty, choices) in
            [("tempo", TEMPO_PENALTY, &tempi), ("reading", READING_PENALTY, &readings)]
        {
            let some: Vec<&Choice> = choices
                .iter()
                .enumerate()
                .filter(|(i, _)| seen(*i, &cases))
                .filter_map(|(_, c)| c.as_ref())
                .collect();
            judge::fit(&some, name, &names_of(name), penalty, &mut own)?;
        }
        let some: Vec<&Observation> =
            accents.iter().enumerate().filter(|(i, _)| seen(*i, &cases)).flat_map(|(_, rows)| rows).collect();
        own.set_weights("downbeat", &names_of("downbeat"), &logistic::fit(&some, DOWNBEAT_PENALTY)?);
        let some: Vec<&Observation> = divisions
            .iter()
            .enumerate()
            .filter(|(i, _)| seen(*i, &cases))
            .filter_map(|(_, o)| o.as_ref())
            .collect();
        own.set_weights("division", &names_of("division"), &logistic::fit(&some, DIVISION_PENALTY)?);
        let choices: Vec<Choice> = cases
            .iter()
            .enumerate()
            .filter(|(i, _)| seen(*i, &cases))
            .flat_map(|(_, case)| meter_choices(case, &own))
            .collect();
        judge::fit(
            &choices.iter().collect::<Vec<_>>(),
            "meter",
            &names_of("meter"),
            METER_PENALTY,
            &mut own,
        )?;
        let counts: Vec<Choice> = cases
            .iter()
            .enumerate()
            .filter(|(i, _)| seen(*i, &cases))
            .filter_map(|(_, case)| count_choice(case, &own))
            .collect();
        judge::fit(&counts.iter().collect::<Vec<_>>(), "first", &names_of("first"), FIRST_PENALTY, &mut own)?;
        if let Some(fold) = left {
            for (idx, case) in cases.iter_mut().enumerate().filter(|(_, case)| case.fold == fold) {
                if let Some(choice) = &tempi[idx] {
                    tally.add(
                        &case.truth.set,
                        "tempo alone",
                        f64::from(u8::from(choice.is_right(&own, "tempo", &tempo_names))),
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
                if case.truth.is_real {
                    unseen.push((idx, outcome));
                }
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
        model.set_weights(name, &names_of(name), &weights);
    }
    for o in &pulse_obs {
        let found = score(&model, "pulse", &o.x) >= 0.0;
        let what = if o.yes > 0.5 { "with" } else { "without" };
        tally.add(what, "pulse told rightly (seen)", f64::from(u8::from(found == (o.yes > 0.5))));
    }
    tally.write(&mut report);
    eprintln!("{report}");
    let answers =
        unseen.iter().map(|(idx, outcome)| (cases[*idx].truth.id.clone(), answer(outcome, &model))).collect();
    Ok(Learned { text: file(&model, &report, cases.len()), answers })
}

/// Log odds by a table of weights.
fn score(model: &Model, table: &str, x: &[f64]) -> f64 {
    x.iter().zip(model.weights(table, &names_of(table))).map(|(x, w)| x * w).sum()
}

/// What is told of a song, as far as a report goes that tells of rhythm alone.
fn answer(outcome: &Outcome, model: &Model) -> Value {
    let sure = |name: &str, x: &[f64]| 1.0 / (1.0 + (-score(model, name, x)).exp());
    if sure("pulse", &outcome.pulse_features) < 0.5 {
        return json!({ "report": { "tempo": null, "beats": [], "downbeats": [] } });
    }
    let beats: Vec<Value> = outcome
        .beats
        .iter()
        .zip(&outcome.beat_features)
        .map(|(time, x)| json!({ "time": time, "confidence": sure("beat", x) }))
        .collect();
    json!({ "report": {
        "tempo": outcome.tempo,
        "tempo_confidence": sure("tempo_confidence", &outcome.tempo_features),
        "beats": beats,
        "downbeats": outcome.downbeats,
        "time_signature": longest_meter(outcome).map(|meter| &meter.name),
    } })
}

/// The meter that holds longest.
fn longest_meter(outcome: &Outcome) -> Option<&FoundMeter> {
    outcome.meters.iter().max_by_key(|meter| meter.n_beats)
}

/// The text of the data file.
fn file(model: &Model, report: &str, n: usize) -> String {
    let mut text = String::from(
        "# What the rhythm stage learned (rhythm/model.rs): weights of the features of tempi, of readings\n\
         # of the pulse, of downbeats, of meters, of divisions, and of the confidences.\n\
         # Written by `cargo xtask learn rhythm`; binary logistic regression, and conditional of a layer and\n\
         # trees for tempi, readings, meters and first beats (rhythm/judge/).\n\
         # A line `TABLE:FEATURE` has the weight of a feature; in the judges its centre, its spread, its weight and one\n\
         # for each hidden unit, and their trees count the features as they are listed here.\n",
    );
    let _ = writeln!(text, "# {n} songs. On songs left out ({N_FOLDS} folds, recordings by repository):");
    report.lines().for_each(|line| {
        let _ = writeln!(text, "# {line}");
    });
    for table in ODDS.into_iter().chain(JUDGES) {
        let is_judge = JUDGES.contains(&table);
        let rows = names_of(table).into_iter().map(|feature| format!("{table}:{feature}"));
        let [bias, out, trees] =
            ["bias", "out", "trees"].map(|part| is_judge.then(|| format!("{table}_{part}")));
        for name in [bias, out].into_iter().flatten().chain(rows).chain(trees) {
            let _ = write!(text, "{name}");
            for x in model.get(&name) {
                let _ = write!(text, " {}", stored(*x));
            }
            text.push('\n');
        }
    }
    text
}

/// Which tempo is right.
fn tempo_choice(case: &Case, model: &Model) -> Option<Choice> {
    let wanted = case.truth.tempi();
    if !case.truth.is_level_agreed {
        return None;
    }
    let tempi = case.heard.tempi(model);
    let right = |t: &Alternative| wanted.iter().any(|w| (t.bpm / w).ln().abs() < 0.04);
    chosen(tempi, right, case.truth.weight * case.truth.level_weight)
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
    chosen(readings, right, case.truth.weight * case.truth.level_weight)
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
            right.contains(&true).then(|| Choice {
                alternatives,
                right,
                weight: METER_WEIGHT * truth.weight.min(MOST_METER) / n,
            })
        })
        .collect()
}

/// Which count of the bars is right.
fn count_choice(case: &Case, model: &Model) -> Option<Choice> {
    let truth = &case.truth;
    if truth.downbeats.len() < 4 {
        return None;
    }
    let counts = case.heard.counts(&truth.beats, model);
    let agreements: Vec<f64> = counts.iter().map(|count| agreement(&truth.downbeats, &count.times)).collect();
    let best = agreements.iter().copied().fold(0.0, f64::max);
    let right: Vec<bool> = agreements.iter().map(|&a| a >= RIGHT && a >= best - SLACK).collect();
    right.contains(&true).then(|| Choice {
        alternatives: counts.into_iter().map(|count| count.features).collect(),
        right,
        weight: truth.weight,
    })
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
    if !truth.downbeats.is_empty() {
        tally.add(set, "downbeats", agreement(&truth.downbeats, &outcome.downbeats));
    }
    let n = outcome.beats.len() as f64;
    if truth.is_level_agreed {
        beat.extend(outcome.beats.iter().zip(&outcome.beat_features).map(|(&time, x)| Observation {
            x: x.clone(),
            yes: f64::from(u8::from(truth.has_beat(time))),
            weight: truth.weight * 10.0 / n,
        }));
    }
    let longest = longest_meter(outcome);
    let wanted = truth.beats.get(truth.beats.len() / 2).and_then(|&t| truth.signature_at(t));
    if let (Some(found), Some(wanted)) = (longest, wanted) {
        let yes = f64::from(u8::from(sound_alike(&found.name, wanted)));
        tally.add(set, "meter", yes);
        meter.push(Observation { x: found.features.clone(), yes, weight: truth.weight });
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
