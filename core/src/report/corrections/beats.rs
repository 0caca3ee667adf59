//! The pulse: twice as fast, another meter, another first beat, tapped.

use super::super::Report;
use super::CERTAIN;
use crate::rhythm::{Beat, MeterSpan, TempoCandidate, TempoSpan};
use crate::units::{Bpm, TimeSignature};

/// Slowest and fastest beat that an edit makes, in seconds.
const PERIODS: std::ops::RangeInclusive<f64> = 0.1..=6.0;

/// Tapping is this loose: taps nearer to a found pulse on average mean that pulse. In seconds.
const TAP_LOOSENESS: f64 = 0.07;

/// Found pulses against which taps are held: beats of the new pulse a found one.
const RATIOS: [f64; 7] = [1.0, 2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0];

/// Times of the beats that start a bar.
pub(super) fn downbeats(beats: &[Beat]) -> Vec<f64> {
    beats.iter().filter(|beat| beat.position == 1).map(|beat| beat.time).collect()
}

/// Every second beat goes; those that start bars stay where they can.
pub(super) fn halve(report: &mut Report) {
    let first = first_downbeat(&report.beats);
    let kept: Vec<Beat> = report
        .beats
        .iter()
        .copied()
        .enumerate()
        .filter(|(idx, _)| idx % 2 == first % 2)
        .map(|(_, beat)| beat)
        .collect();
    if kept.len() < 2 {
        return;
    }
    // Bars of four stay bars of four: twice as long.
    report.beats = kept;
    recount(report, first / 2);
    scale_tempo(report, 0.5);
}

/// A beat comes between every two.
pub(super) fn double(report: &mut Report) {
    let first = first_downbeat(&report.beats);
    let n = report.beats.len();
    if n < 2 || report.beats.windows(2).any(|pair| pair[1].time - pair[0].time < 2.0 * PERIODS.start()) {
        return;
    }
    let mut beats = Vec::with_capacity(2 * n);
    for pair in report.beats.windows(2) {
        beats.push(pair[0]);
        beats.push(Beat { time: f64::midpoint(pair[0].time, pair[1].time), ..pair[0] });
    }
    let last = report.beats[n - 1];
    let half = (last.time - report.beats[n - 2].time) / 2.0;
    beats.push(last);
    if last.time + half < report.duration {
        beats.push(Beat { time: last.time + half, ..last });
    }
    report.beats = beats;
    recount(report, 2 * first);
    scale_tempo(report, 2.0);
}

/// Bars are counted in `meter` from the first downbeat on.
pub(super) fn set_meter(report: &mut Report, meter: TimeSignature) {
    let end = report.duration;
    report.time_signatures = vec![MeterSpan { start: 0.0, end, value: meter, confidence: CERTAIN }];
    let first = first_downbeat(&report.beats);
    recount(report, first);
}

/// Every bar starts `by` beats later.
pub(super) fn move_downbeat(report: &mut Report, by: i32) {
    let starts: Vec<usize> = (0..report.beats.len()).filter(|&idx| report.beats[idx].position == 1).collect();
    let n = report.beats.len() as i64;
    let moved: Vec<usize> = starts
        .iter()
        .map(|&idx| idx as i64 + i64::from(by.clamp(-64, 64)))
        .filter(|idx| (0..n).contains(idx))
        .map(|idx| idx as usize)
        .collect();
    if moved.is_empty() {
        return;
    }
    let longest = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(4).max(1);
    count_from(&mut report.beats, &moved, longest);
}

/// Positions from the indices of downbeats; before the first they count up to it, and bars that would
/// grow longer than `longest` are cut.
fn count_from(beats: &mut [Beat], starts: &[usize], longest: usize) {
    let first = starts[0];
    let mut position = longest - (first % longest);
    if position == longest {
        position = 0;
    }
    for (idx, beat) in beats.iter_mut().enumerate() {
        let is_start = starts.binary_search(&idx).is_ok();
        position = if is_start || position >= longest { 1 } else { position + 1 };
        beat.position = position as u32;
        beat.confidence = CERTAIN;
    }
}

