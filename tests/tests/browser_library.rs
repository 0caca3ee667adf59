//! Songs that come to the page and stay with it, in headless Chromium: the library, its queue, deleting, other tabs,
//! and songs that the system hands over.

use std::fs;
use std::path::Path;

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{FIRST_NAME, fill, fixture, page, with_song};
use serde_json::json;

/// Ids of the songs in each store of the library.
const STORED: &str = "return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sectionist');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const names = ['songs', 'cards', 'audio'];
      const transaction = opening.result.transaction(names);
      const keys = names.map((name) => transaction.objectStore(name).getAllKeys());
      transaction.oncomplete = () => { opening.result.close(); resolve(keys.map(({ result }) => result.length)); };
    };
  });";

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
fn two_tabs_tell_the_same() {
    if skipped() {
        return;
    }
    let (_server, url, browser) = with_song("postcard.mp3");
    let name = browser.script(&format!("return {FIRST_NAME}"));
    browser.wait_until("location.hash.startsWith('#song=')");
    std::thread::sleep(std::time::Duration::from_millis(600));
    let (first, second) = browser.new_tab();
    browser.look(1280, 900, "light");
    browser.open(&url);
    browser.wait_until("document.querySelector('.library-song')");
    browser.click(".library-song");
    browser.wait_until(&format!("document.querySelector('.section-name') && {FIRST_NAME} === {name}"));

    // Corrected there, it is corrected here, and can be taken back here.
    browser.go_to_tab(&first);
    browser.click("#correct-toggle");
    fill(&browser, "#edit-name", "Hook");
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    browser.go_to_tab(&second);
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    browser.press("Control+z");
    browser.wait_until(&format!("{FIRST_NAME} === {name}"));
    browser.go_to_tab(&first);
    browser.wait_until(&format!("{FIRST_NAME} === {name}"));
    // Deleted there, it is off the list here.
    browser.click(".brand");
    browser.wait_until("document.querySelector('.library-song')");
    browser.go_to_tab(&second);
    browser.click(".brand");
    browser.wait_until("document.querySelector('[data-forget]')");
    browser.click("[data-forget]");
    browser.go_to_tab(&first);
    browser.wait_until("!document.querySelector('.library-song')");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn a_deleted_song_can_be_put_back() {
    if skipped() {
        return;
    }
    let (_server, url, browser) = with_song("postcard.mp3");
    browser.click("#keep-yes");
    browser.click("#correct-toggle");
    fill(&browser, "#edit-name", "Hook");
    browser.wait_until(&format!("{FIRST_NAME} === 'Hook'"));
    browser.click(".brand");
    browser.wait_until("document.querySelector('.library-song') && !document.querySelector('.library-list').textContent.includes('without audio')");
    assert_eq!(browser.script(STORED), json!([1, 1, 1]));

    browser.click("[data-forget]");
    browser.wait_until("document.querySelector('.library-gone')");
    assert_eq!(browser.script(STORED), json!([0, 0, 0]));
    let shown = browser.script(
        "return [document.querySelectorAll('.library-song').length, document.activeElement.textContent,
           document.querySelector('#forget-all').hidden];",
    );
    assert_eq!(shown, json!([0, "Undo", true]));
    browser.press("Enter");
    browser.wait_until("document.querySelector('.library-song')");
    assert_eq!(browser.script(STORED), json!([1, 1, 1]));
    assert_eq!(
        browser.script("return document.activeElement.className"),
        "library-song",
        "the focus is on what came back"
    );

    // The open song is kept again: what is corrected now stays too.
    browser.click("#back-to-song");
    fill(&browser, "#edit-name", "Refrain");
    browser.wait_until(&format!("{FIRST_NAME} === 'Refrain'"));
    std::thread::sleep(std::time::Duration::from_millis(700));
    browser.open("about:blank");
    browser.open(&url);
    browser.wait_until("document.querySelector('.library-song')");
    browser.click(".library-song");
    browser.wait_until(&format!("document.querySelector('.section-name') && {FIRST_NAME} === 'Refrain'"));
    browser.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");

    // Who opens another song has left it at that.
    browser.click(".brand");
    browser.click("[data-forget]");
    browser.wait_until("document.querySelector('.library-gone')");
    browser.click("#back-to-song");
    browser.click(".brand");
    browser.wait_until("document.querySelector('#library').hidden");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn what_is_deleted_elsewhere_is_not_saved_again() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("postcard.mp3");
    browser.click("#keep-yes");
    browser.click("#correct-toggle");
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(browser.script(STORED), json!([1, 1, 1]));
    // Deleted in another tab just when a correction waits to be saved here, and before that is told.
    browser.script(
        "const name = document.querySelector('#edit-name');
         name.value = 'Hook';
         name.dispatchEvent(new Event('change', { bubbles: true }));
         return new Promise((resolve) => {
           const opening = indexedDB.open('sectionist');
           opening.onsuccess = () => {
             const transaction = opening.result.transaction(['songs', 'cards', 'audio'], 'readwrite');
             for (const store of transaction.objectStoreNames) transaction.objectStore(store).clear();
             transaction.oncomplete = resolve;
           };
         });",
    );
    std::thread::sleep(std::time::Duration::from_millis(900));
    assert_eq!(browser.script(STORED), json!([0, 0, 0]));
    assert_eq!(browser.script(&format!("return {FIRST_NAME}")), "Hook", "it stays open");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn songs_shared_to_the_page_are_opened() {
    if skipped() || std::env::var_os("SECTIONIST_URL").is_some() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.open(&url);
    browser.script("return navigator.serviceWorker.ready.then(() => true)");
    browser.wait_until("navigator.serviceWorker.controller");
    // As the system does it: a form that is posted where the manifest says, under the name that it says.
    let target = browser.script(
        "return fetch('manifest.webmanifest').then((answer) => answer.json()).then(({ share_target: { action, method, enctype, params } }) =>
           ({ action: new URL(action, location.href).href, method, enctype, name: params.files[0].name }));",
    );
    let songs = ["postcard.mp3", "lantern.mp3"].map(fixture);
    browser.open("about:blank");
    browser.script(&format!(
        "const {{ name, ...how }} = {target};
         const form = Object.assign(document.createElement('form'), how);
         const input = Object.assign(document.createElement('input'), {{ type: 'file', id: 'songs', multiple: true, name }});
         form.append(input);
         document.body.append(form);"
    ));
    browser.choose("#songs", &[&songs[0], &songs[1]]);
    browser.script("document.querySelector('form').submit()");
    browser.wait_until("document.body.dataset.phase === 'ready'");
    let first = browser.script("return document.querySelector('#song-title').textContent");
    browser.wait_until("document.querySelector('.queue-words')?.textContent === 'done'");
    browser.click(".brand");
    browser.wait_until("document.querySelectorAll('.library-song').length === 2");
    // Opened once: not again with the next visit.
    browser.open("about:blank");
    browser.open(&format!("{url}#received"));
    browser.wait_until("document.querySelectorAll('.library-song').length === 2");
    assert_eq!(browser.script("return document.body.dataset.phase"), "idle", "{first}");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn files_opened_with_the_installed_page_are_analysed() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    // Stands for the queue that the browser fills when a file is opened with the page.
    browser.before_every_page(
        "Object.defineProperty(window, 'launchQueue', { value: { setConsumer: (run) => (window.launch = run) } });",
    );
    browser.open(&url);
    browser.wait_until("window.launch");
    let accepted = browser.script(
        "return fetch('manifest.webmanifest').then((answer) => answer.json()).then(({ file_handlers: [{ action, accept }] }) =>
           [action, Object.values(accept).flat().includes('.mp3')]);",
    );
    assert_eq!(accepted, json!(["./", true]));
    browser.script(
        "return fetch('pkg/sample.mp3').then((answer) => answer.blob()).then((blob) => {
           window.launch({ files: [{ kind: 'file', getFile: async () => new File([blob], 'opened.mp3', { type: 'audio/mpeg' }) }] });
         });",
    );
    browser.wait_until("document.body.dataset.phase === 'ready'");
    browser.wait_until("!document.querySelector('#toggle').disabled");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}
