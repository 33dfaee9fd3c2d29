//! What a deployment that misbehaves costs another one on the same server.
//!
//! The server is started again each time: calls go on when nobody waits for them any more, and
//! would be there when it is measured without them.

use std::time::Duration;

use serde_json::json;

use super::load::{self, Latencies, Target};
use super::process::Server;
use super::{ANSWER, Bench, CONNECTIONS, ROUND, ROUNDS, micros, path};
use crate::Result;
use crate::measure::{Row, median, progress};

/// Highest ratio of the 99th percentiles.
const BAR: f64 = 2.0;

/// Requests per second to the deployment that behaves: a load that leaves room.
const RATE: f64 = 500.0;

/// Connections to the other: more than may run at once.
const MANY: usize = 64;

/// How long the other has been at it before anything is measured.
const BEFORE: Duration = Duration::from_millis(500);

/// Extensions that misbehave: what they do, and where.
const MISBEHAVIOURS: [(&str, &str); 4] = [
    ("loops", "/v1/bench/misbehaves/spin"),
    ("allocates", "/v1/bench/misbehaves/allocate"),
    ("writes", "/v1/bench/misbehaves/flood"),
    ("is called", "/v1/bench/called/quote"),
];

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
    for (what, address) in MISBEHAVIOURS {
        let what = format!("99th percentile beside an extension that {what} without end");
        progress(&what);
        let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let alone = measure(&start()?)?.percentile(99.0);
            let server = start()?;
            let other = Target::new(&server, address, "");
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
        let row = Row::ratio(what, with, without, median(ratios), BAR);
        progress(&row.figure);
        rows.push(row);
    }
    Ok(rows)
}

fn measure(server: &Server) -> Result<Latencies> {
    let target = Target::new(server, &path("quotes"), ANSWER);
    // Warm, as a server is that is attacked.
    load::at_rate(&target, CONNECTIONS, RATE, ROUND / 4)?;
    load::at_rate(&target, CONNECTIONS, RATE, ROUND)
}
