//! Deploying: from a package to calls that it answers.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ext_definition::code;
use ext_definition::package::Permissions;
use ext_registry::{Digest, PackageName, PackageRef, Registry, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::auth::{Caller, Verb};
use crate::loading::aside;
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reload::Seen;
use crate::running::{Running, Versions};
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
    /// How it runs, where it differs from the active version (a JSON merge patch of its
    /// [`Settings`], RFC 7396): `null` sets a setting back to what the server has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Map<String, Value>>,
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

impl Candidate {
    /// A package of a registry: what it says it is, and is.
    fn of_registry(
        registry: &Path,
        reference: &PackageRef,
        digest: Option<&Digest>,
    ) -> Result<Self, Problem> {
        let found = || {
            let registry = Registry::open(registry)?;
            let version = registry.resolve(reference)?.version;
            let loaded = registry.load(&reference.name, &version, digest)?;
            Ok((version, loaded))
        };
        let (version, package) = found().map_err(|error: ext_registry::Error| {
            // Whoever deploys may have another one before his eyes.
            let message =
                format!("in the server's registry: {} ({})", error.message(), error.help());
            Problem::new(code::PACKAGE_REFUSED, message)
        })?;
        let name = reference.name.clone();
        let definition = ext_definition::artifact::definition_of(
            &package.component,
            &name.to_string(),
            &version.to_string(),
        )
        .map_err(|errors| refused(&name, errors.iter().map(|it| it.message.as_str())))?;
        Ok(Self {
            name,
            version,
            digest: package.digest,
            layer: package.layer,
            component: package.component,
            permissions: definition.package.permissions,
        })
    }

    /// A component that no registry has.
    fn of_component(component: Vec<u8>) -> Result<Self, Problem> {
        let definition = ext_definition::artifact::definition(&component).map_err(|errors| {
            let reasons: Vec<&str> = errors.iter().map(|it| it.message.as_str()).collect();
            let message = format!("the component is refused: {}", reasons.join("; "));
            Problem::new(code::PACKAGE_REFUSED, message)
        })?;
        let package = definition.package;
        let name = PackageName::new(&package.namespace, &package.name)?;
        let version = (package.version.parse())
            .map_err(|error| refused(&name, [format!("its version: {error}").as_str()]))?;
        let digest = Digest::of(&component);
        let permissions = package.permissions;
        Ok(Self { name, version, digest, layer: digest, component, permissions })
    }
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

        let _turn = self.preparing.enter(name.namespace()).await;
        let registry = self.configuration.registry.clone();
        let read = move || Candidate::of_registry(&registry, &reference, digest.as_ref());
        let candidate = aside(read).await??;
        let settings = request.settings.as_ref();
        let deployed = self.install(caller, candidate, &request.grant, settings, &mut stages).await;
        self.sweep().await;
        deployed
    }

    /// Deploys a component that no registry has, as [`deploy`](Self::deploy) does with a
    /// package: for whoever works on it. The digest of the deployment is that of the component.
    pub async fn deploy_component(
        self: &Arc<Self>,
        caller: &Caller,
        component: Vec<u8>,
        grant: &[String],
        settings: Option<&Map<String, Value>>,
        mut told: impl FnMut(Stage) + Send,
    ) -> Result<Arc<Running>, Problem> {
        let mut stages = Stages::new(&mut told);
        let candidate = aside(move || Candidate::of_component(component)).await??;
        let namespace = candidate.name.namespace().to_owned();
        caller.check(Verb::Deploy, Some(&namespace))?;
        if !grant.is_empty() {
            caller.check(Verb::Operate, Some(&namespace))?;
        }
        let _turn = self.preparing.enter(&namespace).await;
        let deployed = self.install(caller, candidate, grant, settings, &mut stages).await;
        self.sweep().await;
        deployed
    }

    /// What is left of a deployment when it is known what it is.
    async fn install(
        self: &Arc<Self>,
        caller: &Caller,
        candidate: Candidate,
        grant: &[String],
        changes: Option<&Map<String, Value>>,
        stages: &mut Stages<'_>,
    ) -> Result<Arc<Running>, Problem> {
        let Candidate { name, version, digest, layer, component, permissions } = candidate;
        let asked = permission::asked(&permissions);
        self.with_grants(caller, &name, grant, &asked, &self.granted(&name))?;
        let wanted = |seen: &Seen| settings(seen.versions.as_deref(), changes);
        wanted(&self.seen(&name))?;
        stages.done("verify");

        // On the disk before anybody knows of it: what a kill leaves behind is a file that
        // nobody asks for.
        let packages = self.packages.clone();
        let _coming = aside(move || packages.write(layer, &component)).await??;
        loop {
            let seen = self.seen(&name);
            let granted = self.with_grants(caller, &name, grant, &asked, &seen.granted)?;
            let deployment = Deployment {
                name: name.clone(),
                version: version.clone(),
                digest,
                component: layer,
                settings: wanted(&seen)?,
                at: Timestamp::now(),
                by: caller.name.to_string(),
                activation: None,
            };
            let mut all = vec![deployment.clone()];
            let is_granted = granted != seen.granted;
            if is_granted {
                // The other versions are granted it as well.
                all.extend(seen.deployments().into_iter().filter(|it| it.version != version));
            }
            let mut loaded = self.load_granted(all, &granted).await?;
            let extension = loaded.swap_remove(0).1.map_err(|it| refused(&name, [it.as_str()]))?;
            seen.keeps(&name, &loaded)?;

            let _changes = self.changes.lock().await;
            if !self.is_still(&name, &seen) {
                continue;
            }
            stages.done("compile");
            let event = self.event(caller, "deploy", &name, detail(&deployment, &granted));
            let (grants, events) = match is_granted {
                true => (Some(&granted), vec![self.grant_event(caller, &name, &granted), event]),
                false => (None, vec![event]),
            };
            let deployment = self.store.deploy(&deployment, grants, &events).await?;
            self.swap(&name, granted, loaded);
            let running = Arc::new(self.running(deployment, extension));
            self.running.insert(Ok(running.clone()));
            stages.done("activate");
            tracing::info!(
                extension = &*running.id,
                version = &*running.version,
                by = &*caller.name,
                "deployed"
            );
            return Ok(running);
        }
    }

    /// What is granted to a package together with what somebody adds: all that it asks for.
    fn with_grants(
        &self,
        caller: &Caller,
        name: &PackageName,
        grant: &[String],
        asked: &BTreeSet<String>,
        had: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Problem> {
        let added: Vec<&String> = grant.iter().filter(|it| !had.contains(*it)).collect();
        permission::may_grant(caller, name, &added, &self.configuration.data)?;
        let granted = had.iter().chain(grant).cloned().collect();
        permission::check(name, asked, &granted)?;
        Ok(granted)
    }
}

/// The settings of the version before, with what is to be changed.
fn settings(
    versions: Option<&Versions>,
    changes: Option<&Map<String, Value>>,
) -> Result<Settings, Problem> {
    let before = versions.and_then(|it| {
        let active = it.active_version();
        let mut all = it.deployments();
        match active {
            Some(active) => all.find(|it| it.version == *active),
            None => all.next_back(),
        }
    });
    let before = before.map(|it| it.settings.clone()).unwrap_or_default();
    match changes {
        Some(changes) => before
            .patched(changes)
            .map_err(|error| Problem::new(code::BODY_UNREADABLE, format!("the settings: {error}"))),
        None => Ok(before),
    }
}

/// What the history says of a deployment.
fn detail(deployment: &Deployment, granted: &BTreeSet<String>) -> String {
    let mut said = format!("{} {}", deployment.version, deployment.digest);
    if deployment.settings != Settings::default() {
        said.push_str(&format!(" {}", serde_json::json!(deployment.settings)));
    }
    if !granted.is_empty() {
        let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
        said.push_str(&format!(" granted: {}", granted.join(" ")));
    }
    said
}

pub(crate) fn refused<'a>(
    name: &PackageName,
    reasons: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let reasons: Vec<&str> = reasons.into_iter().collect();
    let message = format!("the package `{name}` is refused: {}", reasons.join("; "));
    Problem::new(code::PACKAGE_REFUSED, message)
}
