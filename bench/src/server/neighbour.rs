//! What a deployment that misbehaves costs another one on the same server.
//!
//! The server is started again each time: calls go on when nobody waits for them any more, and
//! would be there when it is measured without them.

use std::time::Duration;

use serde_json::json;

use super::load::{self, Latencies, Target};
use super::process::Server;
use super::{ANSWER, Bench, CONNECTIONS, REQUEST, ROUND, ROUNDS, micros, path};
use crate::measure::{Row, median, progress, stolen};
use crate::{Failure, Result};

/// Highest ratio of the 99th percentiles.
const BAR: f64 = 2.0;

/// Requests per second to the deployment that behaves: a load that leaves room.
const RATE: f64 = 500.0;

/// Connections to the other: more than may run at once.
const MANY: usize = 64;

/// How long the other has been at it before anything is measured.
const BEFORE: Duration = Duration::from_millis(500);

/// What the other extension does, where, asked what, and what that may cost. One that behaves
/// and is called as fast as it answers has the same right to the processors: nothing is demanded.
const OTHERS: [(&str, &str, &str, Option<f64>); 4] = [
    ("loops", "/v1/bench/misbehaves/spin", "{}", Some(BAR)),
    ("allocates", "/v1/bench/misbehaves/allocate", "{}", Some(BAR)),
    ("writes", "/v1/bench/misbehaves/flood", "{}", Some(BAR)),
    ("is called", "/v1/bench/called/quote", REQUEST, None),
];

/// The part of the processors' time that is nearly nothing.
const LITTLE: f64 = 0.01;

/// How often is measured at most until no more was stolen meanwhile.
const ATTEMPTS: usize = 4;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    bench.publish_copy("called")?;
    let start = || bench.server("neighbours");
    {
        let server = start()?;
        server.deploy("bench:quotes", &json!({}))?;
        server.deploy("bench:called", &json!({}))?;
        // As much memory as 32 calls may fill at once on any machine that builds this.
        server.deploy("bench:misbehaves", &json!({ "memory_bytes": 64 << 20 }))?;
    }
    let mut rows = Vec::new();
    for (what, address, body, bar) in OTHERS {
        let what = format!("99th percentile beside an extension that {what} without end");
        progress(&what);
        let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let alone = measure(&start()?)?.percentile(99.0);
            let server = start()?;
            let other = Target::new(&server, address, body, "");
            let beside = load::meanwhile(&other, MANY, || {
                std::thread::sleep(BEFORE);
                measure(&server)
            })?;
            let beside = beside.percentile(99.0);
            with.push(beside);
            without.push(alone);
            ratios.push(beside / alone);
        }
        let (with, without) = (micros(median(with)), micros(median(without)));
        let ratio = median(ratios);
        let row = match bar {
            Some(bar) => Row::ratio(what, with, without, ratio, bar),
            None => Row::information(what, with, without, format!("{ratio:.2} ×")),
        };
        progress(&row.figure);
        rows.push(row);
    }
    Ok(rows)
}

fn measure(server: &Server) -> Result<Latencies> {
    let target = Target::new(server, &path("quotes"), REQUEST, ANSWER);
    // Warm, as a server is that is attacked.
    load::at_rate(&target, CONNECTIONS, RATE, ROUND / 4)?;
    let mut best: Option<(f64, Latencies)> = None;
    for _ in 0..ATTEMPTS {
        let (stolen, latencies) = stolen(|| load::at_rate(&target, CONNECTIONS, RATE, ROUND))?;
        if best.as_ref().is_none_or(|(least, _)| stolen < *least) {
            best = Some((stolen, latencies));
        }
        if stolen <= LITTLE {
            break;
        }
    }
    best.map(|(_, latencies)| latencies).ok_or_else(|| Failure("nothing was measured".into()))
}
