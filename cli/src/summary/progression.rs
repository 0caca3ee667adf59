//! The chords of a section in a few words.

use sectionist_core::harmony::ChordSpan;

/// Longest progression that is looked for, in chords.
const MAX_LOOP: usize = 12;

/// Chords listed where nothing repeats.
const MAX_LISTED: usize = 8;

/// Chords between `start` and `end` seconds: a progression and how often it comes (`C Am F G ×4`), else
/// the first few. Chords that are mostly outside do not count, nor does silence.
pub(super) fn progression(chords: &[ChordSpan], start: f64, end: f64) -> String {
    let mut names: Vec<&str> = chords
        .iter()
        .filter(|chord| {
            let inside = chord.end.min(end) - chord.start.max(start);
            inside > 0.5 * (chord.end - chord.start) && chord.name != "N.C."
        })
        .map(|chord| chord.name.as_str())
        .collect();
    names.dedup();
    for n_loop in 1..=MAX_LOOP.min(names.len() / 2) {
        if (n_loop..names.len()).all(|i| names[i] == names[i - n_loop]) {
            let n_times = (names.len() as f64 / n_loop as f64).round();
            return format!("{} ×{n_times}", names[..n_loop].join(" "));
        }
    }
    let more = if names.len() > MAX_LISTED { " …" } else { "" };
    names.truncate(MAX_LISTED);
    names.join(" ") + more
}

#[cfg(test)]
mod tests {
    use super::super::tests::chord;
    use super::*;

    fn told(names: &str) -> String {
        let chords: Vec<ChordSpan> =
            names.split(' ').enumerate().map(|(i, name)| chord(i as f64, i as f64 + 1.0, name)).collect();
        progression(&chords, 0.0, 100.0)
    }

    #[test]
    fn what_repeats_is_told_once() {
        assert_eq!(told("C G Am F C G Am F C G Am F"), "C G Am F ×3");
        assert_eq!(told("C F C F C"), "C F ×3");
        assert_eq!(told("C C C C"), "C");
        assert_eq!(told("C G Am F C G Dm"), "C G Am F C G Dm");
        assert_eq!(told("N.C."), "");
        assert_eq!(told("A B C D E F G H I"), "A B C D E F G H …");
    }

    #[test]
    fn chords_of_the_neighbours_do_not_count() {
        let chords = [chord(0.0, 2.2, "C"), chord(2.2, 4.0, "F"), chord(4.0, 9.0, "G")];
        assert_eq!(progression(&chords, 2.0, 4.5), "F");
    }
}
