//! Typed calls in-process, against hand-written bindings on the same component.
//!
//! Both run on one engine (its settings are `ext_host`'s: deadlines by epochs, a pool of
//! instances), and both stores have the same limits. The peer is what a careful person
//! writes who has one instance and calls it from one thread: it sets the deadline before
//! each call, because without that the first call after it passed is ended; it shares
//! nothing and reuses nothing after a trap, which `ext_host` does.

mod client;
mod peer;

use std::hint::black_box;
use std::time::{Duration, Instant};

use ext_host::{Host, Limits};

use crate::measure::{self, Row, median, progress};
use crate::project::{Project, folder, read};
use crate::{Failure, Result};

/// Highest ratio.
const BAR: f64 = 1.1;

/// Pairs of batches that are compared.
const PAIRS: usize = 3000;

/// How long a batch takes: short, so that most are not interrupted by other programs.
const BATCH: Duration = Duration::from_micros(100);

pub fn run() -> Result<Vec<Row>> {
    let folder = folder()?;
    let calls = Project { folder: concat!(env!("CARGO_MANIFEST_DIR"), "/extensions/calls").into() };
    progress("build the extension");
    measure::run(&mut calls.cargo_ext("build", folder.path())?)?;
    let component = read(&folder.path().join("ext/bench-calls-0.1.0.wasm"))?;

    let host = Host::builder().cache(None).build().map_err(failed)?;
    let ours = client::Calls::new(host.load_bytes(&component).map_err(failed)?).map_err(failed)?;
    let mut peer =
        peer::Peer::new(host.engine(), &component, &Limits::default()).map_err(failed)?;

    let name = "World";
    let order = client::order();
    let same = peer::order();
    Ok(vec![
        compare(
            "call: add two integers",
            || ours.add(black_box(20), black_box(22)).is_ok_and(|sum| sum == 42),
            || peer.add(black_box(20), black_box(22)).is_ok_and(|sum| sum == 42),
        )?,
        compare(
            "call: greet a string",
            || ours.greet(black_box(name)).is_ok_and(|greeting| greeting.len() == 13),
            || peer.greet(black_box(name)).is_ok_and(|greeting| greeting.len() == 13),
        )?,
        compare(
            "call: echo 10 fields with a list of 5 structures",
            || ours.order(black_box(&order)).is_ok_and(|order| order.lines.len() == 5),
            || peer.order(black_box(&same)).is_ok_and(|order| order.lines.len() == 5),
        )?,
    ])
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure(format!("{error:#}"))
}

/// Times both by turns: first one, then the other, then the other first.
fn compare(
    what: &str,
    mut ours: impl FnMut() -> bool,
    mut peer: impl FnMut() -> bool,
) -> Result<Row> {
    progress(what);
    // Both are warm, and a batch has its length.
    let mut calls = 1;
    while batch(&mut peer, calls)? < BATCH || batch(&mut ours, calls)? < BATCH {
        calls *= 2;
    }
    let (mut times, mut peers, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (a, b);
        if pair % 2 == 0 {
            a = batch(&mut ours, calls)?;
            b = batch(&mut peer, calls)?;
        } else {
            b = batch(&mut peer, calls)?;
            a = batch(&mut ours, calls)?;
        }
        let per_call = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(calls);
        times.push(per_call(a));
        peers.push(per_call(b));
        ratios.push(a.as_secs_f64() / b.as_secs_f64());
    }
    let nanoseconds = |times| format!("{:.0} ns", median(times));
    Ok(Row::ratio(what, nanoseconds(times), nanoseconds(peers), median(ratios), BAR))
}

fn batch(call: &mut impl FnMut() -> bool, calls: u32) -> Result<Duration> {
    let started = Instant::now();
    let mut good = true;
    for _ in 0..calls {
        good &= call();
    }
    let time = started.elapsed();
    if good { Ok(time) } else { Err(Failure("a call gave something else than it should".into())) }
}
