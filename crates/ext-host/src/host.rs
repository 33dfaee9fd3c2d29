//! The runtime that a program's extensions share.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use ext_definition::package;
use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::clock::{Clock, TICK};
use crate::compiled::Compiled;
use crate::error::LoadError;
use crate::extension::{Extension, Locked};
use crate::idle::Places;
use crate::memory::Together;
use crate::options::Options;
use crate::sandbox::{self, MAX_INSTANCES, MAX_MEMORIES, MAX_TABLES, Sandbox};
use crate::server::{Place, Settings, Trace};

/// What one call may use. An extension that asks to be held to less, in its manifest, is held
/// to that; none gets more by asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run; looked at every 10 ms.
    pub time: Duration,
    /// Bytes of memory that the extension's instance may have.
    pub memory: usize,
    /// Bytes of its result: as JSON, or as the bytes of a binary result. A result of a typed call is
    /// counted as it is in the host's memory.
    pub output: usize,
}

impl Default for Limits {
    /// 60 s, 1 GiB, 128 MiB.
    fn default() -> Self {
        Self { time: Duration::from_secs(60), memory: 1 << 30, output: 128 << 20 }
    }
}

impl Limits {
    /// The smaller of each.
    pub(crate) fn min(self, other: Self) -> Self {
        Self {
            time: self.time.min(other.time),
            memory: self.memory.min(other.memory),
            output: self.output.min(other.output),
        }
    }

    /// The smaller of these and of what an extension asks for.
    pub(crate) fn and(self, asked: &package::Limits) -> Self {
        let time = asked.time_ms.map_or(self.time, Duration::from_millis);
        // What does not fit is more than there is.
        let memory =
            asked.memory_bytes.map_or(self.memory, |it| usize::try_from(it).unwrap_or(usize::MAX));
        Self { time: self.time.min(time), memory: self.memory.min(memory), ..self }
    }

    pub(crate) fn ticks(&self) -> u64 {
        // One more, because the first tick may be due at once; and room to count on from any
        // number of ticks.
        let ticks = self.time.as_nanos() / TICK.as_nanos() + 1;
        u64::try_from(ticks).map_or(u64::MAX / 2, |ticks| ticks.min(u64::MAX / 2))
    }
}

/// Bytes of a memory, or of a table, that stay with its place in the pool when its instance is
/// gone, set back to what they were in the beginning.
const KEPT: usize = 256 << 10;

/// The runtime: compiles, keeps compiled code, gives out instances. Cheap to clone.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    engine: Engine,
    memory: Arc<Together>,
    linker: Linker<Sandbox>,
    /// For calls that are futures, made when there is the first one.
    async_linker: OnceLock<Linker<Sandbox>>,
    clock: Clock,
    ticking: Once,
    cache: Option<PathBuf>,
    compiled: Compiled,
    limits: Limits,
    reuse: bool,
    idle: Places,
    server: Settings,
    #[cfg(feature = "remote")]
    connections: crate::remote::Connections,
}

/// Settings of a [`Host`].
pub struct HostBuilder {
    limits: Limits,
    memory: usize,
    cache: Option<PathBuf>,
    reuse: bool,
    instances: u32,
    server: Settings,
}

impl Host {
    /// A host with the default settings.
    ///
    /// # Errors
    /// When the machine cannot run WebAssembly.
    pub fn new() -> Result<Self, LoadError> {
        Self::builder().build()
    }

    /// Settings, to be changed and built.
    pub fn builder() -> HostBuilder {
        HostBuilder {
            limits: Limits::default(),
            memory: usize::MAX,
            cache: ext_registry::location::cache_dir(),
            reuse: true,
            instances: 256,
            server: Settings::default(),
        }
    }

    /// A host for which locked packages run on the platform server at this address, such as
    /// `https://ext.example.com`: short for [`HostBuilder::server`].
    ///
    /// # Errors
    /// When the machine cannot run WebAssembly. The server is asked when a package is loaded.
    pub fn remote(address: impl Into<String>) -> Result<Self, LoadError> {
        Self::builder().server(address).build()
    }

