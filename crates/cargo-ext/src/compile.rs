//! Running cargo: from source to a core module.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::Stdio;

use cargo_metadata::{Message, Package, TargetKind};
use ext_definition::code;
use ext_definition::diagnostic::Diagnostic;

use crate::cli::Building;
use crate::failure::Failure;
use crate::shell::Shell;
use crate::toolchain::{TARGET, Toolchain};

/// What cargo made.
pub struct Module {
    /// The core module.
    pub path: PathBuf,
}

/// Builds one extension's core module. cargo writes its own progress and errors.
pub fn module(
    package: &Package,
    building: &Building,
    profile: &str,
    toolchain: &Toolchain,
    shell: &Shell,
) -> Result<Module, Failure> {
    let mut command = toolchain.cargo();
    command.arg("build").args(["--target", TARGET, "--profile", profile, "--lib"]);
    command.arg("--manifest-path").arg(package.manifest_path.as_std_path());
    let format = if shell.is_json() { "json" } else { "json-render-diagnostics" };
    command.args(["--message-format", format]);
    if shell.is_quiet() {
        command.arg("--quiet");
    }
    for feature in &building.features {
        command.args(["--features", feature]);
    }
    for (flag, set) in [
        ("--all-features", building.all_features),
        ("--no-default-features", building.no_default_features),
        ("--offline", building.offline),
        ("--locked", building.locked),
        ("--frozen", building.frozen),
    ] {
        if set {
            command.arg(flag);
        }
    }
    if let Some(folder) = &building.target_dir {
        command.arg("--target-dir").arg(folder);
    }
    shell.detail("Running", format!("{command:?}"));
    let no_cargo = |error: std::io::Error| {
        Failure::environment(Diagnostic::error(
            code::TOOLCHAIN,
            format!("cargo cannot be run: {error}"),
        ))
    };
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(no_cargo)?;
    let mut module = None;
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            match message.map_err(no_cargo)? {
                Message::CompilerArtifact(artifact)
                    if artifact.package_id == package.id
                        && artifact.target.kind.contains(&TargetKind::CDyLib) =>
                {
                    module = artifact
                        .filenames
                        .into_iter()
                        .find(|file| file.extension() == Some("wasm"));
                }
                Message::CompilerMessage(message) if shell.is_json() => {
                    shell.message("compiler-message", &message);
                }
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(no_cargo)?;
    if !status.success() {
        let message = format!("`{}` does not build", package.name);
        return Err(Failure::input(
            Diagnostic::error(code::BUILD_FAILED, message).help("cargo's messages above say why"),
        ));
    }
    match module {
        Some(path) => Ok(Module { path: path.into_std_path_buf() }),
        None => Err(Failure::input(
            Diagnostic::error(
                code::NO_CDYLIB,
                format!("the build of `{}` gave no module", package.name),
            )
            .help("an extension's `[lib]` needs `crate-type = [\"cdylib\", \"rlib\"]`"),
        )),
    }
}
