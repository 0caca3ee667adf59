//! Correcting on the page, in headless Chromium: with its tools, on the timeline, by taps; undone, redone and kept.

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{FIRST_NAME, downloaded, exported, fill, with_song};
use sectionist_tests::root;
use serde_json::{Value, json};

const TIMELINE: &str = "document.querySelector('sectionist-timeline')";

/// Where in the window a time is on the timeline, at the height of a lane.
fn spot(browser: &Browser, time: f64, lane: &str) -> (f64, f64) {
    let place = browser.script(&format!(
        "const {{ shapes, lanes }} = {TIMELINE}.painted;
         const box = {TIMELINE}.shadowRoot.querySelector('.stage').getBoundingClientRect();
         return [box.left + shapes.scale.x({time}), box.top + lanes.{lane}.y + lanes.{lane}.h / 2];"
    ));
    (place[0].as_f64().expect("a number"), place[1].as_f64().expect("a number"))
}

fn at(times: &Value, idx: usize) -> f64 {
    times[idx].as_f64().expect("a time")
}

fn start(report: &Value, part: &str, idx: usize) -> f64 {
    report[part][idx]["start"].as_f64().expect("a time")
}

#[test]
fn corrections_follow_at_once_and_survive_a_reload() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    let found = downloaded(&browser);
    let name = found["sections"][0]["name"].as_str().expect("a name").to_owned();
    browser.click("#correct-toggle");
    browser.click("#edit-double");
    let twice = found["tempo"].as_f64().expect("a tempo") * 2.0;
    let shown = format!("'{}'", (twice * 10.0).round() / 10.0);
    browser.wait_until(&format!("document.querySelector('.answers').textContent.includes({shown})"));
    fill(&browser, "#edit-name", "Hook");
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    fill(&browser, "#edit-key", "F major");
    browser.wait_until("document.querySelector('.answers').textContent.includes('F major')");
    fill(&browser, "#edit-chord", "Dm7");
    browser.wait_until("document.querySelector('.correct .buttons').textContent.includes('4 corrections')");

    let corrected = downloaded(&browser);
    assert_eq!(corrected["sections"][0]["name"], "Hook");
    assert_eq!(corrected["key"], "F major");
    assert_eq!(corrected["chords"][0]["label"], "D:min7");
    assert_eq!(corrected["chords"][0]["roman"], "vi7");
    assert_eq!(
        corrected["beats"].as_array().map_or(0, Vec::len) / found["beats"].as_array().map_or(1, Vec::len),
        2,
        "{} beats",
        corrected["beats"].as_array().map_or(0, Vec::len)
    );
    assert!(exported(&browser, "chordpro").contains(": Hook}"));
    let made: Value = serde_json::from_str(&exported(&browser, "corrections")).expect("JSON");
    assert_eq!(made["edits"].as_array().map(Vec::len), Some(4));

    // The core says the same of the same corrections.
    std::thread::sleep(std::time::Duration::from_millis(600));
    browser.script("location.reload()");
    browser.wait_until(&format!("document.querySelector('.section-name') && {FIRST_NAME} === 'Hook'"));
    for _ in 0..4 {
        browser.press("Control+z");
    }
    browser.wait_until(&format!("{FIRST_NAME} === '{name}'"));
    assert_eq!(downloaded(&browser)["tempo"], found["tempo"]);
    browser.press("Control+Shift+z");
    browser.press("Control+Shift+z");
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    browser.click("#correct-toggle");
    browser.click("#back-to-found");
    browser.wait_until(&format!("{FIRST_NAME} === '{name}'"));
    browser.screenshot(&root().join("target/screenshots/correct.png"));
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn borders_and_keys_are_dragged_and_bars_chosen() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.click("#correct-toggle");
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
    let found = downloaded(&browser);
    let bars = &found["downbeats"];

    // The second section starts where it is let go, on a bar line; with Alt off the bars.
    let second = start(&found, "sections", 1);
    let near = at(bars, 7) + 0.2;
    browser.drag(spot(&browser, second, "wave"), spot(&browser, near, "wave"), 0);
    browser.wait_until(&format!("{TIMELINE}.report.sections[1].start !== {second}"));
    assert_eq!(start(&downloaded(&browser), "sections", 1), at(bars, 7));
    browser.drag(spot(&browser, at(bars, 7), "wave"), spot(&browser, near, "wave"), 1);
    browser.wait_until(&format!("{TIMELINE}.report.sections[1].start !== {}", bars[7]));
    let free = start(&downloaded(&browser), "sections", 1);
    assert!((free - near).abs() < 0.15 && free != at(bars, 7), "{free}");

    // A change of key, at the bar line nearest to the cursor; moved by a bar, and dragged in its lane.
    assert_eq!(found["keys"].as_array().map(Vec::len), Some(1));
    browser.script(&format!("{TIMELINE}.seek({} + 0.1)", bars[20]));
    fill(&browser, "#edit-key-from", "F# major");
    browser.wait_until(&format!("{TIMELINE}.report.keys.length === 2"));
    browser.wait_until("document.querySelector('#edit-part-key').value === 'F# major'");
    assert_eq!(start(&downloaded(&browser), "keys", 1), at(bars, 20));
    browser.click("#edit-key-later");
    browser.wait_until(&format!("{TIMELINE}.report.keys[1].start === {}", bars[21]));
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
    browser.drag(spot(&browser, at(bars, 21), "keys"), spot(&browser, at(bars, 16), "keys"), 0);
    browser.wait_until(&format!("{TIMELINE}.report.keys[1].start === {}", bars[16]));
    let corrected = downloaded(&browser);
    let later = corrected["chords"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|chord| chord["start"].as_f64() >= Some(at(bars, 17)));
    let before = found["chords"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|chord| Some(&chord["start"]) == later.map(|chord| &chord["start"]));
    assert_ne!(later.map(|chord| &chord["roman"]), before.map(|chord| &chord["roman"]));
    for _ in 0..5 {
        browser.press("Control+z");
    }
    browser.wait_until(&format!(
        "{TIMELINE}.report.keys.length === 1 && {TIMELINE}.report.sections[1].start === {second}"
    ));

    // With Shift the bars that the mouse goes over are repeated.
    browser.drag(spot(&browser, at(bars, 3) + 0.3, "wave"), spot(&browser, at(bars, 5) + 0.3, "wave"), 8);
    browser.wait_until("document.querySelector('.loop-name').textContent === '⟳ bars 4–6'");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn the_form_is_corrected_with_its_repeats() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.click("#correct-toggle");
    let found = downloaded(&browser);
    let sections = found["sections"].as_array().cloned().unwrap_or_default();
    let bars = &found["downbeats"];

    // A double click adds a border on a bar line, and its section joins the one before again.
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
    let (x, y) = spot(&browser, at(bars, 8) + 0.2, "wave");
    browser.double_click((x, y));
    browser.wait_until(&format!("{TIMELINE}.report.sections.length === {}", sections.len() + 1));
    let added = downloaded(&browser);
    assert!((0..=sections.len()).any(|idx| start(&added, "sections", idx) == at(bars, 8)), "{added}");
    browser.script(&format!("{TIMELINE}.seek({} + 0.1)", at(bars, 8)));
    browser.click("#edit-join");
    browser.wait_until(&format!("{TIMELINE}.report.sections.length === {}", sections.len()));

    // A function for all its repeats; numbers follow.
    let returning = sections
        .iter()
        .position(|section| section["repeats"].as_array().is_some_and(|repeats| !repeats.is_empty()))
        .expect("something returns");
    let group = &sections[returning]["group"];
    let n_repeats = sections.iter().filter(|section| section["group"] == *group).count();
    browser.script(&format!("{TIMELINE}.seek({} + 0.1)", start(&found, "sections", returning)));
    fill(&browser, "#edit-label", "bridge");
    browser.wait_until(&format!("{TIMELINE}.report.sections[{returning}].label === 'bridge'"));
    let named = downloaded(&browser);
    let bridges: Vec<&Value> =
        named["sections"].as_array().into_iter().flatten().filter(|s| s["group"] == *group).collect();
    assert_eq!(bridges.len(), n_repeats);
    assert!(bridges.iter().all(|section| section["label"] == "bridge"), "{named}");
    // And for one alone.
    browser.click("[for=edit-repeats]");
    fill(&browser, "#edit-letter", "Z");
    browser.wait_until(&format!("{TIMELINE}.report.sections[{returning}].group === 'Z'"));
    let alone = downloaded(&browser);
    let n_z = alone["sections"].as_array().into_iter().flatten().filter(|s| s["group"] == "Z").count();
    assert_eq!(n_z, 1);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn beats_chords_and_tuning_are_corrected() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.click("#correct-toggle");
    let found = downloaded(&browser);
    let first_beat = |report: &Value| report["downbeats"][0].as_f64().expect("a time");
    browser.click("#edit-later");
    browser.wait_until(&format!("{TIMELINE}.report.downbeats[0] > {}", first_beat(&found)));
    let later = downloaded(&browser);
    assert_eq!(first_beat(&later), found["beats"][1]["time"].as_f64().expect("a time"));
    browser.click("#edit-earlier");
    browser.wait_until(&format!("{TIMELINE}.report.downbeats[0] === {}", first_beat(&found)));
    fill(&browser, "#edit-meter", "3/4");
    browser.wait_until("document.querySelector('.answers').textContent.includes('3/4')");
    let thirds = downloaded(&browser);
    assert_eq!(thirds["downbeats"][1], found["beats"][3]["time"]);
    browser.press("Control+z");
    browser.wait_until("document.querySelector('.answers').textContent.includes('4/4')");

    // A chord in two on a beat, and one again.
    let n_chords = found["chords"].as_array().map_or(0, Vec::len);
    let second_bar = at(&found["downbeats"], 1);
    browser.script(&format!("{TIMELINE}.seek({second_bar} + 0.05)"));
    browser.click("#edit-chord-split");
    browser.wait_until(&format!("{TIMELINE}.report.chords.length === {}", n_chords + 1));
    browser.script(&format!("{TIMELINE}.seek({second_bar} - 0.1)"));
    browser.click("#edit-chord-join");
    browser.wait_until(&format!("{TIMELINE}.report.chords.length === {n_chords}"));

    fill(&browser, "#edit-tuning", "442.3");
    browser.wait_until("document.querySelector('.correct .buttons').textContent.includes('5 corrections')");
    assert_eq!(downloaded(&browser)["tuning"]["a4_hz"], 442.3);
    fill(&browser, "#edit-chord", "Quatsch");
    browser.wait_until("document.querySelector('.tools-wrong').textContent.includes('Quatsch')");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn taps_set_the_beat() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    let found = downloaded(&browser);
    // On every second beat, the first of them the second of a bar.
    browser.script(
        "const { beats } = document.querySelector('sectionist-timeline').report;
         const audio = document.querySelector('audio');
         const targets = [1, 3, 5, 7, 9, 11].map((i) => beats[i].time);
         document.querySelector('#toggle').click();
         const wait = setInterval(() => {
           if (audio.currentTime < targets[0]) return;
           targets.shift();
           window.dispatchEvent(new KeyboardEvent('keydown', { key: 't', bubbles: true }));
           if (targets.length === 0) clearInterval(wait);
         }, 4);",
    );
    browser.wait_until("document.querySelector('#notice').textContent.includes('follows your taps')");
    let tapped = downloaded(&browser);
    let ratio = tapped["tempo"].as_f64().expect("a tempo") / found["tempo"].as_f64().expect("a tempo");
    assert!((ratio - 0.5).abs() < 0.03, "{ratio}");
    let first = found["beats"][1]["time"].as_f64().expect("a time");
    let bars = tapped["downbeats"].as_array().cloned().unwrap_or_default();
    let nearest = bars.iter().filter_map(Value::as_f64).map(|bar| (bar - first).abs()).fold(9.0, f64::min);
    assert!(nearest < 0.08, "the first tap is the first beat of a bar: {first} {bars:?}");
    browser.press("Control+z");
    browser.wait_until(&format!("{TIMELINE}.report.tempo === {}", found["tempo"]));
    assert_eq!(json!(downloaded(&browser)["beats"]), found["beats"]);
}
