//! A collection for Traktor (NML, version 19): one track with tempo, key, beat grid, and the first eight sections
//! as hot cues. Traktor finds the file by volume, folder and name.

use super::beat_grid::grid;
use super::content::{Content, ms, name_of};
use super::xml::{DECLARATION, attributes, escaped};
use crate::units::Mode;

/// Hot cues that a track can have.
const N_HOT_CUES: usize = 8;

/// Kinds of cues.
const CUE: u8 = 0;
const GRID: u8 = 4;

pub(super) fn write(content: &Content<'_>) -> String {
    let source = &content.report.source;
    let text = |value: &str| Some(value.to_owned());
    let bpm = content.tempo().map(|tempo| tempo.bpm.get());
    let place = place(source.name.as_deref().unwrap_or_default());
    let mut out = format!(
        "{DECLARATION}<NML VERSION=\"19\">\n  <HEAD COMPANY=\"www.native-instruments.com\" PROGRAM=\"Traktor\"/>\n  \
         <MUSICFOLDERS/>\n  <COLLECTION ENTRIES=\"1\">\n    <ENTRY{}>\n",
        attributes([
            ("TITLE", content.title().map(str::to_owned)),
            ("ARTIST", content.tag("artist").map(str::to_owned)),
        ])
    );
    out += &format!(
        "      <LOCATION{}/>\n",
        attributes([
            ("DIR", text(&place.folder)),
            ("FILE", text(place.file)),
            ("VOLUME", text(&place.volume)),
            ("VOLUMEID", text(&place.volume)),
        ])
    );
    if let Some(album) = content.tag("album") {
        out += &format!("      <ALBUM TITLE=\"{}\"/>\n", escaped(album));
    }
    out += &format!(
        "      <INFO{}/>\n",
        attributes([
            ("GENRE", content.tag("genre").map(str::to_owned)),
            ("COMMENT", text("Analysed by Sectionist")),
            ("KEY", content.key.map(|song| open_key(song.key.tonic.semitones(), song.key.mode))),
            ("PLAYTIME", Some(format!("{:.0}", content.duration))),
            ("PLAYTIME_FLOAT", Some(format!("{:.6}", content.duration))),
            ("FILESIZE", Some((source.bytes / 1024).to_string())),
        ])
    );
    if let Some(bpm) = bpm {
        out += &format!("      <TEMPO BPM=\"{bpm:.6}\" BPM_QUALITY=\"100.000000\"/>\n");
    }
    if let Some(song) = content.key {
        // Majors from C on, then minors.
        let value = song.key.tonic.semitones() + if song.key.mode == Mode::Minor { 12 } else { 0 };
        out += &format!("      <MUSICAL_KEY VALUE=\"{value}\"/>\n");
    }
    let mut order = 0;
    let mut cue = |name: &str, kind: u8, time: f64, hot_cue: i32, grid: Option<f64>| {
        let head = attributes([
            ("NAME", text(name)),
            ("DISPL_ORDER", Some(order.to_string())),
            ("TYPE", Some(kind.to_string())),
            ("START", Some(format!("{:.6}", ms(time) * 1e3))),
            ("LEN", text("0.000000")),
            ("REPEATS", text("-1")),
            ("HOTCUE", Some(hot_cue.to_string())),
        ]);
        order += 1;
        match grid {
            Some(bpm) => format!("      <CUE_V2{head}><GRID BPM=\"{bpm:.6}\"/></CUE_V2>\n"),
            None => format!("      <CUE_V2{head}/>\n"),
        }
    };
    for span in grid(content) {
        // The marker goes on the first beat of a bar; s/beat → beats/min
        let late = if span.position > 1 { span.meter.beats_per_bar() + 1 - span.position } else { 0 };
        let downbeat = span.start + late as f64 * span.period;
        out += &cue("AutoGrid", GRID, downbeat, -1, Some(60.0 / span.period));
    }
    for (i, section) in content.sections.iter().take(N_HOT_CUES).enumerate() {
        out += &cue(&name_of(section), CUE, section.start, i as i32, None);
    }
    let key = format!("{}{}{}", place.volume, place.folder, place.file);
    out + &format!(
        "    </ENTRY>\n  </COLLECTION>\n  <SETS ENTRIES=\"0\"/>\n  <PLAYLISTS>\n    <NODE TYPE=\"FOLDER\" NAME=\"$ROOT\">\n      \
         <SUBNODES COUNT=\"1\">\n        <NODE TYPE=\"PLAYLIST\" NAME=\"Sectionist\">\n          \
         <PLAYLIST ENTRIES=\"1\" TYPE=\"LIST\">\n            <ENTRY><PRIMARYKEY TYPE=\"TRACK\" KEY=\"{}\"/></ENTRY>\n          \
         </PLAYLIST>\n        </NODE>\n      </SUBNODES>\n    </NODE>\n  </PLAYLISTS>\n</NML>\n",
        escaped(&key)
    )
}

