//! The ways in which a call comes: parts of a form, an address, a page of another site, TLS.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ext_tests::{Answer, Scratch, Server, tool};
use serde_json::{Value, json};

fn sink(scratch: &Scratch, settings: &str) -> Server {
    std::fs::create_dir(scratch.path().join("server")).unwrap();
    std::fs::write(scratch.path().join("server/server.toml"), settings).unwrap();
    Server::of_example(scratch, "kitchen-sink", &json!({}))
}

fn path(action: &str) -> String {
    format!("/v1/example/kitchen-sink/{action}")
}

/// `curl` with these arguments: its status, headers and body.
fn curl(arguments: &[&str]) -> (u16, String, Vec<u8>) {
    let output = Command::new(tool("EXT_TEST_CURL"))
        .args(["--silent", "--show-error", "--dump-header", "/dev/stderr"])
        .args(["--write-out", "%{stderr}status: %{http_code}\n"])
        .args(arguments)
        .output()
        .expect("curl starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let (_, status) = said.rsplit_once("status: ").expect("a status");
    (status.trim().parse().expect("a number"), said.to_lowercase(), output.stdout)
}

#[test]
fn bytes_come_and_go_as_they_are() {
    let scratch = Scratch::new();
    let server = sink(&scratch, "");
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let file = scratch.path().join("bytes");
    std::fs::write(&file, &bytes).unwrap();
    let part = format!("value=@{}", file.to_str().unwrap());
    let address = format!("{}{}", server.address, path("echo_bytes"));
    let (status, _, body) = curl(&["--form", &part, &address]);
    assert_eq!(status, 200);
    let text: String = serde_json::from_slice(&body).expect("base64 in JSON");
    assert_eq!(text.len(), bytes.len().div_ceil(3) * 4);
    let (status, headers, body) =
        curl(&["--form", &part, "--header", "accept: application/octet-stream", &address]);
    assert_eq!((status, body), (200, bytes));
    assert!(headers.contains("content-type: application/octet-stream"), "{headers}");
    assert!(headers.contains("vary: accept"), "{headers}");
    // By address as well, with a tag of its own.
    let function = |accept: &str| {
        let path = path("reversed?value=AQID");
        server.send("GET", &path, &[("accept", accept)], b"")
    };
    let (plain, raw) = (function("application/json"), function("application/octet-stream"));
    assert_eq!((plain.ok(), &*raw.body), (json!("AwIB"), "\u{3}\u{2}\u{1}"));
    assert_eq!(raw.header("content-type"), "application/octet-stream");
    assert_ne!(raw.header("etag"), plain.header("etag"));
    // What is packed is not unpacked: it says so, rather than that it is no JSON.
    let packed = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let refused = server.send("POST", &path("double"), &packed, b"x").problem(415, "EXT1004");
    assert!(refused["detail"].as_str().unwrap().contains("gzip"), "{refused}");

    // Numbers as people write them, JSON where it says so, and what is wrong.
    let divide = format!("{}{}", server.address, path("divide"));
    let (status, _, body) =
        curl(&["--form", "dividend=7", "--form", "divisor=2;type=application/json", &divide]);
    assert_eq!(status, 200);
    assert_eq!(
        serde_json::from_slice::<Value>(&body).unwrap(),
        json!({ "quotient": 3, "remainder": 1 })
    );
    let refused = |form: &[&str], code: &str, said: &str| {
        let arguments: Vec<&str> = form.iter().flat_map(|it| ["--form", it]).collect();
        let (status, _, body) = curl(&[&arguments[..], &[&divide]].concat());
        let problem: Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!((status, problem["code"].as_str()), (400, Some(code)), "{problem}");
        assert!(problem.to_string().contains(said), "{problem}");
    };
    refused(&["dividend=seven", "divisor=2"], "EXT0502", "dividend");
    refused(&["dividend=7", "dividend=8"], "EXT1002", "two parts `dividend`");
    refused(&["dividend={;type=application/json"], "EXT1002", "is no JSON");
    server.end();
}

/// A file of 25 MB goes in and out in each form, with the settings that a server has by itself.
#[test]
fn files_of_25_mb_come_and_go_as_they_are() {
    let scratch = Scratch::new();
    let server = sink(&scratch, "");
    let bytes: Vec<u8> = (0..25_000_000_u32).map(|it| (it ^ it >> 8) as u8).collect();
    let base64 = BASE64.encode(&bytes);
    let arguments = json!({ "value": base64 });
    let name = "example_kitchen-sink-echo_bytes";
    let params = json!({ "name": name, "arguments": arguments });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let file = |name: &str, content: &[u8]| {
        let path = scratch.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let octets = file("octets", &bytes);
    let json = file("json", arguments.to_string().as_bytes());
    let call = file("call", call.to_string().as_bytes());

    let address = format!("{}{}", server.address, path("echo_bytes"));
    let binary = "accept: application/octet-stream";
    let posted = |file: &str, headers: [&str; 2], address: &str| {
        let data = format!("@{file}");
        let headers = ["--header", headers[0], "--header", headers[1]];
        let (status, _, body) =
            curl(&[&["--data-binary", &data][..], &headers, &[address]].concat());
        (status, body)
    };
    let (status, body) =
        posted(&octets, ["content-type: application/octet-stream", binary], &address);
    assert!(status == 200 && body == bytes, "{status}");
    let (status, _, body) =
        curl(&["--form", &format!("value=@{octets}"), "--header", binary, &address]);
    assert!(status == 200 && body == bytes, "{status}");
    let is_json = "content-type: application/json";
    let (status, body) = posted(&json, [is_json, "accept: application/json"], &address);
    assert!(status == 200 && body == format!("\"{base64}\"").into_bytes(), "{status}");
    let mcp = format!("{}/mcp", server.address);
    let accept = "accept: application/json, text/event-stream";
    let (status, body) = posted(&call, [is_json, accept], &mcp);
    let answer: Value = serde_json::from_slice(&body).expect("JSON");
    let result = &answer["result"]["structuredContent"]["result"];
    assert!(status == 200 && result.as_str() == Some(&base64), "{status}");
    server.end();

    let said = scratch.ext(
        "",
        &["run", "--from", "example:kitchen-sink", "echo_bytes", "--json", &format!("@{json}")],
    );
    assert!(said.success().out.trim() == format!("\"{base64}\""), "other bytes");
}

/// Above a limit the answer names it, what it allows, and the setting that raises it.
#[test]
fn sizes_above_the_limits_are_refused() {
    let scratch = Scratch::new();
    let server = sink(&scratch, "body-bytes = 4000000\nresult-bytes = 3000000\n");
    let refused = |action: &str, arguments: Value, status: u16, code: &str, setting: &str| {
        let problem = server.post(&path(action), &arguments).problem(status, code);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("`{setting}`")), "{detail}");
        problem["limit"].clone()
    };
    let long = json!({ "value": "x".repeat(4_000_000) });
    let limit = refused("echo_string", long, 413, "EXT1003", "body-bytes");
    assert_eq!(limit, json!({ "kind": "body", "allowed": 4_000_000 }));
    let result = json!({ "kind": "result", "allowed": 3_000_000 });
    for (action, arguments) in [
        ("large", json!({ "bytes": 2_250_000 })),
        // A control character has one byte in the extension and six in the answer.
        ("echo_string", json!({ "value": "\u{1}".repeat(600_000) })),
    ] {
        let limit = refused(action, arguments, 500, "EXT0505", "result-bytes");
        assert_eq!(limit, result, "{action}");
    }
    server.post(&path("large"), &json!({ "bytes": 2_240_000 })).ok();
    for (bytes, status) in [(3_000_000, 200), (3_000_001, 500)] {
        let body = json!({ "bytes": bytes }).to_string();
        let (found, _, body) = curl(&[
            "--json",
            &body,
            "--header",
            "accept: application/octet-stream",
            &format!("{}{}", server.address, path("large")),
        ]);
        assert_eq!((found, body.len() == bytes), (status, status == 200));
    }
    server.end();
}

