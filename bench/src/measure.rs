//! Times, and what is said about them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Failure, Result};

/// A line of the table that a run prints.
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Ours.
    pub ours: String,
    /// The peer's.
    pub peer: String,
    /// The figure that the bar is about.
    pub figure: String,
    /// What it should be at most, or at least; empty for a figure that is there for information.
    pub bar: String,
    /// Whether it is.
    pub met: bool,
}

impl Row {
    /// A line of a ratio.
    pub fn ratio(
        what: impl Into<String>,
        ours: String,
        peer: String,
        ratio: f64,
        bar: f64,
    ) -> Self {
        let (figure, met) = (format!("{ratio:.2} ×"), ratio <= bar);
        Self { what: what.into(), ours, peer, figure, bar: format!("≤ {bar} ×"), met }
    }

    /// A line of a ratio that should not be lower.
    pub fn at_least(
        what: impl Into<String>,
        ours: String,
        peer: String,
        ratio: f64,
        bar: f64,
    ) -> Self {
        let (figure, met) = (format!("{ratio:.2} ×"), ratio >= bar);
        Self { what: what.into(), ours, peer, figure, bar: format!("≥ {bar} ×"), met }
    }

    /// A line that nothing is demanded of.
    pub fn information(
        what: impl Into<String>,
        ours: String,
        peer: String,
        figure: String,
    ) -> Self {
        Self { what: what.into(), ours, peer, figure, bar: String::new(), met: true }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, ours, peer, figure, bar, met } = self;
        let bar = match (bar.as_str(), met) {
            ("", _) => "".to_owned(),
            (bar, true) => format!("{bar}: met"),
            (bar, false) => format!("{bar}: **missed**"),
        };
        write!(formatter, "| {what} | {ours} | {peer} | {figure} | {bar} |")
    }
}

/// What a command took.
#[derive(Clone, Copy)]
pub struct Taken {
    /// Of all its processes, user and system.
    pub cpu: Duration,
    /// On the wall.
    pub wall: Duration,
}

/// Runs a command, which must succeed; gives what it wrote to its standard error and what
/// it took.
pub fn run(command: &mut Command) -> Result<(String, Taken)> {
    let (before, started) = (children()?, Instant::now());
    let output = command.stdin(Stdio::null()).output();
    let wall = started.elapsed();
    let output = output.map_err(|error| Failure(format!("{command:?} does not start: {error}")))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(Failure(format!("{command:?} ended with {}\n{said}", output.status)));
    }
    Ok((said, Taken { cpu: children()? - before, wall }))
}

/// CPU time of all processes that were waited for, theirs included: fields 16 and 17 of
/// `/proc/self/stat` (proc(5)), in ticks of 10 ms.
fn children() -> Result<Duration> {
    let path = Path::new("/proc/self/stat");
    let stat = std::fs::read_to_string(path).map_err(|error| {
        Failure(format!("CPU time is read from {}, which Linux has: {error}", path.display()))
    })?;
    // The program's name may hold spaces and parentheses; after it nothing does.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_ascii_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// The part of the processors' time that went to other machines (`steal` in proc_stat(5)) while
/// something was done; 0 to 1.
pub fn stolen<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let before = processors()?;
    let done = work()?;
    let after = processors()?;
    let (all, stolen) = (after.0 - before.0, after.1 - before.1);
    Ok((if all == 0 { 0.0 } else { stolen as f64 / all as f64 }, done))
}

/// All time of all processors, and what was stolen, in ticks.
fn processors() -> Result<(u64, u64)> {
    let path = "/proc/stat";
    let stat = std::fs::read_to_string(path).map_err(|error| {
        Failure(format!("stolen time is read from {path}, which Linux has: {error}"))
    })?;
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<u64> =
        line.split_ascii_whitespace().skip(1).take(8).map_while(|it| it.parse().ok()).collect();
    Ok((ticks.iter().sum(), ticks.get(7).copied().unwrap_or(0)))
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match (values.len(), values.len() / 2) {
        (0, _) => f64::NAN,
        (length, middle) if length % 2 == 1 => values[middle],
        (_, middle) => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// Says on standard error what goes on.
pub fn progress(text: &str) {
    eprintln!("  {text}");
}
