//! A loaded extension.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ext_definition::model::{Action, Extension as Definition};
use ext_definition::naming::kebab;
use ext_definition::{artifact, wit};
use ext_registry::{Digest, PackageName, Registry, Version};
use serde_json::Value;
use tokio::time::Instant;
use try_lock::TryLock;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};

use crate::call::Call;
use crate::dynamic::Val;
use crate::error::{ActionError, Error, LoadError};
use crate::fits;
use crate::granted::Granted;
use crate::host::{Host, Limits};
use crate::idle::Idle;
use crate::instance::{Failure, Instance};
use crate::json::{self, Returned};
use crate::mask::Mask;
#[cfg(not(feature = "http"))]
use crate::no_http;
use crate::options::Options;
use crate::record::Output;
#[cfg(feature = "remote")]
use crate::remote::Remote;
use crate::resources::Resources;
use crate::sandbox::Sandbox;
#[cfg(feature = "remote")]
use crate::server::Asked;
use crate::server::Trace;

/// A package that an application locked, as its generated client knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked {
    /// `namespace:name`.
    pub name: &'static str,
    /// A semantic version.
    pub version: &'static str,
    /// Of the manifest in the registry: `sha256:…`.
    pub digest: &'static str,
    /// The platform server that the application's Cargo.toml names, if any. What decides where
    /// a package runs is said at [`HostBuilder::server`](crate::HostBuilder::server).
    pub server: Option<&'static str>,
}

impl Locked {
    /// Reads the package from the registry, checking its digests.
    pub(crate) fn read(&self) -> Result<Vec<u8>, LoadError> {
        let version = Version::parse(self.version)
            .map_err(|error| LoadError::Mismatch(format!("its version is none: {error}")))?;
        let read = || {
            let name: PackageName = self.name.parse()?;
            let digest: Digest = self.digest.parse()?;
            let registry = Registry::open(&ext_registry::location::registry_dir(None)?)?;
            registry.load(&name, &version, Some(&digest))
        };
        let component = read().map_err(LoadError::Registry)?.component;
        artifact::definition_of(&component, self.name, self.version)
            .map_err(LoadError::Definition)?;
        Ok(component)
    }
}

/// An extension that can be called, from any thread. Cheap to clone.
///
/// Each call runs on an instance of its own at that time. Instances are kept and used again
/// for later calls, unless the host was built otherwise; one that trapped is thrown away.
///
/// Or it runs on a platform server ([`Extension::server`]): the calls are the same.
#[derive(Clone)]
pub struct Extension(Backend);

/// Where an extension runs. Without the feature `remote` there is no choice, so that nothing is
/// stored or asked; with it, a call in this process asks once, which any processor foresees.
#[derive(Clone)]
enum Backend {
    Here(Arc<Loaded>),
    #[cfg(feature = "remote")]
    Server(Arc<Remote>),
}

/// What there is once for all instances.
pub struct Loaded {
    pub host: Host,
    pub definition: Definition,
    pub pre: InstancePre<Sandbox>,
    /// For calls that are futures, made when there is the first one.
    pre_async: OnceLock<InstancePre<Sandbox>>,
    /// Of each call: the smallest of the host's, this extension's and what it asks for.
    pub limits: Limits,
    /// The files that it finds, if it has any.
    pub resources: Option<Resources>,
    /// What it may reach.
    pub granted: Arc<Granted>,
    by_name: Names,
    types: json::Types,
    /// Whether arguments may be secret.
    has_secrets: bool,
    /// In the order of the definition's actions.
    pub actions: Vec<ComponentExportIndex>,
    /// The instance that is used first: a program that makes one call at a time finds it
    /// here with one atomic exchange, and nobody waits for it.
    first: TryLock<Option<Box<Instance>>>,
    others: Idle,
    /// Those whose calls are futures.
    waiting: Idle,
    /// Whether instances are kept for later calls.
    reuses: bool,
}

