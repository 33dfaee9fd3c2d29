//! What a server remembers: one trait, so that several servers can share a database some day;
//! [`Sqlite`] keeps it in a file.

mod counts;
mod histogram;
mod query;
mod sqlite;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ext_registry::{Digest, PackageName, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use counts::Counts;
pub use query::{CallQuery, Cursor, Page, StatisticsQuery};
pub use sqlite::Sqlite;

/// What the store's methods give: they are called through a pointer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why the store did not do what it should.
#[derive(Debug, Clone)]
pub struct StoreError(pub String);

impl std::fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// The memory of a server. Every change is whole or not there at all, also when the process
/// is killed, and is written down together with the event that says who made it.
pub trait Store: Send + Sync + 'static {
    /// Everything that is deployed.
    fn deployments(&self) -> Answer<'_, Vec<Deployment>>;

    /// Adds a deployment, or puts it in the place of that of the same version, and makes it
    /// the active one. What is granted to its package is replaced together with that, if it is
    /// given. Gives the deployment with its activation.
    fn deploy<'a>(
        &'a self,
        deployment: &'a Deployment,
        granted: Option<&'a BTreeSet<String>>,
        events: &'a [Event],
    ) -> Answer<'a, Deployment>;

    /// Makes a deployed version the active one, above those that were active before.
    fn activate<'a>(
        &'a self,
        name: &'a PackageName,
        version: &'a Version,
        event: &'a Event,
    ) -> Answer<'a, ()>;

    /// Makes a version one that was never active: the one before it is active again.
    fn deactivate<'a>(
        &'a self,
        name: &'a PackageName,
        version: &'a Version,
        event: &'a Event,
    ) -> Answer<'a, ()>;

    /// Removes a deployed version, and makes another one the active one, if it is given.
    fn undeploy<'a>(
        &'a self,
        name: &'a PackageName,
        version: &'a Version,
        heir: Option<&'a Version>,
        event: &'a Event,
    ) -> Answer<'a, ()>;

    /// What was granted to each package.
    fn grants(&self) -> Answer<'_, Vec<(PackageName, BTreeSet<String>)>>;

    /// Replaces what is granted to a package.
    fn grant<'a>(
        &'a self,
        name: &'a PackageName,
        grants: &'a BTreeSet<String>,
        event: &'a Event,
    ) -> Answer<'a, ()>;

    /// Who did what when, the latest first; those of one package, or all.
    fn events<'a>(&'a self, of: Option<&'a str>, limit: u32) -> Answer<'a, Vec<Event>>;

    /// Writes an event down that goes with no change.
    fn note<'a>(&'a self, event: &'a Event) -> Answer<'a, ()>;

    /// Every token, also those that are not valid any more.
    fn tokens(&self) -> Answer<'_, Vec<Token>>;

    /// Adds a token.
    fn add_token<'a>(&'a self, token: &'a Token, event: &'a Event) -> Answer<'a, ()>;

    /// Revokes a token; `false` if there is none of this id that was valid.
    fn revoke_token<'a>(&'a self, id: &'a str, event: &'a Event) -> Answer<'a, bool>;

    /// Writes down calls, and counts them: all of them or none. With such pauses, so that others
    /// find a processor meanwhile.
    fn record<'a>(&'a self, calls: &'a [Arc<CallRecord>], pause: Duration) -> Answer<'a, ()>;

    /// Calls, the latest first.
    fn calls<'a>(&'a self, query: &'a CallQuery) -> Answer<'a, Page>;

    /// Counts of calls over time: for each bucket in which something was called, by its number.
    fn statistics<'a>(&'a self, query: &'a StatisticsQuery) -> Answer<'a, Vec<(u32, Counts)>>;

    /// Counts of the calls since an instant, for each package that was called.
    fn totals(&self, since: Timestamp) -> Answer<'_, Vec<(String, Counts)>>;

    /// Forgets some of the calls that are too old or too many, the oldest first, and some of
    /// the counts that nobody asks for any more; whether there are more of them. It takes about
    /// as long as writing down as many calls as are forgotten at once.
    fn forget<'a>(&'a self, keep: &'a Keep) -> Answer<'a, bool>;

    /// Whether it can be read, without waiting for anything else that is read.
    fn check(&self) -> Answer<'_, ()>;
}

/// Which calls stay in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Those that began then or later,
    pub since: Timestamp,
    /// as long as so many bytes of the store are in use.
    pub bytes: u64,
}

