//! Every format gives the same report; what is damaged, misnamed or unknown is said to be so.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use sectionist_core::{AnalysisParams, Error, FileHint, Report, analyze};
use sectionist_tests::fixtures::{Answers, audio};
use sectionist_tests::metrics;

/// Encodings of the whole of `postcard` that lose something; `postcard.flac` is what they are held against.
const LOSSY: [&str; 7] = [
    "postcard.mp3",
    "postcard.aac.m4a",
    "postcard.vorbis.ogg",
    "postcard.aac",
    "postcard.mp4",
    "postcard.mkv",
    "postcard.webm",
];

/// Encodings of its first seconds with the very samples of `postcard.clip.wav`.
const SAME_SAMPLES: [&str; 8] = [
    "postcard.clip.s24.wav",
    "postcard.clip.s32.wav",
    "postcard.clip.f32.wav",
    "postcard.clip.aiff",
    "postcard.clip.caf",
    "postcard.clip.alac.caf",
    "postcard.clip.alac.m4a",
    "postcard.clip.flac.ogg",
];

/// Encodings of its first seconds that lose something.
const LOSSY_CLIPS: [&str; 5] = [
    "postcard.clip.u8.wav",
    "postcard.clip.adpcm-ms.wav",
    "postcard.clip.adpcm-ima.wav",
    "postcard.clip.stereo.flac",
    "postcard.clip.mp2",
];

fn analysed(bytes: Vec<u8>, name: &str) -> Result<Report, Error> {
    analyze(bytes, &FileHint::from_name(name), &AnalysisParams::default())
}

fn answers(file: &str) -> Answers {
    let report = analysed(audio(file), file).unwrap_or_else(|error| panic!("{file}: {error}"));
    Answers::from_json(&serde_json::to_value(&report).unwrap())
}

/// Holds `file` against `reference`: times within `seconds`.
fn assert_alike(file: &str, reference: &Answers, seconds: f64) {
    let given = answers(file);
    // ADPCM comes in blocks of up to 2024 samples, the last of which is filled up.
    let padding = if file.contains("adpcm") { 0.13 } else { 0.06 };
    assert!(
        (given.duration - reference.duration).abs() < padding,
        "{file}: {} s instead of {} s",
        given.duration,
        reference.duration
    );
    let (tempo, expected) = (given.tempo.expect(file), reference.tempo.unwrap());
    assert!((tempo / expected - 1.0).abs() < 0.01, "{file}: {tempo} instead of {expected} BPM");
    assert_eq!(given.key, reference.key, "{file}");
    // Whether twelve seconds are in bars of two or of four may hang on what a codec loses.
    let is_even = |answers: &Answers| matches!(answers.time_signature.as_deref(), Some("2/4" | "4/4"));
    let alike = is_even(&given) && is_even(reference) && seconds > 0.01;
    assert!(alike || given.time_signature == reference.time_signature, "{file}: {:?}", given.time_signature);
    let beats = metrics::events(&reference.beats, &given.beats, seconds).f;
    assert!(beats > 0.95, "{file}: beats {beats}");
    let chords = metrics::majmin(&reference.chords, &given.chords).unwrap_or(0.0);
    assert!(chords > 0.9, "{file}: chords {chords}");
    let boundaries = metrics::events(
        &reference.sections.iter().map(|s| s.start).collect::<Vec<_>>(),
        &given.sections.iter().map(|s| s.start).collect::<Vec<_>>(),
        0.1,
    );
    // One boundary of three may be so doubtful that what a codec loses decides it.
    let least = if seconds < 0.01 { 1.0 } else { 0.79 };
    assert!(boundaries.f >= least, "{file}: {:?} instead of {:?}", given.sections, reference.sections);
}

#[test]
fn lossy_formats_agree() {
    let reference = answers("postcard.flac");
    for file in LOSSY {
        // Raw AAC has no place to say how long its encoder's delay was: 1024 samples of 44.1 kHz are 23 ms.
        let late = if file == "postcard.aac" { 0.024 } else { 0.0 };
        assert_alike(file, &reference, 0.02 + late);
    }
}

