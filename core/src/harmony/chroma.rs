//! Notes → pitch classes, treble and bass.

use crate::matrix::Matrix;

use super::grid::Unit;
use super::transcription::{LOWEST_NOTE, N_NOTES, Transcription};
use super::{BeatChroma, Melody, N_MELODY_NOTES};

/// Pitch classes of the units, by register. Each row has maximum 1, or is all zero.
#[derive(Debug, Clone)]
pub(super) struct Chromagram {
    /// `[n_units × 12]` from C: the bass.
    pub(super) bass: Matrix,
    /// `[n_units × 12]`: where chords lie.
    pub(super) middle: Matrix,
    /// `[n_units × 12]`: where melodies lie.
    pub(super) high: Matrix,
    /// `[n_units × 12]`: middle and high together.
    pub(super) treble: Matrix,
}

/// MIDI pitches between which one register gives way to the next: bass to middle, middle to high,
/// and high to nothing. Octave-wide ramps, in the manner of Mauch & Dixon (2010), figure 2.
const BASS_OUT: (f32, f32) = (44.0, 56.0);
const MIDDLE_IN: (f32, f32) = (40.0, 52.0);
const MIDDLE_OUT: (f32, f32) = (64.0, 76.0);
const HIGH_OUT: (f32, f32) = (84.0, 96.0);

/// Folds `transcription` to pitch classes.
pub(super) fn chroma_of(transcription: &Transcription) -> Chromagram {
    let ramp = |pitch: f32, (from, to): (f32, f32)| ((pitch - from) / (to - from)).clamp(0.0, 1.0);
    let weights: Vec<[f32; 3]> = (0..N_NOTES)
        .map(|note| {
            let pitch = (LOWEST_NOTE + note) as f32;
            let above_middle = ramp(pitch, MIDDLE_OUT);
            [
                1.0 - ramp(pitch, BASS_OUT),
                ramp(pitch, MIDDLE_IN) * (1.0 - above_middle),
                above_middle * (1.0 - ramp(pitch, HIGH_OUT)),
            ]
        })
        .collect();
    let n_units = transcription.salience.n_rows();
    let empty = || Matrix::zeros(n_units, 12);
    let mut chroma = Chromagram { bass: empty(), middle: empty(), high: empty(), treble: empty() };
    for (unit, notes) in transcription.salience.rows().enumerate() {
        let Chromagram { bass, middle, high, treble } = &mut chroma;
        let (bass, middle) = (bass.row_mut(unit), middle.row_mut(unit));
        let (high, treble) = (high.row_mut(unit), treble.row_mut(unit));
        for (note, (&salience, weight)) in notes.iter().zip(&weights).enumerate() {
            let pitch_class = (LOWEST_NOTE + note) % 12;
            bass[pitch_class] += weight[0] * salience;
            middle[pitch_class] += weight[1] * salience;
            high[pitch_class] += weight[2] * salience;
        }
        for (t, (m, h)) in treble.iter_mut().zip(middle.iter().zip(high.iter())) {
            *t = m + h;
        }
        for row in [bass, middle, high, treble] {
            normalise(row);
        }
    }
    chroma
}

/// Names of the values of [`novelty_of`]: register and units on either side.
pub(super) const NOVELTY: [&str; N_NOVELTY] = ["bass-1", "middle-1", "bass-2", "middle-2"];
/// Number of values in [`novelty_of`].
pub(super) const N_NOVELTY: usize = 4;

/// How much the pitch classes change at the start of each unit, `[n_units]`: one less the cosine of their
/// roots, in the bass and in the middle, from the unit before to this one, and from the two before to the
/// two that start here. 0 at the start of the song.
pub(super) fn novelty_of(chroma: &Chromagram) -> Vec<[f32; N_NOVELTY]> {
    let n_units = chroma.bass.n_rows();
    let change = |register: &Matrix, at: usize, reach: usize| {
        let sum = |range: std::ops::Range<usize>| {
            let mut sum = [0.0f32; 12];
            for unit in range {
                sum.iter_mut().zip(register.row(unit)).for_each(|(s, c)| *s += c.sqrt());
            }
            sum
        };
        let (before, after) = (sum(at.saturating_sub(reach)..at), sum(at..(at + reach).min(n_units)));
        let dot = |a: &[f32; 12], b: &[f32; 12]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let length = (dot(&before, &before) * dot(&after, &after)).sqrt();
        if length > 0.0 { 1.0 - dot(&before, &after) / length } else { 0.0 }
    };
    (0..n_units)
        .map(|unit| {
            let Chromagram { bass, middle, .. } = chroma;
            [change(bass, unit, 1), change(middle, unit, 1), change(bass, unit, 2), change(middle, unit, 2)]
        })
        .collect()
}

/// Scales to maximum 1.
fn normalise(row: &mut [f32]) {
    let max = row.iter().copied().fold(0.0, f32::max);
    if max > 0.0 {
        row.iter_mut().for_each(|x| *x /= max);
    }
}

/// Lowest MIDI pitch of melodies.
const LOWEST_OF_MELODY: usize = 60;

/// The notes of each unit, for the structure stage.
pub(super) fn melody_of(units: &[Unit], transcription: &Transcription) -> Melody {
    let mut melody = Melody { edges: Vec::new(), notes: Matrix::with_cols(N_MELODY_NOTES) };
    for (unit, notes) in units.iter().zip(transcription.salience.rows()) {
        melody.edges.push(unit.start);
        let mut notes = notes[LOWEST_OF_MELODY - LOWEST_NOTE..][..N_MELODY_NOTES].to_vec();
        normalise(&mut notes);
        melody.notes.push_row(&notes);
    }
    melody.edges.extend(units.last().map(|unit| unit.end));
    melody
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_chord_is_new_in_the_registers_that_change() {
        let chords = [[0, 4, 7], [0, 4, 7], [5, 9, 0], [5, 9, 0], [5, 9, 0]];
        let mut middle = Matrix::with_cols(12);
        let mut bass = Matrix::with_cols(12);
        for chord in chords {
            let row = |notes: &[usize]| {
                std::array::from_fn::<f32, 12, _>(|pc| f32::from(u8::from(notes.contains(&pc))))
            };
            middle.push_row(&row(&chord));
            bass.push_row(&row(&[0]));
        }
        let chroma = Chromagram { bass, high: middle.clone(), treble: middle.clone(), middle };
        let novelty = novelty_of(&chroma);
        assert_eq!(novelty.len(), chords.len());
        for (unit, [bass, middle, bass_of_two, middle_of_two]) in novelty.into_iter().enumerate() {
            assert!(bass.abs() < 1e-6 && bass_of_two.abs() < 1e-6, "{unit}");
            assert_eq!(middle > 0.1, unit == 2, "{unit}: {middle}");
            assert_eq!(middle_of_two > 0.1, (1..4).contains(&unit), "{unit}: {middle_of_two}");
        }
    }

    #[test]
    fn silence_is_nothing_new() {
        let silence = || Matrix::zeros(3, 12);
        let chroma = Chromagram { bass: silence(), middle: silence(), high: silence(), treble: silence() };
        assert_eq!(novelty_of(&chroma), [[0.0; N_NOVELTY]; 3]);
    }
}
