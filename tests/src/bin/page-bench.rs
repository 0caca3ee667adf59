//! `cargo xtask page-bench`: what the page weighs, how soon it answers, and how evenly it moves with ten minutes of music,
//! in headless Chromium. Prints Markdown. With files, only the seconds from the choice of each to its painted structure, the
//! least of three, on a page that has analysed before.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use sectionist_tests::chromedriver::Browser;
use sectionist_tests::page::fixture;
use sectionist_tests::page_server::PageServer;
use sectionist_tests::root;
use serde_json::{Value, json};

/// Ten minutes and a half.
const REPEATS: usize = 7;

fn main() {
    let web_root = root().join("web-demo");
    let songs: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if !songs.is_empty() {
        return time_songs(&web_root, &songs);
    }
    load(&web_root);
    let ten_minutes = long_song();
    results(&web_root, &ten_minutes);
    frames(&web_root, &ten_minutes);
}

/// `harbour.mp3` over and over, without its tag and the frame that tells its length.
fn long_song() -> PathBuf {
    let bytes = fs::read(fixture("harbour.mp3")).expect("the fixture");
    let skip = if bytes.starts_with(b"ID3") {
        10 + bytes[6..10].iter().fold(0, |size, byte| size << 7 | usize::from(*byte))
    } else {
        0
    };
    let is_frame =
        |at: usize| bytes.get(at) == Some(&0xff) && bytes.get(at + 1).is_some_and(|b| b & 0xe0 == 0xe0);
    let first = (skip..).find(|at| is_frame(*at)).expect("frames");
    let second =
        (first + 96..).find(|at| is_frame(*at) && bytes[*at + 1] == bytes[first + 1]).expect("frames");
    let path = std::env::temp_dir().join("sectionist-ten-minutes.mp3");
    fs::write(&path, bytes[second..].repeat(REPEATS)).expect("a temporary file");
    path
}

/// What is fetched until a song can be dropped, and what comes later in the background.
fn load(web_root: &Path) {
    let server = PageServer::start(web_root).expect("a local server");
    let browser = Browser::start();
    browser.before_every_page("delete Navigator.prototype.serviceWorker");
    browser.open(&server.url());
    browser.wait_until("document.querySelector('.drop-art rect')");
    sleep(Duration::from_secs(3));
    let files: BTreeSet<String> = server
        .asked()
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .map(
            |path| {
                if path == "/" { "index.html".to_owned() } else { path.trim_start_matches('/').to_owned() }
            },
        )
        .filter(|path| web_root.join(path).is_file())
        .collect();
    let first: Vec<&String> = files.iter().collect();
    let later: Vec<String> =
        ["pkg/sectionist_desk_bg.wasm", "pkg/sectionist_desk.js", "pkg/stretch.js", "pkg/sample.mp3"]
            .map(str::to_owned)
            .into_iter()
            .filter(|path| web_root.join(path).is_file())
            .collect();
    println!("| first load | files | bytes | gzip | brotli |\n| --- | --- | --- | --- | --- |");
    let kind = |wanted: &dyn Fn(&str) -> bool| -> Vec<&String> {
        first.iter().copied().filter(|path| wanted(path)).collect()
    };
    row(web_root, "analysis (WebAssembly)", &kind(&|path| path.ends_with(".wasm")));
    row(web_root, "scripts", &kind(&|path| path.ends_with(".js")));
    row(web_root, "page, styles, icon", &kind(&|path| !path.ends_with(".wasm") && !path.ends_with(".js")));
    row(web_root, "**together**", &first);
    row(
        web_root,
        "later, in the background: corrections, exports, stretcher, sample song",
        &later.iter().collect::<Vec<_>>(),
    );
    println!();
}

fn row(web_root: &Path, what: &str, files: &[&String]) {
    let sizes = compressed(web_root, files);
    let kb = |bytes: u64| format!("{} kB", bytes.div_ceil(1000));
    let (plain, gzip, brotli) = sizes.iter().fold((0, 0, 0), |(a, b, c), s| (a + s[0], b + s[1], c + s[2]));
    println!("| {what} | {} | {} | {} | {} |", files.len(), kb(plain), kb(gzip), kb(brotli));
}