#[test]
fn the_same_samples_give_the_same_answers() {
    let reference = answers("postcard.clip.wav");
    for file in SAME_SAMPLES {
        assert_alike(file, &reference, 0.002);
    }
}

#[test]
fn lossy_clips_agree() {
    let reference = answers("postcard.clip.wav");
    for file in LOSSY_CLIPS {
        assert_alike(file, &reference, 0.03);
    }
}

#[test]
fn the_source_is_described() {
    let report = analysed(audio("postcard.aac.m4a"), "postcard.aac.m4a").unwrap();
    assert_eq!(report.source.codec, "aac");
    assert_eq!(report.source.sample_rate, 44_100);
    assert_eq!(report.source.channels, 1);
    assert_eq!(report.source.tags.get("title").map(String::as_str), Some("Postcard"));
    let report = analysed(audio("harbour.mp3"), "harbour.mp3").unwrap();
    assert_eq!((report.source.container.as_str(), report.source.channels), ("mp3", 2));
}

#[test]
fn a_wrong_extension_works_and_is_told() {
    for (file, pretended) in [
        ("postcard.clip.flac.ogg", "song.mp3"),
        ("postcard.mp3", "song.wav"),
        ("postcard.clip.wav", "song.flac"),
        ("postcard.aac.m4a", "song.mp3"),
        ("postcard.flac", "song.aac"),
    ] {
        let report = analysed(audio(file), pretended).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(
            report.warnings.iter().any(|warning| warning.code == "wrong_extension"),
            "{file} as {pretended}: {:?}",
            report.warnings
        );
        let honest = analysed(audio(file), file).unwrap();
        assert!(honest.warnings.iter().all(|warning| warning.code != "wrong_extension"), "{file}");
        assert_eq!(honest.beats, report.beats, "{file}: the name changes no number");
    }
}

#[test]
fn half_a_file_gives_half_a_report() {
    for file in LOSSY.into_iter().chain(SAME_SAMPLES).chain(LOSSY_CLIPS) {
        let mut bytes = audio(file);
        bytes.truncate(bytes.len() / 2);
        match analysed(bytes, file) {
            Ok(report) => {
                assert!(report.duration > 1.0, "{file}: {} s", report.duration);
                assert!(report.duration < 24.0, "{file}: {} s", report.duration);
            }
            // Without the index at its end, an MP4 cannot be read at all; the error says what it was.
            Err(Error::Malformed { container, .. }) => {
                assert!(file.ends_with(".m4a") || file.ends_with(".caf"), "{file}: could have been read");
                assert!(container.is_some(), "{file}");
            }
            Err(error) => panic!("{file}: {error:?}"),
        }
    }
}

#[test]
fn codecs_that_cannot_be_decoded_are_named() {
    for (file, named) in [
        ("postcard.clip.opus", "opus"),
        ("postcard.clip.opus.webm", "opus"),
        ("postcard.he-aac.m4a", "he-aac"),
    ] {
        match analysed(audio(file), file) {
            Err(Error::Unsupported { codec, message, .. }) => {
                let codec = codec.unwrap_or_default().to_lowercase();
                assert!(
                    codec.contains(named) || message.to_lowercase().contains(named),
                    "{file}: {codec} {message}"
                );
            }
            other => panic!("{file}: {:?}", other.map(|report| report.source)),
        }
    }
}

#[test]
fn no_damage_makes_it_panic() {
    for file in
        ["postcard.mp3", "postcard.aac", "postcard.webm"].into_iter().chain(SAME_SAMPLES).chain(LOSSY_CLIPS)
    {
        let mut bytes = audio(file);
        // Spares the first header, or little would be decoded at all.
        for i in (2000..bytes.len()).step_by(997) {
            bytes[i] ^= 0x5a;
        }
        if let Ok(report) = analysed(bytes, file) {
            let longest = if file.contains("clip") { 6.0 } else { 27.2 };
            assert!(report.duration <= longest + 0.5, "{file}: {} s of {longest} s", report.duration);
        }
    }
}
