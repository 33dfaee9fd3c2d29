//! Packages in temporary folders, and the two programs that build them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use ext_definition::model::Extension;
use ext_definition::wit;
use tempfile::TempDir;

use crate::measure::run;
use crate::{Failure, Result};

/// What extensions are built for.
pub const TARGET: &str = "wasm32-wasip2";

/// The version of wit-bindgen that is compared with.
const WIT_BINDGEN: &str = "0.57.1";

/// A folder that is gone when the benchmark is over.
pub fn folder() -> Result<TempDir> {
    TempDir::with_prefix("ext-bench-")
        .map_err(|error| Failure(format!("no temporary folder: {error}")))
}

/// `cargo ext`, as installed.
pub fn cargo_ext() -> Result<Command> {
    let path = std::env::var_os("EXT_BENCH_CARGO_EXT").ok_or_else(|| {
        Failure("EXT_BENCH_CARGO_EXT does not name a cargo-ext: run `cargo xtask bench`".into())
    })?;
    let mut command = clean(path);
    command.arg("ext");
    Ok(command)
}

/// The cargo of the toolchain that has the target.
pub fn cargo() -> Command {
    match std::env::var_os("CARGO_EXT_TOOLCHAIN") {
        Some(toolchain) => {
            let mut command = clean("cargo");
            command.env("RUSTUP_TOOLCHAIN", toolchain);
            command
        }
        None => clean(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
    }
}

/// A command that does not see what the cargo around this program was told.
fn clean(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    for name in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "EXT_REGISTRY"] {
        command.env_remove(name);
    }
    command
}

/// A package and how it is built.
pub struct Project {
    /// Where it is.
    pub folder: PathBuf,
}

impl Project {
    /// A new extension, as `cargo ext new` makes it, with other source if any is given.
    pub fn extension(parent: &Path, name: &str, source: Option<&str>) -> Result<Self> {
        let folder = parent.join(name);
        run(cargo_ext()?.arg("new").arg(&folder).args([
            "--namespace",
            "bench",
            "--template",
            "orders",
        ]))?;
        let project = Self { folder };
        if let Some(source) = source {
            project.write("src/lib.rs", source)?;
        }
        project.fetch()?;
        Ok(project)
    }

    /// The same with wit-bindgen's macro: an interface and what is behind it.
    pub fn bindgen(
        parent: &Path,
        name: &str,
        definition: &Extension,
        source: &str,
    ) -> Result<Self> {
        let project = Self { folder: parent.join(name) };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [lib]\ncrate-type = [\"cdylib\"]\n\n\
             [dependencies]\nwit-bindgen = \"={WIT_BINDGEN}\"\n\n\
             [profile.release]\nopt-level = \"s\"\nstrip = true\n"
        );
        project.write("Cargo.toml", &manifest)?;
        project.write("wit/world.wit", &wit::render(definition))?;
        project.write("src/lib.rs", source)?;
        project.fetch()?;
        Ok(project)
    }

    /// Gets what it depends on, so that no build waits for the network.
    pub fn fetch(&self) -> Result {
        run(cargo().arg("fetch").current_dir(&self.folder)).map(drop)
    }

    /// Writes one of its files.
    pub fn write(&self, file: &str, content: &str) -> Result {
        let path = self.folder.join(file);
        let written = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&path, content));
        written.map_err(|error| Failure(format!("{} cannot be written: {error}", path.display())))
    }

    /// Changes one of its files.
    pub fn replace(&self, file: &str, from: &str, to: &str) -> Result {
        let text = String::from_utf8_lossy(&read(&self.folder.join(file))?).into_owned();
        if !text.contains(from) {
            return Err(Failure(format!("{file} has no `{from}`")));
        }
        self.write(file, &text.replace(from, to))
    }

    /// `cargo build` for the target.
    pub fn cargo_build(&self, target: &Path) -> Command {
        let mut command = cargo();
        command.args(["build", "--release", "--offline", "--target", TARGET, "--target-dir"]);
        command.arg(target).current_dir(&self.folder);
        command
    }

    /// A verb of `cargo ext` that builds.
    pub fn cargo_ext(&self, verb: &str, target: &Path) -> Result<Command> {
        let mut command = cargo_ext()?;
        command.args([verb, "--offline", "--target-dir"]).arg(target).current_dir(&self.folder);
        Ok(command)
    }
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|error| Failure(format!("{} cannot be read: {error}", path.display())))
}

/// The package that `cargo ext build` made, and its definition.
pub fn package(target: &Path, name: &str) -> Result<(Vec<u8>, Extension)> {
    let file = |extension: &str| target.join("ext").join(format!("{name}.{extension}"));
    let component = read(&file("wasm"))?;
    let definition = Extension::from_json(&read(&file("json"))?).map_err(|mistakes| {
        Failure(mistakes.iter().map(|it| it.message.as_str()).collect::<Vec<_>>().join("; "))
    })?;
    Ok((component, definition))
}
