//! Deploying, going back, undeploying.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use ext_definition::code;
use ext_host::{Grants, Options};
use ext_registry::{Digest, PackageName, PackageRef, Registry, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Verb};
use crate::gate::Gate;
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;
use crate::settings::StartError;
use crate::store::{Deployment, Event, Settings};

/// What is to be deployed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// `namespace:name@version`: the newest that matches.
    pub package: String,
    /// The digest that its manifest must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What is granted to the package from now on, besides what it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grant: Vec<String>,
    /// How it runs; `None`: as the active version does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

/// Something that was done on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// What: `verify`, `compile`, `activate`.
    pub stage: String,
    /// How long it took, in microseconds.
    pub micros: u64,
}

impl Platform {
    /// Deploys a version and makes it the active one. Calls that run finish on the version
    /// that they began with. `told` hears of each stage.
    pub async fn deploy(
        self: &Arc<Self>,
        caller: &Caller,
        request: &DeployRequest,
        mut told: impl FnMut(Stage) + Send,
    ) -> Result<Arc<Running>, Problem> {
        let reference: PackageRef = request.package.parse()?;
        let name = reference.name.clone();
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        if !request.grant.is_empty() {
            caller.check(Verb::Operate, Some(name.namespace()))?;
        }
        let digest: Option<Digest> = request.digest.as_deref().map(str::parse).transpose()?;
        let mut started = Instant::now();
        let mut done = |stage: &str| {
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            told(Stage { stage: stage.to_owned(), micros });
            started = Instant::now();
        };

        let _changes = self.changes.lock().await;
        let (version, package) = {
            let (registry, reference) = (self.configuration.registry.clone(), reference.clone());
            blocking(move || {
                let registry = Registry::open(&registry)?;
                let version = registry.resolve(&reference)?.version;
                let loaded = registry.load(&reference.name, &version, digest.as_ref())?;
                Ok::<_, Problem>((version, loaded))
            })
            .await??
        };
        let definition = ext_definition::artifact::definition(&package.component)
            .map_err(|errors| refused(&name, errors.iter().map(|it| it.message.as_str())))?;
        if definition.package.id() != name.to_string()
            || definition.package.version != version.to_string()
        {
            let says = format!(
                "it says that it is {} {}",
                definition.package.id(),
                definition.package.version
            );
            return Err(refused(&name, [says.as_str()]));
        }
        let mut granted = self.granted(&name);
        granted.extend(request.grant.iter().cloned());
        permission::check(&name, &permission::asked(&definition.package.permissions), &granted)?;
        done("verify");

        let settings = request.settings.clone().or_else(|| {
            let active = self.running.versions(&name)?.active()?.deployment.settings.clone();
            Some(active)
        });
        let deployment = Deployment {
            name: name.clone(),
            version,
            digest: package.digest,
            component: package.layer,
            settings: settings.unwrap_or_default(),
            at: Timestamp::now(),
            by: caller.name.clone(),
            activation: None,
        };
        // On the disk before anybody knows of it: what a kill leaves behind is a file that
        // nobody asks for.
        let extension = {
            let (platform, deployment) = (self.clone(), deployment.clone());
            let permitted = granted.clone();
            blocking(move || {
                let file = platform.packages().join(format!("{}.wasm", deployment.component.hex()));
                ext_host::private_folder(&platform.packages())
                    .map_err(|error| error.to_string())
                    .and_then(|()| {
                        ext_registry::fs::write_atomic(&file, &package.component)
                            .map_err(|error| error.message())
                    })
                    .map_err(|error| Problem::new(code::STORE_FAILED, error))?;
                platform
                    .load_component(&package.component, &deployment, &permitted)
                    .map_err(|error| refused(&deployment.name, [error.as_str()]))
            })
            .await??
        };
        done("compile");

        if granted != self.granted(&name) {
            self.grant_locked(caller, &name, granted).await?;
        }
        let event = self.event(
            caller,
            "deploy",
            &name,
            format!("{} {}", deployment.version, deployment.digest),
        );
        let deployment = self.store.deploy(&deployment, &event).await?;
        let running = Arc::new(self.running(deployment, extension));
        self.running.insert(running.clone());
        done("activate");
        tracing::info!(
            extension = running.id,
            version = running.version,
            by = caller.name,
            "deployed"
        );
        Ok(running)
    }

    /// Makes the version before the active one active again, or that which is named.
    pub async fn rollback(
        &self,
        caller: &Caller,
        name: &PackageName,
        to: Option<&Version>,
    ) -> Result<Arc<Running>, Problem> {
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        let _changes = self.changes.lock().await;
        let active = self.running.find(name, None)?;
        let versions = self.running.versions(name).unwrap_or_default();
        let from = &active.deployment.version;
        match to {
            Some(to) => {
                if versions.get(to).is_none() {
                    // For its message, which lists what there is.
                    self.running.find(name, Some(&format!("={to}")))?;
                }
                let event = self.event(caller, "activate", name, format!("{from} -> {to}"));
                self.store.activate(name, to, &event).await?;
                self.running.activate(name, to);
            }
            None => {
                let Some(previous) = versions.previous() else {
                    let message = format!("no version of `{name}` was active before {from}");
                    return Err(Problem::new(code::NO_EARLIER_VERSION, message));
                };
                let to = &previous.deployment.version;
                let event = self.event(caller, "rollback", name, format!("{from} -> {to}"));
                self.store.deactivate(name, from, &event).await?;
                self.running.deactivate(name, from);
            }
        }
        self.running.find(name, None)
    }

