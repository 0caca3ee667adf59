//! Descriptors of rhythm.

use super::evidence::Evidence;
use super::meter::Division;
use super::{Beat, Groove};

/// Where something starts to sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// Time in seconds.
    pub time: f64,
    /// How much the sound rises there, in units of the local root mean square of the rises; positive.
    pub strength: f32,
}

/// Rise above the neighbourhood's mean that makes an onset, in units of the local RMS.
const ONSET_THRESHOLD: f32 = 0.5;

/// Picks the peaks of the novelty curve (Böck, Krebs & Schedl 2012, section 2.3). O(n_frames).
pub(super) fn find_onsets(evidence: &Evidence) -> Vec<Onset> {
    let xs = &evidence.novelty;
    let n = xs.len();
    let rate = evidence.grid.frame_rate();
    let (near, wide) = ((0.03 * rate) as usize, (0.1 * rate) as usize);
    let mut onsets: Vec<Onset> = Vec::new();
    let mut last = None;
    for idx in 0..n {
        let peak = xs[idx.saturating_sub(near)..(idx + near + 1).min(n)].iter().all(|&x| x <= xs[idx]);
        let span = &xs[idx.saturating_sub(wide)..(idx + wide + 1).min(n)];
        let mean = span.iter().sum::<f32>() / span.len() as f32;
        if peak && xs[idx] > mean + ONSET_THRESHOLD && last.is_none_or(|last| idx > last + near) {
            onsets.push(Onset { time: evidence.grid.time_of(idx), strength: xs[idx] });
            last = Some(idx);
        }
    }
    onsets
}

/// Describes the rhythm of onsets against the beats.
///
/// `clarity` is the pulse's autocorrelation. O(n_onsets + n_beats).
pub(super) fn describe_groove(
    onsets: &[Onset],
    beats: &[Beat],
    division: Division,
    duration: f64,
    clarity: Option<f32>,
) -> Groove {
    if onsets.is_empty() || duration <= 0.0 {
        return Groove::default();
    }
    let onset_rate_hz = Some(onsets.len() as f64 / duration);
    if beats.len() < 8 {
        return Groove { onset_rate_hz, pulse_clarity: clarity, ..Groove::default() };
    }
    let slots_per_beat = match division {
        Division::Duple => 4,
        Division::Triple => 3,
    };
    let swing_ratio = match division {
        Division::Duple => estimate_swing(onsets, beats),
        Division::Triple => None,
    };
    let bars = quantise(onsets, beats, slots_per_beat, swing_ratio.unwrap_or(1.0));
    Groove {
        pulse_clarity: clarity,
        onset_rate_hz,
        syncopation: syncopation(&bars, slots_per_beat),
        complexity: complexity(&bars),
        swing_ratio,
        microtiming_ms: microtiming(onsets, beats, slots_per_beat, swing_ratio.unwrap_or(1.0)),
        tempo_stability: Some(stability(beats)),
    }
}

/// 1 − the coefficient of variation of the beat periods, leaving out gaps.
fn stability(beats: &[Beat]) -> f32 {
    let mut periods: Vec<f64> = beats.windows(2).map(|b| b[1].time - b[0].time).collect();
    periods.sort_by(f64::total_cmp);
    let median = periods[periods.len() / 2];
    periods.retain(|p| *p < 1.8 * median);
    let mean = periods.iter().sum::<f64>() / periods.len() as f64;
    let variance = periods.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / periods.len() as f64;
    (1.0 - variance.sqrt() / mean).clamp(0.0, 1.0) as f32
}

