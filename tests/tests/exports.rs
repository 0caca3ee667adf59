//! Every format, held against a reader of it that is not ours: `tests/readers/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sectionist_core::params::Format;
use sectionist_core::{AnalysisParams, FileHint, Report, analyze, export, export_files, with_cues};
use sectionist_tests::fixtures::audio;
use sectionist_tests::readers;
use serde_json::Value;

/// A song that was analysed, as JSON too, and what the readers found in its files.
struct Song {
    report: Report,
    json: Value,
    folder: PathBuf,
    seen: Value,
}

impl Song {
    fn new(name: &str) -> Self {
        let params = AnalysisParams::default();
        let report = analyze(audio(name), &FileHint::from_name(name), &params).expect("a report");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("exports-{name}"));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder");
        for &format in Format::ALL {
            for file in export_files(&report, format) {
                let path = folder.join(file.name("song"));
                assert!(!path.exists(), "{} is written twice", path.display());
                fs::write(path, file.bytes).expect("a file");
            }
        }
        let seen = readers::read(&folder);
        Self { json: serde_json::to_value(&report).expect("JSON"), report, folder, seen }
    }

    /// Values of a field of each item of a list of the report.
    fn all<'a>(&'a self, list: &str, field: &'a str) -> Vec<&'a Value> {
        self.json[list].as_array().into_iter().flatten().map(|item| &item[field]).collect()
    }

    fn numbers(&self, list: &str, field: &str) -> Vec<f64> {
        self.all(list, field).into_iter().filter_map(Value::as_f64).collect()
    }
}

/// A steady song of 90 seconds.
fn harbour() -> &'static Song {
    static SONG: OnceLock<Song> = OnceLock::new();
    SONG.get_or_init(|| Song::new("harbour.mp3"))
}

/// The items of a list, each at `at`.
fn column(list: &Value, at: usize) -> Vec<&Value> {
    list.as_array().into_iter().flatten().map(|item| &item[at]).collect()
}

fn floats(values: &[&Value]) -> Vec<f64> {
    values.iter().filter_map(|value| value.as_f64()).collect()
}

fn texts(list: &Value) -> Vec<&Value> {
    list.as_array().into_iter().flatten().collect()
}

#[track_caller]
fn assert_times(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}\n{expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= within, "{found} instead of {expected}");
    }
}

#[test]
fn mir_eval_reads_a_lab_file_a_task() {
    let song = harbour();
    let lab = |kind: &str| &song.seen[&format!("{kind}.lab")];
    assert_eq!(texts(&lab("sections")[1]), song.all("sections", "label"));
    assert_eq!(texts(&lab("groups")[1]), song.all("sections", "group"));
    assert_eq!(texts(&lab("chords")[1]), song.all("chords", "label"));
    assert_times(&floats(&column(&lab("chords")[0], 1)), &song.numbers("chords", "end"), 1e-9);
    assert_eq!(texts(&lab("keys")[1]), song.all("keys", "key"));
    assert_eq!(lab("key").as_str().map(str::to_lowercase), song.json["key"].as_str().map(str::to_lowercase));
    assert_times(&floats(&texts(lab("beats"))), &song.numbers("beats", "time"), 1e-9);
    assert_times(&floats(&texts(lab("downbeats"))), &floats(&texts(&song.json["downbeats"])), 1e-9);
    assert_times(&floats(&texts(&lab("positions")[0])), &song.numbers("beats", "time"), 1e-9);
    assert_eq!(texts(&lab("meters")[1]), song.all("time_signatures", "value"));
    assert_eq!(texts(&lab("tempi")[1]).len(), song.all("tempo_curve", "bpm").len());
    // Two tempi and how strong the first is beside the other.
    let tempi = floats(&texts(&lab("tempo")[0]));
    assert!(
        tempi[0] <= tempi[1] && tempi.iter().any(|bpm| Some(*bpm) == song.json["tempo"].as_f64()),
        "{tempi:?}"
    );
}

#[test]
fn audacity_has_a_track_a_kind() {
    let song = harbour();
    let track = |kind: &str| &song.seen[&format!("{kind}.txt")];
    assert_eq!(texts(&track("sections")[1]), song.all("sections", "name"));
    assert_times(&floats(&column(&track("sections")[0], 0)), &song.numbers("sections", "start"), 1e-9);
    assert_eq!(texts(&track("chords")[1]), song.all("chords", "name"));
    assert_eq!(texts(&track("keys")[1]), song.all("keys", "key"));
    assert_times(&floats(&column(&track("beats")[0], 0)), &song.numbers("beats", "time"), 1e-9);
    assert_times(&floats(&column(&track("bars")[0], 0)), &floats(&texts(&song.json["downbeats"])), 1e-9);
}

