//! What the `log` crate is given, to the host (`cargo-ext:host/log`).
use std::borrow::Cow;

use log::kv::{Error, Key, Value, VisitSource};
use log::{LevelFilter, Log, Metadata, Record};

#[link(wasm_import_module = "cargo-ext:host/log@0.1.0")]
unsafe extern "C" {
    /// `log`, flattened (component model, `CanonicalABI.md`, "Flattening").
    #[link_name = "log"]
    fn host_log(
        level: u32,
        target: *const u8,
        target_length: usize,
        message: *const u8,
        message_length: usize,
        fields: *const Field,
        fields_length: usize,
    );
}

/// A `tuple<string, string>` in memory.
#[repr(C)]
struct Field {
    name: *const u8,
    name_length: usize,
    value: *const u8,
    value_length: usize,
}

struct Host;

static HOST: Host = Host;

/// `cargo ext` lets it be called when an instance is made, before any action.
#[unsafe(export_name = "ext:initialize")]
extern "C" fn initialize() {
    // Nobody was here before.
    if log::set_logger(&HOST).is_ok() {
        // Libraries trace much, which would take the place of what authors want to know.
        log::set_max_level(LevelFilter::Debug);
    }
}

impl Log for Host {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        let target = record.target();
        let arguments = record.args();
        let message = arguments.as_str().map_or_else(|| arguments.to_string().into(), Cow::from);
        let mut pairs = Pairs(Vec::new());
        // The one error there is would come from `Pairs`.
        let _ = record.key_values().visit(&mut pairs);
        let field = |(name, value): &(String, String)| Field {
            name: name.as_ptr(),
            name_length: name.len(),
            value: value.as_ptr(),
            value_length: value.len(),
        };
        let fields: Vec<Field> = pairs.0.iter().map(field).collect();
        // `log` counts levels from 1, for `error`.
        let level = record.level() as u32 - 1;
        // SAFETY: the addresses are those of texts and a list that live until the host has
        // read them.
        unsafe {
            host_log(
                level,
                target.as_ptr(),
                target.len(),
                message.as_ptr(),
                message.len(),
                fields.as_ptr(),
                fields.len(),
            );
        }
    }

    fn flush(&self) {}
}

struct Pairs(Vec<(String, String)>);

impl<'kvs> VisitSource<'kvs> for Pairs {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        self.0.push((key.to_string(), value.to_string()));
        Ok(())
    }
}
