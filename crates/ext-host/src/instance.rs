//! One instance, and calls on it.

use std::any::TypeId;
use std::future::poll_fn;
use std::task::Poll;

use tokio::time::Instant;
use wasmtime::component::{Func, Instance as ComponentInstance, ResourceTableError, TypedFunc};
use wasmtime::{PoolConcurrencyLimitError, Store, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use crate::call::Call;
use crate::dynamic::{self, Arguments, Results, Val};
use crate::error::{Error, Limit, Trap};
use crate::extension::Loaded;
use crate::host::Limits;
use crate::log::Records;
use crate::message;
use crate::record::Output;
use crate::sandbox::{MAX_RESOURCES, Refused, Sandbox};
use crate::server::Trace;

/// The most bytes by which the memory of an instance that is kept may have grown.
const MAX_KEPT_GROWTH: usize = 32 << 20;

/// An instance and what it needs to be called.
pub struct Instance {
    store: Store<Sandbox>,
    instance: ComponentInstance,
    functions: Vec<Option<Function>>,
    limits: Limits,
    ticks: u64,
    /// Bytes of its memories when it was new.
    initial_memory: usize,
}

/// An exported function, with the signature that it was checked against.
#[derive(Clone, Copy)]
struct Function {
    func: Func,
    checked: Option<TypeId>,
}

/// A failed call, before it is known whether an action has errors of its own.
pub enum Failure {
    Trap(Trap),
    Limit(Limit),
    /// There are as many instances as may be.
    Full,
    Runtime(String),
}

impl<E> From<Failure> for Error<E> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Trap(trap) => Self::Trap(trap),
            Failure::Limit(limit) => Self::Limit(limit),
            Failure::Full => Self::Full,
            Failure::Runtime(reason) => Self::Runtime(reason),
        }
    }
}

impl Instance {
    /// An instance whose calls end when their ticks are over.
    pub fn new(loaded: &Loaded) -> Result<Self, Failure> {
        let mut store = store(loaded, false)?;
        let ticks = loaded.limits.ticks();
        // The epoch may be faster than the clock.
        store.epoch_deadline_callback(|store| match store.data().ticks_left() {
            0 => Ok(UpdateDeadline::Interrupt),
            left => Ok(UpdateDeadline::Continue(left)),
        });
        start_call(&mut store, ticks);
        let instance = loaded.pre.instantiate(&mut store);
        Self::of(loaded, store, ticks, instance)
    }

    /// An instance whose calls are futures: they give way at each tick, and waiting is left to
    /// the runtime. It has no other calls. It has to be there in time.
    pub async fn new_async(loaded: &Loaded, end: Instant) -> Result<Self, Failure> {
        let mut store = store(loaded, true)?;
        let ticks = 1;
        store.epoch_deadline_async_yield_and_update(ticks);
        start_call(&mut store, ticks);
        let instance = match loaded.pre_async() {
            Ok(pre) => within(end, pre.instantiate_async(&mut store)).await,
            Err(error) => Err(error),
        };
        Self::of(loaded, store, ticks, instance)
    }

    fn of(
        loaded: &Loaded,
        store: Store<Sandbox>,
        ticks: u64,
        instance: wasmtime::Result<ComponentInstance>,
    ) -> Result<Self, Failure> {
        let limits = loaded.limits;
        match instance {
            Ok(instance) => {
                let functions = vec![None; loaded.actions.len()];
                let initial_memory = store.data().memory.taken();
                Ok(Self { store, instance, functions, limits, ticks, initial_memory })
            }
            Err(error) => Err(failure(&store, &limits, &error)),
        }
    }

    fn function(&mut self, loaded: &Loaded, index: usize) -> Result<Function, Failure> {
        if let Some(Some(function)) = self.functions.get(index) {
            return Ok(*function);
        }
        let export = loaded.actions.get(index);
        let func = export.and_then(|export| self.instance.get_func(&mut self.store, export));
        let Some(func) = func else {
            return Err(Failure::Runtime(format!("the extension has no action number {index}")));
        };
        let function = Function { func, checked: None };
        self.functions[index] = Some(function);
        Ok(function)
    }

