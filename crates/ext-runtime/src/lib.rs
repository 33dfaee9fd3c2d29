//! What an extension is compiled against.
//!
//! An extension is a library crate whose annotated functions, its *actions*, become the
//! exports of a WebAssembly component. This crate holds the [`ExtType`] trait, which says
//! how a Rust type crosses the boundary, its implementations for the standard library's
//! types, and the few functions that every component shares. The attributes
//! themselves ([`ext_action`], [`ExtStructure`], [`ExtEnum`], [`ExtError`]) come from
//! `ext-macros` and are re-exported here.
//!
//! ```
//! use ext_runtime::prelude::*;
//!
//! /// A line of an order.
//! #[derive(ExtStructure)]
//! pub struct Line {
//!     /// The article.
//!     pub sku: String,
//!     /// How many of it.
//!     pub quantity: u32,
//! }
//!
//! /// Why an order cannot be counted.
//! #[derive(Debug, ExtError)]
//! pub enum OrderError {
//!     /// The order has no lines.
//!     Empty,
//! }
//!
//! /// Counts the articles of an order.
//! #[ext_action]
//! pub fn count_articles(
//!     /// The lines to count.
//!     lines: Vec<Line>,
//! ) -> Result<u32, OrderError> {
//!     match lines.as_slice() {
//!         [] => Err(OrderError::Empty),
//!         lines => Ok(lines.iter().map(|line| line.quantity).sum()),
//!     }
//! }
//!
//! // On the author's own machine an action stays the plain function that it is.
//! assert_eq!(count_articles(vec![Line { sku: "A-1".into(), quantity: 3 }]).unwrap(), 3);
//! ```
//!
//! The macros work in crates of edition 2021 and later, under `#![forbid(unsafe_code)]` (the
//! `unsafe` of their expansions is this crate's affair) and with all warnings denied:
//!
//! ```edition2021
//! #![forbid(unsafe_code)]
//! #![deny(warnings, missing_docs)]
//! //! Sums.
//!
//! use ext_runtime::prelude::*;
//!
//! /// Adds.
//! #[ext_action]
//! fn add(a: u32, b: u32) -> u32 {
//!     a + b
//! }
//! # fn main() {}
//! ```
//!
//! With the feature `log`, what is given to the [`log`](https://docs.rs/log) crate reaches the
//! host with its level, target and fields, and is kept with the call; nothing has to be set up.
//! Records of the level `trace` are left out unless the extension calls
//! `log::set_max_level(LevelFilter::Trace)`.
//!
//! On WebAssembly targets each action additionally exports one core function and one
//! entry of the custom section that `cargo ext` reads (see [`description`]).

// The derives name this crate, also where it uses them itself.
extern crate self as ext_runtime;

mod abi;
pub mod description;
mod layout;
#[cfg(all(feature = "log", target_family = "wasm"))]
mod log;
mod resource;
mod types;

pub use ext_macros::{ExtEnum, ExtError, ExtStructure, ext_action};
#[cfg(feature = "json")]
pub use types::platform::Json;
#[cfg(feature = "url")]
pub use types::platform::Url;
#[cfg(feature = "uuid")]
pub use types::platform::Uuid;
#[cfg(feature = "decimal")]
pub use types::platform::{Currency, Decimal};
#[cfg(feature = "date-time")]
pub use types::platform::{Date, DateTime, Duration, Time};
pub use types::platform::{Email, FormError, PhoneNumber};
pub use types::{ExtKey, ExtType};

/// What an extension's source usually imports.
pub mod prelude {
    // Not `ExtType`: its functions would be in the way of others' of the same names.
    pub use crate::{ExtEnum, ExtError, ExtStructure, ext_action};
}

/// What the macros' expansions use. Not for people: it changes without notice.
#[doc(hidden)]
pub mod expansion {
    #[cfg(target_family = "wasm")]
    pub use crate::abi::{ResultArea, invalid};
    pub use crate::description::{Action, Kind, Literal, Named, Part, Rule, Type, check, named_id};
    pub use crate::layout::{Layout, Record, Variant};
    #[cfg(target_family = "wasm")]
    pub use crate::resource::bytes;
}
