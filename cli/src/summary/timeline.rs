//! Sections as coloured blocks, as wide as they last.

use anstyle::{Ansi256Color, AnsiColor, Color, Style};
use sectionist_core::structure::{Section, SectionLabel};

use super::{DIM, clock, plain, truncated};

/// Backgrounds of the repetition groups, in turn: distinct, and light enough for black letters.
const GROUP_COLORS: [u8; 10] = [110, 150, 180, 174, 140, 79, 186, 209, 146, 116];

/// Background of silence.
const SILENCE_COLOR: u8 = 246;

/// Columns left of the timeline.
const MARGIN: usize = 2;

/// Fewest columns from one time of the axis to the next.
const AXIS_SPACING: usize = 10;

/// Steps of the axis in seconds.
const AXIS_STEPS: [f64; 11] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];

/// The timeline and its axis, two lines of at most `width` columns; nothing where nothing lasts.
pub(super) fn timeline(sections: &[Section], duration: f64, width: usize) -> String {
    let width = width.saturating_sub(2 * MARGIN);
    if width == 0 || !duration.is_finite() || duration <= 0.0 {
        return String::new();
    }
    let column = |time: f64| (time / duration * width as f64).round() as usize;
    let mut line = String::new();
    let mut at = 0;
    for section in sections {
        let end = column(section.end).min(width);
        if end <= at {
            continue;
        }
        let style = style(section);
        line += &format!("{style}{}{style:#}", block(section, end - at));
        at = end;
    }
    let margin = " ".repeat(MARGIN);
    format!("{margin}{line}\n{margin}{DIM}{}{DIM:#}\n", axis(duration, width))
}

/// A section's letter on its colour, three columns.
pub(super) fn swatch(section: &Section) -> String {
    let style = style(section);
    format!("{style} {} {style:#}", truncated(&plain(&section.group), 1))
}

/// `n_columns` characters: an edge and as much of the name as fits, else the letter.
fn block(section: &Section, n_columns: usize) -> String {
    let name = plain(&section.name);
    let fits = |text: &str| text.chars().count() < n_columns;
    let text =
        [name.as_str(), section.group.as_str()].into_iter().find(|text| fits(text)).unwrap_or_default();
    let text = if n_columns == 1 { plain(&section.group) } else { format!("▏{text}") };
    let text: String = text.chars().take(n_columns).collect();
    let pad = " ".repeat(n_columns - text.chars().count());
    text + &pad
}

fn style(section: &Section) -> Style {
    let color = if section.label == SectionLabel::Silence {
        SILENCE_COLOR
    } else {
        // `A` is 0, `Z` 25, `AA` 26.
        let letters = section.group.bytes().filter(u8::is_ascii_uppercase);
        let group = letters
            .fold(0_usize, |n, letter| n.wrapping_mul(26).wrapping_add(usize::from(letter - b'A') + 1));
        GROUP_COLORS[group.saturating_sub(1) % GROUP_COLORS.len()]
    };
    Style::new().fg_color(Some(AnsiColor::Black.into())).bg_color(Some(Color::Ansi256(Ansi256Color(color))))
}

/// Times under the timeline, at round steps.
fn axis(duration: f64, width: usize) -> String {
    let shortest = duration * AXIS_SPACING as f64 / width as f64;
    let step = AXIS_STEPS.into_iter().find(|&step| step >= shortest).unwrap_or(3600.0);
    let mut axis = String::new();
    for n in 0.. {
        let time = f64::from(n) * step;
        let column = (time / duration * width as f64).round() as usize;
        let label = clock(time);
        if time > duration || column + label.len() > width {
            break;
        }
        axis += &" ".repeat(column.saturating_sub(axis.len()));
        axis += &label;
    }
    axis
}

#[cfg(test)]
mod tests {
    use super::super::tests::section;
    use super::*;

    fn stripped(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn blocks_are_as_wide_as_sections_last() {
        let sections = [
            section(0.0, 30.0, "Intro", "A"),
            section(30.0, 90.0, "Verse 1", "B"),
            section(90.0, 120.0, "Chorus", "C"),
        ];
        let lines = stripped(&timeline(&sections, 120.0, 44));
        assert_eq!(
            lines,
            "  ▏Intro    ▏Verse 1            ▏Chorus   \n  0:00      0:30      1:00      1:30\n"
        );
    }

    #[test]
    fn narrow_blocks_have_letters() {
        let sections =
            [section(0.0, 1.0, "Intro", "A"), section(1.0, 3.0, "Verse", "B"), section(3.0, 40.0, "", "C")];
        let lines = stripped(&timeline(&sections, 40.0, 44));
        assert!(lines.starts_with("  A▏B▏"), "{lines}");
    }

    #[test]
    fn any_number_of_sections_fills_the_width() {
        let many: Vec<Section> =
            (0..500).map(|i| section(f64::from(i), f64::from(i + 1), "Section", "AZ")).collect();
        for (sections, duration) in [(&many[..], 500.0), (&many[..1], 1.0), (&[], 0.0), (&many[..], f64::NAN)]
        {
            for width in [0, 1, 48, 120] {
                let text = stripped(&timeline(sections, duration, width));
                assert!(text.lines().all(|line| line.chars().count() <= width.max(5)), "{text}");
            }
        }
    }
}
