//! The numbers of the harmony stage: what tells notes from drums, the chord network, how readily chords
//! change, keys and their changes, certainty.

mod answers;
mod chance;
mod drums;
mod keys;
mod network;
mod tones;

use std::fmt::Write as _;
use std::sync::Mutex;

use sectionist_core::AnalysisParams;
use sectionist_core::features::Features;
use sectionist_core::harmony::Harmony;
use sectionist_core::harmony::training::{
    Heard, KeyCases, N_WEIGHTS, features_named, harmony_by, key_cases, qualities,
};
use sectionist_core::rhythm::Rhythm;
use sectionist_tests::fixtures::Span;
use sectionist_tests::metrics;

use self::answers::{Lesson, change_odds};
use self::keys::Answer;
use self::network::Unit;
use crate::Failure;
use crate::folds::fold_of;
use crate::logistic::{self, Observation};
use crate::songs::{self, Song};

/// Folds of the cross-validation.
const N_FOLDS: usize = 3;
/// How much a composed song counts for keys: composers by rule leave no doubt of where home is.
const COMPOSED_KEY_WEIGHT: f64 = 0.15;
/// The same for a change of key.
const COMPOSED_CHANGE_WEIGHT: f64 = 0.4;
/// Songs made of partials, and of drums.
const N_TONES: usize = 120;
const N_DRUMS: usize = 40;
/// How much a second of a composed song counts beside one of an annotated one: there is less of them,
/// and they alone have every quality.
const COMPOSED_WEIGHT: f32 = 2.0;

/// An annotated song, analysed as far as its beats.
pub struct Example {
    /// Which song it is.
    pub id: String,
    /// Which set it is from.
    pub set: String,
    /// Framewise features.
    pub features: Features,
    /// Beats.
    pub rhythm: Rhythm,
    /// What to ask for.
    pub params: AnalysisParams,
    /// Annotated chords.
    pub chords: Vec<Span>,
    /// Annotated keys.
    pub keys: Vec<Span>,
    /// Whether the annotation says which keys it is in, or that it is in none.
    pub tells_keys: bool,
    /// Whether it is chords one after the other, which tells nothing of how music goes on.
    pub is_drill: bool,
}

impl Example {
    fn of(song: &Song) -> Result<Self, Failure> {
        let params = params_of(&song.truth)?;
        let stages = song.analyse(&params)?;
        Ok(Self {
            id: song.id.clone(),
            set: song.set.clone(),
            features: stages.features,
            rhythm: stages.rhythm,
            params,
            chords: spans(&song.truth["chords"], "label"),
            keys: spans(&song.truth["keys"], "key"),
            tells_keys: song.truth["keys"].is_array(),
            is_drill: song.truth["kind"] == "drill",
        })
    }
}

/// The parameters that an annotation says to use.
///
/// # Errors
/// One is unknown.
pub fn params_of(truth: &serde_json::Value) -> Result<AnalysisParams, Failure> {
    let mut params = AnalysisParams::default();
    for (name, value) in truth["params"].as_object().into_iter().flatten() {
        params.set(name, value.as_str().unwrap_or_default())?;
    }
    Ok(params)
}

/// Spans of an annotation, whose labels are called `name`.
pub fn spans(list: &serde_json::Value, name: &str) -> Vec<Span> {
    let span = |item: &serde_json::Value| {
        Some(Span {
            start: item["start"].as_f64()?,
            end: item["end"].as_f64()?,
            label: item[name].as_str()?.to_owned(),
        })
    };
    list.as_array().map_or_else(Vec::new, |items| items.iter().filter_map(span).collect())
}

/// The text of `harmony/harmony.weights`.
///
/// # Errors
/// A song cannot be read, none has chords, or a fit fails.
pub fn learn(songs: &[Song]) -> Result<String, Failure> {
    let (recordings, songs): (Vec<Song>, Vec<Song>) =
        songs.iter().cloned().partition(|song| song.repository().is_some());
    let has_harmony = |song: &Song| song.truth["chords"].is_array() || song.truth.get("keys").is_some();
    let songs: Vec<Song> = songs.into_iter().filter(has_harmony).collect();
    let recorded = songs::map(&recordings, |song| {
        let stages = song.analyse(&AnalysisParams::default())?;
        let heard = Heard::of(&stages.features, &stages.rhythm);
        Ok((song.group().to_owned(), Lesson::of_recording(&heard, song.truth["kind"] != "nonmusic")))
    })?;
    learn_from(songs::map(&songs, Example::of)?, &recorded)
}

