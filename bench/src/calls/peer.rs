//! Hand-written bindings: `wasmtime::component::bindgen!`, one store, one instance.

use ext_host::Limits;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, ResourceLimiter, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

mod bindings {
    wasmtime::component::bindgen!({ path: "extensions/calls/wit" });
}

use bindings::exports::bench::calls::actions::{Guest, Line, OrderType};

/// As long as `ext_host` gives a call by default, in its ticks of 10 ms.
const TICKS: u64 = 6001;

/// The order that goes there and back: `client::order` in these bindings' types.
pub fn order() -> OrderType {
    let order = super::client::order();
    let line = |line: super::client::Line| Line {
        sku: line.sku,
        quantity: line.quantity,
        unit_price: line.unit_price,
    };
    OrderType {
        number: order.number,
        customer: order.customer,
        currency: order.currency,
        placed: order.placed,
        urgent: order.urgent,
        discount: order.discount,
        note: order.note,
        form: order.form,
        signature: order.signature,
        lines: order.lines.into_iter().map(line).collect(),
    }
}

struct State {
    wasi: WasiCtx,
    resources: ResourceTable,
    memory: MemoryLimit,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.resources }
    }
}

struct MemoryLimit(usize);

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= self.0)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= 1 << 20)
    }
}

pub struct Peer {
    store: Store<State>,
    actions: Guest,
}

impl Peer {
    pub fn new(engine: &Engine, component: &[u8], limits: &Limits) -> wasmtime::Result<Self> {
        let component = Component::new(engine, component)?;
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let state = State {
            wasi: WasiCtx::builder().build(),
            resources: ResourceTable::new(),
            memory: MemoryLimit(limits.memory),
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.output);
        store.set_epoch_deadline(TICKS);
        let extension = bindings::Extension::instantiate(&mut store, &component, &linker)?;
        let actions = extension.bench_calls_actions().clone();
        Ok(Self { store, actions })
    }

    pub fn add(&mut self, a: i32, b: i32) -> wasmtime::Result<i32> {
        self.store.set_epoch_deadline(TICKS);
        self.actions.call_add(&mut self.store, a, b)
    }

    pub fn greet(&mut self, name: &str) -> wasmtime::Result<String> {
        self.store.set_epoch_deadline(TICKS);
        self.actions.call_greet(&mut self.store, name)
    }

    pub fn order(&mut self, order: &OrderType) -> wasmtime::Result<OrderType> {
        self.store.set_epoch_deadline(TICKS);
        self.actions.call_order(&mut self.store, order)
    }
}
