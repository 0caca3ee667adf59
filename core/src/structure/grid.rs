//! The grid on which sections are sought: bars where there are any, equal windows elsewhere.

use crate::rhythm::Rhythm;

/// Length of a window in seconds where there are no bars.
const WINDOW: f64 = 2.0;
/// Fewer downbeats than this are no bars to count in.
const MIN_DOWNBEATS: usize = 4;
/// Bars must fill at least this share of the sounding part to serve as its grid.
const MIN_COVERAGE: f64 = 0.5;

/// Longer bars are halved, in seconds.
const LONG_BAR: f64 = 2.7;
/// How far from the middle of the bar the beat that halves it may be, as a share of the bar.
const MIDDLE: f64 = 0.1;

/// Consecutive bars or windows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BarGrid {
    /// Edges in seconds, strictly increasing, `[n_bars + 1]`; empty for an empty span.
    pub(super) edges: Vec<f64>,
    /// Whether the edges are downbeats; otherwise windows.
    pub(super) is_musical: bool,
}

impl BarGrid {
    /// The grid of the part from `start` to `end` seconds.
    ///
    /// Bars that the tracker left out (a rubato introduction, a break) are filled with bars of about
    /// the median length. A stub shorter than a third of a bar joins its neighbour. Bars longer than
    /// 2.7 s are halved where a beat is in their middle, so that the grid hardly depends on which
    /// metrical level was taken for the beat.
    pub(super) fn new(rhythm: &Rhythm, start: f64, end: f64) -> Self {
        if end - start <= 0.0 {
            return Self { edges: Vec::new(), is_musical: false };
        }
        let downbeats: Vec<f64> =
            rhythm.downbeats().into_iter().filter(|&time| time >= start && time < end).collect();
        let period = median_step(&downbeats).filter(|_| downbeats.len() >= MIN_DOWNBEATS);
        match (period, downbeats.first(), downbeats.last()) {
            (Some(period), Some(first), Some(last)) if last - first >= MIN_COVERAGE * (end - start) => {
                let edges = split(&filled(&downbeats, period, start, end), rhythm);
                Self { edges, is_musical: true }
            }
            _ => {
                let n = ((end - start) / WINDOW).round().max(1.0);
                let edges = (0..=n as usize).map(|i| start + (end - start) * i as f64 / n).collect();
                Self { edges, is_musical: false }
            }
        }
    }

    /// Number of bars.
    pub(super) fn n_bars(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }
}

fn median_step(times: &[f64]) -> Option<f64> {
    let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().filter(|&step| step > 0.1)
}

fn filled(downbeats: &[f64], period: f64, start: f64, end: f64) -> Vec<f64> {
    let stub = 0.35 * period;
    let mut edges = vec![start];
    for &time in downbeats.iter().chain([&end]) {
        let last = edges[edges.len() - 1];
        let gap = time - last;
        if gap <= stub {
            // Too short for a bar: the stub at the start vanishes, one further on keeps the later time.
            if edges.len() > 1 {
                edges.pop();
                edges.push(time);
            }
            continue;
        }
        let n = (gap / period).round().max(1.0);
        if n > 1.0 {
            // At the start bars count back from the first downbeat, elsewhere on from the last.
            let backwards = edges.len() == 1;
            for i in 1..n as usize {
                let offset = i as f64 * period;
                let edge = if backwards { time - (n - i as f64) * period } else { last + offset };
                if edge - edges[edges.len() - 1] > stub && time - edge > stub {
                    edges.push(edge);
                }
            }
        }
        edges.push(time);
    }
    if edges.len() == 1 {
        edges.push(end);
    }
    edges
}

/// Halves long bars at the beat in their middle.
fn split(edges: &[f64], rhythm: &Rhythm) -> Vec<f64> {
    let mut all = Vec::with_capacity(edges.len());
    for bar in edges.windows(2) {
        all.push(bar[0]);
        let length = bar[1] - bar[0];
        let middle = f64::midpoint(bar[0], bar[1]);
        let after = rhythm.beats.partition_point(|beat| beat.time < middle);
        let beside = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let times = beside.filter_map(|idx| rhythm.beats.get(idx)).map(|beat| beat.time);
        let nearest = times.min_by(|a, b| (a - middle).abs().total_cmp(&(b - middle).abs()));
        if let Some(beat) =
            nearest.filter(|beat| (beat - middle).abs() <= MIDDLE * length && length > LONG_BAR)
        {
            all.push(beat);
        }
    }
    all.extend(edges.last());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhythm::Beat;

    fn rhythm(downbeats: &[f64]) -> Rhythm {
        let beats = downbeats.iter().map(|&time| Beat { time, position: 1, confidence: 1.0 }).collect();
        Rhythm { beats, ..Rhythm::default() }
    }

    #[test]
    fn bars_cover_the_span_without_stubs_or_holes() {
        let downbeats: Vec<f64> = (0..20).filter(|i| *i != 9).map(|i| 0.3 + 2.0 * f64::from(i)).collect();
        let grid = BarGrid::new(&rhythm(&downbeats), 0.0, 45.0);
        assert!(grid.is_musical);
        assert_eq!(grid.edges.first(), Some(&0.0));
        assert_eq!(grid.edges.last(), Some(&45.0));
        assert!(grid.edges.windows(2).all(|w| (1.0..3.2).contains(&(w[1] - w[0]))), "{:?}", grid.edges);
        assert!(grid.edges.iter().any(|e| (e - 18.3).abs() < 1e-9), "the missing bar line is filled in");
    }

    #[test]
    fn long_bars_are_halved_where_a_beat_is() {
        let bars = |beats_per_bar: u32| {
            let beat = |i: u32| Beat {
                time: f64::from(i) * 3.6 / f64::from(beats_per_bar),
                position: i % beats_per_bar + 1,
                confidence: 1.0,
            };
            let beats = (0..20 * beats_per_bar).map(beat).collect();
            BarGrid::new(&Rhythm { beats, ..Rhythm::default() }, 0.0, 72.0).n_bars()
        };
        assert_eq!((bars(4), bars(3)), (40, 20));
    }

    #[test]
    fn without_bars_there_are_windows() {
        let grid = BarGrid::new(&rhythm(&[1.0, 3.0]), 2.0, 13.0);
        assert!(!grid.is_musical);
        assert_eq!((grid.edges[0], grid.edges[grid.n_bars()]), (2.0, 13.0));
        assert_eq!(BarGrid::new(&rhythm(&[]), 0.0, 0.5).n_bars(), 1);
        assert_eq!(BarGrid::new(&rhythm(&[]), 1.0, 1.0).n_bars(), 0);
    }
}
