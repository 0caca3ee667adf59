//! The timeline as an element of its own, magnifying, the music stand and the dock, in headless Chromium.

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{open_song, page, with_song};
use sectionist_tests::root;
use serde_json::json;

const TIMELINE: &str = "document.querySelector('sectionist-timeline')";

#[test]
fn the_timeline_works_without_the_page() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.look(1000, 700, "light");
    browser.open(&url);
    open_song(&browser, "postcard.mp3");
    // The report alone, in a document with nothing else but an `<audio>`, as README has it.
    browser.script(
        "const timeline = document.querySelector('sectionist-timeline');
         const { report } = timeline;
         const src = document.querySelector('audio').src;
         document.head.querySelectorAll('link, style').forEach((link) => link.remove());
         document.body.replaceChildren();
         window.report = report;
         document.body.innerHTML = '<audio id=\"player\" controls></audio><sectionist-timeline for=\"player\"></sectionist-timeline>';
         document.querySelector('audio').src = 'pkg/sample.mp3';
         document.querySelector('sectionist-timeline').report = report;",
    );
    browser.wait_until("document.querySelector('sectionist-timeline').painted");
    browser.wait_until(
        "document.querySelector('audio').readyState > 0 || document.querySelector('audio').error",
    );
    let height = browser.script(&format!("return {TIMELINE}.getBoundingClientRect().height"));
    assert!(height.as_f64() > Some(150.0), "its shadow brings its own style: {height}");
    let colour = browser.script(&format!(
        "const canvas = {TIMELINE}.shadowRoot.querySelector('canvas');
         return [...canvas.getContext('2d').getImageData(20, 4, 1, 1).data];"
    ));
    assert_eq!(colour[3], 255, "sections have colours: {colour}");

    // A report by address, without what was not asked for.
    browser.script(
        "const { waveform, chords, beats, downbeats, ...some } = report;
         const other = document.createElement('sectionist-timeline');
         other.setAttribute('src', URL.createObjectURL(new Blob([JSON.stringify(some)])));
         other.id = 'other';
         document.body.append(other);",
    );
    browser.wait_until("document.querySelector('#other').painted");
    let painted = browser.script(
        "const { shapes, lanes } = document.querySelector('#other').painted;
         document.querySelector('#other').remove();
         return [shapes.sections.length === report.sections.length, shapes.chords, lanes.height > 100];",
    );
    assert_eq!(painted, json!([true, [], true]));

    // Keys and presses go to the audio; whoever listens may do it otherwise.
    browser.script(&format!("{TIMELINE}.focus()"));
    browser.press("End");
    let moved =
        browser.script(&format!("return [{TIMELINE}.time, report.duration, {TIMELINE}.ariaValueText]"));
    assert_eq!(moved[0], moved[1]);
    assert!(moved[2].as_str().is_some_and(|words| words.contains(" of ")), "{moved}");
    browser.press("Home");
    browser.press("PageDown");
    let at = browser.script(&format!("return [{TIMELINE}.time, report.sections[1].start]"));
    assert_eq!(at[0], at[1]);
    browser.script(&format!(
        "window.asked = [];
         {TIMELINE}.addEventListener('seek', (event) => {{ asked.push(event.detail); event.preventDefault(); }});"
    ));
    browser.press("Home");
    assert_eq!(
        browser.script(&format!("return [asked, {TIMELINE}.time === report.sections[1].start]")),
        json!([[0], true])
    );

    // Taken away and put back, it is as before, and nothing is there twice.
    let probes = format!("{TIMELINE}.shadowRoot.querySelectorAll('[data-group]').length");
    let before = browser.script(&format!("return {probes}"));
    browser.script(&format!(
        "const timeline = {TIMELINE}; timeline.remove(); document.body.append(timeline); timeline.magnify(3, 10);"
    ));
    browser
        .wait_until(&format!("{TIMELINE}.view && !{TIMELINE}.shadowRoot.querySelector('.minimap').hidden"));
    assert_eq!(browser.script(&format!("return {probes}")), before);
}

#[test]
fn the_timeline_follows_an_audio() {
    if skipped() {
        return;
    }
    let (server, url) = page();
    let browser = Browser::start();
    browser.open(&url);
    open_song(&browser, "harbour.mp3");
    browser.script(
        "const { report } = document.querySelector('sectionist-timeline');
         document.body.innerHTML = '<audio id=\"player\"></audio><sectionist-timeline for=\"player\"></sectionist-timeline>';
         window.player = document.querySelector('audio');
         document.querySelector('sectionist-timeline').report = report;
         return fetch('pkg/sample.mp3').then((answer) => answer.blob()).then((blob) => { player.src = URL.createObjectURL(blob); });",
    );
    browser.wait_until("player.readyState > 2");
    browser.script(&format!("{TIMELINE}.seek(20); return player.play()"));
    browser.wait_until(&format!("{TIMELINE}.time > 20.5 && {TIMELINE}.playing"));
    browser.script("player.pause(); player.currentTime = 50;");
    browser.wait_until(&format!("Math.abs({TIMELINE}.time - 50) < 0.01 && !{TIMELINE}.playing"));
    drop(server);
}

