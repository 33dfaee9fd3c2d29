//! The platform: what every surface of the server is made of.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use ext_host::{Host, Limits};
use ext_registry::PackageName;
use tokio::sync::oneshot;

use crate::audit::Audit;
use crate::auth::{Caller, Scope};
use crate::lock;
use crate::metrics::{Deployed, Metrics, Readings};
use crate::packages::Packages;
use crate::problem::Problem;
use crate::recorder::Recorder;
use crate::room::Room;
use crate::running::Deployments;
use crate::sessions::Sessions;
use crate::settings::{Configuration, StartError};
use crate::store::{Settings, Sqlite, Store};
use crate::tokens::Tokens;
use crate::trace::Traces;
use crate::turns::Turns;
use crate::workers::Workers;

/// Everything that the server knows and does.
pub struct Platform {
    /// Held, and nothing else.
    _lock: File,
    pub(crate) configuration: Configuration,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) host: Host,
    pub(crate) running: Deployments,
    pub(crate) grants: Mutex<HashMap<PackageName, BTreeSet<String>>>,
    /// Held for as long as a change is written down and made, and no longer: nobody compiles
    /// meanwhile.
    pub(crate) changes: tokio::sync::Mutex<()>,
    /// Of those who deploy.
    pub(crate) preparing: Turns,
    /// Of those who load again what is deployed.
    pub(crate) reloading: Turns,
    pub(crate) packages: Arc<Packages>,
    pub(crate) tokens: Tokens,
    /// For the requests that are here.
    pub(crate) room: Arc<Room>,
    pub(crate) sessions: Sessions,
    pub(crate) audit: Audit,
    pub(crate) workers: Workers,
    pub(crate) recorder: Recorder,
    pub(crate) metrics: Metrics,
    pub(crate) traces: Arc<Traces>,
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
        let lock = lock::take(data, configuration.listen)?;
        let store = Sqlite::open(&data.join("server.sqlite")).await?;
        let store: Arc<dyn Store> = Arc::new(store);
        let host = Host::builder()
            .cache(Some(configuration.cache.clone().unwrap_or_else(|| data.join("cache"))))
            .limits(configuration.limits)
            .max_memory(configuration.memory)
            .reuse_instances(false)
            // Those in front and those behind.
            .max_instances(configuration.calls.saturating_mul(2).clamp(64, 4096))
            .build()
            .map_err(|error| StartError::new(error.to_string()))?;
        // Here, and not where extensions are loaded, which lets others go first: calls give way
        // when it says so.
        host.start_clock();
        let grants = store.grants().await?.into_iter().collect();
        let tokens = Tokens::default();
        tokens.load(&*store).await?;
        let no_threads =
            |error| StartError::new(format!("there are no threads for calls: {error}"));
        let (keep, bytes) = (configuration.keep_calls, configuration.keep_calls_bytes);
        let (recorder, written) =
            Recorder::start(store.clone(), keep, bytes).map_err(no_threads)?;
        let (calls, waiting) = (configuration.calls as usize, configuration.waiting as usize);
        let workers = Workers::new(host.clone(), calls, waiting).map_err(no_threads)?;
        let packages = Arc::new(Packages::new(configuration.data.join("packages")));
        let platform = Arc::new(Self {
            _lock: lock,
            room: Room::new(configuration.requests),
            configuration,
            audit: Audit::new(store.clone()),
            store,
            host,
            running: Deployments::default(),
            grants: Mutex::new(grants),
            changes: tokio::sync::Mutex::default(),
            preparing: Turns::default(),
            reloading: Turns::default(),
            packages,
            tokens,
            sessions: Sessions::default(),
            workers,
            recorder,
            metrics: Metrics::new(),
            traces: Arc::new(Traces::new()?),
            ending: tokio::sync::watch::Sender::new(false),
        });
        platform.load().await?;
        tokio::spawn(learn(Arc::downgrade(&platform)));
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
        let running = versions.map(|it| Deployed {
            extension: it.id.to_string(),
            version: it.version.to_string(),
            running: it.gate.running(),
            waiting: it.gate.waiting(),
        });
        self.metrics.render(&Readings {
            deployments: running.collect(),
            broken: self.running.count().1,
            running: self.workers.running(),
            waiting: self.workers.waiting(),
            requests: self.room.taken(),
            unwritten: self.recorder.waiting(),
            lost: self.recorder.lost(),
        })
    }

    /// A request was refused: counts it, and writes down what an operator wants to know of it.
    pub(crate) fn refused(&self, problem: &Problem) {
        if let Some(refusal) = problem.refusal() {
            self.metrics.refused(refusal.word());
            self.audit.refused(problem);
        }
    }

    /// How large the body of a call may be, in bytes: as the deployment says, and at most as the
    /// server does.
    pub(crate) fn body_limit(&self, settings: &Settings) -> usize {
        let most = self.configuration.body;
        let asked = settings.body_bytes.and_then(|it| usize::try_from(it).ok());
        asked.map_or(most, |it| it.min(most))
    }

    /// The limits of a deployment's calls.
    pub(crate) fn limits(&self, settings: &Settings) -> Limits {
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

/// How often the server looks for tokens that were made beside it.
const LEARN: Duration = Duration::from_secs(1);

/// Gets to know tokens that were made by [`operator_token`], for as long as the platform is there.
async fn learn(platform: Weak<Platform>) {
    loop {
        tokio::time::sleep(LEARN).await;
        let Some(platform) = platform.upgrade() else { return };
        // What the store does not give now it gives the next time.
        let _ = platform.tokens.learn(platform.store()).await;
    }
}

/// Makes a token that may everything, for the first operator of a server: in its folder,
/// whether it runs or not. A server that runs knows it a second later.
///
/// # Errors
/// When the store cannot be opened.
pub async fn operator_token(configuration: Configuration) -> Result<String, StartError> {
    private_folder(&configuration.data)?;
    let store = Sqlite::open(&configuration.data.join("server.sqlite")).await?;
    let scopes: Vec<Scope> =
        ["invoke", "deploy", "operate"].iter().filter_map(|it| it.parse().ok()).collect();
    let (tokens, by) = (Tokens::default(), Caller::loopback());
    tokens.load(&store).await?;
    let name = tokens.free_name("operator");
    let made = tokens.add(&store, &by, &name, &scopes, None).await;
    Ok(made.map_err(|it| StartError::new(it.detail()))?.1)
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