/// Bytes, gzip and brotli at their best, of each file, by node's own compressors.
fn compressed(web_root: &Path, files: &[&String]) -> Vec<[u64; 3]> {
    let script = "const z = require('zlib'), fs = require('fs');
        for (const file of JSON.parse(fs.readFileSync(0, 'utf8'))) {
          const bytes = fs.readFileSync(file);
          const packs = /\\.(png|mp3)$/.test(file) ? [bytes, bytes] : [z.gzipSync(bytes, { level: 9 }), z.brotliCompressSync(bytes)];
          console.log(bytes.length, packs[0].length, packs[1].length);
        }";
    let mut node = Command::new("node")
        .args(["-e", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node, which the page's checks need too");
    let paths: Vec<PathBuf> = files.iter().map(|file| web_root.join(file)).collect();
    write!(node.stdin.take().expect("a pipe"), "{}", json!(paths)).expect("node listens");
    let output = node.wait_with_output().expect("node answers");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| {
            let mut numbers = line.split(' ').map(|number| number.parse().expect("a number"));
            std::array::from_fn(|_| numbers.next().expect("three numbers"))
        })
        .collect()
}

/// From a new browser to the first result.
fn results(web_root: &Path, ten_minutes: &Path) {
    println!("| until the result is painted | first song | once more |\n| --- | --- | --- |");
    for (name, path) in
        [("1:30 (0.7 MB of MP3)", fixture("harbour.mp3")), ("10:29 (5 MB of MP3)", ten_minutes.to_owned())]
    {
        let server = PageServer::start(web_root).expect("a local server");
        let browser = Browser::start();
        browser.look(1280, 900, "light");
        browser.open(&server.url());
        browser.wait_until("document.querySelector('.drop-art rect')");
        let first = opened(&browser, &path);
        browser.script("document.querySelector('.brand').click()");
        sleep(Duration::from_secs(1));
        let again = opened(&browser, &path);
        println!("| {name} | {first:.2} s | {again:.2} s |");
    }
    let server = PageServer::start(web_root).expect("a local server");
    let browser = Browser::start();
    browser.open(&server.url());
    browser.wait_until("document.querySelector('.drop-art rect')");
    let start = browser.script(
        "const [entry] = performance.getEntriesByType('paint').filter(({ name }) => name === 'first-contentful-paint');
         return entry?.startTime ?? 0;",
    );
    println!(
        "\nFirst paint of the page from a local server: {:.0} ms.\n",
        start.as_f64().unwrap_or_default()
    );
}

fn time_songs(web_root: &Path, songs: &[PathBuf]) {
    let server = PageServer::start(web_root).expect("a local server");
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(&server.url());
    browser.wait_until("document.querySelector('.drop-art rect')");
    let again = |song: &Path| {
        let took = opened(&browser, song);
        browser.script("document.querySelector('.brand').click()");
        sleep(Duration::from_secs(1));
        took
    };
    again(&fixture("postcard.mp3"));
    for song in songs {
        println!("{:.3}", (0..3).map(|_| again(song)).fold(f64::INFINITY, f64::min));
    }
}

/// Seconds from the choice of a file to its painted structure.
fn opened(browser: &Browser, song: &Path) -> f64 {
    browser.script(
        "window.took = 0;
         document.querySelector('#file').addEventListener('change', () => {
           const begun = performance.now();
           const look = () => {
             if (document.body.dataset.phase === 'ready' && document.querySelector('sectionist-timeline').painted) {
               requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - begun; }));
             } else requestAnimationFrame(look);
           };
           // Another song may still be open.
           setTimeout(look, 30);
         }, { once: true });",
    );
    browser.choose("#file", &[song]);
    browser.wait_until("window.took > 0");
    browser.script("return window.took").as_f64().expect("a time") / 1000.0
}

/// How evenly the page moves: the time from frame to frame, and how long the page works for one.
fn frames(web_root: &Path, ten_minutes: &Path) {
    let server = PageServer::start(web_root).expect("a local server");
    let browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(&server.url());
    browser.wait_until("document.querySelector('.drop-art rect')");
    browser.choose("#file", &[ten_minutes]);
    browser.wait_until("document.body.dataset.phase === 'ready'");
    browser.wait_until("!document.querySelector('#toggle').disabled");
    let notes = browser.script(
        "const { report } = document.querySelector('sectionist-timeline');
         return [report.duration, report.sections.length, report.chords.length, report.beats.length];",
    );
    println!(
        "Ten minutes of music ({:.0} s: {} sections, {} chords, {} beats), 1280 × 900, ten seconds each, painted without a graphics card:\n",
        notes[0].as_f64().unwrap_or_default(),
        notes[1],
        notes[2],
        notes[3],
    );
    println!(
        "| | frames a second | from frame to frame: median | 95 of 100 | longest | work a frame: median | 95 of 100 |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    browser.script("document.querySelector('#toggle').click()");
    let states = [
        ("playing, whole song", "", ""),
        (
            "playing, magnified eight times",
            "for (let i = 0; i < 5; i += 1) document.querySelector('sectionist-timeline').magnify(1.52);",
            "",
        ),
        (
            "playing and magnifying, every frame",
            "document.querySelector('sectionist-timeline').set({ view: null });",
            "document.querySelector('sectionist-timeline').magnify(n % 120 < 60 ? 1.05 : 1 / 1.05, 300);",
        ),
        (
            "playing, music stand",
            "document.querySelector('#magnify [aria-label=\"Show the whole song\"]').click(); document.querySelector('#stand-open').click();",
            "",
        ),
        (
            "standing still",
            "document.querySelector('#stand').close(); document.querySelector('#toggle').click();",
            "",
        ),
    ];
    for (what, before, every) in states {
        browser.script(before);
        sleep(Duration::from_millis(500));
        let measured = browser.script(&format!(
            "return new Promise((resolve) => {{
               const [gaps, work] = [[], []];
               const channel = new MessageChannel();
               let begun = 0, last = 0, n = 0;
               const end = performance.now() + 10_000;
               channel.port1.onmessage = () => work.push(performance.now() - begun);
               const frame = (now) => {{
                 begun = performance.now();
                 if (last) gaps.push(now - last);
                 last = now;
                 n += 1;
                 {every}
                 channel.port2.postMessage(null);
                 if (begun < end) requestAnimationFrame(frame);
                 else resolve([gaps, work]);
               }};
               requestAnimationFrame(frame);
             }});"
        ));
        let sorted = |list: &Value| -> Vec<f64> {
            let mut numbers: Vec<f64> =
                list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            numbers.sort_by(f64::total_cmp);
            numbers
        };
        let (gaps, work) = (sorted(&measured[0]), sorted(&measured[1]));
        let at = |list: &[f64], share: f64| list[((list.len() - 1) as f64 * share) as usize];
        let total: f64 = gaps.iter().sum();
        println!(
            "| {what} | {:.1} | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms |",
            1000.0 * gaps.len() as f64 / total,
            at(&gaps, 0.5),
            at(&gaps, 0.95),
            at(&gaps, 1.0),
            at(&work, 0.5),
            at(&work, 0.95),
        );
    }
}
