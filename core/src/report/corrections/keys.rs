//! Keys: another one, and where the song changes to it.

use super::super::Report;
use super::super::read::parse_key;
use super::CERTAIN;
use crate::harmony::{KeyCandidate, KeySpan};

/// Shortest part in one key that an edit leaves, in seconds.
const SHORTEST: f64 = 0.25;

/// How near to a change a place has to be to mean it, in seconds.
const NEAR: f64 = 0.05;

fn index_at(report: &Report, at: f64) -> Option<usize> {
    report.keys.iter().position(|span| span.start <= at && at < span.end)
}

/// The part around `at`, or the whole song, is in `key`.
pub(super) fn set(report: &mut Report, key: &str, at: Option<f64>) {
    let Some(key) = parse_key(key) else { return };
    match at {
        Some(at) => {
            let Some(idx) = index_at(report, at) else { return };
            (report.keys[idx].key, report.keys[idx].confidence) = (key, CERTAIN);
        }
        None => report.keys = vec![KeySpan { start: 0.0, end: report.duration, key, confidence: CERTAIN }],
    }
    conclude(report);
}

/// From `at` to the next change the song is in `key`.
pub(super) fn change(report: &mut Report, at: f64, key: &str) {
    let Some(parsed) = parse_key(key) else { return };
    let Some(idx) = index_at(report, at) else { return };
    let span = report.keys[idx];
    if at - span.start < SHORTEST {
        set(report, key, Some(span.start));
        return;
    }
    if span.end - at < SHORTEST {
        return;
    }
    report.keys[idx].end = at;
    report.keys.insert(idx + 1, KeySpan { start: at, key: parsed, confidence: CERTAIN, ..span });
    conclude(report);
}

/// The change at `from` is at `to`, or as near to it as its neighbours allow.
pub(super) fn shift(report: &mut Report, from: f64, to: f64) {
    let change = (1..report.keys.len()).find(|&idx| (report.keys[idx].start - from).abs() < NEAR);
    let Some(idx) = change.filter(|_| to.is_finite()) else { return };
    let (earliest, latest) = (report.keys[idx - 1].start + SHORTEST, report.keys[idx].end - SHORTEST);
    if earliest > latest {
        return;
    }
    let to = to.clamp(earliest, latest);
    (report.keys[idx - 1].end, report.keys[idx].start) = (to, to);
    conclude(report);
}

/// Parts in the same key are one; the song's key is the one that lasts longest.
fn conclude(report: &mut Report) {
    report.keys.dedup_by(|later, earlier| {
        let same = later.key == earlier.key;
        if same {
            earlier.end = later.end;
        }
        same
    });
    let lasts = |key| {
        report.keys.iter().filter(|span| span.key == key).map(|span| span.end - span.start).sum::<f64>()
    };
    let Some(best) = report.keys.iter().max_by(|a, b| lasts(a.key).total_cmp(&lasts(b.key))).copied() else {
        return;
    };
    report.key_candidates = vec![KeyCandidate { key: best.key, confidence: best.confidence }];
}

#[cfg(test)]
mod tests {
    use super::super::Edit;
    use super::super::tests::corrected;

    fn change(at: f64, key: &str) -> Edit {
        Edit::ChangeKey { at, key: key.to_owned() }
    }

    /// Keys with where they start; each ends where the next starts, the last with the song.
    fn keys(edits: &[Edit]) -> Vec<(f64, String)> {
        let report = corrected(edits);
        let ends: Vec<f64> = report.keys.iter().map(|span| span.end).collect();
        let starts = report.keys.iter().skip(1).map(|span| span.start).chain([report.duration]);
        assert_eq!(ends, starts.collect::<Vec<_>>());
        report.keys.iter().map(|span| (span.start, span.key.to_string())).collect()
    }

    fn named(expected: &[(f64, &str)]) -> Vec<(f64, String)> {
        expected.iter().map(|&(start, key)| (start, key.to_owned())).collect()
    }

    #[test]
    fn a_key_starts_where_somebody_says() {
        let expected = [(0.0, "C major"), (9.0, "D major"), (33.0, "A minor")];
        assert_eq!(keys(&[change(9.0, "D major")]), named(&expected));
        // What follows is decided anew.
        let report = corrected(&[change(9.0, "D major")]);
        let chord = report.chords.iter().find(|chord| chord.start == 9.0).unwrap();
        assert_eq!((&*chord.name, chord.roman.as_deref()), ("C", Some("bVII")));
        assert_eq!(report.key_candidates[0].key.to_string(), "A minor");
    }

    #[test]
    fn a_change_to_the_key_before_or_at_a_change_leaves_no_sliver() {
        let expected = [(0.0, "C major"), (33.0, "A minor")];
        assert_eq!(keys(&[change(9.0, "C major")]), named(&expected));
        assert_eq!(keys(&[change(33.1, "D minor")]), named(&[(0.0, "C major"), (33.0, "D minor")]));
        assert_eq!(keys(&[change(32.9, "D minor")]), named(&expected));
        // Back to the key before: the change is gone.
        assert_eq!(keys(&[change(40.0, "C major"), change(33.0, "C major")]), named(&[(0.0, "C major")]));
    }

    #[test]
    fn a_change_moves_between_its_neighbours() {
        let shift = |from, to| Edit::MoveKey { from, to };
        assert_eq!(keys(&[shift(33.0, 25.0)]), named(&[(0.0, "C major"), (25.0, "A minor")]));
        assert_eq!(keys(&[shift(33.0, 99.0)]), named(&[(0.0, "C major"), (59.75, "A minor")]));
        assert_eq!(keys(&[shift(33.0, -9.0)]), named(&[(0.0, "C major"), (0.25, "A minor")]));
    }
}
