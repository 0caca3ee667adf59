//! Maximum likelihood for the semi-Markov conditional random field of the segmentation (Sarawagi & Cohen 2004).

use std::fmt::Write as _;
use std::thread;

use sectionist_core::structure::training::{MAX_BARS, Seen, line_names, segment_names};
use sectionist_tests::fixtures::Span;

use super::annotation::Annotation;
use crate::Failure;
use crate::minimise::minimise;

/// Penalty on the squares of the weights of bar lines (of standardised cues), and of segments.
const PENALTIES: [f64; 2] = [100.0, 0.8];
const MAX_ITERATIONS: u64 = 80;
/// Parts of the songs that are summed each by a thread: always as many, so that rounding is the same everywhere.
const N_PARTS: usize = 8;
/// A section starts at a bar line if it is that near, in seconds.
const TOLERANCE: f64 = 0.5;
/// Longer sections are learned as pieces of this many bars, which is what the segmentation makes of them.
const PIECE: usize = 32;

/// What is known of one song.
pub(super) struct Case {
    n_bars: usize,
    /// Cues at the bar lines, `[n_bars × n_cues]`.
    lines: Vec<f32>,
    /// Features of the segments in order of end, then of length, `[n × n_features]`.
    segments: Vec<f32>,
    /// Share of the annotators who hear each segment; index and share.
    heard: Vec<(usize, f64)>,
    /// Share of the annotators who hear a boundary at each bar line, `[n_bars]`.
    heard_lines: Vec<f64>,
    /// How much the song counts.
    weight: f64,
}

/// Segments that end before `end` bars.
fn before(end: usize) -> usize {
    let short = end.saturating_sub(1).min(MAX_BARS);
    short * (short + 1) / 2 + end.saturating_sub(1).saturating_sub(MAX_BARS) * MAX_BARS
}

/// Place of the segment of the `length` bars before `end`.
fn place(end: usize, length: usize) -> usize {
    before(end) + length - 1
}

impl Case {
    /// The sections of a song.
    pub(super) fn sections(seen: &Seen, annotations: &[Annotation], weight: f64) -> Self {
        let edges = seen.edges();
        let n_bars = edges.len() - 1;
        let n_features = segment_names().len();
        let mut segments = vec![0.0; before(n_bars + 1) * n_features];
        seen.for_each_segment(|start, end, features| {
            segments[place(end, end - start) * n_features..][..n_features].copy_from_slice(features);
        });
        let lines = seen.lines().as_slice().to_vec();
        let mut case =
            Self { n_bars, lines, segments, heard: Vec::new(), heard_lines: vec![0.0; n_bars], weight };
        let share = weight / annotations.len().max(1) as f64;
        for Annotation { sections, .. } in annotations {
            case.hear(&starts(edges, sections), share);
        }
        case
    }

    /// The phrases of a song from the case of its sections; `None` where they are not told.
    pub(super) fn phrases(&self, seen: &Seen, annotations: &[Annotation]) -> Option<Self> {
        let told: Vec<_> = annotations.iter().filter(|one| !one.phrases.is_empty()).collect();
        if told.is_empty() {
            return None;
        }
        let (heard, heard_lines) = (Vec::new(), vec![0.0; self.n_bars]);
        let mut case =
            Self { lines: self.lines.clone(), segments: self.segments.clone(), heard, heard_lines, ..*self };
        let share = self.weight / told.len() as f64;
        told.iter().for_each(|one| case.hear(&starts(seen.edges(), &one.phrases), share));
        Some(case)
    }

    /// Adds an annotator to whom segments start at some bars, from 0, and who counts so much.
    fn hear(&mut self, starts: &[usize], share: f64) {
        let ends = starts.iter().skip(1).copied().chain([self.n_bars]);
        for (&start, end) in starts.iter().zip(ends) {
            let mut from = start;
            while end - from > MAX_BARS {
                self.heard.push((place(from + PIECE, PIECE), share));
                from += PIECE;
            }
            self.heard.push((place(end, end - from), share));
            if start > 0 {
                self.heard_lines[start] += share;
            }
        }
    }

