//! Deploying: from a package to calls that it answers.

use std::sync::Arc;
use std::time::Instant;

use ext_definition::code;
use ext_definition::package::Permissions;
use ext_registry::{Digest, PackageName, PackageRef, Registry, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Verb};
use crate::loading::blocking;
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;
use crate::store::{Deployment, Settings};

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

/// What is to be deployed, in full.
struct Candidate {
    name: PackageName,
    version: Version,
    /// Of the manifest.
    digest: Digest,
    /// Of the component.
    layer: Digest,
    component: Vec<u8>,
    permissions: Permissions,
}

/// Tells of stages as they end.
struct Stages<'a> {
    told: &'a mut (dyn FnMut(Stage) + Send),
    started: Instant,
}

impl<'a> Stages<'a> {
    fn new(told: &'a mut (dyn FnMut(Stage) + Send)) -> Self {
        Self { told, started: Instant::now() }
    }

    fn done(&mut self, stage: &str) {
        let micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        (self.told)(Stage { stage: stage.to_owned(), micros });
        self.started = Instant::now();
    }
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
        let mut stages = Stages::new(&mut told);

        let _changes = self.changes.lock().await;
        let (version, package) = {
            let (registry, reference) = (self.configuration.registry.clone(), reference.clone());
            blocking(move || {
                let found = || {
                    let registry = Registry::open(&registry)?;
                    let version = registry.resolve(&reference)?.version;
                    let loaded = registry.load(&reference.name, &version, digest.as_ref())?;
                    Ok((version, loaded))
                };
                found().map_err(|error: ext_registry::Error| {
                    // Whoever deploys may have another one before his eyes.
                    let message =
                        format!("in the server's registry: {} ({})", error.message(), error.help());
                    Problem::new(code::PACKAGE_REFUSED, message)
                })
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
        let candidate = Candidate {
            name,
            version,
            digest: package.digest,
            layer: package.layer,
            component: package.component,
            permissions: definition.package.permissions,
        };
        self.install(caller, candidate, &request.grant, request.settings.clone(), &mut stages).await
    }

    /// Deploys a component that no registry has, as [`deploy`](Self::deploy) does with a
    /// package: for whoever works on it. The digest of the deployment is that of the component.
    pub async fn deploy_component(
        self: &Arc<Self>,
        caller: &Caller,
        component: Vec<u8>,
        grant: &[String],
        settings: Option<Settings>,
        mut told: impl FnMut(Stage) + Send,
    ) -> Result<Arc<Running>, Problem> {
        let mut stages = Stages::new(&mut told);
        let definition = ext_definition::artifact::definition(&component).map_err(|errors| {
            let reasons: Vec<&str> = errors.iter().map(|it| it.message.as_str()).collect();
            let message = format!("the component is refused: {}", reasons.join("; "));
            Problem::new(code::PACKAGE_REFUSED, message)
        })?;
        let package = definition.package;
        let name = PackageName::new(&package.namespace, &package.name)?;
        let version = (package.version.parse())
            .map_err(|error| refused(&name, [format!("its version: {error}").as_str()]))?;
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        if !grant.is_empty() {
            caller.check(Verb::Operate, Some(name.namespace()))?;
        }
        let digest = Digest::of(&component);
        let permissions = package.permissions;
        let candidate = Candidate { name, version, digest, layer: digest, component, permissions };
        let _changes = self.changes.lock().await;
        self.install(caller, candidate, grant, settings, &mut stages).await
    }

    /// What is left of a deployment when it is known what it is; the caller holds the lock.
    async fn install(
        self: &Arc<Self>,
        caller: &Caller,
        candidate: Candidate,
        grant: &[String],
        settings: Option<Settings>,
        stages: &mut Stages<'_>,
    ) -> Result<Arc<Running>, Problem> {
        let Candidate { name, version, digest, layer, component, permissions } = candidate;
        let mut granted = self.granted(&name);
        let added: Vec<&String> = grant.iter().filter(|it| !granted.contains(*it)).collect();
        permission::may_grant(caller, &name, &added, &self.configuration.data)?;
        granted.extend(grant.iter().cloned());
        permission::check(&name, &permission::asked(&permissions), &granted)?;
        stages.done("verify");

        let settings = settings.or_else(|| {
            let active = self.running.versions(&name)?.active()?.deployment.settings.clone();
            Some(active)
        });
        let deployment = Deployment {
            name: name.clone(),
            version,
            digest,
            component: layer,
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
                        ext_registry::fs::write_atomic(&file, &component)
                            .map_err(|error| error.message())
                    })
                    .map_err(|error| Problem::new(code::STORE_FAILED, error))?;
                platform
                    .load_component(&component, &deployment, &permitted)
                    .map_err(|error| refused(&deployment.name, [error.as_str()]))
            })
            .await??
        };
        stages.done("compile");

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
        stages.done("activate");
        tracing::info!(
            extension = running.id,
            version = running.version,
            by = caller.name,
            "deployed"
        );
        Ok(running)
    }
}

pub(crate) fn refused<'a>(
    name: &PackageName,
    reasons: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let reasons: Vec<&str> = reasons.into_iter().collect();
    let message = format!("the package `{name}` is refused: {}", reasons.join("; "));
    Problem::new(code::PACKAGE_REFUSED, message)
}
