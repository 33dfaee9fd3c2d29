//! A server of HTTP/1.1 that answers as a test says, and what a platform server says of an
//! extension.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ext_host::{ActionError, Error, Extension, Limit};
use serde_json::{Value, json};

/// What came in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// Beginning with a slash.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(it, _)| it == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// What goes out.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer.
    Answer {
        /// Such as 200.
        status: u16,
        /// Besides the length.
        headers: Vec<(&'static str, String)>,
        /// Its content.
        body: Vec<u8>,
    },
    /// These bytes and the connection's end.
    Cut(Vec<u8>),
}

impl Reply {
    /// An answer of JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        let media = if status < 400 { "application/json" } else { "application/problem+json" };
        let headers = vec![("content-type", media.to_owned())];
        Self::Answer { status, headers, body: value.to_string().into_bytes() }
    }

    /// The same with a header more.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

/// It ends with the test, or before.
pub struct Server {
    address: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    ends: AtomicBool,
    requests: Mutex<Vec<Request>>,
    connections: Mutex<Vec<TcpStream>>,
}

impl Server {
    /// Starts one on some port of this machine.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (shared, answer) = (Arc::<Shared>::default(), Arc::new(answer));
        let kept = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if kept.ends.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { break };
                let clone = stream.try_clone().expect("a clone");
                kept.connections.lock().expect("no panic").push(clone);
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || serve(&stream, &kept, &*answer));
            }
        });
        Self { address, shared }
    }

    /// One that calls an extension as a platform server does.
    pub fn of(extension: Extension) -> Self {
        Self::start(move |request| platform(&extension, request))
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What came in so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("no panic").clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.connections.lock().expect("no panic").len()
    }

    /// Ends every connection, and takes no more.
    pub fn stop(&self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        for connection in &*self.shared.connections.lock().expect("no panic") {
            let _ = connection.shutdown(Shutdown::Both);
        }
        // The listener looks up, and goes away with its thread.
        let port = self.address.trim_start_matches("http://");
        let _ = TcpStream::connect(port);
        while TcpStream::connect(port).is_ok() {}
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(stream: &TcpStream, shared: &Shared, answer: &dyn Fn(&Request) -> Reply) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        shared.requests.lock().expect("no panic").push(request.clone());
        let reply = answer(&request);
        let mut out = Vec::new();
        match &reply {
            Reply::Answer { status, headers, body } => {
                out.extend(format!("HTTP/1.1 {status} X\r\n").bytes());
                for (name, value) in headers {
                    out.extend(format!("{name}: {value}\r\n").bytes());
                }
                if *status != 204 {
                    out.extend(format!("content-length: {}\r\n", body.len()).bytes());
                }
                out.extend(b"\r\n");
                out.extend(body);
            }
            Reply::Cut(bytes) => out.extend(bytes),
        }
        let mut stream = stream;
        if stream.write_all(&out).is_err() || matches!(reply, Reply::Cut(_)) {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

/// The next request; `None` at the connection's end.
fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    let mut next = || {
        line.clear();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let first = next()?;
    let mut words = first.split(' ').map(str::to_owned);
    let mut request = Request { method: words.next()?, path: words.next()?, ..Request::default() };
    loop {
        let line = next()?;
        let Some((name, value)) = line.split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = request.header("content-length").map_or(0, |it| it.parse().expect("a number"));
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// What a platform server answers that has this extension.
pub fn platform(extension: &Extension, request: &Request) -> Reply {
    let package = &extension.definition().package;
    let base = format!("/v1/{}/{}@{}/", package.namespace, package.name, package.version);
    let problem = |status: u16, code: &str, detail: String, more: Value| {
        let mut problem = json!({
            "type": format!("/errors/{code}"), "title": "what it means", "status": status,
            "detail": detail, "instance": "/calls/r-1", "code": code,
        });
        let members = problem.as_object_mut().expect("an object");
        members.extend(more.as_object().cloned().unwrap_or_default());
        Reply::json(status, &problem)
    };
    let Some(action) = request.path.strip_prefix(&base) else {
        return problem(404, "EXT1001", "nothing of this name is deployed".into(), json!({}));
    };
    match request.method.as_str() {
        "GET" if action.is_empty() => {
            let definition = serde_json::to_value(extension.definition()).expect("JSON");
            return Reply::json(200, &definition);
        }
        "POST" => {}
        _ => return problem(405, "EXT1009", "this is no action".into(), json!({})),
    }
    let Ok(arguments) = serde_json::from_slice::<Value>(&request.body) else {
        return problem(400, "EXT1002", "the body is no JSON".into(), json!({}));
    };
    let error = match extension.call_json(action, &arguments) {
        Ok(value) => {
            let known = extension.definition().action(action).expect("it was called");
            return match known.result {
                Some(_) => Reply::json(200, &value),
                None => Reply::Answer { status: 204, headers: Vec::new(), body: Vec::new() },
            };
        }
        Err(error) => error,
    };
    let (status, more) = members(&error);
    problem(status, error.code().0, error.to_string(), more)
}

/// The status of a failed call, and what its problem has besides.
fn members(error: &Error<ActionError>) -> (u16, Value) {
    match error {
        Error::Action(error) => (422, json!({"error": error.value})),
        Error::NotFound { known, .. } => (404, json!({"known": known})),
        Error::Arguments(found) => {
            let found: Vec<Value> =
                found.iter().map(|it| json!({"path": it.path, "reason": it.reason})).collect();
            (400, json!({"violations": found}))
        }
        Error::Trap(trap) => {
            let mut members = json!({"trap": trap.message});
            if let Some(place) = &trap.place {
                members["place"] = json!(place);
            }
            (500, members)
        }
        Error::Limit(limit) => {
            let (status, kind, allowed) = match limit {
                Limit::Time { allowed } => (504, "time", allowed.as_millis() as usize),
                Limit::Memory { allowed } => (500, "memory", *allowed),
                Limit::Output { allowed } => (500, "output", *allowed),
            };
            (status, json!({"limit": {"kind": kind, "allowed": allowed}}))
        }
        Error::Runtime(_) | Error::Server(_) => (500, json!({})),
    }
}
