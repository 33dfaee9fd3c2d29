//! A server with many deployments that nobody calls.

use std::time::Duration;

use serde_json::json;

use super::process::Memory;
use super::{Bench, ROUNDS};
use crate::Result;
use crate::measure::{Row, median, progress};

/// How many.
const MANY: usize = 500;

/// Most memory of each, in bytes.
const MEMORY_BAR: f64 = 1024.0 * 1024.0;

/// Longest start, in seconds.
const START_BAR: f64 = 1.0;

/// How long a server is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_millis(500);

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    progress(&format!("deploy {MANY} extensions"));
    let one = deployed(bench, 0..1)?;
    let half = deployed(bench, 1..MANY / 2)?;
    let all = deployed(bench, MANY / 2..MANY)?;

    let per = |more: Measured, less: Measured, deployments: usize, of: fn(&Memory) -> f64| {
        (of(&more.memory) - of(&less.memory)) / deployments as f64
    };
    let anonymous: fn(&Memory) -> f64 = |it| it.anonymous;
    let each = per(all, one, MANY - 1, anonymous);
    let first = per(half, one, MANY / 2 - 1, anonymous);
    let second = per(all, half, MANY - MANY / 2, anonymous);
    let mapped = per(all, one, MANY - 1, |it| it.mapped);
    let seconds = |measured: &Measured| format!("{:.0} ms", measured.start * 1e3);
    Ok(vec![
        Row {
            what: format!("memory of each of {MANY} idle deployments, beyond mapped files"),
            ours: mebibytes(all.memory.anonymous),
            peer: format!("{} with one", mebibytes(one.memory.anonymous)),
            figure: kibibytes(each),
            bar: "≤ 1 MiB".into(),
            met: each <= MEMORY_BAR,
        },
        Row::information(
            "the same of the first half and of the second",
            kibibytes(second),
            kibibytes(first),
            format!("{:.2} ×; {} of mapped files each", second / first, kibibytes(mapped)),
        ),
        Row {
            what: format!("start with {MANY} deployments"),
            ours: seconds(&all),
            peer: format!("{} with one", seconds(&one)),
            figure: format!("{:.2} s", all.start),
            bar: format!("≤ {START_BAR} s"),
            met: all.start <= START_BAR,
        },
    ])
}

#[derive(Clone, Copy)]
struct Measured {
    memory: Memory,
    /// In seconds.
    start: f64,
}

/// Deploys more, and measures a server that finds them deployed: one that compiled them has
/// memory of that.
fn deployed(bench: &Bench, more: std::ops::Range<usize>) -> Result<Measured> {
    {
        let server = bench.server("many")?;
        for number in more {
            let name = format!("q{number:05}");
            bench.publish_copy(&name)?;
            server.deploy(&format!("bench:{name}"), &json!({}))?;
        }
    }
    let mut starts = Vec::new();
    let mut memory = None;
    for _ in 0..ROUNDS {
        let server = bench.server("many")?;
        starts.push(server.started_in.as_secs_f64());
        std::thread::sleep(IDLE);
        memory = Some(server.memory()?);
    }
    let memory = memory.unwrap_or(Memory { anonymous: f64::NAN, mapped: f64::NAN });
    Ok(Measured { memory, start: median(starts) })
}

fn kibibytes(bytes: f64) -> String {
    format!("{:.0} KiB", bytes / 1024.0)
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / 1024.0 / 1024.0)
}
