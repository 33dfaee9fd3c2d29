//! The verb `test`: everything that the tests need, then all tests.

use crate::run::{Result, Run};
use crate::toolchain::{self, Toolchain};
use crate::tools;

/// `cargo xtask test [arguments of cargo test]`.
pub fn verb(arguments: &[String]) -> Result {
    let toolchain = toolchain::ensure()?;
    let mut cargo = Run::cargo()
        .arg("test")
        .env("EXT_TEST_WASM_TOOLS", tools::wasm_tools()?)
        .env("EXT_TEST_SKOPEO", tools::skopeo()?)
        .env("EXT_TEST_CURL", tools::curl()?)
        .env("EXT_TEST_OPENSSL", tools::openssl()?)
        .env("EXT_TEST_CHROMIUM", tools::chromium()?)
        .env("EXT_TEST_NODE", tools::node()?)
        .env(
            "EXT_TEST_NODE_PACKAGES",
            tools::npm_with(&[
                "@modelcontextprotocol/sdk@1.32.2",
                "ajv@8.20.0",
                "ajv-formats@3.0.1",
            ])?,
        )
        .env(
            "EXT_TEST_PYTHON",
            tools::python_with(&[
                "openpyxl",
                "jsonschema",
                "openapi-spec-validator",
                "mcp",
                "prometheus-client",
            ])?,
        );
    if toolchain == Toolchain::Linked {
        cargo = cargo.env("CARGO_EXT_TOOLCHAIN", toolchain::LINKED);
    }
    if !chooses_packages(arguments) {
        if chooses_targets(arguments) {
            // cargo builds a command with the tests of its own package: the others would start
            // the one of before.
            let command = ["test", "--workspace", "--no-run", "--quiet", "--test", "cli"];
            Run::cargo().args(command).show()?;
        }
        // With the whole workspace cargo builds the command as well: no second build of it,
        // which would be one of the runtime too, with other features.
        cargo = cargo.arg("--workspace").env("EXT_TEST_BUILT", "1");
    }
    cargo.args(arguments).show()
}

/// The arguments that are cargo's.
fn of_cargo(arguments: &[String]) -> impl Iterator<Item = &str> {
    arguments.iter().take_while(|argument| *argument != "--").map(String::as_str)
}

/// Whether the arguments say themselves which targets they mean.
fn chooses_targets(arguments: &[String]) -> bool {
    let targets = ["--lib", "--bin", "--test", "--example", "--bench", "--doc"];
    of_cargo(arguments).any(|argument| targets.iter().any(|it| argument.starts_with(it)))
}

/// Whether the arguments say themselves which packages they mean.
fn chooses_packages(arguments: &[String]) -> bool {
    of_cargo(arguments).any(|argument| {
        argument.starts_with("--package")
            || argument == "--manifest-path"
            || (argument.starts_with("-p") && !argument.starts_with("--"))
    })
}
