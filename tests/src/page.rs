//! The page under test, and what tests ask of it.

use std::path::PathBuf;

use base64::Engine;
use serde_json::Value;

use crate::chromedriver::Browser;
use crate::page_server::PageServer;
use crate::root;

/// JavaScript: the name of the first section.
pub const FIRST_NAME: &str = "document.querySelector('.section-name').textContent";

/// A song of the fixtures.
///
/// # Panics
/// When it is not there, with how to make it.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    let path = root().join("fixtures/audio").join(name);
    assert!(path.exists(), "{} is missing; make it with `cargo xtask fixtures`", path.display());
    path
}

/// The page, served from the tree, or by the host at SECTIONIST_URL.
///
/// # Panics
/// When the browser module is not built.
#[must_use]
pub fn page() -> (Option<PageServer>, String) {
    if let Ok(url) = std::env::var("SECTIONIST_URL") {
        return (None, format!("{}/", url.trim_end_matches('/')));
    }
    let root = root().join("web-demo");
    assert!(
        root.join("pkg/sectionist_browser_bg.wasm").exists(),
        "the browser module is not built; build it with `cargo xtask wasm --browser`"
    );
    let server = PageServer::start(root).expect("a local server");
    let url = server.url();
    (Some(server), url)
}

/// A page of a usual size with a song on it, ready to play.
///
/// # Panics
/// When the page refuses it.
#[must_use]
pub fn with_song(name: &str) -> (Option<PageServer>, String, Browser) {
    let (server, url) = page();
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(&url);
    open_song(&browser, name);
    browser.wait_until("!document.querySelector('#toggle').disabled");
    (server, url, browser)
}

/// Types a value into a field, as leaving it would.
pub fn fill(browser: &Browser, field: &str, value: &str) {
    browser.script(&format!(
        "const field = document.querySelector('{field}');
         field.value = '{value}';
         field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ));
}

/// Opens a song and waits for its structure.
///
/// # Panics
/// When the page refuses it.
pub fn open_song(browser: &Browser, name: &str) {
    browser.choose("#file", &[&fixture(name)]);
    browser.wait_until("['ready', 'error'].includes(document.body.dataset.phase)");
    assert_eq!(browser.script("return document.querySelector('#problem').textContent"), "");
}

/// What the export menu writes, as text. Fetched as text: WebDriver sorts the names of objects.
///
/// # Panics
/// When it is no text.
#[must_use]
pub fn exported(browser: &Browser, what: &str) -> String {
    browser.script(&format!(
        "delete document.querySelector('#take').dataset.saved;
         document.querySelector('[data-take=\"{what}\"]').click();"
    ));
    browser.wait_until("document.querySelector('#take').dataset.saved");
    let text = browser.script(
        "return fetch(document.querySelector('#take').dataset.saved).then((answer) => answer.text())",
    );
    text.as_str().expect("text").to_owned()
}

/// What the export menu writes, byte by byte.
///
/// # Panics
/// When nothing comes.
#[must_use]
pub fn exported_bytes(browser: &Browser, what: &str) -> Vec<u8> {
    browser.script(&format!(
        "delete document.querySelector('#take').dataset.saved;
         document.querySelector('[data-take=\"{what}\"]').click();"
    ));
    browser.wait_until("document.querySelector('#take').dataset.saved");
    let text = browser.script(
        "return fetch(document.querySelector('#take').dataset.saved)
           .then((answer) => answer.arrayBuffer())
           .then((buffer) => {
             let text = '';
             const bytes = new Uint8Array(buffer);
             for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
             return btoa(text);
           })",
    );
    base64::engine::general_purpose::STANDARD.decode(text.as_str().expect("text")).expect("base64")
}

/// The report as the page exports it.
///
/// # Panics
/// When it is no JSON.
#[must_use]
pub fn downloaded(browser: &Browser) -> Value {
    serde_json::from_str(&exported(browser, "json")).expect("the export is JSON")
}
