//! Onset activations → tempo, beats, bars, meter, groove.

mod accents;
mod activation;
mod bars;
mod base64;
mod beats;
mod candidates;
mod confidence;
mod curve;
mod evidence;
mod frame;
mod groove;
mod judge;
mod loops;
mod meter;
mod model;
#[cfg(any(test, feature = "training"))]
mod names;
#[cfg_attr(
    not(feature = "training"),
    expect(unreachable_pub, reason = "what trains the network sees inside it")
)]
mod network;
#[cfg(feature = "training")]
#[doc(hidden)]
pub mod network_training;
mod patterns;
mod pulse;
mod tempo;
mod tempogram;

use serde::Serialize;

use self::bars::{Place, count_bars, meter_odds};
use self::beats::{beat_confidences, fit_to_music, place_beats};
use self::candidates::{Candidate, Profiles, gather_candidates};
use self::confidence::{PULSE_FEATURES, pulse_features, tempo_confidence_features, tempo_confidence_names};
use self::curve::divide_by_tempo;
use self::evidence::Evidence;
pub use self::groove::Onset;
use self::groove::{describe_groove, find_onsets};
use self::loops::EvenBeats;
use self::meter::{Division, divide_by_meter, division_features, division_names};
use self::model::{LEARNED, Model, dot, sigmoid};
use self::network::Network;
use self::patterns::BeatPatterns;
use self::tempo::{N_OF_TEMPO, metrical_features, rank_tempi, style_penalty};
use self::tempogram::Tempogram;
use crate::features::Features;
use crate::pace::Pace;
use crate::params::{AnalysisParams, Quality};
use crate::units::{Bpm, TimeSignature, round};

/// What the rhythm stage found. Everything is empty or `None` where there is no pulse.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    /// Tempo hypotheses, most likely first; the first is the song's tempo. Empty without a pulse.
    pub tempo_candidates: Vec<TempoCandidate>,
    /// Tempo over time, contiguous spans of steady tempo.
    pub tempo_curve: Vec<TempoSpan>,
    /// Beats in order of time.
    pub beats: Vec<Beat>,
    /// Meters over time, contiguous spans.
    pub meters: Vec<MeterSpan>,
    /// Descriptors of rhythm.
    pub groove: Groove,
    /// Where something starts to sound, in order of time; there without a pulse too.
    pub onsets: Vec<Onset>,
}

impl Rhythm {
    /// Times of the beats that start a bar, in seconds.
    #[must_use]
    pub fn downbeats(&self) -> Vec<f64> {
        self.beats.iter().filter(|beat| beat.position == 1).map(|beat| beat.time).collect()
    }
}

/// A tempo hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TempoCandidate {
    /// Tempo.
    #[serde(serialize_with = "bpm")]
    pub bpm: Bpm,
    /// Probability that this is the tempo people tap, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span of steady tempo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TempoSpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Tempo.
    #[serde(serialize_with = "bpm")]
    pub bpm: Bpm,
}

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Beat {
    /// Seconds from the first sample.
    #[serde(serialize_with = "round::ms")]
    pub time: f64,
    /// Position in the bar, from 1 (the downbeat).
    pub position: u32,
    /// Probability that a beat is within 70 ms, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// A span of one meter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MeterSpan {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// Time signature.
    pub value: TimeSignature,
    /// Probability that it is right, in [0, 1].
    #[serde(serialize_with = "round::unit")]
    pub confidence: f32,
}