    /// Loads a package from a file.
    pub fn load_file(&self, path: &Path) -> Result<Extension, LoadError> {
        let component =
            std::fs::read(path).map_err(|error| LoadError::File(path.to_owned(), error))?;
        self.load_bytes(&component)
    }

    /// Loads a package from memory.
    pub fn load_bytes(&self, component: &[u8]) -> Result<Extension, LoadError> {
        self.load_with(component, Options::default())
    }

    /// Loads a package from memory, with settings of its own.
    pub fn load_with(&self, component: &[u8], options: Options) -> Result<Extension, LoadError> {
        Extension::load(self, component, options)
    }

    /// Loads a locked package from the registry; its digests are checked. Or finds it on a
    /// platform server, in the locked version, if one should run it; who decides that is said
    /// at [`HostBuilder::server`].
    pub fn load(&self, locked: &Locked) -> Result<Extension, LoadError> {
        match self.0.server.asked(locked.server) {
            None => self.load_bytes(&locked.read()?),
            #[cfg(feature = "remote")]
            Some(asked) => Extension::on_server(self, locked, &asked),
            #[cfg(not(feature = "remote"))]
            Some(asked) => Err(LoadError::Server(Box::new(asked.without_feature()))),
        }
    }

    /// The limits of each call, whatever extensions ask for.
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The engine, for what this crate does not cover.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Removes compiled code from the folder of caches, except the files that are kept: each is
    /// told by its name, `DIGEST.cwasm` with the component's digest in hexadecimal, or `.tmp-…`
    /// while it is written. For whoever has that folder alone.
    pub fn sweep_compiled(&self, keeps: &dyn Fn(&str) -> bool) {
        self.0.compiled.sweep(keeps);
    }

    pub(crate) fn linker(&self) -> &Linker<Sandbox> {
        &self.0.linker
    }