/// Learns from songs, and from recordings with what decides their folds.
fn learn_from(mut examples: Vec<Example>, recorded: &[(String, Lesson)]) -> Result<String, Failure> {
    examples.extend(in_parallel(N_TONES, tones::compose)?);
    examples.extend(in_parallel(N_DRUMS, tones::drums_alone)?);
    let examples = &examples[..];
    let heard = in_parallel(examples.len(), |idx| Heard::of(&examples[idx].features, &examples[idx].rhythm))?;
    let heard = &heard[..];
    let lessons: Vec<Lesson> = examples
        .iter()
        .zip(heard)
        .map(|(example, heard)| {
            let weight = if is_composed(example) { COMPOSED_WEIGHT } else { 1.0 };
            let mut lesson = Lesson::of(heard, &example.chords, weight, example.is_drill);
            let power = qualities().iter().position(|(name, _)| *name == "5");
            for unit in &mut lesson.units {
                if Some(unit.answer / 12) == power && example.set != "driven" {
                    unit.weight *= POWER_WEIGHT;
                }
            }
            lesson
        })
        .collect();
    // One fit without each fold, and one of all.
    let mut fits: Vec<String> = in_parallel(N_FOLDS + 1, |left_out| {
        let seen: Vec<&Lesson> = examples
            .iter()
            .zip(&lessons)
            .filter(|(example, _)| fold_of(&example.id, N_FOLDS) != left_out)
            .map(|(_, lesson)| lesson)
            .chain(
                recorded
                    .iter()
                    .filter(|(group, _)| fold_of(group, N_FOLDS) != left_out)
                    .map(|(_, lesson)| lesson),
            )
            .collect();
        fit(&seen).map_err(|error| error.to_string())
    })?
    .into_iter()
    .collect::<Result<_, _>>()?;
    // Keys are learned from chords that the network found without having seen the song.
    let cases = key_cases_of(examples, heard, &fits)?;
    for (left_out, text) in fits.iter_mut().enumerate() {
        let seen = || seen_by(examples, &cases, left_out);
        let answers: Vec<Answer> = seen()
            .flat_map(|(example, cases)| {
                let weight = if is_composed(example) { COMPOSED_KEY_WEIGHT } else { 1.0 };
                keys::answers(&cases.stretches, &example.keys, weight)
            })
            .collect();
        *text += &keys::fit(&answers.iter().collect::<Vec<_>>())?;
        let keyed: Vec<(&KeyCases, bool)> = seen()
            .filter(|(example, cases)| cases.tonality[0] != 0.0 && example.tells_keys)
            .map(|(example, cases)| (cases, !example.keys.is_empty()))
            .collect();
        *text += &keys::fit_tonality(&keyed)?;
    }
    // Changes of key are judged by what speaks for the keys.
    let cases = key_cases_of(examples, heard, &fits)?;
    for (left_out, text) in fits.iter_mut().enumerate() {
        let keyed: Vec<(&KeyCases, &[Span], f64)> = seen_by(examples, &cases, left_out)
            .filter(|(example, _)| !example.keys.is_empty())
            .map(|(example, cases)| {
                let weight = if is_composed(example) { COMPOSED_CHANGE_WEIGHT } else { 1.0 };
                (cases, &example.keys[..], weight)
            })
            .collect();
        *text += &keys::fit_modulation(&keyed)?;
    }
    let unseen: Vec<Harmony> = in_parallel(examples.len(), |idx| {
        let example = &examples[idx];
        let weights = &fits[fold_of(&example.id, N_FOLDS)];
        harmony_by(weights, &heard[idx], &example.params)
    })?;
    let mut text = String::from(
        "# Learned numbers of the harmony stage, written by `cargo xtask learn harmony`: the chord network\n\
         # (network.rs), what tells notes from drums (presence.rs), log-odds of a change of chord at units off the\n\
         # beat, without beats, on a beat, at half a bar, at a bar (grid.rs) and what novelty adds to them (chroma.rs),\n\
         # weights for keys and for there being one (key.rs), for a change of key (modulation.rs), and what\n\
         # confidence is worth.\n",
    );
    write_scores(&mut text, examples, &unseen)?;
    eprint!("{text}");
    text += &fits[N_FOLDS];
    text += &lines("chord-certainty", &chord_certainty(examples, &unseen)?)?;
    text += &lines("key-certainty", &key_certainty(examples, &unseen)?)?;
    Ok(text)
}

