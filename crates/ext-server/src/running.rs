//! The versions that run now, by name.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use ext_definition::code;
use ext_definition::model::Action as Described;
use ext_host::{ActionError, Error};
use ext_registry::{PackageName, PackageRef, Version};
use tokio::sync::watch;

use crate::gate::Gate;
use crate::mcp::Tools;
use crate::metrics::Numbers;
use crate::problem::Problem;
use crate::store::Deployment;
use crate::workers::Habit;

/// A version that can be called. Whoever holds it may finish with it, whatever is deployed
/// meanwhile.
pub struct Running {
    /// What the store says of it.
    pub deployment: Deployment,
    /// The code.
    pub extension: ext_host::Extension,
    /// How many of its calls run at once.
    pub gate: Gate,
    /// `namespace:name`.
    pub id: String,
    /// Its version, as text.
    pub version: String,
    pub(crate) tools: OnceLock<Tools>,
    /// By the names of its actions.
    pub(crate) actions: HashMap<String, Arc<Action>>,
}

/// What is known of an action while its version runs.
#[derive(Default)]
pub(crate) struct Action {
    /// How long its calls compute.
    pub habit: Habit,
    /// What is counted of them.
    pub numbers: Numbers,
}

impl Running {
    /// The action of a name, in either notation, or one that it had before.
    ///
    /// # Errors
    /// When there is none.
    pub fn action(&self, name: &str) -> Result<&Described, Problem> {
        self.extension.action(name).ok_or_else(|| self.has_no(name))
    }

    /// The name of an action in the definition, and what is known of it while this runs.
    pub(crate) fn known(&self, name: &str) -> Result<(&str, &Arc<Action>), Problem> {
        let found = self.extension.action(name);
        let found = found.and_then(|it| Some((it.name.as_str(), self.actions.get(&it.name)?)));
        found.ok_or_else(|| self.has_no(name))
    }

    fn has_no(&self, name: &str) -> Problem {
        let actions = self.extension.definition().actions.iter();
        let known = actions.map(|it| it.name.clone()).collect();
        Error::<ActionError>::NotFound { action: name.to_owned(), known }.into()
    }

    /// Whether it came from a registry, where what a version is never changes.
    pub fn is_published(&self) -> bool {
        self.deployment.digest != self.deployment.component
    }

    /// Its actions as tools, made when somebody asks first.
    pub(crate) fn tools(&self) -> &Tools {
        self.tools.get_or_init(|| Tools::of(self.extension.definition()))
    }
}

/// The deployed versions of one package.
#[derive(Default, Clone)]
pub struct Versions {
    all: BTreeMap<Version, Arc<Running>>,
    /// Which version was active when; the last one is.
    activations: BTreeMap<i64, Version>,
}

impl Versions {
    /// The active version.
    pub fn active(&self) -> Option<&Arc<Running>> {
        self.all.get(self.activations.last_key_value()?.1)
    }

    /// The version that would be active without the one that is.
    pub fn previous(&self) -> Option<&Arc<Running>> {
        self.all.get(self.activations.iter().nth_back(1)?.1)
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Running>> {
        self.all.values()
    }

    /// When a version was active: the one with the highest number is.
    pub fn activation(&self, version: &Version) -> Option<i64> {
        self.activations.iter().find_map(|(number, it)| (it == version).then_some(*number))
    }

    /// One of them.
    pub fn get(&self, version: &Version) -> Option<&Arc<Running>> {
        self.all.get(version)
    }
}

/// Everything that runs.
#[derive(Default)]
pub struct Deployments {
    all: RwLock<HashMap<PackageName, Arc<Versions>>>,
    changes: watch::Sender<()>,
}

impl Deployments {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<PackageName, Arc<Versions>>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of every change from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// The version that a reference means: the active one, or the newest that matches.
    pub fn find(&self, name: &PackageName, wanted: Option<&str>) -> Result<Arc<Running>, Problem> {
        let versions = self.versions(name).ok_or_else(|| {
            Problem::new(code::NOT_DEPLOYED, format!("`{name}` is not deployed here"))
        })?;
        let found = match wanted {
            None => versions.active(),
            Some(wanted) => {
                let reference: PackageRef =
                    format!("{name}@{wanted}").parse().map_err(|error: ext_registry::Error| {
                        Problem::new(code::NOT_DEPLOYED, error.message())
                    })?;
                versions.all().rev().find(|it| reference.req.matches(&it.deployment.version))
            }
        };
        found.cloned().ok_or_else(|| {
            let all: Vec<&str> = versions.all().map(|it| it.version.as_str()).collect();
            let wanted =
                wanted.map_or_else(|| "active version".into(), |it| format!("version `{it}`"));
            let message =
                format!("`{name}` has no {wanted} here; deployed are: {}", all.join(", "));
            Problem::new(code::NOT_DEPLOYED, message)
        })
    }

    /// The versions of a package.
    pub fn versions(&self, name: &PackageName) -> Option<Arc<Versions>> {
        self.read().get(name).cloned()
    }

    /// Every package, in the order of names.
    pub fn all(&self) -> Vec<(PackageName, Arc<Versions>)> {
        let mut all: Vec<_> =
            self.read().iter().map(|(name, it)| (name.clone(), it.clone())).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// How many versions of packages there are.
    pub fn count(&self) -> usize {
        self.read().values().map(|it| it.all.len()).sum()
    }

    /// Changes the versions of a package: whoever asks meanwhile sees all of it or nothing.
    fn change(&self, name: &PackageName, change: impl FnOnce(&mut Versions)) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let mut versions = all.get(name).map(|it| Versions::clone(it)).unwrap_or_default();
        change(&mut versions);
        match versions.all.is_empty() {
            true => all.remove(name),
            false => all.insert(name.clone(), Arc::new(versions)),
        };
        drop(all);
        self.changes.send_replace(());
    }

    /// Adds a version, or puts it in the place of the same one.
    pub fn insert(&self, running: Arc<Running>) {
        let name = running.deployment.name.clone();
        self.change(&name, |versions| {
            let version = running.deployment.version.clone();
            versions.activations.retain(|_, it| *it != version);
            if let Some(activation) = running.deployment.activation {
                versions.activations.insert(activation, version.clone());
            }
            versions.all.insert(version, running);
        });
    }

    /// Puts a version in the place of the same one, active or not as that is.
    pub fn replace(&self, running: Arc<Running>) {
        let name = running.deployment.name.clone();
        self.change(&name, |versions| {
            if let Some(found) = versions.all.get_mut(&running.deployment.version) {
                *found = running;
            }
        });
    }

    /// Makes a version the active one.
    pub fn activate(&self, name: &PackageName, version: &Version) {
        self.change(name, |versions| {
            versions.activations.retain(|_, it| it != version);
            let next = versions.activations.last_key_value().map_or(1, |(last, _)| last + 1);
            versions.activations.insert(next, version.clone());
        });
    }

    /// Makes a version one that was never active.
    pub fn deactivate(&self, name: &PackageName, version: &Version) {
        self.change(name, |versions| versions.activations.retain(|_, it| it != version));
    }

    /// Removes a version.
    pub fn remove(&self, name: &PackageName, version: &Version) {
        self.change(name, |versions| {
            versions.activations.retain(|_, it| it != version);
            versions.all.remove(version);
        });
    }
}
