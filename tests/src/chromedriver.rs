//! Headless Chromium by the W3C WebDriver protocol, as far as the page's tests need it.

use std::env;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};

use crate::ports::free_port;

/// What to do when there is no browser.
const MISSING: &str = "the page is tested in Chromium through chromedriver; \
    install both (Debian: `apt-get install chromium chromium-driver`), \
    or set SECTIONIST_SKIP_BROWSER=1 to go without";

/// Switches for a Chromium that runs as root, without a screen, and talks to nobody.
const SWITCHES: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required",
];

/// Longest wait for anything the page does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether the tests in a browser are to be left out, which only an explicit word does.
#[must_use]
pub fn skipped() -> bool {
    env::var_os("SECTIONIST_SKIP_BROWSER").is_some_and(|value| value == "1")
}

/// A browser window of its own, closed when dropped.
pub struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
}

impl Browser {
    /// Starts chromedriver and Chromium with an empty profile.
    ///
    /// # Panics
    /// With words on what to install when either is missing.
    #[must_use]
    pub fn start() -> Self {
        let port = free_port();
        let driver = Command::new(named("CHROMEDRIVER", "chromedriver"))
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start ({error}): {MISSING}"));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        let mut browser = Self { driver, session: format!("http://127.0.0.1:{port}/session"), agent };

        let patience = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(patience.elapsed() < Duration::from_secs(20), "chromedriver does not answer: {MISSING}");
            sleep(Duration::from_millis(50));
        }
        let mut options = json!({ "args": SWITCHES });
        if let Some(binary) = env::var_os("CHROMIUM").or_else(find_chromium) {
            options["binary"] = json!(binary.to_string_lossy());
        }
        let answer = browser.post(
            "",
            &json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": { "browser": "ALL" },
            } } }),
        );
        let id = answer["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("Chromium does not start ({}): {MISSING}", answer["message"]));
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.command("/url", &json!({ "url": url }));
    }

    /// Opens an empty tab and goes there; returns both handles: that of the tab that was left, and of the new one.
    ///
    /// # Panics
    /// When none can be opened.
    #[must_use]
    pub fn new_tab(&self) -> (String, String) {
        let left = self.get("/window").as_str().expect("a handle").to_owned();
        let made = self.command("/window/new", &json!({ "type": "tab" }));
        let made = made["handle"].as_str().expect("a handle").to_owned();
        self.go_to_tab(&made);
        (left, made)
    }

    /// Goes to a tab.
    pub fn go_to_tab(&self, handle: &str) {
        self.command("/window", &json!({ "handle": handle }));
    }

    /// Runs JavaScript in every page before its own.
    pub fn before_every_page(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }));
    }

    /// Sets the size of the page in CSS pixels, and light or dark.
    pub fn look(&self, width: u32, height: u32, scheme: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        );
    }

    /// Gives the file input `selector` these files.
    ///
    /// # Panics
    /// When there is no such element.
    pub fn choose(&self, selector: &str, files: &[&Path]) {
        let found = self.command("/element", &json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|o| o.values().next()).and_then(Value::as_str);
        let id = id.unwrap_or_else(|| panic!("no element {selector}"));
        let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        self.command(&format!("/element/{id}/value"), &json!({ "text": names.join("\n") }));
    }

    /// Presses and releases a key, named as in `KeyboardEvent.key` or as a character, with others held
    /// before it: `Control+z`.
    pub fn press(&self, keys: &str) {
        let named = |key: &'_ str| -> String {
            match key {
                "Escape" => "\u{e00c}",
                "Enter" => "\u{e007}",
                "Tab" => "\u{e004}",
                "PageUp" => "\u{e00e}",
                "PageDown" => "\u{e00f}",
                "End" => "\u{e010}",
                "Home" => "\u{e011}",
                "ArrowLeft" => "\u{e012}",
                "ArrowRight" => "\u{e014}",
                "Control" => "\u{e009}",
                "Shift" => "\u{e008}",
                other => other,
            }
            .to_owned()
        };
        let codes: Vec<String> =
            if keys == "+" { vec![named(keys)] } else { keys.split('+').map(named).collect() };
        let down = codes.iter().map(|code| json!({ "type": "keyDown", "value": code }));
        let up = codes.iter().rev().map(|code| json!({ "type": "keyUp", "value": code }));
        let strokes: Vec<Value> = down.chain(up).collect();
        self.command(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }

    /// Clicks an element with the mouse.
    ///
    /// # Panics
    /// When there is no such element or something lies over it.
    pub fn click(&self, selector: &str) {
        self.script(&format!(
            "document.querySelector({}).scrollIntoView({{ block: 'center', behavior: 'instant' }})",
            json!(selector)
        ));
        let found = self.command("/element", &json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|o| o.values().next()).and_then(Value::as_str);
        let id = id.unwrap_or_else(|| panic!("no element {selector}"));
        self.command(&format!("/element/{id}/click"), &json!({}));
    }

    /// Presses the mouse at one point of the window, and lets go at another; `held` as the DevTools protocol counts
    /// keys: 1 Alt, 8 Shift.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64), held: u32) {
        let mouse = |kind: &str, (x, y): (f64, f64), buttons: u32| {
            self.devtools(
                "Input.dispatchMouseEvent",
                &json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1, "modifiers": held }),
            );
        };
        mouse("mousePressed", from, 1);
        for step in 1..=8 {
            let share = f64::from(step) / 8.0;
            mouse("mouseMoved", (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)), 1);
        }
        mouse("mouseReleased", to, 0);
    }

    /// Clicks twice at a point of the window.
    pub fn double_click(&self, (x, y): (f64, f64)) {
        for (kind, count) in
            [("mousePressed", 1), ("mouseReleased", 1), ("mousePressed", 2), ("mouseReleased", 2)]
        {
            self.devtools(
                "Input.dispatchMouseEvent",
                &json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": count }),
            );
        }
    }

    /// Moves a finger from one point of the window to another.
    pub fn swipe(&self, from: (f64, f64), to: (f64, f64)) {
        let touch = |kind: &str, points: Value| {
            self.devtools("Input.dispatchTouchEvent", &json!({ "type": kind, "touchPoints": points }));
        };
        touch("touchStart", json!([{ "x": from.0, "y": from.1 }]));
        for step in 1..=8 {
            let share = f64::from(step) / 8.0;
            let (x, y) = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            touch("touchMove", json!([{ "x": x, "y": y }]));
            sleep(Duration::from_millis(20));
        }
        touch("touchEnd", json!([]));
    }

    /// Two fingers on a level that go apart from one distance to another.
    pub fn pinch(&self, middle: (f64, f64), from: f64, to: f64) {
        let touch = |kind: &str, apart: f64| {
            let point = |id: u32, x: f64| json!({ "id": id, "x": x, "y": middle.1 });
            let points = json!([point(0, middle.0 - apart / 2.0), point(1, middle.0 + apart / 2.0)]);
            self.devtools("Input.dispatchTouchEvent", &json!({ "type": kind, "touchPoints": points }));
        };
        touch("touchStart", from);
        for step in 1..=8 {
            touch("touchMove", from + f64::from(step) / 8.0 * (to - from));
            sleep(Duration::from_millis(20));
        }
        self.devtools("Input.dispatchTouchEvent", &json!({ "type": "touchEnd", "touchPoints": [] }));
    }

    /// The page as it would be printed on paper of this size in points of 1/72 inch, as PDF.
    ///
    /// # Panics
    /// When it cannot be printed.
    #[must_use]
    pub fn print(&self, width: f64, height: f64) -> Vec<u8> {
        // points ÷ 72 points/inch · 2.54 cm/inch = cm
        let page = json!({ "width": width / 72.0 * 2.54, "height": height / 72.0 * 2.54 });
        let answer =
            self.command("/print", &json!({ "background": true, "page": page, "shrinkToFit": false }));
        base64::engine::general_purpose::STANDARD
            .decode(answer.as_str().expect("a document"))
            .expect("base64")
    }

    /// Runs JavaScript (a function body) in the page; promises are awaited.
    ///
    /// # Panics
    /// When it throws.
    pub fn script(&self, body: &str) -> Value {
        self.command("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn wait_until(&self, expression: &str) {
        let begun = Instant::now();
        while self.script(&format!("return Boolean({expression})")) != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "still not so: {expression}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Keeps a picture of the window.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn screenshot(&self, to: &Path) {
        let answer = self.get("/screenshot");
        let png = base64::engine::general_purpose::STANDARD
            .decode(answer.as_str().expect("a picture as text"))
            .expect("base64");
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder for pictures");
        std::fs::write(to, png).expect("a picture");
    }

    /// What went wrong by the browser's own account since the last call: errors on the console and of
    /// loading.
    #[must_use]
    pub fn console_errors(&self) -> Vec<String> {
        let entries = self.command("/se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    fn devtools(&self, method: &str, params: &Value) {
        self.command("/goog/cdp/execute", &json!({ "cmd": method, "params": params }));
    }

    /// A command of this session that must succeed.
    fn command(&self, path: &str, body: &Value) -> Value {
        checked(path, self.post(path, body))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut answer = self.agent.post(url).send_json(body).expect("chromedriver answers");
        answer.body_mut().with_config().limit(64 << 20).read_json::<Value>().expect("JSON")["value"].take()
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.session);
        let mut answer = self.agent.get(url).call().expect("chromedriver answers");
        let value =
            answer.body_mut().with_config().limit(64 << 20).read_json::<Value>().expect("JSON")["value"]
                .take();
        checked(path, value)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes Chromium; whether that worked matters to no test.
        drop(self.agent.delete(&self.session).call());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

fn checked(path: &str, value: Value) -> Value {
    assert!(value["error"].is_null() || value["stacktrace"].is_null(), "{path}: {}", value["message"]);
    value
}

fn named(variable: &str, otherwise: &str) -> PathBuf {
    env::var_os(variable).map_or_else(|| PathBuf::from(otherwise), PathBuf::from)
}

/// Debian's Chromium, which chromedriver would not look for by itself.
fn find_chromium() -> Option<std::ffi::OsString> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .map(Into::into)
}
