//! The page in headless Chromium for every finger, eye and ear: phones, axe, the chart, diagrams, links, odd files.

use std::fs;

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{FIRST_NAME, downloaded, fill, fixture, with_song};
use sectionist_tests::root;
use serde_json::json;

const POSITION: &str = "return Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow'))";

#[test]
fn what_only_the_browser_decodes_is_analysed_too() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.clip.opus");
    let report = downloaded(&browser);
    assert_eq!((&report["source"]["container"], &report["source"]["codec"]), (&"ogg".into(), &"opus".into()));
    assert!(report["duration"].as_f64().is_some_and(|duration| (duration - 6.0).abs() < 0.1), "{report}");
}

#[test]
fn a_link_holds_the_song_without_its_audio() {
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
    // Elsewhere: another browser, which knows nothing.
    let elsewhere = Browser::start();
    elsewhere.open(link.as_str().expect("a link"));
    elsewhere.wait_until(&format!("document.querySelector('.section-name') && {FIRST_NAME} === 'Hook'"));
    let said = elsewhere.script("return document.querySelector('#notice').textContent");
    assert!(said.as_str().is_some_and(|said| said.contains("choose the file")), "{said}");
    elsewhere.choose("#attach-file", &[&fixture("postcard.mp3")]);
    elsewhere.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");
}

#[test]
fn a_finger_that_scrolls_does_not_seek() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    browser.look(360, 740, "light");
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
    let place = browser.script(
        "const box = document.querySelector('.overview').getBoundingClientRect();
         return [box.left + box.width * 0.7, box.top + box.height / 2];",
    );
    let (x, y) = (place[0].as_f64().expect("a number"), place[1].as_f64().expect("a number"));
    browser.swipe((x, y), (x + 4.0, y - 120.0));
    assert_eq!(browser.script(POSITION), 0);
    browser.script("scrollTo({ top: 0, behavior: 'instant' })");
    browser.swipe((x, y), (x - 60.0, y + 3.0));
    assert!(browser.script(POSITION).as_f64() > Some(5.0), "sideways it seeks");

    let fits = browser.script(
        "scrollTo({ top: 0, behavior: 'instant' });
         const dock = document.querySelector('.dock').getBoundingClientRect();
         const bottoms = ['.overview', '.now-panel'].map((part) => document.querySelector(part).getBoundingClientRect().bottom);
         const small = [...document.querySelectorAll('#song button, .top button')]
           .filter((button) => button.checkVisibility())
           .filter((button) => Math.min(button.offsetHeight, button.offsetWidth) < 43.5)
           .map((button) => button.outerHTML.slice(0, 90));
         const toggle = document.querySelector('#toggle');
         const last = document.querySelector('#practise-toggle').getBoundingClientRect();
         return [Math.max(...bottoms) <= dock.top && dock.bottom <= innerHeight + 1,
           document.documentElement.scrollWidth <= innerWidth && last.right < dock.right - 1, small, toggle.offsetWidth === toggle.offsetHeight,
           document.querySelector('.time-total').checkVisibility()];",
    );
    assert_eq!(fits, json!([true, true, [], true, true]));
    browser.screenshot(&root().join("target/screenshots/song-phone.png"));
    // On its side: the whole timeline, and what sounds.
    for width in [740, 640] {
        browser.look(width, 360, "dark");
        browser.script("scrollTo({ top: 0, behavior: 'instant' })");
        browser.wait_until("!document.querySelector('.dock-now').hidden");
        let above = browser.script(
            "const dock = document.querySelector('.dock').getBoundingClientRect();
             return [document.querySelector('.overview').getBoundingClientRect().bottom <= dock.top, dock.bottom <= innerHeight + 1,
               document.querySelector('.dock-now').checkVisibility(), document.documentElement.scrollWidth <= innerWidth];",
        );
        assert_eq!(above, json!([true, true, true, true]), "{width} px");
    }
    // Magnified four times, a window of 1280 pixels is as wide as this.
    browser.look(320, 640, "light");
    assert_eq!(browser.script("return document.documentElement.scrollWidth <= innerWidth"), true);
}

