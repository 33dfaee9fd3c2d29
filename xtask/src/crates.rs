//! The verb `crates`: builds an extension with each of many crates and runs it, then writes
//! docs/crates.md from what it saw.

mod list;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cache;
use crate::run::{self, Failure, Result, Run};
use crate::say;
use crate::toolchain::{self, Toolchain};
use list::{FAILS, Fails, WORKS, Works};

/// What cargo-ext says about crates that do not build.
const ALTERNATIVES: &str = include_str!("../../crates/cargo-ext/src/alternatives.txt");

const PAGE: &str = "docs/crates.md";

/// `cargo xtask crates [NAME...]`. With names, tries only those and leaves the page as it is.
pub fn verb(arguments: &[String]) -> Result {
    let trial = Trial::new()?;
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|it| it == name);
    let mut working: Vec<(&Works, String)> = Vec::new();
    let mut surprises = Vec::new();
    for works in WORKS.iter().filter(|it| wanted(name(it.dependencies))) {
        match trial.works(works) {
            Ok(version) => working.push((works, version)),
            Err(failure) => surprises.push(format!("{}: {failure}", name(works.dependencies))),
        }
    }
    let mut failing: Vec<(&Fails, String)> = Vec::new();
    for fails in FAILS.iter().filter(|it| wanted(name(it.dependency))) {
        match trial.fails(fails) {
            Ok(version) => failing.push((fails, version)),
            Err(failure) => surprises.push(format!("{}: {failure}", name(fails.dependency))),
        }
    }
    for surprise in &surprises {
        say::line(&format!("\n{surprise}"));
    }
    if !surprises.is_empty() {
        let count = surprises.len();
        return Err(Failure::new(format!("{count} crates are not as the list says"))
            .advice("correct xtask/src/crates/list.rs or alternatives.txt of cargo-ext"));
    }
    if arguments.is_empty() {
        let page = run::workspace().join(PAGE);
        fs::write(&page, text(&working, &failing))
            .map_err(|error| Failure::file("write", &page, error))?;
        say::line(&format!("\nwrote {PAGE}"));
    }
    Ok(())
}

/// The first crate of dependency lines.
fn name(dependencies: &str) -> &str {
    dependencies.split([' ', '=']).next().unwrap_or_default()
}

struct Trial {
    folder: PathBuf,
    program: PathBuf,
    toolchain: Toolchain,
}

impl Trial {
    fn new() -> Result<Self> {
        let toolchain = toolchain::ensure()?;
        let target = match cache::variable("CARGO_TARGET_DIR") {
            Some(folder) => run::workspace().join(folder),
            None => run::workspace().join("target"),
        };
        Run::cargo().args(["build", "--package", "cargo-ext"]).stage("cargo-ext")?;
        let program = target.join(format!("debug/cargo-ext{}", std::env::consts::EXE_SUFFIX));
        Ok(Self { folder: target.join("crates"), program, toolchain })
    }

    /// Builds and runs an extension with the crate; gives the crate's version.
    fn works(&self, works: &Works) -> Result<String> {
        let name = name(works.dependencies);
        let folder = self.write(name, works.dependencies, works.body)?;
        let output = folder.join("output");
        say::stage(name, |_| {
            let result = self.cargo_ext(&folder, &["run", "--debug", "act"]).capture()?;
            cache_write(&output, &result)
        })?;
        let result = fs::read_to_string(&output).unwrap_or_default();
        let result = result.trim();
        let expected = format!("{:?}", works.result);
        if result != expected {
            return Err(Failure::new(format!("the action returned {result}, not {expected}")));
        }
        version(&folder, name)
    }

    /// Sees that the crate does not build, and that the message names the culprit.
    fn fails(&self, fails: &Fails) -> Result<String> {
        let name = name(fails.dependency);
        let folder = self.write(name, fails.dependency, "String::new()")?;
        let mut message = None;
        say::stage(name, |_| {
            if let Err(failure) = self.cargo_ext(&folder, &["build", "--debug"]).capture() {
                message = Some(failure.to_string());
            }
            Ok(())
        })?;
        let message = message.ok_or_else(|| Failure::new("it builds"))?;
        let named = format!("error[EXT0412]: `{} v", fails.culprit);
        if !message.contains(&named) || !message.contains(alternative(fails.culprit).1) {
            return Err(Failure::new(format!("the message is\n{message}")));
        }
        version(&folder, fails.culprit)
    }

