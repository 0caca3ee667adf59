//! The page's main path in Firefox: a song is opened, read, played, corrected, kept and taken along.

use sectionist_tests::chromedriver::skipped;
use sectionist_tests::marionette::{Firefox, program};
use sectionist_tests::page::{fixture, page};
use sectionist_tests::root;

#[test]
fn the_main_path_runs_in_firefox() {
    if skipped() {
        return;
    }
    let Some(program) = program() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "Firefox is missing (Debian: `apt-get install firefox-esr`)"
        );
        return;
    };
    let (_server, url) = page();
    let mut firefox = Firefox::start(&program);
    firefox.size(1280, 960);
    firefox.open(&url);
    firefox.wait_until("document.querySelector('.drop-art rect')");
    firefox.script(
        "window.wrong = [];
         addEventListener('error', (event) => window.wrong.push(event.message));
         addEventListener('unhandledrejection', (event) => window.wrong.push(String(event.reason)));
         addEventListener('securitypolicyviolation', (event) => window.wrong.push(event.violatedDirective));",
    );
    firefox.choose("#file", &fixture("postcard.mp3"));
    firefox.wait_until("['ready', 'error'].includes(document.body.dataset.phase)");
    assert_eq!(firefox.script("return document.querySelector('#problem').textContent"), "");
    assert!(firefox.script("return document.querySelectorAll('.section-row').length").as_u64() > Some(1));
    assert!(firefox.script("return document.querySelectorAll('.bars button').length").as_u64() > Some(8));

    // The timeline is painted in its colours.
    let colours = firefox.script(
        "const canvas = document.querySelector('#overview').shadowRoot.querySelector('canvas');
         const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
         const seen = new Set();
         for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4}`);
         return seen.size;",
    );
    assert!(colours.as_u64() > Some(6), "{colours} colours");

    // It plays and moves, at another speed and pitch too, and pauses.
    let position = "Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow'))";
    firefox.wait_until("!document.querySelector('#toggle').disabled");
    // With the metronome, whose clock runs also on machines that have no loudspeaker.
    firefox.press("m", false);
    firefox.press("]", false);
    firefox.wait_until(&format!("{position} > 0"));
    let begun = firefox.script(&format!("return {position}")).as_u64().expect("a time");
    firefox.press(" ", false);
    firefox.wait_until(&format!("{position} >= {}", begun + 2));
    firefox.script(
        "document.querySelector('#practise-toggle').click();
         for (const [id, value] of [['rate', 75], ['pitch', 2]]) {
           const input = document.getElementById(id);
           input.value = value;
           input.dispatchEvent(new Event('input', { bubbles: true }));
         }",
    );
    firefox.wait_until(&format!("{position} >= {}", begun + 4));
    firefox.press(" ", false);
    firefox.wait_until("document.querySelector('#toggle').getAttribute('aria-label') === 'Play'");

    // A correction is made, taken back, made again, and survives a reload.
    let first = "document.querySelector('.section-name').textContent";
    let name = firefox.script(&format!("return {first}"));
    firefox.script("document.querySelector('.section-row').click()");
    firefox.press("e", false);
    firefox.wait_until("!document.querySelector('#correct').hidden");
    firefox.script(
        "const field = document.querySelector('#edit-name');
         field.value = 'Hook';
         field.dispatchEvent(new Event('change', { bubbles: true }));
         document.querySelector('#song-title').focus();",
    );
    firefox.wait_until(&format!("{first} === 'Hook'"));
    firefox.press("z", true);
    firefox.wait_until(&format!("{first} === {name}"));
    firefox.press("y", true);
    firefox.wait_until(&format!("{first} === 'Hook'"));
    let report = firefox.script(
        "document.querySelector('[data-take=json]').click();
         return new Promise((resolve) => {
           const wait = setInterval(() => {
             const { saved } = document.querySelector('#take').dataset;
             if (!saved) return;
             clearInterval(wait);
             resolve(fetch(saved).then((answer) => answer.json()));
           }, 50);
         });",
    );
    assert_eq!(report["sections"][0]["name"], "Hook");
    firefox.screenshot(&root().join("target/screenshots/firefox.png"));
    assert_eq!(firefox.script("return window.wrong"), serde_json::json!([]));

    std::thread::sleep(std::time::Duration::from_millis(600));
    firefox.script("location.reload()");
    firefox.wait_until(&format!("document.querySelector('.section-name') && {first} === 'Hook'"));
}
