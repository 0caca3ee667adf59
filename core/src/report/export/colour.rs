//! Colours of sections.

use crate::structure::SectionLabel;

/// Red, green and blue of a section's function: of the palette that rekordbox has for hot cues.
pub(super) const fn of(label: SectionLabel) -> (u8, u8, u8) {
    match label {
        SectionLabel::Intro | SectionLabel::Outro => (48, 90, 255),
        SectionLabel::Verse => (40, 226, 20),
        SectionLabel::PreChorus => (180, 190, 4),
        SectionLabel::Chorus | SectionLabel::PostChorus => (230, 40, 40),
        SectionLabel::Bridge | SectionLabel::Breakdown => (180, 50, 255),
        SectionLabel::Instrumental | SectionLabel::Solo => (224, 100, 27),
        SectionLabel::Silence | SectionLabel::Section => (80, 180, 255),
    }
}
