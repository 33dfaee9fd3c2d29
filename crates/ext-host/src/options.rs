//! What a program gives one of its extensions.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::host::Limits;

/// How one extension is run, where it differs from what the host does with all of them.
///
/// ```
/// use ext_host::{Grants, Options};
///
/// let mut grants = Grants::default();
/// grants.http.push("api.example.com".into());
/// grants.environment.insert("REGION".into(), "eu".into());
/// let options = Options { reuse: Some(false), grants, ..Options::default() };
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Of each call. What counts is the smallest of these, the host's and what the extension
    /// asks for.
    pub limits: Option<Limits>,
    /// Whether an instance serves one call after the other; `None` is as the host does.
    pub reuse: Option<bool>,
    /// What it may reach beyond its sandbox.
    pub grants: Grants,
}

/// What an extension may reach beyond its sandbox. It gets what it asks for in its manifest
/// (`permissions`) *and* is granted here; anything else does not reach it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Hosts to which it may send HTTP requests: `api.example.com`, `*.example.com` for all
    /// names below, `localhost:8080` for one port. Without a port: 443 for https, 80 for http.
    pub http: Vec<String>,
    /// Variables of its environment.
    pub environment: BTreeMap<String, String>,
    /// Variables of its environment whose values nobody else is to see: `***` stands for them
    /// in all that is kept of what the extension writes. They hide those of `environment`.
    pub secrets: BTreeMap<String, String>,
    /// Absolute folders that it may read, with all below them, at the same paths.
    pub folders: Vec<PathBuf>,
}

impl fmt::Debug for Grants {
    /// Without the values of secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Grants")
            .field("http", &self.http)
            .field("environment", &self.environment)
            .field("secrets", &self.secrets.keys())
            .field("folders", &self.folders)
            .finish()
    }
}