/// A version that is deployed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Of the package.
    #[serde(with = "crate::text")]
    pub name: PackageName,
    /// Of the package.
    pub version: Version,
    /// Of the manifest in the registry, as lock files have it.
    #[serde(with = "crate::text")]
    pub digest: Digest,
    /// Of the component.
    #[serde(with = "crate::text")]
    pub component: Digest,
    /// How it runs.
    pub settings: Settings,
    /// When it was deployed.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The version with the highest number is the active one: that which is called where no
    /// version is named. `None`: it is called by its version only.
    pub activation: Option<i64>,
}

/// How a deployment runs. What is not said is as the server has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether an instance serves one call after the other; else each has a fresh one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reuse: bool,
    /// How long a call may run, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
    /// How much memory an instance may have, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// How large a result may be, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_bytes: Option<u64>,
    /// How large a request's body may be, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
    /// How many calls run at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// How many calls wait for their turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
}

impl Settings {
    /// These, with some changed: a JSON merge patch (RFC 7396), in which `null` takes a setting
    /// back. A name that is none, or a value of another type, is an error.
    pub(crate) fn patched(&self, changes: &Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        for (name, value) in changes {
            all[name] = match value {
                // The others are options, and `null` is none.
                Value::Null if name == "reuse" => false.into(),
                value => value.clone(),
            };
        }
        serde_json::from_value(all)
    }
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who: the name of a token, or `loopback`; an address that has none; `server`.
    pub who: String,
    /// What: `deploy`, `rollback`, `activate`, `undeploy`, `grant`, `token add`, `token revoke`,
    /// `deploy refused`; `login`, `logout`, `login refused`, `refused`; `start`, `stop`.
    pub what: String,
    /// To what: `namespace:name`, or the id of a token.
    pub subject: String,
    /// More about it: versions, permissions, scopes.
    pub detail: String,
    /// The id of the token with which it was done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
}

impl Event {
    /// Tells of it in the server's own log.
    fn tell(&self) {
        let Self { who, what, subject, detail, token, .. } = self;
        tracing::info!(who, token, subject, detail, "{what}");
    }
}

/// A token, without itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Names it in lists; no secret.
    pub id: String,
    /// Who has it.
    pub name: String,
    /// SHA-256 of the token, in hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// What it is for: see [`Scope`](crate::auth::Scope).
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// With a result.
    Ok,
    /// With the action's own error.
    Error,
    /// The arguments did not fit.
    Arguments,
    /// It panicked or trapped.
    Trap,
    /// It reached a limit.
    Limit,
    /// It was not let in.
    Shed,
    /// The server failed.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ok, Self::Error, Self::Arguments, Self::Trap, Self::Limit, Self::Shed, Self::Failed];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Arguments => "arguments",
            Self::Trap => "trap",
            Self::Limit => "limit",
            Self::Shed => "shed",
            Self::Failed => "failed",
        }
    }

    /// Whether the action ran, so that it is known how long that takes: others were sent away
    /// before.
    pub fn ran(self) -> bool {
        !matches!(self, Self::Arguments | Self::Shed)
    }

    /// The outcome of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// A call that was made. Its texts are shared: as many of them as calls are passed from thread to
/// thread, and most are the same ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The request's id.
    pub id: Arc<str>,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, waiting included, in microseconds.
    pub micros: u64,
    /// `namespace:name`.
    pub package: Arc<str>,
    /// Of the package.
    pub version: Arc<str>,
    /// In snake_case, as it is called now.
    pub action: Arc<str>,
    /// The name of the token, or `loopback`.
    pub consumer: Arc<str>,
    /// Which way it came.
    pub surface: Surface,
    /// How it ended.
    pub outcome: Outcome,
    /// The code of what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Arc<str>>,
    /// What went wrong.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub detail: Arc<str>,
    /// What the extension wrote during the call.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub log: Arc<str>,
    /// The trace that it is a part of (W3C Trace Context): 32 hexadecimal digits.
    #[serde(default)]
    pub trace: Arc<str>,
}

/// Which way calls come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// By an address of their own.
    Http,
    /// As tools of the Model Context Protocol.
    Mcp,
    /// By a form of the console.
    Console,
}

impl Surface {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Http, Self::Mcp, Self::Console];

    /// Its word: `http`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Mcp => "mcp",
            Self::Console => "console",
        }
    }

    /// The one of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

impl std::fmt::Display for Surface {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.word())
    }
}
