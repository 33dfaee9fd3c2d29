//! The servers: processes that end with this one's interest in them.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::failed;
use crate::project::cargo_ext;
use crate::{Failure, Result};

/// What this program is told to be the native handler.
pub const NATIVE: &str = "--serve-natively";

/// A server that runs; killed when dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start until it said that it listens.
    pub started_in: Duration,
}

/// Memory of a process, in bytes (proc_pid_smaps_rollup(5)).
#[derive(Clone, Copy)]
pub struct Memory {
    /// What is in no file: its own whatever else runs.
    pub anonymous: f64,
    /// Pages of files, such as programs and compiled code: the kernel takes them back when it
    /// needs the room.
    pub mapped: f64,
}

impl Server {
    /// A platform server with its folder, and the registry that it deploys from.
    pub fn ours(data: &Path, registry: &Path) -> Result<Self> {
        let mut command = cargo_ext()?;
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.arg("--registry").arg(registry).args(["--message-format", "json"]);
        Self::start(command, Stream::Output)
    }

    /// `wasmtime serve` with a component.
    pub fn wasmtime(component: &Path) -> Result<Self> {
        let program = std::env::var_os("EXT_BENCH_WASMTIME").ok_or_else(|| {
            Failure("EXT_BENCH_WASMTIME does not name a wasmtime: run `cargo xtask bench`".into())
        })?;
        let mut command = Command::new(program);
        // `cli`: what Rust's standard library imports.
        command.args(["serve", "-O", "pooling-allocator=y", "-S", "cli=y"]);
        // Said, though it is the default: an instance for each request.
        command.args(["--max-instance-reuse-count", "1"]);
        command.args(["--addr", "127.0.0.1:0"]).arg(component);
        Self::start(command, Stream::Errors)
    }

    /// The native handler.
    pub fn native() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.arg(NATIVE);
        Self::start(command, Stream::Output)
    }

    /// Starts a server, which says its address on one of its streams.
    fn start(mut command: Command, stream: Stream) -> Result<Self> {
        let started = Instant::now();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command
            .spawn()
            .map_err(|error| Failure(format!("{command:?} does not start: {error}")))?;
        let (output, errors) = (process.stdout.take(), process.stderr.take());
        let (said, other): (Box<dyn BufRead + Send>, Box<dyn BufRead + Send>) =
            match (output, errors, stream) {
                (Some(output), Some(errors), Stream::Output) => {
                    (Box::new(BufReader::new(output)), Box::new(BufReader::new(errors)))
                }
                (Some(output), Some(errors), Stream::Errors) => {
                    (Box::new(BufReader::new(errors)), Box::new(BufReader::new(output)))
                }
                _ => return Err(Failure("a process without streams".into())),
            };
        let mut server =
            Self { process, address: SocketAddr::from(([0; 4], 0)), started_in: Duration::ZERO };
        // Whatever it says besides has somewhere to go.
        std::thread::spawn(move || other.lines().for_each(drop));
        let mut lines = said.lines();
        for line in lines.by_ref().map_while(std::io::Result::ok) {
            if let Some(address) = address(&line) {
                (server.address, server.started_in) = (address, started.elapsed());
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(server);
            }
        }
        Err(Failure(format!("{command:?} ended before it listened")))
    }

    /// Deploys a package on a platform server.
    pub fn deploy(&self, package: &str, settings: &Value) -> Result {
        let address = format!("http://{}/api/deployments", self.address);
        let wanted = json!({ "package": package, "settings": settings }).to_string();
        let mut answer = ureq::post(&address)
            .header("content-type", "application/json")
            .send(wanted)
            .map_err(failed)?;
        let lines = answer.body_mut().read_to_string().map_err(failed)?;
        match lines.lines().last() {
            Some(line) if line.starts_with(r#"{"deployed""#) => Ok(()),
            other => Err(Failure(format!("{package} is not deployed: {other:?}"))),
        }
    }

    /// The memory that it has.
    pub fn memory(&self) -> Result<Memory> {
        let path = format!("/proc/{}/smaps_rollup", self.process.id());
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure(format!("memory is read from {path}: {error}")))?;
        let bytes = |field: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(field));
            let kibibytes = line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
            kibibytes.map_or(0.0, |it: f64| it * 1024.0)
        };
        let anonymous = bytes("Anonymous:");
        Ok(Memory { anonymous, mapped: bytes("Rss:") - anonymous })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where a server says its address.
enum Stream {
    Output,
    Errors,
}

/// The address in a line such as `Serving HTTP on http://127.0.0.1:8080/`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.' && it != ':');
    rest[..end.unwrap_or(rest.len())].parse().ok()
}
