//! Log-frequency spectrum and beats → tuning, key, chords.

mod chord;
mod chords;
mod chroma;
mod grid;
pub(crate) mod harte;
mod key;
mod modulation;
mod network;
mod numbers;
mod presence;
mod profiles;
mod roman;
mod spelling;
#[cfg(test)]
mod synthetic_tests;
#[cfg(feature = "training")]
pub mod training;
mod transcription;
mod tuning;
mod vocabulary;
mod written;

pub(crate) use harte::pitch_class;
pub(crate) use written::write_chord;

use serde::Serialize;

use crate::features::Features;
use crate::matrix::Matrix;
use crate::pace::Pace;
use crate::params::AnalysisParams;
use crate::rhythm::Rhythm;
use crate::units::{Key, PitchClass, round};

use chord::{Chord, Quality};
use chords::{ChordSequence, decode_chords, prior_in_keys, same_third, score_chords};
use chroma::{Chromagram, beat_chroma, chroma_of, melody_of, novelty_of};
use grid::{Unit, units_of};
use key::{EAGER, KeyEvidence, KeyRun, KeyTrack, STEADY, settle_keys, tonality_of};
use modulation::true_changes;
use numbers::{Numbers, calibrated, calibrated_key};
use presence::{evidence_of, find_harmony};
use profiles::profiles_of;
use roman::roman_numeral;
use transcription::{Transcription, transcribe};
use tuning::estimate_tuning;
use vocabulary::Vocabulary;

/// What the harmony stage found. Everything is empty or `None` where nothing tonal sounds.
#[derive(Debug, Clone, Default)]
pub struct Harmony {
    /// Deviation from A4 = 440 Hz.
    pub tuning: Option<Tuning>,
    /// Keys of the whole song, most likely first; empty for atonal and percussive music.
    pub key_candidates: Vec<KeyCandidate>,
    /// Keys over time, contiguous spans; empty with `key_candidates`.
    pub keys: Vec<KeySpan>,
    /// Chords over time, contiguous, `N` where none sounds.
    pub chords: Vec<ChordSpan>,
    /// Tuned chroma averaged between beats (or fixed windows where there are none), for the structure stage.
    pub beat_chroma: BeatChroma,
    /// Notes, for the structure stage.
    pub melody: Melody,
}

/// Chroma between consecutive times.
#[derive(Debug, Clone, Default)]
pub struct BeatChroma {
    /// Edges of the intervals in seconds, `[n + 1]`, from 0 to the duration; empty without audio.
    pub edges: Vec<f64>,
    /// `[n × 12]` from C, non-negative, each row with maximum 1 (or all zero).
    pub treble: Matrix,
    /// `[n × 12]` of the bass register.
    pub bass: Matrix,
}

/// How many notes are in the range of melodies: C4 to B6.
pub const N_MELODY_NOTES: usize = 36;

/// Notes between consecutive times, in the range of melodies.
#[derive(Debug, Clone, Default)]
pub struct Melody {
    /// Edges of the intervals in seconds, `[n + 1]`: beats, and halves of long beats.
    pub edges: Vec<f64>,
    /// Salience of the notes from C4 up, `[n × N_MELODY_NOTES]`, non-negative, each row with maximum 1 (or all zero).
    pub notes: Matrix,
}

/// Deviation from concert pitch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tuning {
    /// Cents above A4 = 440 Hz, in (−50, 50].
    #[serde(serialize_with = "round::centi")]
    pub cents: f64,
    /// Frequency of A4 in Hz.
    #[serde(serialize_with = "round::centi")]
    pub a4_hz: f64,
}

/// A hypothesis of the song's key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyCandidate {
    /// Key.
    pub key: Key,
    /// Probability that it is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span in one key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeySpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Key.
    pub key: Key,
    /// Probability that it is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span of one chord.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChordSpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Harte syntax: `C:maj7/3`, `N` for no chord.
    pub label: String,
    /// As players write it: `Cmaj7/E`, `N.C.` for no chord.
    pub name: String,
    /// Roman numeral in the local key: `Imaj7`; `None` without a key or chord.
    pub roman: Option<String>,
    /// Probability that root and third are right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// Finds tuning, keys and chords of a song.
///
/// Tuning first, then a transcription of each unit between beats, chroma, a first idea of the keys,
/// chords in their light, and the keys again in the light of the chords. O(duration).
pub async fn estimate_harmony(
    features: &Features,
    rhythm: &Rhythm,
    params: &AnalysisParams,
    pace: &Pace,
) -> Harmony {
    let hearing = listen(features, rhythm, pace).await;
    decide(&Numbers::learned(), &hearing, params, pace, |_, _, _| ()).await
}

/// What is heard, before anything is decided by learned numbers.
#[derive(Debug, Clone)]
struct Hearing {
    tuning: Option<Tuning>,
    units: Vec<Unit>,
    transcription: Transcription,
    chroma: Chromagram,
}