/// Descriptors of rhythm; `None` where there is nothing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Groove {
    /// How clearly a pulse is felt, in [0, 1] (Lartillot 2008): high for drums on the beat, low for what floats.
    #[serde(serialize_with = "round::unit_opt")]
    pub pulse_clarity: Option<f32>,
    /// Onsets per second: how busy it is. From 0; songs have some 2 to 8.
    #[serde(serialize_with = "round::centi_opt")]
    pub onset_rate_hz: Option<f64>,
    /// Share of onset weight on weak positions without an onset on the next strong one, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub syncopation: Option<f32>,
    /// Variety of the bar's onset patterns, in [0, 1]: 0 where every bar is the same.
    #[serde(serialize_with = "round::unit_opt")]
    pub complexity: Option<f32>,
    /// Length of the first eighth over the second: 1 is straight, 2 is triplet swing; in [0.75, 2.5].
    #[serde(serialize_with = "round::centi_opt")]
    pub swing_ratio: Option<f64>,
    /// Typical deviation of onsets from the grid in milliseconds, their median: some 3 by a machine, 10 to 20 by hand.
    #[serde(serialize_with = "round::centi_opt")]
    pub microtiming_ms: Option<f64>,
    /// 1 for a metronome; 1 − the coefficient of variation of the beat periods, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub tempo_stability: Option<f32>,
}

fn bpm<S: serde::Serializer>(bpm: &Bpm, serializer: S) -> Result<S::Ok, S::Error> {
    round::centi(&bpm.get(), serializer)
}

/// Finds the pulse of a song and everything counted in it.
pub async fn estimate_rhythm(features: &Features, params: &AnalysisParams, pace: &Pace) -> Rhythm {
    if features.duration < SHORTEST {
        return Rhythm::default();
    }
    let model = Model::parse(LEARNED);
    let mut heard = Heard::listen(features, params, &Network::learned(), pace).await;
    heard.follow(params, &model, features.duration, pace).await;
    // Work on all frames that is little for songs, and much for hours.
    let over_frames = 40 * heard.evidence.n_frames();
    pace.spend(over_frames).await;
    let onsets = find_onsets(&heard.evidence);
    pace.spend(over_frames).await;
    let without_pulse = |clarity: Option<f32>| Rhythm {
        groove: describe_groove(&onsets, &[], Division::Duple, features.duration, clarity),
        onsets: onsets.clone(),
        ..Rhythm::default()
    };
    let Some(best) = heard.candidates.first() else { return without_pulse(None) };
    let mut times = beat_times(&heard.evidence, best, features);
    pace.spend(over_frames).await;
    let loop_beats = heard.loop_beats(features.duration);
    if let Some(n_beats) = loop_beats {
        // What would be the next beat is the first again.
        times.retain(|&time| time < features.duration * (1.0 - 0.5 / n_beats));
    }
    let pulse = sigmoid(dot(&model.weights("pulse", &PULSE_FEATURES), &pulse_features(&heard, best)));
    if times.len() < MIN_BEATS || pulse < 0.5 {
        return without_pulse(None);
    }
    let reading = Reading::of(&heard, features, &times, &model, pace).await;
    pace.spend(over_frames).await;
    let loop_tempo = loop_beats.and_then(|n_beats| Bpm::new(60.0 * n_beats / features.duration));
    let tempo_curve = match loop_tempo {
        Some(bpm) => vec![TempoSpan { start: 0.0, end: features.duration, bpm }],
        None => divide_by_tempo(&times, features.duration),
    };
    pace.spend(over_frames).await;
    let tempo_candidates = tempo_candidates(&heard, &times, &tempo_curve, params, &model);
    let triple = reading.triple;
    let division = if triple > 0.5 { Division::Triple } else { Division::Duple };
    let meters =
        divide_by_meter(&times, &reading.places, &reading.posterior, triple, features.duration, &model);
    pace.spend(over_frames).await;
    let confidences = beat_confidences(&heard.evidence, &times, best.probability, &model);
    let beats: Vec<Beat> = times
        .iter()
        .zip(&reading.places)
        .zip(confidences)
        .map(|((&time, place), confidence)| Beat { time, position: place.position as u32 + 1, confidence })
        .collect();
    pace.spend(over_frames).await;
    let clarity = Some(heard.tempogram.clarity());
    let groove = describe_groove(&onsets, &beats, division, features.duration, clarity);
    Rhythm { tempo_candidates, tempo_curve, beats, meters, groove, onsets }
}

