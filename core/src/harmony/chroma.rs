//! Notes → pitch classes, treble and bass.

use crate::matrix::Matrix;

use super::BeatChroma;
use super::grid::Unit;
use super::transcription::{LOWEST_NOTE, N_NOTES, Transcription};

/// Pitch classes of the units.
#[derive(Debug, Clone)]
pub(super) struct Chromagram {
    /// `[n_units × 12]` from C: chords and melody. Each row has maximum 1, or is all zero.
    pub(super) treble: Matrix,
    /// `[n_units × 12]`: the bass. Each row has maximum 1, or is all zero.
    pub(super) bass: Matrix,
}

/// MIDI pitches between which treble fades in, and out at the top (Mauch & Dixon 2010, figure 2,
/// rounded to octave-wide ramps).
const TREBLE_IN: (f32, f32) = (40.0, 52.0);
const TREBLE_OUT: (f32, f32) = (80.0, 96.0);
/// MIDI pitches between which bass fades out.
const BASS_OUT: (f32, f32) = (44.0, 56.0);

/// Folds `transcription` to pitch classes.
pub(super) fn chroma_of(transcription: &Transcription) -> Chromagram {
    let ramp = |pitch: f32, (from, to): (f32, f32)| ((pitch - from) / (to - from)).clamp(0.0, 1.0);
    let weights: Vec<(f32, f32)> = (0..N_NOTES)
        .map(|note| {
            let pitch = (LOWEST_NOTE + note) as f32;
            let treble = ramp(pitch, TREBLE_IN) * (1.0 - ramp(pitch, TREBLE_OUT));
            (treble, 1.0 - ramp(pitch, BASS_OUT))
        })
        .collect();
    let n_units = transcription.salience.n_rows();
    let mut chroma = Chromagram { treble: Matrix::zeros(n_units, 12), bass: Matrix::zeros(n_units, 12) };
    for (unit, notes) in transcription.salience.rows().enumerate() {
        for (note, (&salience, &(treble, bass))) in notes.iter().zip(&weights).enumerate() {
            let pitch_class = (LOWEST_NOTE + note) % 12;
            chroma.treble.row_mut(unit)[pitch_class] += treble * salience;
            chroma.bass.row_mut(unit)[pitch_class] += bass * salience;
        }
        normalise(chroma.treble.row_mut(unit));
        normalise(chroma.bass.row_mut(unit));
    }
    chroma
}

/// Scales to maximum 1.
fn normalise(row: &mut [f32]) {
    let max = row.iter().copied().fold(0.0, f32::max);
    if max > 0.0 {
        row.iter_mut().for_each(|x| *x /= max);
    }
}

/// Averages the chroma of the units of each beat, for the structure stage.
pub(super) fn beat_chroma(units: &[Unit], chroma: &Chromagram) -> BeatChroma {
    let mut beat_chroma =
        BeatChroma { edges: Vec::new(), treble: Matrix::with_cols(12), bass: Matrix::with_cols(12) };
    let mut from = 0;
    while let Some(unit) = units.get(from) {
        let to = from + units[from..].iter().take_while(|u| u.beat == unit.beat).count();
        beat_chroma.edges.push(unit.start);
        for (means, rows) in
            [(&mut beat_chroma.treble, &chroma.treble), (&mut beat_chroma.bass, &chroma.bass)]
        {
            let mut mean = rows.mean_of_rows(from..to);
            normalise(&mut mean);
            means.push_row(&mean);
        }
        from = to;
    }
    beat_chroma.edges.extend(units.last().map(|unit| unit.end));
    beat_chroma
}