    fn cargo_ext(&self, folder: &Path, arguments: &[&str]) -> Run {
        let run = Run::new(&self.program).arg("ext").args(arguments).dir(folder);
        // One target folder: crates that several extensions use are compiled once.
        let run = run.env("CARGO_TARGET_DIR", self.folder.join("target"));
        match self.toolchain {
            Toolchain::Linked => run.env("CARGO_EXT_TOOLCHAIN", toolchain::LINKED),
            Toolchain::Active => run,
        }
    }

    /// Writes an extension whose one action uses the crate.
    fn write(&self, name: &str, dependencies: &str, body: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        cache::create(&folder.join("src"))?;
        let crates = run::workspace().join("crates");
        let manifest = format!(
            "[package]\nname = \"with-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = \
             [\"cdylib\", \"rlib\"]\n\n[package.metadata.ext]\nnamespace = \"acme\"\n\n\
             [dependencies]\next-runtime = {{ path = {:?} }}\n{dependencies}\n\n[build-dependencies]\n\
             ext-build = {{ path = {:?} }}\n\n[workspace]\n",
            crates.join("ext-runtime"),
            crates.join("ext-build"),
        );
        cache_write(&folder.join("Cargo.toml"), &manifest)?;
        cache_write(&folder.join("build.rs"), "fn main() {\n    ext_build::extension();\n}\n")?;
        let source = format!(
            "//! Uses a crate.\n\nuse ext_runtime::prelude::*;\n\n/// Uses the crate.\n#[ext_action]\n\
             pub fn act() -> String {{\n    {body}\n}}\n"
        );
        cache_write(&folder.join("src/lib.rs"), &source)?;
        Ok(folder)
    }
}

/// Writes a file unless it has this text: cargo looks at the time of a change.
fn cache_write(path: &Path, text: &str) -> Result {
    if fs::read_to_string(path).is_ok_and(|it| it == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| Failure::file("write", path, error))
}

/// The version in the lock file.
fn version(folder: &Path, name: &str) -> Result<String> {
    let lock = folder.join("Cargo.lock");
    let text = fs::read_to_string(&lock).map_err(|error| Failure::file("read", &lock, error))?;
    let entry = format!("name = \"{name}\"\nversion = \"");
    let versions = text.split(&entry).skip(1).filter_map(|it| it.split('"').next());
    versions
        .last()
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("{} has no {name}", lock.display())))
}

/// Why a crate does not build, and what to use instead.
fn alternative(culprit: &str) -> (&'static str, &'static str) {
    let rows = ALTERNATIVES.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.filter_map(|line| {
        let mut cells = line.split(" | ");
        Some((cells.next()?, cells.next()?, cells.next()?))
    });
    rows.find(|(name, ..)| *name == culprit).map_or(("", ""), |(_, why, instead)| (why, instead))
}

fn text(working: &[(&Works, String)], failing: &[(&Fails, String)]) -> String {
    let mut out = String::from(
        "# Crates in extensions\n\n\
         `cargo xtask crates` writes this page. It builds an extension with each crate for\n\
         `wasm32-wasip2`, runs an action that uses the crate, and compares the result.\n\n\
         ## Crates that work\n\n| for | crate | version |\n|---|---|---|\n",
    );
    for (works, version) in working {
        let name = name(works.dependencies);
        let _ = writeln!(out, "| {} | `{name}` | {version} |", works.purpose);
    }
    out.push_str(
        "\nFeatures matter: the lines of Cargo.toml that were tried are in\n\
         [xtask/src/crates/list.rs](../xtask/src/crates/list.rs). A crate in Rust that opens no socket and starts no\n\
         thread usually works.\n\n\
         ## Crates that do not build\n\n\
         `cargo ext build` names such a crate and its path in the dependency tree (EXT0412). The machine\n         had no C compiler for WebAssembly.\n\n\
         | dependency | does not build | why | instead |\n|---|---|---|---|\n",
    );
    for (fails, version) in failing {
        let (why, instead) = alternative(fails.culprit);
        let culprit = fails.culprit;
        let _ = writeln!(
            out,
            "| `{}` | `{culprit}` {version} | {why} | {instead} |",
            name(fails.dependency)
        );
    }
    out
}