#[test]
fn the_timeline_is_magnified_and_moved() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    let view = format!("{TIMELINE}.view");
    for _ in 0..3 {
        browser.press("i");
    }
    browser.wait_until(&format!("{view}?.end - {view}?.start < 30"));
    browser.press("j");
    browser.wait_until(&format!("{view}.start > 5"));
    // Ctrl and the wheel magnify about the pointer, as a pinch on a touchpad does.
    browser.script(&format!(
        "const stage = {TIMELINE}.shadowRoot.querySelector('.stage');
         const box = stage.getBoundingClientRect();
         window.under = {TIMELINE}.painted.shapes.scale.time(400);
         stage.dispatchEvent(new WheelEvent('wheel', {{ deltaY: -60, ctrlKey: true, clientX: box.left + 400, clientY: box.top + 80, cancelable: true }}));"
    ));
    browser.wait_until(&format!("{view}.end - {view}.start < 15"));
    let under =
        browser.script(&format!("return Math.abs({TIMELINE}.painted.shapes.scale.time(400) - under)"));
    assert!(under.as_f64() < Some(0.01), "what is under the pointer stays there: {under}");
    // Down to a beat, and back to the whole song with its buttons.
    for _ in 0..12 {
        browser.press("i");
    }
    let span = browser.script(&format!("return {view}.end - {view}.start"));
    assert!(span.as_f64() < Some(1.0), "{span}");
    browser.click("#magnify [aria-label='Show the whole song']");
    browser.wait_until(&format!("{view} === null"));
    // Two fingers.
    browser.look(390, 844, "light");
    let place = browser.script(&format!(
        "const box = {TIMELINE}.getBoundingClientRect(); return [box.left + box.width / 2, box.top + 60];"
    ));
    let (x, y) = (place[0].as_f64().expect("a number"), place[1].as_f64().expect("a number"));
    browser.pinch((x, y), 40.0, 240.0);
    browser.wait_until(&format!("{view} && {view}.end - {view}.start < 40"));
    assert_eq!(
        browser
            .script("return Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow'))"),
        0,
        "a pinch does not seek"
    );
}

#[test]
fn the_music_stand_is_read_from_afar() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.script("document.querySelectorAll('.section-row')[1].click()");
    browser.press("f");
    browser.wait_until("document.querySelector('#stand').open");
    browser.press(" ");
    browser.wait_until("/bar [2-8] of 8/.test(document.querySelector('.stand-section').textContent)");
    let shown = browser.script(
        "const chord = document.querySelector('.stand-chord');
         const box = chord.getBoundingClientRect();
         return [box.height > 120, box.right <= innerWidth, /^[A-G]/.test(chord.textContent),
           / in \\d bars?$/.test(document.querySelector('.stand-coming').textContent),
           document.querySelectorAll('.stand-bar.sounding').length, document.querySelectorAll('.stand-bar').length];",
    );
    assert_eq!(shown, json!([true, true, true, true, 1, 8]));
    browser.screenshot(&root().join("target/screenshots/stand.png"));
    // It is held still while it is read: nothing jumps as chords come and go.
    let tops = browser.script(
        "return new Promise((resolve) => {
           const tops = new Set();
           const look = () => {
             tops.add(document.querySelector('.stand-lines').getBoundingClientRect().top);
             if (document.querySelector('audio').currentTime > 19) resolve([...tops]);
             else requestAnimationFrame(look);
           };
           look();
         });",
    );
    assert_eq!(tops.as_array().map(Vec::len), Some(1), "{tops}");
    for (width, height) in [(360, 740), (740, 360)] {
        browser.look(width, height, "dark");
        let fits = browser.script(
            "const outside = [...document.querySelectorAll('#stand *')].filter((one) => {
               const box = one.getBoundingClientRect();
               return box.width > 0 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
             });
             return outside.map((one) => one.className);",
        );
        assert_eq!(fits, json!([]), "{width} × {height}");
    }
    browser.press(" ");
    browser.press("Escape");
    browser.wait_until("!document.querySelector('#stand').open");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn the_dock_says_what_sounds_where_the_panel_is_away() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    assert_eq!(browser.script("return document.querySelector('.dock-now').hidden"), true);
    browser.script(
        "document.querySelectorAll('.section-row')[1].click(); scrollTo({ top: 1400, behavior: 'instant' })",
    );
    browser.wait_until("!document.querySelector('.dock-now').hidden");
    let said = browser.script("return document.querySelector('.dock-now').textContent");
    assert!(said.as_str().is_some_and(|said| said.ends_with("Verse 1") && said.len() > 8), "{said}");
    browser.look(740, 360, "light");
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
    let fits = browser.script(
        "const dock = document.querySelector('.dock');
         return [dock.scrollWidth <= dock.clientWidth, document.documentElement.scrollWidth <= innerWidth];",
    );
    assert_eq!(fits, json!([true, true]));
}

#[test]
fn nothing_jumps_while_the_song_plays() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    for (width, height) in [(1280, 900), (360, 740)] {
        browser.look(width, height, "light");
        browser.script(
            "scrollTo({ top: 0, behavior: 'instant' }); document.querySelector('.section-row').click()",
        );
        let heights = browser.script(
            "const audio = document.querySelector('audio');
             audio.currentTime = 0;
             document.querySelector('#toggle').click();
             audio.playbackRate = 4;
             return new Promise((resolve) => {
               const heights = new Set();
               const look = () => {
                 heights.add(['.now', '.timeline', '.dock'].map((part) => Math.round(document.querySelector(part).getBoundingClientRect().height)).join(' '));
                 if (audio.currentTime > 20) { document.querySelector('#toggle').click(); resolve([...heights]); } else requestAnimationFrame(look);
               };
               look();
             });",
        );
        assert_eq!(heights.as_array().map(Vec::len), Some(1), "{width} px: {heights}");
    }
}
