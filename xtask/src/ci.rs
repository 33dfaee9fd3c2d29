//! The verb `ci`: what has to pass before a change goes in, cheapest first.

use crate::fuzz;
use crate::run::{Result, Run};
use crate::test;

/// `cargo xtask ci [arguments of cargo test]`.
pub fn verb(arguments: &[String]) -> Result {
    Run::cargo()
        .args(["fmt", "--all", "--check"])
        .show()
        .map_err(|failure| failure.advice("run `cargo fmt --all`"))?;
    Run::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).show()?;
    test::verb(arguments)?;
    // Last: a finding of today is rarely a mistake of this change.
    fuzz::shortly()
}