/// Beats go where they were tapped.
///
/// Taps are as loose as fingers; the analysis knows where sounds start. So the taps choose among the pulses
/// that the found beats make (each beat, every second, between them …), and only where none fits they are
/// the beats themselves.
pub(super) fn tap(report: &mut Report, times: &[f64]) {
    let mut taps: Vec<f64> =
        times.iter().copied().filter(|time| (0.0..=report.duration).contains(time)).collect();
    taps.sort_by(f64::total_cmp);
    taps.dedup_by(|later, earlier| *later - *earlier < *PERIODS.start());
    if taps.len() < 4 {
        return;
    }
    let period = median_step(&taps);
    if !PERIODS.contains(&period) {
        return;
    }
    let found: Vec<f64> = report.beats.iter().map(|beat| beat.time).collect();
    let pulse =
        nearest_pulse(&found, &taps, report.duration).unwrap_or_else(|| tapped_pulse(&taps, report.duration));
    report.beats = pulse.iter().map(|&time| Beat { time, position: 1, confidence: CERTAIN }).collect();
    let first =
        (0..pulse.len()).min_by(|&a, &b| (pulse[a] - taps[0]).abs().total_cmp(&(pulse[b] - taps[0]).abs()));
    recount(report, first.unwrap_or(0));
    let steps = median_step(&pulse);
    let Some(bpm) = Bpm::new(60.0 / steps) else { return };
    report.tempo_candidates = vec![TempoCandidate { bpm, confidence: CERTAIN }];
    report.tempo_curve = vec![TempoSpan { start: 0.0, end: report.duration, bpm }];
}

/// The pulse made of the found beats that lies nearest to the taps, if one is near.
fn nearest_pulse(found: &[f64], taps: &[f64], duration: f64) -> Option<Vec<f64>> {
    if found.len() < 4 {
        return None;
    }
    let tapped = median_step(taps);
    let mut best: Option<(f64, Vec<f64>)> = None;
    for ratio in RATIOS {
        let step = 1.0 / ratio;
        for phase in [0.0, 0.5, 1.0, 1.5, 2.0, 2.5].into_iter().filter(|phase| *phase < step.max(0.75)) {
            let pulse = resampled(found, step, phase, duration);
            let around: Vec<f64> = pulse
                .iter()
                .copied()
                .filter(|time| *time > taps[0] - tapped && *time < taps[taps.len() - 1] + tapped)
                .collect();
            if around.len() < 3 || (median_step(&around) / tapped).log2().abs() > 0.12 {
                continue;
            }
            let away = taps.iter().map(|tap| distance(&pulse, *tap)).sum::<f64>() / taps.len() as f64;
            if away < TAP_LOOSENESS && best.as_ref().is_none_or(|(least, _)| away < *least) {
                best = Some((away, pulse));
            }
        }
    }
    best.map(|(_, pulse)| pulse)
}

/// Beats at indices `phase + k · step` of the found beats, between which and beyond which time goes on evenly.
fn resampled(found: &[f64], step: f64, phase: f64, duration: f64) -> Vec<f64> {
    let n = found.len();
    let at = |index: f64| {
        let low = (index.floor().max(0.0) as usize).min(n - 2);
        found[low] + (index - low as f64) * (found[low + 1] - found[low])
    };
    let before = (found[0] / (found[1] - found[0]).max(1e-3)).ceil().min(1e4);
    let first = ((-before - phase) / step).floor();
    let mut pulse = Vec::new();
    let mut k = first;
    while pulse.len() < 1_000_000 {
        let time = at(phase + k * step);
        if time > duration - 0.01 {
            break;
        }
        if time >= 0.0 && pulse.last().is_none_or(|last| time > *last) {
            pulse.push(time);
        }
        k += 1.0;
        if k - first > 2e6 {
            break;
        }
    }
    pulse
}

/// The taps, and on both sides a pulse as even as theirs is on the whole.
fn tapped_pulse(taps: &[f64], duration: f64) -> Vec<f64> {
    let period = (taps[taps.len() - 1] - taps[0]) / (taps.len() - 1) as f64;
    let n_before = (taps[0] / period).floor() as usize;
    let mut pulse: Vec<f64> = (1..=n_before).rev().map(|k| taps[0] - k as f64 * period).collect();
    pulse.extend_from_slice(taps);
    let last = taps[taps.len() - 1];
    let n_after = ((duration - last) / period).floor().max(0.0) as usize;
    pulse.extend((1..=n_after).map(|k| last + k as f64 * period));
    pulse
}

fn median_step(times: &[f64]) -> f64 {
    let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(0.0)
}

fn distance(times: &[f64], time: f64) -> f64 {
    let after = times.partition_point(|other| *other < time);
    let beside = [after.checked_sub(1), Some(after)];
    beside
        .into_iter()
        .flatten()
        .filter_map(|idx| times.get(idx))
        .map(|t| (t - time).abs())
        .fold(f64::MAX, f64::min)
}

fn first_downbeat(beats: &[Beat]) -> usize {
    beats.iter().position(|beat| beat.position == 1).unwrap_or(0)
}

