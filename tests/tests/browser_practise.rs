//! Practising on the page, in headless Chromium: what repeats, the metronome, speed and pitch, and the device around it.

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use sectionist_tests::chromedriver::{Browser, skipped};
use sectionist_tests::page::{FIRST_NAME, open_song, page, with_song};
use serde_json::json;

const POSITION: &str = "return Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow'))";

/// Sets a slider, as dragging it would.
fn slide(browser: &Browser, id: &str, value: i32) {
    browser.script(&format!(
        "const input = document.querySelector('#{id}');
         input.value = {value};
         input.dispatchEvent(new Event('input', {{ bubbles: true }}));"
    ));
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
fn the_metronome_clicks_on_the_beats() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    // Notes for each click when it sounds in the song, and how high it is.
    browser.before_every_page(
        "window.clicks = [];
         const { start } = AudioScheduledSourceNode.prototype;
         AudioScheduledSourceNode.prototype.start = function (at) {
           const audio = document.querySelector('audio');
           clicks.push({ time: audio.currentTime + (at - this.context.currentTime) * audio.playbackRate, high: this.frequency.value > 1500, muted: audio.muted });
           return start.call(this, at);
         };",
    );
    browser.open(&url);
    open_song(&browser, "harbour.mp3");
    browser.wait_until("!document.querySelector('#toggle').disabled");
    browser.press("m");
    browser.press(" ");
    browser.wait_until("clicks.length >= 12");
    browser.press(" ");
    let off = browser.script(
        "const { beats } = document.querySelector('sectionist-timeline').report;
         return clicks.map(({ time, high }) => {
           const nearest = beats.reduce((best, beat) => (Math.abs(beat.time - time) < Math.abs(best.time - time) ? beat : best));
           return [Math.abs(nearest.time - time), high === (nearest.position === 1)];
         });",
    );
    for click in off.as_array().into_iter().flatten() {
        assert!(click[0].as_f64() < Some(0.06) && click[1] == true, "{off}");
    }

    // A bar is counted before the song goes on, without its sound.
    browser.script(
        "document.querySelector('#count-in').click(); document.querySelectorAll('.section-row')[1].click(); window.clicks = [];",
    );
    browser.press(" ");
    browser.wait_until("document.querySelector('#toggle').classList.contains('counting')");
    browser.wait_until("!document.querySelector('#toggle').classList.contains('counting')");
    let counted = browser.script("return clicks.filter(({ muted }) => muted).map(({ high }) => high)");
    assert_eq!(counted, json!([true, false, false, false]));
    assert_eq!(browser.script("return document.querySelector('audio').muted"), false);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn a_bar_of_rest_comes_before_each_repeat() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    browser.script("document.querySelector('#loop-pause').click()");
    browser.press("l");
    browser.script(
        "const audio = document.querySelector('audio');
         audio.currentTime = document.querySelector('sectionist-timeline').report.sections[0].end - 1;",
    );
    browser.press(" ");
    browser.wait_until("document.querySelector('#toggle').classList.contains('counting')");
    browser.wait_until("!document.querySelector('#toggle').classList.contains('counting')");
    let now = browser.script("const audio = document.querySelector('audio'); return [audio.currentTime < 1.5, audio.paused, audio.muted]");
    assert_eq!(now, json!([true, false, false]));
}

/// A tone of 440 Hz, 20 s at 16 kHz.
fn tone() -> PathBuf {
    let rate = 16_000u32;
    let samples =
        (0..20 * rate).map(|i| (9000.0 * (f64::from(i) * 440.0 / f64::from(rate) * TAU).sin()) as i16);
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let mut wav = Vec::with_capacity(44 + data.len());
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + data.len() as u32).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16u32.to_le_bytes());
    wav.extend_from_slice(&[1, 0, 1, 0]);
    wav.extend_from_slice(&rate.to_le_bytes());
    wav.extend_from_slice(&(2 * rate).to_le_bytes());
    wav.extend_from_slice(&[2, 0, 16, 0]);
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&(data.len() as u32).to_le_bytes());
    wav.extend_from_slice(&data);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tone.wav");
    fs::write(&path, wav).expect("a temporary file");
    path
}

