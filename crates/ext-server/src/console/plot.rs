//! Calls over time, as pictures.

use std::collections::BTreeMap;

use ext_definition::code;
use jiff::{SignedDuration, Timestamp};

use super::words;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::store::{Counts, StatisticsQuery};

/// The height of a plot in its own units; it has one unit of width for each bucket.
const HEIGHT: f64 = 100.0;

/// A span of time that can be looked at: its name, its hours, and into how many parts it is
/// divided. The parts are whole ones of those that the store counts.
const SPANS: [(&str, &str, i64, u32); 3] =
    [("1h", "hour", 1, 60), ("24h", "24 hours", 24, 48), ("7d", "7 days", 168, 56)];

/// The percentiles that are shown.
const PERCENTILES: [u64; 3] = [50, 95, 99];

/// The plots of a span of time.
pub struct Plots {
    /// `24 hours`.
    pub span: &'static str,
    /// The other spans and this: name in the address, words, whether it is this.
    pub spans: Vec<(&'static str, &'static str, bool)>,
    pub width: u32,
    /// What one bar is about: `30 min`.
    pub step: String,
    pub bars: Vec<Bar>,
    /// The lines of p99, p95 and p50.
    pub lines: Vec<(&'static str, String)>,
    pub most_calls: String,
    pub most_time: String,
    pub first: Timestamp,
    /// Of the whole span.
    pub all: Figures,
}

/// The calls of a part of the span, or of all of it.
#[derive(Default)]
pub struct Figures {
    pub calls: u64,
    /// Through the extension or the server.
    pub failed: u64,
    /// The action's own errors, and arguments that did not fit.
    pub errors: u64,
    pub shed: u64,
    /// How long calls took, in microseconds: the mean, p50, p95, p99. `None`: none ran.
    pub times: Option<(u64, [u64; 3])>,
}

impl Figures {
    pub fn of(counts: &Counts) -> Self {
        let times = || (counts.mean(), PERCENTILES.map(|it| counts.percentile(it)));
        Self {
            calls: counts.calls(),
            failed: counts.failed(),
            errors: counts.errors(),
            shed: counts.shed(),
            times: counts.ran().then(times),
        }
    }

    fn says(&self) -> String {
        if self.calls == 0 {
            return "no calls".to_owned();
        }
        let mut says = format!("{} calls", words::count(&self.calls));
        for (count, word) in [(self.failed, "failed"), (self.shed, "shed"), (self.errors, "errors")]
        {
            says.push_str(&format!(", {} {word}", words::count(&count)));
        }
        if let Some((_, [p50, p95, p99])) = self.times.as_ref() {
            let [p50, p95, p99] = [p50, p95, p99].map(words::time);
            says.push_str(&format!("; p50 {p50}, p95 {p95}, p99 {p99}"));
        }
        says
    }
}

/// A part of the span as it is drawn.
pub struct Bar {
    pub x: u32,
    pub at: Timestamp,
    pub figures: Figures,
    pub top: String,
    pub height: String,
    pub failed_top: String,
    pub failed_height: String,
    /// In words.
    pub says: String,
}

/// When the last day began.
pub fn day() -> Timestamp {
    Timestamp::now().checked_sub(SignedDuration::from_hours(24)).unwrap_or_default()
}

impl Plots {
    /// Those of a package, or of all.
    pub async fn of(
        platform: &Platform,
        package: Option<&str>,
        span: Option<&str>,
    ) -> Result<Self, Problem> {
        let (name, words, hours, buckets) =
            *SPANS.iter().find(|it| Some(it.0) == span).unwrap_or(&SPANS[1]);
        let (since, until) = ends(Timestamp::now(), hours, buckets)
            .map_err(|error| Problem::new(code::STORE_FAILED, error.to_string()))?;
        let query = StatisticsQuery { package: package.map(str::to_owned), since, until, buckets };
        let counted = platform.store().statistics(&query).await?;
        let mut plots = Self::draw(&counted, since, hours, buckets);
        plots.span = words;
        plots.spans = SPANS.iter().map(|it| (it.0, it.1, it.0 == name)).collect();
        Ok(plots)
    }

