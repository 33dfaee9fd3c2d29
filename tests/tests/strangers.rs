//! The server, asked by nobody who knows how: requests that are nearly right, and wrong in ways
//! that nobody thought of. Whatever comes, each gets one answer that says why, nothing of it is
//! taken for a page of ours, and nothing panics.
//!
//! Some thousands of them, always the same; `EXT_TEST_SECONDS=600` goes on for so long, with
//! others each time.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ext_tests::{Scratch, Server, publish_example};
use serde_json::{Value, json};

/// How many each client sends.
const REQUESTS: u64 = 2_000;

const CLIENTS: u64 = 4;

/// Longest that an answer may take on a busy machine: what runs is cut off long before.
const PATIENCE: Duration = Duration::from_secs(30);

/// What must not be in a page as it was sent.
const MARK: &str = "<b id=stranger>";

/// What other requests were made of, and what others stumble over.
const WORDS: &[&str] = &[
    MARK,
    "\"><script>",
    "%3Cb%20id=stranger%3E",
    "%00",
    "%2e%2e%2f",
    "%ff",
    "%",
    "../",
    "//",
    "@",
    "@0.1.0",
    "@=0.1.0",
    "@^0",
    "@99999999999999999999",
    "?",
    "&",
    "=",
    "&value=",
    "#",
    ";",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "null",
    "true",
    "\0",
    "\u{7f}",
    "é",
    "𝄞",
    "\u{202e}",
    " ",
    "\n",
    "\r\n",
    "\r\n--x\r\n",
    "--x--",
    "-0",
    "1e999",
    "0.1e-400",
    "18446744073709551616",
    "-9223372036854775809",
    "2026-02-30",
    "9999-12-31T23:59:60Z",
    "-009999-01-01T00:00:00Z",
    "P9999999Y",
    "application/json",
    "text/html",
    "*/*",
    "filename*=UTF-8''",
    "name=\"value\"",
    "example:kitchen-sink",
    "Bearer ",
    "ext_session=",
    "W/\"\"",
    "jsonrpc",
    "id",
    "2025-11-25",
    "2026-07-28",
    "arguments",
    "_meta",
    "..",
    "\u{feff}",
];

/// A request, in the parts that are changed.
#[derive(Clone)]
struct Request {
    method: &'static str,
    target: Vec<u8>,
    /// Without those of the frame: its host and its length.
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    fn new(method: &'static str, target: &str, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes().to_vec()));
        Self {
            method,
            target: target.as_bytes().to_vec(),
            headers: headers.collect(),
            body: Vec::new(),
        }
    }

    fn of_json(method: &'static str, target: &str, body: &Value) -> Self {
        let mut request = Self::new(method, target, &[("content-type", "application/json")]);
        request.body = body.to_string().into_bytes();
        request
    }