/// Answers take memory until their clients have read them: all together no more than the operator
/// allows.
#[test]
fn slow_readers_do_not_take_all_memory() {
    let scratch = Scratch::new();
    let server = sink(&scratch, "requests-bytes = 20000000\n");
    let address = server.address.strip_prefix("http://").unwrap();
    let body = r#"{"bytes": 4500000}"#;
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        path("large"),
        body.len(),
    );
    // Three answers of 6 MB, of which the system takes a part.
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        slow.push(stream);
    }
    let large = || server.post(&path("large"), &json!({ "bytes": 4_500_000 }));
    let problem = large().problem(503, "EXT1008");
    assert!(problem["detail"].as_str().unwrap().contains("`requests-bytes`"), "{problem}");
    // Small answers take no room.
    assert_eq!(server.post(&path("double"), &json!({ "value": 21 })).ok(), json!(42));
    // Their memory is free once their clients are gone.
    drop(slow);
    let patience = Instant::now() + Duration::from_secs(60);
    while large().status != 200 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(50));
    }
    server.end();
}

#[test]
fn functions_are_called_by_address_and_remembered() {
    let scratch = Scratch::new();
    let server = sink(&scratch, "");
    let get = |path: &str, headers: &[(&str, &str)]| server.send("GET", path, headers, b"");
    let answer = get(&path("double?value=21"), &[]);
    assert_eq!(answer.ok(), 42);
    assert_eq!(answer.header("cache-control"), "private, max-age=60");
    assert_eq!(answer.header("vary"), "authorization, cookie");
    let whole = get(&path("double?arguments=%7B%22value%22:4%7D"), &[]);
    assert_eq!(whole.ok(), 8);
    // Who has it already.
    let tag = answer.header("etag").to_owned();
    let same = get(&path("double?value=21"), &[("if-none-match", &tag)]);
    assert_eq!((same.status, &*same.body), (304, ""));
    assert_eq!(get(&path("double?value=4"), &[("if-none-match", &tag)]).ok(), 8);
    // Whoever asks for the time, or for hosts, may give something else at another time.
    for version in ["@%3D0.1.0", "@=0.1.0", "@0.1.0"] {
        let answer = get(&format!("/v1/example/kitchen-sink{version}/double?value=1"), &[]);
        assert_eq!(answer.ok(), 2);
        assert_eq!(answer.header("cache-control"), "private, max-age=60", "{version}");
    }
    get(&path("double?value=x"), &[]).problem(400, "EXT0502");
    get(&path("double?value=1&value=2"), &[]).problem(400, "EXT1002");
    // What is no function may change something.
    let refused = get(&path("divide?dividend=1&divisor=1"), &[]);
    refused.problem(405, "EXT1009");
    assert_eq!(refused.header("allow"), "POST");
    let refused = server.send("DELETE", &path("double"), &[], b"");
    refused.problem(405, "EXT1009");
    assert_eq!(refused.header("allow"), "GET, HEAD, POST");
    // Whether it is there comes before how it is asked.
    let problem = get(&path("triple?value=1"), &[]).problem(404, "EXT0501");
    assert!(problem["known"].as_array().unwrap().contains(&json!("double")), "{problem}");
    // Failures are not remembered.
    assert_eq!(refused.header("cache-control"), "no-store");
    server.end();
}

