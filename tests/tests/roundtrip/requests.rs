//! HTTP requests of extensions, to a server of this test: where they may go, and that they end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use ext_definition::package::Permissions;
use ext_host::{Error, Extension, Grants, Limit, Limits, Options, Output, Trace};
use serde_json::{Value, json};

use super::{grants, sink};

/// A server on a port of this machine, and what it is asked.
struct Server {
    port: u16,
    asked: Receiver<String>,
}

/// Answers each request with this; nothing at all keeps the other side waiting.
fn serve(answer: &'static str) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        let mut waiting = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = sender.send(request(&stream));
            let _ = stream.write_all(answer.as_bytes());
            waiting.push(stream);
        }
    });
    Server { port, asked }
}

/// Head and body, if its length is told.
fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut text, mut length) = (String::new(), 0);
    while !text.ends_with("\r\n\r\n") {
        let before = text.len();
        if reader.read_line(&mut text).expect("text") == 0 {
            return text;
        }
        if let Some(number) = text[before..].to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    text + &String::from_utf8_lossy(&body)
}

fn extension(asked: &[&str], granted: &[&str], seconds: u64) -> Extension {
    let texts = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let permissions = Permissions { http: texts(asked), clocks: true, ..Permissions::default() };
    let grants = Grants { http: texts(granted), ..Grants::default() };
    let limits = Some(Limits { time: Duration::from_secs(seconds), ..Limits::default() });
    grants::load(permissions, Options { grants, limits, ..Options::default() }).expect("it loads")
}

fn get(authority: &str) -> Value {
    json!({"scheme": "http", "authority": authority, "path": "/a?b=c"})
}

const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";