/// Counts all bars from the beat with index `first` on, both ways, in the meters over them.
fn recount(report: &mut Report, first: usize) {
    let song = report.time_signature().map_or(TimeSignature::COMMON, |span| span.value);
    let meters = &report.time_signatures;
    let per_bar = |time: f64| {
        let span = meters.iter().find(|span| span.start <= time && time < span.end);
        span.map_or(song, |span| span.value).beats_per_bar().max(1)
    };
    let n = report.beats.len();
    let Some(start) = report.beats.get(first).map(|beat| beat.time) else { return };
    let before = per_bar(start);
    for (idx, beat) in report.beats[..first].iter_mut().enumerate() {
        beat.position = ((before - (first - idx) % before) % before + 1) as u32;
        beat.confidence = CERTAIN;
    }
    let mut idx = first;
    while idx < n {
        let length = per_bar(report.beats[idx].time + 1e-6);
        for position in 0..length.min(n - idx) {
            report.beats[idx + position].position = position as u32 + 1;
            report.beats[idx + position].confidence = CERTAIN;
        }
        idx += length;
    }
}

fn scale_tempo(report: &mut Report, factor: f64) {
    let scaled = |bpm: Bpm| Bpm::new(bpm.get() * factor).unwrap_or(bpm);
    if let Some(bpm) = report.tempo_candidates.first().map(|best| scaled(best.bpm)) {
        report.tempo_candidates = vec![TempoCandidate { bpm, confidence: CERTAIN }];
    }
    for span in &mut report.tempo_curve {
        span.bpm = scaled(span.bpm);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Edit;
    use super::super::tests::corrected;
    use crate::report::Report;

    fn tempo(report: &Report) -> f64 {
        report.tempo_candidates[0].bpm.get()
    }

    fn meter(value: &str) -> Edit {
        Edit::SetMeter { value: value.to_owned() }
    }

    #[test]
    fn the_tempo_halves_and_doubles() {
        let half = corrected(&[Edit::HalveTempo]);
        assert_eq!(tempo(&half), 60.0);
        // The upbeat at 0.5 s goes; bars of four beats are twice as long.
        assert_eq!(half.downbeats[..3], [1.0, 5.0, 9.0]);
        assert_eq!(half.sections[1].bars, Some(2));
        let double = corrected(&[Edit::DoubleTempo]);
        assert_eq!(tempo(&double), 240.0);
        assert_eq!(double.downbeats[..3], [1.0, 2.0, 3.0]);
        let back = corrected(&[Edit::DoubleTempo, Edit::HalveTempo]);
        assert_eq!((tempo(&back), &back.downbeats[..3]), (120.0, &[1.0, 3.0, 5.0][..]));
    }

    #[test]
    fn another_meter_is_counted_from_the_first_downbeat() {
        let report = corrected(&[meter("3/4")]);
        assert_eq!(report.time_signature().unwrap().value.to_string(), "3/4");
        assert_eq!(report.downbeats[..3], [1.0, 2.5, 4.0]);
        assert_eq!(report.beats[0].position, 3, "the upbeat");
    }

    #[test]
    fn bars_start_a_beat_later_and_a_beat_earlier() {
        assert_eq!(corrected(&[Edit::MoveDownbeat { by: 1 }]).downbeats[..2], [1.5, 3.5]);
        assert_eq!(corrected(&[Edit::MoveDownbeat { by: -1 }]).downbeats[..2], [0.5, 2.5]);
        let there_and_back = corrected(&[Edit::MoveDownbeat { by: 1 }, Edit::MoveDownbeat { by: -1 }]);
        assert_eq!(there_and_back.downbeats[..2], [1.0, 3.0]);
    }

    #[test]
    fn loose_taps_choose_a_found_pulse() {
        // Every second beat, loosely, from the second beat of a bar on.
        let times = vec![1.53, 2.48, 3.52, 4.51, 5.46];
        let report = corrected(&[Edit::Tap { times }]);
        assert_eq!(report.downbeats[0], 1.5);
        assert!((tempo(&report) - 60.0).abs() < 1.0, "{}", tempo(&report));
        assert!(
            report.beats[..20].iter().all(|beat| (beat.time * 2.0).fract() == 0.0),
            "{:?}",
            &report.beats[..9]
        );
    }

    #[test]
    fn taps_beside_every_pulse_are_the_beats() {
        let times: Vec<f64> = (0..9).map(|k| 2.0 + 0.83 * f64::from(k)).collect();
        let report = corrected(&[Edit::Tap { times: times.clone() }]);
        for time in times {
            assert!(report.beats.iter().any(|beat| (beat.time - time).abs() < 1e-9));
        }
        assert_eq!(report.beats.iter().find(|beat| beat.time == 2.0).unwrap().position, 1);
        assert!(report.beats.windows(2).all(|pair| pair[0].time < pair[1].time));
        assert!(report.beats.last().unwrap().time > 58.0, "it goes on to the end");
    }
}