    /// A typed call. After an error other than the action's own, the instance is not to be
    /// used again.
    #[inline]
    pub fn call<C: Call>(
        &mut self,
        loaded: &Loaded,
        params: C::Params<'_>,
    ) -> Result<C::Results, Failure> {
        let func = match self.functions.get(C::INDEX) {
            Some(Some(Function { func, checked: Some(id) })) if *id == TypeId::of::<C>() => *func,
            _ => self.check::<C>(loaded)?,
        };
        // SAFETY: `check` found that the function has the signature of `C`, of which there
        // is one, whatever the lifetime of the parameters.
        let typed = unsafe { TypedFunc::<C::Params<'_>, C::Results>::new_unchecked(func) };
        start_call(&mut self.store, self.ticks);
        typed.call(&mut self.store, params).map_err(|error| self.failure(&error))
    }

    #[cold]
    fn check<C: Call>(&mut self, loaded: &Loaded) -> Result<Func, Failure> {
        let function = self.function(loaded, C::INDEX)?;
        let typed = function.func.typed::<C::Params<'_>, C::Results>(&self.store);
        typed.map_err(|error| {
            Failure::Runtime(format!("the client was generated from another definition: {error:#}"))
        })?;
        self.functions[C::INDEX] = Some(Function { checked: Some(TypeId::of::<C>()), ..function });
        Ok(function.func)
    }

    /// A call with values whose types were checked against the definition.
    pub fn call_values(
        &mut self,
        loaded: &Loaded,
        index: usize,
        params: Vec<Val>,
    ) -> Result<Option<Val>, Failure> {
        let function = dynamic::typed(self.function(loaded, index)?.func);
        start_call(&mut self.store, self.ticks);
        let called = function.call(&mut self.store, Arguments::new(params));
        called.map(|Results(value)| value).map_err(|error| self.failure(&error))
    }

    /// As [`Instance::call_values`], of an instance whose calls are futures; it ends at that time.
    pub async fn call_values_async(
        &mut self,
        loaded: &Loaded,
        index: usize,
        params: Vec<Val>,
        end: Instant,
    ) -> Result<Option<Val>, Failure> {
        let function = dynamic::typed(self.function(loaded, index)?.func);
        start_call(&mut self.store, self.ticks);
        let call = function.call_async(&mut self.store, Arguments::new(params));
        let called = within(end, call).await;
        called.map(|Results(value)| value).map_err(|error| self.failure(&error))
    }

    /// Says what the next call is a part of, and forgets what was written and logged in calls
    /// that nobody asked it of.
    #[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "nobody sends"))]
    pub fn begin(&mut self, trace: Option<&Trace>) {
        let sandbox = self.store.data_mut();
        sandbox.output.forget();
        sandbox.records = Records::default();
        sandbox.forget_denials();
        #[cfg(feature = "http")]
        sandbox.http.is_part_of(trace);
    }

    /// Takes what the extension wrote and logged in the call, without secrets that it was
    /// granted. The report of a panic was taken out by the failure.
    pub fn end(&mut self) -> Output {
        let sandbox = self.store.data_mut();
        #[cfg(feature = "http")]
        sandbox.http.is_part_of(None);
        let text = sandbox.mask.text(&sandbox.output.take());
        let (mut records, dropped) = sandbox.records.take(&sandbox.mask);
        records.extend(sandbox.denials());
        Output { text, records, dropped, failure: None }
    }

    /// Bytes of all of its memories.
    pub fn memory(&self) -> usize {
        self.store.data().memory.taken()
    }

    /// Whether its memory grew so much that a new instance is better than to keep it: memory never
    /// shrinks, and its next call may need little.
    pub fn is_bloated(&self) -> bool {
        self.memory() - self.initial_memory > MAX_KEPT_GROWTH
    }

    #[cold]
    fn failure(&self, error: &wasmtime::Error) -> Failure {
        failure(&self.store, &self.limits, error)
    }
}

fn store(loaded: &Loaded, futures: bool) -> Result<Store<Sandbox>, Failure> {
    let sandbox = Sandbox::new(loaded, futures);
    let sandbox = sandbox.map_err(|error| Failure::Runtime(format!("{error:#}")))?;
    let mut store = Store::new(loaded.host.engine(), sandbox);
    store.limiter(|sandbox| &mut sandbox.memory);
    store.set_hostcall_fuel(loaded.limits.output);
    Ok(store)
}

/// Ends what takes longer than it may, waiting and giving way included.
async fn within<T>(
    end: Instant,
    work: impl Future<Output = wasmtime::Result<T>>,
) -> wasmtime::Result<T> {
    let mut work = std::pin::pin!(work);
    // Most of it ends at once, before there is a timer.
    if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
        return done;
    }
    let ended = tokio::time::timeout_at(end, work).await;
    ended.unwrap_or_else(|_| Err(wasmtime::Trap::Interrupt.into()))
}

#[inline]
fn start_call(store: &mut Store<Sandbox>, ticks: u64) {
    store.set_epoch_deadline(ticks);
    store.data_mut().start_call(ticks);
}

fn failure(store: &Store<Sandbox>, limits: &Limits, error: &wasmtime::Error) -> Failure {
    if error.is::<PoolConcurrencyLimitError>() {
        return Failure::Full;
    }
    let trap = error.downcast_ref::<wasmtime::Trap>();
    if trap == Some(&wasmtime::Trap::Interrupt) {
        return Failure::Limit(Limit::Time { allowed: limits.time });
    }
    // wasmtime keeps this error's type to itself.
    if error.chain().any(|cause| cause.to_string().contains("fuel allocated for hostcalls")) {
        return Failure::Limit(Limit::Output { allowed: limits.output });
    }
    if let Some(allowed) = store.data().memory.refused() {
        return Failure::Limit(Limit::Memory { allowed });
    }
    let written = &store.data().output;
    let output = written.take();
    if let Some((before, mut panic)) = message::panic(&output) {
        written.keep(before);
        panic.message = store.data().mask.text(&panic.message);
        return Failure::Trap(panic);
    }
    written.keep(&output);
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        let message = format!("it left with the exit code {}", exit.0);
        return Failure::Trap(Trap { message, place: None });
    }
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return Failure::Trap(Trap { message: refused.to_string(), place: None });
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        let message = format!("it has more than {MAX_RESOURCES} files, streams and such open");
        return Failure::Trap(Trap { message, place: None });
    }
    match trap {
        Some(trap) => Failure::Trap(Trap { message: trap.to_string(), place: None }),
        None => Failure::Runtime(format!("{error:#}")),
    }
}