#[test]
fn a_request_and_its_answer() {
    let server = serve(HELLO);
    let here = format!("localhost:{}", server.port);
    let extension = extension(&[&here], &[&here], 30);
    for _ in 0..2 {
        let answer = sink::call(&extension, "requests", get(&here));
        assert_eq!(answer, json!({"status": 200, "body": "hello"}));
        let asked = server.asked.recv().expect("it was asked").to_lowercase();
        assert!(asked.starts_with("get /a?b=c http/1.1\r\n"), "{asked}");
        assert!(asked.contains(&format!("host: {here}\r\n")), "{asked}");
        assert!(asked.contains("via: 1.1 cargo-ext\r\n"), "{asked}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("one");
    let (answer, _) = runtime.block_on(extension.invoke_async(None, "requests", &get(&here)));
    assert_eq!(answer.expect("an answer"), json!({"status": 200, "body": "hello"}));
    server.asked.recv().expect("it was asked");
    // From a runtime's thread for blocking work, too.
    let body = runtime.block_on(async move {
        let mut arguments = get(&here.to_uppercase());
        arguments["method"] = json!("POST");
        arguments["body"] = json!("x".repeat(10_000));
        let call = move || extension.call_json("requests", &arguments).expect("an answer");
        tokio::task::spawn_blocking(call).await.expect("it ends")["body"].clone()
    });
    assert_eq!(body, json!("hello"));
    assert!(server.asked.recv().expect("it was asked").starts_with("POST "));
}

#[test]
fn who_reaches_a_server_of_this_machine_does_not_operate_it() {
    let server = ext_tests::Server::start(&ext_tests::Scratch::new(), &[]);
    server.get("/api/tokens").ok();
    let port = server.address.rsplit(':').next().expect("a port");
    for host in ["localhost", "127.0.0.1"] {
        let there = format!("{host}:{port}");
        let extension = extension(&[&there], &[&there], 30);
        for (path, status) in [("/healthz", 200), ("/api/tokens", 401)] {
            let mut arguments = get(&there);
            arguments["path"] = json!(path);
            let answer = sink::call(&extension, "requests", arguments);
            assert_eq!(answer["status"], status, "{answer}");
        }
    }
}

#[test]
fn a_request_is_a_part_of_what_its_call_is_a_part_of() {
    let server = serve(HELLO);
    let here = format!("localhost:{}", server.port);
    let extension = extension(&[&here], &[&here], 30);
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let trace = Trace {
        traceparent: Some(parent.to_owned()),
        tracestate: Some("a=1".to_owned()),
        ..Trace::default()
    };
    for (trace, expected) in [(Some(&trace), true), (None, false)] {
        let (result, _) = extension.invoke_in(trace, "requests", &get(&here));
        assert_eq!(result.expect("an answer")["status"], 200);
        let asked = server.asked.recv().expect("it was asked");
        assert_eq!(asked.contains(&format!("traceparent: {parent}\r\n")), expected, "{asked}");
        assert_eq!(asked.contains("tracestate: a=1\r\n"), expected, "{asked}");
    }
}

/// The log of a call tells the operator which host was denied, and what grants it.
#[test]
fn denied_hosts_are_in_the_log() {
    let denied = |asked: &[&str], granted: &[&str]| {
        let extension = extension(asked, granted, 30);
        let arguments = get("localhost:9");
        let (threads, output) = extension.invoke("requests", &arguments);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let call = extension.invoke_async(None, "requests", &arguments);
        let (future, as_future) = runtime.block_on(call);
        assert!(threads.is_err() && future.is_err());
        let lines = |output: &Output| -> Vec<String> {
            output.records.iter().map(ToString::to_string).collect()
        };
        assert_eq!(lines(&output), lines(&as_future));
        lines(&output).join("\n")
    };
    assert_eq!(
        denied(&["localhost:9"], &[]),
        "WARN cargo-ext: denied an HTTP request to `localhost:9`: it is not granted; help: `--grant \
         http:localhost:9`"
    );
    assert_eq!(
        denied(&["example.com"], &["localhost:9"]),
        "WARN cargo-ext: denied an HTTP request to `localhost:9`: the manifest does not request it; \
         help: add `http = [\"localhost:9\"]` to its permissions"
    );
}

#[test]
fn only_where_it_may() {
    let server = serve(HELLO);
    let (here, other) = (format!("localhost:{}", server.port), "api.example.com");
    let numbers = format!("127.0.0.1:{}", server.port);
    let refused = |extension: &Extension, arguments: Value| match extension
        .call_json("requests", &arguments)
    {
        Err(Error::Action(error)) => error.message,
        other => panic!("{arguments}: {other:?}"),
    };
    for (asked, granted) in [
        (vec![], vec![here.as_str()]),
        (vec![here.as_str()], vec![]),
        (vec![here.as_str()], vec![other]),
        (vec!["localhost"], vec!["localhost"]),
    ] {
        let extension = extension(&asked, &granted, 30);
        let message = refused(&extension, get(&here));
        assert!(message.contains("HttpRequestDenied"), "{asked:?} {granted:?}: {message}");
    }
    let extension = extension(&[&here, "*.example.com"], &[&here, "*.example.com"], 30);
    let port = server.port;
    for authority in [
        numbers.clone(),
        format!("localhost.:{port}"),
        format!("api.example.com:{port}"),
        format!("api.example.com@127.0.0.1:{port}"),
        format!("{here}@127.0.0.1:{port}"),
        format!("[::1]:{port}"),
        format!("2130706433:{port}"),
        format!("localhost:0{port}"),
        format!("{here}#@127.0.0.1"),
        format!("{here}\r\nhost: 127.0.0.1"),
    ] {
        let message = refused(&extension, get(&authority));
        assert!(!message.contains("Connection"), "{authority}: {message}");
    }
    let mut arguments = get(&here);
    arguments["host"] = json!("127.0.0.1");
    assert!(refused(&extension, arguments).contains("Forbidden"));
    let mut arguments = get(&here);
    arguments["method"] = json!("CONNECT");
    assert!(refused(&extension, arguments).contains("HttpRequestDenied"));
    let mut arguments = get(&here);
    arguments["scheme"] = json!("ftp");
    refused(&extension, arguments);
    assert!(server.asked.try_recv().is_err(), "nobody came");
    // An answer that leads elsewhere is only an answer.
    let server =
        serve("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n");
    let here = format!("localhost:{}", server.port);
    let answer = sink::call(&self::extension(&[&here], &[&here], 30), "requests", get(&here));
    assert_eq!(answer["status"], json!(302));
}

#[test]
fn waiting_ends_with_the_call() {
    let silent = serve("");
    let slow = serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello");
    let full = TcpListener::bind("127.0.0.1:0").expect("a port");
    let full = full.local_addr().map(|it| (it.port(), full)).expect("an address");
    for (port, body) in [(silent.port, 0), (slow.port, 0), (full.0, 16 << 20)] {
        let here = format!("localhost:{port}");
        let extension = extension(&[&here], &[&here], 1);
        let mut arguments = get(&here);
        if body > 0 {
            // A `GET` would be sent without it.
            arguments["method"] = json!("POST");
            arguments["body"] = json!("x".repeat(body));
        }
        ends(&extension, "requests", arguments);
    }
    // Nor does it wait for itself.
    ends(&extension(&[], &[], 1), "writes_to_nobody", json!({}));
}

#[track_caller]
fn ends(extension: &Extension, action: &str, arguments: Value) {
    let start = Instant::now();
    let as_future = extension.invoke_async(None, action, &arguments);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (as_future, _) = runtime.expect("a runtime").block_on(as_future);
    for result in [extension.call_json(action, &arguments), as_future] {
        match result {
            Err(Error::Limit(Limit::Time { .. })) => {}
            other => panic!("{action}: {other:?}"),
        }
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(sink::call(extension, "counts", json!({})), json!(0));
}