#[test]
fn nothing_is_wrong_by_axe_in_either_theme() {
    if skipped() {
        return;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let axe = fs::read_to_string(target.join("node-tools/axe-core/node_modules/axe-core/axe.min.js"))
        .expect("axe-core, which `cargo xtask test` installs");
    let (_server, _, browser) = with_song("harbour.mp3");
    for (theme, width) in [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)] {
        browser.look(width, 900, theme);
        for (part, prepare) in [
            ("song", ""),
            (
                "tools",
                "document.querySelectorAll('details').forEach((details) => (details.open = true));
                 for (const id of ['#correct-toggle', '#practise-toggle']) document.querySelector(id).click();",
            ),
            (
                "corrected, magnified and repeated",
                "document.querySelectorAll('.section-row')[1].click();
                 document.querySelector('#edit-halve').click();
                 document.querySelector('sectionist-timeline').magnify(4, 20);
                 document.querySelector('#loop').click();",
            ),
            ("music stand", "document.querySelector('#stand-open').click();"),
            ("take along", "document.querySelector('#stand').close(); document.querySelector('#take-open').click();"),
            ("keyboard", "document.querySelector('#take-dialog').close(); document.querySelector('#keys').showModal();"),
            ("start", "document.querySelector('#keys').close(); document.querySelector('.brand').click();"),
            (
                "library, problem",
                "const files = new DataTransfer();
                 files.items.add(new File(['These are words.'], 'words.mp3'));
                 document.querySelector('#file').files = files.files;
                 document.querySelector('#file').dispatchEvent(new Event('change'));
                 return new Promise((resolve) => {
                   const wait = setInterval(() => {
                     if (document.querySelector('#problem').hidden) return;
                     clearInterval(wait);
                     resolve();
                   }, 50);
                 });",
            ),
        ] {
            browser.script(prepare);
            // Colours fade into others.
            browser.wait_until("document.getAnimations().every(({ playState }) => playState !== 'running')");
            let wrong = browser.script(&format!(
                "{axe}; return axe.run(document, {{ resultTypes: ['violations'] }}).then(({{ violations }}) =>
                   violations.map(({{ id, nodes }}) => [id, nodes.map(({{ target }}) => target.join(' '))]));"
            ));
            assert_eq!(wrong, json!([]), "{part}, {theme}, {width} px");
        }
        browser.script(
            "document.querySelector('#problem button').click();
             document.querySelector('#loop').click();
             for (const id of ['#correct-toggle', '#practise-toggle']) document.querySelector(id).click();",
        );
    }
}

#[test]
fn chords_are_moved_and_held() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    let chart = "return [...document.querySelectorAll('.bar')].slice(0, 8).map((bar) => bar.textContent)";
    let before = browser.script(chart);
    browser.script("document.querySelector('[aria-label=\"A semitone higher\"]').click()");
    assert_ne!(browser.script(chart), before);
    browser.script("document.querySelector('[aria-label=\"Capo a fret higher\"]').click()");
    assert_eq!(browser.script(chart), before, "with a capo it is held as before");
    assert!(browser.script("return document.querySelectorAll('.diagrams svg').length").as_u64() > Some(2));
}

#[test]
fn bars_are_buttons_with_words() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    let bars = browser.script(
        "const bars = [...document.querySelectorAll('.bars button')];
         bars[0].focus();
         return [bars.length > 4, bars.every((bar) => /^Bar \\d+: \\S/.test(bar.ariaLabel)),
           bars.filter((bar) => bar.tabIndex === 0).length];",
    );
    assert_eq!(bars, json!([true, true, 1]));
    browser.press("ArrowRight");
    browser.press("Enter");
    let second = browser.script("return document.activeElement.dataset.bar");
    assert_eq!(second, "1");
    browser.wait_until("document.activeElement.classList.contains('sounding')");
    // Bars are repeated by keyboard too: from the one that sounds to the one with the focus.
    browser.press("ArrowRight");
    browser.press("Shift+Enter");
    browser.wait_until("document.querySelector('.loop-name').textContent === '⟳ bars 2–3'");
    browser.wait_until("document.querySelectorAll('.bar.repeated').length === 2");
}

#[test]
fn fingers_find_what_they_press() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.look(360, 740, "light");
    // Everything that can be out at once.
    browser.script(
        "document.querySelectorAll('details').forEach((details) => (details.open = true));
         for (const id of ['#correct-toggle', '#practise-toggle']) document.querySelector(id).click();",
    );
    let small = "const small = [...document.querySelectorAll('button, a[href], summary, select, input, [role=slider]')]
           .filter((one) => one.checkVisibility() && !one.closest('.skip'))
           .map((one) => (one.closest('label') && ['checkbox', 'radio'].includes(one.type) ? one.closest('label') : one))
           .filter((one) => Math.min(one.offsetHeight, one.offsetWidth) < 43.5)
           .map((one) => one.outerHTML.slice(0, 90));
         return [small, document.documentElement.scrollWidth - innerWidth];";
    assert_eq!(browser.script(small), json!([[], 0]), "over a song");
    browser.script("document.querySelector('#take-open').click()");
    assert_eq!(browser.script(small), json!([[], 0]), "taking along");
    browser
        .script("document.querySelector('#take-dialog').close(); document.querySelector('.brand').click()");
    browser.wait_until("document.querySelector('.library-song')");
    assert_eq!(browser.script(small), json!([[], 0]), "at the start");
}
