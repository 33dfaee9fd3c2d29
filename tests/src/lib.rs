//! What the end-to-end tests share: the command as it was built, scratch projects, and a server
//! that answers as it is told.

#[cfg(unix)]
mod browser;
mod peer;
mod scratch;
mod server;

#[cfg(unix)]
pub use browser::{Browser, FAINT};
pub use peer::{Peer, Reply, Request};
pub use scratch::{Said, Scratch, tool};
pub use server::{Answer, SINK_ASKS_FOR, Server};

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are in a folder of the repository")
}

/// The `cargo-ext` of this source, built when it is not up to date.
pub fn cargo_ext() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let path = profile().join(format!("cargo-ext{}", std::env::consts::EXE_SUFFIX));
        // `cargo xtask test` builds it together with the tests.
        if std::env::var_os("EXT_TEST_BUILT").is_some() {
            return path;
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--package", "cargo-ext"])
            .current_dir(root())
            .status()
            .expect("cargo starts");
        assert!(status.success(), "cargo-ext builds");
        path
    })
}

/// The folder of this test's profile: `target/debug`.
fn profile() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        // The test runs from `target/debug/deps`.
        let test = std::env::current_exe().expect("a test knows its file");
        test.parent().and_then(Path::parent).expect("target/debug").to_owned()
    })
}

/// Builds an extension of this repository with the command; gives its package.
pub fn build_extension(name: &str) -> PathBuf {
    let output = Command::new(cargo_ext())
        .args(["ext", "build", "--package", name, "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo-ext starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let target = profile().parent().expect("target");
    target.join(format!("ext/example-{name}-{}.wasm", env!("CARGO_PKG_VERSION")))
}

/// Publishes an extension of this repository to the registry of a scratch folder.
pub fn publish_example(scratch: &Scratch, name: &str) {
    let manifest = root().join("Cargo.toml");
    let manifest = manifest.to_str().expect("UTF-8");
    let mut command = scratch.command("", &["publish", "--manifest-path", manifest, "-p", name]);
    // The repository's own target folder, where it is built anyway.
    command.env("CARGO_TARGET_DIR", root().join("target"));
    Said::from(command.output().expect("cargo-ext starts")).success();
}
