//! Calls as parts of traces: where they came from is known, and a collector is told.
#![cfg(unix)]

use ext_tests::{Peer, Reply, Scratch, Server, publish_example};
use serde_json::{Value, json};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn call(server: &Server, headers: &[(&str, &str)], action: &str, arguments: &Value) -> u16 {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let path = format!("/v1/example/finance/{action}");
    server.send("POST", &path, &headers, arguments.to_string().as_bytes()).status
}

#[test]
fn calls_are_spans_below_that_which_made_them() {
    let scratch = Scratch::new();
    for name in ["finance", "kitchen-sink"] {
        publish_example(&scratch, name);
    }
    let collector = Peer::start(|_| Reply::json(200, &json!({})));
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
    ];
    let data = scratch.path().join("server");
    let server = Server::start_with(&scratch, &data, &[], &variables);
    server.deploy("example:finance");
    server.deploy("example:kitchen-sink");
    let npv = json!({ "rate": 0.1, "cash_flows": [-100.0, 60.0, 60.0] });
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let headers = [("traceparent", &*parent), ("x-request-id", "r-1")];
    assert_eq!(call(&server, &headers, "net_present_value", &npv), 200);
    // Nobody keeps what the caller does not keep.
    let unsampled = parent.replace("-01", "-00");
    assert_eq!(call(&server, &[("traceparent", &unsampled)], "net_present_value", &npv), 200);
    assert_eq!(call(&server, &[], "net_present_value", &json!({})), 400);
    let message = json!({ "message": "no way" });
    server.post("/v1/example/kitchen-sink/panics", &message).problem(500, "EXT0504");

    // In the log too, with a collector or without.
    let calls = || server.get("/api/calls").ok();
    while calls().as_array().map_or(0, Vec::len) < 4 {
        std::thread::yield_now();
    }
    let calls = calls();
    assert_eq!((&calls[3]["trace"], &calls[2]["trace"]), (&json!(TRACE), &json!(TRACE)));
    let [trapped, own] = [0, 1].map(|it| calls[it]["trace"].as_str().expect("a trace").to_owned());
    assert!(own.len() == 32 && own != TRACE, "{own}");

    // What it has not sent yet it sends when it ends.
    server.end();
    let requests = collector.requests();
    assert!(requests.iter().all(|it| it.method == "POST" && it.path == "/v1/traces"));
    let bodies: Vec<Value> =
        requests.iter().map(|it| serde_json::from_slice(&it.body).expect("JSON")).collect();
    let resources = bodies.iter().flat_map(|it| it["resourceSpans"].as_array().expect("a list"));
    let mut spans = Vec::new();
    for resource in resources {
        let attributes = resource["resource"]["attributes"].as_array().expect("attributes");
        let service = attributes.iter().find(|it| it["key"] == "service.name").expect("a name");
        assert_eq!(service["value"]["stringValue"], "cargo-ext");
        let scopes = resource["scopeSpans"].as_array().expect("a list");
        spans.extend(scopes.iter().flat_map(|it| it["spans"].as_array().expect("a list")));
    }
    assert_eq!(spans.len(), 3, "{spans:?}");
    let of = |trace: &str| {
        *spans.iter().find(|it| it["traceId"] == trace).unwrap_or_else(|| panic!("{spans:?}"))
    };
    let (good, bad) = (of(TRACE), of(&own));
    assert_eq!(good["parentSpanId"], PARENT);
    assert_eq!(good["name"], "example:finance/net_present_value");
    let attribute = |span: &Value, name: &str| {
        let attributes = span["attributes"].as_array().expect("attributes");
        let found = attributes.iter().find(|it| it["key"] == name);
        found.map(|it| it["value"]["stringValue"].clone()).unwrap_or_default()
    };
    assert_eq!(attribute(good, "ext.request.id"), "r-1");
    assert_eq!(attribute(good, "ext.outcome"), "ok");
    assert_eq!(attribute(bad, "error.type"), "EXT0502");
    // Only what the server failed at is a failure of its span.
    let status = |span: &Value| {
        let attributes = span["attributes"].as_array().expect("attributes");
        let found = attributes.iter().find(|it| it["key"] == "http.response.status_code");
        let status = found.and_then(|it| it["value"]["intValue"].as_str()?.parse::<u16>().ok());
        (span["status"]["code"].as_i64().unwrap_or_default(), status)
    };
    assert_eq!(status(good), (0, None), "{good}");
    assert_eq!(status(bad), (0, Some(400)), "{bad}");
    assert_eq!(status(of(&trapped)), (2, Some(500)));
    assert_eq!(attribute(bad, "http.route"), "/v1/{namespace}/{name}/{action}");
}