/// What is known of each song's keys by the fit that has not seen it.
fn key_cases_of(examples: &[Example], heard: &[Heard], fits: &[String]) -> Result<Vec<KeyCases>, Failure> {
    in_parallel(examples.len(), |idx| {
        let example = &examples[idx];
        let weights = &fits[fold_of(&example.id, N_FOLDS)];
        key_cases(weights, &heard[idx], &example.params)
    })
}

/// The songs outside a fold.
fn seen_by<'a>(
    examples: &'a [Example],
    cases: &'a [KeyCases],
    left_out: usize,
) -> impl Iterator<Item = (&'a Example, &'a KeyCases)> {
    examples.iter().zip(cases).filter(move |(example, _)| fold_of(&example.id, N_FOLDS) != left_out)
}

/// How much more a bare fifth counts: annotators of pop name the third all the same, so that the few
/// songs in which it is meant would go unheard.
const POWER_WEIGHT: f32 = 6.0;

fn is_composed(example: &Example) -> bool {
    !matches!(example.set.as_str(), "band" | "plain")
}

/// How much all the time without harmony counts beside all the time with it: there is less of it, and to
/// miss a chord is worse than to hear one in drums.
const NONE_WEIGHT: f64 = 0.06;

/// Weights of what speaks for harmony, in lines of the file.
fn fit_presence(lessons: &[&Lesson]) -> Result<String, Failure> {
    let mut totals = [0.0f64; 2];
    let mut observations = Vec::new();
    for lesson in lessons {
        // A song counts once, however long.
        let weight = 1.0 / lesson.presence.len().max(1) as f64;
        for &(x, is_harmonic) in &lesson.presence {
            totals[usize::from(is_harmonic)] += weight;
            let yes = f64::from(u8::from(is_harmonic));
            observations.push(Observation { x: x.map(f64::from).to_vec(), yes, weight });
        }
    }
    for observation in &mut observations {
        let is_harmonic = observation.yes > 0.5;
        let share = if is_harmonic { 1.0 } else { NONE_WEIGHT };
        observation.weight *= share / totals[usize::from(is_harmonic)].max(1e-9);
    }
    let weights = logistic::fit(&observations.iter().collect::<Vec<_>>(), 1e-3)?;
    lines("presence", &weights)
}

/// Lines of the file with the weights of a table's features.
///
/// # Errors
/// There are not as many weights as features.
fn lines(table: &str, weights: &[f64]) -> Result<String, Failure> {
    let features = features_named(table);
    if features.len() != weights.len() {
        return Err(format!("`{table}` has {} features and {} weights", features.len(), weights.len()).into());
    }
    let mut text = String::new();
    for (feature, weight) in features.iter().zip(weights) {
        writeln!(text, "{table}:{feature} {weight:.4}")?;
    }
    Ok(text)
}

/// Lines of the file that are fitted to chords.
fn fit(lessons: &[&Lesson]) -> Result<String, Failure> {
    let units: Vec<&Unit> = lessons.iter().flat_map(|lesson| &lesson.units).collect();
    let mut text = network::fit(&units);
    text += &fit_presence(lessons)?;
    let odds = change_odds(lessons)?;
    let (of_weight, of_novelty) = odds.split_at(N_WEIGHTS);
    text += &lines("change", of_weight)?;
    text += &lines("novelty", of_novelty)?;
    Ok(text)
}