    /// Negative log-likelihood; adds its gradient by the weights (bar lines, then segments) to `gradient`.
    fn loss(&self, weights: &[f64], scaling: &Scaling, gradient: &mut [f64]) -> f64 {
        let n_cues = scaling.mean.len();
        let n_features = weights.len() - n_cues;
        let (line_weights, segment_weights) = weights.split_at(n_cues);
        let at_line: Vec<f64> = (0..self.n_bars)
            .map(|bar| {
                let cues = scaling.apply(&self.lines[bar * n_cues..][..n_cues]);
                if bar == 0 { 0.0 } else { cues.zip(line_weights).map(|(x, w)| x * w).sum() }
            })
            .collect();
        let segment_weights: Vec<f32> = segment_weights.iter().map(|&w| w as f32).collect();
        let own: Vec<f64> = self
            .segments
            .chunks_exact(n_features)
            .map(|x| f64::from(x.iter().zip(&segment_weights).map(|(x, w)| x * w).sum::<f32>()))
            .collect();
        let score = |end: usize, length: usize| own[place(end, length)] + at_line[end - length];

        let n = self.n_bars;
        let (mut forward, mut backward) = (vec![f64::NEG_INFINITY; n + 1], vec![f64::NEG_INFINITY; n + 1]);
        (forward[0], backward[n]) = (0.0, 0.0);
        for end in 1..=n {
            forward[end] =
                log_sum((1..=end.min(MAX_BARS)).map(|length| forward[end - length] + score(end, length)));
        }
        for start in (0..n).rev() {
            let lengths = 1..=(n - start).min(MAX_BARS);
            backward[start] =
                log_sum(lengths.map(|length| backward[start + length] + score(start + length, length)));
        }
        let total = forward[n];

        let mut line_excess: Vec<f64> = self.heard_lines.iter().map(|share| -share).collect();
        let mut segment_excess = vec![0.0f32; own.len()];
        let mut heard_score = 0.0;
        for &(idx, share) in &self.heard {
            segment_excess[idx] -= share as f32;
            heard_score += share * own[idx];
        }
        heard_score += self.heard_lines.iter().zip(&at_line).map(|(share, score)| share * score).sum::<f64>();
        for end in 1..=n {
            for length in 1..=end.min(MAX_BARS) {
                let start = end - length;
                let probability =
                    (forward[start] + score(end, length) + backward[end] - total).exp() * self.weight;
                segment_excess[place(end, length)] += probability as f32;
                line_excess[start] += probability;
            }
        }
        let mut of_segments = vec![0.0f32; n_features];
        for (x, excess) in self.segments.chunks_exact(n_features).zip(&segment_excess) {
            if excess.abs() > 1e-7 {
                of_segments.iter_mut().zip(x).for_each(|(sum, x)| *sum += excess * x);
            }
        }
        gradient[n_cues..].iter_mut().zip(of_segments).for_each(|(sum, x)| *sum += f64::from(x));
        for (row, excess) in self.lines.chunks_exact(n_cues).zip(&line_excess).skip(1) {
            gradient[..n_cues].iter_mut().zip(scaling.apply(row)).for_each(|(sum, x)| *sum += excess * x);
        }
        // Annotators who agree count once.
        self.weight * total - heard_score
    }
}

/// The bars at which spans start, from 0.
fn starts(edges: &[f64], spans: &[Span]) -> Vec<usize> {
    let mut starts = vec![0];
    starts.extend(spans.iter().skip(1).filter_map(|span| nearest(edges, span.start)));
    starts.retain(|&bar| bar + 1 < edges.len());
    starts.sort_unstable();
    starts.dedup();
    starts
}

fn nearest(edges: &[f64], time: f64) -> Option<usize> {
    let bar =
        (0..edges.len()).min_by(|&a, &b| (edges[a] - time).abs().total_cmp(&(edges[b] - time).abs()))?;
    ((edges[bar] - time).abs() <= TOLERANCE).then_some(bar)
}

fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY { max } else { max + terms.map(|x| (x - max).exp()).sum::<f64>().ln() }
}

/// Standardisation of the cues.
struct Scaling {
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl Scaling {
    fn of(cases: &[&Case], n_cues: usize) -> Self {
        let rows = || cases.iter().flat_map(|case| case.lines.chunks_exact(n_cues).skip(1));
        let n = rows().count().max(1) as f64;
        let mut mean = vec![0.0; n_cues];
        rows().for_each(|row| mean.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x) / n));
        let mut variance = vec![0.0; n_cues];
        for row in rows() {
            for ((sum, &x), mean) in variance.iter_mut().zip(row).zip(&mean) {
                *sum += (f64::from(x) - mean).powi(2) / n;
            }
        }
        Self { mean, deviation: variance.iter().map(|v| v.sqrt() + 1e-6).collect() }
    }

    fn apply<'a>(&'a self, row: &'a [f32]) -> impl Iterator<Item = f64> + 'a {
        row.iter()
            .zip(&self.mean)
            .zip(&self.deviation)
            .map(|((&x, mean), deviation)| (f64::from(x) - mean) / deviation)
    }
}

