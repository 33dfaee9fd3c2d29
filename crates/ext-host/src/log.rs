//! What extensions log (`cargo-ext:host/log`): kept with the call, up to a limit.

use std::time::SystemTime;

use ext_definition::wit;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, WasmList, WasmStr};

use crate::mask::Mask;
use crate::record::{Level, Record};
use crate::sandbox::Sandbox;

/// Most records of a call.
const MAX_RECORDS: usize = 1000;

/// Most bytes of a call's records.
const MAX_BYTES: usize = 256 << 10;

/// Most fields of a record; what is behind them is not kept.
const MAX_FIELDS: usize = 64;

/// What a record takes besides its texts.
const RECORD: usize = 64;

/// The records of the call that runs, or ran last.
#[derive(Default)]
pub struct Records {
    kept: Vec<Record>,
    bytes: usize,
    dropped: u64,
}

impl Records {
    /// How many bytes there are for a record; `None`: there have been enough. A tenth is kept
    /// for what matters, behind a flood of what does not.
    fn room(&self, level: Level) -> Option<usize> {
        let matters = level <= Level::Warn;
        let of = |most: usize| if matters { most } else { most - most / 10 };
        let left = of(MAX_BYTES).checked_sub(self.bytes + RECORD)?;
        (self.kept.len() < of(MAX_RECORDS)).then_some(left)
    }

    /// Takes what was logged so far, and how much of it was not kept.
    pub fn take(&mut self, mask: &Mask) -> (Vec<Record>, u64) {
        let Self { mut kept, dropped, .. } = std::mem::take(self);
        kept.iter_mut().for_each(|record| record.hide(mask));
        (kept, dropped)
    }
}

/// Lets extensions log.
pub fn add_to_linker(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    linker.instance(wit::LOG)?.func_wrap("log", log)
}

type Fields = WasmList<(WasmStr, WasmStr)>;

fn log(
    mut store: StoreContextMut<'_, Sandbox>,
    (level, target, message, fields): (Level, WasmStr, WasmStr, Fields),
) -> wasmtime::Result<()> {
    // A flood costs nearly nothing: nobody reads it.
    let record = match store.data().records.room(level) {
        Some(room) => read(&mut store, room, level, &target, &message, &fields)?,
        None => None,
    };
    let records = &mut store.data_mut().records;
    match record {
        Some((record, bytes)) => {
            records.bytes += bytes + RECORD;
            records.kept.push(record);
        }
        None => records.dropped += 1,
    }
    Ok(())
}

/// A record and the bytes of its texts; `None` when there is no room for it.
fn read(
    store: &mut StoreContextMut<'_, Sandbox>,
    room: usize,
    level: Level,
    target: &WasmStr,
    message: &WasmStr,
    fields: &Fields,
) -> wasmtime::Result<Option<(Record, usize)>> {
    let mut pairs = Vec::new();
    for index in 0..fields.len().min(MAX_FIELDS) {
        pairs.extend(fields.get(&mut *store, index).transpose()?);
    }
    let mut left = Some(room);
    let mut text = |text: &WasmStr| -> wasmtime::Result<String> {
        let text = text.to_str(&*store)?;
        left = left.and_then(|left| left.checked_sub(text.len()));
        // Not even copied when there is no room.
        Ok(if left.is_some() { text.into_owned() } else { String::new() })
    };
    let at = SystemTime::now();
    let (target, message) = (text(target)?, text(message)?);
    let mut fields = Vec::with_capacity(pairs.len());
    for (name, value) in &pairs {
        fields.push((text(name)?, text(value)?));
    }
    let record = Record { at, level, target, message, fields };
    Ok(left.map(|left| (record, room - left)))
}
