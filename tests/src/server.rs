//! A server, as operators start it, and requests to it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::{Scratch, publish_example};

/// What the kitchen sink must be granted.
pub const SINK_ASKS_FOR: &str = "http:*.example.com";

/// A running `cargo ext serve`; it is killed when dropped, and when the test's process ends.
pub struct Server {
    process: Child,
    /// Kills it when this process is gone, and with it the other end of its standard input.
    #[cfg(unix)]
    guard: Child,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    agent: ureq::Agent,
    said: Arc<Mutex<String>>,
    /// Reads that.
    reader: Option<JoinHandle<()>>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: ureq::http::HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// The result, which must be there.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status == 200 || self.status == 201, "{self:?}");
        self.json()
    }

    /// The problem, which must have this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], status);
        problem
    }
}

impl Server {
    /// Starts one on a free port, with its folder in the scratch folder.
    pub fn start(scratch: &Scratch, options: &[&str]) -> Self {
        Self::start_in(scratch, &scratch.path().join("server"), options)
    }

    /// Starts one that has an extension of this repository, deployed with these settings.
    pub fn of_example(scratch: &Scratch, name: &str, settings: &Value) -> Self {
        publish_example(scratch, name);
        let server = Self::start(scratch, &[]);
        server.deploy_with(&format!("example:{name}"), settings);
        server
    }

    /// Starts one with this folder.
    pub fn start_in(scratch: &Scratch, data: &Path, options: &[&str]) -> Self {
        Self::start_with(scratch, data, options, &[])
    }

    /// Starts one with this folder, and variables of its environment.
    pub fn start_with(
        scratch: &Scratch,
        data: &Path,
        options: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut serve = scratch.command("", &["serve", "--message-format", "json"]);
        serve.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).args(options);
        let mut command = without_signal_of_limits(&serve);
        command.envs(variables.iter().copied());
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("cargo-ext starts");
        let said = Arc::new(Mutex::new(String::new()));
        let errors = BufReader::new(process.stderr.take().expect("piped"));
        let kept = said.clone();
        let reader = std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                let mut kept = kept.lock().expect("no panic");
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let address = loop {
            let line = match lines.next() {
                Some(Ok(line)) => line,
                _ => panic!("the server did not start: {}", said.lock().expect("no panic")),
            };
            let message: Value = serde_json::from_str(&line).expect("JSON");
            if message["reason"] == "ext-serving" {
                break message["address"].as_str().expect("an address").to_owned();
            }
        };
        // Whatever it says later has somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        #[cfg(unix)]
        let guard = Command::new("sh")
            .args(["-c", "cat; kill -9 \"$1\"", "guard", &process.id().to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        Self {
            process,
            #[cfg(unix)]
            guard,
            address,
            agent,
            said,
            reader: Some(reader),
        }
    }

    /// Sends a request, and goes where the answer leads.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.request(method, path, headers, body, 10)
    }

    /// The same, and goes nowhere.
    #[track_caller]
    pub fn send_once(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.request(method, path, headers, body, 0)
    }

    #[track_caller]
    fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        redirects: u32,
    ) -> Answer {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a request");
        let request = self.agent.configure_request(request).max_redirects(redirects);
        let request = request.max_redirects_will_error(redirects > 0).build();
        let mut response = self.agent.run(request).expect("an answer");
        let body = response.body_mut().with_config().limit(64 << 20).read_to_string();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: body.expect("a body"),
        }
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// `POST`, with JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// Deploys a package; gives the last line of the answer.
    #[track_caller]
    pub fn deploy(&self, package: &str) -> Value {
        self.deploy_with(package, &Value::Null)
    }

    /// Deploys a package with settings. The kitchen sink is granted what it asks for.
    #[track_caller]
    pub fn deploy_with(&self, package: &str, settings: &Value) -> Value {
        let sink = package.starts_with("example:kitchen-sink");
        let grant = if sink { vec![SINK_ASKS_FOR] } else { Vec::new() };
        let wanted =
            serde_json::json!({ "package": package, "settings": settings, "grant": grant });
        let answer = self.post("/api/deployments", &wanted);
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(answer.body.lines().last().expect("a line")).expect("JSON")
    }

    /// From now on none of its files may become longer than this: as on a full disk.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes: &str) {
        let id = self.process.id().to_string();
        let limit = format!("--fsize={bytes}:unlimited");
        let status = Command::new("prlimit").args(["--pid", &id, &limit]).status();
        assert!(status.expect("prlimit starts").success());
    }

    /// What it wrote to its standard error so far.
    pub fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// Kills it, as a failing machine does.
    pub fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Asks it to end.
    #[cfg(unix)]
    #[track_caller]
    pub fn ask_to_end(&self) {
        let id = self.process.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status().expect("kill starts");
        assert!(status.success());
    }

    /// Waits until it has ended, as it was asked to; gives what it said.
    #[track_caller]
    pub fn ended(mut self) -> String {
        let status = self.process.wait().expect("it ends");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no panic");
        }
        assert!(status.success(), "{}", self.said());
        self.said()
    }

    /// Asks it to end, and waits until it has.
    #[cfg(unix)]
    #[track_caller]
    pub fn end(self) {
        self.ask_to_end();
        self.ended();
    }
}

/// The command with the signal ignored that ends whoever writes more than he may: so that a
/// limit is met like a full disk. It replaces the shell, and has its process id.
fn without_signal_of_limits(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    let variables = command.get_envs();
    for (name, value) in variables {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.current_dir(command.get_current_dir().expect("a scratch folder"));
    shell
}

impl Drop for Server {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            let _ = self.guard.kill();
            let _ = self.guard.wait();
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
