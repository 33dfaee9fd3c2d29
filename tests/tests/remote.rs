//! An extension on a platform server: what it fails with is what it fails with here, and
//! servers that are none, are gone, are slow or say too much do no harm.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ext_host::{
    ActionError, Error, Extension, Host, HostBuilder, Limits, LoadError, Locked, ServerError, Trace,
};
use ext_tests::{Peer, Reply, Request, Scratch, Server, build_extension};
use serde_json::{Value, json};

const LOCKED: Locked = Locked {
    name: "example:kitchen-sink",
    version: env!("CARGO_PKG_VERSION"),
    digest: "",
    server: None,
};

/// How long a call may take, in milliseconds: what ends by another limit gets there before, on a busy
/// machine as well.
const TIME: u64 = 2000;

/// What every server here has: a host with small limits.
fn sink() -> &'static Extension {
    static SINK: OnceLock<Extension> = OnceLock::new();
    SINK.get_or_init(|| {
        let limits =
            Limits { time: Duration::from_millis(TIME), memory: 32 << 20, output: 1 << 20 };
        let host = Host::builder().limits(limits).build().expect("a host");
        host.load_file(&build_extension("kitchen-sink")).expect("the package loads")
    })
}

/// A peer that answers calls so, after it gave the definition.
fn answering(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Peer {
    Peer::start(move |request| match request.method.as_str() {
        "GET" => Reply::json(200, &serde_json::to_value(sink().definition()).expect("JSON")),
        _ => answer(request),
    })
}

fn on(address: &str, host: HostBuilder) -> Extension {
    let host = host.server(address).build().expect("a host");
    host.load(&LOCKED).expect("the server has it")
}

/// What the server is said to have done wrong.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error<ActionError>>) -> ServerError {
    match result {
        Err(Error::Server(error)) => *error,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn not_loaded(host: HostBuilder) -> LoadError {
    match host.build().expect("a host").load(&LOCKED) {
        Err(error) => error,
        Ok(_) => panic!("it was loaded"),
    }
}

#[test]
fn what_goes_wrong_is_the_same_as_here() {
    let scratch = Scratch::new();
    // Those of `sink`.
    let limits = json!({ "time_ms": TIME, "memory_bytes": 32 << 20, "result_bytes": 1 << 20 });
    let server = Server::of_example(&scratch, "kitchen-sink", &limits);
    let there = on(&server.address, Host::builder());
    assert_eq!(there.server(), Some(&*server.address));
    assert_eq!(sink().server(), None);
    for (action, arguments) in [
        ("no_such_action", json!({})),
        ("describe_customer", json!({"customer": {"fullName": ""}, "times": 9, "odd": 1})),
        ("echo_outcome", json!({"outcome": {"err": "Closed"}})),
        ("echo_outcome", json!({"outcome": {"err": {"TooMuch": [7, 3]}}})),
        ("echo_signal", json!({"outcome": {"err": null}})),
        ("echo_complaint", json!({"outcome": {"err": "no"}})),
        ("panics", json!({"message": "out of\n\"cheese\""})),
        ("aborts", json!({})),
        ("exits", json!({"code": 3})),
        ("loops_forever", json!({})),
        ("allocates_forever", json!({})),
        ("large", json!({"bytes": 4 << 20})),
        // What goes right, by its former names, too.
        ("tell", json!({"customer": {"fullName": "Ada", "PIN": "1"}})),
        ("divide", json!({"dividend": 7, "divisor": 2})),
        ("echo-u32", json!({"value": 7})),
        ("echo_nothing", json!(null)),
    ] {
        let result =
            |extension: &Extension| format!("{:?}", extension.call_json(action, &arguments));
        assert_eq!(result(&there), result(sink()), "{action}");
    }
}

#[test]
fn who_calls_is_told() {
    let server = answering(|_| Reply::json(200, &json!(1)));
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let trace = move || Trace {
        request_id: Some("r-7".to_owned()),
        traceparent: Some(parent.to_owned()),
        tracestate: Some("a=1".to_owned()),
    };
    let extension = on(server.address(), Host::builder().token(" secret\n").trace(trace));
    extension.call_json("counts", &json!({})).expect("a number");
    let requests = server.requests();
    for request in &requests {
        assert_eq!(request.header("authorization"), Some("Bearer secret"));
        assert_eq!(request.header("x-request-id"), Some("r-7"));
        assert_eq!(request.header("traceparent"), Some(parent));
        assert_eq!(request.header("tracestate"), Some("a=1"));
    }
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|it| it.path.starts_with("/v1/example/kitchen-sink@%3D")));
    // One connection served all of it.
    assert_eq!(server.connections(), 1);
    // What is none goes nowhere.
    let trace = || Trace {
        request_id: Some("a\r\nb: c".to_owned()),
        traceparent: Some("00-1-2-3".to_owned()),
        tracestate: Some("a=1".to_owned()),
    };
    let extension = on(server.address(), Host::builder().trace(trace));
    extension.call_json("counts", &json!({})).expect("a number");
    let last = server.requests().pop().expect("a request");
    for name in ["x-request-id", "traceparent", "tracestate"] {
        assert_eq!(last.header(name), None);
    }
}