/// What was heard of a song's pulse, and the readings of it.
#[derive(Debug)]
struct Heard {
    evidence: Evidence,
    profiles: Profiles,
    tempogram: Tempogram,
    /// Most likely first; empty without a pulse.
    candidates: Vec<Candidate>,
}

impl Heard {
    /// Gathers what there is to hear; the candidates are still to be found.
    async fn listen(features: &Features, params: &AnalysisParams, network: &Network, pace: &Pace) -> Self {
        let evidence = Evidence::gather(features, network, pace).await;
        let (slowest, fastest) = (params.tempo_min.get(), params.tempo_max.get());
        let tempogram = Tempogram::compute(&evidence, slowest.min(30.0), fastest.max(300.0), pace).await;
        let profiles = Profiles::of(&evidence, pace).await;
        Self { evidence, profiles, tempogram, candidates: Vec::new() }
    }

    /// Follows the best tempi through the song.
    async fn follow(&mut self, params: &AnalysisParams, model: &Model, duration: f64, pace: &Pace) {
        let Self { evidence, profiles, tempogram, candidates } = self;
        let hypotheses = rank_tempi(tempogram, params, model);
        let n_tempi = match params.quality {
            Quality::Fast | Quality::Balanced => 5,
            Quality::Thorough => 8,
        };
        *candidates =
            gather_candidates(evidence, profiles, tempogram, &hypotheses, n_tempi, model, pace).await;
        let range = params.tempo_min.get() * 0.97..=params.tempo_max.get() * 1.03;
        candidates.retain(|candidate| range.contains(&candidate.bpm));
        for candidate in candidates.iter_mut() {
            candidate.probability *= (-style_penalty(params.style, candidate.bpm)).exp()
                * EvenBeats::through(&candidate.beats, evidence.grid).likelihood(duration);
        }
        let total: f64 = candidates.iter().map(|c| c.probability).sum::<f64>().max(f64::MIN_POSITIVE);
        candidates.iter_mut().for_each(|c| c.probability /= total);
        candidates.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    }
}

impl Heard {
    /// The whole number of beats that a file of this length is, if it seems to be a loop.
    fn loop_beats(&self, duration: f64) -> Option<f64> {
        EvenBeats::through(&self.candidates.first()?.beats, self.evidence.grid).of_loop(duration)
    }
}

/// The beats of a candidate in seconds, from where the music starts to where it ends.
fn beat_times(evidence: &Evidence, candidate: &Candidate, features: &Features) -> Vec<f64> {
    let mut times = place_beats(evidence, &candidate.beats);
    fit_to_music(&mut times, music_span(features), |time| sounds_at(features, time));
    times.retain(|&time| time <= features.duration);
    times
}

/// The bars read into a run of beats.
struct Reading {
    /// `[n_beats]`.
    places: Vec<Place>,
    /// Posterior of each meter at each beat, `[n_beats]`.
    posterior: Vec<[f32; bars::METERS.len()]>,
    /// Probability that beats are divided in three.
    triple: f64,
}

impl Reading {
    async fn of(heard: &Heard, features: &Features, times: &[f64], model: &Model, pace: &Pace) -> Self {
        // Each of these looks at all beats, from many sides.
        let over_beats = 2_000 * times.len();
        let rows = accents::accent_features(&heard.evidence, times);
        pace.spend(over_beats).await;
        let cues = BarCues::of(heard, times, &rows, model);
        pace.spend(over_beats).await;
        let accents = accents::accents(&rows, model);
        pace.spend(over_beats).await;
        let odds = meter_odds(&accents, &cues, model);
        pace.spend(over_beats).await;
        let begins_bar = heard.loop_beats(features.duration).is_some();
        let (mut places, posterior) = count_bars(&accents, &odds, begins_bar);
        pace.spend(over_beats).await;
        if !begins_bar {
            let fine = &features.onsets.fine;
            let counts = frame::counts(&heard.evidence, fine, times, (&rows, &accents), &places);
            pace.spend(over_beats).await;
            places = frame::choose(counts, places, model);
        }
        Self { places, posterior, triple: cues.triple }
    }