impl Extension {
    pub(crate) fn load(host: &Host, bytes: &[u8], options: Options) -> Result<Self, LoadError> {
        let definition = artifact::definition(bytes).map_err(LoadError::Definition)?;
        let refused = |error: wasmtime::Error| LoadError::Component(format!("{error:#}"));
        let component = host.compiled().component(host.engine(), bytes).map_err(refused)?;
        let interface = {
            let package = &definition.package;
            format!("{}/{}@{}", package.id(), wit::INTERFACE, package.version)
        };
        fits::check(&definition, &interface, &component)?;
        let (_, export) = component
            .get_export(None, &interface)
            .ok_or_else(|| LoadError::Mismatch(format!("it does not export `{interface}`")))?;
        let mut actions = Vec::new();
        for action in &definition.actions {
            let name = kebab(&action.name);
            let index = component.get_export_index(Some(&export), &name);
            actions.push(
                index.ok_or_else(|| LoadError::Mismatch(format!("it does not export `{name}`")))?,
            );
        }
        // Whatever it imports beyond the sandbox's world is refused here, by name.
        let pre = instantiate_pre(host.linker(), &component).map_err(refused)?;
        host.start_clock();
        let resources = Resources::of(bytes, &definition.package, host.cache())?;
        let limits = options.limits.map_or(host.limits(), |it| host.limits().min(it));
        let loaded = Loaded {
            host: host.clone(),
            limits: limits.and(&definition.package.limits),
            resources,
            granted: Arc::new(Granted::of(&definition.package.permissions, &options.grants)?),
            by_name: Names::of(&definition),
            has_secrets: json::secrets::any(&definition),
            types: json::Types::of(&definition),
            definition,
            pre,
            pre_async: OnceLock::new(),
            actions,
            first: TryLock::new(None),
            others: Idle::default(),
            waiting: Idle::default(),
            reuses: options.reuse.unwrap_or(host.reuses_instances()),
        };
        let loaded = Arc::new(loaded);
        host.idle().add(&loaded);
        Ok(Self(Backend::Here(loaded)))
    }

    #[cfg(feature = "remote")]
    pub(crate) fn on_server(
        host: &Host,
        locked: &Locked,
        asked: &Asked,
    ) -> Result<Self, LoadError> {
        Ok(Self(Backend::Server(Arc::new(Remote::load(host, locked, asked)?))))
    }

    /// The limits of each call: the smallest of the host's, those that it was loaded with and
    /// what it asks for itself.
    pub fn limits(&self) -> Limits {
        match &self.0 {
            Backend::Here(loaded) => loaded.limits,
            #[cfg(feature = "remote")]
            Backend::Server(remote) => remote.limits(),
        }
    }

    /// What the extension offers.
    pub fn definition(&self) -> &Definition {
        match &self.0 {
            Backend::Here(loaded) => &loaded.definition,
            #[cfg(feature = "remote")]
            Backend::Server(remote) => remote.definition(),
        }
    }