#[test]
fn speed_and_pitch_change_each_alone() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    // Listens to whatever goes to the loudspeaker: how high its strongest tone is, in Hz.
    browser.before_every_page(
        "const { connect } = AudioNode.prototype;
         AudioNode.prototype.connect = function (to, ...more) {
           if (to === this.context.destination) {
             window.ear = new AnalyserNode(this.context, { fftSize: 32768, smoothingTimeConstant: 0 });
             connect.call(this, window.ear);
           }
           return connect.call(this, to, ...more);
         };
         window.heard = () => {
           const levels = new Float32Array(ear.frequencyBinCount);
           ear.getFloatFrequencyData(levels);
           const loudest = levels.indexOf(Math.max(...levels));
           return levels[loudest] > -60 ? (loudest * ear.context.sampleRate) / ear.fftSize : 0;
         };",
    );
    browser.open(&url);
    browser.choose("#file", &[&tone()]);
    browser
        .wait_until("document.body.dataset.phase === 'ready' && !document.querySelector('#toggle').disabled");
    browser.click("#practise-toggle");
    slide(&browser, "rate", 75);
    browser.wait_until("document.querySelector('audio').playbackRate === 0.75");
    browser.script("document.querySelector('#toggle').click()");
    browser.wait_until("Math.abs(heard() - 440) < 8");
    slide(&browser, "rate", 100);
    slide(&browser, "pitch", 12);
    browser.wait_until("document.querySelector('audio').playbackRate === 1");
    browser.wait_until("document.querySelector('#practise').textContent.includes('+12 semitones')");
    browser.wait_until("Math.abs(heard() - 880) < 16");
    slide(&browser, "rate", 130);
    slide(&browser, "pitch", -12);
    browser.wait_until("Math.abs(heard() - 220) < 6");
    browser.script("document.querySelector('#practise button').click()");
    browser.wait_until("document.querySelector('audio').playbackRate === 1 && document.querySelector('#pitch').value === '0'");
    browser.wait_until("Math.abs(heard() - 440) < 8");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
}

#[test]
fn the_chart_scrolls_along_where_that_is_wished() {
    if skipped() {
        return;
    }
    let (_server, _, browser) = with_song("harbour.mp3");
    // Played eight times as fast, and shown at once.
    let scrolled = "
        const audio = document.querySelector('audio');
        const bars = [...document.querySelectorAll('[data-bar]')];
        bars[0].scrollIntoView({ block: 'center', behavior: 'instant' });
        bars[0].click();
        const before = scrollY;
        document.querySelector('#toggle').click();
        audio.playbackRate = 8;
        return new Promise((resolve) => {
          const wait = setInterval(() => {
            if (audio.currentTime < 60) return;
            clearInterval(wait);
            document.querySelector('#toggle').click();
            const box = document.querySelector('.bar.sounding').getBoundingClientRect();
            resolve([scrollY !== before, box.top > 0 && box.bottom < innerHeight]);
          }, 20);
        });";
    assert_eq!(browser.script(scrolled), json!([true, true]));
    browser.click("[for=play-follow]");
    assert_eq!(browser.script(scrolled)[0], false);
}

#[test]
fn the_device_knows_what_plays() {
    if skipped() {
        return;
    }
    let (_server, url) = page();
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.before_every_page(
        "window.keys = {};
         window.locks = [];
         const { mediaSession } = navigator;
         const set = mediaSession.setActionHandler.bind(mediaSession);
         mediaSession.setActionHandler = (action, run) => { keys[action] = run; set(action, run); };
         const lock = () => Object.assign(new EventTarget(), { release: async () => void locks.push('off') });
         Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => { locks.push('on'); return lock(); } } });",
    );
    browser.open(&url);
    open_song(&browser, "harbour.mp3");
    browser.wait_until("!document.querySelector('#toggle').disabled");
    browser.script("keys.nexttrack({})");
    let second = browser
        .script("return Math.floor(document.querySelector('sectionist-timeline').report.sections[1].start)");
    assert_eq!(browser.script(POSITION), second);
    browser.script("keys.play({})");
    browser.wait_until("!document.querySelector('audio').paused && locks.join() === 'on'");
    let shown = browser
        .script("return [navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]");
    assert_eq!(shown, json!(["Harbour Lights", "playing"]));
    browser.script("keys.pause({})");
    browser.wait_until("document.querySelector('audio').paused && locks.join() === 'on,off'");
}
