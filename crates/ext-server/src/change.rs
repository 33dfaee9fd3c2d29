//! Changes besides deploying: going back, undeploying, granting, tokens. Each goes on to its end
//! when whoever asked for it has gone.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use ext_definition::code;
use ext_registry::{PackageName, Version};
use jiff::Timestamp;

use crate::auth::{Caller, Scope, Verb};
use crate::deploy::refused;
use crate::loading::{blocking, whole};
use crate::permission;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;
use crate::store::{Deployment, Event, Token};

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
        &self,
        caller: &Caller,
        name: &PackageName,
        to: Option<&Version>,
    ) -> Result<Arc<Running>, Problem> {
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
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        wanted: Option<&str>,
    ) -> Result<Vec<Version>, Problem> {
        caller.check(Verb::Deploy, Some(name.namespace()))?;
        let (platform, caller, name) = (self.clone(), caller.clone(), name.clone());
        let wanted = wanted.map(str::to_owned);
        whole(async move { platform.take_away(&caller, &name, wanted.as_deref()).await }).await
    }

    async fn take_away(
        &self,
        caller: &Caller,
        name: &PackageName,
        wanted: Option<&str>,
    ) -> Result<Vec<Version>, Problem> {
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
        let (platform, caller, name) = (self.clone(), caller.clone(), name.clone());
        whole(async move { platform.grant_these(&caller, &name, granted).await }).await
    }

    async fn grant_these(
        self: &Arc<Self>,
        caller: &Caller,
        name: &PackageName,
        granted: BTreeSet<String>,
    ) -> Result<(), Problem> {
        let _changes = self.changes.lock().await;
        let had = self.granted(name);
        let added: Vec<&String> = granted.difference(&had).collect();
        permission::may_grant(caller, name, &added, &self.configuration.data)?;
        let deployments: Vec<Deployment> = (self.running.versions(name).iter())
            .flat_map(|it| it.all().map(|it| it.deployment.clone()).collect::<Vec<_>>())
            .collect();
        let (platform, new) = (self.clone(), granted.clone());
        let loaded =
            blocking(move || platform.load_all(deployments, &|_: &PackageName| new.clone()))
                .await?;
        // Refused before anything is changed; but what is only taken away is taken away, and
        // a version that cannot do without it is gone until somebody grants it again.
        if !added.is_empty()
            && let Some(error) = loaded.iter().find_map(|(_, it)| it.as_ref().err())
        {
            return Err(refused(name, [error.as_str()]));
        }
        self.grant_locked(caller, name, granted).await?;
        for (deployment, extension) in loaded {
            match extension {
                Ok(extension) => {
                    self.running.replace(Arc::new(self.running(deployment, extension)));
                }
                Err(error) => {
                    tracing::error!(
                        extension = %name, version = %deployment.version, error,
                        "a version cannot be loaded any more"
                    );
                    self.running.remove(name, &deployment.version);
                }
            }
        }
        Ok(())
    }

    /// The same, for whoever holds the lock, and without loading anything.
    pub(crate) async fn grant_locked(
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
