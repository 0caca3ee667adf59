//! Headless Firefox by Marionette, the protocol that it speaks itself, as far as the page's tests need it:
//! no geckodriver, which Debian does not have.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};

use crate::ports::free_port;

/// Longest wait for anything the page does.
const PATIENCE: Duration = Duration::from_secs(120);

/// What WebDriver calls the reference of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Where Debian and others have it.
const PLACES: [&str; 3] = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/usr/lib/firefox-esr/firefox-esr"];

/// The program: FIREFOX, or where it usually is; none where it is not installed.
#[must_use]
pub fn program() -> Option<OsString> {
    env::var_os("FIREFOX")
        .or_else(|| PLACES.iter().find(|path| Path::new(path).exists()).map(|path| OsString::from(*path)))
}

/// A Firefox with an empty profile, closed when dropped.
pub struct Firefox {
    program: Child,
    profile: PathBuf,
    stream: BufReader<TcpStream>,
    sent: u64,
}

impl Firefox {
    /// Starts it.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(program: &OsString) -> Self {
        let port = free_port();
        let profile = env::temp_dir().join(format!("sectionist-firefox-{port}"));
        fs::create_dir_all(&profile).expect("a folder for the profile");
        // It talks to nobody, and plays without a gesture.
        let settings = [
            ("marionette.port", port.to_string()),
            ("media.autoplay.default", "0".to_owned()),
            ("browser.shell.checkDefaultBrowser", "false".to_owned()),
            ("browser.safebrowsing.downloads.enabled", "false".to_owned()),
            ("browser.safebrowsing.malware.enabled", "false".to_owned()),
            ("browser.safebrowsing.phishing.enabled", "false".to_owned()),
            ("app.update.disabledForTesting", "true".to_owned()),
            ("app.normandy.enabled", "false".to_owned()),
            ("datareporting.policy.dataSubmissionEnabled", "false".to_owned()),
            ("datareporting.healthreport.uploadEnabled", "false".to_owned()),
            ("extensions.update.enabled", "false".to_owned()),
            ("network.captive-portal-service.enabled", "false".to_owned()),
            ("network.connectivity-service.enabled", "false".to_owned()),
            ("services.settings.server", "\"data:,\"".to_owned()),
            ("browser.tabs.remote.autostart", "true".to_owned()),
        ];
        let text: String =
            settings.iter().map(|(name, value)| format!("user_pref(\"{name}\", {value});\n")).collect();
        fs::write(profile.join("user.js"), text).expect("a profile");
        let mut child = Command::new(program)
            .args(["--headless", "--marionette", "--no-remote", "--profile"])
            .arg(&profile)
            .arg("about:blank")
            .env("HOME", &profile)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Firefox does not start: {error}"));
        let begun = Instant::now();
        let stream = loop {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                break stream;
            }
            let ended = child.try_wait().ok().flatten();
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "Firefox does not answer ({ended:?})");
            sleep(Duration::from_millis(100));
        };
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut firefox = Self { program: child, profile, stream: BufReader::new(stream), sent: 0 };
        let hello = firefox.receive();
        assert_eq!(hello["marionetteProtocol"], 3, "{hello}");
        firefox.command("WebDriver:NewSession", &json!({}));
        firefox.command("WebDriver:SetTimeouts", &json!({ "script": 60_000, "pageLoad": 60_000 }));
        firefox
    }

    /// Opens an address.
    pub fn open(&mut self, url: &str) {
        self.command("WebDriver:Navigate", &json!({ "url": url }));
    }

    /// Sets the size of the window.
    pub fn size(&mut self, width: u32, height: u32) {
        self.command("WebDriver:SetWindowRect", &json!({ "width": width, "height": height }));
    }

    /// Runs JavaScript (a function body) in the page; promises are awaited.
    pub fn script(&mut self, body: &str) -> Value {
        let answer = self.command(
            "WebDriver:ExecuteScript",
            &json!({ "script": body, "args": [], "newSandbox": false, "sandbox": null }),
        );
        answer["value"].clone()
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn wait_until(&mut self, expression: &str) {
        let begun = Instant::now();
        while self.script(&format!("return Boolean({expression})")) != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "still not so: {expression}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Gives the file input `selector` a file.
    ///
    /// # Panics
    /// When there is no such element.
    pub fn choose(&mut self, selector: &str, file: &Path) {
        let id = self.find(selector);
        self.command("WebDriver:ElementSendKeys", &json!({ "id": id, "text": file.to_string_lossy() }));
    }

    /// Clicks an element with the mouse.
    pub fn click(&mut self, selector: &str) {
        let id = self.find(selector);
        self.command("WebDriver:ElementClick", &json!({ "id": id }));
    }

    /// Presses and releases a key, with Control held if that is wished.
    pub fn press(&mut self, key: &str, control: bool) {
        let stroke = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        let mut strokes = vec![stroke("keyDown", key), stroke("keyUp", key)];
        if control {
            strokes.insert(0, stroke("keyDown", "\u{e009}"));
            strokes.push(stroke("keyUp", "\u{e009}"));
        }
        self.command(
            "WebDriver:PerformActions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }

    /// Keeps a picture of the window.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn screenshot(&mut self, to: &Path) {
        let answer = self.command("WebDriver:TakeScreenshot", &json!({ "full": false }));
        let png = base64::engine::general_purpose::STANDARD
            .decode(answer["value"].as_str().expect("a picture as text"))
            .expect("base64");
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder for pictures");
        fs::write(to, png).expect("a picture");
    }

    fn find(&mut self, selector: &str) -> String {
        let found =
            self.command("WebDriver:FindElement", &json!({ "using": "css selector", "value": selector }));
        found["value"][ELEMENT].as_str().unwrap_or_else(|| panic!("no element {selector}")).to_owned()
    }

    /// A command that must succeed. Messages are `[0, id, name, parameters]` and `[1, id, error, result]`.
    fn command(&mut self, name: &str, parameters: &Value) -> Value {
        self.sent += 1;
        let message = json!([0, self.sent, name, parameters]).to_string();
        let stream = self.stream.get_mut();
        write!(stream, "{}:{message}", message.len()).expect("Firefox listens");
        let answer = self.receive();
        assert_eq!(answer[1], self.sent, "answers come in order");
        assert!(answer[2].is_null(), "{name}: {}", answer[2]["message"]);
        answer[3].clone()
    }

    /// A message: its length in bytes, a colon, JSON.
    fn receive(&mut self) -> Value {
        let mut length = Vec::new();
        self.stream.read_until(b':', &mut length).expect("Firefox answers");
        let length: usize =
            String::from_utf8_lossy(&length).trim_end_matches(':').parse().expect("the length of a message");
        let mut message = vec![0; length];
        self.stream.read_exact(&mut message).expect("a whole message");
        serde_json::from_slice(&message).expect("JSON")
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        // Whether that worked matters to no test.
        drop(self.program.kill());
        drop(self.program.wait());
        drop(fs::remove_dir_all(&self.profile));
    }
}
