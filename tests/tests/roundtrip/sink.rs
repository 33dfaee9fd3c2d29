//! The package that all of this is about.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ext_host::{Error, Extension, Host, HostBuilder, Locked};
use ext_tests::{Scratch, Server};
use serde_json::Value;

/// The package's file, built by the command.
pub fn file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| ext_tests::build_extension("kitchen-sink"))
}

/// The package's bytes.
pub fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| std::fs::read(file()).expect("the package was built just now"))
}

/// A host of a test's own; all of them share one cache of compiled code.
pub fn host() -> HostBuilder {
    static CACHE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let cache = CACHE.get_or_init(|| tempfile::tempdir().expect("a folder"));
    Host::builder().cache(Some(cache.path().to_owned()))
}

/// The kitchen sink, in a host with the default settings.
pub fn load() -> Extension {
    host().build().expect("a host").load_bytes(bytes()).expect("the package loads")
}

/// The kitchen sink, for tests that do not care who else calls it.
pub fn shared() -> &'static Extension {
    static SHARED: OnceLock<Extension> = OnceLock::new();
    SHARED.get_or_init(load)
}

/// The kitchen sink on a platform server.
pub fn on_server() -> &'static Extension {
    static SERVER: OnceLock<(Server, Extension)> = OnceLock::new();
    let (_, extension) = SERVER.get_or_init(|| {
        let scratch = Scratch::kept("sink");
        let server = Server::of_example(&scratch, "kitchen-sink", &serde_json::json!({}));
        let host = Host::remote(&server.address).expect("a host");
        let extension = host.load(&LOCKED).expect("the server has it");
        (server, extension)
    });
    extension
}

/// As a generated client names it.
const LOCKED: Locked = Locked {
    name: "example:kitchen-sink",
    version: env!("CARGO_PKG_VERSION"),
    digest: "",
    server: None,
};

/// A call that succeeds.
#[track_caller]
pub fn call(extension: &Extension, action: &str, arguments: Value) -> Value {
    match extension.call_json(action, &arguments) {
        Ok(value) => value,
        Err(error) => panic!("{action}: {error}"),
    }
}

/// A call that fails in another way than with the action's own error.
#[track_caller]
pub fn failure(extension: &Extension, action: &str, arguments: Value) -> Error {
    match extension.call_json(action, &arguments) {
        Err(Error::NotFound { action, known }) => Error::NotFound { action, known },
        Err(Error::Arguments(errors)) => Error::Arguments(errors),
        Err(Error::Trap(trap)) => Error::Trap(trap),
        Err(Error::Limit(limit)) => Error::Limit(limit),
        Err(Error::Runtime(reason)) => Error::Runtime(reason),
        other => panic!("{action} gave {other:?}"),
    }
}