    fn draw(counted: &[(u32, Counts)], since: Timestamp, hours: i64, buckets: u32) -> Self {
        let minutes = hours * 60 / i64::from(buckets);
        let at = |index: u32| {
            let minutes = SignedDuration::from_mins(minutes * i64::from(index));
            since.checked_add(minutes).unwrap_or(since)
        };
        let mut all = Counts::default();
        counted.iter().for_each(|(_, counts)| all.merge(counts));
        let mut parts: BTreeMap<u32, Figures> =
            counted.iter().map(|(index, counts)| (*index, Figures::of(counts))).collect();
        let most_calls = nice(parts.values().map(|it| it.calls).max().unwrap_or(0).max(4));
        let times: Vec<(u32, [u64; 3])> =
            parts.iter().filter_map(|(index, it)| Some((*index, it.times?.1))).collect();
        let most_time = nice(times.iter().map(|(_, it)| it[2]).max().unwrap_or(0).max(100));
        let bars = (0..buckets).map(|index| {
            let figures = parts.remove(&index).unwrap_or_default();
            let height = share(figures.calls, most_calls);
            let failed = share(figures.failed, most_calls);
            Bar {
                x: index,
                at: at(index),
                top: number(HEIGHT - height),
                height: number(height),
                failed_top: number(HEIGHT - failed),
                failed_height: number(failed),
                says: format!("{}: {}", words::instant(&at(index)), figures.says()),
                figures,
            }
        });
        let line = |which: usize| {
            let points: Vec<(u32, u64)> =
                times.iter().map(|(index, it)| (*index, it[which])).collect();
            path(&points, most_time)
        };
        Self {
            span: "",
            spans: Vec::new(),
            width: buckets,
            step: if minutes % 60 == 0 {
                format!("{} h", minutes / 60)
            } else {
                format!("{minutes} min")
            },
            bars: bars.collect(),
            lines: vec![("p99", line(2)), ("p95", line(1)), ("p50", line(0))],
            most_calls: words::count(&most_calls),
            most_time: words::time(&most_time),
            first: since,
            all: Figures::of(&all),
        }
    }

    /// Those parts in which something was called, the latest first.
    pub fn busy(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().rev().filter(|it| it.figures.calls > 0)
    }
}

/// When a span begins and ends whose parts begin where the store begins to count: at a minute,
/// or at a half hour. The last part is the one that goes on now.
fn ends(now: Timestamp, hours: i64, buckets: u32) -> Result<(Timestamp, Timestamp), jiff::Error> {
    let step = (hours * 3600 / i64::from(buckets)).min(1800);
    let until = Timestamp::from_second((now.as_second().div_euclid(step) + 1) * step)?;
    Ok((until.checked_sub(SignedDuration::from_hours(hours))?, until))
}

/// A line through the middle of each bucket; where nothing ran there is none.
fn path(times: &[(u32, u64)], most: u64) -> String {
    let mut path = String::new();
    for run in times.chunk_by(|one, next| one.0 + 1 == next.0) {
        let point = |it: &(u32, u64)| (f64::from(it.0), number(HEIGHT - share(it.1, most)));
        if let [alone] = run {
            // A point of its own is seen, too.
            let (x, y) = point(alone);
            path.push_str(&format!("M{} {y}h.8", x + 0.1));
            continue;
        }
        for (place, it) in run.iter().enumerate() {
            let (x, y) = point(it);
            let step = if place == 0 { 'M' } else { 'L' };
            path.push_str(&format!("{step}{} {y}", x + 0.5));
        }
    }
    path
}

#[expect(clippy::cast_precision_loss, reason = "it is a picture")]
fn share(part: u64, most: u64) -> f64 {
    part as f64 / most.max(1) as f64 * HEIGHT
}

fn number(value: f64) -> String {
    format!("{value:.2}")
}

/// The next of 1, 2, 5, 10, 20, 50, …: the end of a scale.
fn nice(value: u64) -> u64 {
    let mut unit = 1u64;
    loop {
        for factor in [1, 2, 5] {
            let end = unit.saturating_mul(factor);
            if end >= value || end == u64::MAX {
                return end;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_nothing_was_called() {
        let drawn = path(&[(0, 50), (1, 100), (3, 0)], 100);
        assert_eq!(drawn, "M0.5 50.00L1.5 0.00M3.1 100.00h.8");
        assert_eq!([0, 3, 5, 11, 999].map(nice), [1, 5, 5, 20, 1000]);
        assert_eq!(nice(u64::MAX), u64::MAX);
    }
    #[test]
    fn spans_begin_and_end_where_the_store_counts() {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let of = |hours, buckets| {
            let (since, until) = ends(now, hours, buckets).unwrap();
            format!("{since} {until}")
        };
        assert_eq!(of(1, 60), "2026-01-02T02:05:00Z 2026-01-02T03:05:00Z");
        assert_eq!(of(24, 48), "2026-01-01T03:30:00Z 2026-01-02T03:30:00Z");
        assert_eq!(of(168, 56), "2025-12-26T03:30:00Z 2026-01-02T03:30:00Z");
    }
}
