//! Changes of what is deployed: going back, undeploying, granting.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use ext_definition::code;
use ext_registry::{PackageName, Version};
use jiff::Timestamp;

use crate::auth::{Caller, Verb};
use crate::deploy::refused;
use crate::loading::blocking;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::Running;
use crate::store::{Deployment, Event};

impl Platform {
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
        Event {
            at: Timestamp::now(),
            who: caller.name.clone(),
            what: what.to_owned(),
            subject: name.to_string(),
            detail,
        }
    }
}