    /// The action of a name, in either notation: its own, or one that it had before.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let names = match &self.0 {
            Backend::Here(loaded) => &loaded.by_name,
            #[cfg(feature = "remote")]
            Backend::Server(remote) => remote.names(),
        };
        self.definition().actions.get(names.place(name)?)
    }

    /// The address of the platform server on which it runs; `None` if it runs in this process.
    pub fn server(&self) -> Option<&str> {
        match &self.0 {
            Backend::Here(_) => None,
            #[cfg(feature = "remote")]
            Backend::Server(remote) => Some(remote.server()),
        }
    }

    /// Whether this is the extension that a generated client is for: calls go by the number
    /// of an action.
    #[doc(hidden)]
    pub fn expect(&self, name: &str, actions: &[&str]) -> Result<(), LoadError> {
        let definition = self.definition();
        let found = definition.package.id();
        if found != name {
            return Err(LoadError::Mismatch(format!(
                "it is `{found}`, and the client is for `{name}`"
            )));
        }
        match definition
            .actions
            .iter()
            .map(|action| action.name.as_str())
            .eq(actions.iter().copied())
        {
            true => Ok(()),
            false => Err(LoadError::Mismatch("the client was generated from other actions".into())),
        }
    }

    /// Calls an action by its signature.
    ///
    /// # Errors
    /// See [`Error`].
    #[inline]
    pub fn call<C: Call>(&self, params: C::Params<'_>) -> Result<C::Output, Error<C::Error>> {
        let violations = C::check(&params);
        if !violations.is_empty() {
            return Err(Error::Arguments(violations));
        }
        let loaded = match &self.0 {
            Backend::Here(loaded) => &**loaded,
            #[cfg(feature = "remote")]
            Backend::Server(remote) => return remote.call::<C>(params),
        };
        let results = loaded.on_instance(|instance| instance.call::<C>(loaded, params))?;
        C::outcome(results).map_err(Error::Action)
    }

    /// Calls an action by its name, with an object of arguments. The definition's type table
    /// says how values are written.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn call_json(&self, action: &str, arguments: &Value) -> Result<Value, Error<ActionError>> {
        self.invoke(action, arguments).0
    }

    /// As [`Extension::call_json`]; gives also what the action wrote and logged. `***` stands
    /// there, and in the message of a panic, for secrets that were granted and for texts and
    /// numbers in arguments that the definition marks `secret`. A platform server keeps that in
    /// its own log: from there nothing comes.
    pub fn invoke(
        &self,
        action: &str,
        arguments: &Value,
    ) -> (Result<Value, Error<ActionError>>, Output) {
        self.invoke_in(None, action, arguments)
    }

    /// As [`Extension::invoke`]; HTTP requests that the action sends carry what it is a part of,
    /// if they do not say themselves what they are a part of.
    pub fn invoke_in(
        &self,
        trace: Option<&Trace>,
        action: &str,
        arguments: &Value,
    ) -> (Result<Value, Error<ActionError>>, Output) {
        let mut output = Output::default();
        let result = match &self.0 {
            Backend::Here(loaded) => {
                let arguments = Cow::Borrowed(arguments);
                loaded.call_json(action, arguments, trace, &mut output, |it| it.to_value())
            }
            #[cfg(feature = "remote")]
            Backend::Server(remote) => remote.call_json(action, arguments, trace),
        };
        (result, output)
    }

    /// As [`Extension::invoke_in`], without a thread that waits: on a runtime of tokio with its
    /// timers. While it computes it gives way every 10 ms; what it waits for, it leaves to the
    /// runtime. It ends when the future is dropped.
    ///
    /// Instances that are kept for such calls are others than those of [`Extension::call`].
    pub async fn invoke_async(
        &self,
        trace: Option<&Trace>,
        action: &str,
        arguments: &Value,
    ) -> (Result<Value, Error<ActionError>>, Output) {
        self.invoke_and_read(trace, action, Cow::Borrowed(arguments), |it| it.to_value()).await
    }

    /// As [`Extension::invoke_async`], and reads the result in the form that is wanted: a value of
    /// JSON is not made first. Owned arguments are dropped before the action runs, if they are not
    /// needed to find secrets.
    pub async fn invoke_and_read<T>(
        &self,
        trace: Option<&Trace>,
        action: &str,
        arguments: Cow<'_, Value>,
        read: impl FnOnce(Returned<'_>) -> T,
    ) -> (Result<T, Error<ActionError>>, Output) {
        let mut output = Output::default();
        let result = match &self.0 {
            Backend::Here(loaded) => {
                loaded.call_json_async(action, arguments, trace, &mut output, read).await
            }
            #[cfg(feature = "remote")]
            Backend::Server(remote) => {
                let (remote, trace) = (remote.clone(), trace.cloned());
                let (action, arguments) = (action.to_owned(), arguments.into_owned());
                wasmtime_wasi::runtime::spawn_blocking(move || {
                    remote.call_json(&action, &arguments, trace.as_ref())
                })
                .await
                .map(|value| read(Returned::elsewhere(value)))
            }
        };
        (result, output)
    }
}