/// The fitted weights, of the cues as they are.
pub(super) struct Model {
    constant: f64,
    lines: Vec<f64>,
    segments: Vec<f64>,
}

impl Model {
    pub(super) fn fit(cases: &[&Case]) -> Result<Self, Failure> {
        let (n_cues, n_features) = (line_names().len(), segment_names().len());
        let scaling = Scaling::of(cases, n_cues);
        let penalty = |idx: usize| PENALTIES[usize::from(idx >= n_cues)];
        let objective = |weights: &[f64]| {
            let (mut loss, mut gradient) = in_parallel(cases, weights, &scaling);
            for (idx, (sum, w)) in gradient.iter_mut().zip(weights).enumerate() {
                loss += penalty(idx) * w * w / 2.0;
                *sum += penalty(idx) * w;
            }
            (loss, gradient)
        };
        let weights = minimise(objective, vec![0.0; n_cues + n_features], MAX_ITERATIONS)?;
        let (lines, segments) = weights.split_at(n_cues);
        let lines: Vec<f64> =
            lines.iter().zip(&scaling.deviation).map(|(w, deviation)| w / deviation).collect();
        let constant = -lines.iter().zip(&scaling.mean).map(|(w, mean)| w * mean).sum::<f64>();
        Ok(Self { constant, lines, segments: segments.to_vec() })
    }

    /// Lines `name weight`, the names after a prefix.
    pub(super) fn lines(&self, prefix: &str) -> String {
        let mut text = String::new();
        let segment_names = segment_names().map(str::to_owned);
        let names = ["line".to_owned()].into_iter().chain(line_names()).chain(segment_names);
        let weights = [self.constant].into_iter().chain(self.lines.iter().chain(&self.segments).copied());
        for (name, weight) in names.zip(weights) {
            let _ = writeln!(text, "{prefix}{name} {weight:.4}");
        }
        text
    }
}

/// Sum of loss and gradient over the songs.
fn in_parallel(cases: &[&Case], weights: &[f64], scaling: &Scaling) -> (f64, Vec<f64>) {
    let parts: Vec<(f64, Vec<f64>)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..N_PARTS)
            .map(|part| {
                scope.spawn(move || {
                    let mut gradient = vec![0.0; weights.len()];
                    let own = cases.iter().skip(part).step_by(N_PARTS);
                    let loss = own.map(|case| case.loss(weights, scaling, &mut gradient)).sum::<f64>();
                    (loss, gradient)
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut sum = vec![0.0; weights.len()];
    parts.iter().for_each(|(_, part)| sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x));
    (parts.iter().map(|(loss, _)| loss).sum(), sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(n_bars: usize) -> Case {
        let noise = |seed: usize| ((seed * 7919) % 1000) as f32 / 500.0 - 1.0;
        let (n_cues, n_features) = (3, 2);
        Case {
            n_bars,
            lines: (0..n_bars * n_cues).map(noise).collect(),
            segments: (0..before(n_bars + 1) * n_features).map(|i| noise(i + 77)).collect(),
            heard: vec![(place(4, 4), 1.0), (place(n_bars, n_bars - 4), 1.0)],
            heard_lines: (0..n_bars).map(|bar| f64::from(u8::from(bar == 4))).collect(),
            weight: 1.0,
        }
    }

    #[test]
    fn segments_have_places_of_their_own() {
        let n = MAX_BARS + 9;
        let places: Vec<usize> =
            (1..=n).flat_map(|end| (1..=end.min(MAX_BARS)).map(move |length| place(end, length))).collect();
        assert!(places.iter().enumerate().all(|(idx, place)| idx == *place));
        assert_eq!(places.len(), before(n + 1));
    }

    #[test]
    fn the_gradient_is_the_slope() {
        let case = case(9);
        let scaling = Scaling::of(&[&case], 3);
        let weights = [0.3, -0.2, 0.5, 0.1, -0.4];
        let mut gradient = vec![0.0; 5];
        case.loss(&weights, &scaling, &mut gradient);
        for idx in 0..5 {
            let at = |step: f64| {
                let mut moved = weights;
                moved[idx] += step;
                case.loss(&moved, &scaling, &mut [0.0; 5])
            };
            let slope = (at(1e-3) - at(-1e-3)) / 2e-3;
            assert!((slope - gradient[idx]).abs() < 1e-3, "{idx}: {slope} {}", gradient[idx]);
        }
    }
}
