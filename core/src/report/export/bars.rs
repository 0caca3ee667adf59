//! Beats grouped into bars.

use super::content::{Content, is_time};
use crate::harmony::ChordSpan;
use crate::units::TimeSignature;

/// A bar: from a downbeat to the next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    /// Start in seconds.
    pub(super) start: f64,
    /// End in seconds: the next downbeat, or the end of the last beat.
    pub(super) end: f64,
    /// Times of its beats in seconds; the first is `start`.
    pub(super) beats: Vec<f64>,
    /// The meter around it.
    pub(super) meter: TimeSignature,
    /// Confidence of the beat it starts with.
    pub(super) confidence: f32,
    /// Number in the song from 1; 0 for an upbeat.
    pub(super) number: usize,
}

impl Bar {
    /// The bars of a song in order, an upbeat first if there is one; beats whose time does not rise
    /// are left out.
    pub(super) fn all(content: &Content<'_>) -> Vec<Self> {
        let mut bars: Vec<Self> = Vec::new();
        let mut last = f64::NEG_INFINITY;
        for beat in content.beats {
            if !is_time(beat.time) || beat.time <= last {
                continue;
            }
            last = beat.time;
            match bars.last_mut() {
                Some(bar) if beat.position != 1 => bar.beats.push(beat.time),
                previous => {
                    let number = match &previous {
                        Some(bar) => bar.number + 1,
                        None => usize::from(beat.position == 1),
                    };
                    if let Some(bar) = previous {
                        bar.end = beat.time;
                    }
                    bars.push(Self {
                        start: beat.time,
                        end: beat.time,
                        beats: vec![beat.time],
                        meter: content.meter_at(beat.time),
                        confidence: beat.confidence,
                        number,
                    });
                }
            }
        }
        if let Some(bar) = bars.last_mut() {
            // The song may go on without a beat after the last bar.
            let last_beat = content.beats.iter().rposition(|beat| beat.time == last).unwrap_or(0);
            bar.end = content.beat_end(last_beat);
        }
        bars
    }
}

/// Of the way from a beat to the next, where the beat's chord is read: chords seldom start on the dot.
const INTO_BEAT: f64 = 0.3;

/// The name of the chord that starts at each beat of a bar; `None` where the last one goes on. A bar names its first
/// one in any case, `N.C.` where there is none.
pub(super) fn starts<'a>(bar: &Bar, chords: &'a [ChordSpan]) -> Vec<Option<&'a str>> {
    let changes = changes(bar, chords).into_iter();
    changes.map(|change| change.map(|chord| chord.map_or(NO_CHORD, |chord| &chord.name))).collect()
}

/// How players write that there is no chord.
const NO_CHORD: &str = "N.C.";

/// The same as spans; where there is none, `Some(None)`.
pub(super) fn changes<'a>(bar: &Bar, chords: &'a [ChordSpan]) -> Vec<Option<Option<&'a ChordSpan>>> {
    let ends = bar.beats[1..].iter().copied().chain([bar.end]);
    let into_beats = bar.beats.iter().zip(ends).map(|(&start, end)| start + INTO_BEAT * (end - start));
    let mut last = None;
    into_beats
        .map(|time| {
            let chord = chord_at(chords, time);
            let name = chord.map_or(NO_CHORD, |chord| &chord.name);
            (last.replace(name) != Some(name)).then_some(chord)
        })
        .collect()
}

/// A time safely within the bar's first beat: section boundaries are not exactly on downbeats.
pub(super) fn into_first_beat(bar: &Bar) -> f64 {
    let end = bar.beats.get(1).copied().unwrap_or(bar.end);
    bar.start + INTO_BEAT * (end - bar.start)
}

fn chord_at(chords: &[ChordSpan], time: f64) -> Option<&ChordSpan> {
    let n_started = chords.partition_point(|chord| chord.start <= time);
    chords[..n_started].last().filter(|chord| time < chord.end)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn bars_run_from_downbeat_to_downbeat() {
        let song = samples::song();
        let bars = Content::of(&song).bars();
        // One beat of upbeat at 0.5 s, then 4/4 from 1.0 s at 120 BPM.
        assert_eq!((bars[0].number, bars[0].beats.len()), (0, 1));
        assert_eq!((bars[1].number, bars[1].start, bars[1].end), (1, 1.0, 3.0));
        assert_eq!(bars[1].beats, [1.0, 1.5, 2.0, 2.5]);
        assert!((bars.last().unwrap().end - 57.0).abs() < 1e-9);
    }

    #[test]
    fn times_that_do_not_rise_are_left_out() {
        let broken = samples::broken();
        let bars = Content::of(&broken).bars();
        let times: Vec<f64> = bars.iter().flat_map(|bar| bar.beats.clone()).collect();
        assert!(!times.is_empty() && times.windows(2).all(|w| w[0] < w[1]), "{times:?}");
    }
}