fn instantiate_pre(
    linker: &Linker<Sandbox>,
    component: &Component,
) -> wasmtime::Result<InstancePre<Sandbox>> {
    #[cfg(feature = "http")]
    return linker.instantiate_pre(component);
    #[cfg(not(feature = "http"))]
    return no_http::instantiate_pre(linker, component);
}

/// The places of actions in the definition, by their names in both notations. What an action was
/// called before still calls it.
pub struct Names(HashMap<String, usize>);

impl Names {
    pub fn of(definition: &Definition) -> Self {
        let former = definition.actions.iter().map(|it| it.options.renamed_from.as_deref());
        let former = former.zip(0..).filter_map(|(name, index)| Some((kebab(name?), index)));
        let kebab_case = definition.actions.iter().map(|action| kebab(&action.name)).zip(0..);
        let names = definition.actions.iter().map(|action| action.name.clone()).zip(0..);
        Self(former.chain(kebab_case).chain(names).collect())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.get(name).or_else(|| self.0.get(&kebab(name))).copied()
    }

    /// The place of an action, in either notation.
    pub fn index<E>(&self, name: &str, definition: &Definition) -> Result<usize, Error<E>> {
        self.place(name).ok_or_else(|| {
            let known = definition.actions.iter().map(|action| action.name.clone()).collect();
            Error::NotFound { action: name.to_owned(), known }
        })
    }
}

impl Loaded {
    pub fn pre_async(&self) -> wasmtime::Result<&InstancePre<Sandbox>> {
        match self.pre_async.get() {
            Some(pre) => Ok(pre),
            None => {
                let pre = instantiate_pre(self.host.async_linker()?, self.pre.component())?;
                Ok(self.pre_async.get_or_init(|| pre))
            }
        }
    }

    fn call_json<T>(
        &self,
        name: &str,
        arguments: Cow<'_, Value>,
        trace: Option<&Trace>,
        output: &mut Output,
        read: impl FnOnce(Returned<'_>) -> T,
    ) -> Result<T, Error<ActionError>> {
        let mut call = self.begin(name, arguments)?;
        let params = std::mem::take(&mut call.params);
        let called = self.on_instance(|instance| {
            instance.begin(trace);
            let called = instance.call_values(self, call.index, params);
            *output = instance.end();
            called
        });
        call.end(called, output, read)
    }

    async fn call_json_async<T>(
        &self,
        name: &str,
        arguments: Cow<'_, Value>,
        trace: Option<&Trace>,
        output: &mut Output,
        read: impl FnOnce(Returned<'_>) -> T,
    ) -> Result<T, Error<ActionError>> {
        let mut call = self.begin(name, arguments)?;
        let params = std::mem::take(&mut call.params);
        // One for all of it: making an instance takes time, too.
        let end = deadline(self.limits.time);
        let mut instance = match self.waiting.take(self.host.idle()) {
            Some(instance) => instance,
            None => self.new_async(end).await?,
        };
        instance.begin(trace);
        let called = instance.call_values_async(self, call.index, params, end).await;
        *output = instance.end();
        if called.is_ok() && self.keeps(&instance) {
            self.waiting.keep(instance, self.host.idle());
        } else {
            // Before its result is written: it may have much memory.
            drop(instance);
        }
        call.end(called, output, read)
    }

    /// A call by name, with its arguments looked at.
    fn begin<'a>(
        &'a self,
        name: &str,
        arguments: Cow<'a, Value>,
    ) -> Result<JsonCall<'a>, Error<ActionError>> {
        let index = self.by_name.index(name, &self.definition)?;
        let action = &self.definition.actions[index];
        let params = self.types.arguments(action, &arguments, self.limits.memory);
        let params = params.map_err(Error::Arguments)?;
        let arguments = self.has_secrets.then_some(arguments);
        Ok(JsonCall { loaded: self, index, action, arguments, params })
    }

