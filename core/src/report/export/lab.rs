//! Tab-separated times and labels, as the evaluation tools of music information retrieval read them.
//!
//! One block a task, each headed by a comment line; ask for a single part to get a file for a single
//! task. Sections carry their function (`verse`), chords Harte syntax, beats their place in the bar.

use super::content::{Content, one_line, seconds};

pub(super) fn write(content: &Content<'_>) -> String {
    let mut out = String::new();
    let mut block = |name: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            out.push_str(&format!("# {name}\n"));
            rows.iter().for_each(|row| out.push_str(row));
        }
    };
    let row =
        |start, end, label: &str| format!("{}\t{}\t{}\n", seconds(start), seconds(end), one_line(label));
    block("sections", content.sections.iter().map(|s| row(s.start, s.end, s.label.name())).collect());
    block("keys", content.keys.iter().map(|k| row(k.start, k.end, &k.key.to_string())).collect());
    block("chords", content.chords.iter().map(|c| row(c.start, c.end, &c.label)).collect());
    block("meters", content.meters.iter().map(|m| row(m.start, m.end, &m.value.to_string())).collect());
    block(
        "tempo",
        content.tempo_curve.iter().map(|t| row(t.start, t.end, &format!("{:.2}", t.bpm.get()))).collect(),
    );
    block("beats", content.beats.iter().map(|b| format!("{}\t{}\n", seconds(b.time), b.position)).collect());
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::params::{Part, Parts};

    #[test]
    fn every_line_is_a_comment_or_a_row() {
        for report in [samples::song(), samples::odd_texts(), samples::broken()] {
            let text = write(&Content::of(&report));
            let mut columns = 0;
            for line in text.lines() {
                if let Some(task) = line.strip_prefix("# ") {
                    columns = if task == "beats" { 2 } else { 3 };
                    continue;
                }
                let cells: Vec<&str> = line.split('\t').collect();
                assert_eq!(cells.len(), columns, "{line}");
                cells[..columns - 1].iter().for_each(|time| assert!(time.parse::<f64>().is_ok(), "{line}"));
            }
        }
    }

    #[test]
    fn a_single_part_gives_a_single_task() {
        let mut report = samples::song();
        report.include = "sections".parse::<Parts>().unwrap();
        let text = write(&Content::of(&report));
        assert!(report.include.contains(Part::Sections));
        assert!(text.starts_with("# sections\n0.000\t9.000\tintro\n9.000\t17.000\tverse\n"), "{text}");
        assert_eq!(text.matches('#').count(), 1);
    }

    #[test]
    fn silence_gives_an_empty_file() {
        assert_eq!(write(&Content::of(&samples::silence())), "");
    }
}