#[test]
fn a_server_that_is_gone() {
    let server = answering(|_| Reply::json(200, &json!(1)));
    let extension = on(server.address(), Host::builder());
    server.stop();
    let error = refused(extension.call_json("counts", &json!({})));
    assert!(error.message.starts_with("it cannot be reached: "), "{error}");
    assert!(!error.may_have_run);
    assert_eq!(error.code().0, "EXT0508");
    match not_loaded(Host::builder().server(server.address())) {
        LoadError::Server(error) => assert!(error.to_string().contains(server.address())),
        other => panic!("{other}"),
    }
}

#[test]
fn a_server_that_does_not_have_it() {
    let server = Peer::start(|_| {
        let problem = json!({"code": "EXT1005", "detail": "there is no token"});
        Reply::json(401, &problem).with("x-request-id", "r-9")
    });
    match not_loaded(Host::builder().server(server.address())) {
        LoadError::Server(error) => {
            assert_eq!(error.reason.as_deref(), Some("EXT1005"));
            let expected =
                "there is no token; a token is expected in the variable EXT_TOKEN (request r-9)";
            assert!(error.to_string().ends_with(expected), "{error}");
        }
        other => panic!("{other}"),
    }
    // Another extension than the client is for.
    let server = Peer::start(|_| {
        let mut definition = serde_json::to_value(sink().definition()).expect("JSON");
        definition["package"]["version"] = json!("9.9.9");
        Reply::json(200, &definition)
    });
    let error = not_loaded(Host::builder().server(server.address()));
    assert!(matches!(error, LoadError::Mismatch(_)), "{error}");
    // No server at all.
    for address in ["example.com", "ftp://example.com", "https://ada:secret@example.com"] {
        let error = not_loaded(Host::builder().server(address));
        assert_eq!(error.code().0, "EXT0508", "{error}");
    }
}

#[test]
fn answers_that_are_none() {
    type Case = (Reply, bool, &'static str);
    let page = |status| Reply::Answer {
        status,
        headers: vec![("content-type", "text/html".to_owned())],
        body: b"<html>".to_vec(),
    };
    let cases: [Case; 7] = [
        (page(200), true, "not as a platform server does"),
        (page(404), false, "it answered 404"),
        (page(302).with("location", "https://elsewhere/"), false, "points to `https://elsewhere/`"),
        (Reply::json(500, &json!([1])), false, "it answered 500"),
        (Reply::json(503, &json!({"code": "EXT1013", "title": "no store"})), false, "no store"),
        (Reply::Cut(Vec::new()), true, "it did not answer"),
        (Reply::Cut(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1".to_vec()), true, "lost"),
    ];
    for (reply, may_have_run, said) in cases {
        let server = answering(move |_| reply.clone());
        let extension = on(server.address(), Host::builder());
        let error = refused(extension.call_json("counts", &json!({})));
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(error.may_have_run, may_have_run, "{error}");
        // What may have run is not run again.
        assert_eq!(server.requests().len(), 2, "{error}");
    }
}

/// A server that answers so at first, and then as it should.
fn at_first(times: usize, reply: Reply) -> (Peer, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let server = answering(move |_| match counted.fetch_add(1, Ordering::SeqCst) < times {
        true => reply.clone(),
        false => Reply::json(200, &json!(8)),
    });
    (server, count)
}

#[test]
fn what_did_not_run_is_tried_again() {
    let busy = |seconds| {
        let problem = json!({"code": "EXT1007", "detail": "too many calls"});
        Reply::json(429, &problem).with("retry-after", seconds)
    };
    let call = |server: &Peer| {
        on(server.address(), Host::builder()).call_json("double", &json!({"value": 4}))
    };
    let (server, count) = at_first(2, busy("0"));
    assert_eq!(call(&server).expect("at last"), 8);
    assert_eq!(count.load(Ordering::SeqCst), 3);
    // Not for ever, and not for long.
    let (server, count) = at_first(usize::MAX, busy("0"));
    assert_eq!(refused(call(&server)).reason.as_deref(), Some("EXT1007"));
    assert_eq!(count.load(Ordering::SeqCst), 3);
    let (server, count) = at_first(usize::MAX, busy("3600"));
    assert_eq!(refused(call(&server)).retry_after, Some(Duration::from_secs(3600)));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    // A pure function may run again.
    let (server, count) = at_first(1, Reply::Cut(Vec::new()));
    assert_eq!(call(&server).expect("at last"), 8);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn answers_that_are_too_large() {
    let limits = Limits { output: 1000, ..Limits::default() };
    let large = Reply::json(200, &Value::String("x".repeat(2001)));
    for reply in [large, Reply::Cut([b"HTTP/1.1 200 OK\r\n\r\n", &[b'1'; 3000][..]].concat())] {
        let server = answering(move |_| reply.clone());
        let extension = on(server.address(), Host::builder().limits(limits));
        let result = extension.call_json("counts", &json!({}));
        let expected = ext_host::Limit::Output { allowed: 1000 };
        assert!(matches!(&result, Err(Error::Limit(limit)) if *limit == expected), "{result:?}");
    }
}

#[test]
fn a_server_that_does_not_answer() {
    let server = answering(|_| {
        std::thread::sleep(Duration::from_secs(60));
        Reply::Cut(Vec::new())
    });
    let limits = Limits { time: Duration::from_millis(1), ..Limits::default() };
    let extension = on(server.address(), Host::builder().limits(limits));
    let error = refused(extension.call_json("counts", &json!({})));
    assert!(error.message.contains("it took longer than 10.001s"), "{error}");
    assert!(error.may_have_run);
}
