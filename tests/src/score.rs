//! How an analysis compares with the truth.

use crate::fixtures::Answers;
use crate::metrics;

/// A metric by name with its value, each in [0, 1].
pub type Scores = Vec<(&'static str, f64)>;

/// Everything that can be scored of `estimate`.
#[must_use]
pub fn score(truth: &Answers, estimate: &Answers) -> Scores {
    let yes = |right: bool| f64::from(u8::from(right));
    let tempo = |factors: &[f64]| match (truth.tempo, estimate.tempo) {
        (Some(t), Some(e)) => yes(metrics::tempo(t, e, factors)),
        _ => 0.0,
    };
    vec![
        ("tempo", tempo(&[1.0])),
        ("tempo_octaves", tempo(&metrics::OCTAVES)),
        ("beats", metrics::beats(&truth.beats, &estimate.beats).f),
        ("downbeats", metrics::beats(&truth.downbeats, &estimate.downbeats).f),
        ("meter", yes(truth.time_signature == estimate.time_signature)),
        ("key", yes(matches!((&truth.key, &estimate.key), (Some(t), Some(e)) if metrics::same_key(t, e)))),
        ("keys", metrics::agreement(&truth.keys, &estimate.keys)),
        ("chord_root", metrics::root(&truth.chords, &estimate.chords).unwrap_or(0.0)),
        ("chord_majmin", metrics::majmin(&truth.chords, &estimate.chords).unwrap_or(0.0)),
        ("boundaries_0.5", metrics::boundaries(&truth.sections, &estimate.sections, 0.5).f),
        ("boundaries_3", metrics::boundaries(&truth.sections, &estimate.sections, 3.0).f),
        ("groups", metrics::pairwise(&truth.groups, &estimate.groups, truth.duration).f),
        ("labels", metrics::agreement(&truth.sections, &estimate.sections)),
    ]
}

/// A table of scores, a line a song.
#[must_use]
pub fn table(rows: &[(String, Scores)]) -> String {
    let mut text = String::new();
    if let Some((_, first)) = rows.first() {
        let names: Vec<String> = first.iter().map(|(name, _)| format!("{name:>14}")).collect();
        text += &format!("{:12}{}\n", "", names.concat());
    }
    for (song, scores) in rows {
        let values: Vec<String> = scores.iter().map(|(_, value)| format!("{value:14.3}")).collect();
        text += &format!("{song:12}{}\n", values.concat());
    }
    text
}