    pub(crate) fn async_linker(&self) -> wasmtime::Result<&Linker<Sandbox>> {
        match self.0.async_linker.get() {
            Some(linker) => Ok(linker),
            None => {
                let linker = sandbox::async_linker(&self.0.engine)?;
                Ok(self.0.async_linker.get_or_init(|| linker))
            }
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn memory(&self) -> &Arc<Together> {
        &self.0.memory
    }

    pub(crate) fn cache(&self) -> Option<&Path> {
        self.0.cache.as_deref()
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }

    pub(crate) fn idle(&self) -> &Places {
        &self.0.idle
    }

    pub(crate) fn reuses_instances(&self) -> bool {
        self.0.reuse
    }

    /// Sees to it that time passes for what runs here: a program whose extensions all run on a
    /// server has no thread for that. Loading an extension does so, on a thread that is as important
    /// as the one that loads; who loads on an unimportant one calls this before.
    pub fn start_clock(&self) {
        self.0.ticking.call_once(|| self.0.clock.start(&self.0.engine));
    }

    /// Lets calls that compute as futures give way each quarter of a millisecond for a while, rather
    /// than each 10 ms: whoever polls them can let others go first.
    pub fn shorten_turns(&self) {
        self.0.clock.shorten();
    }

    #[cfg(feature = "remote")]
    pub(crate) fn server(&self) -> &Settings {
        &self.0.server
    }

    #[cfg(feature = "remote")]
    pub(crate) fn connections(&self) -> &crate::remote::Connections {
        &self.0.connections
    }
}

impl HostBuilder {
    /// What each call may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The folder where compiled code and resources are kept between runs; `None` keeps none. Whoever can
    /// write there can run code in this program.
    pub fn cache(mut self, folder: Option<PathBuf>) -> Self {
        self.cache = folder;
        self
    }

    /// How many bytes of memory all instances may have together, beyond 2 MiB of each; without
    /// this, as many as each may have. A call that asks for more reaches the limit of its memory
    /// earlier.
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Whether an instance serves one call after the other (the default), or each call gets
    /// a new one and finds no trace of the last.
    pub fn reuse_instances(mut self, reuse: bool) -> Self {
        self.reuse = reuse;
        self
    }

    /// How many instances may exist at the same time. At most half of them are kept for later calls,
    /// fewer if they are large; when there is no room for another one, none is. A call that
    /// finds no room even so ends with [`Error::Full`](crate::Error::Full).
    pub fn max_instances(mut self, instances: u32) -> Self {
        self.instances = instances;
        self
    }

    /// Locked packages (`load` of generated clients) run on the platform server at this address,
    /// such as `https://ext.example.com`. It needs the feature `remote` of this crate; without,
    /// loading says so.
    ///
    /// What the program says here, or by [`HostBuilder::in_process`], goes before all else. If it
    /// says nothing, the variable `EXT_SERVER` decides (an address, or `in-process`); then
    /// `server` in `[package.metadata.ext]` of the application's Cargo.toml; without any, packages
    /// run in this process. What is loaded from files or bytes always does.
    ///
    /// Time and result size are the host's [`Limits`] there too: the time with 10 s more for
    /// the way, the size of an answer as JSON with twice as many bytes. The server has its own.
    pub fn server(mut self, address: impl Into<String>) -> Self {
        self.server.place = Some(Place::Server(address.into()));
        self
    }

    /// Locked packages run in this process, whatever the environment and Cargo.toml say.
    pub fn in_process(mut self) -> Self {
        self.server.place = Some(Place::Here);
        self
    }

    /// The token to show to a platform server, instead of that in the variable `EXT_TOKEN`.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.server.token = Some(token.into());
        self
    }

    /// Is asked before each call on a platform server what the call is a part of, on the
    /// thread of the call: the server's log and traces will say so.
    pub fn trace(mut self, trace: impl Fn() -> Trace + Send + Sync + 'static) -> Self {
        self.server.trace = Some(Arc::new(trace));
        self
    }

    /// Makes the host.
    ///
    /// # Errors
    /// When the machine cannot run WebAssembly.
    pub fn build(self) -> Result<Host, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Component(format!("{error:#}"));
        // Pools of instances need much address space; where it is limited, instances are
        // made one by one.
        let engine = Engine::new(&config(Some(self.instances)))
            .or_else(|_| Engine::new(&config(None)))
            .map_err(failed)?;
        let linker = sandbox::linker(&engine).map_err(failed)?;
        let Self { limits, memory, reuse, cache, instances, server } = self;
        let compiled = Compiled::new(&engine, cache.as_deref());
        Ok(Host(Arc::new(Inner {
            engine,
            memory: Together::of(memory),
            linker,
            async_linker: OnceLock::new(),
            clock: Clock::default(),
            ticking: Once::new(),
            cache,
            compiled,
            limits,
            reuse,
            idle: Places::of(instances),
            server,
            #[cfg(feature = "remote")]
            connections: crate::remote::Connections::default(),
        })))
    }
}

fn config(pool: Option<u32>) -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true);
    if let Some(instances) = pool {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(instances)
            .total_core_instances(instances.saturating_mul(MAX_INSTANCES))
            .total_memories(instances.saturating_mul(MAX_MEMORIES))
            .total_tables(instances.saturating_mul(MAX_TABLES))
            // So that no component takes what others need.
            .max_core_instances_per_component(MAX_INSTANCES)
            .max_memories_per_component(MAX_MEMORIES)
            .max_tables_per_component(MAX_TABLES)
            .total_stacks(instances)
            // Giving pages back to the kernel and faulting them in again takes longer than a
            // call that does little. Where the kernel tells which pages were written (Linux
            // 6.7), only those are set back.
            .linear_memory_keep_resident(KEPT)
            .table_keep_resident(KEPT)
            .pagemap_scan(Enabled::Auto);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}
