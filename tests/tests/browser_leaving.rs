//! What leaves the page and what must not, in headless Chromium: files that other programs read, paper, other
//! tabs, links; and no request.

use std::fs;
use std::path::{Path, PathBuf};

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{
    FIRST_NAME, downloaded, exported, exported_bytes, fill, fixture, open_song, page, with_song,
};
use sectionist_tests::{readers, root};
use serde_json::{Value, json};

/// Corrections that every export must carry.
fn correct(browser: &Browser) {
    browser.click("#correct-toggle");
    browser.click("#edit-double");
    fill(browser, "#edit-name", "Hook");
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    fill(browser, "#edit-chord", "Dm7");
    browser.wait_until("document.querySelector('.correct .buttons').textContent.includes('3 corrections')");
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn other_programs_read_what_was_corrected() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    correct(&browser);
    let report = downloaded(&browser);
    let folder = empty_folder("exports");
    for (what, end) in [
        ("midi", "mid"),
        ("jams", "jams"),
        ("lab", "lab.zip"),
        ("audacity", "audacity.zip"),
        ("csv", "csv"),
        ("rekordbox", "rekordbox.xml"),
        ("sonic-visualiser", "sonic-visualiser.zip"),
        ("click", "click.wav"),
        ("svg", "svg"),
        ("png", "png"),
    ] {
        fs::write(folder.join(format!("song.{end}")), exported_bytes(&browser, what)).expect("a file");
    }
    let seen = readers::read(&folder);
    let names: Vec<&Value> =
        report["sections"].as_array().into_iter().flatten().map(|s| &s["name"]).collect();
    let n_beats = report["beats"].as_array().map_or(0, Vec::len);
    let duration = report["duration"].as_f64().expect("a length");
    let tempo = report["tempo"].as_f64().expect("a tempo");

    let close = |given: &Value, expected: f64, within: f64| {
        given.as_f64().is_some_and(|given| (given - expected).abs() <= within)
    };
    assert!(close(&seen["mid"]["bpm"], tempo, 0.02 * tempo), "{}: {tempo}", seen["mid"]["bpm"]);
    let markers: Vec<&Value> =
        seen["mid"]["markers"].as_array().into_iter().flatten().map(|m| &m[1]).collect();
    assert!(names.iter().all(|name| markers.contains(name)), "{markers:?} {names:?}");
    assert!(close(&seen["jams"]["duration"], duration, 0.01), "{}", seen["jams"]["duration"]);
    assert_eq!(seen["jams"]["beats"], n_beats);
    assert_eq!(seen["jams"]["chords"][0], "D:min7");
    assert_eq!(seen["jams"]["segments"].as_array().map(Vec::len), Some(names.len()));
    assert_eq!(seen["beats.lab"].as_array().map(Vec::len), Some(n_beats));
    assert_eq!(seen["chords.lab"][1][0], "D:min7");
    assert_eq!(seen["sections.txt"][1][0], "Hook");
    let rows = seen["csv"]["rows"].to_string();
    assert!(rows.contains("Hook"), "{rows}");
    assert!(seen["rekordbox.xml"]["marks"].to_string().contains("Hook"), "{}", seen["rekordbox.xml"]);
    assert_eq!(seen["session.xml"]["layers"]["Sections"][0][2], "Hook");
    assert!(close(&seen["click.wav"]["seconds"], duration, 0.01), "{}", seen["click.wav"]);
    assert_eq!(seen["click.wav"]["clicks"], n_beats, "a click a beat");
    assert!(seen["svg"]["texts"].to_string().contains("Hook"), "{}", seen["svg"]);
    assert_eq!(seen["png"]["width"], 2400);
    assert!(exported(&browser, "text").contains("Hook"));
}

#[test]
fn the_chart_prints_on_a_sheet_of_paper() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.script(
        "document.querySelector('[aria-label=\"A semitone higher\"]').click();
         document.querySelector('[aria-label=\"Capo a fret higher\"]').click();",
    );
    browser.look(1280, 900, "dark");
    // In points of 1/72 inch.
    for (paper, width, height) in [("A4", 595.3, 841.9), ("Letter", 612.0, 792.0)] {
        let folder = empty_folder(paper);
        fs::write(folder.join("song.pdf"), browser.print(width, height)).expect("a file");
        let seen = &readers::read(&folder)["pdf"];
        let points = [0, 1].map(|i| seen["points"][i].as_f64().unwrap_or_default());
        assert!((points[0] - width).abs() < 1.0 && (points[1] - height).abs() < 1.0, "{paper}: {points:?}");
        assert_eq!(seen["pages"], 1, "{paper}: {seen}");
        let text = seen["text"].as_str().unwrap_or_default();
        for wanted in [
            "Harbour Lights",
            "E major",
            "written in E major",
            "capo on fret 1",
            "sounds in F major",
            "BPM",
            "Intro",
            "Verse 1",
            "Chorus 3",
        ] {
            assert!(text.contains(wanted), "{wanted} is missing on {paper}:\n{text}");
        }
        for unwanted in ["Practise", "Correct", "Keyboard", "Triads only", "sure", "library"] {
            assert!(!text.contains(unwanted), "{unwanted} is printed on {paper}:\n{text}");
        }
        fs::copy(folder.join("song.pdf"), root().join(format!("target/screenshots/{paper}.pdf"))).ok();
    }
}

