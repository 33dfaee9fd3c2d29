//! From a deployment to an extension that is ready for calls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use ext_definition::code;
use ext_host::{Grants, Options};
use ext_registry::PackageName;

use crate::gate::Gate;
use crate::machine::processors;
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::{self, Running};
use crate::sched;
use crate::settings::{Configuration, StartError};
use crate::store::{Deployment, Settings};

/// A deployment, and what came of loading it: the reason is for those who operate the server.
pub(crate) type Attempt = (Deployment, Result<ext_host::Extension, String>);

impl Platform {
    /// A deployment that is ready for calls.
    pub(crate) fn running(
        &self,
        deployment: Deployment,
        extension: ext_host::Extension,
    ) -> Running {
        let Settings { concurrency, queue, .. } = deployment.settings;
        // Who deploys does not lift what the operator has set for all.
        let Configuration { calls, waiting, .. } = self.configuration;
        let concurrency = concurrency.map_or(self.configuration.concurrency, |it| it.min(calls));
        let queue = queue.map_or(self.configuration.queue, |it| it.min(waiting));
        let limits = extension.limits();
        let in_force = Settings {
            reuse: deployment.settings.reuse,
            time_ms: Some(u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX)),
            memory_bytes: Some(limits.memory as u64),
            result_bytes: Some(limits.output as u64),
            body_bytes: Some(self.body_limit(&deployment.settings) as u64),
            concurrency: Some(concurrency),
            queue: Some(queue),
        };
        let actions = &extension.definition().actions;
        let known = |name: Arc<str>| {
            let (habit, numbers) = Default::default();
            Arc::new(running::Action { name, habit, numbers })
        };
        let names = actions.iter().map(|it| Arc::<str>::from(&*it.name));
        let actions = names.map(|name| (name.clone(), known(name))).collect();
        Running {
            gate: Gate::new(concurrency as usize, queue as usize),
            id: deployment.name.to_string().into(),
            version: deployment.version.to_string().into(),
            extension,
            deployment,
            in_force,
            tools: Default::default(),
            actions,
        }
    }

    /// Loads everything that was deployed when the server was last here.
    pub(crate) async fn load(self: &Arc<Self>) -> Result<(), StartError> {
        let deployments = self.store.deployments().await?;
        let platform = self.clone();
        // Aside as well: what is compiled in parallel has threads that are as important as the
        // one that compiles first.
        let loaded = aside(move || {
            platform.load_all(deployments, &|name: &PackageName| platform.granted(name))
        })
        .await;
        for (deployment, extension) in loaded.map_err(|it| StartError::new(it.detail()))? {
            self.running.insert(self.loaded(deployment, extension));
        }
        let platform = self.clone();
        let swept = blocking(move || platform.sweep_all(true)).await;
        swept.map_err(|it| StartError::new(it.detail()))
    }

    /// Loads deployments on all processors; in the order that they came.
    pub(crate) fn load_all(
        &self,
        deployments: Vec<Deployment>,
        granted: &(dyn Fn(&PackageName) -> BTreeSet<String> + Sync),
    ) -> Vec<Attempt> {
        let share = deployments.len().div_ceil(processors()).max(1);
        let load = |deployment: &Deployment| {
            let component = self.packages.read(&deployment.component)?;
            self.load_component(&component, deployment, &granted(&deployment.name))
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (deployments.chunks(share))
                .map(|share| scope.spawn(|| share.iter().map(load).collect::<Vec<_>>()))
                .collect();
            let loaded = threads
                .into_iter()
                .flat_map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            deployments.iter().cloned().zip(loaded).collect()
        })
    }

    /// Prepares a component for calls, with the limits and grants that its deployment has.
    fn load_component(
        &self,
        component: &[u8],
        deployment: &Deployment,
        granted: &BTreeSet<String>,
    ) -> Result<ext_host::Extension, String> {
        let name = deployment.name.to_string();
        let permitted = permission::parts(granted, "environment");
        let values = |all: &BTreeMap<String, BTreeMap<String, String>>| -> BTreeMap<_, _> {
            let values = all.get(&name).into_iter().flatten();
            let values = values.filter(|(variable, _)| permitted.contains(&variable.as_str()));
            values.map(|(variable, value)| (variable.clone(), value.clone())).collect()
        };
        let texts = |kind| permission::parts(granted, kind).into_iter();
        let grants = Grants {
            http: texts("http").map(str::to_owned).collect(),
            environment: values(&self.configuration.environment),
            secrets: values(&self.configuration.secrets),
            folders: texts("folder").map(PathBuf::from).collect(),
        };
        let settings = &deployment.settings;
        let (limits, reuse) = (Some(self.limits(settings)), Some(settings.reuse));
        let options = Options { limits, reuse, grants };
        self.host.load_with(component, options).map_err(|error| error.to_string())
    }

    /// Removes the files of packages that are not deployed any more.
    pub(crate) async fn sweep(self: &Arc<Self>) {
        let platform = self.clone();
        // What is not removed now is removed when the server starts.
        let _ = blocking(move || platform.sweep_all(false)).await;
    }

    fn sweep_all(&self, half_written: bool) {
        // A folder of caches that was named may be that of others as well.
        let host = self.configuration.cache.is_none().then_some(&self.host);
        self.packages.sweep(&self.running, host, half_written);
    }
}

/// Runs to its end, also when nobody waits for it any more: whoever asks for a change and goes
/// away leaves nothing half done.
pub(crate) async fn whole<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error| Problem::new(code::STORE_FAILED, format!("the work was lost: {error}"));
    tokio::spawn(work).await.map_err(failed)?
}

/// Runs on a thread that may wait what is over soon.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error| Problem::new(code::PACKAGE_REFUSED, format!("the work was lost: {error}"));
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

/// Runs what computes for long, such as compiling, on a thread of its own, which lets calls go
/// first.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        Problem::new(code::PACKAGE_REFUSED, format!("the work was lost: {error}"))
    };
    let (sender, done) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .spawn(move || {
            sched::step_back();
            let _ = sender.send(work());
        })
        .map_err(|error| failed(&error))?;
    done.await.map_err(|error| failed(&error))
}
