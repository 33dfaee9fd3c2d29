//! Loading versions that are deployed already: with other grants, or once more.
//!
//! What takes long is done before the lock is taken that makes changes wait for each other, and
//! done again if somebody else has changed something meanwhile.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use ext_registry::PackageName;

use crate::deploy::refused;
use crate::loading::{Attempt, aside};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::running::{Broken, Loaded, Versions};
use crate::store::Deployment;

/// A package, as it was when somebody began to change it.
pub(crate) struct Seen {
    /// Its versions, if it has any.
    pub versions: Option<Arc<Versions>>,
    /// What is granted to it.
    pub granted: BTreeSet<String>,
}

impl Seen {
    /// What is deployed of it.
    pub fn deployments(&self) -> Vec<Deployment> {
        self.versions.iter().flat_map(|it| it.deployments().cloned().collect::<Vec<_>>()).collect()
    }

    /// Refuses what would stop a version that runs now.
    pub fn keeps(&self, name: &PackageName, loaded: &[Attempt]) -> Result<(), Problem> {
        let runs = |deployment: &Deployment| {
            let version = self.versions.as_ref().and_then(|it| it.get(&deployment.version));
            version.is_some_and(Loaded::is_ok)
        };
        let lost =
            loaded.iter().find_map(|(it, loaded)| loaded.as_ref().err().filter(|_| runs(it)));
        lost.map_or(Ok(()), |error| Err(refused(name, [error.as_str()])))
    }
}

impl Platform {
    pub(crate) fn seen(&self, name: &PackageName) -> Seen {
        Seen { versions: self.running.versions(name), granted: self.granted(name) }
    }

    /// Whether nobody has changed a package since; for whoever holds the lock.
    pub(crate) fn is_still(&self, name: &PackageName, seen: &Seen) -> bool {
        let same = match (&self.running.versions(name), &seen.versions) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (None, None) => true,
            _ => false,
        };
        same && self.granted(name) == seen.granted
    }

    /// Loads deployments of one package, with what is granted to it.
    pub(crate) async fn load_granted(
        self: &Arc<Self>,
        deployments: Vec<Deployment>,
        granted: &BTreeSet<String>,
    ) -> Result<Vec<Attempt>, Problem> {
        let (platform, granted) = (self.clone(), granted.clone());
        aside(move || platform.load_all(deployments, &|_: &PackageName| granted.clone())).await
    }

    /// Takes what was loaded, or notes why it was not.
    pub(crate) fn loaded(
        &self,
        deployment: Deployment,
        extension: Result<ext_host::Extension, String>,
    ) -> Loaded {
        extension.map(|it| Arc::new(self.running(deployment.clone(), it))).map_err(|error| {
            tracing::error!(
                extension = %deployment.name, version = %deployment.version, error,
                "a deployed version cannot be loaded"
            );
            Arc::new(Broken { deployment, error })
        })
    }

    /// Puts versions of a package, with what was granted to it, in their places; for whoever holds
    /// the lock.
    pub(crate) fn swap(&self, name: &PackageName, granted: BTreeSet<String>, loaded: Vec<Attempt>) {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), granted);
        for (deployment, extension) in loaded {
            self.running.replace(self.loaded(deployment, extension));
        }
    }
}
