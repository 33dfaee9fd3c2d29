//! What the store is asked for calls, and what it gives.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CallRecord, Outcome};

/// Which calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallQuery {
    /// The call of one id.
    pub id: Option<String>,
    /// Of one package: `namespace:name`.
    pub package: Option<String>,
    /// Of packages of these namespaces; empty for all.
    #[serde(skip)]
    pub namespaces: Vec<String>,
    /// Of one version of packages.
    pub version: Option<String>,
    /// Of one action.
    pub action: Option<String>,
    /// Of one consumer: the name of a token, or `loopback`.
    pub consumer: Option<String>,
    /// That came one way: `http`, `mcp` or `console`.
    pub surface: Option<String>,
    /// With one outcome.
    pub outcome: Option<Outcome>,
    /// Those that took so many milliseconds at least.
    pub slower_ms: Option<u64>,
    /// Those whose log or whose message has this in it, whether in capitals or not (of ASCII).
    pub text: Option<String>,
    /// Those that began before an instant.
    pub before: Option<Timestamp>,
    /// Those that began at an instant or after.
    pub since: Option<Timestamp>,
    /// Those behind the ones that were given with this.
    pub cursor: Option<Cursor>,
    /// How many at most.
    pub limit: Option<u32>,
}

impl CallQuery {
    /// Whether a call is among those that are wanted, as long as it is new: whatever the query
    /// says about instants.
    pub fn fits(&self, call: &CallRecord) -> bool {
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        let namespace = call.package.split(':').next().unwrap_or_default();
        let has = |text: &str, wanted: &str| text.to_ascii_lowercase().contains(wanted);
        is(&self.id, &call.id)
            && is(&self.package, &call.package)
            && is(&self.version, &call.version)
            && is(&self.action, &call.action)
            && is(&self.consumer, &call.consumer)
            && is(&self.surface, call.surface.word())
            && self.outcome.is_none_or(|it| it == call.outcome)
            && self.slower_ms.is_none_or(|it| call.micros >= it.saturating_mul(1000))
            && (self.namespaces.is_empty() || self.namespaces.iter().any(|it| it == namespace))
            && self.text.as_ref().is_none_or(|text| {
                let text = text.to_ascii_lowercase();
                has(&call.log, &text) || has(&call.detail, &text)
            })
    }
}

/// Some calls, the latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The calls.
    pub calls: Vec<CallRecord>,
    /// With this come those behind them; `None`: there are none.
    pub older: Option<Cursor>,
}

/// A place in the log. Its text means nothing to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// When the call before began, in microseconds.
    pub(super) at: i64,
    /// Several may begin in the same microsecond.
    pub(super) serial: i64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.at, self.serial)
    }
}

impl FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('.').and_then(|(at, serial)| {
            Some(Self { at: at.parse().ok()?, serial: serial.parse().ok()? })
        });
        parts.ok_or_else(|| format!("`{text}` is no place in the log"))
    }
}

impl TryFrom<String> for Cursor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

/// Which counts. They are kept for each minute of a day, and for each half hour of 90 days, so
/// that a query is about whole ones of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsQuery {
    /// Of one package, or of all.
    pub package: Option<String>,
    /// Of the calls from then on.
    pub since: Timestamp,
    /// To then.
    pub until: Timestamp,
    /// How many buckets of equal length.
    pub buckets: u32,
}
