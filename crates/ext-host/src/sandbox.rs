//! What an instance has around it: almost nothing.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{Linker, Resource, ResourceTable};
use wasmtime::{Engine, StoreContextMut};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

use crate::clock::{Clock, Sleep};
use crate::denied::Denied;
use crate::extension::Loaded;
use crate::granted::Granted;
#[cfg(feature = "http")]
use crate::http::{self, Http};
use crate::log::{self, Records};
use crate::mask::Mask;
use crate::memory::MemoryLimit;
use crate::output::Written;
use crate::record::Record;
use crate::resources;

/// Most of what an instance has open at a time: files, streams, requests and what belongs to them.
pub const MAX_RESOURCES: usize = 1024;

/// Most core instances, memories and tables of a package. One is a component of a few core
/// instances: the extension, the WASI adapter, and what joins the two; they share one memory.
pub const MAX_INSTANCES: u32 = 8;
pub const MAX_MEMORIES: u32 = 2;
pub const MAX_TABLES: u32 = 8;

/// The state of one instance on the host's side.
pub struct Sandbox {
    wasi: WasiCtx,
    pub resources: ResourceTable,
    #[cfg(feature = "http")]
    pub http: Http,
    /// Standard output and error, in the order in which they were written.
    pub output: Written,
    /// What it logged.
    pub records: Records,
    /// The values of secrets that it was granted.
    pub mask: Arc<Mask>,
    pub memory: MemoryLimit,
    denied: Denied,
    /// What it was granted, and what not.
    granted: Arc<Granted>,
    reads_environment: bool,
    looks_for_folders: bool,
    clock: Clock,
    /// Whether it may know what time it is.
    tells_time: bool,
    /// When the call that runs has to end, as a count of `clock`.
    deadline: u64,
}

impl Sandbox {
    /// For calls that have their thread, or for those that are futures.
    pub fn new(loaded: &Loaded, futures: bool) -> wasmtime::Result<Self> {
        let output = Written::default();
        // The builder's defaults grant no file, no variable, no argument, and refuse every
        // address; looking up names and making sockets is refused as well.
        let mut wasi = WasiCtx::builder();
        wasi.stdout(output.clone())
            .stderr(output.clone())
            .allow_ip_name_lookup(false)
            .allow_tcp(false)
            .allow_udp(false);
        // Plain files on a disk: another thread to read them would take longer. In folders of the
        // machine there may be anything, a pipe that nobody writes to: a future goes on without it.
        let anything = !loaded.granted.folders.is_empty();
        wasi.allow_blocking_current_thread(!(futures && anything));
        if let Some(resources) = &loaded.resources {
            wasi.preopened_dir(resources.folder(), resources::GUEST, FsPerms::ReadOnly)?;
        }
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let granted = &loaded.granted;
        let denied = Denied::default();
        wasi.envs(&granted.environment);
        for folder in &granted.folders {
            let guest = folder.to_string_lossy();
            wasi.preopened_dir(folder, &*guest, FsPerms::ReadOnly)?;
        }
        Ok(Self {
            wasi: wasi.build(),
            resources: table,
            #[cfg(feature = "http")]
            http: Http::new(granted.hosts.clone(), denied.clone()),
            output,
            records: Records::default(),
            mask: granted.mask.clone(),
            memory: MemoryLimit::of(loaded.limits.memory, loaded.host.memory()),
            denied,
            granted: granted.clone(),
            reads_environment: false,
            looks_for_folders: false,
            clock: loaded.host.clock().clone(),
            tells_time: loaded.definition.package.permissions.clocks,
            deadline: 0,
        })
    }

    /// What is to be known when a call starts that may take so many ticks.
    #[inline]
    pub fn start_call(&mut self, ticks: u64) {
        self.deadline = self.clock.after(ticks);
        self.memory.start_call();
    }

    /// Forgets what was denied in typed calls, which have no log.
    pub fn forget_denials(&self) {
        self.denied.take();
    }

    /// What the call that ends was denied, as records. An instance reads its environment once, and
    /// keeps it for later calls.
    pub fn denials(&self) -> Vec<Record> {
        let Granted { denied_variables, denied_folders, .. } = &*self.granted;
        for name in denied_variables.iter().filter(|_| self.reads_environment) {
            self.denied
                .requested(&format!("the variable `{name}`"), &format!("environment:{name}"));
        }
        for folder in denied_folders.iter().filter(|_| self.looks_for_folders) {
            self.denied.requested(&format!("the folder `{folder}`"), &format!("folder:{folder}"));
        }
        self.denied.take()
    }

    /// How many ticks of the call are left.
    pub fn ticks_left(&self) -> u64 {
        self.clock.until(self.deadline)
    }
}

