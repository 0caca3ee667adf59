//! Beats → the few stretches of steady tempo that keep them: what sequencers and DJ programs call a tempo map
//! or a beat grid.

use super::content::Content;
use crate::units::TimeSignature;

/// A gap this many times longer than the intervals beside it holds beats that were not heard.
const GAP: f64 = 1.75;

/// How far in seconds a beat may be off a grid before the grid gets a new tempo.
const GRID_TOLERANCE: f64 = 0.02;

/// A song is steady where this share of its beats is within [`GRID_TOLERANCE`] of one tempo: a few beats that were
/// heard early or late are no change of tempo.
const STEADY: f64 = 0.9;

/// A straight line through points (x, time).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Index of its first point.
    pub(super) first: usize,
    /// Index of its last point.
    pub(super) last: usize,
    /// Its time at the first point, in seconds.
    pub(super) start: f64,
    /// Seconds a unit of x; 0 if it has one point only.
    pub(super) slope: f64,
}

/// The fewest lines, from left to right, that each point is within `tolerance` seconds of, with x and time of the
/// points strictly rising and at most `longest` in x a line. O(n log n) a line of n points.
pub(super) fn fewest_lines(points: &[(f64, f64)], tolerance: f64, longest: f64) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut first = 0;
    while first < points.len() {
        let fits = |last: usize| {
            points[last].0 - points[first].0 <= longest && fit(&points[first..=last]).error <= tolerance
        };
        // What holds for many points holds for fewer: doubled while it does, then halved.
        let (mut good, mut step) = (first, 1);
        while good + step < points.len() && fits(good + step) {
            good += step;
            step *= 2;
        }
        while step > 1 {
            step /= 2;
            if good + step < points.len() && fits(good + step) {
                good += step;
            }
        }
        let fitted = fit(&points[first..=good]);
        lines.push(Line { first, last: good, start: fitted.start, slope: fitted.slope });
        first = good + 1;
    }
    lines
}

struct Fit {
    start: f64,
    slope: f64,
    /// Largest distance in seconds.
    error: f64,
}

/// The line whose largest distance to the points is the smallest.
fn fit(points: &[(f64, f64)]) -> Fit {
    let (x0, t0) = points[0];
    let (x1, t1) = points[points.len() - 1];
    // NaN where there is one point.
    let range = x1 - x0;
    if points.len() < 3 {
        let slope = if range > 0.0 { (t1 - t0) / range } else { 0.0 };
        return Fit { start: t0, slope, error: 0.0 };
    }
    let spread = |slope: f64| {
        let rests = points.iter().map(|&(x, t)| t - slope * (x - x0));
        rests.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), rest| (low.min(rest), high.max(rest)))
    };
    let width = |slope: f64| {
        let (low, high) = spread(slope);
        high - low
    };
    // The spread is convex in the slope, and with another slope the ends alone are as far apart as the spread is
    // with that of the ends.
    let ends = (t1 - t0) / range;
    let reach = width(ends) / range;
    let (mut low, mut high) = (ends - reach, ends + reach);
    for _ in 0..48 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if width(left) < width(right) {
            high = right;
        } else {
            low = left;
        }
    }
    let slope = f64::midpoint(low, high);
    let (least, most) = spread(slope);
    Fit { start: f64::midpoint(least, most), slope, error: 0.5 * (most - least) }
}

/// Numbers of beats that go by after each of `times` to the next, and so one fewer: one, or more in gaps much longer
/// than what is beside them.
pub(super) fn beats_between(times: &[f64]) -> Vec<u64> {
    let intervals: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    (0..intervals.len())
        .map(|idx| {
            let before = idx.checked_sub(1).map(|i| intervals[i]);
            let after = intervals.get(idx + 1).copied();
            let Some(beside) = before.into_iter().chain(after).reduce(f64::max) else { return 1 };
            let n_beats = if intervals[idx] > GAP * beside { intervals[idx] / beside } else { 1.0 };
            n_beats.round().clamp(1.0, 1e4) as u64
        })
        .collect()
}

/// A stretch of a beat grid with a steady tempo.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GridSpan {
    /// Time of its first beat in seconds, not negative.
    pub(super) start: f64,
    /// Seconds a beat.
    pub(super) period: f64,
    /// Position of the first beat in its bar, from 1.
    pub(super) position: usize,
    /// Its meter.
    pub(super) meter: TimeSignature,
}

