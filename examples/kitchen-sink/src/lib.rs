//! Every shape that can cross the boundary of an extension, and everything that an
//! extension can do wrong.
//!
//! The actions whose names start with `echo_` give back what they are given: one for each
//! shape of parameter and result that the boundary knows. `tests/tests/roundtrip.rs` sends
//! random values through all of them. The others try what a sandbox is for.
//!
//! | module | about |
//! |---|---|
//! | [`scalars`], [`texts`] | values without parts |
//! | [`lists`], [`options`], [`results`], [`tuples`], [`maps`] | what the language brings |
//! | [`structures`], [`cases`], [`codes`], [`generics`] | what an extension defines |
//! | [`platform`] | the platform's types, shared values, arrays, keys |
//! | [`rules`] | what is asked of values beyond their types |
//! | [`parameters`] | how many parameters there are |
//! | [`single`] | results that need no memory |
//! | [`names`], [`elsewhere`] | where names come from, and what they may be |
//! | [`outcomes`] | errors of the extension's own |
//! | `requests` | HTTP |
//! | [`resources`] | files that ship with an extension |
//! | `logging` | what is told besides the result |
//! | [`memory`], [`trouble`], [`world`] | an extension and its host |

#![expect(
    clippy::result_unit_err,
    clippy::type_complexity,
    clippy::unused_unit,
    reason = "every shape is the point, the odd ones too"
)]

#[macro_use]
mod echo;

pub mod cases;
pub mod codes;
pub mod elsewhere;
pub mod generics;
pub mod lists;
#[cfg(target_family = "wasm")]
pub mod logging;
pub mod maps;
pub mod memory;
pub mod names;
pub mod options;
pub mod outcomes;
pub mod parameters;
pub mod platform;
#[cfg(target_family = "wasm")]
pub mod requests;
pub mod resources;
pub mod results;
pub mod rules;
pub mod scalars;
pub mod single;
pub mod structures;
pub mod texts;
pub mod trouble;
pub mod tuples;
pub mod world;
