//! The verb `bench`: the figures of `docs/benchmarks.md`, measured on this machine.

use std::env::consts::EXE_SUFFIX;

use crate::cache;
use crate::run::{self, Result, Run};
use crate::toolchain::{self, Toolchain};
use crate::tools;

/// `cargo xtask bench [NAME…]`. The names are `ext-bench`'s.
pub fn verb(arguments: &[String]) -> Result {
    let toolchain = toolchain::ensure()?;
    // Building it takes minutes: only who asks for what needs it waits for that.
    let wants = |name: &str| arguments.is_empty() || arguments.iter().any(|it| it == name);
    let wasmtime = if wants("server") { Some(tools::wasmtime()?) } else { None };
    // Together, so that both are built with the same features of what they share.
    Run::cargo()
        .args(["build", "--release", "--package", "cargo-ext", "--package", "ext-bench"])
        .show()?;
    let target = match cache::variable("CARGO_TARGET_DIR") {
        Some(folder) => run::workspace().join(folder),
        None => run::workspace().join("target"),
    };
    let program = |name: &str| target.join("release").join(format!("{name}{EXE_SUFFIX}"));
    let mut bench = Run::new(program("ext-bench")).env("EXT_BENCH_CARGO_EXT", program("cargo-ext"));
    if let Some(wasmtime) = wasmtime {
        bench = bench.env("EXT_BENCH_WASMTIME", wasmtime);
    }
    if toolchain == Toolchain::Linked {
        bench = bench.env("CARGO_EXT_TOOLCHAIN", toolchain::LINKED);
    }
    bench.args(arguments).dir(run::workspace()).show()
}
