//! The verbs that work with a platform server, as operators and authors type them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ext_tests::{Said, Scratch, Server};
use serde_json::{Value, json};

/// A project whose name is this test's own: tests share their target folder.
fn project(scratch: &Scratch, name: &str) {
    scratch.ext("", &["new", name, "--namespace", "acme"]).success();
}

/// The verb, sent to this server.
fn operate(scratch: &Scratch, server: &Server, below: &str, arguments: &[&str]) -> Said {
    let mut command = scratch.command(below, arguments);
    command.env("EXT_SERVER", &server.address).output().expect("cargo-ext starts").into()
}

/// The JSON messages of a command with this reason.
fn messages(said: &Said, reason: &str) -> Vec<Value> {
    let lines = said.out.lines().filter_map(|it| serde_json::from_str::<Value>(it).ok());
    lines.filter(|it| it["reason"] == reason).collect()
}

fn greet(server: &Server, name: &str) -> Value {
    server.post(&format!("/v1/acme/{name}/greet"), &json!({ "name": "you" })).ok()
}

#[test]
fn publish_and_deploy_call_look_go_back() {
    let scratch = Scratch::new();
    project(&scratch, "operated");
    let server = Server::start(&scratch, &[]);
    let ext = |arguments: &[&str]| operate(&scratch, &server, "operated", arguments);

    ext(&["deployments"]).success();
    let said = ext(&["publish", "--deploy", "--time", "5s", "--memory", "64MiB", "--reuse"]);
    let said = said.success();
    let address = format!("{}/v1/acme/operated", server.address);
    for stage in ["Published", "Verified", "Compiled", "Activated"] {
        assert!(said.err.contains(stage), "{stage}: {}", said.err);
    }
    assert!(said.err.contains(&format!("Deployed acme:operated@0.1.0 at {address}")));
    assert_eq!(greet(&server, "operated"), "Hello, you!");

    // Options of a deployment, and none.
    ext(&["publish", "--reuse"]).failure(2, "EXT0502");

    scratch.edit("operated/src/lib.rs", "Hello, {name}!\")", "Good day, {name}!\")");
    scratch.edit("operated/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    ext(&["publish", "--offline"]).success();
    let said = ext(&["deploy", "acme:operated@0.2", "--message-format", "json"]).success();
    let deployed = &messages(&said, "ext-deployed")[0];
    assert_eq!(deployed["address"], address.as_str());
    assert_eq!((&deployed["version"], &deployed["active"]), (&json!("0.2.0"), &json!(true)));
    // It runs as the version before.
    let settings = json!({ "reuse": true, "time_ms": 5000, "memory_bytes": 64 << 20 });
    assert_eq!(deployed["settings"], settings);
    assert_eq!(deployed["in_force"]["queue"], 256);
    assert_eq!(greet(&server, "operated"), "Good day, you!");

    let listed = ext(&["deployments"]).success().out;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].contains("0.2.0") && lines[0].contains("active"), "{listed}");
    assert!(lines[1].contains("0.1.0") && !lines[1].contains("active"), "{listed}");
    assert!(lines[0].ends_with("reuse, 5000 ms, 64.0 MiB of memory"), "{listed}");

    let said = ext(&["rollback", "acme:operated"]).success();
    assert!(said.err.contains("acme:operated@0.1.0"), "{}", said.err);
    assert_eq!(greet(&server, "operated"), "Hello, you!");
    ext(&["rollback", "acme:operated"]).failure(1, "EXT1012");
    ext(&["rollback", "acme:operated", "--to", "newest"]).failure(2, "is no version");
    ext(&["rollback", "acme:operated", "--to", "0.2.0"]).success();
    assert_eq!(greet(&server, "operated"), "Good day, you!");

    let said = ext(&["undeploy", "acme:operated@0.2"]).success();
    assert!(said.err.contains("Undeployed acme:operated@0.2.0"), "{}", said.err);
    assert_eq!(greet(&server, "operated"), "Hello, you!");
    ext(&["undeploy", "acme:operated"]).success();
    ext(&["undeploy", "acme:operated"]).failure(1, "EXT1001");
    ext(&["deploy", "acme:operated@9"]).failure(1, "EXT1011");
    ext(&["deploy", "operated"]).failure(1, "operated");

    let said = ext(&["history", "acme:operated", "--message-format", "json"]).success();
    let events = messages(&said, "ext-event");
    let events: Vec<&str> = events.iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(
        events,
        ["deploy", "deploy", "rollback", "activate", "undeploy", "undeploy", "deploy refused"],
        "the latest last"
    );
    let said = ext(&["history", "acme:operated", "--limit", "2"]).success();
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].ends_with("undeploy        acme:operated  0.1.0"), "{}", said.out);
    assert!(lines[1].contains("deploy refused  acme:operated  EXT1011"), "{}", said.out);
}

