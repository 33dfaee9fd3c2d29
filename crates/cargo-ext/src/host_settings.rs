//! Settings for the host's own builds, which must not reach the WebAssembly build.
//!
//! `RUSTFLAGS` and `build.rustflags` often name a linker or a processor of the host. They would
//! break the build or change the package. Flags for `wasm32-wasip2` itself apply as usual.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use crate::shell::Shell;

/// Flags for this target. cargo ignores `build.rustflags` if there are any.
const TARGET_FLAGS: &str = "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS";

/// A flag without any effect.
const INERT: &str = "--cfg=cargo_ext";

/// Variables for the host's builds. cargo adds a wrapper for workspace members to the names
/// of files.
const HOST: [&str; 8] = [
    "CARGO_BUILD_INCREMENTAL",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
];

/// Removes the host's settings from a run of cargo.
pub fn keep_out(command: &mut Command, shell: &Shell) {
    for (name, value) in std::env::vars_os() {
        if is_for_the_host(&name) {
            shell.detail("Ignoring", format!("{}={}", name.display(), value.display()));
            command.env_remove(&name);
        }
    }
    command.env(TARGET_FLAGS, target_flags(std::env::var_os(TARGET_FLAGS)));
}

fn is_for_the_host(name: &OsStr) -> bool {
    // Profiles belong into Cargo.toml, as part of the source.
    name.to_str().is_some_and(|name| HOST.contains(&name) || name.starts_with("CARGO_PROFILE_"))
}

fn target_flags(given: Option<OsString>) -> OsString {
    let mut flags = given.unwrap_or_default();
    if !flags.is_empty() {
        flags.push(" ");
    }
    flags.push(INERT);
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_for_webassembly_stay() {
        assert!(is_for_the_host("RUSTFLAGS".as_ref()));
        assert!(is_for_the_host("CARGO_PROFILE_RELEASE_LTO".as_ref()));
        assert!(!is_for_the_host(TARGET_FLAGS.as_ref()));
        assert!(!is_for_the_host("RUSTC_WRAPPER".as_ref()));
        assert_eq!(target_flags(Some("-Copt-level=z".into())), "-Copt-level=z --cfg=cargo_ext");
        assert_eq!(target_flags(None), "--cfg=cargo_ext");
    }
}