/// Finds the tuning and transcribes the units.
async fn listen(features: &Features, rhythm: &Rhythm, pace: &Pace) -> Hearing {
    let tuning = estimate_tuning(&features.spectrum.pitch_deviation);
    let units = units_of(rhythm, features.duration);
    let cents = tuning.map_or(0.0, |tuning| tuning.cents);
    let transcription = transcribe(&features.spectrum, &units, cents, pace).await;
    let chroma = chroma_of(&transcription);
    Hearing { tuning, units, transcription, chroma }
}

/// Decides about keys and chords. `see` is shown the stretches that seem to be in one key before it is
/// decided about them.
async fn decide(
    numbers: &Numbers,
    hearing: &Hearing,
    params: &AnalysisParams,
    pace: &Pace,
    see: impl FnOnce(&KeyEvidence<'_>, &KeyTrack, &[KeyRun]),
) -> Harmony {
    let Hearing { tuning, units, transcription, chroma } = hearing;
    let tuning = *tuning;
    let beat_chroma = beat_chroma(units, chroma);
    let melody = melody_of(units, transcription);

    let audible = audible_units(transcription);
    let evidence = evidence_of(units, transcription, &audible);
    let presence = find_harmony(&evidence, &audible, &transcription.is_lines, &numbers.presence);
    let weights: Vec<f32> = units
        .iter()
        .zip(&presence.is_harmonic)
        .map(|(unit, &is_harmonic)| if is_harmonic { unit.length() as f32 } else { 0.0 })
        .collect();
    if tuning.is_none() || !presence.is_harmonic.contains(&true) {
        let chords = chord_spans(units, &[], &[], &[]);
        return Harmony { tuning: None, beat_chroma, melody, chords, ..Harmony::default() };
    }

    let vocabulary = Vocabulary::new(params.chord_vocabulary);
    let profiles = profiles_of(params.key_profile, params.style);
    let all_registers = registers_together(chroma);
    let mut evidence = KeyEvidence {
        units,
        chroma: &all_registers,
        bass: &chroma.bass,
        weights: &weights,
        chords: &[],
        profiles: &profiles,
    };
    let first_keys = KeyTrack::of(&evidence).runs(STEADY);
    pace.progress(0.65);

    let scores = score_chords(&vocabulary, &numbers.network, chroma, &presence.is_harmonic, pace).await;
    let prior = chord_prior(&vocabulary, units, &first_keys);
    let mut decoded = decode_chords(&scores, &prior, units, &novelty_of(chroma), numbers, pace).await;
    decoded.doubt(&presence.probability);
    pace.progress(0.9);
    let unit_chords: Vec<Option<(Quality, usize)>> =
        decoded.states.iter().map(|&state| vocabulary.chord_of(state)).collect();

    evidence.chords = &unit_chords;
    let track = KeyTrack::of(&evidence);
    let runs = track.runs(EAGER);
    see(&evidence, &track, &runs);
    let tonality: f32 = tonality_of(&evidence, &runs).iter().zip(numbers.tonality).map(|(x, w)| x * w).sum();
    if tonality < 0.0 {
        let chords = chord_spans(units, &name_chords(&vocabulary, numbers, chroma, &decoded), &[], &[]);
        return Harmony { tuning, beat_chroma, melody, chords, ..Harmony::default() };
    }
    let runs = true_changes(&evidence, &runs, &track, numbers);
    let (song, settled) = settle_keys(&evidence, &runs, numbers);
    let all_keys: Vec<Key> = Key::all().collect();
    let key_candidates = key_candidates(&song, numbers);
    let keys: Vec<KeySpan> = settled
        .iter()
        .map(|(run, p)| KeySpan {
            start: units[run.from].start,
            end: units[run.to - 1].end,
            key: all_keys[run.key],
            confidence: calibrated_key(*p, numbers.key_certainty),
        })
        .collect();
    let runs: Vec<KeyRun> = settled.into_iter().map(|(run, _)| run).collect();

    let named = name_chords(&vocabulary, numbers, chroma, &decoded);
    let chords = chord_spans(units, &named, &runs, &all_keys);
    pace.progress(1.0);
    Harmony { tuning, key_candidates, keys, chords, beat_chroma, melody }
}

/// Key hypotheses reported.
const N_CANDIDATES: usize = 5;

/// The likeliest keys; the first's confidence is calibrated, the others share what it leaves.
fn key_candidates(probabilities: &[f32; 24], numbers: &Numbers) -> Vec<KeyCandidate> {
    let mut candidates: Vec<KeyCandidate> =
        Key::all().zip(probabilities).map(|(key, &confidence)| KeyCandidate { key, confidence }).collect();
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    candidates.truncate(N_CANDIDATES);
    let top = candidates.first().map_or(0.0, |candidate| candidate.confidence);
    let first = calibrated_key(top, numbers.key_certainty);
    let rest = (1.0 - first) / (1.0 - top).max(1e-6);
    for (idx, candidate) in candidates.iter_mut().enumerate() {
        candidate.confidence = if idx == 0 { first } else { (candidate.confidence * rest).clamp(0.0, first) };
    }
    candidates
}

/// A unit is silent if its level, a fourth root, is this share of the loud ones': −50 dB.
const SILENT_RATIO: f32 = 0.24;

/// Which units are loud enough for a chord.
fn audible_units(transcription: &Transcription) -> Vec<bool> {
    let mut levels = transcription.level.clone();
    levels.sort_by(f32::total_cmp);
    let loud = levels.get(levels.len() * 9 / 10).copied().unwrap_or(0.0);
    transcription
        .level
        .iter()
        .zip(&transcription.explained)
        .map(|(&level, &explained)| level > SILENT_RATIO * loud && level > 0.0 && explained > 0.0)
        .collect()
}

/// Treble and bass chroma added.
fn registers_together(chroma: &Chromagram) -> Matrix {
    let mut sum = chroma.treble.clone();
    for unit in 0..sum.n_rows() {
        for (s, b) in sum.row_mut(unit).iter_mut().zip(chroma.bass.row(unit)) {
            *s += 0.5 * b;
        }
    }
    sum
}

/// Log prior of chords in each unit, from the key it is in.
fn chord_prior(vocabulary: &Vocabulary, units: &[Unit], runs: &[KeyRun]) -> Matrix {
    let mut prior = Matrix::with_cols(vocabulary.n_states());
    for run in runs {
        let mut keys = [0.3 / 24.0; 24];
        keys[run.key] += 0.7;
        let row = prior_in_keys(vocabulary, &keys);
        for _ in run.from..run.to {
            prior.push_row(&row);
        }
    }
    debug_assert_eq!(prior.n_rows(), units.len());
    prior
}

/// A chord that holds for some units, `None` for no chord.
#[derive(Debug, Clone, Copy, PartialEq)]
struct NamedRun {
    from: usize,
    to: usize,
    chord: Option<Chord>,
    confidence: f32,
}

/// Joins equal states and adds basses and confidences.
fn name_chords(
    vocabulary: &Vocabulary,
    numbers: &Numbers,
    chroma: &Chromagram,
    decoded: &ChordSequence,
) -> Vec<NamedRun> {
    let mut runs = Vec::new();
    let mut from = 0;
    while from < decoded.states.len() {
        let state = decoded.states[from];
        let to = from + decoded.states[from..].iter().take_while(|&&s| s == state).count();
        let mut sure = 0.0;
        let mut bass = [0.0f32; 12];
        for unit in from..to {
            sure += share_of(vocabulary, decoded.posterior.row(unit), state);
            let row = chroma.bass.row(unit);
            let sum = row.iter().sum::<f32>().max(1e-6);
            bass.iter_mut().zip(row).for_each(|(b, x)| *b += x / sum);
        }
        let chord = vocabulary.chord_of(state).map(|(quality, root)| {
            let interval = Vocabulary::bass_of(quality, root, &bass);
            Chord { root: PitchClass::from_semitones(root as i32), quality, bass: interval }
        });
        let confidence = calibrated(sure / (to - from) as f32, numbers.chord_certainty);
        runs.push(NamedRun { from, to, chord, confidence });
        from = to;
    }
    runs
}

/// Posterior of all states with the root and third of `state`.
fn share_of(vocabulary: &Vocabulary, posterior: &[f32], state: usize) -> f32 {
    match vocabulary.chord_of(state) {
        None => posterior[state],
        Some((quality, root)) => posterior
            .iter()
            .enumerate()
            .filter(|(other, _)| {
                vocabulary.chord_of(*other).is_some_and(|(q, r)| r == root && same_third(q, quality))
            })
            .map(|(_, p)| p)
            .sum(),
    }
}

/// Chords as they are reported, from 0 to the end.
fn chord_spans(units: &[Unit], named: &[NamedRun], keys: &[KeyRun], all_keys: &[Key]) -> Vec<ChordSpan> {
    let whole = [NamedRun { from: 0, to: units.len(), chord: None, confidence: 1.0 }];
    let named = if named.is_empty() && !units.is_empty() { &whole[..] } else { named };
    named
        .iter()
        .map(|run| {
            let key = keys
                .iter()
                .find(|key| (key.from..key.to).contains(&run.from))
                .and_then(|key| all_keys.get(key.key).copied());
            ChordSpan {
                start: units[run.from].start,
                end: units[run.to - 1].end,
                label: run.chord.map_or_else(|| "N".to_owned(), |chord| chord.label(key)),
                name: run.chord.map_or_else(|| "N.C.".to_owned(), |chord| chord.name(key)),
                roman: run.chord.zip(key).map(|(chord, key)| roman_numeral(chord, key)),
                confidence: run.confidence.clamp(0.0, 1.0),
            }
        })
        .collect()
}
