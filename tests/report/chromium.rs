//! A browser under test: headless Chromium, driven by its DevTools protocol through a pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A browser that answers nothing for so long is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program to run, if there is one: that of `AEVB_CHROMIUM`, or Chromium or Chrome by its usual names.
pub fn find() -> Option<PathBuf> {
    let named = std::env::var_os("AEVB_CHROMIUM").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["chromium", "chromium-browser", "google-chrome"];
    let found = usual
        .iter()
        .flat_map(|name| std::env::split_paths(&folders).map(move |folder| folder.join(name)))
        .find(|path| path.is_file());
    named.or(found)
}

/// A browser with one page.
pub struct Chromium {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    calls: u64,
    session: Option<String>,
    /// Width and height.
    window: [u32; 2],
    /// What the page complained of: exceptions, and errors and warnings on the console.
    pub complaints: Vec<String>,
    /// Holds the browser's profile.
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts the browser and opens a file in a window of this size.
    pub fn open(file: &Path, window: [u32; 2], dark: bool) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let program = find().expect("a browser");
        // The protocol is spoken on the descriptors 3 and 4, which a shell makes of its standard ones.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null", "sh"])
            .arg(program)
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args(["--disable-quic", "--disable-background-networking", "--disable-component-update"])
            .args(["--disable-sync", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let to = process.stdin.take().expect("piped");
        let mut answers = BufReader::new(process.stdout.take().expect("piped"));
        let (sender, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let value = serde_json::from_slice(&message).expect("the protocol is JSON");
                if sender.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let complaints = Vec::new();
        let mut browser =
            Self { process, to, from, calls: 0, session: None, window, complaints, _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            browser.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.show(window, dark);
        let file = file.canonicalize().expect("the page is there");
        browser.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        browser.wait_until("document.readyState === 'complete' && location.protocol === 'file:'");
        browser
    }

    /// Gives the window another size and the page another theme.
    pub fn show(&mut self, window: [u32; 2], dark: bool) {
        self.window = window;
        self.resize(window);
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", media);
    }

    /// Shows the page as one sees it who lacks a kind of cones, such as `protanopia`.
    pub fn see_as(&mut self, deficiency: &str) {
        self.call("Emulation.setEmulatedVisionDeficiency", json!({"type": deficiency}));
    }

    /// What a JavaScript expression comes to; a promise is awaited.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let arguments = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", arguments);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression holds.
    pub fn wait_until(&mut self, condition: &str) {
        let begun = Instant::now();
        while self.evaluate(condition) != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "never: {condition}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The edges of an element in the window after it was scrolled there: left, top, width and height.
    pub fn place_of(&mut self, selector: &str) -> [f64; 4] {
        let place = self.evaluate(&format!(
            "(() => {{ const node = document.querySelector({selector:?}); node.scrollIntoView({{ block: 'center' }}); \
             const {{ x, y, width, height }} = node.getBoundingClientRect(); return [x, y, width, height]; }})()"
        ));
        serde_json::from_value(place).expect("four numbers")
    }

    /// `mousePressed`, `mouseMoved` or `mouseReleased` at a place in the window.
    pub fn mouse(&mut self, kind: &str, [x, y]: [f64; 2], held: bool) {
        let button = if held || kind != "mouseMoved" { "left" } else { "none" };
        let buttons = u32::from(held);
        let event =
            json!({"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1});
        self.call("Input.dispatchMouseEvent", event);
    }

    /// Presses and lets go of a key that writes nothing, such as `Enter`.
    pub fn key(&mut self, key: &str, code: u32) {
        for kind in ["rawKeyDown", "char", "keyUp"] {
            let text = if key == "Enter" { "\r" } else { "" };
            if kind == "char" && text.is_empty() {
                continue;
            }
            let event =
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Writes into the element that has the focus.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// The whole page, drawn in a window as tall as it is, as a PNG in base64.
    pub fn screenshot(&mut self) -> String {
        let [width, height] = self.window;
        let whole = self.evaluate("document.documentElement.scrollHeight").as_u64().expect("a height");
        self.resize([width, u32::try_from(whole).expect("a page of bearable length")]);
        self.evaluate("new Promise((done) => setTimeout(done, 500))");
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"}));
        self.resize([width, height]);
        answer["data"].as_str().expect("a picture").to_owned()
    }

    fn resize(&mut self, [width, height]: [u32; 2]) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", screen);
    }

    /// Calls a method of the protocol and waits for its answer.
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let text = message.to_string() + "\0";
        self.to.write_all(text.as_bytes()).expect("the browser listens");
        loop {
            let message = match self.from.recv_timeout(PATIENCE) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("{method}: no answer in {PATIENCE:?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("{method}: the browser has ended"),
            };
            if message["id"] == json!(id) {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.hear(&message);
        }
    }

    fn hear(&mut self, message: &Value) {
        let parameters = &message["params"];
        let is_complaint = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => {
                matches!(parameters["type"].as_str(), Some("error" | "warning" | "assert"))
            }
            Some("Log.entryAdded") => {
                matches!(parameters["entry"]["level"].as_str(), Some("error" | "warning"))
            }
            _ => false,
        };
        if is_complaint {
            self.complaints.push(parameters.to_string());
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