/// The onsets between two consecutive beats with their phase in [−0.1, 0.9), a little before the
/// first beat included.
fn onsets_in_beats<'a>(
    onsets: &'a [Onset],
    beats: &'a [Beat],
) -> impl Iterator<Item = (usize, f64, f64, &'a Onset)> + 'a {
    beats.windows(2).enumerate().flat_map(move |(idx, pair)| {
        let (start, period) = (pair[0].time, pair[1].time - pair[0].time);
        let first = onsets.partition_point(|o| o.time < start - 0.1 * period);
        let end = onsets.partition_point(|o| o.time < start + 0.9 * period);
        onsets[first..end.max(first)].iter().map(move |o| (idx, (o.time - start) / period, period, o))
    })
}

/// Phases of the off-beat eighth: from a little early to beyond triplet swing, short of the last sixteenth.
const OFFBEAT_PHASES: std::ops::Range<f64> = 0.43..0.715;
/// Bins of the histogram of phases, an onset's spread in bins.
const N_PHASE_BINS: usize = 57;
/// Off-beat onsets a beat that are needed to speak of swing.
const MIN_OFFBEATS: f64 = 0.15;

/// Length of the first eighth over the second: from the mode of the off-beat onsets' phases.
fn estimate_swing(onsets: &[Onset], beats: &[Beat]) -> Option<f64> {
    let mut histogram = [0.0f64; N_PHASE_BINS];
    let width = (OFFBEAT_PHASES.end - OFFBEAT_PHASES.start) / N_PHASE_BINS as f64;
    let mut offbeats: Vec<(f64, f64)> = Vec::new();
    for (_, phase, _, onset) in onsets_in_beats(onsets, beats) {
        if OFFBEAT_PHASES.contains(&phase) {
            let bin = ((phase - OFFBEAT_PHASES.start) / width) as usize;
            for (other, h) in histogram.iter_mut().enumerate() {
                let away = (other as f64 - bin as f64) / 4.0;
                *h += f64::from(onset.strength) * (-0.5 * away * away).exp();
            }
            offbeats.push((phase, f64::from(onset.strength)));
        }
    }
    if (offbeats.len() as f64) < MIN_OFFBEATS * beats.len() as f64 {
        return None;
    }
    let mode = (0..N_PHASE_BINS).max_by(|&a, &b| histogram[a].total_cmp(&histogram[b]))?;
    let centre = OFFBEAT_PHASES.start + (mode as f64 + 0.5) * width;
    offbeats.retain(|(phase, _)| (phase - centre).abs() < 0.04);
    let phase = weighted_median(&mut offbeats)?;
    Some(phase / (1.0 - phase))
}

/// Phase of slot `slot` of a beat under a swing ratio.
fn slot_phase(slot: usize, slots_per_beat: usize, swing: f64) -> f64 {
    let even = slot as f64 / slots_per_beat as f64;
    if slots_per_beat != 4 {
        return even;
    }
    let off = swing / (1.0 + swing);
    if even <= 0.5 { even * 2.0 * off } else { off + (even - 0.5) * 2.0 * (1.0 - off) }
}

/// The slot nearest to a phase, and its phase; slot `slots_per_beat` is the next beat.
fn nearest_slot(phase: f64, slots_per_beat: usize, swing: f64) -> (usize, f64) {
    (0..=slots_per_beat)
        .map(|slot| (slot, slot_phase(slot, slots_per_beat, swing)))
        .min_by(|a, b| (a.1 - phase).abs().total_cmp(&(b.1 - phase).abs()))
        .unwrap_or((0, 0.0))
}

/// Median distance of the onsets from the nearest slot in milliseconds.
fn microtiming(onsets: &[Onset], beats: &[Beat], slots_per_beat: usize, swing: f64) -> Option<f64> {
    let mut deviations: Vec<(f64, f64)> = onsets_in_beats(onsets, beats)
        .map(|(_, phase, period, onset)| {
            let (_, at) = nearest_slot(phase, slots_per_beat, swing);
            ((phase - at).abs() * period * 1e3, f64::from(onset.strength))
        })
        .collect();
    weighted_median(&mut deviations)
}

/// A bar: the strength of the onset in each of its slots, and its beats.
struct QuantisedBar {
    slots: Vec<f32>,
    n_beats: usize,
}

/// Onset strengths by bar and slot; whole bars only.
fn quantise(onsets: &[Onset], beats: &[Beat], slots_per_beat: usize, swing: f64) -> Vec<QuantisedBar> {
    let mut strengths = vec![0.0f32; beats.len() * slots_per_beat];
    for (beat, phase, _, onset) in onsets_in_beats(onsets, beats) {
        let (slot, _) = nearest_slot(phase, slots_per_beat, swing);
        if let Some(s) = strengths.get_mut(beat * slots_per_beat + slot) {
            *s = s.max(onset.strength);
        }
    }
    let starts: Vec<usize> = (0..beats.len()).filter(|&idx| beats[idx].position == 1).collect();
    starts
        .windows(2)
        .map(|pair| QuantisedBar {
            slots: strengths[pair[0] * slots_per_beat..pair[1] * slots_per_beat].to_vec(),
            n_beats: pair[1] - pair[0],
        })
        .collect()
}

/// Metrical weight of a slot (Longuet-Higgins & Lee 1984): 0 for the downbeat, −1 for the half of a
/// bar of an even number of beats, −2 for other beats, lower for divisions.
fn slot_weight(slot: usize, slots_per_beat: usize, n_beats: usize) -> i32 {
    let (beat, part) = (slot / slots_per_beat, slot % slots_per_beat);
    match part {
        0 if beat == 0 => 0,
        0 if n_beats.is_multiple_of(2) && 2 * beat == n_beats => -1,
        0 => -2,
        2 if slots_per_beat == 4 => -3,
        _ if slots_per_beat == 3 => -3,
        _ => -4,
    }
}

/// Share of the onsets' strength that is syncopated: not followed by an onset before or on the next
/// slot of greater weight. A difference of one level counts half, of two or more full.
fn syncopation(bars: &[QuantisedBar], slots_per_beat: usize) -> Option<f32> {
    let (mut total, mut syncopated) = (0.0f32, 0.0f32);
    for (idx, bar) in bars.iter().enumerate() {
        let weight = |slot: usize| slot_weight(slot % bar.slots.len(), slots_per_beat, bar.n_beats);
        let next = bars.get(idx + 1);
        for (slot, &strength) in bar.slots.iter().enumerate().filter(|(_, s)| **s > 0.0) {
            total += strength;
            let rest = (slot + 1..=bar.slots.len()).take_while(|&at| {
                let sounds = bar.slots.get(at).or_else(|| next.and_then(|bar| bar.slots.first()));
                sounds.is_some_and(|s| *s == 0.0)
            });
            let strongest = rest.map(weight).max().unwrap_or(i32::MIN);
            let degree = strongest.saturating_sub(weight(slot)).clamp(0, 2);
            syncopated += strength * degree as f32 / 2.0;
        }
    }
    (total > 0.0).then(|| (syncopated / total).clamp(0.0, 1.0))
}

/// Mean entropy in bits of the slots' being played or not, over the bars of the commonest length:
/// 0 when each bar repeats the same pattern, 1 when each slot is played by a coin's toss.
fn complexity(bars: &[QuantisedBar]) -> Option<f32> {
    let length = bars
        .iter()
        .map(|bar| bar.slots.len())
        .max_by_key(|&length| (bars.iter().filter(|bar| bar.slots.len() == length).count(), length))?;
    let same: Vec<&QuantisedBar> = bars.iter().filter(|bar| bar.slots.len() == length).collect();
    if same.len() < 4 || length == 0 {
        return None;
    }
    let entropy = |slot: usize| {
        let p = same.iter().filter(|bar| bar.slots[slot] > 0.0).count() as f32 / same.len() as f32;
        [p, 1.0 - p].iter().filter(|q| **q > 0.0).map(|q| -q * q.log2()).sum::<f32>()
    };
    Some((0..length).map(entropy).sum::<f32>() / length as f32)
}

/// Median of values by weight; `None` for no values.
fn weighted_median(pairs: &mut [(f64, f64)]) -> Option<f64> {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = pairs.iter().map(|p| p.1).sum();
    let mut sum = 0.0;
    pairs
        .iter()
        .find(|p| {
            sum += p.1;
            sum >= 0.5 * total
        })
        .map(|p| p.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forty beats in bars of four, half a second apart.
    fn beats() -> Vec<Beat> {
        (0..40)
            .map(|idx| Beat { time: 0.5 * f64::from(idx), position: idx % 4 + 1, confidence: 1.0 })
            .collect()
    }

    /// Onsets at phases of every bar.
    fn onsets(phases: &[f64]) -> Vec<Onset> {
        (0..10)
            .flat_map(|bar| {
                phases
                    .iter()
                    .map(move |beat| Onset { time: 2.0 * f64::from(bar) + 0.5 * beat, strength: 1.0 })
            })
            .collect()
    }

    fn groove(phases: &[f64]) -> Groove {
        describe_groove(&onsets(phases), &beats(), Division::Duple, 20.0, Some(0.9))
    }

    #[test]
    fn onsets_on_the_beats_are_not_syncopated_and_those_before_them_are() {
        let straight = groove(&[0.0, 1.0, 2.0, 3.0]);
        assert_eq!(straight.syncopation, Some(0.0));
        assert_eq!(straight.complexity, Some(0.0));
        assert_eq!(straight.microtiming_ms, Some(0.0));
        assert_eq!(straight.tempo_stability, Some(1.0));
        assert_eq!(straight.onset_rate_hz, Some(2.0));
        // All an eighth early: the rests that follow stand on beats.
        let early = groove(&[0.5, 1.5, 2.5]);
        assert!(early.syncopation.is_some_and(|s| s > 0.6), "{early:?}");
        // One syncopation among four.
        let some = groove(&[0.0, 1.0, 1.5, 3.0]);
        assert!(some.syncopation.is_some_and(|s| s > 0.1 && s < 0.4), "{some:?}");
    }

    #[test]
    fn swing_is_the_ratio_of_the_eighths() {
        for (off, swing) in [(0.5, 1.0), (0.6, 1.5), (2.0 / 3.0, 2.0)] {
            let found = groove(&[0.0, off, 1.0, 1.0 + off, 2.0, 2.0 + off, 3.0, 3.0 + off]);
            assert!((found.swing_ratio.unwrap() - swing).abs() < 0.01, "{found:?}");
            assert!(found.microtiming_ms.unwrap() < 1.0, "{found:?}");
        }
        assert_eq!(groove(&[0.0, 1.0, 2.0, 3.0]).swing_ratio, None);
    }

    #[test]
    fn bars_that_differ_are_complex() {
        let mut varied = Vec::new();
        for bar in 0..10usize {
            for slot in (0..16usize).filter(|slot| (bar * 7 + slot * slot * 3 + bar * slot) % 5 < 2) {
                varied.push(Onset { time: 2.0 * bar as f64 + 0.125 * slot as f64, strength: 1.0 });
            }
        }
        let found = describe_groove(&varied, &beats(), Division::Duple, 20.0, None);
        assert!(found.complexity.unwrap() > 0.5, "{found:?}");
    }

    #[test]
    fn without_beats_only_the_onsets_are_counted() {
        let found = describe_groove(&onsets(&[0.0, 1.0]), &[], Division::Duple, 20.0, None);
        assert_eq!(found.onset_rate_hz, Some(1.0));
        assert_eq!((found.swing_ratio, found.syncopation, found.tempo_stability), (None, None, None));
        assert_eq!(describe_groove(&[], &beats(), Division::Duple, 20.0, None), Groove::default());
    }
}