    /// Makes a call on an instance that nobody else uses at that time. After a failure the
    /// instance is thrown away.
    #[inline]
    fn on_instance<T>(
        &self,
        call: impl FnOnce(&mut Instance) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        // Acquire and release: what an instance did is seen by whoever uses it next.
        let Some(mut first) = self.first.try_lock_explicit(Ordering::Acquire, Ordering::Release)
        else {
            return self.on_other_instance(call);
        };
        // Out of its place: a panic on the way leaves none behind.
        let mut instance = match first.take() {
            Some(instance) => instance,
            None => self.other_instance()?,
        };
        let result = call(&mut instance)?;
        if self.keeps(&instance) {
            *first = Some(instance);
        }
        Ok(result)
    }

    fn on_other_instance<T>(
        &self,
        call: impl FnOnce(&mut Instance) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut instance = self.other_instance()?;
        let result = call(&mut instance)?;
        if self.keeps(&instance) {
            self.others.keep(instance, self.host.idle());
        }
        Ok(result)
    }

    /// Whether an instance is kept after a call.
    fn keeps(&self, instance: &Instance) -> bool {
        self.reuses && !instance.is_bloated()
    }

    #[cold]
    fn other_instance(&self) -> Result<Box<Instance>, Failure> {
        if let Some(instance) = self.others.take(self.host.idle()) {
            return Ok(instance);
        }
        loop {
            let dropped = self.host.idle().dropped();
            match Instance::new(self) {
                Err(Failure::Full) if self.host.idle().make_room(dropped) => {}
                made => return made.map(Box::new),
            }
        }
    }

    /// An instance whose calls are futures; those that are idle make room for it.
    async fn new_async(&self, end: Instant) -> Result<Box<Instance>, Failure> {
        loop {
            let dropped = self.host.idle().dropped();
            match Instance::new_async(self, end).await {
                Err(Failure::Full) if self.host.idle().make_room(dropped) => {}
                made => return made.map(Box::new),
            }
        }
    }

    /// Drops its idle instances; gives how many there were.
    pub fn clear_idle(&self) -> usize {
        // Who calls has the first one out of its place.
        let first = self.first.try_lock_explicit(Ordering::Acquire, Ordering::Release);
        let first = first.and_then(|mut it| it.take());
        let places = self.host.idle();
        usize::from(first.is_some()) + self.others.clear(places) + self.waiting.clear(places)
    }

    /// Drops half of its idle instances that take places; gives how many.
    pub fn halve_idle(&self) -> usize {
        let places = self.host.idle();
        self.others.halve(places) + self.waiting.halve(places)
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        self.clear_idle();
    }
}

/// When a call that begins now has to be over; a time without end ends in thirty years.
fn deadline(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(1_000_000_000))
}

/// A call with values in JSON, on whatever instance.
struct JsonCall<'a> {
    loaded: &'a Loaded,
    index: usize,
    action: &'a Action,
    /// `None`: none of them is secret.
    arguments: Option<Cow<'a, Value>>,
    params: Vec<Val>,
}

impl JsonCall<'_> {
    /// What came of it, without secrets.
    fn end<T>(
        &self,
        called: Result<Option<Val>, Failure>,
        output: &mut Output,
        read: impl FnOnce(Returned<'_>) -> T,
    ) -> Result<T, Error<ActionError>> {
        let loaded = self.loaded;
        let mut result = match called {
            Ok(result) => loaded.types.outcome(self.action, result, loaded.limits.output, read),
            Err(failure) => Err(failure.into()),
        };
        if let Err(Error::Action(error)) = &result {
            output.failure = Some(loaded.granted.mask.text(&error.message));
        }
        let trapped = matches!(result, Err(Error::Trap(_)));
        if let Some(arguments) = &self.arguments
            && (trapped || !output.is_empty())
        {
            let secrets = loaded.types.secrets(&self.action.parameters, arguments);
            let mask = Mask::of(secrets);
            output.hide(&mask);
            if let Err(Error::Trap(trap)) = &mut result {
                trap.message = mask.text(&trap.message);
            }
        }
        result
    }
}
