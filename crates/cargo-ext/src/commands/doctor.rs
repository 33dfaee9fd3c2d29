//! `cargo ext doctor`: what is missing, and the command that gets it.

use std::process::Command;

use ext_registry::{Registry, location};

use super::application::checkout;
use crate::cli::{Common, Doctor};
use crate::failure::{ENVIRONMENT, Failure};
use crate::shell::{Shell, count};
use crate::store::registry_dir;
use crate::toolchain::{TARGET, Toolchain, describe};

pub fn run(arguments: &Doctor, common: &Common, shell: &Shell) -> Result<(), Failure> {
    let mut missing = Vec::new();
    let good = |what: &str, how: String| shell.print(format!("{what:<12} {how}"));

    good("cargo-ext", env!("CARGO_PKG_VERSION").to_owned());
    match version("cargo") {
        Ok(version) => good("cargo", version),
        Err(failure) => missing.push(failure),
    }
    match Toolchain::find(arguments.toolchain.as_deref(), shell) {
        Ok(toolchain) => {
            good("toolchain", format!("{} with {TARGET}", describe(&toolchain.sysroot)))
        }
        Err(failure) => missing.push(failure),
    }
    match registry_dir(common) {
        Ok(folder) if !folder.exists() => {
            good("registry", format!("{} (the first publish creates it)", folder.display()));
        }
        Ok(folder) => match Registry::open(&folder).and_then(|registry| registry.packages()) {
            Ok(packages) => good(
                "registry",
                format!("{} ({})", folder.display(), count(packages.len(), "package")),
            ),
            Err(error) => missing.push(error.into()),
        },
        Err(failure) => missing.push(failure),
    }
    if let Some(folder) = location::cache_dir() {
        good("cache", folder.display().to_string());
    }
    match location::Settings::load() {
        Ok(_) => {
            if let Some(file) = location::settings_file() {
                let there = if file.exists() { "" } else { " (not there: defaults)" };
                good("settings", format!("{}{there}", file.display()));
            }
        }
        Err(error) => missing.push(error.into()),
    }
    good(
        "crates",
        match checkout() {
            Some(root) => format!("from {}", root.display()),
            None => "from crates.io".to_owned(),
        },
    );
    match ext_host::Host::new() {
        Ok(_) => good("sandbox", "runs here".to_owned()),
        Err(error) => missing.push(error.into()),
    }
    if missing.is_empty() {
        good("", "nothing is missing".to_owned());
        return Ok(());
    }
    let diagnostics = missing.into_iter().flat_map(|failure| failure.diagnostics).collect();
    Err(Failure::new(diagnostics, ENVIRONMENT))
}

fn version(program: &str) -> Result<String, Failure> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| program.into()))
        .arg("--version")
        .output();
    match output {
        Ok(output) => Ok(String::from_utf8_lossy(&output.stdout)
            .trim()
            .trim_start_matches("cargo ")
            .to_owned()),
        Err(error) => Err(Failure::file("run", program.as_ref(), &error)),
    }
}