    /// The beats that begin a bar, of those in seconds.
    #[cfg(feature = "training")]
    fn downbeats(&self, times: &[f64]) -> Vec<f64> {
        let begins = self.places.iter().map(|place| place.position == 0);
        times.iter().zip(begins).filter(|(_, begins)| *begins).map(|(&time, _)| time).collect()
    }
}

/// What is known of a run of beats besides their accents.
struct BarCues {
    /// Sequences over the beats whose repetition after a bar tells.
    columns: [Vec<f64>; 4],
    patterns: BeatPatterns,
    /// Downbeats heard at the beats.
    downbeats: Vec<f64>,
    /// Distance of the tempo from 110 BPM.
    octaves: f64,
    /// Probability that beats are divided in three.
    triple: f64,
}

/// Largest probability of beats in three where the first third is not played: that is swing.
const SWUNG: f64 = 0.3;

/// The frames that times fall in.
fn frames_of(heard: &Heard, times: &[f64]) -> Vec<usize> {
    times.iter().map(|&time| heard.evidence.grid.frame_at(time)).collect()
}

impl BarCues {
    fn of(heard: &Heard, times: &[f64], rows: &[Vec<f64>], model: &Model) -> Self {
        let octaves = octaves_of(times);
        let weights = model.weights("division", &division_names());
        let likely = sigmoid(dot(&weights, &Self::division(heard, times)));
        let triple = if heard.profiles.plays_first_thirds(&frames_of(heard, times)) {
            likely
        } else {
            likely.min(SWUNG)
        };
        let frames = frames_of(heard, times);
        let patterns = BeatPatterns::of(&heard.evidence, &heard.profiles, &frames);
        let downbeats = heard.profiles.downbeats(&frames);
        Self { columns: accents::columns(rows), patterns, downbeats, octaves, triple }
    }

    /// What tells how beats are divided.
    fn division(heard: &Heard, times: &[f64]) -> Vec<f64> {
        let octaves = octaves_of(times);
        let phases = heard.profiles.phases(&frames_of(heard, times));
        let metrical = metrical_features(&heard.tempogram, 110.0 * octaves.exp2());
        division_features(octaves, &phases, &metrical[N_OF_TEMPO..])
    }
}

/// Distance of the median tempo of beats from 110 BPM in octaves.
fn octaves_of(times: &[f64]) -> f64 {
    let mut periods: Vec<f64> = times.windows(2).map(|t| t[1] - t[0]).collect();
    periods.sort_by(f64::total_cmp);
    // s/min ÷ s/beat = beats/min
    periods.get(periods.len() / 2).map_or(0.0, |period| (60.0 / period / 110.0).log2())
}

/// Seconds below which no pulse is looked for.
const SHORTEST: f64 = 2.0;
/// Fewer beats than this are no pulse.
const MIN_BEATS: usize = 4;

