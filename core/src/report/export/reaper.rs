//! Regions and markers for REAPER (Region/Marker Manager → Import): sections as regions with the colour of their
//! function, changes of key as markers. Times are minutes and seconds.

use super::colour;
use super::content::{Content, ms, ms_between, name_of};
use super::csv::record;

pub(super) fn write(content: &Content<'_>) -> String {
    let mut out = record(&["#", "Name", "Start", "End", "Length", "Color"].map(str::to_owned));
    for (i, section) in content.sections.iter().enumerate() {
        let (red, green, blue) = colour::of(section.label);
        out += &record(&[
            format!("R{}", i + 1),
            name_of(section),
            clock(section.start),
            clock(section.end),
            clock(ms_between(section.start, section.end)),
            format!("{red:02X}{green:02X}{blue:02X}"),
        ]);
    }
    for (i, pair) in content.keys.windows(2).enumerate() {
        let none = String::new;
        let (number, name) = (format!("M{}", i + 1), pair[1].key.to_string());
        out += &record(&[number, name, clock(pair[1].start), none(), none(), none()]);
    }
    out
}

/// `1:02.345`.
fn clock(time: f64) -> String {
    let millis = (ms(time) * 1e3).round() as u64;
    format!("{}:{:02}.{:03}", millis / 60_000, millis / 1000 % 60, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::super::csv::tests::read;
    use super::super::samples;
    use super::*;

    #[test]
    fn sections_are_regions_and_key_changes_markers() {
        let rows = read(&write(&Content::of(&samples::song())));
        assert_eq!(rows[0], ["#", "Name", "Start", "End", "Length", "Color"]);
        assert_eq!(rows[2], ["R2", "Verse 1", "0:09.000", "0:17.000", "0:08.000", "28E214"]);
        assert_eq!(rows[6], ["M1", "A minor", "0:33.000", "", "", ""]);
        assert_eq!(clock(3723.0456), "62:03.046");
        for report in [samples::odd_texts(), samples::broken(), samples::silence()] {
            assert!(read(&write(&Content::of(&report))).iter().all(|row| row.len() == 6));
        }
    }
}
