//! How much slower slow answers are than those in the middle, at half of the rate that there is.
//!
//! The server has one half of the processors, and the requests come from the other: who waits for
//! a processor that the load generator has, or the load generator for one that the server has, is
//! kept from it by this benchmark. Nor does count what may have waited for the machine.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::load::{self, Target};
use super::process::Server;
use super::processors::{all, on};
use super::{ANSWER, Bench, CONNECTIONS, REQUEST, ROUND, micros, path, witness};
use crate::Result;
use crate::measure::{Row, median, progress};

/// Highest ratio of the 99th percentile to the median.
const BAR: f64 = 5.0;

/// How often is measured.
const ROUNDS: usize = 15;

/// How long is asked as fast as possible before each time, to know what there is.
const PEAK: Duration = Duration::from_millis(500);

/// Until the log of what was asked is written.
const SETTLED: Duration = Duration::from_millis(400);

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let all = all();
    let (requests, servers) = all.split_at(all.len() / 2);
    // One processor is for both.
    let requests = if requests.is_empty() { servers } else { requests };
    let server = on(servers, || bench.server("tail"))?;
    server.deploy("bench:quotes", &json!({}))?;
    let native = on(servers, Server::native)?;

    let what = "99th percentile at half of the rate with an instance for each, against the median";
    progress(what);
    let tail = Tail::of(&Target::new(&server, &path("quotes"), REQUEST, ANSWER), requests)?;
    let [slow, middle] = tail.percentiles.map(micros);
    let ours = Row { figure: tail.figure(), ..Row::ratio(what, slow, middle, tail.ratio, BAR) };
    let what = "the same of axum, at half of its rate";
    progress(what);
    let tail = Tail::of(&Target::new(&native, "/", REQUEST, ANSWER), requests)?;
    let [slow, middle] = tail.percentiles.map(micros);
    Ok(vec![ours, Row::information(what, slow, middle, tail.figure())])
}

/// Medians of rounds.
struct Tail {
    /// The 99th percentile, and the median, in seconds.
    percentiles: [f64; 2],
    /// Of these.
    ratio: f64,
    /// The same of all requests.
    of_all: f64,
}

impl Tail {
    /// Asks from these processors, at half of the rate that there is just then: a minute later it
    /// may be a quarter higher or lower.
    fn of(target: &Target, processors: &[usize]) -> Result<Self> {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let peak = on(processors, || load::most(target, CONNECTIONS, PEAK))?;
            thread::sleep(SETTLED);
            let round = || on(processors, || load::at_rate(target, CONNECTIONS, peak / 2.0, ROUND));
            let (all, away) = witness::watch(round)?;
            let (count, of_all) = (all.count(), all.ratio());
            let times =
                away.as_ref().map_or(f64::NAN, |it| it.count() as f64 / ROUND.as_secs_f64());
            let counted = match &away {
                Some(away) => all.without(away),
                None => all,
            };
            let left_out = 1.0 - counted.count() as f64 / count as f64;
            let [slow, middle] = [99.0, 50.0].map(|it| counted.percentile(it));
            rounds.push([slow, middle, counted.ratio(), of_all, peak, times, left_out]);
        }
        let of = |value: usize| median(rounds.iter().map(|it| it[value]).collect());
        let (peak, times, left_out) = (of(4), of(5), of(6) * 100.0);
        progress(&match times.is_nan() {
            true => format!(
                "half of {peak:.0}/s; what waited for the machine is told by threads of real time, \
                 which this process may not have (CAP_SYS_NICE): all requests count"
            ),
            false => format!(
                "half of {peak:.0}/s; {times:.0} times a second a processor was away: \
                 {left_out:.0} % of the requests do not count"
            ),
        });
        Ok(Self { percentiles: [of(0), of(1)], ratio: of(2), of_all: of(3) })
    }

    fn figure(&self) -> String {
        // Nothing was left out, or nothing could be told.
        if self.ratio == self.of_all {
            return format!("{:.2} ×", self.ratio);
        }
        format!("{:.2} ×; {:.2} × with what waited for the machine", self.ratio, self.of_all)
    }
}