/// The tempi of the candidates with their probabilities; the first is that of the beats.
fn tempo_candidates(
    heard: &Heard,
    times: &[f64],
    curve: &[TempoSpan],
    params: &AnalysisParams,
    model: &Model,
) -> Vec<TempoCandidate> {
    let Some(best) = heard.candidates.first() else { return Vec::new() };
    let (slowest, fastest) = (params.tempo_min.get(), params.tempo_max.get());
    let tempo = main_tempo(times, curve).unwrap_or(best.bpm);
    let mut groups: Vec<(f64, f64)> = Vec::new();
    for candidate in &heard.candidates {
        match groups.iter_mut().find(|(bpm, _)| (bpm / candidate.bpm).ln().abs() < SAME_TEMPO) {
            Some(group) => group.1 += candidate.probability,
            None => groups.push((candidate.bpm, candidate.probability)),
        }
    }
    let features = tempo_confidence_features(best, groups[0].1);
    let sure = sigmoid(dot(&model.weights("tempo_confidence", &tempo_confidence_names()), &features));
    let rest: f64 = groups[1..].iter().map(|group| group.1).sum::<f64>().max(f64::MIN_POSITIVE);
    let mut found: Vec<TempoCandidate> = groups
        .iter()
        .enumerate()
        .filter_map(|(idx, &(bpm, probability))| {
            // Simple ratios to the first are exact: frames are coarse.
            let exact = [0.25, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.75, 4.0 / 3.0, 1.5, 2.0, 3.0, 4.0]
                .into_iter()
                .find(|exact| (bpm / best.bpm / exact).ln().abs() < SAME_TEMPO);
            let shown = if idx == 0 { tempo } else { exact.map_or(bpm, |exact| tempo * exact) };
            // What is left may belong to none of the others, and none is likelier than the first.
            let share = if idx == 0 { sure } else { ((1.0 - sure) * probability / rest).min(sure) };
            Some(TempoCandidate { bpm: Bpm::new(shown.clamp(slowest, fastest))?, confidence: share as f32 })
        })
        .collect();
    if found.len() > 1 {
        found[1..].sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    }
    found
}

/// Tempi within this share of each other are the same.
const SAME_TEMPO: f64 = 0.05;

/// How far a span's tempo may lie from the median to stand for it (natural logarithm).
const NEAR_MEDIAN: f64 = 0.03;

/// Share of the beats that must have the median tempo for it to be one: fewer pass it where the tempo jumps.
const PASSED: f64 = 0.03;

/// The median tempo of the beats, as exactly as the longest span of the curve that has it tells; where
/// hardly a beat has it, the tempo of the longest span.
fn main_tempo(times: &[f64], curve: &[TempoSpan]) -> Option<f64> {
    let mut periods: Vec<f64> = times.windows(2).map(|t| t[1] - t[0]).collect();
    periods.sort_by(f64::total_cmp);
    let median = 60.0 / periods.get(periods.len() / 2)?;
    let is_near = |bpm: f64| (bpm / median).ln().abs() < NEAR_MEDIAN;
    let longest = |spans: &mut dyn Iterator<Item = &TempoSpan>| {
        spans.max_by(|a, b| (a.end - a.start).total_cmp(&(b.end - b.start))).map(|span| span.bpm.get())
    };
    if let Some(tempo) = longest(&mut curve.iter().filter(|span| is_near(span.bpm.get()))) {
        return Some(tempo);
    }
    let share =
        periods.iter().filter(|&&period| is_near(60.0 / period)).count() as f64 / periods.len() as f64;
    if share < PASSED { longest(&mut curve.iter()) } else { Some(median) }
}

/// Sound softer than this share of the song's loudest counts as silence (−50 dB).
const SILENCE: f32 = 0.003;
/// Seconds around a beat in which something must sound.
const SOUNDING_REACH: f64 = 0.6;

/// Whether anything sounds around `time`.
fn sounds_at(features: &Features, time: f64) -> bool {
    let rms = &features.timbre.rms;
    let floor = SILENCE * rms.iter().copied().fold(0.0f32, f32::max);
    let grid = features.timbre.grid;
    let span = grid.frame_at(time - SOUNDING_REACH)..grid.frame_at(time + SOUNDING_REACH).min(rms.len());
    rms.is_empty() || span.start < span.end && rms[span].iter().any(|&x| x > floor)
}

/// When the music starts and ends in seconds.
fn music_span(features: &Features) -> (f64, f64) {
    let rms = &features.timbre.rms;
    let grid = features.timbre.grid;
    let floor = SILENCE * rms.iter().copied().fold(0.0f32, f32::max);
    let first = rms.iter().position(|&x| x > floor);
    let last = rms.iter().rposition(|&x| x > floor);
    match (first, last) {
        (Some(first), Some(last)) => (grid.time_of(first), grid.time_of(last + 1).min(features.duration)),
        _ => (0.0, features.duration),
    }
}

#[cfg(feature = "training")]
pub mod training;

#[cfg(test)]
mod tests;
