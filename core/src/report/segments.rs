//! The song cut at its onsets: what sounds from one to the next, each stretch in a few numbers.

use serde::Serialize;

use crate::features::mel::Dct;
use crate::features::spectrum::{BINS_PER_SEMITONE, LOWEST_PITCH, N_LOG_BINS};
use crate::features::timbre::N_MELS;
use crate::features::{Features, TimbreFrames};
use crate::harmony::Tuning;
use crate::rhythm::Onset;
use crate::units::{FrameGrid, round};

/// Coefficients that describe a segment's timbre.
pub const N_TIMBRE: usize = 12;

/// Most segments of a song: of more onsets, the strongest count.
const MAX_SEGMENTS: usize = 6_000;

/// Loudness in dBFS that stands for silence.
const SILENT: f64 = -60.0;

/// What sounds from one onset to the next.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Segment {
    /// Start in seconds.
    #[serde(serialize_with = "round::ms")]
    pub start: f64,
    /// End in seconds: the start of the next one.
    #[serde(serialize_with = "round::ms")]
    pub end: f64,
    /// How strong the onset is that it starts with, in [0, 1]; 0 for the start of the song.
    #[serde(serialize_with = "round::unit")]
    pub strength: f32,
    /// Level at its start in dBFS (root mean square of some 93 ms), at least −60.
    #[serde(serialize_with = "deci")]
    pub start_db: f64,
    /// Level where it is loudest, in dBFS, at least −60.
    #[serde(serialize_with = "deci")]
    pub peak_db: f64,
    /// Seconds from its start to where it is loudest.
    #[serde(serialize_with = "round::ms")]
    pub peak_after: f64,
    /// Strength of the pitch classes from C, 0–255 for 0–1: 255 is the strongest; all 0 where nothing has a pitch.
    pub pitches: [u8; 12],
    /// The first cepstral coefficients of the mean mel spectrum of 64 bands, in dB.
    #[serde(serialize_with = "decis")]
    pub timbre: [f32; N_TIMBRE],
}

/// Rounded to 0.1.
fn deci<S: serde::Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(round::to(*x, 1e1))
}

fn decis<S: serde::Serializer>(xs: &[f32; N_TIMBRE], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(xs.iter().map(|&x| round::to(f64::from(x), 1e1)))
}

/// Cuts the song at `onsets`. Segments are contiguous from 0 to its end; none without audio.
/// O(n_frames + n_onsets · log n_onsets).
pub(super) fn segments_of(features: &Features, onsets: &[Onset], tuning: Option<Tuning>) -> Vec<Segment> {
    let duration = features.duration;
    if duration <= 0.0 {
        return Vec::new();
    }
    let mut kept: Vec<Onset> = onsets.to_vec();
    if kept.len() >= MAX_SEGMENTS {
        kept.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        kept.truncate(MAX_SEGMENTS - 1);
        kept.sort_by(|a, b| a.time.total_cmp(&b.time));
    }
    let mut starts = vec![(0.0, 0.0)];
    for onset in kept {
        // Half a millisecond is nothing once times are rounded.
        if onset.time > starts[starts.len() - 1].0 + 1e-3 && onset.time < duration - 1e-3 {
            starts.push((onset.time, onset.strength / (1.0 + onset.strength)));
        }
    }
    let classes = pitch_classes(tuning);
    let cepstrum = Dct::new(N_MELS, N_TIMBRE);
    (0..starts.len())
        .map(|idx| {
            let (start, strength) = starts[idx];
            let end = starts.get(idx + 1).map_or(duration, |next| next.0);
            let (start_db, peak_db, peak_after) = levels(&features.timbre, start, end);
            Segment {
                start,
                end,
                strength,
                start_db,
                peak_db,
                peak_after,
                pitches: pitches(features, &classes, start, end),
                timbre: timbre(&features.timbre, &cepstrum, start, end),
            }
        })
        .collect()
}

/// The frames centred from `start` to `end`, at least the one nearest to their middle.
fn frames(grid: FrameGrid, n_frames: usize, start: f64, end: f64) -> std::ops::Range<usize> {
    let at = |time: f64| ((time * grid.frame_rate()).ceil() as usize).min(n_frames);
    let (first, past) = (at(start), at(end));
    if first < past {
        return first..past;
    }
    let middle = grid.frame_at(f64::midpoint(start, end)).min(n_frames.saturating_sub(1));
    middle..(middle + 1).min(n_frames)
}