    /// As HTTP/1.0 has it (RFC 1945): the answer ends with its connection.
    fn bytes(&self, host: &str) -> Vec<u8> {
        let mut bytes = format!("{} ", self.method).into_bytes();
        bytes.extend_from_slice(&self.target);
        bytes.extend_from_slice(b" HTTP/1.0\r\n");
        if !self.headers.iter().any(|(name, _)| *name == "host") {
            bytes.extend_from_slice(format!("host: {host}\r\n").as_bytes());
        }
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            // A header that ends early would end the request: what follows is no body of it.
            bytes.extend(value.iter().filter(|it| !b"\r\n".contains(it)));
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", self.body.len()).as_bytes());
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Requests as they should be: one for each thing that the server reads.
fn right(host: &str) -> Vec<Request> {
    let sink = "/v1/example/kitchen-sink";
    let mcp = |method: &str, params: Value| {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = Request::of_json("POST", "/mcp", &body);
        request.headers.push(("accept", b"application/json, text/event-stream".to_vec()));
        request.headers.push(("mcp-protocol-version", b"2025-11-25".to_vec()));
        request
    };
    let origin = format!("http://{host}");
    let form = |target: &str, body: &str| {
        let urlencoded = ("content-type", "application/x-www-form-urlencoded");
        let mut request = Request::new("POST", target, &[urlencoded, ("origin", &origin)]);
        request.body = body.as_bytes().to_vec();
        request
    };
    let divide = json!({ "dividend": 7, "divisor": 2 });
    let mut parts = Request::new(
        "POST",
        &format!("{sink}/divide"),
        &[("content-type", "multipart/form-data; boundary=x")],
    );
    parts.body = b"--x\r\ncontent-disposition: form-data; name=\"dividend\"\r\n\r\n7\r\n--x\r\n\
        content-disposition: form-data; name=\"divisor\"; filename=\"d\"\r\n\
        content-type: application/json\r\n\r\n2\r\n--x--\r\n"
        .to_vec();
    let mut traced = Request::of_json("POST", &format!("{sink}/divide"), &divide);
    for (name, value) in [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("tracestate", "a=1,b=2"),
        ("x-request-id", "a-b.c_1"),
        ("accept", "application/json"),
    ] {
        traced.headers.push((name, value.as_bytes().to_vec()));
    }
    let known = |name: &'static str, value: &str| {
        let mut request = Request::of_json("POST", &format!("{sink}/divide"), &divide);
        request.headers.push((name, value.as_bytes().to_vec()));
        request
    };
    let get = |target: &str| Request::new("GET", target, &[]);
    let call = |action: &str, value: Value| {
        Request::of_json("POST", &format!("{sink}/{action}"), &json!({ "value": value }))
    };
    vec![
        Request::of_json("POST", &format!("{sink}/divide"), &divide),
        Request::of_json("POST", &format!("{sink}@0.1/divide"), &divide),
        call("echo_string", json!("text")),
        call("echo_bytes", json!("AAEC")),
        call("echo_u64", json!(18_446_744_073_709_551_615_u64)),
        parts,
        traced,
        known("authorization", "Bearer ext_unknown"),
        known("cookie", "a=b; ext_session=ext_unknown"),
        known("origin", "https://example.org"),
        known("host", host),
        known("x-forwarded-for", "10.0.0.1"),
        Request::new("GET", &format!("{sink}/double?value=21"), &[("if-none-match", "\"x\", *")]),
        get(&format!("{sink}/double?arguments=%7B%22value%22:4%7D")),
        get(sink),
        get(&format!("{sink}/openapi.json?version=3.0")),
        get("/v1/openapi.json?version=3.1"),
        mcp(
            "initialize",
            json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "x", "version": "1" } }),
        ),
        mcp("tools/list", json!({ "cursor": null })),
        mcp(
            "tools/call",
            json!({ "name": "kitchen-sink_divide", "arguments": divide, "_meta": { "progressToken": 1 } }),
        ),
        Request::of_json(
            "POST",
            "/api/deployments",
            &json!({ "package": "example:finance", "settings": { "time-ms": 1000, "reuse": false }, "grant": ["env:X"] }),
        ),
        Request::of_json(
            "PUT",
            "/api/deployments/example/finance/grants",
            &json!({ "granted": ["env:X"] }),
        ),
        Request::of_json(
            "POST",
            "/api/deployments/example/finance/rollback",
            &json!({ "to": "0.9.0" }),
        ),
        Request::of_json(
            "POST",
            "/api/tokens",
            &json!({ "name": "x", "scopes": ["invoke:example"], "expires_in": 60 }),
        ),
        get("/api/deployments"),
        get(
            "/api/calls?package=example:kitchen-sink&action=divide&outcome=ok&before=2026-01-01T00:00:00Z&since=2026-01-01T00:00:00Z&limit=3&id=x",
        ),
        get("/api/events?package=example:finance&limit=3"),
        get("/?span=hour&done=deployed"),
        get("/extensions/example/kitchen-sink/?span=day"),
        get("/extensions/example/kitchen-sink/actions/divide"),
        form("/extensions/example/kitchen-sink/actions/divide", "dividend=7&divisor=2"),
        form("/extensions/example/kitchen-sink/actions/echo_string", "value=%3Cb%20id=stranger%3E"),
        form("/extensions/example/finance/grants", "grant=env:X&grant="),
        form("/deploy", "package=example:finance&grant=env:X"),
        form("/tokens", "name=x&scope=invoke&namespace=example&days=3"),
        form("/login", "token=ext_unknown&next=/calls"),
        get("/docs/example/kitchen-sink"),
        get(
            "/calls?package=example:kitchen-sink&action=divide&outcome=ok&before=2026-01-01T00:00:00Z",
        ),
        get("/calls/0123456789abcdef0123456789abcdef"),
        get("/events?package=example:finance"),
        get("/login?next=/calls"),
        get("/errors/EXT0502"),
        get("/metrics"),
    ]
}

