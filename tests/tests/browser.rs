//! The page in headless Chromium: a song becomes the same report as natively, and everything the
//! page promises about errors, cancelling, the keyboard and working without a network.

use std::fs;
use std::path::{Path, PathBuf};

use sectionist_core::{AnalysisParams, FileHint, analyze};
use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{downloaded, fixture, page};
use sectionist_tests::parity::differences;
use sectionist_tests::root;

/// A long file that is quick to make: a slow sweep of clicks, 8 kHz, 16 bit.
fn long_file(minutes: u32) -> PathBuf {
    let n_samples = minutes * 60 * 8_000;
    let mut wav = Vec::with_capacity(44 + 2 * n_samples as usize);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + 2 * n_samples).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16u32.to_le_bytes());
    wav.extend_from_slice(&[1, 0, 1, 0]);
    wav.extend_from_slice(&8_000u32.to_le_bytes());
    wav.extend_from_slice(&16_000u32.to_le_bytes());
    wav.extend_from_slice(&[2, 0, 16, 0]);
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&(2 * n_samples).to_le_bytes());
    for i in 0..n_samples {
        let sample = if i % 4_000 < 40 { 12_000i16 } else { (i % 61) as i16 * 20 };
        wav.extend_from_slice(&sample.to_le_bytes());
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("long.wav");
    fs::write(&path, wav).expect("a temporary file");
    path
}