/// Held-out scores of each set.
fn write_scores(text: &mut String, examples: &[Example], found: &[Harmony]) -> Result<(), Failure> {
    let mut sets: Vec<&str> = examples.iter().map(|example| example.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    writeln!(
        text,
        "# On songs not seen ({N_FOLDS} folds), by time: chord root, root and third, with seventh; key over time, key:"
    )?;
    for set in sets {
        let mut sums = [(0.0, 0); 5];
        for (example, harmony) in examples.iter().zip(found).filter(|(example, _)| example.set == set) {
            let chords = chord_spans(harmony);
            let keys: Vec<Span> = harmony
                .keys
                .iter()
                .map(|key| Span { start: key.start, end: key.end, label: key.key.to_string() })
                .collect();
            let scores = [
                metrics::root(&example.chords, &chords),
                metrics::majmin(&example.chords, &chords),
                metrics::sevenths(&example.chords, &chords),
                (!example.keys.is_empty()).then(|| metrics::keys(&example.keys, &keys)),
                main_key(&example.keys).map(|truth| {
                    let found = harmony.key_candidates.first();
                    f64::from(found.is_some_and(|found| metrics::same_key(truth, &found.key.to_string())))
                }),
            ];
            for (sum, score) in sums.iter_mut().zip(scores) {
                if let Some(score) = score {
                    *sum = (sum.0 + score, sum.1 + 1);
                }
            }
        }
        let means: Vec<String> =
            sums.iter().map(|(sum, n)| format!("{:.3}", sum / f64::from((*n).max(1)))).collect();
        writeln!(text, "#   {set}: {} ({} songs)", means.join(" "), sums[0].1)?;
    }
    Ok(())
}

/// The key that most of a song is in.
fn main_key(keys: &[Span]) -> Option<&str> {
    let time_in = |label: &str| -> f64 {
        keys.iter().filter(|key| key.label == label).map(|key| key.end - key.start).sum()
    };
    keys.iter().map(|key| key.label.as_str()).max_by(|a, b| time_in(a).total_cmp(&time_in(b)))
}

fn chord_spans(harmony: &Harmony) -> Vec<Span> {
    harmony
        .chords
        .iter()
        .map(|chord| Span { start: chord.start, end: chord.end, label: chord.label.clone() })
        .collect()
}

/// Slope and constant from the log-odds of a chord's probability to those of being right.
fn chord_certainty(examples: &[Example], found: &[Harmony]) -> Result<[f64; 2], Failure> {
    let mut observations = Vec::new();
    for (example, harmony) in examples.iter().zip(found) {
        for span in &harmony.chords {
            let estimate = [Span { start: span.start, end: span.end, label: span.label.clone() }];
            let within = clipped(&example.chords, span.start, span.end);
            let Some(right) = metrics::majmin(&within, &estimate) else { continue };
            let p = f64::from(span.confidence.clamp(0.001, 0.999));
            observations.push(Observation {
                x: vec![1.0, (p / (1.0 - p)).ln()],
                yes: right,
                weight: span.end - span.start,
            });
        }
    }
    slope_and_constant(&observations)
}

/// Slope and constant (0) from the log-odds of a key's probability to those of being right, by time.
///
/// Even odds stay even: where nearly all keys are right, a constant would make sure of doubtful ones, and
/// songs are not everywhere so easy. So every observation has its mirror image.
fn key_certainty(examples: &[Example], found: &[Harmony]) -> Result<[f64; 2], Failure> {
    let mut observations = Vec::new();
    for (example, harmony) in examples.iter().zip(found).filter(|(example, _)| !example.keys.is_empty()) {
        for span in &harmony.keys {
            let estimate = [Span { start: span.start, end: span.end, label: span.key.to_string() }];
            let p = f64::from(span.confidence.clamp(0.001, 0.999));
            let log_odds = (p / (1.0 - p)).ln();
            let right = metrics::keys(&clipped(&example.keys, span.start, span.end), &estimate);
            let weight = (span.end - span.start) / example.features.duration.max(1e-9);
            for (log_odds, yes) in [(log_odds, right), (-log_odds, 1.0 - right)] {
                observations.push(Observation { x: vec![1.0, log_odds], yes, weight });
            }
        }
    }
    slope_and_constant(&observations)
}

fn slope_and_constant(observations: &[Observation]) -> Result<[f64; 2], Failure> {
    let fitted = logistic::fit(&observations.iter().collect::<Vec<_>>(), 1e-3)?;
    Ok([fitted[1], fitted[0]])
}

/// The spans between `start` and `end`.
fn clipped(spans: &[Span], start: f64, end: f64) -> Vec<Span> {
    spans
        .iter()
        .map(|span| Span { start: span.start.max(start), end: span.end.min(end), label: span.label.clone() })
        .filter(|span| span.end > span.start)
        .collect()
}

/// Calls `f` for each of `0..n`, on as many threads as there are processors; the order is kept.
fn in_parallel<T: Send>(n: usize, f: impl Fn(usize) -> T + Sync) -> Result<Vec<T>, Failure> {
    let next = Mutex::new(0..n);
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let idx = next.lock().ok().and_then(|mut next| next.next());
            let Some(idx) = idx else { break };
            let result = f(idx);
            if let Ok(mut done) = done.lock() {
                done.push((idx, result));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().map_err(|_| "a fit panicked")?;
    done.sort_by_key(|(idx, _)| *idx);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
