//! From a deployment to an extension that is ready for calls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ext_definition::code;
use ext_host::{Grants, Options};
use ext_registry::{Digest, PackageName};

use crate::gate::Gate;
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;
use crate::settings::{Configuration, StartError};
use crate::store::{Deployment, Settings};

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
        let actions = &extension.definition().actions;
        let actions = actions.iter().map(|it| (it.name.clone(), Default::default())).collect();
        Running {
            gate: Gate::new(concurrency as usize, queue as usize),
            id: deployment.name.to_string(),
            version: deployment.version.to_string(),
            extension,
            deployment,
            tools: Default::default(),
            actions,
        }
    }

    /// Loads everything that was deployed when the server was last here.
    pub(crate) async fn load(self: &Arc<Self>) -> Result<(), StartError> {
        let deployments = self.store.deployments().await?;
        let platform = self.clone();
        let loaded = blocking(move || {
            platform.load_all(deployments, &|name: &PackageName| platform.granted(name))
        })
        .await;
        for (deployment, extension) in loaded.map_err(|it| StartError::new(it.detail()))? {
            match extension {
                Ok(extension) => self.running.insert(Arc::new(self.running(deployment, extension))),
                // The others are served; it stays in the store, for whoever repairs its file.
                Err(error) => tracing::error!(
                    extension = %deployment.name, version = %deployment.version, error,
                    "a deployed version cannot be loaded"
                ),
            }
        }
        Ok(())
    }

    /// Loads deployments on all processors; in the order that they came.
    pub(crate) fn load_all(
        &self,
        deployments: Vec<Deployment>,
        granted: &(dyn Fn(&PackageName) -> BTreeSet<String> + Sync),
    ) -> Vec<(Deployment, Result<ext_host::Extension, String>)> {
        let packages = self.packages();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = deployments.len().div_ceil(threads).max(1);
        let load = |deployment: &Deployment| {
            self.load_one(&packages, deployment, &granted(&deployment.name))
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

    fn load_one(
        &self,
        packages: &Path,
        deployment: &Deployment,
        granted: &BTreeSet<String>,
    ) -> Result<ext_host::Extension, String> {
        let file = packages.join(format!("{}.wasm", deployment.component.hex()));
        let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        if Digest::of(&bytes) != deployment.component {
            return Err(format!("{} is not what was deployed", file.display()));
        }
        self.load_component(&bytes, deployment, granted)
    }

    /// Prepares a component for calls, with the limits and grants that its deployment has.
    pub(crate) fn load_component(
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
}

/// Runs to its end, also when nobody waits for it any more: whoever asks for a change and goes
/// away leaves nothing half done.
pub(crate) async fn whole<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error| Problem::new(code::STORE_FAILED, format!("the work was lost: {error}"));
    tokio::spawn(work).await.map_err(failed)?
}

/// Runs on a thread of its own what takes long.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error| Problem::new(code::PACKAGE_REFUSED, format!("the work was lost: {error}"));
    tokio::task::spawn_blocking(work).await.map_err(failed)
}
