//! Changes besides deploying: going back, undeploying, granting, tokens. Each goes on to its end
//! when whoever asked for it has gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use ext_definition::code;
use ext_registry::{PackageName, Version};
use jiff::Timestamp;
use serde::Serialize;

use crate::auth::{Caller, Scope, Verb};
use crate::loading::whole;
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reload::Seen;
use crate::running::{Broken, Running, deployment, not_deployed};
use crate::store::{Deployment, Event, Token};

/// What undeploying took away.
#[derive(Debug, Serialize)]
pub struct Undeployed {
    /// The versions.
    pub undeployed: Vec<Version>,
    /// The grants of the package, which end with its last version.
    pub revoked: BTreeSet<String>,
}

impl Platform {
    /// Makes the version before the active one active again, or that which is named.
    pub async fn rollback(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        to: Option<&Version>,
    ) -> Result<Arc<Running>, Problem> {
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        let (platform, caller, name) = (self.clone(), caller.clone(), name.clone());
        let to = to.cloned();
        whole(async move { platform.roll_back(&caller, &name, to.as_ref()).await }).await
    }

    async fn roll_back(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        to: Option<&Version>,
    ) -> Result<Arc<Running>, Problem> {
        loop {
            let seen = self.seen(name);
            let versions = seen.versions.as_ref().ok_or_else(|| not_deployed(name))?;
            let from = versions.active_version();
            let none = || {
                let message = match from {
                    Some(from) => format!("no version of `{name}` was active before {from}"),
                    None => format!("no version of `{name}` is active"),
                };
                Problem::new(code::NO_EARLIER_VERSION, message)
            };
            let found = match to {
                Some(to) => versions.meant(name, Some(&format!("={to}")))?,
                None => {
                    let previous = versions.previous_version();
                    previous.and_then(|it| versions.get(it)).ok_or_else(none)?
                }
            };
            // What could not be loaded may be whole by now; else nobody is sent there.
            let again = match found {
                Ok(_) => None,
                Err(broken) => Some(self.load_again(broken, &seen).await?),
            };
            let target = &deployment(found).version;
            let _changes = self.changes.lock().await;
            if !self.is_still(name, &seen) {
                continue;
            }
            if let Some(running) = again {
                self.running.replace(Ok(Arc::new(running)));
            }
            let detail =
                format!("{} -> {target}", from.map(Version::to_string).unwrap_or_default());
            let detail = detail.trim_start().to_owned();
            match (to, from) {
                (None, Some(from)) => {
                    let event = self.event(caller, "rollback", name, detail);
                    self.store.deactivate(name, from, &event).await?;
                    self.running.deactivate(name, from);
                }
                _ => {
                    let event = self.event(caller, "activate", name, detail);
                    self.store.activate(name, target, &event).await?;
                    self.running.activate(name, target);
                }
            }
            return self.running.find(name, None);
        }
    }

    /// Loads a version once more that could not be loaded.
    async fn load_again(
        self: &Arc<Self>,
        broken: &Broken,
        seen: &Seen,
    ) -> Result<Running, Problem> {
        let Deployment { name, version, .. } = &broken.deployment;
        let _turn = self.reloading.enter(name.namespace()).await;
        let loaded = self.load_granted(vec![broken.deployment.clone()], &seen.granted).await?;
        let failed = |error: &str| {
            let message = format!("version {version} of `{name}` cannot be loaded: {error}");
            Problem::new(code::NOT_LOADED, message)
        };
        match loaded.into_iter().next() {
            Some((deployment, Ok(extension))) => Ok(self.running(deployment, extension)),
            Some((_, Err(error))) => Err(failed(&error)),
            None => Err(failed(&broken.error)),
        }
    }

    /// Removes a version, or all of them. Calls that run finish. Grants end with the last version.
    pub async fn undeploy(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        wanted: Option<&str>,
    ) -> Result<Undeployed, Problem> {
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        let (platform, caller, name) = (self.clone(), caller.clone(), name.clone());
        let wanted = wanted.map(str::to_owned);
        whole(async move { platform.take_away(&caller, &name, wanted.as_deref()).await }).await
    }

