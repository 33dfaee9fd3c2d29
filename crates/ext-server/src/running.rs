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
use crate::store::{Deployment, Settings};
use crate::workers::Habit;

/// A version that can be called. Whoever holds it may finish with it, whatever is deployed
/// meanwhile.
pub struct Running {
    /// What the store says of it.
    pub deployment: Deployment,
    /// How it runs, in full: the settings of its deployment, within what the server and its own
    /// manifest allow.
    pub in_force: Settings,
    /// The code.
    pub extension: ext_host::Extension,
    /// How many of its calls run at once.
    pub gate: Gate,
    /// `namespace:name`.
    pub id: Arc<str>,
    /// Its version, as text.
    pub version: Arc<str>,
    pub(crate) tools: OnceLock<Tools>,
    /// By the names of its actions.
    pub(crate) actions: HashMap<Arc<str>, Arc<Action>>,
}

/// What is known of an action while its version runs.
pub(crate) struct Action {
    /// In the definition.
    pub name: Arc<str>,
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

    /// The same with what is known of it while this runs, for a call.
    pub(crate) fn called(&self, name: &str) -> Result<(&Described, &Arc<Action>), Problem> {
        let described = self.action(name)?;
        let action = self.actions.get(&*described.name);
        action.map(|it| (described, it)).ok_or_else(|| self.has_no(name))
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

/// A version that is deployed and cannot be loaded: a folder that it was granted is not there, or
/// its file was lost. It keeps its place, so that no other version is taken for it.
pub struct Broken {
    /// What the store says of it.
    pub deployment: Deployment,
    /// Why it cannot be loaded; for those who operate the server.
    pub error: String,
}

/// A deployed version.
pub(crate) type Loaded = Result<Arc<Running>, Arc<Broken>>;

/// What the store says of a version.
pub(crate) fn deployment(version: &Loaded) -> &Deployment {
    match version {
        Ok(running) => &running.deployment,
        Err(broken) => &broken.deployment,
    }
}

pub(crate) fn not_deployed(name: &PackageName) -> Problem {
    Problem::new(code::NOT_DEPLOYED, format!("`{name}` is not deployed here"))
}

/// The deployed versions of one package.
#[derive(Default, Clone)]
pub struct Versions {
    all: BTreeMap<Version, Loaded>,
    /// Which version was active when; the last one is.
    activations: BTreeMap<i64, Version>,
}

impl Versions {
    /// The active version, if it runs.
    pub fn active(&self) -> Option<&Arc<Running>> {
        self.all.get(self.active_version()?)?.as_ref().ok()
    }

    /// The active version, whether it runs or not. `None`: each is called by its version only.
    pub fn active_version(&self) -> Option<&Version> {
        Some(self.activations.last_key_value()?.1)
    }

    /// The version that would be active without the one that is.
    pub fn previous_version(&self) -> Option<&Version> {
        Some(self.activations.iter().nth_back(1)?.1)
    }

    /// All that run, the oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Running>> {
        self.all.values().filter_map(|it| it.as_ref().ok())
    }

    /// All that cannot be loaded, the oldest first.
    pub fn broken(&self) -> impl DoubleEndedIterator<Item = &Arc<Broken>> {
        self.all.values().filter_map(|it| it.as_ref().err())
    }

    /// What is deployed, whether it runs or not, the oldest first.
    pub fn deployments(&self) -> impl DoubleEndedIterator<Item = &Deployment> {
        self.all.values().map(deployment)
    }

    /// When a version was active: the one with the highest number is.
    pub fn activation(&self, version: &Version) -> Option<i64> {
        self.activations.iter().find_map(|(number, it)| (it == version).then_some(*number))
    }

    /// One of them.
    pub(crate) fn get(&self, version: &Version) -> Option<&Loaded> {
        self.all.get(version)
    }

    /// The version that a reference means: the active one, or the newest that matches. It is the
    /// same one whether it runs or not: nobody gets an older one than yesterday.
    pub(crate) fn meant(
        &self,
        name: &PackageName,
        wanted: Option<&str>,
    ) -> Result<&Loaded, Problem> {
        let found = match wanted {
            None => self.active_version().and_then(|it| self.all.get(it)),
            Some(wanted) => {
                let reference: PackageRef =
                    format!("{name}@{wanted}").parse().map_err(|error: ext_registry::Error| {
                        Problem::new(code::NOT_DEPLOYED, error.message())
                    })?;
                self.all.values().rev().find(|it| reference.req.matches(&deployment(it).version))
            }
        };
        found.ok_or_else(|| {
            let all: Vec<String> = self.all.keys().map(Version::to_string).collect();
            let wanted =
                wanted.map_or_else(|| "active version".into(), |it| format!("version `{it}`"));
            let message =
                format!("`{name}` has no {wanted} here; deployed are: {}", all.join(", "));
            Problem::new(code::NOT_DEPLOYED, message)
        })
    }

    /// Which version becomes the active one when one is taken away, and none was active before
    /// it: the newest that runs, or else the newest. `None`: none must become so.
    pub(crate) fn heir(&self, gone: &Version) -> Option<&Version> {
        if self.activations.values().any(|it| it != gone) {
            return None;
        }
        let rest = || self.all.iter().rev().filter(|(version, _)| *version != gone);
        let found = rest().find(|(_, it)| it.is_ok()).or_else(|| rest().next());
        found.map(|(version, _)| version)
    }

    /// Makes a version the active one.
    fn activate(&mut self, version: &Version) {
        self.deactivate(version);
        let next = self.activations.last_key_value().map_or(1, |(last, _)| last + 1);
        self.activations.insert(next, version.clone());
    }

    fn deactivate(&mut self, version: &Version) {
        self.activations.retain(|_, it| it != version);
    }
}

impl Broken {
    /// What whoever calls it is told. The reason names folders of the machine, which are none of
    /// his business.
    pub(crate) fn problem(&self) -> Problem {
        let Deployment { name, version, .. } = &self.deployment;
        let message = format!(
            "version {version} of `{name}` is deployed and cannot be loaded; those who operate the \
             server are told why"
        );
        Problem::new(code::NOT_LOADED, message)
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

    /// The version that a reference means, which must run: the active one, or the newest that
    /// matches.
    pub fn find(&self, name: &PackageName, wanted: Option<&str>) -> Result<Arc<Running>, Problem> {
        match self.of(name)?.meant(name, wanted)? {
            Ok(running) => Ok(running.clone()),
            Err(broken) => Err(broken.problem()),
        }
    }

    /// The versions of a package, which must have some.
    pub(crate) fn of(&self, name: &PackageName) -> Result<Arc<Versions>, Problem> {
        self.versions(name).ok_or_else(|| not_deployed(name))
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

    /// How many versions of packages there are, and how many of them cannot be loaded.
    pub fn count(&self) -> (usize, usize) {
        let all = self.read();
        let broken = all.values().map(|it| it.broken().count()).sum();
        (all.values().map(|it| it.all.len()).sum(), broken)
    }

    /// Changes the versions of a package: whoever asks meanwhile sees all of it or nothing. The
    /// change gives the version that is in its place no longer.
    fn change(&self, name: &PackageName, change: impl FnOnce(&mut Versions) -> Option<Loaded>) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let mut versions = all.get(name).map(|it| Versions::clone(it)).unwrap_or_default();
        let gone = change(&mut versions);
        let before = match versions.all.is_empty() {
            true => all.remove(name),
            false => all.insert(name.clone(), Arc::new(versions)),
        };
        drop(all);
        self.changes.send_replace(());
        drop(before);
        if let Some(Ok(running)) = gone {
            // Code is unmapped, and instances are freed: nobody waits for that, neither for the
            // lock nor for this thread. Where there is no other thread, it is done here.
            let _ = std::thread::Builder::new().spawn(move || drop(running));
        }
    }

    /// Adds a version, or puts it in the place of the same one.
    pub(crate) fn insert(&self, loaded: Loaded) {
        let Deployment { name, version, activation, .. } = deployment(&loaded).clone();
        self.change(&name, |versions| {
            versions.deactivate(&version);
            if let Some(activation) = activation {
                versions.activations.insert(activation, version.clone());
            }
            versions.all.insert(version, loaded)
        });
    }

    /// Puts a version in the place of the same one, active or not as that is.
    pub(crate) fn replace(&self, loaded: Loaded) {
        let Deployment { name, version, .. } = deployment(&loaded).clone();
        self.change(&name, |versions| {
            versions.all.get_mut(&version).map(|it| std::mem::replace(it, loaded))
        });
    }

    /// Makes a version the active one.
    pub fn activate(&self, name: &PackageName, version: &Version) {
        self.change(name, |versions| {
            versions.activate(version);
            None
        });
    }

    /// Makes a version one that was never active.
    pub fn deactivate(&self, name: &PackageName, version: &Version) {
        self.change(name, |versions| {
            versions.deactivate(version);
            None
        });
    }

    /// Removes a version, and makes another one the active one, if it is given.
    pub fn remove(&self, name: &PackageName, version: &Version, heir: Option<&Version>) {
        self.change(name, |versions| {
            versions.deactivate(version);
            if let Some(heir) = heir {
                versions.activate(heir);
            }
            versions.all.remove(version)
        });
    }
}
