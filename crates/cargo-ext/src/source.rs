//! An extension's Rust source, read with every place in it and edited byte for byte: what an
//! edit is not about stays as it is.
//!
//! | module | about |
//! |---|---|
//! | [`file`] | one file: its text, and the way from syn's spans to its bytes |
//! | [`item`] | actions, structures, enums, errors: where each part of them is |
//! | [`walk`] | the crate: its files, modules and items |
//! | [`scope`] | which names mean what in a module |
//! | [`edit`] | replacements in one text |
//! | [`change`] | edits of several files: shown, backed up, written |
//! | [`format`] | rustfmt, for new text |
//! | [`stub`] | new items as text |
//! | [`position`] | where a new item goes |
//! | [`rewrite`] | a crate with edits: new items, and what they need |
//! | [`spec`] | items as people write them on the command line |
//! | [`sync`] | the source in line with a definition |
//! | [`tokens`] | a file's tokens in a row |
//! | [`requires`] | the features of `ext-runtime` that types need |

pub mod change;
pub mod edit;
pub mod file;
pub mod format;
pub mod item;
pub mod position;
pub mod requires;
pub mod rewrite;
pub mod scope;
pub mod spec;
pub mod stub;
pub mod sync;
pub mod tokens;
pub mod walk;
