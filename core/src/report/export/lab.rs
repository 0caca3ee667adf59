//! Tab-separated times and labels, a file a task, as the evaluation tools of music information retrieval
//! read them: each file by the reader of `mir_eval.io` that is named beside it.
//!
//! Sections carry their function (`verse`), groups their letter, chords Harte syntax. Where there is nothing, the
//! file is empty.

use super::FileOf;
use super::content::{Content, harte_of, is_time, one_line, seconds};
use crate::params::Part;

pub(super) const FILES: &[FileOf] = &[
    // load_labeled_intervals
    ("sections", Some(Part::Sections), "lab"),
    ("groups", Some(Part::Sections), "lab"),
    ("phrases", Some(Part::Sections), "lab"),
    ("chords", Some(Part::Chords), "lab"),
    ("keys", Some(Part::Key), "lab"),
    // load_key
    ("key", Some(Part::Key), "lab"),
    // load_events
    ("beats", Some(Part::Beats), "lab"),
    ("downbeats", Some(Part::Beats), "lab"),
    // load_labeled_events
    ("positions", Some(Part::Beats), "lab"),
    // load_labeled_intervals
    ("meters", Some(Part::Meter), "lab"),
    ("tempi", Some(Part::Tempo), "lab"),
    // load_tempo
    ("tempo", Some(Part::Tempo), "lab"),
];

pub(super) fn write(content: &Content<'_>, kind: &str) -> String {
    let row =
        |start, end, label: &str| format!("{}\t{}\t{}\n", seconds(start), seconds(end), one_line(label));
    let beats = || content.beats.iter().filter(|beat| is_time(beat.time));
    match kind {
        "sections" => content.sections.iter().map(|s| row(s.start, s.end, s.label.name())).collect(),
        "groups" => content.sections.iter().map(|s| row(s.start, s.end, &s.group)).collect(),
        "phrases" => {
            // Letters of phrases start anew in each group.
            let phrases = content.sections.iter().flat_map(|s| s.phrases.iter().map(move |p| (s, p)));
            phrases.map(|(s, p)| row(p.start, p.end, &format!("{}{}", s.group, p.group))).collect()
        }
        "chords" => content.chords.iter().map(|c| row(c.start, c.end, &harte_of(c))).collect(),
        "keys" => content.keys.iter().map(|k| row(k.start, k.end, &k.key.to_string())).collect(),
        "key" => content.key.map(|candidate| format!("{}\n", candidate.key)).unwrap_or_default(),
        "beats" => beats().map(|beat| format!("{}\n", seconds(beat.time))).collect(),
        "downbeats" => {
            let downbeats = beats().filter(|beat| beat.position == 1);
            downbeats.map(|beat| format!("{}\n", seconds(beat.time))).collect()
        }
        "positions" => beats().map(|beat| format!("{}\t{}\n", seconds(beat.time), beat.position)).collect(),
        "meters" => content.meters.iter().map(|m| row(m.start, m.end, &m.value.to_string())).collect(),
        "tempi" => {
            let tempi = content.tempo_curve.iter();
            tempi.map(|t| row(t.start, t.end, &format!("{:.2}", t.bpm.get()))).collect()
        }
        _ => tempo(content),
    }
}

/// The two likeliest tempi, slower first, and how strong the slower one is beside the other, in [0, 1].
fn tempo(content: &Content<'_>) -> String {
    let [first, rest @ ..] = content.tempo_candidates else { return String::new() };
    let second = rest.first().unwrap_or(first);
    let (slow, fast) = if second.bpm.get() < first.bpm.get() { (second, first) } else { (first, second) };
    let total = slow.confidence + fast.confidence;
    let weight = if total > 0.0 { slow.confidence / total } else { 0.5 };
    format!("{:.2}\t{:.2}\t{weight:.3}\n", slow.bpm.get(), fast.bpm.get())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn every_row_has_the_columns_of_its_task() {
        for report in [samples::song(), samples::odd_texts(), samples::broken()] {
            let content = Content::of(&report);
            for &(kind, ..) in FILES {
                let (n_times, n_columns) = match kind {
                    "key" => (0, 1),
                    "beats" | "downbeats" => (1, 1),
                    "positions" => (1, 2),
                    _ => (2, 3),
                };
                for line in write(&content, kind).lines() {
                    let cells: Vec<&str> = line.split('\t').collect();
                    assert_eq!(cells.len(), n_columns, "{kind}: {line}");
                    cells[..n_times].iter().for_each(|time| assert!(time.parse::<f64>().is_ok(), "{line}"));
                }
            }
        }
    }

    #[test]
    fn a_file_holds_one_task() {
        let report = samples::song();
        let content = Content::of(&report);
        assert!(write(&content, "sections").starts_with("0.000\t9.000\tintro\n9.000\t17.000\tverse\n"));
        assert!(write(&content, "groups").starts_with("0.000\t9.000\tA\n"));
        assert!(write(&content, "phrases").starts_with("0.000\t4.500\tAa\n4.500\t9.000\tAb\n"));
        assert!(write(&content, "chords").contains("5.000\t7.000\tF:maj7/3\n"));
        assert_eq!(write(&content, "key"), "C major\n");
        assert!(write(&content, "beats").starts_with("0.500\n1.000\n"));
        assert!(write(&content, "downbeats").starts_with("1.000\n3.000\n"));
        assert!(write(&content, "positions").starts_with("0.500\t4\n1.000\t1\n"));
        assert_eq!(write(&content, "tempo"), "60.00\t120.00\t0.062\n");
    }

    #[test]
    fn silence_gives_empty_files() {
        let silence = samples::silence();
        for &(kind, ..) in FILES {
            assert_eq!(write(&Content::of(&silence), kind), "", "{kind}");
        }
    }
}