#[test]
fn what_was_called_is_in_the_logs() {
    let scratch = Scratch::new();
    project(&scratch, "logged");
    let body = "format!(\"Hello, {name}!\")";
    let new = "eprintln!(\"greets {name} \\u{1b}[2J\");\n    \
               if name == \"nobody\" { panic!(\"there is nobody\"); }\n    format!(\"Hello, {name}!\")";
    scratch.edit("logged/src/lib.rs", body, new);
    let server = Server::start(&scratch, &[]);
    let ext = |arguments: &[&str]| operate(&scratch, &server, "logged", arguments);
    ext(&["publish", "--deploy"]).success();
    let nobody = json!({ "name": "nobody" });
    // Somebody follows meanwhile.
    let mut command = scratch.command("", &["logs", "--follow", "--message-format", "json"]);
    command.env("EXT_SERVER", &server.address);
    let following = Running::start(command);
    greet(&server, "logged");
    server.post("/v1/acme/logged/greet", &nobody).problem(500, "EXT0504");
    server.post("/v1/acme/logged/greet", &json!({})).problem(400, "EXT0502");
    let mut outcomes = Vec::new();
    while outcomes.len() < 3 {
        let call = following.message("ext-call");
        outcomes.push(call["outcome"].as_str().unwrap().to_owned());
    }
    assert_eq!(outcomes, ["ok", "trap", "arguments"]);

    // Calls are written down a moment after they end.
    let all = loop {
        let said = ext(&["logs", "acme:logged", "--message-format", "json"]).success();
        let all = messages(&said, "ext-call");
        if all.len() == 3 {
            break all;
        }
    };
    assert_eq!(all[0]["consumer"], "loopback");
    assert_eq!(all[0]["log"], "greets you \u{1b}[2J\n");
    let said = ext(&["logs", "--outcome", "trap", "--since", "1h", "--action", "greet"]).success();
    let out = said.out;
    assert!(out.contains(" trap ") && out.contains("acme:logged@0.1.0 greet"), "{out}");
    assert!(out.contains("EXT0504") && out.contains("there is nobody"), "{out}");
    assert!(out.contains("| greets nobody \\u{1b}[2J"), "{out}");
    assert!(!out.contains('\u{1b}') && !out.contains("greets you"), "{out}");
    let said = ext(&["logs", "acme:logged", "--limit", "1"]).success();
    assert!(said.out.contains(" arguments ") && !said.out.contains(" ok "), "{}", said.out);
    assert_eq!(ext(&["logs", "acme:other"]).success().out, "");
    ext(&["logs", "--since", "yesterday"]).failure(2, "30d");
}

#[test]
fn tokens_open_what_they_are_for() {
    let scratch = Scratch::new();
    project(&scratch, "tokened");
    scratch.ext("tokened", &["publish"]).success();
    let server = Server::start(&scratch, &[]);
    let ext = |arguments: &[&str]| operate(&scratch, &server, "tokened", arguments);
    let add = |name: &str, scope: &str| {
        let said = ext(&["token", "add", name, "--scope", scope, "--expires", "30d"]).success();
        let token = said.out.trim().to_owned();
        assert!(token.starts_with("ext_") && said.err.contains(" until "), "{}", said.err);
        token
    };
    let invoke = add("shop", "invoke:acme");
    let with = |token: &str, arguments: &[&str]| -> Said {
        let mut command = scratch.command("", arguments);
        command.env("EXT_SERVER", &server.address).env("EXT_TOKEN", token);
        command.output().expect("cargo-ext starts").into()
    };
    with(&invoke, &["deploy", "acme:tokened"]).failure(1, "EXT1006");
    let deploy = add("ci", "deploy:acme");
    with(&deploy, &["deploy", "acme:tokened"]).success();
    with("ext_wrong", &["deployments"]).failure(1, "EXT1005");
    with("ext_wrong", &["deployments"]).failure(1, "EXT_TOKEN");
    ext(&["token", "add", "x", "--scope", "read", "--scope", "write:x"]).failure(2, "2 errors");

    let listed = ext(&["token", "list"]).success().out;
    assert!(listed.contains("shop") && listed.contains("invoke:acme"), "{listed}");
    assert!(!listed.contains(&invoke), "{listed}");
    let id = listed.lines().find(|it| it.contains("ci")).unwrap().split(' ').next().unwrap();
    ext(&["token", "revoke", id]).success();
    ext(&["token", "revoke", id]).failure(1, "EXT1016");
    with(&deploy, &["deployments"]).failure(1, "EXT1005");
    assert!(ext(&["token", "list"]).success().out.contains("revoked "));
}

#[test]
fn what_a_package_asks_for_is_granted_first() {
    let scratch = Scratch::new();
    project(&scratch, "asking");
    let key = "namespace = \"acme\"";
    let with = format!("{key}\npermissions = {{ environment = [\"ASKED_FOR\"] }}");
    scratch.edit("asking/Cargo.toml", key, &with);
    let server = Server::start(&scratch, &[]);
    let ext = |arguments: &[&str]| operate(&scratch, &server, "asking", arguments);
    ext(&["publish", "--deploy"])
        .failure(1, "the same command with `--grant environment:ASKED_FOR`");
    let said = ext(&["deploy", "acme:asking", "--message-format", "json"]);
    assert_eq!(messages(&said, "ext-diagnostic")[0]["code"], "EXT1010", "{}", said.out);
    ext(&["deploy", "acme:asking", "--grant", "environment:ASKED_FOR"]).success();
    assert_eq!(greet(&server, "asking"), "Hello, you!");
    // Once granted, always.
    ext(&["deploy", "acme:asking"]).success();
}

