//! Numbers for Prometheus (OpenMetrics text).

use std::sync::OnceLock;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::store::Outcome;

/// The media type of what [`Metrics::render`] gives.
pub const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the buckets of durations, in seconds.
const BOUNDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCall {
    extension: String,
    version: String,
    action: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAction {
    extension: String,
    action: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRefusal {
    reason: &'static str,
}

/// What is counted while the server runs.
pub struct Metrics {
    calls: Family<OfCall, Counter>,
    refusals: Family<OfRefusal, Counter>,
    durations: Family<OfAction, Histogram, fn() -> Histogram>,
}

/// The numbers of one action of one version, found when it is called first.
#[derive(Default)]
pub struct Numbers(OnceLock<(Counter, Histogram)>);

/// What is read when somebody asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Readings {
    /// Versions that are deployed.
    pub deployments: usize,
    /// Those of them that cannot be loaded.
    pub broken: usize,
    /// Calls that run now.
    pub running: usize,
    /// Calls that wait.
    pub waiting: usize,
    /// Calls that could not be written down.
    pub lost: u64,
}

impl Metrics {
    /// None yet.
    pub fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        Self {
            calls: Family::default(),
            refusals: Family::default(),
            durations: Family::new_with_constructor(histogram),
        }
    }

    /// Counts a request that was refused to whoever sent it.
    pub fn refused(&self, reason: &'static str) {
        self.refusals.get_or_create_owned(&OfRefusal { reason }).inc();
    }

    /// Counts a call. Names are those of definitions: strangers cannot make new ones.
    pub fn call(
        &self,
        extension: &str,
        version: &str,
        action: &str,
        numbers: &Numbers,
        outcome: Outcome,
        took: Duration,
    ) {
        let calls = |outcome: Outcome| {
            let (extension, version) = (extension.to_owned(), version.to_owned());
            let outcome = outcome.word();
            let of = OfCall { extension, version, action: action.to_owned(), outcome };
            self.calls.get_or_create_owned(&of)
        };
        let find = || {
            let (extension, action) = (extension.to_owned(), action.to_owned());
            let durations = self.durations.get_or_create_owned(&OfAction { extension, action });
            (calls(Outcome::Ok), durations)
        };
        let (succeeded, durations) = numbers.0.get_or_init(find);
        match outcome {
            Outcome::Ok => succeeded.inc(),
            other => calls(other).inc(),
        };
        durations.observe(took.as_secs_f64());
    }

    /// The text.
    pub fn render(&self, readings: Readings) -> String {
        let mut registry = Registry::with_prefix("cargo_ext");
        registry.register("calls", "Calls by how they ended", self.calls.clone());
        registry.register_with_unit(
            "call_duration",
            "How long calls took, waiting included",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register(
            "requests_refused",
            "Requests that were refused to whoever sent them, by why",
            self.refusals.clone(),
        );
        let gauge = |number: usize| ConstGauge::new(i64::try_from(number).unwrap_or(i64::MAX));
        registry.register("deployments", "Versions deployed", gauge(readings.deployments));
        registry.register(
            "deployments_broken",
            "Deployed versions that cannot be loaded",
            gauge(readings.broken),
        );
        registry.register("calls_running", "Calls that run", gauge(readings.running));
        registry.register(
            "calls_waiting",
            "Calls that wait for their turn",
            gauge(readings.waiting),
        );
        registry.register(
            "calls_not_recorded",
            "Calls that are missing in the log",
            ConstCounter::new(readings.lost),
        );
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }
}