#[test]
fn no_request_is_made_once_the_page_is_there() {
    if skipped() || std::env::var_os("SECTIONIST_URL").is_some() {
        return;
    }
    let (server, url) = page();
    let server = server.expect("the test's own server");
    let browser = Browser::start();
    browser.open(&url);
    browser.script("return navigator.serviceWorker.ready.then(() => true)");
    browser.wait_until("navigator.serviceWorker.controller");
    // Once more as on every day after the first: files are asked for once, in the background.
    browser.open(&url);
    browser.wait_until("document.querySelector('.drop-art rect')");
    browser.script("return caches.keys().then(() => new Promise((resolve) => setTimeout(resolve, 2500)))");
    let before = server.asked();
    assert!(before.len() > 20, "{before:?}");
    browser.script(
        "window.strayed = [];
         addEventListener('securitypolicyviolation', ({ blockedURI }) => strayed.push(blockedURI));",
    );

    // Everything that needs more of the page than was loaded at first.
    open_song(&browser, "postcard.mp3");
    browser.wait_until("!document.querySelector('#toggle').disabled");
    correct(&browser);
    for what in ["midi", "jams", "click", "png", "text"] {
        drop(exported_bytes(&browser, what));
    }
    browser.script("document.querySelector('[data-take=link]').click()");
    browser.wait_until("document.querySelector('#take').dataset.link");
    browser.script(
        "document.querySelector('#practise-toggle').click();
         for (const [id, value] of [['rate', 75], ['pitch', 2]]) {
           const input = document.getElementById(id);
           input.value = value;
           input.dispatchEvent(new Event('input', { bubbles: true }));
         }
         document.querySelector('#click').click();
         document.querySelector('#toggle').click();",
    );
    browser.wait_until("document.querySelector('audio').currentTime > 1");
    browser.press("f");
    browser.press("Escape");
    browser.click(".brand");
    browser.choose("#file", &[&fixture("lantern.mp3"), &fixture("postcard.clip.opus")]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    browser.wait_until("document.querySelector('.queue-words')?.textContent === 'done'");
    // The browser itself looks whether the service worker has changed.
    let after: Vec<String> = server
        .asked()
        .split_off(before.len())
        .into_iter()
        .filter(|line| !line.starts_with("GET /sw.js "))
        .collect();
    assert_eq!(after, [] as [String; 0], "the page asked for something");
    assert_eq!(browser.script("return strayed"), json!([]));
    // What the page may do at all: nothing in line, nothing from elsewhere, no form.
    let policy =
        browser.script("return document.querySelector('meta[http-equiv=Content-Security-Policy]').content");
    let policy = policy.as_str().unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert!(
        !policy.contains("http") && !policy.contains('*') && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn a_song_from_a_link_is_kept_with_what_is_corrected_here() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    browser.click("#correct-toggle");
    fill(&browser, "#edit-name", "Hook");
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    browser.script("document.querySelector('[data-take=link]').click()");
    browser.wait_until("document.querySelector('#take').dataset.link");
    let link = browser.script("return document.querySelector('#take').dataset.link");
    drop(browser);

    let elsewhere = Browser::start();
    elsewhere.look(1280, 900, "light");
    elsewhere.open(link.as_str().expect("a link"));
    elsewhere.wait_until(&format!("document.querySelector('.section-name') && {FIRST_NAME} === 'Hook'"));
    elsewhere.click("#correct-toggle");
    fill(&elsewhere, "#edit-name", "Refrain");
    elsewhere.wait_until(&format!("{FIRST_NAME} === 'Refrain'"));
    std::thread::sleep(std::time::Duration::from_millis(700));
    elsewhere.script("location.reload()");
    elsewhere.wait_until(&format!("document.querySelector('.section-name') && {FIRST_NAME} === 'Refrain'"));
    elsewhere.press("Control+z");
    elsewhere.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    // Its file is told from another.
    elsewhere.choose("#attach-file", &[&fixture("lantern.mp3")]);
    elsewhere.wait_until("document.querySelector('#notice').textContent.includes('another file')");
    elsewhere.choose("#attach-file", &[&fixture("postcard.mp3")]);
    elsewhere.wait_until("!document.querySelector('#notice').textContent.includes('another file')");
    elsewhere.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");
    elsewhere.click(".brand");
    elsewhere.wait_until("document.querySelectorAll('.library-song').length === 1");
}

#[test]
fn a_link_that_holds_no_song_is_refused() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    let title = browser.script("return document.querySelector('#song-title').textContent");
    // Well packed, but no report to the core.
    let broken = browser.script(
        "return import('/src/take/link.js').then(({ packed }) =>
           packed({ schema_version: 1, sections: [{}], waveform: { seconds_per_peak: 1, peaks: [], rms: [] } }, []));",
    );
    for link in [broken.as_str().expect("a link"), "shared=AAAA"] {
        browser.script(&format!("location.hash = '#{link}'"));
        browser.wait_until("!document.querySelector('#problem').hidden");
        assert_eq!(browser.script("return document.querySelector('#problem').dataset.code"), "bad_link");
        // What was open stays.
        assert_eq!(browser.script("return document.querySelector('#song-title').textContent"), title);
        browser.click("#problem button");
    }
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}
