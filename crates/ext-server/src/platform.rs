//! The platform: what every surface of the server is made of.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ext_host::{Host, Limits};
use ext_registry::PackageName;
use tokio::sync::oneshot;

use crate::auth::{Caller, Scope, Tokens};
use crate::gate::Gate;
use crate::metrics::{Deployed, Metrics, Readings};
use crate::recorder::Recorder;
use crate::running::Deployments;
use crate::settings::{Configuration, StartError};
use crate::store::{Sqlite, Store};
use crate::trace::Traces;
use crate::workers::Workers;

/// Everything that the server knows and does.
pub struct Platform {
    pub(crate) configuration: Configuration,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) host: Host,
    pub(crate) running: Deployments,
    pub(crate) grants: Mutex<HashMap<PackageName, BTreeSet<String>>>,
    /// One deployment changes at a time.
    pub(crate) changes: tokio::sync::Mutex<()>,
    pub(crate) tokens: Tokens,
    pub(crate) gate: Gate,
    pub(crate) workers: Workers,
    pub(crate) recorder: Recorder,
    pub(crate) metrics: Metrics,
    pub(crate) traces: Traces,
    /// Whether the server ends: what would wait for ever stops then.
    pub(crate) ending: tokio::sync::watch::Sender<bool>,
}

impl Platform {
    /// Opens what is in the data folder, and loads everything that is deployed. Says when
    /// the platform is gone and all of its calls are written down.
    pub async fn open(
        configuration: Configuration,
    ) -> Result<(Arc<Self>, oneshot::Receiver<()>), StartError> {
        let data = &configuration.data;
        private_folder(data)?;
        let store = Sqlite::open(&data.join("server.sqlite")).await?;
        let store: Arc<dyn Store> = Arc::new(store);
        let host = Host::builder()
            .cache(Some(configuration.cache.clone().unwrap_or_else(|| data.join("cache"))))
            .limits(configuration.limits)
            .reuse_instances(false)
            // Those that are kept between calls are beside those that run.
            .max_instances(configuration.calls.saturating_mul(2).clamp(64, 4096))
            .build()
            .map_err(|error| StartError::new(error.to_string()))?;
        let grants = store.grants().await?.into_iter().collect();
        let tokens = Tokens::default();
        tokens.load(&*store).await?;
        let no_threads =
            |error| StartError::new(format!("there are no threads for calls: {error}"));
        let (keep, bytes) = (configuration.keep_calls, configuration.keep_calls_bytes);
        let (recorder, written) =
            Recorder::start(store.clone(), keep, bytes).map_err(no_threads)?;
        let gate = Gate::new(configuration.calls as usize, configuration.waiting as usize);
        let workers = Workers::new(host.clone()).map_err(no_threads)?;
        let platform = Arc::new(Self {
            configuration,
            store,
            host,
            running: Deployments::default(),
            grants: Mutex::new(grants),
            changes: tokio::sync::Mutex::default(),
            tokens,
            gate,
            workers,
            recorder,
            metrics: Metrics::new(),
            traces: Traces::new()?,
            ending: tokio::sync::watch::Sender::new(false),
        });
        platform.load().await?;
        Ok((platform, written))
    }

    /// What is deployed.
    pub fn deployments(&self) -> &Deployments {
        &self.running
    }

    /// What it remembers.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Who may what.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Calls as they end.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Whether the server ends: answers without an end of their own then end.
    pub fn ending(&self) -> tokio::sync::watch::Receiver<bool> {
        self.ending.subscribe()
    }

    /// How it is set up.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What is granted to a package.
    pub fn granted(&self, name: &PackageName) -> BTreeSet<String> {
        let grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.get(name).cloned().unwrap_or_default()
    }

    /// Numbers for Prometheus.
    pub fn metrics(&self) -> String {
        let deployments = self.running.all();
        let versions = deployments.iter().flat_map(|(_, versions)| versions.all());
        let deployments = versions.map(|it| Deployed {
            extension: it.id.clone(),
            version: it.version.clone(),
            running: it.gate.running(),
            waiting: it.gate.waiting(),
        });
        self.metrics.render(&Readings {
            deployments: deployments.collect(),
            running: self.gate.running(),
            waiting: self.gate.waiting(),
            unwritten: self.recorder.waiting(),
            lost: self.recorder.lost(),
        })
    }

    /// The folder of the packages that are deployed: what the registry loses, the server keeps.
    pub(crate) fn packages(&self) -> PathBuf {
        self.configuration.data.join("packages")
    }

    /// The limits of a deployment's calls.
    pub(crate) fn limits(&self, settings: &crate::store::Settings) -> Limits {
        let limits = self.configuration.limits;
        let bytes = |asked: Option<u64>, most: usize| {
            asked.and_then(|it| usize::try_from(it).ok()).map_or(most, |it| it.min(most))
        };
        Limits {
            time: settings.time_ms.map_or(limits.time, Duration::from_millis).min(limits.time),
            memory: bytes(settings.memory_bytes, limits.memory),
            output: bytes(settings.result_bytes, limits.output),
        }
    }
}

/// Makes a token that may everything, for the first operator of a server: in its folder,
/// whether it runs or not. A server that runs knows it when it starts again.
///
/// # Errors
/// When the store cannot be opened.
pub async fn operator_token(configuration: Configuration) -> Result<String, StartError> {
    private_folder(&configuration.data)?;
    let store = Sqlite::open(&configuration.data.join("server.sqlite")).await?;
    let scopes: Vec<Scope> =
        ["invoke", "deploy", "operate"].iter().filter_map(|it| it.parse().ok()).collect();
    let (tokens, by) = (Tokens::default(), Caller::loopback());
    Ok(tokens.add(&store, &by, "operator", &scopes, None).await?.1)
}

/// Makes a folder that nobody else can look into.
fn private_folder(folder: &Path) -> Result<(), StartError> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|error| {
        StartError::new(format!("the folder {} cannot be made: {error}", folder.display()))
    })
}
