//! Onset activations → tempo, beats, bars, meter, groove.

mod activation;
mod bar_pointer;
mod bars;
mod beats;
mod curve;
mod evidence;
mod groove;
mod meter;
mod network;
#[cfg(feature = "training")]
#[doc(hidden)]
pub mod network_training;
mod pulse;
mod tempo;
mod tempogram;

use serde::Serialize;

use self::activation::compute_activations;
use self::bar_pointer::{BarParams, PeriodRange, track_bars};
use self::bars::{halve_bars, meter_posteriors};
use self::beats::{fit_to_music, place_beats, rate_beats};
use self::curve::divide_by_tempo;
use self::evidence::Evidence;
use self::groove::{describe_groove, find_onsets};
use self::meter::{Division, divide_by_meter, estimate_division};
use self::pulse::{PulseBeat, PulseParams, track_pulse};
use self::tempo::{Hypothesis, rank_tempi};
use self::tempogram::Tempogram;
use crate::features::Features;
use crate::pace::Pace;
use crate::params::AnalysisParams;
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
pub struct Groove {
    /// How clearly a pulse is felt, in [0, 1] (Lartillot 2008).
    #[serde(serialize_with = "round::unit_opt")]
    pub pulse_clarity: Option<f32>,
    /// Onsets per second.
    #[serde(serialize_with = "round::centi_opt")]
    pub onset_rate_hz: Option<f64>,
    /// Share of onset weight on weak positions without an onset on the next strong one, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub syncopation: Option<f32>,
    /// Variety of the bar's onset patterns, in [0, 1].
    #[serde(serialize_with = "round::unit_opt")]
    pub complexity: Option<f32>,
    /// Length of the first eighth over the second: 1 is straight, 2 is triplet swing.
    #[serde(serialize_with = "round::centi_opt")]
    pub swing_ratio: Option<f64>,
    /// Typical deviation of onsets from the grid in milliseconds.
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
    let evidence = Evidence::gather(features, pace).await;
    let (slowest, fastest) = (params.tempo_min.get(), params.tempo_max.get());
    let tempogram = Tempogram::compute(&evidence, slowest.min(30.0), fastest.max(300.0), pace).await;
    let hypotheses = rank_tempi(&tempogram, params);
    let Some(best) = hypotheses.first() else {
        let onsets = find_onsets(&evidence);
        let groove = describe_groove(&onsets, &[], Division::Duple, features.duration, None);
        return Rhythm { groove, ..Rhythm::default() };
    };

    let rate = evidence.grid.frame_rate();
    let periods = beat_periods(rate, slowest, fastest);
    let beat_only = activation::beat_evidence(&evidence);
    let pulse = track_pulse(&beat_only, &tempogram, evidence.grid, best.bpm, &PulseParams::default(), pace).await;
    let local = local_periods(&pulse, evidence.n_frames(), rate * 60.0 / best.bpm);
    let reach: f64 = std::env::var("P_NARROW").ok().and_then(|s| s.parse().ok()).unwrap_or(1.1);
    let active = |frame: usize| {
        let at = |f: usize| local[f.min(local.len() - 1)];
        let r = local[frame] as usize;
        let (a, b, c) = (at(frame.saturating_sub(r)), at(frame), at(frame + r));
        let first = periods.partition_point(|&p| (p as f64) < a.min(b).min(c) / reach);
        let last = periods.partition_point(|&p| (p as f64) <= a.max(b).max(c) * reach);
        first.min(periods.len().saturating_sub(1))..last.max(first + 1).min(periods.len())
    };
    let period_at = |frame: usize| local[frame.min(local.len() - 1)];
    let activations = compute_activations(&evidence, period_at, pace).await;
    let decoded = track_bars(&activations, &periods, active, &BarParams::default(), pace).await;

    let decoded = if std::env::var("P_ONLY").is_ok() { pulse.iter().map(|b| bar_pointer::DecodedBeat { frame: b.frame, position: 0, meter: 4 }).collect() } else { decoded };
    let mut placed = place_beats(&evidence, &decoded);
    let music = music_span(features);
    fit_to_music(&mut placed, music, |time| sounds_at(features, time));
    placed.retain(|beat| beat.time <= features.duration);
    let onsets = find_onsets(&evidence);
    if placed.len() < MIN_BEATS {
        let groove = describe_groove(&onsets, &[], Division::Duple, features.duration, None);
        return Rhythm { groove, ..Rhythm::default() };
    }
    let times: Vec<f64> = placed.iter().map(|beat| beat.time).collect();
    let tempo_curve = divide_by_tempo(&times, features.duration);
    let tempo_candidates = candidates(&hypotheses, &tempo_curve, (slowest, fastest));
    let level = tempo_candidates.first().map_or(0.0, |best| best.confidence);
    let division = estimate_division(&evidence, &placed);
    halve_bars(&activations, evidence.grid, &mut placed, division);
    let posterior = meter_posteriors(&activations, evidence.grid, &placed, &BarParams::default());
    let meters = divide_by_meter(&placed, &posterior, division, features.duration);
    let beats = rate_beats(&evidence, &placed, 0.5 + 0.5 * level);
    let groove = describe_groove(&onsets, &beats, division, features.duration, Some(tempogram.clarity()));
    Rhythm { tempo_candidates, tempo_curve, beats, meters, groove }
}

