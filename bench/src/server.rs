//! The platform server under load, as `cargo ext serve` runs it: one process, its default
//! settings, HTTP/1.1 on the loopback address, the log of calls written.
//!
//! Requests come from this process, on the same processors: every server pays the same for
//! them, so that a ratio is nearer to 1 than it would be with requests from elsewhere. For the
//! [tail] of latencies each has processors of its own.

mod copies;
mod load;
mod many;
mod native;
mod neighbour;
mod process;
mod processors;
mod tail;
mod witness;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ext_registry::Registry;
use serde_json::json;
use tempfile::TempDir;

use crate::measure::{self, Row, median, progress};
use crate::project::{Project, TARGET, folder, read};
use crate::{Failure, Result};
use load::Target;
use process::Server;

pub use native::serve as serve_natively;
pub use process::NATIVE;

/// Lowest ratio of requests per second to `wasmtime serve`'s.
const FRESH_BAR: f64 = 1.0;

/// Lowest ratio to a native handler's.
const REUSED_BAR: f64 = 0.5;

/// How often each is measured.
const ROUNDS: usize = 7;

/// How long each time.
const ROUND: Duration = Duration::from_secs(2);

/// Connections, each with one request at a time.
const CONNECTIONS: usize = 32;

/// What every server is asked, and what it has to answer.
const REQUEST: &str = r#"{"sku":"A-1001","quantity":120,"price":1999}"#;
const ANSWER: &str = r#"{"sku":"A-1001","total":215892,"discounted":true}"#;

/// The action's place on a platform server.
fn path(package: &str) -> String {
    format!("/v1/bench/{package}/quote")
}

/// What servers need to start.
struct Bench {
    folder: TempDir,
    registry: PathBuf,
    /// The package `bench:quotes`.
    quotes: Vec<u8>,
}

impl Bench {
    fn new() -> Result<Self> {
        let folder = folder()?;
        progress("build the extensions");
        let registry = folder.path().join("registry");
        let mut packages = Vec::new();
        for name in ["quotes", "misbehaves"] {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("extensions").join(name);
            let extension = Project { folder: source };
            extension.fetch()?;
            let target = folder.path().join(name);
            measure::run(&mut extension.cargo_ext("build", &target)?)?;
            packages.push(read(&target.join(format!("ext/bench-{name}-0.1.0.wasm")))?);
        }
        let bench = Self { folder, registry, quotes: packages.swap_remove(0) };
        bench.publish(&bench.quotes)?;
        bench.publish(&packages[0])?;
        Ok(bench)
    }

    fn publish(&self, package: &[u8]) -> Result {
        let registry = Registry::open_or_create(&self.registry).map_err(failed)?;
        copies::publish(&registry, package)
    }

    /// Publishes the package once more, under another name.
    fn publish_copy(&self, name: &str) -> Result {
        self.publish(&copies::renamed(&self.quotes, name)?)
    }

    /// A platform server with a folder of this name.
    fn server(&self, name: &str) -> Result<Server> {
        Server::ours(&self.folder.path().join(name), &self.registry)
    }

    /// The same action for `wasmtime serve`.
    fn peer(&self) -> Result<PathBuf> {
        progress("build the peer");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/wasi-http");
        let peer = Project { folder };
        peer.fetch()?;
        let target = self.folder.path().join("wasi-http");
        measure::run(&mut peer.cargo_build(&target))?;
        Ok(target.join(TARGET).join("release/quotes_wasi_http.wasm"))
    }
}

pub fn run() -> Result<Vec<Row>> {
    let bench = Bench::new()?;
    let mut rows = Vec::new();
    for part in [requests, tail::run, many::run, neighbour::run] {
        // Said as they come: all of it takes minutes.
        let more = part(&bench)?;
        more.iter().for_each(|row| progress(&row.to_string()));
        rows.extend(more);
    }
    Ok(rows)
}

fn requests(bench: &Bench) -> Result<Vec<Row>> {
    let ours = bench.server("requests")?;
    let wasmtime = Server::wasmtime(&bench.peer()?)?;
    let native = Server::native()?;
    bench.publish_copy("reused")?;
    ours.deploy("bench:quotes", &json!({}))?;
    ours.deploy("bench:reused", &json!({ "reuse": true }))?;

    let fresh = Target::new(&ours, &path("quotes"), REQUEST, ANSWER);
    let against = "requests per second, an instance for each, against `wasmtime serve`";
    let first = compare(against, &fresh, &Target::new(&wasmtime, "/", REQUEST, ANSWER), FRESH_BAR)?;
    let reused = Target::new(&ours, &path("reused"), REQUEST, ANSWER);
    let against = "requests per second, instances reused, against axum";
    let native = Target::new(&native, "/", REQUEST, ANSWER);
    let second = compare(against, &reused, &native, REUSED_BAR)?;
    Ok(vec![first, second])
}

/// Asks both by turns as fast as they answer.
fn compare(what: &str, ours: &Target, peer: &Target, bar: f64) -> Result<Row> {
    progress(what);
    let (mut rates, mut peers, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for target in [ours, peer] {
        load::most(target, CONNECTIONS, ROUND)?;
    }
    for round in 0..ROUNDS {
        let (a, b);
        if round % 2 == 0 {
            a = load::most(ours, CONNECTIONS, ROUND)?;
            b = load::most(peer, CONNECTIONS, ROUND)?;
        } else {
            b = load::most(peer, CONNECTIONS, ROUND)?;
            a = load::most(ours, CONNECTIONS, ROUND)?;
        }
        rates.push(a);
        peers.push(b);
        ratios.push(a / b);
    }
    let (rate, peer) = (median(rates), median(peers));
    let text = |rate: f64| format!("{rate:.0}/s");
    Ok(Row::at_least(what, text(rate), text(peer), median(ratios), bar))
}

fn micros(seconds: f64) -> String {
    format!("{:.0} µs", seconds * 1e6)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure(error.to_string())
}