    async fn take_away(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        wanted: Option<&str>,
    ) -> Result<Undeployed, Problem> {
        let changes = self.changes.lock().await;
        let versions = self.running.of(name)?;
        let gone: Vec<Version> = match wanted {
            Some(_) => vec![deployment(versions.meant(name, wanted)?).version.clone()],
            None => versions.deployments().map(|it| it.version.clone()).collect(),
        };
        for version in &gone {
            // Where others are left, one of them is called where no version is named.
            let heir = wanted.and_then(|_| versions.heir(version));
            let detail = match heir {
                Some(heir) => format!("{version} -> {heir}"),
                None => version.to_string(),
            };
            let event = self.event(caller, "undeploy", name, detail);
            self.store.undeploy(name, version, heir, &event).await?;
            self.running.remove(name, version, heir);
        }
        // What was granted was granted for this deployment: a later package of the name is another one.
        let granted = self.granted(name);
        let is_gone = self.running.versions(name).is_none();
        if is_gone && !granted.is_empty() {
            let event = self.grant_event(caller, name, &BTreeSet::new());
            self.store.grant(name, &BTreeSet::new(), &event).await?;
            self.swap(name, BTreeSet::new(), Vec::new());
        }
        drop(changes);
        self.sweep().await;
        Ok(Undeployed {
            undeployed: gone,
            revoked: if is_gone { granted } else { BTreeSet::new() },
        })
    }

    /// Replaces what is granted to a package, and loads all of its versions again, also those
    /// that could not be loaded before. Versions that ask for what is taken from them find it
    /// missing at their next call.
    pub async fn grant(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        granted: BTreeSet<String>,
    ) -> Result<(), Problem> {
        caller.check(Verb::Operate, Some(name.namespace()))?;
        let (platform, caller, name) = (self.clone(), caller.clone(), name.clone());
        whole(async move { platform.grant_these(&caller, &name, granted).await }).await
    }

    async fn grant_these(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        granted: BTreeSet<String>,
    ) -> Result<(), Problem> {
        let _turn = self.reloading.enter(name.namespace()).await;
        loop {
            let seen = self.seen(name);
            let added: Vec<&String> = granted.difference(&seen.granted).collect();
            permission::may_grant(caller, name, &added, &self.configuration.data)?;
            let loaded = self.load_granted(seen.deployments(), &granted).await?;
            // Refused before anything is changed; but what is only taken away is taken away, and
            // a version that cannot be loaded then stays where it is, and says why.
            if !added.is_empty() {
                seen.keeps(name, &loaded)?;
            }
            let _changes = self.changes.lock().await;
            if !self.is_still(name, &seen) {
                continue;
            }
            let event = self.grant_event(caller, name, &granted);
            self.store.grant(name, &granted, &event).await?;
            self.swap(name, granted, loaded);
            return Ok(());
        }
    }

    pub(crate) fn grant_event(
        &self,
        caller: &Caller,
        name: &PackageName,
        granted: &BTreeSet<String>,
    ) -> Event {
        let list: Vec<&str> = granted.iter().map(String::as_str).collect();
        self.event(caller, "grant", name, list.join(" "))
    }

    /// What the history keeps of a change that is made now.
    pub(crate) fn event(
        &self,
        caller: &Caller,
        what: &str,
        name: &PackageName,
        detail: String,
    ) -> Event {
        caller.event(what, &name.to_string(), detail)
    }
}

impl Platform {
    /// Makes a token: what is stored of it, and the token itself, which nobody sees again.
    pub async fn add_token(
        self: &Arc<Self>,
        caller: &Caller,
        name: &str,
        scopes: &[Scope],
        expires: Option<Timestamp>,
    ) -> Result<(Token, String), Problem> {
        caller.check(Verb::Operate, None)?;
        let (platform, caller) = (self.clone(), caller.clone());
        let (name, scopes) = (name.to_owned(), scopes.to_vec());
        whole(async move {
            let tokens = platform.tokens();
            tokens.add(platform.store(), &caller, &name, &scopes, expires).await
        })
        .await
    }

    /// Revokes a token; `false` if there is no valid one of this id.
    pub async fn revoke_token(
        self: &Arc<Self>,
        caller: &Caller,
        id: &str,
    ) -> Result<bool, Problem> {
        caller.check(Verb::Operate, None)?;
        let (platform, caller, id) = (self.clone(), caller.clone(), id.to_owned());
        whole(async move { Ok(platform.tokens().revoke(platform.store(), &caller, &id).await?) })
            .await
    }
}
