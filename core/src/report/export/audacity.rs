//! A label track for Audacity (File → Import → Labels): start, end and text, tab-separated.
//!
//! A label track is one lane, so it shows what is read at a glance: sections and chords as regions,
//! and key changes as points. Beats would bury them; they are written, as points that carry their
//! place in the bar, when neither sections nor chords were asked for.

use super::content::{Content, name_of, one_line, seconds};
use crate::params::Part;

pub(super) fn write(content: &Content<'_>) -> String {
    let mut labels: Vec<(String, String, String)> = Vec::new();
    for section in content.sections {
        labels.push((seconds(section.start), seconds(section.end), name_of(section)));
    }
    for pair in content.keys.windows(2) {
        labels.push((seconds(pair[1].start), seconds(pair[1].start), pair[1].key.to_string()));
    }
    for chord in content.chords {
        labels.push((seconds(chord.start), seconds(chord.end), one_line(&chord.name)));
    }
    let include = content.report.include;
    if !include.contains(Part::Sections) && !include.contains(Part::Chords) {
        for beat in content.beats {
            labels.push((seconds(beat.time), seconds(beat.time), beat.position.to_string()));
        }
    }
    // The sort is stable: at the same time, sections come before chords.
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
    use crate::params::Parts;

    #[test]
    fn every_line_is_two_times_and_a_text() {
        for report in [samples::song(), samples::odd_texts(), samples::broken()] {
            let mut last = 0.0;
            for line in write(&Content::of(&report)).lines() {
                let cells: Vec<&str> = line.split('\t').collect();
                assert_eq!(cells.len(), 3, "{line}");
                let start: f64 = cells[0].parse().unwrap();
                assert!(start >= last && cells[1].parse::<f64>().is_ok(), "{line}");
                last = start;
            }
        }
    }

    #[test]
    fn sections_chords_and_key_changes_share_the_track() {
        let text = write(&Content::of(&samples::song()));
        assert!(text.starts_with("0.000\t9.000\tIntro\n0.000\t1.000\tN.C.\n1.000\t3.000\tC\n"), "{text}");
        assert!(text.contains("\n33.000\t33.000\tA minor\n"), "{text}");
        assert!(!text.contains("\n1.500\t1.500"), "no beats: {text}");
    }

    #[test]
    fn beats_alone_are_points() {
        let mut report = samples::song();
        report.include = "beats".parse::<Parts>().unwrap();
        let text = write(&Content::of(&report));
        assert!(text.starts_with("0.500\t0.500\t4\n1.000\t1.000\t1\n"), "{text}");
        assert_eq!(text.lines().count(), report.beats.len());
    }

    #[test]
    fn silence_gives_an_empty_track() {
        assert_eq!(write(&Content::of(&samples::silence())), "");
    }
}