/// Random numbers that are the same each time (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.number() >> 33) as usize % limit.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Changes a text here and there.
    fn change(&mut self, text: &mut Vec<u8>, others: &[Request]) {
        for _ in 0..1 + self.below(3) {
            let at = self.below(text.len() + 1);
            let end = (at + self.below(12)).min(text.len());
            match self.below(9) {
                0 if at < text.len() => text[at] = self.number() as u8,
                1 if at < text.len() => text[at] ^= 1 << self.below(8),
                2 => drop(text.drain(at..end)),
                3 => text.truncate(at),
                4 => {
                    let again = text[at..end].repeat(1 + self.below(3));
                    text.splice(at..at, again);
                }
                5 => {
                    let many = self.of(WORDS).repeat(1 + self.below(700));
                    text.splice(at..at, many.bytes());
                }
                6 => {
                    let other = &self.of(others).body;
                    let from = self.below(other.len() + 1);
                    text.splice(at.., other[from..].iter().copied());
                }
                7 => drop(text.splice(at..end, self.of(WORDS).bytes())),
                _ => drop(text.splice(at..at, self.of(WORDS).bytes())),
            }
        }
    }

    /// One of these requests, changed.
    fn request(&mut self, right: &[Request]) -> Request {
        let mut request = self.of(right).clone();
        match self.below(8) {
            0 => {
                // Nothing is taken away: what is not there is answered fast, and always alike.
                request.method =
                    *self.of(&["GET", "POST", "PUT", "HEAD", "OPTIONS", "PATCH", "BREW"]);
            }
            1 | 2 => self.change(&mut request.target, right),
            3 | 4 if !request.headers.is_empty() => {
                let which = self.below(request.headers.len());
                self.change(&mut request.headers[which].1, right);
            }
            _ if request.body.is_empty() => self.change(&mut request.target, right),
            _ => self.change(&mut request.body, right),
        }
        if self.below(4) > 0 {
            request.target = escaped(&request.target);
        }
        request
    }
}

/// An address as browsers write it, so that what is strange in it gets further.
fn escaped(target: &[u8]) -> Vec<u8> {
    let each = target.iter().map(|byte| match byte {
        b'!' | b'#'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~' => {
            char::from(*byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    each.collect::<String>().into_bytes()
}

/// What came back.
struct Response<'a> {
    status: u16,
    headers: BTreeMap<String, &'a str>,
    body: &'a [u8],
}

impl<'a> Response<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n")?;
        let mut lines = std::str::from_utf8(&bytes[..end]).ok()?.split("\r\n");
        let (version, status) = lines.next()?.split_once(' ')?;
        let status = status.get(..3)?.parse().ok().filter(|_| version.starts_with("HTTP/1."))?;
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value))
        });
        Some(Self { status, headers: headers.collect::<Option<_>>()?, body: &bytes[end + 4..] })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).copied().unwrap_or_default()
    }

    /// What is wrong with it as an answer to this request; else its status and code.
    fn told(&self, request: &Request) -> Result<String, String> {
        let media_type = self.header("content-type");
        if self.header("x-request-id").is_empty() {
            // What is no HTTP does not get as far as to the addresses.
            let fine = matches!(self.status, 400 | 414 | 431) && self.body.is_empty();
            return fine.then(|| self.status.to_string()).ok_or("it has no id".into());
        }
        if self.header("x-content-type-options") != "nosniff" {
            return Err("a browser would guess what it is".into());
        }
        if media_type.starts_with("text/html") {
            let shown = self.body.windows(MARK.len()).any(|it| it == MARK.as_bytes());
            return match shown {
                true => Err("the page has what a stranger wrote".into()),
                false => Ok(format!("{} page", self.status)),
            };
        }
        let json: Option<Value> = match media_type.contains("json") && request.method != "HEAD" {
            true if media_type.contains("ndjson") => {
                let last = self.body.split(|it| *it == b'\n').rfind(|it| !it.is_empty());
                Some(
                    serde_json::from_slice(last.unwrap_or_default())
                        .map_err(|it| it.to_string())?,
                )
            }
            true if !self.body.is_empty() => {
                Some(serde_json::from_slice(self.body).map_err(|it| it.to_string())?)
            }
            _ => None,
        };
        let code = json.as_ref().and_then(|it| it["code"].as_str()).unwrap_or_default();
        let is_problem = media_type == "application/problem+json" && !code.is_empty();
        match self.status {
            ..400 => Ok(self.status.to_string()),
            // Its errors are those of JSON-RPC.
            400..500 if request.target.starts_with(b"/mcp") => Ok(format!("{} mcp", self.status)),
            400..500 if is_problem || request.method == "HEAD" => {
                Ok(format!("{} {code}", self.status))
            }
            // A guest that failed, and no other reason.
            500.. if matches!(code, "EXT0504" | "EXT0505") => Ok(format!("{} {code}", self.status)),
            _ => Err("it is no answer to a request of a stranger".into()),
        }
    }
}

