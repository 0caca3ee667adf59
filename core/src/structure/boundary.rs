//! What is known of each boundary: confidence, where else it might be, what speaks for it.

use crate::matrix::Matrix;
use crate::structure::cues::CUES;
use crate::structure::{Boundary, Evidence};

/// A boundary within this many seconds counts as the same one.
const TOLERANCE: f64 = 0.5;
/// Neighbouring bar lines considered as alternatives.
const NEIGHBOURS: usize = 2;
/// Share of the boundary's own probability that makes a neighbour plausible.
const PLAUSIBLE: f32 = 0.25;
/// How far people's boundaries scatter around the bar line they mean, in seconds.
const SCATTER: f64 = 0.1;
/// Standardised cue from which it counts as evidence.
const NOTABLE: f32 = 0.8;
/// Change of level from phrase to phrase in dB that counts as evidence.
const NOTABLE_LEVEL: f32 = 3.0;

/// Share of the bar before that a fill or pick-up into the section takes.
const PICKUP: f64 = 0.25;

/// The boundary at a bar line inside the song. Where the bar before is busier than others towards its end, people may
/// hear the section begin with that fill or pick-up.
pub(super) fn inner_boundary(bar: usize, edges: &[f64], posteriors: &[f32], cues: &Matrix) -> Boundary {
    let time = edges[bar];
    let p = posteriors[bar];
    let near = (0..posteriors.len()).skip(bar.saturating_sub(NEIGHBOURS)).take(2 * NEIGHBOURS + 1);
    let plausible = near.clone().filter(|&i| i > 0 && posteriors[i] >= PLAUSIBLE * p && i != bar);
    let earliest = plausible.clone().map(|i| edges[i]).fold(time - SCATTER, f64::min);
    let fill = CUES.iter().position(|cue| *cue == "fill").map_or(0, |idx| CUES.len() + idx);
    let has_pickup = (1..cues.n_rows()).contains(&bar) && cues.row(bar)[fill] >= NOTABLE;
    let lead = if has_pickup { PICKUP * (time - edges[bar - 1]) } else { 0.0 };
    let earliest = earliest.min(time - lead);
    let latest = plausible.map(|i| edges[i]).fold(time + SCATTER, f64::max);
    let confidence: f32 = near.filter(|&i| (edges[i] - time).abs() <= TOLERANCE).map(|i| posteriors[i]).sum();
    Boundary {
        confidence: confidence.clamp(0.0, 1.0),
        earliest: earliest.max(0.0),
        latest: latest.min(edges[edges.len() - 1]),
        evidence: evidence_at(bar, cues),
    }
}

/// A boundary that is certain: where the song starts, or where silence does.
pub(super) fn certain_boundary(time: f64, duration: f64) -> Boundary {
    let scatter = if time > 0.0 { SCATTER } else { 0.0 };
    Boundary {
        confidence: 1.0,
        earliest: (time - scatter).max(0.0),
        latest: (time + scatter).min(duration),
        evidence: vec![Evidence::Silence],
    }
}

fn evidence_at(bar: usize, cues: &Matrix) -> Vec<Evidence> {
    let n = CUES.len();
    let Some(row) = (bar < cues.n_rows()).then(|| cues.row(bar)) else {
        return Vec::new();
    };
    let strongest = |kind: &str, offset: usize| {
        let named = CUES.iter().enumerate().filter(|(_, name)| name.starts_with(kind));
        named.map(|(i, _)| row[offset + i]).fold(f32::NEG_INFINITY, f32::max)
    };
    let timbre = strongest("sound_novelty", n).max(strongest("texture_novelty", n));
    let harmony = strongest("harmony_novelty", n);
    let repetition = strongest("passage_repeat", n).max(strongest("harmony_repeat", n));
    let level = strongest("level_rise_4", 0).max(strongest("level_fall_4", 0));
    let mut found = [
        (timbre, Evidence::Timbre),
        (harmony, Evidence::Harmony),
        (repetition, Evidence::Repetition),
        (if level >= NOTABLE_LEVEL { NOTABLE + level / 10.0 } else { 0.0 }, Evidence::Loudness),
    ];
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    // What speaks most for it is named even where nothing is striking.
    let notable = found.iter().take_while(|(strength, _)| *strength >= NOTABLE).count().max(1);
    found[..notable].iter().map(|&(_, evidence)| evidence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fill_may_belong_to_the_section() {
        let edges = [0.0, 2.0, 4.0, 6.0, 8.0];
        let posteriors = [1.0, 0.0, 0.9, 0.0];
        let mut cues = Matrix::zeros(4, 3 * CUES.len());
        let earliest = |cues: &Matrix| inner_boundary(2, &edges, &posteriors, cues).earliest;
        assert!((earliest(&cues) - 3.9).abs() < 1e-9);
        let fill = CUES.iter().position(|cue| *cue == "fill").expect("there is a cue for fills");
        cues.row_mut(2)[CUES.len() + fill] = 2.0;
        assert!((earliest(&cues) - 3.5).abs() < 1e-9);
        assert_eq!(inner_boundary(2, &edges, &posteriors, &cues).latest, 4.1);
    }
}
