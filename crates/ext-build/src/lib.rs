//! Build scripts, one line each.
//!
//! An extension's `build.rs`:
//!
//! ```no_run
//! # #[allow(clippy::needless_doctest_main)]
//! fn main() {
//!     ext_build::extension();
//! }
//! ```
//!
//! It reads `[package.metadata.ext]`, reports what is wrong there at its line in
//! Cargo.toml, hands the package manifest to the linker and sets the link arguments, so that
//! a plain `cargo build --target wasm32-wasip2` gives the module that `cargo ext` packs.
//!
//! An application's `build.rs` calls `ext_build::client()` (with the feature `client`), which
//! writes one typed module for each extension that the application uses.

mod cargo_toml;
mod manifest;
mod object;

#[cfg(feature = "client")]
mod client;

#[cfg(feature = "client")]
pub use client::client;
#[cfg(feature = "client")]
#[doc(hidden)]
pub use client::rendered;

use std::path::{Path, PathBuf};

use cargo_toml::Mistake;
use ext_definition::package::quoted;
use manifest::Manifest;

/// Set by `cargo ext check`, which is told of mistakes in the definition's section, beside all
/// that the compiler and the macros find.
const CHECK: &str = "CARGO_EXT_CHECK";

/// What an extension's build script does. Mistakes end the build, all of them reported.
pub fn extension() {
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-env-changed={CHECK}");
    // The macros' way of telling `cargo ext check` what is wrong.
    println!("cargo::rustc-check-cfg=cfg(ext_check)");
    let path = Path::new(&variable("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let source = match std::fs::read_to_string(&path) {
        Ok(source) => source,
        Err(error) => return report(&format!("{} cannot be read: {error}", path.display())),
    };
    let is_wasm = variable("CARGO_CFG_TARGET_FAMILY") == "wasm";
    let entries = match manifest::manifest(&source, &path) {
        Ok(Manifest { package, sources }) => {
            let (package, sources) = (package.to_json(), sources.to_json());
            // `cargo ext` tells by it whose module it has before it.
            let folder = quoted(&variable("CARGO_MANIFEST_DIR"));
            vec![format!(
                "{{\"format\":1,\"package\":{package},\"sources\":{sources},\"folder\":{folder}}}"
            )]
        }
        Err(mistakes) if is_wasm && !variable(CHECK).is_empty() => {
            mistakes.iter().map(Mistake::entry).collect()
        }
        Err(mistakes) => return mistakes.iter().for_each(|mistake| report(&mistake.to_string())),
    };
    if !is_wasm {
        return;
    }
    let object = PathBuf::from(variable("OUT_DIR")).join("ext-package.o");
    if let Err(error) = std::fs::write(&object, object::with_entries(&entries)) {
        return report(&format!("{} cannot be written: {error}", object.display()));
    }
    println!("cargo::rustc-link-arg-cdylib={}", object.display());
    // wasm32-wasip2's linker would make a component of its own: `cargo ext` does that.
    println!("cargo::rustc-link-arg-cdylib=--skip-wit-component");
}

/// An error that cargo shows and that fails the build; one line, as the protocol has it.
fn report(message: &str) {
    println!("cargo::error={}", message.replace('\n', " "));
}

/// A variable that cargo sets for build scripts.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