/// The beat grid of a song: a stretch a meter where the tempo is steady, and otherwise the fewest that put every beat
/// within 20 ms of the grid.
pub(super) fn grid(content: &Content<'_>) -> Vec<GridSpan> {
    // Beats by meter: times, and the position of the first.
    let mut parts: Vec<(TimeSignature, usize, Vec<f64>)> = Vec::new();
    for bar in content.bars() {
        match parts.last_mut() {
            Some(part) if part.0 == bar.meter => part.2.extend(&bar.beats),
            _ => {
                let n_beats = bar.meter.beats_per_bar();
                let before = if bar.number == 0 { n_beats.saturating_sub(bar.beats.len()) } else { 0 };
                parts.push((bar.meter, before, bar.beats.clone()));
            }
        }
    }
    let mut spans: Vec<GridSpan> = Vec::new();
    for (meter, before, times) in parts {
        let mut numbers = vec![0];
        for n_beats in beats_between(&times) {
            numbers.push(numbers[numbers.len() - 1] + n_beats);
        }
        let points: Vec<(f64, f64)> = numbers.iter().map(|&n| n as f64).zip(times.iter().copied()).collect();
        let lines = steady(&points)
            .map_or_else(|| fewest_lines(&points, GRID_TOLERANCE, f64::INFINITY), |line| vec![line]);
        let n_beats = meter.beats_per_bar().max(1) as u64;
        for line in lines {
            let follows = points.get(line.first + 1).map(|next| next.1 - points[line.first].1);
            let known = if line.slope > 0.0 { Some(line.slope) } else { follows };
            let Some(period) = known.or_else(|| spans.last().map(|span| span.period)) else { continue };
            // Lines may start a little before the song does.
            let n_late = if line.start < 0.0 { (-line.start / period).ceil() } else { 0.0 };
            let number = before as u64 + numbers[line.first] + n_late as u64;
            spans.push(GridSpan {
                start: n_late.mul_add(period, line.start),
                period: period.max(1e-3),
                position: (number % n_beats) as usize + 1,
                meter,
            });
        }
    }
    spans
}

/// The line that nearly all points are close to, if there is one: by least squares, without what is far off.
fn steady(points: &[(f64, f64)]) -> Option<Line> {
    let mut kept: Vec<(f64, f64)> = points.to_vec();
    let mut line = None;
    for _ in 0..5 {
        let n = kept.len() as f64;
        let (mean_x, mean_t) =
            kept.iter().fold((0.0, 0.0), |(sum_x, sum_t), (x, t)| (sum_x + x / n, sum_t + t / n));
        let (mut xx, mut xt) = (0.0, 0.0);
        for (x, t) in &kept {
            xx += (x - mean_x) * (x - mean_x);
            xt += (x - mean_x) * (t - mean_t);
        }
        if xx <= 0.0 {
            return None;
        }
        let slope = xt / xx;
        line = Some(Line { first: 0, last: points.len() - 1, start: mean_t - slope * mean_x, slope });
        let off = |&(x, t): &(f64, f64)| (t - mean_t - slope * (x - mean_x)).abs();
        let mut distances: Vec<f64> = points.iter().map(off).collect();
        distances.sort_by(f64::total_cmp);
        let typical = distances[((points.len() - 1) as f64 * STEADY) as usize];
        kept = points.iter().filter(|point| off(point) <= typical).copied().collect();
        if typical <= GRID_TOLERANCE {
            return line;
        }
    }
    line.filter(|_| false)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn lines_are_as_few_as_points_allow() {
        let noise = |i: usize| 0.004 * (i as f64 * 1.7).sin();
        let points: Vec<(f64, f64)> = (0..400)
            .map(|i| {
                let time = if i < 150 { 0.5 * i as f64 } else { 75.0 + 0.6 * (i - 150) as f64 };
                (i as f64, 1.0 + time + noise(i))
            })
            .collect();
        let lines = fewest_lines(&points, 0.005, f64::INFINITY);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!((lines[0].slope - 0.5).abs() < 1e-4 && (lines[1].slope - 0.6).abs() < 1e-4, "{lines:?}");
        for line in &lines {
            for &(x, t) in &points[line.first..=line.last] {
                let predicted = line.start + line.slope * (x - points[line.first].0);
                assert!((predicted - t).abs() <= 0.005 + 1e-9);
            }
        }
        assert_eq!(fewest_lines(&points[..150], 0.005, 50.0).len(), 3);
        assert_eq!(fewest_lines(&points[..1], 0.005, 50.0).len(), 1);
        assert!(fewest_lines(&[], 0.005, 50.0).is_empty());
    }

    #[test]
    fn a_steady_song_has_one_stretch_a_meter() {
        let mut song = samples::song();
        for (i, beat) in song.beats.iter_mut().enumerate() {
            beat.time += if i % 2 == 0 { 0.012 } else { -0.012 };
        }
        song.beats[20].time += 0.07;
        song.time_signatures[0].end = 32.98;
        song.time_signatures[1].start = 32.98;
        let spans = grid(&Content::of(&song));
        assert_eq!(spans.len(), 2, "{spans:?}");
        assert!((spans[0].period - 0.5).abs() < 1e-3 && spans[0].position == 4, "{spans:?}");
        assert!((spans[1].start - 33.0).abs() < 0.02 && spans[1].position == 1, "{spans:?}");
    }

    #[test]
    fn a_tempo_that_changes_is_followed() {
        let mut song = samples::song();
        for (i, beat) in song.beats.iter_mut().enumerate() {
            beat.time *= 1.0 + 0.0005 * i as f64;
        }
        song.time_signatures.truncate(1);
        let content = Content::of(&song);
        let spans = grid(&content);
        assert!((4..40).contains(&spans.len()), "{}", spans.len());
        for beat in content.beats {
            let span = spans.iter().rev().find(|span| span.start <= beat.time + 0.021).unwrap();
            let phase = (beat.time - span.start) / span.period;
            assert!((phase - phase.round()).abs() * span.period < 0.021, "{} {phase}", beat.time);
        }
    }
}