/// The beat period in frames around each frame: the median of the nearest five of the pulse.
fn local_periods(pulse: &[PulseBeat], n_frames: usize, fallback: f64) -> Vec<f64> {
    if pulse.len() < 2 {
        return vec![fallback; n_frames];
    }
    let gaps: Vec<f64> = pulse.windows(2).map(|b| (b[1].frame - b[0].frame) as f64).collect();
    let smooth: Vec<f64> = (0..gaps.len())
        .map(|idx| {
            let mut near = gaps[idx.saturating_sub(1)..(idx + 2).min(gaps.len())].to_vec();
            near.sort_by(f64::total_cmp);
            near[near.len() / 2]
        })
        .collect();
    let mut next = 0;
    (0..n_frames)
        .map(|frame| {
            while next + 1 < smooth.len() && pulse[next + 1].frame <= frame {
                next += 1;
            }
            smooth[next]
        })
        .collect()
}

/// Seconds below which no pulse is looked for.
const SHORTEST: f64 = 2.0;
/// Fewer beats than this are no pulse.
const MIN_BEATS: usize = 4;

/// The hypotheses with their probabilities; the first at the tempo that the beats have most of the time.
fn candidates(
    hypotheses: &[Hypothesis],
    curve: &[TempoSpan],
    (slowest, fastest): (f64, f64),
) -> Vec<TempoCandidate> {
    let Some(best) = hypotheses.first() else { return Vec::new() };
    let longest = curve.iter().max_by(|a, b| (a.end - a.start).total_cmp(&(b.end - b.start)));
    let tempo = longest.map_or(best.bpm, |span| span.bpm.get());
    let total: f64 = hypotheses.iter().map(|h| (h.score - best.score).exp()).sum();
    let mut candidates: Vec<TempoCandidate> = hypotheses
        .iter()
        .enumerate()
        .filter_map(|(idx, h)| {
            // Simple ratios to the first are exact: the grid of the tempogram is coarse.
            let ratio = h.bpm / best.bpm;
            let exact = [0.25, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.75, 1.0, 4.0 / 3.0, 1.5, 2.0, 3.0, 4.0]
                .into_iter()
                .find(|exact| (ratio / exact).ln().abs() < 0.03);
            let bpm = if idx == 0 { tempo } else { exact.map_or(h.bpm, |exact| tempo * exact) };
            let confidence = ((h.score - best.score).exp() / total) as f32;
            Some(TempoCandidate { bpm: Bpm::new(bpm.clamp(slowest, fastest))?, confidence })
        })
        .collect();
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    candidates
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

/// Beat periods in frames between two tempi, rising, about 2 % apart where whole frames allow.
fn beat_periods(rate: f64, slowest: f64, fastest: f64) -> Vec<usize> {
    let mut periods = Vec::new();
    // frames/s · 60 s/min ÷ beats/min = frames/beat
    let (mut period, last) = (rate * 60.0 / fastest, rate * 60.0 / slowest);
    while period <= last {
        let whole = period.round() as usize;
        if periods.last() != Some(&whole) {
            periods.push(whole);
        }
        period *= 1.015;
    }
    periods
}

/// The periods near the tempo of the windows around `time`.
fn active_periods(windows: &[(f64, f64)], time: f64, rate: f64, periods: &[usize]) -> PeriodRange {
    let next = windows.partition_point(|&(at, _)| at < time);
    let near = &windows[next.saturating_sub(2)..(next + 2).min(windows.len())];
    let slowest = near.iter().map(|w| w.1).fold(f64::INFINITY, f64::min);
    let fastest = near.iter().map(|w| w.1).fold(0.0, f64::max);
    let first = periods.partition_point(|&p| (p as f64) < rate * 60.0 / fastest * 0.9);
    let last = periods.partition_point(|&p| (p as f64) <= rate * 60.0 / slowest * 1.1);
    first.min(periods.len().saturating_sub(1))..last.max(first + 1).min(periods.len())
}

#[cfg(test)]
mod tests;
