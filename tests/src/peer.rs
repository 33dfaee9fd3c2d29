//! A peer over HTTP/1.1 that answers as a test says: servers that are none, or fail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;

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
pub struct Peer {
    address: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    ends: AtomicBool,
    requests: Mutex<Vec<Request>>,
    connections: Mutex<Vec<TcpStream>>,
}

impl Peer {
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

impl Drop for Peer {
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