#[test]
fn sonic_visualiser_has_a_layer_a_kind_and_a_session() {
    let song = harbour();
    let frame = 0.6 / 44_100.0;
    for (kind, name, list, field, label) in [
        ("sections", "Sections", "sections", "start", "name"),
        ("chords", "Chords", "chords", "start", "name"),
        ("keys", "Keys", "keys", "start", "key"),
        ("beats", "Beats", "beats", "time", "position"),
    ] {
        for file in [format!("{kind}.svl"), "session.xml".to_owned()] {
            let points = &song.seen[&file]["layers"][name];
            assert_times(&floats(&column(points, 0)), &song.numbers(list, field), frame);
            let shown = song
                .all(list, label)
                .into_iter()
                .map(|label| label.as_str().map_or_else(|| label.to_string(), str::to_owned));
            let labels: Vec<&str> = column(points, 2).into_iter().filter_map(Value::as_str).collect();
            assert_eq!(labels, shown.collect::<Vec<_>>(), "{file}");
        }
    }
    let session = &song.seen["session.xml"];
    assert_eq!(session["song"], serde_json::json!(["harbour.mp3"]));
    let shown = session["panes"].to_string();
    for layer in ["Waveform", "Sections", "Keys", "Chords", "Bars", "Beats"] {
        assert!(shown.contains(layer), "{layer} is not in {shown}");
    }
}

#[test]
fn sequencers_keep_every_beat_with_few_tempi() {
    let song = harbour();
    let midi = &song.seen["mid"];
    let beats = song.numbers("beats", "time");
    assert_times(&floats(&column(&midi["clicks"], 0)), &beats, 0.0105);
    assert!(column(&midi["clicks"], 1).iter().all(|channel| **channel == 9));
    let n_tempi = midi["tempi"].as_u64().expect("a number");
    assert!(n_tempi <= 8, "{n_tempi} tempi for {} beats", beats.len());
    let first_beats = column(&midi["clicks"], 2).iter().filter(|note| ***note == 76).count();
    assert_eq!(first_beats, texts(&song.json["downbeats"]).len());
    assert_eq!(column(&midi["markers"], 1), song.all("sections", "name"));
    assert_eq!(column(&midi["names"], 1), song.all("chords", "name"));
    assert_times(&floats(&column(&midi["names"], 0)), &song.numbers("chords", "start"), 0.02);
    assert!(column(&midi["chords"], 1).iter().all(|channel| **channel == 0));
    assert!(column(&midi["chords"], 0).len() > 3 * song.report.chords.len() / 2);
}

#[test]
fn the_shape_of_spotify_is_filled() {
    let song = harbour();
    let bytes = fs::read(song.folder.join("song.spotify.json")).expect("a file");
    let analysis: Value = serde_json::from_slice(&bytes).expect("JSON");
    let of = |list: &str, field: &str| -> Vec<f64> {
        analysis[list].as_array().into_iter().flatten().filter_map(|item| item[field].as_f64()).collect()
    };
    let (starts, lengths) = (of("segments", "start"), of("segments", "duration"));
    // A few a second, one after the other over the whole song.
    assert!((90..900).contains(&starts.len()), "{} segments", starts.len());
    let ends: Vec<f64> = starts.iter().zip(&lengths).map(|(start, length)| start + length).collect();
    assert_times(&ends[..ends.len() - 1], &starts[1..], 2e-3);
    assert!((ends[ends.len() - 1] - song.report.duration).abs() < 2e-3);
    assert!(of("segments", "loudness_max").iter().all(|db| (-60.0..=0.0).contains(db)));
    // What sounds most over the whole song are notes of its key, E major.
    let mut sums = [0.0; 12];
    for (segment, length) in texts(&analysis["segments"]).into_iter().zip(&lengths) {
        assert_eq!((texts(&segment["pitches"]).len(), texts(&segment["timbre"]).len()), (12, 12));
        for (sum, pitch) in sums.iter_mut().zip(floats(&texts(&segment["pitches"]))) {
            *sum += pitch * length;
        }
    }
    let mut order: Vec<usize> = (0..12).collect();
    order.sort_by(|&a, &b| sums[b].total_cmp(&sums[a]));
    assert!(order[..5].iter().all(|class| [4, 6, 8, 9, 11, 1, 3].contains(class)), "{sums:?}");
    assert_eq!(of("tatums", "start").len(), 2 * song.report.beats.len());
}

