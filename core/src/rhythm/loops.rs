//! Short files that are whole bars: the length of a loop tells its tempo, its start the beat.

use crate::units::FrameGrid;

/// Seconds from which a file is a song, and no loop of one.
const LONGEST: f64 = 24.0;
/// Share of short files that were cut to whole bars.
const SHARE: f64 = 0.5;
/// Mean error of the tempo that beats tell, as a share of it.
const TEMPO_ERROR: f64 = 0.0015;
/// Mean distance of a loop's start from a beat, in beats.
const START_ERROR: f64 = 0.05;
/// Octaves over which the numbers of beats of other files are spread.
const OCTAVES: f64 = 5.0;
/// Numbers of beats of loops, and how many loops have each.
const LENGTHS: [(f64, f64); 12] = [
    (3.0, 0.01),
    (4.0, 0.1),
    (6.0, 0.02),
    (8.0, 0.2),
    (10.0, 0.02),
    (12.0, 0.05),
    (16.0, 0.25),
    (20.0, 0.02),
    (24.0, 0.05),
    (32.0, 0.2),
    (48.0, 0.02),
    (64.0, 0.06),
];

/// Beats that come evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EvenBeats {
    /// Seconds from a beat to the next.
    period: f64,
    /// How far the start of the file lies from a beat, in beats from 0 to 0.5.
    from_start: f64,
}

impl EvenBeats {
    /// The line through beats in frames.
    pub(super) fn through(beats: &[usize], grid: FrameGrid) -> Self {
        let n = beats.len() as f64;
        let times = beats.iter().map(|&beat| grid.time_of(beat));
        let (middle, mean) = (0.5 * (n - 1.0), times.clone().sum::<f64>() / n);
        let (mut product, mut square) = (0.0, 0.0);
        for (idx, time) in times.enumerate() {
            let along = idx as f64 - middle;
            product += along * (time - mean);
            square += along * along;
        }
        let period = (product / square.max(1.0)).max(1.0 / grid.frame_rate());
        let first = (mean - middle * period) / period;
        Self { period, from_start: (first - first.round()).abs() }
    }

    /// Odds that a file of `duration` seconds is a loop with these beats, against one of any length and start.
    ///
    /// Lengths of other files are spread evenly over the octaves of their numbers of beats.
    fn loop_odds(self, duration: f64) -> f64 {
        if duration > LONGEST {
            return 0.0;
        }
        let n_beats = duration / self.period;
        let of_loops: f64 = LENGTHS
            .into_iter()
            .map(|(whole, share)| {
                share * (-(n_beats / whole).ln().abs() / TEMPO_ERROR).exp() / (2.0 * TEMPO_ERROR)
            })
            .sum();
        let of_others = 1.0 / (OCTAVES * std::f64::consts::LN_2);
        let start = (-self.from_start / START_ERROR).exp() / (2.0 * START_ERROR);
        SHARE / (1.0 - SHARE) * start * of_loops / of_others
    }

    /// How much a file's length and start speak for these beats.
    pub(super) fn likelihood(self, duration: f64) -> f64 {
        1.0 + self.loop_odds(duration)
    }

    /// The whole number of beats of a file that is likelier to be a loop with these beats than not.
    pub(super) fn of_loop(self, duration: f64) -> Option<f64> {
        let n_beats = duration / self.period;
        let distance = |&(whole, _): &(f64, f64)| (n_beats / whole).ln().abs();
        let nearest = LENGTHS.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (self.loop_odds(duration) > 1.0).then_some(nearest.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: FrameGrid = FrameGrid { sample_rate: 22_050, hop_length: 220 };

    fn beats(bpm: f64, first: f64, n_beats: usize) -> EvenBeats {
        let frame = |idx| GRID.frame_at(first + 60.0 / bpm * idx as f64);
        EvenBeats::through(&(0..n_beats).map(frame).collect::<Vec<_>>(), GRID)
    }

    #[test]
    fn whole_bars_from_a_beat_on_are_a_loop() {
        let found = beats(120.0, 0.0, 16);
        assert!((found.period - 0.5).abs() < 1e-3 && found.from_start < 0.02, "{found:?}");
        assert_eq!(found.of_loop(8.0), Some(16.0));
        assert!(found.likelihood(8.0) > 20.0);
        // Half and double are loops as well: the length says nothing of the level.
        assert_eq!(beats(240.0, 0.0, 32).of_loop(8.0), Some(32.0));
    }

    #[test]
    fn clips_and_songs_are_none() {
        for (duration, first) in [(8.31, 0.0), (8.0, 0.25), (6.5, 0.0)] {
            let found = beats(120.0, first, 16);
            assert_eq!(found.of_loop(duration), None, "{duration} {first}");
            assert!(found.likelihood(duration) < 1.5, "{duration} {first}");
        }
        assert_eq!(beats(120.0, 0.0, 64).of_loop(32.0), None);
    }
}
