//! What cargo ext costs, beside what the same costs otherwise. Both are measured in the
//! same run, by turns, because a machine is never as fast as it was yesterday.
//!
//! `cargo xtask bench` runs this; it needs a `cargo-ext` (in `EXT_BENCH_CARGO_EXT`), for `server` a
//! `wasmtime` (in `EXT_BENCH_WASMTIME`) and, the first time, the network for the peers'
//! dependencies.

mod build;
mod calls;
mod check;
mod measure;
mod project;
mod publish;
mod scale;
mod server;
mod size;
mod source;

use std::process::ExitCode;

use measure::Row;

/// Why a benchmark gives no figure.
pub struct Failure(String);

/// What a benchmark gives.
pub type Result<T = ()> = std::result::Result<T, Failure>;

/// A benchmark: its rows.
type Benchmark = fn() -> Result<Vec<Row>>;

/// The benchmarks, by name.
const BENCHMARKS: &[(&str, Benchmark)] = &[
    ("calls", calls::run),
    ("build", build::run),
    ("check", check::run),
    ("publish", publish::run),
    ("size", size::run),
    ("scale", scale::run),
    ("server", server::run),
];

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if asked == [server::NATIVE] {
        return match server::serve_natively() {
            Ok(()) => ExitCode::SUCCESS,
            Err(Failure(reason)) => {
                eprintln!("error: {reason}");
                ExitCode::FAILURE
            }
        };
    }
    if let Some(name) = asked.iter().find(|name| BENCHMARKS.iter().all(|(known, _)| known != name))
    {
        let known: Vec<&str> = BENCHMARKS.iter().map(|(name, _)| *name).collect();
        eprintln!("error: there is no benchmark `{name}`; there are: {}", known.join(", "));
        return ExitCode::from(2);
    }
    println!("| what | ours | peer | figure | bar |");
    println!("|---|---|---|---|---|");
    let mut code = ExitCode::SUCCESS;
    for (name, run) in BENCHMARKS {
        if !asked.is_empty() && !asked.iter().any(|it| it == name) {
            continue;
        }
        eprintln!("{name}");
        match run() {
            Ok(rows) => rows.iter().for_each(|row| println!("{row}")),
            Err(Failure(reason)) => {
                eprintln!("error: {name}: {reason}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
