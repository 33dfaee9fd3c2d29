//! Requests over connections that stay open, each with a thread that writes a request and
//! waits for its answer.
//!
//! Threads, because the kernel wakes a sleeping one within 0.1 ms, and a runtime's timers have
//! steps of 1 ms, which is longer than most answers take.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::process::Server;
use super::witness::Away;
use crate::{Failure, Result};

/// How long an answer may take before the benchmark is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked, and what is answered.
pub struct Target {
    address: SocketAddr,
    request: Vec<u8>,
    /// The body of each answer; empty: whatever comes is fine.
    answer: String,
}

impl Target {
    /// A `POST` of a body to a path of a server.
    pub fn new(server: &Server, path: &str, body: &str, answer: &str) -> Self {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            server.address,
            body.len()
        );
        Self { address: server.address, request: request.into(), answer: answer.to_owned() }
    }
}

/// How long answers took: each from when its request was due until it was there, the shortest
/// first.
pub struct Latencies(Vec<Range<Instant>>);

impl Latencies {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Those that have nothing to do with the times in which a processor was away.
    pub fn without(mut self, away: &Away) -> Self {
        self.0.retain(|it| !away.concerns(it));
        self
    }

    /// The 99th percentile against the median.
    pub fn ratio(&self) -> f64 {
        self.percentile(99.0) / self.percentile(50.0)
    }

    /// What so many of a hundred did not take longer than, in seconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        let at = (self.0.len() as f64 * percent / 100.0).ceil() as usize;
        self.0.get(at.saturating_sub(1)).map_or(f64::NAN, |it| (it.end - it.start).as_secs_f64())
    }
}

/// Answers per second when each connection asks again as soon as it has its answer.
pub fn most(target: &Target, connections: usize, time: Duration) -> Result<f64> {
    let (started, answers) = (Instant::now(), AtomicU64::new(0));
    on_connections(target, connections, |connection| {
        while started.elapsed() < time {
            connection.ask()?;
            answers.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    })?;
    Ok(answers.into_inner() as f64 / started.elapsed().as_secs_f64())
}

/// Asks at a constant rate, whether answers come or not. A latency begins when the request was
/// due: one that had to wait for a free connection counts with its wait.
pub fn at_rate(
    target: &Target,
    connections: usize,
    rate: f64,
    time: Duration,
) -> Result<Latencies> {
    let (next, requests) = (AtomicU64::new(0), (rate * time.as_secs_f64()) as u64);
    // Every connection is there before the first request is due.
    let started = Instant::now() + Duration::from_millis(100);
    let latencies = on_connections(target, connections, |connection| {
        let mut latencies = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests {
                return Ok(latencies);
            }
            let due = started + Duration::from_secs_f64(number as f64 / rate);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            connection.ask()?;
            latencies.push(due..Instant::now());
        }
    })?;
    let mut latencies = latencies.concat();
    latencies.sort_by_key(|it| it.end - it.start);
    Ok(Latencies(latencies))
}

/// Asks without end while something else is done. What is answered does not matter, as long as
/// the requests were taken for what they are.
pub fn meanwhile<T>(
    target: &Target,
    connections: usize,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let (over, wrong) = (AtomicBool::new(false), AtomicBool::new(false));
    let result = thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    // A server that refuses, or takes long, is what it is.
                    let Ok(mut connection) = Connection::open(target) else { continue };
                    let _ = connection.stream.set_read_timeout(Some(Duration::from_millis(100)));
                    while !over.load(Ordering::Relaxed) && connection.send().is_ok() {
                        let mut answered = connection.receive();
                        while !over.load(Ordering::Relaxed) && answered.as_ref().is_err_and(waits) {
                            answered = connection.receive();
                        }
                        match answered {
                            Ok(Answer { status: 400 | 401 | 403..=405, .. }) => {
                                wrong.store(true, Ordering::Relaxed);
                            }
                            Ok(_) => {}
                            Err(_) => break,
                        }
                    }
                }
            });
        }
        let result = work();
        over.store(true, Ordering::Relaxed);
        result
    });
    match wrong.into_inner() {
        true => Err(Failure(format!("{} refuses what it is asked meanwhile", target.address))),
        false => result,
    }
}

fn waits(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Does the same on so many connections at once.
fn on_connections<T: Send>(
    target: &Target,
    connections: usize,
    work: impl Fn(&mut Connection<'_>) -> io::Result<T> + Sync,
) -> Result<Vec<T>> {
    let done: io::Result<Vec<T>> = thread::scope(|scope| {
        let one = || work(&mut Connection::open(target)?);
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(one)).collect();
        let lost = |_| Err(io::Error::other("a thread panicked"));
        threads.into_iter().map(|it| it.join().unwrap_or_else(lost)).collect()
    });
    done.map_err(|error| Failure(format!("a request to {} failed: {error}", target.address)))
}

struct Connection<'a> {
    target: &'a Target,
    stream: TcpStream,
    /// What has come of an answer.
    buffer: Vec<u8>,
}

impl<'a> Connection<'a> {
    fn open(target: &'a Target) -> io::Result<Self> {
        let stream = TcpStream::connect(target.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { target, stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a request and reads its answer, which must be the expected one.
    fn ask(&mut self) -> io::Result<()> {
        self.send()?;
        let Answer { status, body } = self.receive()?;
        let body = &self.buffer[body];
        match status == 200 && body == self.target.answer.as_bytes() {
            true => Ok(()),
            false => {
                let body = String::from_utf8_lossy(body);
                Err(io::Error::other(format!("it answers {status} {body}")))
            }
        }
    }

    fn send(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.stream.write_all(&self.target.request)
    }

    /// Reads an answer, or goes on with it.
    fn receive(&mut self) -> io::Result<Answer> {
        let mut part = [0; 4096];
        loop {
            if let Some(answer) = answer(&self.buffer)? {
                return Ok(answer);
            }
            match self.stream.read(&mut part)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => self.buffer.extend_from_slice(&part[..length]),
            }
        }
    }
}

struct Answer {
    status: u16,
    /// Where it is.
    body: Range<usize>,
}

/// An answer when all of it is there. Answers are known to say how long they are. What it takes to
/// read one the server has not: nothing is copied.
fn answer(bytes: &[u8]) -> io::Result<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") else { return Ok(None) };
    let head = str::from_utf8(&bytes[..end]).map_err(io::Error::other)?;
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    let status: u16 = status.ok_or_else(|| io::Error::other(format!("no answer: {head}")))?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let length: usize = match length {
        Some(length) => length,
        None if status == 204 => 0,
        None => return Err(io::Error::other(format!("an answer without length: {head}"))),
    };
    let body = end + 4..(end + 4).saturating_add(length);
    Ok((bytes.len() >= body.end).then_some(Answer { status, body }))
}
