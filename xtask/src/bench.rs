//! The verb `bench`: the figures of `docs/benchmarks.md`, measured on this machine.

use std::env::consts::EXE_SUFFIX;

use crate::cache;
use crate::run::{self, Result, Run};
use crate::toolchain::{self, Toolchain};

/// `cargo xtask bench [NAME…]`. The names are `ext-bench`'s.
pub fn verb(arguments: &[String]) -> Result {
    let toolchain = toolchain::ensure()?;
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
    if toolchain == Toolchain::Linked {
        bench = bench.env("CARGO_EXT_TOOLCHAIN", toolchain::LINKED);
    }
    bench.args(arguments).dir(run::workspace()).show()
}
