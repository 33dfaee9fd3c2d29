//! A browser without a window, driven through a pipe (Chrome DevTools Protocol).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::tool;

/// Texts whose contrast with what is behind them is too small (WCAG 2.2, "Contrast (Minimum)").
pub const FAINT: &str = r"(() => {
    // Colors come in many notations: a pixel has one.
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const known = new Map();
    const channels = (color) => {
        if (!known.has(color)) {
            context.clearRect(0, 0, 1, 1);
            context.fillStyle = color;
            context.fillRect(0, 0, 1, 1);
            known.set(color, [...context.getImageData(0, 0, 1, 1).data]);
        }
        return known.get(color);
    };
    const luminance = (color) => {
        const linear = channels(color).slice(0, 3).map((it) => it / 255)
            .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const behind = (element) => {
        for (let it = element; it; it = it.parentElement) {
            const color = getComputedStyle(it).backgroundColor;
            if (channels(color)[3]) return color;
        }
        return 'white';
    };
    const seen = new Map();
    for (const element of document.querySelectorAll('body *')) {
        const shows = [...element.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
        if (!shows || !element.offsetParent) continue;
        const pair = `${getComputedStyle(element).color} on ${behind(element)}`;
        if (seen.has(pair)) continue;
        const [a, b] = pair.split(' on ').map(luminance);
        seen.set(pair, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    }
    return { pairs: seen.size, faint: [...seen].filter(([, ratio]) => ratio < 4.5) };
})()";

/// One tab of a browser of its own. It ends with the test.
pub struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    calls: u64,
    session: Option<String>,
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it.
    pub fn new() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut process = Command::new("sh")
            // The browser reads from file 3 and writes to file 4.
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh"])
            .arg(tool("EXT_TEST_CHROMIUM"))
            .args(["--headless=new", "--remote-debugging-pipe", "--no-first-run"])
            // Root has no sandbox, and a container little shared memory.
            .args(["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let to = process.stdin.take().expect("a pipe");
        let from = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut browser = Self {
            process,
            to,
            from,
            calls: 0,
            session: None,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol, and gives its result.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut message = self.message();
            if message["id"] == id {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    fn message(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("the browser writes");
        assert!(bytes.pop().is_some(), "the browser ended");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Opens a page of the disk, with something behind its `#`, and waits until it is there.
    pub fn open(&mut self, page: &Path, fragment: &str) {
        // Another fragment alone would not load the page anew.
        self.navigate("about:blank");
        self.events.clear();
        let path = page.to_str().expect("UTF-8").replace(' ', "%20");
        self.navigate(&format!("file://{path}#{fragment}"));
    }

    /// Opens a page of a server, and waits until it is there.
    pub fn visit(&mut self, address: &str) {
        self.navigate("about:blank");
        self.events.clear();
        self.navigate(address);
    }

    /// Does what leads to another page, and waits until that is there.
    #[track_caller]
    pub fn follow(&mut self, expression: &str) {
        self.events.clear();
        self.evaluate(expression);
        self.loaded();
    }

    /// A picture of the page, in a file (PNG).
    pub fn picture(&mut self, file: &Path) {
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let picture = picture["data"].as_str().expect("a picture");
        let bytes = STANDARD.decode(picture).expect("base64");
        std::fs::write(file, bytes).expect("the file can be written");
    }

    fn navigate(&mut self, address: &str) {
        self.events.retain(|it| it["method"] != "Page.loadEventFired");
        self.call("Page.navigate", json!({ "url": address }));
        self.loaded();
    }

    fn loaded(&mut self) {
        while !self.events.iter().any(|it| it["method"] == "Page.loadEventFired") {
            let message = self.message();
            self.events.push(message);
        }
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut result = self.call("Runtime.evaluate", params);
        assert_eq!(result["exceptionDetails"], Value::Null, "{expression}");
        result["result"]["value"].take()
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let text = if key.len() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            self.call("Input.dispatchKeyEvent", json!({ "type": kind, "key": key, "text": text }));
        }
    }

    /// Types a text where the cursor is.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// The size of the screen, and whether the system is dark.
    pub fn screen(&mut self, width: u32, height: u32, dark: bool) {
        let mobile = width < 600;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// What happened since the page was opened that should not: errors, messages, dialogs.
    pub fn complaints(&self) -> Vec<&Value> {
        let bad = [
            "Log.entryAdded",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Page.javascriptDialogOpening",
        ];
        self.events.iter().filter(|it| bad.iter().any(|bad| it["method"] == *bad)).collect()
    }

    /// What was loaded since the page was opened, itself included.
    pub fn requests(&self) -> Vec<&str> {
        let requests = self.events.iter().filter(|it| it["method"] == "Network.requestWillBeSent");
        requests.filter_map(|it| it["params"]["request"]["url"].as_str()).collect()
    }
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