#[test]
fn a_server_that_does_not_answer() {
    let scratch = Scratch::new();
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let said = scratch.ext("", &["deployments", "--server", &free]).failure(3, "EXT1015");
    assert!(said.err.contains(&free) && said.err.contains("cargo ext serve"), "{}", said.err);
    scratch.ext("", &["deployments", "--server", "there"]).failure(2, "EXT1015");

    // Something else answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let other = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            use std::io::{Read, Write};
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 6\r\n\r\n<html>",
            );
        }
    });
    let settings = scratch.path().join("no settings");
    std::fs::write(&settings, format!("server = \"{other}\"\n")).unwrap();
    scratch.ext("", &["deployments"]).failure(3, "no server of cargo ext");
    scratch.ext("", &["deploy", "acme:x"]).failure(3, "EXT1015");
}

#[test]
fn a_crate_is_served_while_it_is_worked_on() {
    let scratch = Scratch::new();
    project(&scratch, "worked");
    let mut command = scratch.command("worked", &["dev", "--message-format", "json"]);
    command.args(["--listen", "127.0.0.1:0", "--debug"]);
    let dev = Running::start(command);
    let address = dev.message("ext-serving")["address"].as_str().unwrap().to_owned();
    let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
    let greet = || {
        let request = agent.post(format!("{address}/v1/acme/worked/greet"));
        let mut answer = request
            .header("content-type", "application/json")
            .send(r#"{"name": "you"}"#)
            .expect("an answer");
        answer.body_mut().read_to_string().expect("a body")
    };
    let deployed = dev.message("ext-deployed");
    assert_eq!(deployed["address"], format!("{address}/v1/acme/worked"));
    assert_eq!(greet(), "\"Hello, you!\"");
    assert_eq!(dev.message("ext-call")["action"], "greet");

    // The same version, with another answer.
    scratch.edit("worked/src/lib.rs", "Hello, {name}!\")", "Good day, {name}!\")");
    assert_eq!(dev.message("ext-deployed")["version"], "0.1.0");
    assert_eq!(greet(), "\"Good day, you!\"");

    // What does not build is said, and what was there answers.
    scratch.edit("worked/src/lib.rs", "Good day, {name}!\")", "Good day, {nam}!\")");
    let wrong = dev.message("compiler-message").to_string();
    assert!(wrong.contains("cannot find value `nam`"), "{wrong}");
    assert_eq!(dev.message("ext-diagnostic")["code"], "EXT0403");
    assert_eq!(greet(), "\"Good day, you!\"");

    scratch.edit("worked/src/lib.rs", "Good day, {nam}!\")", "Good night, {name}!\")");
    dev.message("ext-deployed");
    assert_eq!(greet(), "\"Good night, you!\"");
    #[cfg(unix)]
    dev.end();
}

/// A command that goes on, with what it says.
struct Running {
    process: Child,
    messages: Receiver<Value>,
    said: Arc<Mutex<String>>,
}

impl Running {
    fn start(mut command: std::process::Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("cargo-ext starts");
        let said = Arc::new(Mutex::new(String::new()));
        let errors = BufReader::new(process.stderr.take().expect("piped"));
        let kept = said.clone();
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                kept.lock().expect("no panic").push_str(&(line + "\n"));
            }
        });
        let (sender, messages) = channel();
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        std::thread::spawn(move || {
            let messages = lines.map_while(Result::ok);
            for message in messages.filter_map(|it| serde_json::from_str(&it).ok()) {
                let _ = sender.send(message);
            }
        });
        Self { process, messages, said }
    }

    fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// The next message with this reason.
    #[track_caller]
    fn message(&self, reason: &str) -> Value {
        loop {
            // So long only a machine takes that does something else.
            match self.messages.recv_timeout(Duration::from_secs(300)) {
                Ok(message) if message["reason"] == reason => return message,
                Ok(_) => {}
                Err(error) => panic!("no message `{reason}`: {error}\n{}", self.said()),
            }
        }
    }

    /// Asks it to end, and waits until it has, with nothing left.
    #[cfg(unix)]
    #[track_caller]
    fn end(mut self) {
        let id = self.process.id().to_string();
        let left = ext_tests::root().join(format!("target/e2e/ext/dev-{id}"));
        assert!(left.is_dir());
        let status = std::process::Command::new("kill").args(["-INT", &id]).status();
        assert!(status.expect("kill starts").success());
        assert!(self.process.wait().expect("it ends").success(), "{}", self.said());
        assert!(!left.exists());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
