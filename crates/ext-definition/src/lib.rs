//! What an extension *is*: the model that the author's macros write, the tools read and
//! the renderings show. This crate does no I/O.
//!
//! The way of a definition: the macros and the build script write entries into a section
//! of the artifact ([`section`] reads them, whatever a stranger may have put there), [`resolve`] checks
//! them and makes an [`Extension`](model::Extension) of them, which is the JSON manifest that
//! people and tools read, and which [`wit`], [`schema`], [`openapi`], [`markdown`] and `doc` render.

pub mod code;
pub mod naming;
pub mod package;
pub mod rustdoc;

#[cfg(feature = "artifact")]
pub mod artifact;
#[cfg(feature = "model")]
pub mod client;
#[cfg(feature = "model")]
pub mod diagnostic;
#[cfg(feature = "doc")]
pub mod doc;
#[cfg(feature = "model")]
pub mod examples;
#[cfg(feature = "artifact")]
pub mod files;
#[cfg(feature = "artifact")]
pub mod icon;
#[cfg(feature = "import")]
pub mod import;
#[cfg(feature = "model")]
pub mod markdown;
#[cfg(feature = "model")]
pub mod model;
#[cfg(feature = "model")]
pub mod openapi;
#[cfg(feature = "model")]
pub mod outline;
#[cfg(feature = "model")]
pub mod resolve;
#[cfg(feature = "model")]
mod rules;
#[cfg(feature = "model")]
pub mod schema;
#[cfg(feature = "model")]
pub mod section;
#[cfg(feature = "values")]
pub mod values;
#[cfg(feature = "model")]
pub mod wit;
