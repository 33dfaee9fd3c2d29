//! Numbers for Prometheus (OpenMetrics text).

use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
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

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDeployment {
    extension: String,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// What is counted while the server runs.
pub struct Metrics {
    /// In seconds since 1970.
    started: f64,
    calls: Family<OfCall, Counter>,
    refusals: Family<OfRefusal, Counter>,
    durations: Family<OfAction, Histogram, fn() -> Histogram>,
}

/// The numbers of one action of one version, found when it is called first.
#[derive(Default)]
pub struct Numbers(OnceLock<(Counter, Histogram)>);

/// What is read when somebody asks.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// The versions that run.
    pub deployments: Vec<Deployed>,
    /// Those that are deployed and cannot be loaded.
    pub broken: usize,
    /// Calls that run now.
    pub running: usize,
    /// Calls that wait for the server, after they waited for their deployment.
    pub waiting: usize,
    /// Bytes that the requests take that are here.
    pub requests: usize,
    /// Calls that wait to be written down.
    pub unwritten: usize,
    /// Calls that could not be written down.
    pub lost: u64,
}

/// What is read of a deployed version.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// `namespace:name`.
    pub extension: String,
    /// Its version.
    pub version: String,
    /// Its calls that were let in: that run, or wait for the server.
    pub running: usize,
    /// Its calls that wait to be let in.
    pub waiting: usize,
}

impl Metrics {
    /// None yet.
    pub fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        Self {
            started: Timestamp::now().as_duration().as_secs_f64(),
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
        if outcome.ran() {
            durations.observe(took.as_secs_f64());
        }
    }

    /// The text.
    pub fn render(&self, readings: &Readings) -> String {
        let mut all = Registry::default();
        // The name that all processes have for it.
        all.register_with_unit(
            "process_start_time",
            "When the server started, since 1970",
            Unit::Seconds,
            ConstGauge::new(self.started),
        );
        let registry = all.sub_registry_with_prefix("cargo_ext");
        registry.register(
            "build",
            "Which server this is",
            Info::new(Build { version: env!("CARGO_PKG_VERSION") }),
        );
        registry.register("calls", "Calls by how they ended", self.calls.clone());
        registry.register_with_unit(
            "call_duration",
            "How long calls took that ran, waiting included",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register(
            "requests_refused",
            "Requests that were refused to whoever sent them, by why",
            self.refusals.clone(),
        );
        let gauge = |number: usize| ConstGauge::new(i64::try_from(number).unwrap_or(i64::MAX));
        let deployments = &readings.deployments;
        let deployed = deployments.len() + readings.broken;
        registry.register("deployments", "Versions deployed", gauge(deployed));
        registry.register(
            "deployments_broken",
            "Deployed versions that cannot be loaded",
            gauge(readings.broken),
        );
        registry.register("calls_running", "Calls that run", gauge(readings.running));
        let waiting = readings.waiting + deployments.iter().map(|it| it.waiting).sum::<usize>();
        registry.register("calls_waiting", "Calls that wait for their turn", gauge(waiting));
        let of_each = |count: fn(&Deployed) -> usize| {
            let family: Family<OfDeployment, Gauge> = Family::default();
            for it in deployments {
                let of =
                    OfDeployment { extension: it.extension.clone(), version: it.version.clone() };
                let count = i64::try_from(count(it)).unwrap_or(i64::MAX);
                family.get_or_create_owned(&of).set(count);
            }
            family
        };
        registry.register(
            "deployment_calls_running",
            "Calls that the deployment has let in",
            of_each(|it| it.running),
        );
        registry.register(
            "deployment_calls_waiting",
            "Calls that wait for the deployment",
            of_each(|it| it.waiting),
        );
        registry.register_with_unit(
            "requests_held",
            "What the large ones of the requests take that are here",
            Unit::Bytes,
            gauge(readings.requests),
        );
        registry.register(
            "calls_unwritten",
            "Calls that wait to be written to the log",
            gauge(readings.unwritten),
        );
        registry.register(
            "calls_not_recorded",
            "Calls that are missing in the log",
            ConstCounter::new(readings.lost),
        );
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &all);
        text
    }
}
