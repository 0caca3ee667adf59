//! Beats → the units of time that harmony is told in.

use crate::rhythm::{Beat, Rhythm};

/// How heavy the start of a unit is in the meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Between beats.
    Off,
    /// No beat is known here.
    Free,
    /// A beat.
    Beat,
    /// A beat half-way through a bar of four or more.
    Half,
    /// The first beat of a bar.
    Bar,
}

impl Weight {
    /// Names of the weights, from the lightest.
    pub(super) const NAMES: [&str; 5] = ["off", "free", "beat", "half", "bar"];
}

/// A stretch of time over which the spectrum is averaged and one chord holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) weight: Weight,
    /// Index of the beat interval (or fixed window) that the unit belongs to.
    pub(super) beat: usize,
}

impl Unit {
    pub(super) fn length(&self) -> f64 {
        self.end - self.start
    }
}

/// Longest beat in seconds that is one unit: slower pulses are halved until they fit, since
/// chords change within them (and the pulse may be half the right one).
const LONGEST_UNIT: f64 = 0.75;
/// Seconds of a window where there are no beats.
const FREE_UNIT: f64 = 0.5;
/// Shortest unit in seconds: closer edges are dropped.
const SHORTEST_UNIT: f64 = 0.06;

/// Splits `[0, duration]` at beats, at halves of long beats, and at fixed steps where there are no
/// beats. Contiguous; empty for an empty song.
pub(super) fn units_of(rhythm: &Rhythm, duration: f64) -> Vec<Unit> {
    let mut units = Vec::new();
    if !(duration.is_finite() && duration > 0.0) {
        return units;
    }
    let beats: Vec<Beat> =
        rhythm.beats.iter().copied().filter(|b| (0.0..duration).contains(&b.time)).collect();
    let period = median_period(&beats);
    let pieces = pieces_of(period);
    let longest_beat = 2.2 * period;
    let beats_in_bar = beats.iter().map(|b| b.position).max().unwrap_or(1);

    let mut builder = Builder { units: &mut units, n_beats: 0 };
    let mut at = 0.0;
    for (idx, beat) in beats.iter().enumerate() {
        // Before the first beat.
        if idx == 0 && beat.time > SHORTEST_UNIT {
            let step = if period > 0.0 { period } else { FREE_UNIT };
            builder.fill(0.0, beat.time, step.min(LONGEST_UNIT));
            at = beat.time;
        }
        let start = if idx == 0 && at == 0.0 { 0.0 } else { beat.time };
        if start < at {
            continue;
        }
        let end = beats.get(idx + 1).map_or(duration, |next| next.time);
        if end - start < SHORTEST_UNIT {
            continue;
        }
        if end - start > longest_beat {
            let step = if period > 0.0 { period } else { FREE_UNIT };
            builder.fill(start, end, step.min(LONGEST_UNIT));
        } else {
            builder.split(start, end, pieces, weight_of(beat.position, beats_in_bar));
        }
        at = end;
    }
    if beats.is_empty() {
        builder.fill(0.0, duration, FREE_UNIT);
    }
    close_gaps(&mut units, duration);
    units
}

fn weight_of(position: u32, beats_in_bar: u32) -> Weight {
    if position == 1 {
        Weight::Bar
    } else if beats_in_bar >= 4 && beats_in_bar.is_multiple_of(2) && position == beats_in_bar / 2 + 1 {
        Weight::Half
    } else {
        Weight::Beat
    }
}

fn median_period(beats: &[Beat]) -> f64 {
    let mut periods: Vec<f64> = beats.windows(2).map(|b| b[1].time - b[0].time).collect();
    periods.sort_by(f64::total_cmp);
    periods.get(periods.len() / 2).copied().unwrap_or(0.0)
}

fn pieces_of(period: f64) -> usize {
    let mut pieces = 1;
    while period / pieces as f64 > LONGEST_UNIT && pieces < 8 {
        pieces *= 2;
    }
    pieces
}

struct Builder<'a> {
    units: &'a mut Vec<Unit>,
    n_beats: usize,
}

impl Builder<'_> {
    fn split(&mut self, start: f64, end: f64, pieces: usize, weight: Weight) {
        let step = (end - start) / pieces as f64;
        for piece in 0..pieces {
            self.units.push(Unit {
                start: start + piece as f64 * step,
                end: if piece + 1 == pieces { end } else { start + (piece + 1) as f64 * step },
                weight: if piece == 0 { weight } else { Weight::Off },
                beat: self.n_beats,
            });
        }
        self.n_beats += 1;
    }

    fn fill(&mut self, start: f64, end: f64, step: f64) {
        let pieces = ((end - start) / step).round().max(1.0) as usize;
        let step = (end - start) / pieces as f64;
        for piece in 0..pieces {
            let to = if piece + 1 == pieces { end } else { start + (piece + 1) as f64 * step };
            self.split(start + piece as f64 * step, to, 1, Weight::Free);
        }
    }
}

/// Makes each unit end where the next starts, the first start at 0 and the last end at `duration`.
fn close_gaps(units: &mut [Unit], duration: f64) {
    if let Some(first) = units.first_mut() {
        first.start = 0.0;
    }
    for idx in 1..units.len() {
        units[idx - 1].end = units[idx].start;
    }
    if let Some(last) = units.last_mut() {
        last.end = duration;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rhythm(times: &[f64], beats_in_bar: u32) -> Rhythm {
        let beats = times
            .iter()
            .enumerate()
            .map(|(i, &time)| Beat { time, position: i as u32 % beats_in_bar + 1, confidence: 1.0 })
            .collect();
        Rhythm { beats, ..Rhythm::default() }
    }

    fn check(units: &[Unit], duration: f64) {
        assert_eq!(units[0].start, 0.0);
        assert_eq!(units.last().unwrap().end, duration);
        for pair in units.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
            assert!(pair[0].length() > 0.0);
        }
    }

    #[test]
    fn units_partition_the_song() {
        let beats: Vec<f64> = (0..20).map(|i| 0.3 + 0.5 * f64::from(i)).collect();
        let units = units_of(&rhythm(&beats, 4), 12.0);
        check(&units, 12.0);
        let bars: Vec<f64> = units.iter().filter(|u| u.weight == Weight::Bar).map(|u| u.start).collect();
        assert_eq!(bars, [0.3, 2.3, 4.3, 6.3, 8.3]);
        assert_eq!(units.iter().filter(|u| u.weight == Weight::Half).count(), 5);
    }

    #[test]
    fn slow_beats_are_halved_and_holes_filled() {
        let units = units_of(&rhythm(&[0.0, 1.0, 2.0, 3.0, 9.0, 10.0], 4), 11.0);
        check(&units, 11.0);
        assert!(units.iter().all(|u| u.length() <= LONGEST_UNIT));
        assert_eq!((units[0].beat, units[1].beat, units[1].weight), (0, 0, Weight::Off));
    }

    #[test]
    fn without_beats_there_are_windows() {
        for duration in [1e-5, 0.2, 3.7, 100.0] {
            check(&units_of(&Rhythm::default(), duration), duration);
        }
        assert!(units_of(&Rhythm::default(), 0.0).is_empty());
        assert!(units_of(&Rhythm::default(), f64::NAN).is_empty());
    }

    #[test]
    fn odd_beats_do_no_harm() {
        for times in [&[0.0, 0.0, 0.0][..], &[5.0, 1.0, 0.5], &[-1.0, 20.0], &[0.01, 0.02, 9.99]] {
            let units = units_of(&rhythm(times, 4), 10.0);
            check(&units, 10.0);
        }
    }
}