#[test]
fn spreadsheets_have_all_that_has_a_time() {
    let song = harbour();
    let rows = texts(&song.seen["csv"]["rows"]);
    let of = |part: &str, field: &str| -> Vec<&Value> {
        rows.iter().filter(|row| row["part"] == part).map(|row| &row[field]).collect()
    };
    assert_eq!(of("section", "name"), song.all("sections", "name"));
    assert_eq!(of("chord", "label"), song.all("chords", "label"));
    let starts = of("beat", "start").into_iter().filter_map(|start| start.as_str()?.parse().ok());
    assert_times(&starts.collect::<Vec<f64>>(), &song.numbers("beats", "time"), 1e-9);
}

#[test]
fn grids_have_a_cell_a_beat() {
    let grid = fs::read_to_string(harbour().folder.join("song.grid.cho")).expect("a text");
    let cells = grid.lines().filter(|line| line.starts_with('|')).flat_map(str::split_whitespace);
    assert_eq!(cells.filter(|cell| *cell != "|").count(), harbour().report.beats.len());
    let count = |directive: &str| grid.lines().filter(|line| line.starts_with(directive)).count();
    assert_eq!(count("{start_of_grid"), count("{end_of_grid}"));
    assert_eq!(count("{comment: "), harbour().report.sections.len());
}

#[test]
fn jams_is_valid() {
    let song = harbour();
    let jams = &song.seen["jams"];
    assert_eq!(texts(&jams["chords"]), song.all("chords", "label"));
    assert_eq!(jams["beats"], song.report.beats.len());
}

#[test]
fn chord_sheets_transpose() {
    let song = harbour();
    let sheet = readers::read_chord_sheet(&song.folder.join("song.cho"));
    assert_eq!(sheet["title"], "Harbour Lights");
    assert_eq!(sheet["key"], "E");
    let names: Vec<&str> = song.report.chords.iter().map(|chord| &*chord.name).collect();
    let chords: Vec<&str> = texts(&sheet["chords"]).into_iter().filter_map(Value::as_str).collect();
    assert!(chords.len() >= song.report.beats.len() / 8, "{chords:?}");
    assert!(chords.iter().all(|name| names.contains(name) || *name == "N.C."), "{chords:?}");
    let transposed: Vec<&str> = texts(&sheet["transposed"]).into_iter().filter_map(Value::as_str).collect();
    for (before, after) in chords.iter().zip(&transposed) {
        assert!(before != after || *before == "N.C.", "{before} stays");
    }
    assert_eq!(sheet["strokes"], song.report.beats.len(), "a stroke a beat");
    assert!(texts(&sheet["bars"]).iter().all(|bars| (1..=4).contains(&bars.as_u64().unwrap_or(0))));
    let named = sheet["parts"].to_string() + &sheet["comments"].to_string();
    for section in &song.report.sections {
        assert!(named.contains(&section.name), "{} is not in {named}", section.name);
    }
}

#[test]
fn slash_chords_with_sharps_survive() {
    let mut report = harbour().report.clone();
    for chord in &mut report.chords {
        (chord.label, chord.name) = ("F#:min/b3".to_owned(), "F#m/A".to_owned());
    }
    let file = harbour().folder.join("slash.cho");
    fs::write(&file, export(&report, Format::Chordpro).bytes).expect("a file");
    let sheet = readers::read_chord_sheet(&file);
    assert!(texts(&sheet["chords"]).iter().all(|name| **name == "F#m/A"), "{}", sheet["chords"]);
    assert!(
        texts(&sheet["transposed"]).iter().all(|name| **name == "Gm/Bb" || **name == "Gm/A#"),
        "{}",
        sheet["transposed"]
    );
}

#[test]
fn dj_programs_have_one_tempo_for_a_steady_song() {
    let song = harbour();
    let (rekordbox, traktor) = (&song.seen["rekordbox.xml"], &song.seen["nml"]);
    let tempo = song.json["tempo"].as_f64().expect("a tempo");
    let tempi = texts(&rekordbox["tempi"]);
    assert_eq!(tempi.len(), 1, "{tempi:?}");
    let (start, bpm) = (tempi[0][0].as_f64().unwrap_or(-1.0), tempi[0][1].as_f64().unwrap_or(0.0));
    assert!((bpm / tempo - 1.0).abs() < 0.005, "{bpm} instead of {tempo}");
    // Nearly all beats are on it, and each is the beat of the bar that it was heard as.
    let n_close = song.report.beats.iter().filter(|beat| {
        let beats = (beat.time - start) * bpm / 60.0;
        let position = (beats.round() as i64 + tempi[0][3].as_i64().unwrap_or(0) - 1).rem_euclid(4) + 1;
        (beats - beats.round()).abs() * 60.0 / bpm < 0.025 && position == i64::from(beat.position)
    });
    let n_close = n_close.count();
    assert!(n_close * 10 >= song.report.beats.len() * 9, "{n_close} of {}", song.report.beats.len());
    assert_eq!(rekordbox["key"], "E");
    assert_eq!(
        column(&rekordbox["marks"], 0).len(),
        song.report.sections.len() + song.report.sections.len().min(8)
    );

    assert_eq!(traktor["key"], 4, "E major");
    assert!((traktor["bpm"].as_f64().unwrap_or(0.0) - tempo).abs() < 0.01);
    assert_eq!(texts(&traktor["grid"]).len(), 1);
    let starts: Vec<f64> =
        song.numbers("sections", "start").iter().take(8).map(|start| start * 1e3).collect();
    assert_times(&floats(&column(&traktor["cues"], 1)), &starts, 0.01);
}

