//! How a server is set up.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ext_host::Limits;
use serde::Deserialize;
use url::Url;

use crate::store::StoreError;

/// How a server is set up. All of it has defaults, except its folders.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its own folder: catalogue, packages, compiled code.
    pub data: PathBuf,
    /// The folder of compiled code; `None`: one in its own folder.
    pub cache: Option<PathBuf>,
    /// The folder of the registry from which it deploys.
    pub registry: PathBuf,
    /// Whether everybody needs a token, also on this machine: behind a proxy, which is on it.
    pub require_token: bool,
    /// Certificate and key, if it speaks TLS.
    pub tls: Option<Tls>,
    /// What a call may use at most.
    pub limits: Limits,
    /// What all calls that run may have of memory together, in bytes, beyond 2 MiB of each.
    pub memory: usize,
    /// How large the body of a request may be, in bytes.
    pub body: usize,
    /// What all requests may take together, in bytes: their bodies, the arguments read from them,
    /// and large answers until their clients have read them.
    pub requests: usize,
    /// How many calls run at once, whatever deployments allow; and as many beside them that
    /// compute for long.
    pub calls: u32,
    /// How many calls wait for the server, besides those that wait for their deployment.
    pub waiting: u32,
    /// How many calls of one deployment run at once.
    pub concurrency: u32,
    /// How many of its calls wait.
    pub queue: u32,
    /// How long calls are remembered.
    pub keep_calls: Duration,
    /// How large the store may become before the oldest calls are forgotten, in bytes that are
    /// in use.
    pub keep_calls_bytes: u64,
    /// From then on a call is told about as slow.
    pub slow: Duration,
    /// How others reach it, if not by the address where it listens: through a proxy, say.
    pub public_url: Option<String>,
    /// Other sites whose pages may call actions (CORS): none, unless said.
    pub origins: Vec<String>,
    /// Values of environment variables for extensions that ask for them and are granted them,
    /// by package (`namespace:name`).
    pub environment: BTreeMap<String, BTreeMap<String, String>>,
    /// The same; these never show in what extensions write.
    pub secrets: BTreeMap<String, BTreeMap<String, String>>,
}

/// Files in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate, and those above it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Configuration {
    /// A server on the loopback address that everybody on this machine may use.
    pub fn new(data: PathBuf, registry: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8470)),
            data,
            cache: None,
            registry,
            require_token: false,
            tls: None,
            // A file of 25 MB fits as base64, which has a third more.
            limits: Limits { time: Duration::from_secs(30), memory: 256 << 20, output: 64 << 20 },
            memory: crate::machine::memory() / 2,
            body: 64 << 20,
            requests: 1 << 30,
            calls: 256,
            waiting: 1024,
            concurrency: 32,
            queue: 256,
            keep_calls: Duration::from_secs(7 * 24 * 3600),
            keep_calls_bytes: 4 << 30,
            slow: Duration::from_millis(200),
            public_url: None,
            origins: Vec::new(),
            environment: BTreeMap::new(),
            secrets: BTreeMap::new(),
        }
    }

    /// Whether browsers reach it by TLS, its own or a proxy's.
    pub fn is_secure(&self) -> bool {
        let is_https = |it: &String| it.starts_with("https:");
        self.tls.is_some() || self.public_url.as_ref().is_some_and(is_https)
    }
}

/// What the file of settings may say; everything else is a mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    body_bytes: Option<usize>,
    requests_bytes: Option<usize>,
    calls: Option<u32>,
    waiting: Option<u32>,
    concurrency: Option<u32>,
    queue: Option<u32>,
    time_ms: Option<u64>,
    memory_bytes: Option<usize>,
    all_memory_bytes: Option<usize>,
    result_bytes: Option<usize>,
    keep_calls_hours: Option<u64>,
    keep_calls_bytes: Option<u64>,
    slow_ms: Option<u64>,
    require_token: Option<bool>,
    public_url: Option<String>,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    secrets: BTreeMap<String, BTreeMap<String, String>>,
}

impl Configuration {
    /// Takes what a file in TOML says.
    ///
    /// # Errors
    /// When it cannot be read, or says what nobody knows.
    pub fn read(&mut self, file: &Path) -> Result<(), StartError> {
        let failed = |error: &dyn std::fmt::Display| {
            StartError::new(format!("the settings {}: {error}", file.display()))
        };
        let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
        let read: File = toml::from_str(&text).map_err(|error| failed(&error))?;
        self.body = read.body_bytes.unwrap_or(self.body);
        self.requests = read.requests_bytes.unwrap_or(self.requests);
        self.calls = read.calls.unwrap_or(self.calls);
        self.waiting = read.waiting.unwrap_or(self.waiting);
        self.concurrency = read.concurrency.unwrap_or(self.concurrency);
        self.queue = read.queue.unwrap_or(self.queue);
        self.limits.time = read.time_ms.map_or(self.limits.time, Duration::from_millis);
        self.limits.memory = read.memory_bytes.unwrap_or(self.limits.memory);
        self.memory = read.all_memory_bytes.unwrap_or(self.memory);
        self.limits.output = read.result_bytes.unwrap_or(self.limits.output);
        self.keep_calls = read
            .keep_calls_hours
            .map_or(self.keep_calls, |it| Duration::from_secs(it.saturating_mul(3600)));
        self.keep_calls_bytes = read.keep_calls_bytes.unwrap_or(self.keep_calls_bytes);
        self.slow = read.slow_ms.map_or(self.slow, Duration::from_millis);
        self.require_token |= read.require_token.unwrap_or(false);
        if let Some(url) = read.public_url {
            // An origin, and nothing besides.
            let origin = Url::parse(&url).ok().map(|it| it.origin().ascii_serialization());
            if !url.starts_with("http") || origin.as_deref() != Some(url.trim_end_matches('/')) {
                return Err(failed(&"`public-url` is written as `https://ext.example.com`"));
            }
            self.public_url = origin;
        }
        self.origins = read.origins;
        (self.environment, self.secrets) = (read.environment, read.secrets);
        Ok(())
    }
}

/// Why a server did not start.
#[derive(Debug)]
pub struct StartError(String);

impl StartError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self(format!("the server's store cannot be opened: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_an_origin() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.toml");
        let read = |url: &str| {
            std::fs::write(&file, format!("public-url = \"{url}\"\n")).unwrap();
            let mut configuration = Configuration::new("data".into(), "registry".into());
            configuration.read(&file).map(|()| configuration)
        };
        for (url, secure) in [
            ("https://ext.example.com", true),
            ("https://ext.example.com:8443/", true),
            ("http://ext.example.com", false),
        ] {
            let configuration = read(url).unwrap();
            assert_eq!(configuration.public_url.as_deref(), Some(url.trim_end_matches('/')));
            assert_eq!(configuration.is_secure(), secure, "{url}");
        }
        for wrong in ["ext.example.com", "https://a/b", "https://a@b", "file:///a", "", "https:a"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