/// Sends requests until `goes_on` says no; gives how often it was answered with what.
fn client(host: &str, seed: u64, goes_on: impl Fn(u64) -> bool) -> BTreeMap<String, u64> {
    let right = right(host);
    let mut dice = Dice(seed);
    let mut told = BTreeMap::new();
    let mut sent = 0;
    while goes_on(sent) {
        let request = dice.request(&right);
        let bytes = request.bytes(host);
        let mut stream = TcpStream::connect(host).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        // Who is refused early may not get rid of all of it.
        let _ = stream.write_all(&bytes);
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let outcome = match Response::of(&answer) {
            Some(response) => response.told(&request),
            None => Err(format!("no answer, {read:?}")),
        };
        match outcome {
            Ok(outcome) => *told.entry(outcome).or_default() += 1,
            Err(reason) => panic!(
                "{reason} (seed {seed}, request {sent})\n{}\n---\n{}",
                bytes.escape_ascii(),
                answer.escape_ascii()
            ),
        }
        sent += 1;
    }
    told
}

#[test]
fn whatever_is_asked_is_answered() {
    let scratch = Scratch::new();
    for name in ["kitchen-sink", "finance"] {
        publish_example(&scratch, name);
    }
    let data = scratch.path().join("server");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::write(data.join("server.toml"), "time-ms = 1500\n").expect("settings");
    let server = Server::start_in(&scratch, &data, &[]);
    server.deploy("example:kitchen-sink");
    server.deploy("example:finance");
    let host = server.address.strip_prefix("http://").expect("an address");

    let seconds = std::env::var("EXT_TEST_SECONDS").ok();
    let seconds = seconds.map(|it| it.parse().expect("EXT_TEST_SECONDS is a number"));
    let end = seconds.map(|it| Instant::now() + Duration::from_secs(it));
    // Not zero, which is followed by zeros.
    let seed = end.map_or(1, |_| u64::from(std::process::id()) << 8 | 1);
    let told = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|it| {
                let goes_on = move |sent| end.map_or(sent < REQUESTS, |it| Instant::now() < it);
                scope.spawn(move || client(host, seed + it, goes_on))
            })
            .collect();
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        for client in clients {
            for (outcome, times) in client.join().expect("an answer to each request") {
                *all.entry(outcome).or_default() += times;
            }
        }
        all
    });

    // They are near enough to what is right: all sorts of it came to its end, and failed.
    for outcome in [
        "200",
        "200 page",
        "201",
        "304",
        "303",
        "400",
        "400 EXT0502",
        "400 EXT1002",
        "401 EXT1005",
        "404 EXT0501",
        "404 EXT1001",
        "405 EXT1009",
        "415 EXT1004",
    ] {
        assert!(told.contains_key(outcome), "{outcome} of {told:?}");
    }
    let npv = json!({ "rate": 0.1, "cash_flows": [-100.0, 60.0, 60.0] });
    server.post("/v1/example/finance/net_present_value", &npv).ok();
    let said = server.said();
    assert!(!said.contains("panicked"), "{said}");
    server.end();
}