    /// Removes a version, or all of them. Calls that run finish.
    pub async fn undeploy(
        &self,
        caller: &Caller,
        name: &PackageName,
        wanted: Option<&str>,
    ) -> Result<Vec<Version>, Problem> {
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        let _changes = self.changes.lock().await;
        let versions: Vec<Version> = match wanted {
            Some(_) => vec![self.running.find(name, wanted)?.deployment.version.clone()],
            None => {
                self.running.find(name, None)?;
                let versions = self.running.versions(name).unwrap_or_default();
                versions.all().map(|it| it.deployment.version.clone()).collect()
            }
        };
        for version in &versions {
            let event = self.event(caller, "undeploy", name, version.to_string());
            self.store.undeploy(name, version, &event).await?;
            self.running.remove(name, version);
        }
        Ok(versions)
    }

    /// Replaces what is granted to a package. Versions that ask for what is taken from them
    /// find it missing at their next call.
    pub async fn grant(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        granted: BTreeSet<String>,
    ) -> Result<(), Problem> {
        caller.check(Verb::Operate, Some(name.namespace()))?;
        let _changes = self.changes.lock().await;
        self.grant_locked(caller, name, granted).await?;
        let deployments: Vec<Deployment> = (self.running.versions(name).iter())
            .flat_map(|it| it.all().map(|it| it.deployment.clone()).collect::<Vec<_>>())
            .collect();
        let platform = self.clone();
        for (deployment, extension) in blocking(move || platform.load_all(deployments)).await? {
            let extension = extension.map_err(|error| refused(name, [error.as_str()]))?;
            self.running.insert(Arc::new(self.running(deployment, extension)));
        }
        Ok(())
    }

    async fn grant_locked(
        &self,
        caller: &Caller,
        name: &PackageName,
        granted: BTreeSet<String>,
    ) -> Result<(), Problem> {
        let list: Vec<&str> = granted.iter().map(String::as_str).collect();
        let event = self.event(caller, "grant", name, list.join(" "));
        self.store.grant(name, &granted, &event).await?;
        self.grants.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), granted);
        Ok(())
    }

    fn event(&self, caller: &Caller, what: &str, name: &PackageName, detail: String) -> Event {
        Event {
            at: Timestamp::now(),
            who: caller.name.clone(),
            what: what.to_owned(),
            subject: name.to_string(),
            detail,
        }
    }

    fn running(&self, deployment: Deployment, extension: ext_host::Extension) -> Running {
        let Settings { concurrency, queue, .. } = deployment.settings;
        let concurrency = concurrency.unwrap_or(self.configuration.concurrency);
        let queue = queue.unwrap_or(self.configuration.queue);
        Running {
            gate: Gate::new(concurrency as usize, queue as usize),
            id: deployment.name.to_string(),
            version: deployment.version.to_string(),
            extension,
            deployment,
            tools: Default::default(),
        }
    }

    /// Loads everything that was deployed when the server was last here.
    pub(crate) async fn load(self: &Arc<Self>) -> Result<(), StartError> {
        let deployments = self.store.deployments().await?;
        let platform = self.clone();
        let loaded = blocking(move || platform.load_all(deployments)).await;
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

    fn load_all(
        &self,
        deployments: Vec<Deployment>,
    ) -> Vec<(Deployment, Result<ext_host::Extension, String>)> {
        let packages = self.packages();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = deployments.len().div_ceil(threads).max(1);
        let load = |deployment: &Deployment| self.load_one(&packages, deployment);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (deployments.chunks(share))
                .map(|share| scope.spawn(|| share.iter().map(load).collect::<Vec<_>>()))
                .collect();
            let loaded = threads.into_iter().flat_map(|it| it.join().unwrap_or_default());
            deployments.iter().cloned().zip(loaded).collect()
        })
    }

    fn load_one(
        &self,
        packages: &Path,
        deployment: &Deployment,
    ) -> Result<ext_host::Extension, String> {
        let file = packages.join(format!("{}.wasm", deployment.component.hex()));
        let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        if Digest::of(&bytes) != deployment.component {
            return Err(format!("{} is not what was deployed", file.display()));
        }
        self.load_component(&bytes, deployment, &self.granted(&deployment.name))
    }

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
}

fn refused<'a>(name: &PackageName, reasons: impl IntoIterator<Item = &'a str>) -> Problem {
    let reasons: Vec<&str> = reasons.into_iter().collect();
    let message = format!("the package `{name}` is refused: {}", reasons.join("; "));
    Problem::new(code::PACKAGE_REFUSED, message)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let failed = |error| Problem::new(code::PACKAGE_REFUSED, format!("the work was lost: {error}"));
    tokio::task::spawn_blocking(work).await.map_err(failed)
}
