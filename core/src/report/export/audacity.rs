//! Label tracks for Audacity (File → Import → Labels takes several files at once): start, end and text,
//! tab-separated; a track a kind.
//!
//! Sections, keys and chords are regions; bars and beats are points, with the bar's number and the beat's place in
//! its bar.

use super::FileOf;
use super::content::{Content, is_time, name_of, one_line, seconds};
use crate::params::Part;

pub(super) const FILES: &[FileOf] = &[
    ("sections", Some(Part::Sections), "txt"),
    ("keys", Some(Part::Key), "txt"),
    ("chords", Some(Part::Chords), "txt"),
    ("bars", Some(Part::Beats), "txt"),
    ("beats", Some(Part::Beats), "txt"),
];

pub(super) fn write(content: &Content<'_>, kind: &str) -> String {
    let region = |start, end, text: &str| (seconds(start), seconds(end), text.to_owned());
    let point = |time, text: String| (seconds(time), seconds(time), text);
    let mut labels: Vec<(String, String, String)> = match kind {
        "sections" => content.sections.iter().map(|s| region(s.start, s.end, &name_of(s))).collect(),
        "keys" => content.keys.iter().map(|k| region(k.start, k.end, &k.key.to_string())).collect(),
        "chords" => content.chords.iter().map(|c| region(c.start, c.end, &one_line(&c.name))).collect(),
        "bars" => {
            let bars = content.bars().into_iter().filter(|bar| bar.number > 0);
            bars.map(|bar| point(bar.start, bar.number.to_string())).collect()
        }
        _ => {
            let beats = content.beats.iter().filter(|beat| is_time(beat.time));
            beats.map(|beat| point(beat.time, beat.position.to_string())).collect()
        }
    };
    labels.sort_by(|a, b| time_of(&a.0).total_cmp(&time_of(&b.0)));
    labels.into_iter().map(|(start, end, text)| format!("{start}\t{end}\t{text}\n")).collect()
}

fn time_of(seconds: &str) -> f64 {
    seconds.parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn every_line_is_two_times_and_a_text() {
        for report in [samples::song(), samples::odd_texts(), samples::broken()] {
            for &(kind, ..) in FILES {
                let mut last = 0.0;
                for line in write(&Content::of(&report), kind).lines() {
                    let cells: Vec<&str> = line.split('\t').collect();
                    assert_eq!(cells.len(), 3, "{line}");
                    let start: f64 = cells[0].parse().unwrap();
                    assert!(start >= last && cells[1].parse::<f64>().is_ok(), "{line}");
                    last = start;
                }
            }
        }
    }

    #[test]
    fn each_kind_is_a_track() {
        let song = samples::song();
        let track = |kind| write(&Content::of(&song), kind);
        assert!(track("sections").starts_with("0.000\t9.000\tIntro\n9.000\t17.000\tVerse 1\n"));
        assert!(track("chords").starts_with("0.000\t1.000\tN.C.\n1.000\t3.000\tC\n"));
        assert_eq!(track("keys"), "0.000\t33.000\tC major\n33.000\t60.000\tA minor\n");
        assert!(track("bars").starts_with("1.000\t1.000\t1\n3.000\t3.000\t2\n"));
        assert!(track("beats").starts_with("0.500\t0.500\t4\n1.000\t1.000\t1\n"));
        assert_eq!(track("beats").lines().count(), song.beats.len());
    }

    #[test]
    fn silence_gives_empty_tracks() {
        let silence = samples::silence();
        assert!(FILES.iter().all(|&(kind, ..)| write(&Content::of(&silence), kind).is_empty()));
    }
}
