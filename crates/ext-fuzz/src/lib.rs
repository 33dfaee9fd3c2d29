//! What the fuzz targets in `fuzz/` run: one function for each kind of input that comes from
//! strangers. None may panic, hang or use memory without bounds, whatever the bytes are,
//! and what is accepted must do everywhere behind.
//!
//! The same functions run over the kept corpora in `cargo test` (`tests/corpus.rs`): an
//! input that once was a finding stays a test, with no fuzzer at hand.

mod arguments;
mod choices;
mod csharp;
mod definition;
mod files;
mod generated;
mod registry;
mod wit;

/// A target: its name, which is also that of its file and of its corpus, and what it runs.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("section", definition::section),
    ("manifest", definition::manifest),
    ("package", definition::package),
    ("arguments", arguments::run),
    ("values", generated::run),
    ("registry", registry::files),
    ("lock", registry::lock),
    ("csharp", csharp::run),
    ("wit", wit::run),
    ("files", files::files),
    ("icon", files::icon),
];

/// Runs the target of this name: what each file in `fuzz/fuzz_targets` calls.
///
/// # Panics
/// When there is a finding, or no such target.
pub fn run(target: &str, bytes: &[u8]) {
    match TARGETS.iter().find(|(name, _)| *name == target) {
        Some((_, run)) => run(bytes),
        None => panic!("there is no target `{target}`"),
    }
}