#[cfg(feature = "http")]
impl Sandbox {
    /// What an instance waits with, and the end of the call that waits.
    pub fn waits(&mut self) -> (&mut ResourceTable, impl Future<Output = ()> + use<>) {
        let end = self.clock.clone().reaches(self.deadline);
        (&mut self.resources, end)
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.resources }
    }
}

/// The imports that a package may have.
pub fn linker(engine: &Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    linker.allow_shadowing(true);
    bounded_sleep(&mut linker)?;
    asked_time(&mut linker)?;
    noted_denials(&mut linker)?;
    linker.allow_shadowing(false);
    log::add_to_linker(&mut linker)?;
    #[cfg(feature = "http")]
    http::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// The same for calls that are futures: what waits is dropped when their time is over.
pub fn async_linker(engine: &Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    asked_time(&mut linker)?;
    noted_denials(&mut linker)?;
    linker.allow_shadowing(false);
    log::add_to_linker(&mut linker)?;
    #[cfg(feature = "http")]
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

/// Nobody sleeps longer than a call may take.
fn bounded_sleep(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    use wasmtime_wasi::clocks::WasiClocksView;
    use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::Host;

    fn subscribe(
        mut store: StoreContextMut<'_, Sandbox>,
        wanted: Duration,
    ) -> wasmtime::Result<(Resource<DynPollable>,)> {
        let sandbox = store.data_mut();
        let until = tokio::time::Instant::now().checked_add(wanted);
        let sleep = Sleep { until, deadline: sandbox.deadline, clock: sandbox.clock.clone() };
        let sleep = sandbox.resources.push(sleep)?;
        Ok((wasmtime_wasi::p2::subscribe(&mut sandbox.resources, sleep)?,))
    }

    // The version that wasmtime-wasi has: another one would stand beside it.
    let mut clock = linker.instance("wasi:clocks/monotonic-clock@0.2.12")?;
    clock.func_wrap(
        "subscribe-duration",
        |store: StoreContextMut<'_, Sandbox>, (wanted,): (u64,)| {
            subscribe(store, Duration::from_nanos(wanted))
        },
    )?;
    clock.func_wrap(
        "subscribe-instant",
        |mut store: StoreContextMut<'_, Sandbox>, (when,): (u64,)| {
            let now = store.data_mut().clocks().now()?;
            subscribe(store, Duration::from_nanos(when.saturating_sub(now)))
        },
    )?;
    Ok(())
}

/// What time it is, only those are told who say in their manifest that they ask. How much
/// time goes by is no secret: whoever waits for a call can count.
fn asked_time(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    use wasmtime_wasi::clocks::WasiClocksView;
    use wasmtime_wasi::p2::bindings::clocks::wall_clock::{Datetime, Host};

    let mut clock = linker.instance("wasi:clocks/wall-clock@0.2.12")?;
    clock.func_wrap(
        "now",
        |mut store: StoreContextMut<'_, Sandbox>, (): ()| -> wasmtime::Result<(Datetime,)> {
            let sandbox = store.data_mut();
            match sandbox.tells_time {
                true => Ok((sandbox.clocks().now()?,)),
                false => Err(Refused("it asked what time it is, and its manifest does not have `permissions.clocks = true`").into()),
            }
        },
    )
}

/// Notes when an extension reads its environment, or looks for folders, so that the log can tell
/// what it did not find. WASI gives all variables at once: which of them is read is not known.
fn noted_denials(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    use wasmtime_wasi::cli::WasiCliView as _;
    use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
    use wasmtime_wasi::p2::bindings::cli::environment::Host as _;
    use wasmtime_wasi::p2::bindings::filesystem::preopens::Host as _;

    type Folders = Vec<(Resource<Descriptor>, String)>;
    linker.instance("wasi:cli/environment@0.2.12")?.func_wrap(
        "get-environment",
        |mut store: StoreContextMut<'_, Sandbox>,
         (): ()|
         -> wasmtime::Result<(Vec<(String, String)>,)> {
            let sandbox = store.data_mut();
            sandbox.reads_environment = true;
            Ok((sandbox.cli().get_environment()?,))
        },
    )?;
    linker.instance("wasi:filesystem/preopens@0.2.12")?.func_wrap(
        "get-directories",
        |mut store: StoreContextMut<'_, Sandbox>, (): ()| -> wasmtime::Result<(Folders,)> {
            let sandbox = store.data_mut();
            sandbox.looks_for_folders = true;
            Ok((sandbox.filesystem().get_directories()?,))
        },
    )
}

/// Why a call was ended that wanted what its extension does not ask for.
#[derive(Debug)]
pub struct Refused(pub &'static str);

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for Refused {}
