//! What a server knows of its calls: the log of calls, who follows it, numbers, its own log.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use ext_tests::{Said, Scratch, Server, publish_example, tool};
use serde_json::{Value, json};

/// A server with these settings, and an extension of this repository.
fn server(scratch: &Scratch, settings: &str, example: &str) -> Server {
    publish_example(scratch, example);
    std::fs::create_dir(scratch.path().join("server")).unwrap();
    std::fs::write(scratch.path().join("server/server.toml"), settings).unwrap();
    let server = Server::start(scratch, &[]);
    server.deploy(&format!("example:{example}"));
    server
}

/// The calls that are asked for, when there are so many.
#[track_caller]
fn calls(server: &Server, query: &str, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let calls = server.get(&format!("/api/calls?{query}")).ok();
        let calls = calls.as_array().unwrap();
        if calls.len() == count {
            return calls.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{calls:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn npv(server: &Server) {
    let arguments = json!({ "rate": 0.1, "cash_flows": [-100.0, 60.0, 60.0] });
    server.post("/v1/example/finance/net_present_value", &arguments).ok();
}

#[test]
fn calls_are_found_page_by_page_and_by_what_is_known_of_them() {
    let scratch = Scratch::new();
    let server = server(&scratch, "", "kitchen-sink");
    let call = |action: &str, arguments: Value| {
        server.post(&format!("/v1/example/kitchen-sink/{action}"), &arguments)
    };
    for _ in 0..7 {
        call("writes", json!({ "lines": 1 }));
    }
    call("panics", json!({ "message": "Who was it?" })).problem(500, "EXT0504");
    let all = calls(&server, "", 8);
    let mut found = Vec::new();
    let mut path = "/api/calls?limit=3&package=example%3Akitchen-sink".to_owned();
    loop {
        let answer = server.get(&path);
        found.extend(answer.ok().as_array().unwrap().clone());
        match answer.header("link").strip_prefix('<').and_then(|it| it.split_once('>')) {
            Some((next, relation)) => {
                assert_eq!(relation, "; rel=\"next\"");
                path = next.to_owned();
            }
            None => break,
        }
    }
    assert_eq!(found, all);
    server.get("/api/calls?cursor=elsewhere").problem(400, "EXT1002");

    let logs = |arguments: &[&str]| {
        let mut command = scratch.command("", &["logs", "--message-format", "json"]);
        command.env("EXT_SERVER", &server.address).args(arguments);
        let said = Said::from(command.output().expect("cargo-ext starts")).success();
        said.out.lines().filter(|it| it.contains("\"ext-call\"")).count()
    };
    for (arguments, count) in [
        (&["example:kitchen-sink@0.1.0"][..], 8),
        (&["example:kitchen-sink@0.2.0"], 0),
        (&["--consumer", "loopback"], 8),
        (&["--consumer", "shop"], 0),
        (&["--surface", "http"], 8),
        (&["--surface", "mcp"], 0),
        (&["--slower", "1h"], 0),
        (&["--text", "who WAS"], 1),
        (&["--text", "100%"], 0),
    ] {
        assert_eq!(logs(arguments), count, "{arguments:?}");
    }
    let page = server.get("/calls?text=who+was&consumer=loopback&slower_ms=").body;
    assert!(page.contains(">panics<") && !page.contains(">writes<"), "{page}");
    assert_eq!(server.get("/calls?slower_ms=soon").status, 400);
}

#[test]
fn what_is_slow_is_told_in_the_servers_log() {
    let scratch = Scratch::new();
    let server = server(&scratch, "time-ms = 300\n", "kitchen-sink");
    let id = [("x-request-id", "slow-1"), ("content-type", "application/json")];
    let path = "/v1/example/kitchen-sink";
    server.send("POST", &format!("{path}/loops_forever"), &id, b"{}").problem(504, "EXT0505");
    let id = [("x-request-id", "quick-1"), ("content-type", "application/json")];
    server.send("POST", &format!("{path}/counts"), &id, b"{}").ok();
    let began = Instant::now();
    let slow: Value = loop {
        if let Some(line) = server.said().lines().find(|it| it.contains("slow call")) {
            break serde_json::from_str(line).expect("JSON");
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{}", server.said());
        std::thread::sleep(Duration::from_millis(20));
    };
    let fields = &slow["fields"];
    assert_eq!(fields["request"], "slow-1");
    assert_eq!(fields["extension"], "example:kitchen-sink");
    assert_eq!(fields["action"], "loops_forever");
    assert_eq!(fields["trace"].as_str().map(str::len), Some(32));
    assert!(fields["milliseconds"].as_u64() >= Some(200), "{slow}");
}

#[test]
fn calls_are_kept_for_their_time() {
    let scratch = Scratch::new();
    let server = server(&scratch, "keep-calls-hours = 1\n", "finance");
    npv(&server);
    let call = calls(&server, "", 1);
    #[cfg(unix)]
    server.end();
    #[cfg(not(unix))]
    server.kill();
    let data = scratch.path().join("server");
    let settings = data.join("server.toml");
    // It looks for old ones when it starts.
    let server = Server::start_in(&scratch, &data, &[]);
    npv(&server);
    assert_eq!(calls(&server, "", 2)[1], call[0]);
    server.kill();
    std::fs::write(settings, "keep-calls-hours = 0\n").unwrap();
    let server = Server::start_in(&scratch, &data, &[]);
    calls(&server, "", 0);
    // What was counted stays.
    let page = server.get("/").body;
    assert!(page.contains("<dt>Calls</dt><dd>2</dd>"), "{page}");
}

/// A connection that follows calls.
fn follow(server: &Server) -> TcpStream {
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let host = address.split(':').next().unwrap();
    write!(stream, "GET /api/calls/follow HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

#[test]
fn whoever_follows_hears_that_the_server_is_there() {
    let scratch = Scratch::new();
    let server = server(&scratch, "", "finance");
    let mut lines = BufReader::new(follow(&server)).lines().map(|it| it.expect("a line"));
    assert!(lines.next().is_some_and(|it| it.starts_with("HTTP/1.1 200")));
    // The headers, then a chunk of one byte.
    lines.by_ref().find(|it| it.is_empty()).expect("a body");
    assert_eq!(lines.next().as_deref(), Some("1"));
    assert_eq!(lines.next().as_deref(), Some(""));
}

#[cfg(unix)]
#[test]
fn whoever_follows_and_does_not_read_holds_up_no_end() {
    let scratch = Scratch::new();
    let server = server(&scratch, "", "kitchen-sink");
    let _following = follow(&server);
    // More than the system takes for somebody who does not read.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..250 {
                    let records = json!({ "records": 2, "length": 16_000 });
                    server.post("/v1/example/kitchen-sink/logs_much", &records);
                }
            });
        }
    });
    let began = Instant::now();
    server.end();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

/// OpenMetrics in, samples as JSON out.
const PARSE: &str = r#"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(sys.stdin.read()))
print(json.dumps([
    {"type": family.type, "name": sample.name, "labels": sample.labels, "value": sample.value}
    for family in families for sample in family.samples
]))
"#;

#[test]
fn numbers_are_read_by_a_parser_of_others() {
    let scratch = Scratch::new();
    let server = server(&scratch, "", "finance");
    npv(&server);
    npv(&server);
    let path = "/v1/example/finance/net_present_value";
    server.post(path, &json!({})).problem(400, "EXT0502");
    calls(&server, "", 3);
    let answer = server.get("/metrics");
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), media_type);
    let mut python = Command::new(tool("EXT_TEST_PYTHON"))
        .args(["-c", PARSE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts");
    python.stdin.take().expect("piped").write_all(answer.body.as_bytes()).expect("it reads");
    let said = Said::from(python.wait_with_output().expect("it ends")).success();
    let samples: Vec<Value> = serde_json::from_str(&said.out).expect("JSON");
    let sample = |kind: &str, name: &str, labels: Value| -> f64 {
        let found = samples.iter().find(|it| it["name"] == name && it["labels"] == labels);
        let found = found.unwrap_or_else(|| panic!("no {name} {labels}: {}", answer.body));
        assert_eq!(found["type"], kind, "{name}");
        found["value"].as_f64().expect("a number")
    };
    let action = json!({ "extension": "example:finance", "action": "net_present_value" });
    let with = |outcome: &str| {
        let mut labels = action.clone();
        labels["version"] = "0.1.0".into();
        labels["outcome"] = outcome.into();
        labels
    };
    assert_eq!(sample("counter", "cargo_ext_calls_total", with("ok")), 2.0);
    assert_eq!(sample("counter", "cargo_ext_calls_total", with("arguments")), 1.0);
    // What did not run has no duration.
    let count = "cargo_ext_call_duration_seconds_count";
    assert_eq!(sample("histogram", count, action.clone()), 2.0);
    let version = json!({ "version": env!("CARGO_PKG_VERSION") });
    assert_eq!(sample("info", "cargo_ext_build_info", version), 1.0);
    let deployment = json!({ "extension": "example:finance", "version": "0.1.0" });
    for name in ["cargo_ext_deployment_calls_running", "cargo_ext_deployment_calls_waiting"] {
        assert_eq!(sample("gauge", name, deployment.clone()), 0.0, "{name}");
    }
    for (name, value) in [
        ("cargo_ext_deployments", 1.0),
        ("cargo_ext_calls_running", 0.0),
        ("cargo_ext_calls_waiting", 0.0),
    ] {
        assert_eq!(sample("gauge", name, json!({})), value, "{name}");
    }
    assert!(sample("gauge", "cargo_ext_calls_unwritten", json!({})) >= 0.0);
    assert_eq!(sample("counter", "cargo_ext_calls_not_recorded_total", json!({})), 0.0);
    let started = sample("gauge", "process_start_time_seconds", json!({}));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!(started < now && started > now - 3600.0, "{started}");
}
