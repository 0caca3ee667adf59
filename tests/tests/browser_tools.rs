//! The page's tools in headless Chromium, as a musician uses them: correcting, repeating, keeping, taking
//! along.

use std::fs;
use std::path::Path;

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{downloaded, exported, fixture, open_song, page};
use sectionist_tests::root;
use serde_json::Value;

const POSITION: &str = "return Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow'))";
const FIRST_NAME: &str = "document.querySelector('.section-name').textContent";

/// A page of a usual size with a song on it.
fn with_song(name: &str) -> (Option<sectionist_tests::page_server::PageServer>, String, Browser) {
    let (server, url) = page();
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(&url);
    open_song(&browser, name);
    browser.wait_until("!document.querySelector('#toggle').disabled");
    (server, url, browser)
}

/// Types a value into a field, as leaving it would.
fn fill(browser: &Browser, field: &str, value: &str) {
    browser.script(&format!(
        "const field = document.querySelector('{field}');
         field.value = '{value}';
         field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ));
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
    assert!(exported(&browser, "chordpro").contains("{comment: Hook}"));
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
fn the_last_section_repeats_and_says_so() {
    if skipped() {
        return;
    }
    for song in ["postcard.aac.m4a", "postcard.flac", "postcard.vorbis.ogg"] {
        let (_server, _, browser) = with_song(song);
        browser.script(
            "[...document.querySelectorAll('.section-row')].at(-1).click();
             document.querySelector('#loop').click();
             const audio = document.querySelector('audio');
             audio.currentTime = audio.duration - 0.8;
             window.backs = 0;
             audio.addEventListener('seeking', () => (window.backs += 1));
             document.querySelector('#toggle').click();",
        );
        browser.wait_until("window.backs > 0");
        browser.wait_until("!document.querySelector('audio').paused");
        let said = browser.script("return document.querySelector('.loop-name').textContent");
        let last =
            browser.script("return [...document.querySelectorAll('.section-name')].at(-1).textContent");
        assert_eq!(said.as_str().unwrap_or_default(), format!("⟳ {}", last.as_str().unwrap_or_default()));
        // Another section is repeated instead, not silently none.
        browser.script("document.querySelector('.section-row').click()");
        let said = browser.script("return document.querySelector('.loop-name').textContent");
        let first = browser.script(&format!("return {FIRST_NAME}"));
        assert_eq!(said.as_str().unwrap_or_default(), format!("⟳ {}", first.as_str().unwrap_or_default()));
    }
}

#[test]
fn a_repeat_goes_on_in_a_hidden_tab() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    // Frames stand still there.
    browser.script(
        "window.requestAnimationFrame = () => 0;
         document.querySelector('.section-row').click();
         document.querySelector('#loop').click();
         const audio = document.querySelector('audio');
         const end = document.querySelectorAll('.section-time')[1].textContent.split(':');
         audio.currentTime = 60 * end[0] + Number(end[1]) - 1.5;
         window.backs = 0;
         audio.addEventListener('seeked', () => (window.backs += audio.currentTime < 1 ? 1 : 0));
         document.querySelector('#toggle').click();",
    );
    browser.wait_until("window.backs > 0");
}

#[test]
fn space_pauses_also_after_a_click_on_a_section() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    browser.click(".section-row");
    browser.press(" ");
    browser.wait_until("Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')) >= 1");
    browser.press(" ");
    browser.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");
    assert!(browser.script(POSITION).as_f64() >= Some(1.0), "it stays where it was");
}

