//! Chords: another one, two instead of one, one instead of two; and their spelling.

use super::super::Report;
use super::CERTAIN;
use crate::harmony::{ChordSpan, write_chord};
use crate::units::Key;

/// Shortest chord that an edit leaves, in seconds.
const SHORTEST: f64 = 0.02;

/// Paints `label` over `[start, end)`.
pub(super) fn set(report: &mut Report, start: f64, end: f64, label: &str) {
    let (start, end) = (start.max(0.0), end.min(report.duration));
    let Some(written) = write_chord(label, None) else { return };
    if end - start < SHORTEST || report.chords.is_empty() {
        return;
    }
    let mut chords = Vec::with_capacity(report.chords.len() + 2);
    let new = ChordSpan {
        start,
        end,
        label: written.label,
        name: written.name,
        roman: written.roman,
        confidence: CERTAIN,
    };
    let mut new = Some(new);
    for chord in report.chords.drain(..) {
        if chord.start < start - SHORTEST {
            chords.push(ChordSpan { end: chord.end.min(start), ..chord.clone() });
        }
        if chord.end > start
            && let Some(new) = new.take()
        {
            chords.push(new);
        }
        if chord.end > end + SHORTEST {
            chords.push(ChordSpan { start: chord.start.max(end), ..chord });
        }
    }
    chords.extend(new);
    report.chords = chords;
    close_gaps(&mut report.chords);
}

/// Chords follow each other without the slivers that an edit near a border leaves.
fn close_gaps(chords: &mut [ChordSpan]) {
    for idx in 1..chords.len() {
        chords[idx - 1].end = chords[idx].start;
    }
}

/// The chord at `at` becomes two.
pub(super) fn split(report: &mut Report, at: f64) {
    let Some(idx) = index_at(report, at) else { return };
    let chord = report.chords[idx].clone();
    if at - chord.start < SHORTEST || chord.end - at < SHORTEST {
        return;
    }
    report.chords[idx].end = at;
    report.chords.insert(idx + 1, ChordSpan { start: at, ..chord });
}

/// The chord at `at` takes the next one's time.
pub(super) fn join(report: &mut Report, at: f64) {
    let Some(idx) = index_at(report, at) else { return };
    if idx + 1 < report.chords.len() {
        let next = report.chords.remove(idx + 1);
        report.chords[idx].end = next.end;
        report.chords[idx].confidence = CERTAIN;
    }
}

fn index_at(report: &Report, at: f64) -> Option<usize> {
    report.chords.iter().position(|chord| chord.start <= at && at < chord.end)
}

/// Spells every chord for the key it stands in and gives it its numeral there.
pub(super) fn respell(report: &mut Report) {
    let keys = &report.keys;
    let key_at = |time: f64| -> Option<Key> {
        keys.iter().rev().find(|span| span.start <= time + 1e-3).or(keys.first()).map(|span| span.key)
    };
    for chord in &mut report.chords {
        if let Some(written) = write_chord(&chord.label, key_at(chord.start)) {
            (chord.label, chord.name, chord.roman) = (written.label, written.name, written.roman);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Edit;
    use super::super::tests::corrected;

    fn at(edits: &[Edit], time: f64) -> (String, f64, f64) {
        let chords = corrected(edits).chords;
        for pair in chords.windows(2) {
            assert!((pair[0].end - pair[1].start).abs() < 1e-9, "{pair:?}");
        }
        let chord = chords.iter().find(|chord| chord.start <= time && time < chord.end).unwrap();
        (chord.name.clone(), chord.start, chord.end)
    }

    fn set(start: f64, end: f64, label: &str) -> Edit {
        Edit::SetChord { start, end, label: label.to_owned() }
    }

    #[test]
    fn another_chord_takes_its_place() {
        assert_eq!(at(&[set(3.0, 5.0, "D:min7")], 4.0), ("Dm7".to_owned(), 3.0, 5.0));
        let report = corrected(&[set(3.0, 5.0, "D:min7")]);
        let chord = report.chords.iter().find(|chord| chord.start == 3.0).unwrap();
        assert_eq!((chord.roman.as_deref(), chord.confidence), (Some("ii7"), 1.0));
    }

    #[test]
    fn half_a_chord_can_be_painted_over() {
        let edits = [set(4.0, 6.0, "E:7")];
        assert_eq!(at(&edits, 3.5), ("Am".to_owned(), 3.0, 4.0));
        assert_eq!(at(&edits, 5.5), ("E7".to_owned(), 4.0, 6.0));
        assert_eq!(at(&edits, 6.5), ("Fmaj7/A".to_owned(), 6.0, 7.0));
        // A hair beside the border is on it.
        assert_eq!(at(&[set(3.01, 5.01, "E:7")], 4.0).0, "E7");
    }

    #[test]
    fn chords_split_and_join() {
        let split = Edit::SplitChord { at: 4.0 };
        assert_eq!(at(std::slice::from_ref(&split), 3.5), ("Am".to_owned(), 3.0, 4.0));
        let both = [split, Edit::JoinChord { at: 3.5 }];
        assert_eq!(at(&both, 4.5), ("Am".to_owned(), 3.0, 5.0));
        assert_eq!(at(&[Edit::JoinChord { at: 3.5 }], 5.5), ("Am".to_owned(), 3.0, 7.0));
    }
}