#[test]
fn a_song_gives_the_native_report_and_can_be_moved_through() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let song = fixture("postcard.mp3");
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(&url);
    browser.wait_until("document.activeElement && document.querySelector('.drop-art rect')");
    browser.choose("#file", &[&song]);
    browser.wait_until("['ready', 'error'].includes(document.body.dataset.phase)");
    assert_eq!(browser.script("return document.querySelector('#problem').textContent"), "");

    let native = analyze(
        fs::read(&song).expect("the fixture"),
        &FileHint { name: Some("postcard.mp3".to_owned()), mime: Some("audio/mpeg".to_owned()) },
        &AnalysisParams::default(),
    )
    .expect("the fixture is a song");
    let native = serde_json::to_value(&native).expect("a report is JSON");
    let found = differences(&native, &downloaded(&browser));
    assert!(found.is_empty(), "native ≠ browser:\n{}", found.join("\n"));

    // What is on the page is what is in the report.
    let n_sections = native["sections"].as_array().map_or(0, Vec::len);
    assert_eq!(browser.script("return document.querySelectorAll('.section-row').length"), n_sections);
    let facts = browser.script("return document.querySelector('.answers').textContent");
    if let Some(meter) = native["time_signature"].as_str() {
        assert!(facts.as_str().is_some_and(|facts| facts.contains(meter)), "{facts} lacks {meter}");
    }
    let focused = browser.script("return document.activeElement.id");
    assert_eq!(focused, "song-title", "the focus goes to the result");

    // The keyboard moves through the form.
    let position = "return Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow'))";
    if n_sections > 1 {
        browser.press("]");
        let second = native["sections"][1]["start"].as_f64().expect("a time").floor();
        assert_eq!(browser.script(position).as_f64(), Some(second));
        assert_eq!(
            browser.script("return document.querySelector('[aria-current]').dataset.index"),
            "1",
            "the section that sounds is marked"
        );
        browser.press("[");
        assert_eq!(browser.script(position), 0);
    }

    // Space plays, and the song moves.
    browser.wait_until("!document.querySelector('#toggle').disabled");
    browser.press(" ");
    browser.wait_until("Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) >= 2");
    assert_eq!(
        browser.script("return document.querySelector('#toggle').getAttribute('aria-label')"),
        "Pause"
    );
    let pictures = root().join("target/screenshots");
    browser.screenshot(&pictures.join("song-light.png"));
    browser.press(" ");
    browser.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");

    browser.look(1280, 900, "dark");
    browser.screenshot(&pictures.join("song-dark.png"));
    for width in [390, 360] {
        browser.look(width, 844, "light");
        assert_eq!(
            browser.script("return document.documentElement.scrollWidth <= innerWidth"),
            true,
            "a phone of {width} pixels shows the page without scrolling sideways"
        );
    }
    browser.screenshot(&pictures.join("song-phone.png"));
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn what_is_no_song_is_refused_in_words() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let text = Path::new(env!("CARGO_TARGET_TMPDIR")).join("words.mp3");
    fs::write(&text, "These are words, whatever the file is called.\n".repeat(40)).expect("a temporary file");
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(&url);
    browser.choose("#file", &[&text]);
    browser.wait_until("document.body.dataset.phase === 'error'");
    let problem = browser.script(
        "const problem = document.querySelector('#problem');
         return [problem.getAttribute('role'), problem.dataset.code, problem.textContent];",
    );
    assert_eq!(problem[0], "alert");
    assert_eq!(problem[1], "unsupported_format");
    let words = problem[2].as_str().unwrap_or_default();
    assert!(words.contains("words.mp3") && words.matches("MP3").count() == 1, "{words}");
    browser.screenshot(&root().join("target/screenshots/problem.png"));

    // The way on is open.
    let (first, second) = (fixture("postcard.clip.wav"), fixture("postcard.clip.aiff"));
    browser.choose("#file", &[&first, &second]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    let notice = browser.script("return document.querySelector('#notice').textContent");
    assert!(notice.as_str().is_some_and(|notice| notice.contains("this is the first")), "{notice}");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn what_the_browser_cannot_play_is_analysed_all_the_same() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.open(&url);
    browser.choose("#file", &[&fixture("postcard.clip.aiff")]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    browser.wait_until("document.querySelector('#notice').textContent.includes('cannot play')");
    assert_eq!(browser.script("return document.querySelector('#toggle').disabled"), true);
    for _ in 0..3 {
        browser.press("ArrowRight");
    }
    browser.wait_until("document.querySelector('.time-now').textContent !== '0:00'");
}

#[test]
fn cancelling_goes_back_to_the_start() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let long = long_file(60);
    let browser = Browser::start();
    browser.open(&url);
    for way in ["document.querySelector('#cancel').click()", ""] {
        browser.choose("#file", &[&long]);
        browser.wait_until("document.body.dataset.phase === 'analysing'");
        let progress =
            "return Number(document.querySelector('[role=progressbar]').getAttribute('aria-valuenow'))";
        let before = browser.script(progress).as_f64().expect("a number");
        assert!((0.0..100.0).contains(&before), "{before}");
        if way.is_empty() {
            browser.press("Escape");
        } else {
            browser.script(way);
        }
        browser.wait_until("document.body.dataset.phase === 'idle'");
        let said = browser.script("return document.querySelector('#live').textContent");
        assert!(said.as_str().is_some_and(|said| said.contains("cancelled")), "{said}");
    }
    // The next song is not held up by the one before.
    browser.choose("#file", &[&fixture("postcard.clip.wav")]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn options_reach_the_analysis() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let song = fixture("postcard.mp3");
    let browser = Browser::start();
    browser.open(&url);
    browser.script(
        "const choice = document.querySelector('#options-chord_vocabulary');
         choice.value = 'triads';
         choice.dispatchEvent(new Event('change', { bubbles: true }));",
    );
    browser.choose("#file", &[&song]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    let report = downloaded(&browser);
    let chords = report["chords"].as_array().map(Vec::as_slice).unwrap_or_default();
    for chord in chords {
        let label = chord["label"].as_str().unwrap_or_default();
        assert!(!label.contains('7'), "{label} is no triad");
    }
}

#[test]
fn the_page_works_without_a_network_once_it_was_seen() {
    if skipped() || std::env::var_os("SECTIONIST_URL").is_some() {
        return;
    }
    let (server, url) = page();
    let browser = Browser::start();
    browser.open(&url);
    browser.script("return navigator.serviceWorker.ready.then(() => true)");
    browser.wait_until("navigator.serviceWorker.controller");
    server.expect("the test's own server").stop();
    browser.open(&url);
    browser.choose("#file", &[&fixture("postcard.clip.wav")]);
    browser.wait_until("['ready', 'error'].includes(document.body.dataset.phase)");
    assert_eq!(browser.script("return document.body.dataset.phase"), "ready");
    // The sample song too, though nobody asked for it before.
    browser.click(".brand");
    browser.click("#sample");
    browser.wait_until("!document.querySelector('#problem').hidden || document.querySelector('#song-title')?.textContent === 'Harbour Lights'");
    assert_eq!(browser.script("return document.querySelector('#problem').textContent"), "");
}