#[test]
fn a_song_is_not_lost() {
    if skipped() {
        return;
    }
    let (_server, url, browser) = with_song("postcard.mp3");
    let title = browser.script("return document.querySelector('#song-title').textContent");
    let is_back = format!(
        "document.body.dataset.phase === 'ready' && document.querySelector('#song-title').textContent === {title}"
    );

    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, content, code) in [
        ("no-song.mp3", "These are words.\n".repeat(50), "unsupported_format"),
        ("empty.mp3", String::new(), "empty"),
    ] {
        let path = dir.join(name);
        fs::write(&path, content).expect("a temporary file");
        browser.choose("#file", &[&path]);
        browser.wait_until("!document.querySelector('#problem').hidden");
        assert_eq!(browser.script("return document.querySelector('#problem').dataset.code"), code);
        browser.wait_until(&is_back);
        browser.click("#problem button");
    }
    assert_eq!(browser.script("return document.querySelector('#problem').hidden"), true);

    browser.script(
        "document.querySelector('#again').open = true;
         document.querySelector('[data-again]').click();
         document.querySelector('#cancel').click();",
    );
    browser.wait_until(&is_back);
    browser.click(".brand");
    browser.wait_until("document.body.dataset.phase === 'idle'");
    browser.click("#back-to-song");
    browser.wait_until(&is_back);
    browser.script("location.reload()");
    browser.wait_until(&format!("document.querySelector('#song-title') && {is_back}"));
    // Its audio was not to be kept, so the page asks for the file.
    browser.choose("#attach-file", &[&fixture("postcard.mp3")]);
    browser.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");

    // The library has it, in another tab too.
    browser.open("about:blank");
    browser.open(&url);
    browser.wait_until("document.querySelector('.library-song')");
    browser.click(".library-song");
    browser.wait_until(&format!("document.querySelector('#song-title') && {is_back}"));
}

#[test]
fn several_files_are_analysed_one_after_another() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.open(&url);
    let songs = ["postcard.mp3", "lantern.mp3", "almanac.ogg"].map(fixture);
    browser.choose("#file", &[&songs[0], &songs[1], &songs[2]]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    browser.click(".brand");
    browser.wait_until(
        "[...document.querySelectorAll('.queue-words')].filter((words) => words.textContent === 'done').length === 2",
    );
    browser.wait_until("document.querySelectorAll('.library-song').length === 3");
    fill(&browser, "#library-order", "length");
    browser.script("document.querySelector('#library-search').value = 'lantern'; document.querySelector('#library-search').dispatchEvent(new Event('input'))");
    assert_eq!(browser.script("return document.querySelectorAll('.library-song').length"), 1);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

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
    assert_eq!(fits, serde_json::json!([true, true, [], true, true]));
    browser.screenshot(&root().join("target/screenshots/song-phone.png"));
    browser.look(740, 360, "dark");
    let above = browser.script(
        "scrollTo({ top: 0, behavior: 'instant' });
         const dock = document.querySelector('.dock').getBoundingClientRect();
         return [document.querySelector('.overview').getBoundingClientRect().top < dock.top - 120, dock.bottom <= innerHeight + 1];",
    );
    assert_eq!(above, serde_json::json!([true, true]));
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
        // Colours fade into the other theme.
        std::thread::sleep(std::time::Duration::from_millis(400));
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
            let wrong = browser.script(&format!(
                "{axe}; return axe.run(document, {{ resultTypes: ['violations'] }}).then(({{ violations }}) =>
                   violations.map(({{ id, nodes }}) => [id, nodes.map(({{ target }}) => target.join(' '))]));"
            ));
            assert_eq!(wrong, serde_json::json!([]), "{part}, {theme}, {width} px");
        }
        browser.script(
            "document.querySelector('#problem button').click();
             document.querySelector('#loop').click();
             for (const id of ['#correct-toggle', '#practise-toggle']) document.querySelector(id).click();",
        );
    }
}

#[test]
fn chords_are_moved_simplified_and_printed() {
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
    let pdf = browser.print();
    assert!(pdf.starts_with(b"%PDF"));
    fs::create_dir_all(root().join("target/screenshots")).expect("a folder");
    fs::write(root().join("target/screenshots/print.pdf"), pdf).expect("a file");
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
    assert_eq!(bars, serde_json::json!([true, true, 1]));
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
fn bars_are_repeated_from_here_to_there() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    browser.click("#practise-toggle");
    browser.click("#repeat-from");
    browser.wait_until("document.querySelector('.loop-name').textContent === '⟳ bar 1'");
    browser.click("[data-bar='3']");
    browser.click("#repeat-to");
    browser.wait_until("document.querySelector('.loop-name').textContent === '⟳ bars 1–4'");
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
    assert_eq!(browser.script(small), serde_json::json!([[], 0]), "over a song");
    browser.script("document.querySelector('#take-open').click()");
    assert_eq!(browser.script(small), serde_json::json!([[], 0]), "taking along");
    browser
        .script("document.querySelector('#take-dialog').close(); document.querySelector('.brand').click()");
    browser.wait_until("document.querySelector('.library-song')");
    assert_eq!(browser.script(small), serde_json::json!([[], 0]), "at the start");
}
