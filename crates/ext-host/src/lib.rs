//! Runs extensions in-process.
//!
//! ```no_run
//! use ext_host::Host;
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let host = Host::new()?;
//! let finance = host.load_file("finance.wasm".as_ref())?;
//! let npv = finance.call_json("net_present_value", &json!({"rate": 0.1, "cash_flows": [100.0]}))?;
//! # Ok(())
//! # }
//! ```
//!
//! Applications rather call through the typed client that `ext_build::client()` generates;
//! it is built on [`Extension::call`].
//!
//! An extension reaches nothing outside its sandbox: no files, no network, no environment,
//! but for what it asks for in its manifest and the program grants ([`Grants`]). Clocks and
//! random numbers work. What it writes to its standard output and error, and what it
//! logs, is kept with its call, up to a limit ([`Extension::invoke`]). Each call has limits of time, memory and result size
//! ([`Limits`]).

mod call;
mod clock;
mod compiled;
mod denied;
mod dynamic;
mod error;
mod extension;
mod fits;
mod granted;
mod host;
mod hosts;
#[cfg(feature = "http")]
mod http;
mod idle;
mod instance;
mod json;
mod log;
mod map;
mod mask;
mod memory;
mod message;
#[cfg(not(feature = "http"))]
mod no_http;
mod options;
mod output;
mod record;
#[cfg(feature = "remote")]
mod remote;
mod resources;
#[doc(hidden)]
pub mod rules;
mod sandbox;
mod server;
pub mod types;

pub use call::{Arguments, Call};
#[doc(hidden)]
pub use compiled::private_folder;
pub use error::{ActionError, Error, Limit, LoadError, Trap};
pub use ext_definition::values::Violation;
pub use extension::{Extension, Locked};
pub use host::{Host, HostBuilder, Limits};
pub use json::Returned;
pub use map::Map;
pub use options::{Grants, Options};
pub use record::{Level, Output, Record};
pub use server::{ServerError, Trace};

/// Includes the clients that `ext_build::client()` generated, one module for each
/// extension: `mod extensions { ext_host::extensions!(); }`.
#[macro_export]
macro_rules! extensions {
    () => {
        include!(concat!(env!("OUT_DIR"), "/extensions.rs"));
    };
}

/// What generated clients refer to. Not for people: it follows wasmtime's versions.
#[doc(hidden)]
pub use {serde, wasmtime};