/// Where a file is, as Traktor writes it.
#[derive(Debug, PartialEq)]
struct Place<'a> {
    /// `C:`; empty where paths have none.
    volume: String,
    /// `/:Music/:Album/:`.
    folder: String,
    file: &'a str,
}

fn place(path: &str) -> Place<'_> {
    let mut parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let file = parts.pop().unwrap_or("song");
    let volume = match parts.first() {
        Some(drive) if drive.len() == 2 && drive.ends_with(':') => parts.remove(0).to_owned(),
        _ => String::new(),
    };
    let folder = parts.iter().map(|part| format!("/:{part}")).collect::<String>() + "/:";
    Place { volume, folder, file }
}

/// Open Key notation: `1d` is C major, `1m` A minor, and a fifth up is one more.
fn open_key(tonic: usize, mode: Mode) -> String {
    let major = match mode {
        Mode::Major => tonic,
        Mode::Minor => tonic + 3,
    };
    let letter = if mode == Mode::Minor { 'm' } else { 'd' };
    format!("{}{letter}", major * 7 % 12 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::super::xml::tests::{all, get, read};
    use super::*;

    #[test]
    fn a_song_has_tempo_key_grid_and_cues() {
        let elements = read(&write(&Content::of(&samples::song())));
        let one = |name: &str| all(&elements, name)[0];
        assert_eq!(get(one("TEMPO"), "BPM"), "120.000000");
        assert_eq!(get(one("MUSICAL_KEY"), "VALUE"), "0");
        assert_eq!(get(one("INFO"), "KEY"), "1d");
        let cues = all(&elements, "CUE_V2");
        // The upbeat is beat 4 of a bar, so the grid is anchored a beat later, at 1 s.
        assert_eq!((get(cues[0], "TYPE"), get(cues[0], "START")), ("4", "1000.000000"));
        assert_eq!(cues.len(), 2 + 5);
        let verse = cues[3];
        assert_eq!(
            [get(verse, "NAME"), get(verse, "START"), get(verse, "HOTCUE")],
            ["Verse 1", "9000.000000", "1"]
        );
    }

    #[test]
    fn places_are_volumes_folders_and_files() {
        let of = |path| {
            let Place { volume, folder, file } = place(path);
            format!("{volume} {folder} {file}")
        };
        assert_eq!(of("C:\\Music\\An Album\\a.mp3"), "C: /:Music/:An Album/: a.mp3");
        assert_eq!(of("/home/me/a.mp3"), " /:home/:me/: a.mp3");
        assert_eq!(of("a.mp3"), " /: a.mp3");
    }

    #[test]
    fn open_keys_go_by_fifths() {
        assert_eq!(open_key(0, Mode::Major), "1d");
        assert_eq!(open_key(7, Mode::Major), "2d");
        assert_eq!(open_key(9, Mode::Minor), "1m");
        assert_eq!(open_key(2, Mode::Minor), "12m");
    }

    #[test]
    fn odd_reports_are_well_formed() {
        for report in [samples::odd_texts(), samples::silence(), samples::broken()] {
            assert_eq!(all(&read(&write(&Content::of(&report))), "NML").len(), 1);
        }
    }
}