/// Level at the start and where it is highest, in dBFS, and how many seconds after the start that is.
fn levels(timbre: &TimbreFrames, start: f64, end: f64) -> (f64, f64, f64) {
    let frames = frames(timbre.grid, timbre.rms.len(), start, end);
    let db = |rms: f32| (20.0 * f64::from(rms).log10()).max(SILENT);
    let Some(first) = frames.clone().next() else { return (SILENT, SILENT, 0.0) };
    let peak = frames.fold(first, |peak, t| if timbre.rms[t] > timbre.rms[peak] { t } else { peak });
    let after = (timbre.grid.time_of(peak) - start).clamp(0.0, end - start);
    (db(timbre.rms[first]), db(timbre.rms[peak]), after)
}

fn timbre(timbre: &TimbreFrames, cepstrum: &Dct, start: f64, end: f64) -> [f32; N_TIMBRE] {
    let frames = frames(timbre.grid, timbre.rms.len(), start, end);
    let mut coefficients = [0.0; N_TIMBRE];
    cepstrum.apply(&timbre.mel_db.mean_of_rows(frames), &mut coefficients);
    coefficients
}

/// The pitch class of each bin of the spectrum, in a song of that tuning; `None` between two.
fn pitch_classes(tuning: Option<Tuning>) -> Vec<Option<usize>> {
    let per_semitone = BINS_PER_SEMITONE as f64;
    let shift = tuning.map_or(0.0, |tuning| tuning.cents / 100.0);
    (0..N_LOG_BINS)
        .map(|bin| {
            // The second bin of a semitone is its centre.
            let pitch = (bin as f64 - 1.0) / per_semitone - shift;
            let semitone = pitch.round();
            let near = (pitch - semitone).abs() < 0.5 / per_semitone + 1e-9 && semitone >= 0.0;
            near.then(|| (semitone as usize + LOWEST_PITCH) % 12)
        })
        .collect()
}

fn pitches(features: &Features, classes: &[Option<usize>], start: f64, end: f64) -> [u8; 12] {
    let spectrum = &features.spectrum;
    let n_frames = spectrum.magnitudes.rows().len();
    let mut sums = [0.0f32; 12];
    for t in frames(spectrum.grid, n_frames, start, end) {
        for (&magnitude, class) in spectrum.magnitudes.row(t).iter().zip(classes) {
            if let Some(class) = class {
                sums[*class] += magnitude;
            }
        }
    }
    let most = sums.iter().copied().fold(0.0, f32::max);
    // Softer than −80 dBFS is no pitch.
    if most < 1e-4 { [0; 12] } else { sums.map(|sum| (255.0 * sum / most).round() as u8) }
}

#[cfg(test)]
mod tests {
    use crate::{AnalysisParams, analyze_samples};

    /// Notes of half a second, each with a decay: A4 and then, a fifth up, E5.
    fn notes() -> Vec<f32> {
        let rate = 22_050;
        (0..8 * rate / 2)
            .map(|i| {
                let (note, t) = (i / (rate / 2), (i % (rate / 2)) as f32 / rate as f32);
                let hz = if note % 2 == 0 { 440.0 } else { 659.26 };
                0.5 * (-6.0 * t).exp() * (std::f32::consts::TAU * hz * t).sin()
            })
            .collect()
    }

    #[test]
    fn notes_are_segments_with_their_pitch_and_level() {
        let report = analyze_samples(&notes(), 22_050, &AnalysisParams::default()).unwrap();
        let segments = &report.segments;
        assert!((8..=10).contains(&segments.len()), "{}", segments.len());
        assert!(segments[0].start == 0.0 && segments[segments.len() - 1].end == report.duration);
        assert!(segments.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end));
        for segment in segments.iter().filter(|segment| segment.start > 0.4) {
            let note = (segment.start / 0.5).round() as usize;
            assert!((segment.start - 0.5 * note as f64).abs() < 0.03, "{}", segment.start);
            let loudest = if note.is_multiple_of(2) { 9 } else { 4 };
            assert_eq!(segment.pitches[loudest], 255, "{note}: {:?}", segment.pitches);
            assert!((-20.0..-3.0).contains(&segment.peak_db) && segment.start_db <= segment.peak_db);
            assert!(segment.peak_after < 0.2 && segment.strength > 0.3, "{segment:?}");
        }
    }

    #[test]
    fn silence_is_one_segment_without_pitch() {
        let report = analyze_samples(&[0.0; 22_050], 22_050, &AnalysisParams::default()).unwrap();
        assert_eq!(report.segments.len(), 1);
        assert_eq!((report.segments[0].pitches, report.segments[0].peak_db), ([0; 12], -60.0));
    }
}
