//! Which beats sound like the first of a bar.

use super::evidence::Evidence;
use super::model::{Model, dot};
use crate::features::onset::N_ONSET_BANDS;

/// Names of the cues of one beat: onsets by band on it and half a beat later, changes after so many beats, and what
/// else [`cues`] finds.
pub(super) const CUES: [&str; N_CUES] = [
    "bass-on",
    "low-on",
    "mid-on",
    "high-on",
    "bass-half",
    "low-half",
    "mid-half",
    "high-half",
    "chord-change-1",
    "chord-change-2",
    "chord-change-4",
    "bass-change-1",
    "bass-change-2",
    "harmonic-onset",
    "filled",
    "long-note",
    "downbeat-heard",
    "beat-heard",
];
/// Cues of one beat.
pub(super) const N_CUES: usize = 18;
/// Cues that repeat from bar to bar.
pub(super) const COLUMNS: [&str; 4] = [CUES[0], CUES[2], CUES[3], CUES[8]];
/// Beats on either side whose cues count too.
const CONTEXT: isize = 2;
/// Features of a beat: a constant, and the cues of it and its neighbours.
pub(super) const N_ACCENT_FEATURES: usize = 1 + N_CUES * (2 * CONTEXT as usize + 1);
/// Beats on either side that a cue is measured against.
const REACH: usize = 12;
/// Standard deviations beyond which more makes no difference.
const LARGEST: f64 = 3.0;
/// Onset strength above which more makes no difference, in units of the local RMS.
const CAP: f32 = 6.0;

/// What distinguishes each beat from those around it, `[n_beats][N_ACCENT_FEATURES]`: onsets by band on
/// the beat and half a beat later, changes of harmony and of the bass over one to four beats, how much
/// follows before the next beat. O(n_beats).
pub(super) fn accent_features(evidence: &Evidence, times: &[f64]) -> Vec<Vec<f64>> {
    let n = times.len();
    let raw: Vec<[f64; N_CUES]> = (0..n).map(|idx| cues(evidence, times, idx)).collect();
    let mut scaled = raw.clone();
    for cue in 0..N_CUES {
        let column: Vec<f64> = raw.iter().map(|row| row[cue]).collect();
        let mut before = vec![0.0];
        column.iter().for_each(|x| before.push(before[before.len() - 1] + x));
        let centred: Vec<f64> = (0..n)
            .map(|idx| {
                let (start, end) = (idx.saturating_sub(REACH), (idx + REACH + 1).min(n));
                column[idx] - (before[end] - before[start]) / (end - start) as f64
            })
            .collect();
        let unit = (centred.iter().map(|x| x * x).sum::<f64>() / n.max(1) as f64).sqrt().max(1e-6);
        for (row, x) in scaled.iter_mut().zip(&centred) {
            row[cue] = (x / unit).clamp(-LARGEST, LARGEST);
        }
    }
    (0..n as isize)
        .map(|idx| {
            let mut features = Vec::with_capacity(N_ACCENT_FEATURES);
            features.push(1.0);
            for step in -CONTEXT..=CONTEXT {
                let near = usize::try_from(idx + step).ok().and_then(|at| scaled.get(at));
                features.extend(near.copied().unwrap_or([0.0; N_CUES]));
            }
            features
        })
        .collect()
}

/// Names of the [`accent_features`]: `CUE@BEATS` for the cues of the beat so many later.
pub(super) fn accent_names() -> Vec<String> {
    let mut names = vec!["constant".to_owned()];
    (-CONTEXT..=CONTEXT).for_each(|step| names.extend(CUES.map(|cue| format!("{cue}@{step}"))));
    names
}

fn cues(evidence: &Evidence, times: &[f64], idx: usize) -> [f64; N_CUES] {
    let grid = evidence.grid;
    let n_frames = evidence.n_frames();
    let time = times[idx];
    let period = match (times.get(idx + 1), idx.checked_sub(1).map(|before| times[before])) {
        (Some(next), _) => next - time,
        (None, Some(before)) => time - before,
        (None, None) => 0.5,
    };
    let at = |band: usize, time: f64| {
        let frame = grid.frame_at(time.max(0.0)).min(n_frames.saturating_sub(1));
        let near = &evidence.bands[band][frame.saturating_sub(4)..(frame + 5).min(n_frames)];
        f64::from(near.iter().copied().fold(0.0, f32::max).min(CAP))
    };
    let mut cues = [0.0; N_CUES];
    for band in 0..N_ONSET_BANDS {
        cues[band] = at(band, time);
        cues[4 + band] = at(band, time + 0.5 * period);
    }
    for (cue, reach) in [(8, 1.0), (9, 2.0), (10, 4.0)] {
        cues[cue] = f64::from(evidence.chords.change(time, reach * period));
    }
    for (cue, reach) in [(11, 1.0), (12, 2.0)] {
        cues[cue] = f64::from(evidence.bass.change(time, reach * period));
    }
    let frame = grid.frame_at(time).min(n_frames.saturating_sub(1));
    cues[13] = evidence.harmonic_onsets.get(frame).copied().map_or(0.0, f64::from);
    let inner = grid.frame_at(time + 0.15 * period)..grid.frame_at(time + 0.9 * period).min(n_frames);
    if inner.start < inner.end {
        let length = (inner.end - inner.start) as f64;
        cues[14] = evidence.novelty[inner].iter().map(|x| f64::from(x.min(CAP))).sum::<f64>() / length;
    }
    // A long note: what sounds half a beat later is what began on the beat.
    cues[15] = f64::from(evidence.chords.change(time + 0.5 * period, 0.5 * period));
    let near = frame.saturating_sub(4)..(frame + 5).min(n_frames);
    let heard = |odds: &[f32]| odds[near.clone()].iter().copied().fold(-8.0f32, f32::max);
    let (beat, downbeat) = (heard(&evidence.heard.beat), heard(&evidence.heard.downbeat));
    cues[16] = f64::from(downbeat.clamp(-8.0, 8.0));
    cues[17] = f64::from(beat.clamp(-8.0, 8.0));
    cues
}

/// Log odds that each beat is the first of its bar, `[n_beats]`; `rows` are the [`accent_features`].
pub(super) fn accents(rows: &[Vec<f64>], model: &Model) -> Vec<f64> {
    let weights = model.weights("downbeat", &accent_names());
    rows.iter().map(|row| dot(&weights, row).clamp(-4.0, 4.0)).collect()
}

/// The cues of the beat itself, of its features, `[N_CUES]`; empty if there are none.
pub(super) fn own_cues(row: &[f64]) -> &[f64] {
    let own = 1 + N_CUES * CONTEXT as usize;
    row.get(own..own + N_CUES).unwrap_or_default()
}

/// Onsets by band and changes of harmony on each beat, for what repeats from bar to bar, `[4][n_beats]`.
pub(super) fn columns(rows: &[Vec<f64>]) -> [Vec<f64>; 4] {
    let own = 1 + N_CUES * CONTEXT as usize;
    [0, 2, 3, 8].map(|cue| rows.iter().map(|row| row[own + cue]).collect())
}
