//! Calls over time, as pictures.

use ext_definition::code;
use jiff::{SignedDuration, Timestamp};

use super::words;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::store::{Bucket, StatisticsQuery};

/// The height of a plot in its own units; it has one unit of width for each bucket.
const HEIGHT: f64 = 100.0;

/// A span of time that can be looked at: its name, its hours, and into how many parts it is
/// divided.
const SPANS: [(&str, &str, i64, u32); 3] =
    [("1h", "hour", 1, 60), ("24h", "24 hours", 24, 48), ("7d", "7 days", 168, 56)];

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
    /// The lines of p50, p95 and p99.
    pub lines: Vec<(&'static str, String)>,
    pub most_calls: String,
    pub most_time: String,
    pub first: Timestamp,
    pub calls: u64,
    pub errors: u64,
    /// The highest p95 of all buckets would mislead: this is that of the whole span.
    pub p50: u64,
    pub p95: u64,
    pub p99: u64,
}

/// The calls of one part of the span.
pub struct Bar {
    pub x: u32,
    pub at: Timestamp,
    pub calls: u64,
    pub errors: u64,
    pub top: String,
    pub height: String,
    pub errors_top: String,
    pub errors_height: String,
    /// In words.
    pub says: String,
    pub times: Option<(u64, u64, u64)>,
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
        let until = Timestamp::now();
        let back = |hours| until.checked_sub(SignedDuration::from_hours(hours));
        let since =
            back(hours).map_err(|error| Problem::new(code::STORE_FAILED, error.to_string()))?;
        let query = |buckets| StatisticsQuery {
            package: package.map(str::to_owned),
            since,
            until,
            buckets,
        };
        let counted = platform.store().statistics(&query(buckets)).await?;
        let all = platform.store().statistics(&query(1)).await?.into_iter().next();
        let mut plots = Self::draw(&counted, since, hours, buckets, &all.unwrap_or_default());
        plots.span = words;
        plots.spans = SPANS.iter().map(|it| (it.0, it.1, it.0 == name)).collect();
        Ok(plots)
    }

    fn draw(counted: &[Bucket], since: Timestamp, hours: i64, buckets: u32, all: &Bucket) -> Self {
        let minutes = hours * 60 / i64::from(buckets);
        let at = |index: u32| {
            let minutes = SignedDuration::from_mins(minutes * i64::from(index));
            since.checked_add(minutes).unwrap_or(since)
        };
        let most_calls = nice(counted.iter().map(|it| it.calls).max().unwrap_or(0).max(4));
        let most_time = nice(counted.iter().map(|it| it.p99).max().unwrap_or(0).max(100));
        let bars = (0..buckets).map(|index| {
            let empty = Bucket { index, ..Bucket::default() };
            let it = counted.iter().find(|it| it.index == index).unwrap_or(&empty);
            let (height, errors) = (share(it.calls, most_calls), share(it.errors, most_calls));
            let says = match it.calls {
                0 => "no calls".to_owned(),
                _ => format!(
                    "{} calls, {} failed; p50 {}, p95 {}, p99 {}",
                    words::count(&it.calls),
                    words::count(&it.errors),
                    words::time(&it.p50),
                    words::time(&it.p95),
                    words::time(&it.p99)
                ),
            };
            Bar {
                x: index,
                at: at(index),
                calls: it.calls,
                errors: it.errors,
                top: number(HEIGHT - height),
                height: number(height),
                errors_top: number(HEIGHT - errors),
                errors_height: number(errors),
                says: format!("{}: {says}", words::instant(&at(index))),
                times: (it.calls > 0).then_some((it.p50, it.p95, it.p99)),
            }
        });
        let line = |of: fn(&Bucket) -> u64| path(counted, most_time, of);
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
            lines: vec![
                ("p99", line(|it| it.p99)),
                ("p95", line(|it| it.p95)),
                ("p50", line(|it| it.p50)),
            ],
            most_calls: words::count(&most_calls),
            most_time: words::time(&most_time),
            first: since,
            calls: all.calls,
            errors: all.errors,
            p50: all.p50,
            p95: all.p95,
            p99: all.p99,
        }
    }

    /// Those parts in which something was called, the latest first.
    pub fn busy(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().rev().filter(|it| it.calls > 0)
    }
}

/// A line through the middle of each bucket; where nothing was called there is none.
fn path(counted: &[Bucket], most: u64, of: fn(&Bucket) -> u64) -> String {
    let mut path = String::new();
    for run in counted.chunk_by(|one, next| one.index + 1 == next.index) {
        let point = |it: &Bucket| (f64::from(it.index), number(HEIGHT - share(of(it), most)));
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
        let bucket = |index, p50| Bucket { index, calls: 1, p50, ..Bucket::default() };
        let counted = [bucket(0, 50), bucket(1, 100), bucket(3, 0)];
        let drawn = path(&counted, 100, |it| it.p50);
        assert_eq!(drawn, "M0.5 50.00L1.5 0.00M3.1 100.00h.8");
        assert_eq!([0, 3, 5, 11, 999].map(nice), [1, 5, 5, 20, 1000]);
        assert_eq!(nice(u64::MAX), u64::MAX);
    }
}
