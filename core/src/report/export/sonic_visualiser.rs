//! A region layer for Sonic Visualiser (File → Import Annotation Layer), as CSV with its column names.
//!
//! One layer holds everything: the value of a region is the height it is drawn at, so that sections,
//! keys, chords and beats lie in rows of their own over the waveform.

use super::content::{Content, ms, ms_between, name_of, one_line};
use super::csv::record;

/// Heights of the rows, top to bottom.
const SECTIONS: u32 = 4;
const KEYS: u32 = 3;
const CHORDS: u32 = 2;
const BEATS: u32 = 1;

pub(super) fn write(content: &Content<'_>) -> String {
    let mut regions: Vec<(f64, u32, f64, String)> = Vec::new();
    let mut region = |row, start, end, label: &str| {
        regions.push((ms(start), row, ms_between(start, end), one_line(label)));
    };
    for section in content.sections {
        region(SECTIONS, section.start, section.end, &name_of(section));
    }
    for key in content.keys {
        region(KEYS, key.start, key.end, &key.key.to_string());
    }
    for chord in content.chords {
        region(CHORDS, chord.start, chord.end, &chord.name);
    }
    for (i, beat) in content.beats.iter().enumerate() {
        region(BEATS, beat.time, content.beat_end(i), &beat.position.to_string());
    }
    regions.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));

    let mut out = record(&["TIME", "VALUE", "DURATION", "LABEL"].map(str::to_owned));
    for (time, row, duration, label) in regions {
        out += &record(&[format!("{time:.3}"), row.to_string(), format!("{duration:.3}"), label]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::csv::tests::read;
    use super::super::samples;
    use super::*;

    #[test]
    fn rows_have_time_height_duration_and_label() {
        for report in [samples::song(), samples::odd_texts(), samples::broken()] {
            let rows = read(&write(&Content::of(&report)));
            assert_eq!(rows[0], ["TIME", "VALUE", "DURATION", "LABEL"]);
            for row in &rows[1..] {
                assert_eq!(row.len(), 4, "{row:?}");
                assert!(row[..3].iter().all(|cell| cell.parse::<f64>().is_ok_and(|x| x >= 0.0)), "{row:?}");
            }
        }
    }

    #[test]
    fn every_part_has_its_row() {
        let song = samples::song();
        let rows = read(&write(&Content::of(&song)));
        let count = |value: u32| rows.iter().filter(|row| row[1] == value.to_string()).count();
        assert_eq!(count(SECTIONS), song.sections.len());
        assert_eq!(count(KEYS), song.keys.len());
        assert_eq!(count(CHORDS), song.chords.len());
        assert_eq!(count(BEATS), song.beats.len());
        assert!(rows.contains(&["9.000", "4", "8.000", "Verse 1"].map(str::to_owned).into()));
    }

    #[test]
    fn silence_gives_the_heading_only() {
        assert_eq!(write(&Content::of(&samples::silence())), "TIME,VALUE,DURATION,LABEL\r\n");
    }
}
