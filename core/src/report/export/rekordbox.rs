//! A collection for rekordbox (File → Import Collection in xml format): one track with its beat grid,
//! key, and cues at the sections: memory cues at all, hot cues A–H at the first eight.

use super::beat_grid::grid;
use super::colour;
use super::content::{Content, name_of, seconds};
use super::xml::{DECLARATION, attributes, escaped};
use crate::units::Mode;

/// Hot cues that a track can have.
const N_HOT_CUES: usize = 8;

pub(super) fn write(content: &Content<'_>) -> String {
    let source = &content.report.source;
    let attributes = attributes([
        ("TrackID", Some("1".to_owned())),
        ("Name", content.title().map(str::to_owned)),
        ("Artist", content.tag("artist").map(str::to_owned)),
        ("Composer", content.tag("composer").map(str::to_owned)),
        ("Album", content.tag("album").map(str::to_owned)),
        ("Genre", content.tag("genre").map(str::to_owned)),
        ("Kind", Some(format!("{} File", source.container.to_uppercase()))),
        ("Size", Some(source.bytes.to_string())),
        ("TotalTime", Some(format!("{:.0}", content.duration))),
        ("AverageBpm", content.tempo().map(|tempo| format!("{:.2}", tempo.bpm.get()))),
        ("SampleRate", Some(source.sample_rate.to_string())),
        ("Tonality", content.key.map(|candidate| tonality(candidate.key))),
        ("Comments", Some("Analysed by Sectionist".to_owned())),
        ("Location", source.name.as_deref().and_then(location)),
    ]);
    let mut out = format!(
        "{DECLARATION}<DJ_PLAYLISTS Version=\"1.0.0\">\n  \
         <PRODUCT Name=\"Sectionist\" Version=\"{}\" Company=\"\"/>\n  \
         <COLLECTION Entries=\"1\">\n    <TRACK{attributes}>\n",
        crate::ANALYSIS_VERSION
    );
    for span in grid(content) {
        out += &format!(
            "      <TEMPO Inizio=\"{}\" Bpm=\"{:.2}\" Metro=\"{}\" Battito=\"{}\"/>\n",
            seconds(span.start),
            // s/beat → beats/min
            60.0 / span.period,
            span.meter,
            span.position
        );
    }
    for (i, section) in content.sections.iter().enumerate() {
        let name = escaped(&name_of(section));
        let start = seconds(section.start);
        out += &format!("      <POSITION_MARK Name=\"{name}\" Type=\"0\" Start=\"{start}\" Num=\"-1\"/>\n");
        if i < N_HOT_CUES {
            let (red, green, blue) = colour::of(section.label);
            out += &format!(
                "      <POSITION_MARK Name=\"{name}\" Type=\"0\" Start=\"{start}\" Num=\"{i}\" \
                 Red=\"{red}\" Green=\"{green}\" Blue=\"{blue}\"/>\n"
            );
        }
    }
    out + "    </TRACK>\n  </COLLECTION>\n  <PLAYLISTS>\n    <NODE Type=\"0\" Name=\"ROOT\" Count=\"1\">\n      \
           <NODE Name=\"Sectionist\" Type=\"1\" KeyType=\"0\" Entries=\"1\">\n        <TRACK Key=\"1\"/>\n      </NODE>\n    \
           </NODE>\n  </PLAYLISTS>\n</DJ_PLAYLISTS>\n"
}

/// `C`, `F#m`.
fn tonality(key: crate::units::Key) -> String {
    format!("{}{}", key.tonic_name(), if key.mode == Mode::Minor { "m" } else { "" })
}

/// A full path as the URL that rekordbox finds files by; `None` for a name by itself, which says nothing of where
/// the file is.
fn location(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let on_drive = path.split_once(":/").is_some_and(|(drive, _)| drive.len() == 1);
    if !on_drive && !path.starts_with('/') {
        return None;
    }
    let mut url = "file://localhost/".to_owned();
    for &byte in path.trim_start_matches('/').as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' => {
                url.push(char::from(byte));
            }
            _ => url += &format!("%{byte:02X}"),
        }
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::super::xml::tests::{Attributes, all, get};
    use super::*;
    use crate::report::Report;

    fn read(report: &Report) -> Vec<(String, Attributes)> {
        super::super::xml::tests::read(&write(&Content::of(report)))
    }

    #[test]
    fn a_song_has_grid_key_and_cues() {
        let elements = read(&samples::song());
        let track = all(&elements, "TRACK")[0];
        assert_eq!(get(track, "Name"), "Example Song");
        assert_eq!(get(track, "Tonality"), "C");
        assert_eq!(get(track, "AverageBpm"), "120.00");
        assert!(track.iter().all(|(name, _)| name != "Location"), "a name is no place");
        let tempi = all(&elements, "TEMPO");
        assert_eq!(tempi.len(), 2);
        let grid: Vec<&str> = ["Inizio", "Bpm", "Metro", "Battito"].map(|name| get(tempi[0], name)).into();
        assert_eq!(grid, ["0.500", "120.00", "4/4", "4"]);
        assert_eq!((get(tempi[1], "Bpm"), get(tempi[1], "Metro")), ("90.00", "3/4"));
        let marks = all(&elements, "POSITION_MARK");
        assert_eq!(marks.len(), 2 * 5);
        assert_eq!(
            (get(marks[3], "Name"), get(marks[3], "Start"), get(marks[3], "Num")),
            ("Verse 1", "9.000", "1")
        );
    }

    #[test]
    fn texts_survive_and_control_characters_do_not() {
        let elements = read(&samples::odd_texts());
        let track = all(&elements, "TRACK")[0];
        assert_eq!(get(track, "Artist"), "Sigur Rós & <Björk> ");
        assert!(get(track, "Name").starts_with("=HYPERLINK(\"x\")  </TRACK> ]]> {x}"));
        assert_eq!(get(all(&elements, "POSITION_MARK")[2], "Name"), "@SUM(A1)");
    }

    #[test]
    fn full_paths_are_places() {
        assert_eq!(location("/music/a b.mp3").as_deref(), Some("file://localhost/music/a%20b.mp3"));
        assert_eq!(
            location("C:\\Music\\🎵.mp3").as_deref(),
            Some("file://localhost/C:/Music/%F0%9F%8E%B5.mp3")
        );
        assert_eq!(location("song.mp3"), None);
        assert_eq!(location("a:b.mp3"), None);
    }

    #[test]
    fn silence_and_nonsense_are_well_formed() {
        assert_eq!(all(&read(&samples::silence()), "TEMPO").len(), 0);
        assert_eq!(all(&read(&samples::broken()), "COLLECTION").len(), 1);
    }
}