#[test]
fn pages_of_other_sites_call_if_the_operator_names_them() {
    let scratch = Scratch::new();
    let server = sink(&scratch, "origins = [\"https://app.example.com\"]\n");
    let preflight = |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        server.send("OPTIONS", &path("double"), &headers, b"")
    };
    let known = preflight("https://app.example.com");
    assert_eq!(known.status, 204);
    assert_eq!(known.header("access-control-allow-origin"), "https://app.example.com");
    assert_eq!(known.header("access-control-allow-methods"), "GET, POST");
    assert!(known.header("access-control-allow-headers").contains("authorization"));
    let unknown = preflight("https://evil.example.com");
    assert_eq!(unknown.header("access-control-allow-origin"), "");
    // Who asks from no page gets what a cache must not give to one.
    let alone = server.get(&path("double?value=2"));
    let mut varies = alone.headers.get_all("vary").iter();
    assert!(varies.any(|it| it == "origin"), "{alone:?}");
    let call = |origin: &str, token: Option<&str>| -> Answer {
        let bearer = token.map(|it| format!("Bearer {it}"));
        let mut headers = vec![("origin", origin), ("content-type", "application/json")];
        headers.extend(bearer.as_deref().map(|it| ("authorization", it)));
        server.send("POST", &path("double"), &headers, br#"{"value": 2}"#)
    };
    // Without a token nobody's page does anything, although this machine needs none.
    call("https://app.example.com", None).problem(401, "EXT1005");
    let wanted = json!({ "name": "page", "scopes": ["invoke"] });
    let token = server.post("/api/tokens", &wanted).ok()["token"].as_str().unwrap().to_owned();
    let answer = call("https://app.example.com", Some(&token));
    assert_eq!(answer.ok(), 4);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example.com");
    assert_eq!(
        call("https://evil.example.com", Some(&token)).header("access-control-allow-origin"),
        ""
    );
    server.end();
}

#[test]
fn calls_over_tls() {
    let scratch = Scratch::new();
    let (certificate, key) = (scratch.path().join("cert.pem"), scratch.path().join("key.pem"));
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let made = Command::new(tool("EXT_TEST_OPENSSL"))
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"])
        .args(["-keyout", key, "-out", certificate])
        .output()
        .expect("openssl starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = scratch.ext("", &["serve", "--tls-certificate", key, "--tls-key", key]);
    said.failure(3, "EXT1014");

    let options = ["--tls-certificate", certificate, "--tls-key", key];
    ext_tests::publish_example(&scratch, "finance");
    let server = Server::start(&scratch, &options);
    assert!(server.address.starts_with("https://127.0.0.1:"), "{}", server.address);
    let trusting = ["--cacert", certificate];
    let deployments = format!("{}/api/deployments", server.address);
    let (status, _, _) = curl(
        &[&trusting[..], &["--json", r#"{"package": "example:finance"}"#, &deployments]].concat(),
    );
    assert_eq!(status, 200);
    let npv = format!("{}/v1/example/finance/net_present_value", server.address);
    let json = r#"{"rate": 0.0, "cash_flows": [-100, 60, 60]}"#;
    for version in ["--http1.1", "--http2"] {
        let arguments = [&trusting[..], &[version, "--json", json, &npv]].concat();
        let (status, headers, body) = curl(&arguments);
        assert_eq!((status, body.as_slice()), (200, &b"20.0"[..]), "{version}");
        assert!(headers.contains("strict-transport-security: max-age=31536000"), "{headers}");
        let expected = if version == "--http2" { "http/2 200" } else { "http/1.1 200" };
        assert!(headers.contains(expected), "{headers}");
    }
    server.end();
}