#[test]
fn reaper_has_regions_at_the_sections() {
    let song = harbour();
    let regions = &song.seen["regions.csv"]["regions"];
    assert_eq!(column(regions, 0), song.all("sections", "name"));
    assert_times(&floats(&column(regions, 1)), &song.numbers("sections", "start"), 1e-6);
    assert_times(&floats(&column(regions, 2)), &song.numbers("sections", "end"), 1e-6);
}

#[test]
fn notation_programs_have_a_lead_sheet() {
    let song = harbour();
    let sheet = &song.seen["musicxml"];
    assert_eq!(sheet["title"], "Harbour Lights");
    assert_eq!(sheet["wrong"], serde_json::json!([]), "bars as long as their meter");
    assert_eq!(sheet["beats"], song.report.beats.len());
    assert_eq!(sheet["keys"][0], "E major");
    assert!(texts(&sheet["meters"]).contains(&&song.json["time_signature"]), "{}", sheet["meters"]);
    assert_eq!(texts(&sheet["marks"]), song.all("sections", "name"));
    assert!(texts(&sheet["chords"]).len() >= song.report.beats.len() / 8);
    // E major sounds E, G# and B.
    let chords = texts(&sheet["chords"]);
    let e = chords.iter().position(|chord| chord[0] == "E" && chord[2] == "major").expect("an E");
    assert_eq!(sheet["pitches"][e], serde_json::json!([4, 8, 11]));
}

#[test]
fn ireal_pro_has_the_chart() {
    let song = harbour();
    let charts = &song.seen["html"];
    assert!(charts[0]["title"].as_str().is_some_and(|title| title.starts_with("Harbour Lights")), "{charts}");
    assert_eq!(charts[0]["key"], "E");
    let bars: Vec<&Value> = texts(charts).into_iter().flat_map(|chart| texts(&chart["bars"])).collect();
    let n_bars = song.json["downbeats"].as_array().map_or(0, Vec::len);
    // An upbeat is a bar of its own.
    assert!((n_bars..=n_bars + 1).contains(&bars.len()), "{} of {n_bars}", bars.len());
    assert!(bars.iter().any(|bar| bar.as_str().is_some_and(|bar| bar.starts_with('E'))), "{bars:?}");
}

#[test]
fn wav_files_carry_cue_points() {
    let (wav, name) = (audio("postcard.clip.wav"), "postcard.clip.wav");
    let mut report =
        analyze(wav.clone(), &FileHint::from_name(name), &AnalysisParams::default()).expect("a report");
    // Six seconds are one section: those of a song, sixteen times as fast.
    report.sections.clone_from(&harbour().report.sections);
    for section in &mut report.sections {
        section.start /= 16.0;
    }
    let folder = harbour().folder.join("cues");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("song.cued.wav"), with_cues(&wav, &report).expect("a WAV file")).expect("a file");
    let seen = &readers::read(&folder)["cued.wav"];
    assert!((seen["seconds"].as_f64().unwrap_or(0.0) - report.duration).abs() < 2e-3, "{seen}");
    let names: Vec<Value> = report.sections.iter().map(|section| section.name.clone().into()).collect();
    assert_eq!(column(&seen["cues"], 1), names.iter().collect::<Vec<_>>());
    let starts: Vec<f64> = report.sections.iter().map(|section| section.start).collect();
    assert_times(&floats(&column(&seen["cues"], 0)), &starts, 1e-3);
}

#[test]
fn an_archive_holds_the_very_files() {
    let song = harbour();
    let folder = song.folder.join("archive");
    fs::create_dir_all(&folder).expect("a folder");
    for format in [Format::Lab, Format::Audacity, Format::SonicVisualiser] {
        let archive = export(&song.report, format);
        assert_eq!((archive.extension, archive.content_type), ("zip", "application/zip"));
        fs::write(folder.join(format!("{format}.zip")), archive.bytes).expect("a file");
    }
    let seen = readers::read(&folder);
    for (end, content) in seen.as_object().expect("an object") {
        assert_eq!(content, &song.seen[end], "{end}");
    }
    assert_eq!(seen.as_object().map(serde_json::Map::len), Some(12 + 5 + 6));
}
